/**
 * Guard: no order that could meet one of our own at the same exchange (self-match prevention).
 *
 * Looked at are the live orders of every client in the same market at every venue of the exchange,
 * also those in flight and in doubt, each at the most aggressive price that it has or may have; a
 * Market order in flight may meet anything. An order that crosses ours does not reach it while the
 * book displays enough at better prices: whoever quotes on both sides may still get out by Market.
 * Fails closed: without a book that counts in the quanta of the order, ours is reached.
 * @module
 */
import { oppositeOf } from "../instrument.ts";
import type { Px } from "../numbers.ts";
import { type Guard, pxText, type Refusal, refusal, type RiskRequest } from "./guard.ts";
import { isBeyond, referenceBook, WALK_LEVELS } from "./reference.ts";

/** Refuses an order that crosses a live order of ours, where the exchange's rule is `refuse`. */
export const SELF_MATCH: Guard = { name: "self_match", check: checkSelfMatch };

function checkSelfMatch(request: RiskRequest): Refusal | undefined {
  const { listed, side, px } = request;
  const { exchange } = listed.venue;
  if (exchange.limits.selfMatch === "allow") return undefined;
  const { own } = listed.group;
  if (!own.meets(side, px)) return undefined;
  const other = oppositeOf(side);
  const best = own.bestOf(other);
  if (best !== undefined && !own.meetsAny(side) && isFilledBefore(request, best)) return undefined;
  const at = best === undefined ? "a Market order" : `a ${other} at ${pxText(request, best)}`;
  const word = px === null ? "a Market order" : pxText(request, px);
  const rule = `it must not meet ${at} of our own (${exchange.key}.self_match refuse)`;
  return refusal("SELF_MATCH", `${rule}: was ${word}`);
}

/** True if what is displayed at better prices than ours takes the whole order. */
function isFilledBefore(request: RiskRequest, ours: Px): boolean {
  const { listed, side } = request;
  const book = referenceBook(listed, request.nowUs);
  if (book === undefined) return false;
  const isBetting = listed.instrument.assetClass === "betting";
  let missing: number = request.leavesQty;
  for (const { price, qty } of book.top(oppositeOf(side), WALK_LEVELS)) {
    if (missing <= 0) return true;
    if (!isBeyond({ side, px: ours, bound: price, isBetting })) return false;
    missing -= qty;
  }
  return missing <= 0;
}
