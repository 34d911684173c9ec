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
import type { BookView, PriceLevel } from "../view.ts";
import type { Guard, Refusal, RiskRequest } from "./guard.ts";

const MILLION = 1_000_000;
/** A millionth is 10^-4 percent. */
const PERCENT_SCALE = 4;
const US_PER_MS = 1_000;
const WALK_LEVELS = 1_000;
const COLLAR_KEY = "venues[].instruments[].limits.price_collar_ppm";
const STALE_KEY = "venues[].instruments[].limits.book_stale_ms";

/** Refuses an order whose price lies too far beyond the book. */
export const PRICE_COLLAR: Guard = { name: "price_collar", check: checkCollar };

function checkCollar(request: RiskRequest): Refusal | undefined {
  const { book, limits, side, px } = request;
  const ppm = limits.priceCollarPpm;
  if (ppm === null) return undefined;
  if (book === undefined || !isReference(book, request)) return refuse(bookProblem(request));
  const far = oppositeOf(side);
  const from = px === null || book.best(far) !== undefined ? far : side;
  const best = book.best(from);
  if (best === undefined) return refuse(emptyProblem(request));
  const bound = boundOf({ side, reference: best.price, ppm });
  const collar = { ppm, best, from };
  return px === null
    ? checkWalk(request, { ...collar, book, bound })
    : checkLimit(request, { ...collar, px, bound });
}

function refuse(problem: string): Refusal {
  return { code: "PRICE_COLLAR", text: `Cannot take the order: ${problem}` };
}

function oppositeOf(side: Side): Side {
  return side === "Buy" ? "Sell" : "Buy";
}

function isReference(book: BookView, { nowUs, limits }: RiskRequest): boolean {
  if (!book.isFresh || book.updatedUs === null) return false;
  return nowUs - book.updatedUs <= limits.bookStaleMs * US_PER_MS;
}

function bookProblem({ book, limits, nowUs }: RiskRequest): string {
  const rule = `the price collar (${COLLAR_KEY}) must have a fresh book`;
  if (book === undefined || book.updatedUs === null) return `${rule}: was none yet`;
  if (!book.isFresh) return `${rule}: was invalid since the feed lost its place`;
  const ageMs = Math.floor((nowUs - book.updatedUs) / US_PER_MS);
  return `${rule}, at most ${limits.bookStaleMs} ms old (${STALE_KEY}): was ${ageMs} ms old`;
}

function emptyProblem({ px, side }: RiskRequest): string {
  const missing = px === null ? `${oppositeOf(side)} orders` : "orders";
  const rule = `the price collar (${COLLAR_KEY}) must have a price to start from`;
  return `${rule}: was a book without ${missing}`;
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
  return of.side === "Buy"
    ? Math.min(of.reference + room, Number.MAX_SAFE_INTEGER)
    : Math.max(of.reference - room, Number.MIN_SAFE_INTEGER);
}

function isBeyond(
  of: { readonly side: Side; readonly px: number; readonly bound: number },
): boolean {
  return of.side === "Buy" ? of.px > of.bound : of.px < of.bound;
}

function checkLimit(
  { side, instrument }: RiskRequest,
  of: Collar & { readonly px: number; readonly bound: number },
): Refusal | undefined {
  if (!isBeyond({ side, px: of.px, bound: of.bound })) return undefined;
  const { scale } = instrument.priceRule;
  const word = side === "Buy" ? "at most" : "at least";
  const bound = fromQuanta(of.bound, scale);
  const was = fromQuanta(of.px, scale);
  return refuse(`price must be ${word} ${bound}, ${collarText(side, of, scale)}: was ${was}`);
}

function checkWalk(
  { side, instrument, qty, leavesQty }: RiskRequest,
  of: Collar & { readonly book: BookView; readonly bound: number },
): Refusal | undefined {
  const wanted = leavesQty ?? qty;
  let displayed = 0;
  for (const level of of.book.top(oppositeOf(side), WALK_LEVELS)) {
    if (isBeyond({ side, px: level.price, bound: of.bound })) break;
    displayed += level.qty;
    if (displayed >= wanted) return undefined;
  }
  const { priceRule, qtyRule } = instrument;
  const most = fromQuanta(displayed, qtyRule.scale);
  const bound = fromQuanta(of.bound, priceRule.scale);
  const rule = `a Market order must be at most ${most}, what is displayed up to ${bound}`;
  const was = fromQuanta(wanted, qtyRule.scale);
  return refuse(`${rule}, ${collarText(side, of, priceRule.scale)}: was ${was}`);
}

/** What a bound is made of: millionths, and the best level it is counted from. */
type Collar = { readonly ppm: number; readonly best: PriceLevel; readonly from: Side };

function collarText(side: Side, { ppm, best, from }: Collar, scale: number): string {
  const percent = fromQuanta(ppm, PERCENT_SCALE);
  const word = side === "Buy" ? "above" : "below";
  const name = from === "Buy" ? "bid" : "ask";
  const price = fromQuanta(best.price, scale);
  return `${percent} % ${word} the best ${name} ${price} (${COLLAR_KEY} ${ppm})`;
}
