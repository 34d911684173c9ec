/**
 * Guard: how far a price may lie beyond the far side of the book.
 *
 * The reference is the best price that the order would meet: the best ask for a Buy, the best bid
 * for a Sell; if that side is empty, the best of the order's own side. A limit price may lie up to
 * `price_collar_ppm` millionths of the reference beyond it, rounded towards the reference. A Market
 * order has no price: the levels displayed inside the collar must hold all of its quantity, since
 * what it takes beyond them is what a collar is there to prevent.
 *
 * Fails closed: without a fresh book no order passes. Known limit: a Market order is judged by at
 * most `WALK_LEVELS` levels, and by the best one alone where the feed has no depth.
 * @module
 */
import { fromQuanta } from "../decimal.ts";
import type { Side } from "../instrument.ts";
import type { BookView } from "../view.ts";
import type { Guard, Refusal, RiskRequest } from "./guard.ts";

const MILLION = 1_000_000;
const US_PER_MS = 1_000;
const WALK_LEVELS = 1_000;
const COLLAR_KEY = "venues[].instruments[].limits.price_collar_ppm";
const STALE_KEY = "venues[].instruments[].limits.book_stale_ms";

/** Refuses an order whose price lies too far beyond the book. */
export const PRICE_COLLAR: Guard = {
  name: "price_collar",
  check(request) {
    const ppm = request.limits.priceCollarPpm;
    if (ppm === null) return undefined;
    const book = request.book;
    const stale = bookProblem(request);
    if (stale !== undefined || book === undefined) return refuse(stale ?? "was none");
    const far = oppositeOf(request.side);
    const reference = book.best(far) ?? (request.px === null ? undefined : book.best(request.side));
    if (reference === undefined) return refuse(emptyProblem(request));
    const bound = boundOf({ side: request.side, reference: reference.price, ppm });
    return request.px === null
      ? checkWalk(request, { book, bound, ppm })
      : checkLimit(request, { px: request.px, bound, reference: reference.price, ppm });
  },
};

function refuse(problem: string): Refusal {
  return { code: "PRICE_COLLAR", text: `Cannot take the order: ${problem}` };
}

function oppositeOf(side: Side): Side {
  return side === "Buy" ? "Sell" : "Buy";
}

/** Returns why the book is no reference, or undefined. */
function bookProblem(request: RiskRequest): string | undefined {
  const { book, limits, nowUs } = request;
  const rule = `the price collar (${COLLAR_KEY}) must have a fresh book`;
  if (book === undefined || book.updatedUs === null) return `${rule}: was none yet`;
  if (!book.isFresh) return `${rule}: was invalid, the feed lost its place`;
  const ageUs = nowUs - book.updatedUs;
  if (ageUs <= limits.bookStaleMs * US_PER_MS) return undefined;
  const ageMs = Math.floor(ageUs / US_PER_MS);
  return `${rule}, at most ${limits.bookStaleMs} ms old (${STALE_KEY}): was ${ageMs} ms old`;
}

function emptyProblem(request: RiskRequest): string {
  const side = request.px === null ? `${oppositeOf(request.side)} orders` : "orders";
  return `the price collar (${COLLAR_KEY}) must have a price to start from: was a book without ${side}`;
}

/** The furthest price allowed, quanta. */
function boundOf(
  of: { readonly side: Side; readonly reference: number; readonly ppm: number },
): number {
  const size = Math.abs(of.reference);
  const product = size * of.ppm;
  const room = Number.isSafeInteger(product)
    ? Math.floor(product / MILLION)
    : Number(BigInt(size) * BigInt(of.ppm) / BigInt(MILLION));
  return of.side === "Buy" ? of.reference + room : of.reference - room;
}

function isBeyond(
  of: { readonly side: Side; readonly px: number; readonly bound: number },
): boolean {
  return of.side === "Buy" ? of.px > of.bound : of.px < of.bound;
}

function checkLimit(
  { side, instrument }: RiskRequest,
  of: {
    readonly px: number;
    readonly bound: number;
    readonly reference: number;
    readonly ppm: number;
  },
): Refusal | undefined {
  if (!isBeyond({ side, px: of.px, bound: of.bound })) return undefined;
  const { scale } = instrument.priceRule;
  const word = side === "Buy" ? "at most" : "at least";
  const bound = fromQuanta(of.bound, scale);
  const best = fromQuanta(of.reference, scale);
  const rule = `price must be ${word} ${bound}, ${of.ppm} millionths (${COLLAR_KEY}) from ${best}`;
  return refuse(`${rule}: was ${fromQuanta(of.px, scale)}`);
}

function checkWalk(
  { side, instrument, qty, leavesQty }: RiskRequest,
  of: { readonly book: BookView; readonly bound: number; readonly ppm: number },
): Refusal | undefined {
  const wanted = leavesQty ?? qty;
  let displayed = 0;
  for (const level of of.book.top(oppositeOf(side), WALK_LEVELS)) {
    if (isBeyond({ side, px: level.price, bound: of.bound })) break;
    displayed += level.qty;
    if (displayed >= wanted) return undefined;
  }
  const most = fromQuanta(displayed, instrument.qtyRule.scale);
  const bound = fromQuanta(of.bound, instrument.priceRule.scale);
  const collar = `${of.ppm} millionths (${COLLAR_KEY})`;
  const rule = `a Market order must be at most ${most}, displayed up to ${bound}, ${collar}`;
  return refuse(`${rule}: was ${fromQuanta(wanted, instrument.qtyRule.scale)}`);
}
