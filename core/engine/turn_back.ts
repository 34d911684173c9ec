/**
 * What trading was halted over before it left: turned back, and refused as its venue might have.
 *
 * The guard judges what is asked for; an order that it let in may wait for its turn, a link or a
 * second attempt, and the halt may come meanwhile. It provably never left, so it needs not to.
 * @module
 */
import { forgetRequest } from "./doubt.ts";
import { applyRejected } from "./outcomes.ts";
import { refuseReplace } from "./replaced.ts";
import type { Turn } from "./turn.ts";
import type { Order, RequestKind } from "../order.ts";
import { type Refusal, refusalIfHalted, strictest } from "../risk/mod.ts";

/** Returns why a new order or new terms must not leave now, or undefined. */
export function haltOver(turn: Turn, order: Order, kind: RequestKind): Refusal | undefined {
  if (kind !== "Submit" && kind !== "Replace") return undefined;
  const { state } = turn;
  const { client, venue, instrument } = order.terms;
  return refusalIfHalted({
    operatorState: state.operatorState,
    venueState: strictest(
      state.venue(venue).tradingState,
      state.instrument(instrument).tradingState,
    ),
    clientState: state.clients.all[client]?.tradingState ?? "Active",
  });
}

/** Ends an order, or the replace of one, that was about to leave. */
export function turnBack(turn: Turn, order: Order, of: {
  readonly kind: RequestKind;
  readonly refusal: Refusal;
}): void {
  const { code: rejectCode, text } = of.refusal;
  turn.touch(order);
  const { replace } = order;
  if (of.kind === "Submit") applyRejected(turn, order, { rejectCode, text });
  else if (replace !== null) {
    forgetRequest(order, "Replace");
    refuseReplace(turn, order, { replace, rejectCode, text });
  }
}
