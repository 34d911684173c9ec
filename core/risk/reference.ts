/**
 * The price that an order is measured by: which book is one, and how far from it is far.
 *
 * A book is a reference while it is fresh and not older than `book_stale_ms` of the order's
 * instrument. Where the instrument's own book is none, that of the first instrument of the same
 * market at another venue of the exchange is: accounts at one exchange share one market. A book that
 * counts quantities in other quanta is none, since what it displays would be taken for more or less.
 * @module
 */
import { type Instrument, oppositeOf, type Side } from "../instrument.ts";
import { unreachable } from "../invariant.ts";
import { type Micros, type Px, px } from "../numbers.ts";
import type { BookView } from "../view.ts";
import type { InstrumentScope } from "./scopes.ts";

const MILLION = 1_000_000;
const US_PER_MS = 1_000;
/** Most levels of a book that are looked at for one order. */
export const WALK_LEVELS = 1_000;

/** Returns the book by which an order of the instrument is measured; undefined: there is none. */
export function referenceBook(listed: InstrumentScope, nowUs: Micros): BookView | undefined {
  const { bookStaleMs } = listed.limits;
  if (isReference(listed.book, { bookStaleMs, nowUs })) return listed.book;
  const { scale } = listed.instrument.qtyRule;
  return listed.group.members.find(({ instrument, book }) =>
    instrument.qtyRule.scale === scale && isReference(book, { bookStaleMs, nowUs })
  )?.book;
}

/**
 * Returns the price that a Market order is counted with: the best price that it would meet, or the
 * furthest that the collar lets it go to where that costs more; null without a reference.
 */
export function marketPx(
  listed: InstrumentScope,
  of: { readonly side: Side; readonly nowUs: Micros },
): Px | null {
  const { side } = of;
  const best = referenceBook(listed, of.nowUs)?.best(oppositeOf(side));
  if (best === undefined) return null;
  const { instrument, limits: { priceCollarPpm: ppm } } = listed;
  if (ppm === null || !costsMoreAtBound(instrument, side)) return best.price;
  const isBetting = instrument.assetClass === "betting";
  return px(boundOf({ side, reference: best.price, ppm, isBetting }));
}

/** What else is sold gets less there, or the same is held back; the stake of a back is the same. */
function costsMoreAtBound({ contract }: Instrument, side: Side): boolean {
  switch (contract?.kind) {
    case "inverse":
    case "betting":
      return side === "Sell";
    case "binary":
      return side === "Buy" || contract.netting === "signed";
    case "linear":
    case undefined:
      return side === "Buy";
    default:
      return unreachable(contract);
  }
}

/** Returns the furthest price allowed, quanta. Odds are the worse for who backs the lower they are. */
export function boundOf(
  of: {
    readonly side: Side;
    readonly reference: number;
    readonly ppm: number;
    readonly isBetting: boolean;
  },
): number {
  const size = Math.abs(of.reference);
  const product = size * of.ppm;
  const room = Number.isSafeInteger(product)
    ? Math.floor(product / MILLION)
    : Number(BigInt(size) * BigInt(of.ppm) / BigInt(MILLION));
  return (of.side === "Buy") !== of.isBetting
    ? Math.min(of.reference + room, Number.MAX_SAFE_INTEGER)
    : Math.max(of.reference - room, Number.MIN_SAFE_INTEGER);
}

/** Returns true if a price lies beyond the furthest allowed. */
export function isBeyond(
  of: {
    readonly side: Side;
    readonly px: number;
    readonly bound: number;
    readonly isBetting: boolean;
  },
): boolean {
  return (of.side === "Buy") !== of.isBetting ? of.px > of.bound : of.px < of.bound;
}

function isReference(
  book: BookView,
  at: { readonly bookStaleMs: number; readonly nowUs: Micros },
): boolean {
  if (!book.isFresh || book.updatedUs === null) return false;
  return at.nowUs - book.updatedUs <= at.bookStaleMs * US_PER_MS;
}

/** Returns the middle of best bid and offer, rounded down; one of them where the other is missing. */
export function midOf(book: BookView): Px | undefined {
  const bid = book.best("Buy")?.price;
  const ask = book.best("Sell")?.price;
  if (bid === undefined || ask === undefined) return bid ?? ask;
  return px(Math.floor((bid + ask) / 2));
}
