/**
 * What trading was halted over before it left, what was placed for real where all is run dry now, what
 * no longer only reduces where it must, or what may not rest and would wait for its venue: turned back,
 * and refused as its venue might have.
 *
 * The guards judge what is asked for; an order that they let in may wait for its turn, a link or a
 * second attempt, and the trading state, a switch of dry runs or the position may change meanwhile. It
 * provably never left, so it need not. One that may not rest is for the market of its moment: it waits
 * for a token or a second attempt, but for no venue.
 * @module
 */
import { type Candidate, riskRequest } from "./admit.ts";
import { isBreakerOpen } from "./breaker.ts";
import { neverLeft } from "./cancel.ts";
import { forgetRequest } from "./doubt.ts";
import { drySwitchOf } from "./dry_switch.ts";
import { recountTouched } from "./exposure.ts";
import { applyRejected } from "./outcomes.ts";
import { refuseReplace } from "./replaced.ts";
import { isReachable } from "./requests.ts";
import type { Turn } from "./turn.ts";
import type { VenueState } from "./venue_state.ts";
import { mayRest } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import { qty } from "../numbers.ts";
import { DOUBT, type Order, type RequestKind } from "../order.ts";
import { type Refusal, refusalAgain } from "../risk/mod.ts";

/** Returns why a request must not leave now, if it brings something new; else undefined. */
export function refusalToLeave(turn: Turn, order: Order, kind: RequestKind): Refusal | undefined {
  if (!bringsNew(order, kind) || isFree(turn, order)) return undefined;
  recountTouched(turn); // by all that this event has done to orders so far
  return refusalAgain(
    riskRequest(turn, turn.state.client(order.client), candidateOf(turn, order, kind)),
  );
}

/** True of nearly every real order: no state, no switch of dry runs and no wish of its own bounds it. */
function isFree({ state }: Turn, order: Order): boolean {
  const entry = state.instrument(order.instrument);
  const client = state.client(order.client);
  return !order.reduceOnly && state.operatorState === "Active" &&
    state.venue(order.venue).tradingState === "Active" && entry.tradingState === "Active" &&
    client.tradingState === "Active" && drySwitchOf(state, client, entry) === null;
}

/** An order as the request would make it; a Submit knows nothing of what an old version did. */
function candidateOf({ state }: Turn, order: Order, kind: RequestKind): Candidate {
  const { orderQty, price } = order.replace ?? order;
  const executed = kind === "Submit" ? order.baseCumQty : order.cumQty + order.voidedQty;
  return {
    entry: state.instrument(order.instrument),
    side: order.side,
    px: price,
    countPx: price ?? order.referencePx,
    qty: orderQty,
    leavesQty: qty(Math.max(0, orderQty - executed)),
    reduceOnly: order.reduceOnly,
    isDryRun: order.isDryRun,
    replaces: order,
  };
}

/** A cancel does if it only serves a replace: what rests is not given up for what will not be sent. */
function bringsNew(order: Order, kind: RequestKind): boolean {
  switch (kind) {
    case "Submit":
    case "Replace":
      return true;
    case "Cancel":
      return order.cancel === null && order.mustCancel === null &&
        order.replace?.stage === "cancelling" && (order.doubt & DOUBT.Cancel) === 0;
    case "Lookup":
      return false;
  }
}

/** Ends an order, or the replace of one, of which a request was about to leave. */
export function turnBack(turn: Turn, order: Order, of: {
  readonly kind: RequestKind;
  readonly refusal: Refusal;
}): void {
  const { kind, refusal: { code: rejectCode, text } } = of;
  if (kind === "Submit") return applyRejected(turn, order, { rejectCode, text });
  const { replace } = order;
  invariant(replace !== null && kind !== "Lookup", "Only what brings something new is turned back");
  forgetRequest(order, kind);
  refuseReplace(turn, order, { replace, rejectCode, text });
}

/** Returns why a request must not wait for its venue, if it would now and may not rest; else undefined. */
export function refusalToWait(turn: Turn, order: Order, kind: RequestKind): Refusal | undefined {
  const venue = turn.state.venue(order.venue);
  if (kind !== "Submit" || mayRest(order) || isReachable(venue, kind, turn.nowUs)) return undefined;
  return {
    code: "VENUE_DOWN",
    text:
      `Cannot send order ${order.id}: a Market, IOC or FOK order must not wait for its venue: ` +
      `was ${venue.declaration.name}, which ${hindrance(turn, venue)}; it never left, place anew`,
  };
}

/**
 * Turns back what may not rest and waits for its venue: among all that live there, or among these.
 * Nothing of an order that has ended waits.
 */
export function turnBackWaiting(turn: Turn, venue: VenueState, among?: readonly Order[]): void {
  if (isReachable(venue, "Submit", turn.nowUs)) return;
  for (const order of among ?? turn.state.clients.liveOrders()) {
    if (order.venue !== venue.declaration.id || !neverLeft(order)) continue;
    const refusal = refusalToWait(turn, order, "Submit");
    if (refusal === undefined) continue;
    turn.touch(order);
    turnBack(turn, order, { kind: "Submit", refusal });
  }
}

function hindrance({ nowUs }: Turn, venue: VenueState): string {
  if (venue.status !== "up") return `is ${venue.status}`;
  if (!isBreakerOpen(venue, nowUs)) return "asked for a pause";
  return `gave no answer to ${venue.failures} requests in a row (venues[].breaker)`;
}
