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
import { oppositeOf, type Side } from "../instrument.ts";
import type { BookView, PriceLevel } from "../view.ts";
import { type Guard, pxText, qtyText, type Refusal, refusal, type RiskRequest } from "./guard.ts";
import { boundOf, isBeyond, referenceBook, WALK_LEVELS } from "./reference.ts";

/** A millionth is 10^-4 percent. */
const PERCENT_SCALE = 4;
const US_PER_MS = 1_000;

/** Refuses an order whose price lies too far beyond the book. */
export const PRICE_COLLAR: Guard = { name: "price_collar", check: checkCollar };

function checkCollar(request: RiskRequest): Refusal | undefined {
  const { listed, side, px } = request;
  const ppm = listed.limits.priceCollarPpm;
  if (ppm === null) return undefined;
  const book = referenceBook(listed, request.nowUs);
  if (book === undefined) return refuse(bookProblem(request));
  const far = oppositeOf(side);
  const across = book.best(far);
  const from = px === null || across !== undefined ? far : side;
  const best = from === far ? across : book.best(side);
  if (best === undefined) return refuse(emptyProblem(request));
  const bound = boundOf({ side, reference: best.price, ppm, isBetting: isBetting(request) });
  const collar = { ppm, best, from, bound };
  return px === null ? checkWalk(request, { book, collar }) : checkLimit(request, { px, collar });
}

function refuse(problem: string): Refusal {
  return refusal("PRICE_COLLAR", problem);
}

function isBetting({ listed }: RiskRequest): boolean {
  return listed.instrument.assetClass === "betting";
}

function bookProblem({ listed, nowUs }: RiskRequest): string {
  const { book, limits, key } = listed;
  const rule = `the price collar (${key}.price_collar_ppm) must have a fresh book`;
  if (book.updatedUs === null) return `${rule}: was none yet`;
  if (!book.isFresh) return `${rule}: was invalid since the feed lost its place`;
  const ageMs = Math.floor((nowUs - book.updatedUs) / US_PER_MS);
  return `${rule}, at most ${limits.bookStaleMs} ms old (${key}.book_stale_ms): was ${ageMs} ms old`;
}

function emptyProblem({ listed, px, side }: RiskRequest): string {
  const missing = px === null ? `${oppositeOf(side)} orders` : "orders";
  const rule = `the price collar (${listed.key}.price_collar_ppm) must have a price to start from`;
  return `${rule}: was a book without ${missing}`;
}

function checkLimit(
  request: RiskRequest,
  { px, collar }: { readonly px: number; readonly collar: Collar },
): Refusal | undefined {
  const { side } = request;
  const { bound } = collar;
  if (!isBeyond({ side, px, bound, isBetting: isBetting(request) })) return undefined;
  const word = (side === "Buy") === isBetting(request) ? "at least" : "at most";
  const rule = `price must be ${word} ${pxText(request, bound)}, ${collarText(request, collar)}`;
  return refuse(`${rule}: was ${pxText(request, px)}`);
}

function checkWalk(
  request: RiskRequest,
  { book, collar }: { readonly book: BookView; readonly collar: Collar },
): Refusal | undefined {
  const { side, leavesQty } = request;
  const { bound } = collar;
  let displayed = 0;
  for (const level of book.top(oppositeOf(side), WALK_LEVELS)) {
    const { price } = level;
    if (isBeyond({ side, px: price, bound, isBetting: isBetting(request) })) break;
    displayed += level.qty;
    if (displayed >= leavesQty) return undefined;
  }
  const most = `${qtyText(request, displayed)}, what is displayed up to ${pxText(request, bound)}`;
  const rule = `a Market order must be at most ${most}, ${collarText(request, collar)}`;
  return refuse(`${rule}: was ${qtyText(request, leavesQty)}`);
}

/** A bound, and what it is made of: millionths, and the best level it is counted from. */
type Collar = {
  readonly ppm: number;
  readonly best: PriceLevel;
  readonly from: Side;
  readonly bound: number;
};

function collarText(request: RiskRequest, { ppm, best, from }: Collar): string {
  const percent = fromQuanta(ppm, PERCENT_SCALE);
  const word = (request.side === "Buy") === isBetting(request) ? "below" : "above";
  const name = from === "Buy" ? "bid" : "ask";
  const price = pxText(request, best.price);
  return `${percent} % ${word} the best ${name} ${price} ` +
    `(${request.listed.key}.price_collar_ppm ${ppm})`;
}
