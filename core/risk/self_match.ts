/**
 * Guard: no order that could meet one of our own at the same exchange (self-match prevention).
 *
 * Looked at are the live orders of every client in the same symbol at every venue of the exchange,
 * also those in flight and in doubt, each at the most aggressive price that it has or may have; a
 * Market order in flight may meet anything.
 * @module
 */
import { type Guard, pxText, type Refusal, refusal, type RiskRequest } from "./guard.ts";

/** Refuses an order that crosses a live order of ours, where the exchange's rule is `refuse`. */
export const SELF_MATCH: Guard = { name: "self_match", check: checkSelfMatch };

function checkSelfMatch(request: RiskRequest): Refusal | undefined {
  const { listed, side, px } = request;
  const { exchange } = listed.venue;
  if (exchange.limits.selfMatch === "allow") return undefined;
  const { own } = listed.group;
  if (!own.meets(side, px)) return undefined;
  const other = side === "Buy" ? "Sell" : "Buy";
  const best = own.bestOf(other);
  const at = best === undefined ? "a Market order" : `a ${other} at ${pxText(request, best)}`;
  const word = px === null ? "a Market order" : pxText(request, px);
  const rule = `it must not meet ${at} of our own (${exchange.key}.self_match refuse)`;
  return refusal("SELF_MATCH", `${rule}: was ${word}`);
}
