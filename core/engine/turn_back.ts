/**
 * What trading was halted over before it left: turned back, and refused as its venue might have.
 *
 * The guard judges what is asked for; an order that it let in may wait for its turn, a link or a
 * second attempt, and the halt may come meanwhile. It provably never left, so it need not.
 * @module
 */
import { forgetRequest } from "./doubt.ts";
import { applyRejected } from "./outcomes.ts";
import { refuseReplace } from "./replaced.ts";
import type { Turn } from "./turn.ts";
import { invariant } from "../invariant.ts";
import { DOUBT, type Order, type RequestKind } from "../order.ts";
import { type Refusal, refusalIfHalted, strictest } from "../risk/mod.ts";

/** Returns why a request must not leave now, if it brings something new; else undefined. */
export function haltOver(turn: Turn, order: Order, kind: RequestKind): Refusal | undefined {
  if (!bringsNew(order, kind)) return undefined;
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
