/**
 * What trading was halted over before it left, or what no longer only reduces where it must: turned
 * back, and refused as its venue might have.
 *
 * The guards judge what is asked for; an order that they let in may wait for its turn, a link or a
 * second attempt, and the trading state or the position may change meanwhile. It provably never
 * left, so it need not.
 * @module
 */
import { keptOf } from "./admit.ts";
import { forgetRequest } from "./doubt.ts";
import { recountTouched } from "./exposure.ts";
import { applyRejected } from "./outcomes.ts";
import { refuseReplace } from "./replaced.ts";
import type { Turn } from "./turn.ts";
import { invariant } from "../invariant.ts";
import { type Qty, qty } from "../numbers.ts";
import { DOUBT, type Order, type RequestKind } from "../order.ts";
import {
  mustReduce,
  type Refusal,
  refusalIfAdding,
  refusalIfHalted,
  strictest,
  type TradingStates,
} from "../risk/mod.ts";

/** Returns why a request must not leave now, if it brings something new; else undefined. */
export function refusalToLeave(turn: Turn, order: Order, kind: RequestKind): Refusal | undefined {
  if (!bringsNew(order, kind)) return undefined;
  const bounds = boundsOf(turn, order);
  const halted = refusalIfHalted(bounds);
  if (halted !== undefined) return halted;
  if (!mustReduce(bounds)) return undefined;
  return checkReduces(turn, order, { bounds, leavesQty: leavesQtyOf(order, kind) });
}

/** What says whether an order may add. */
type Bounds = TradingStates & { readonly reduceOnly: boolean };

function boundsOf({ state }: Turn, order: Order): Bounds {
  const { client, venue, instrument, reduceOnly } = order.terms;
  return {
    operatorState: state.operatorState,
    venueState: strictest(
      state.venue(venue).tradingState,
      state.instrument(instrument).tradingState,
    ),
    clientState: state.clients.all[client]?.tradingState ?? "Active",
    reduceOnly,
  };
}

/** Asks again, with all that this event has done to orders so far, what was asked at admission. */
function checkReduces(
  turn: Turn,
  order: Order,
  of: { readonly bounds: Bounds; readonly leavesQty: Qty },
): Refusal | undefined {
  recountTouched(turn);
  const { state } = turn;
  const { client: index, instrument, side } = order.terms;
  const risk = state.riskOf(order);
  const listed = risk.instrument(instrument);
  const client = risk.client(index, state.clients.all[index]?.name ?? "");
  const countPx = (order.replace ?? order).price ?? order.referencePx;
  return refusalIfAdding({
    ...of.bounds,
    side,
    countPx,
    leavesQty: of.leavesQty,
    isDryRun: order.isDryRun,
    kept: keptOf(order, countPx),
    client,
    pair: risk.pair(client, listed),
    listed,
    clientPosition: state.ledger.positionQuanta(index, instrument),
    outcomes: state.outcomes,
  });
}

/** What would be open by this request alone: a Submit knows nothing of what an old version did. */
function leavesQtyOf(order: Order, kind: RequestKind): Qty {
  const { orderQty } = order.replace ?? order;
  const executed = kind === "Submit" ? order.baseCumQty : order.cumQty + order.voidedQty;
  return qty(Math.max(0, orderQty - executed));
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
