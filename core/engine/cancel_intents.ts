/**
 * Cancel and CancelAll as a client asks for them.
 * @module
 */
import type { Client } from "../clients.ts";
import { beginCancel } from "./cancel.ts";
import { refuseChange, refuseIntent } from "./refuse.ts";
import { reportCancelAllDone } from "./settle.ts";
import type { Turn } from "./turn.ts";
import type { CancelAll, CancelOrder } from "../intent.ts";
import type { IntentRecord, Order } from "../order.ts";
import type { Refusal } from "../risk/mod.ts";

/** Returns the order that an intent placed, replaced or tried to replace. */
export function orderMeant(turn: Turn, client: Client, origIntentId: string): Order | undefined {
  const meant = turn.state.blotter.intents.find(client.index, origIntentId);
  if (meant === undefined || meant.order === null) return undefined;
  if (meant.action !== "Place" && meant.action !== "Replace") return undefined;
  return turn.state.blotter.get(meant.order);
}

/** The refusal for an `orig_intent_id` that means no order. */
export function unknownOrder(origIntentId: string): Refusal {
  const text = "Cannot find the order: orig_intent_id must be an intent of this client that " +
    `placed, replaced or tried to replace an order: was ${origIntentId}`;
  return { code: "UNKNOWN_ORDER", text };
}

/** Applies a Cancel. */
export function applyCancel(
  turn: Turn,
  client: Client,
  of: { readonly intent: CancelOrder; readonly record: IntentRecord },
): void {
  const { intent, record } = of;
  const order = orderMeant(turn, client, intent.origIntentId);
  if (order === undefined) {
    refuseIntent(turn, record, unknownOrder(intent.origIntentId));
    return;
  }
  turn.touch(order);
  turn.state.blotter.intents.bind(record, order);
  const refusal = checkCancel(order);
  if (refusal === undefined) beginCancel(turn, order, { cause: "intent", by: record });
  else refuseChange(turn, order, { by: record, refusal });
}

function checkCancel(order: Order): Refusal | undefined {
  if (!order.isTerminal && order.cancel === null) return undefined;
  const rule = `Cannot cancel order ${order.id}: it must be live with no cancel pending`;
  return { code: "ILLEGAL_TRANSITION", text: `${rule}: was ${order.status}` };
}

/** Applies a CancelAll: takes every live order of the client, in order-id order. */
export function applyCancelAll(
  turn: Turn,
  client: Client,
  of: { readonly intent: CancelAll; readonly record: IntentRecord },
): void {
  const { intent, record } = of;
  const { state } = turn;
  const only = intent.instrument;
  if (only !== null && !state.instrumentByName.has(only)) {
    const text = "Cannot cancel all: instrument must be one that the instruments query lists: " +
      `was ${only}`;
    refuseIntent(turn, record, { code: "UNKNOWN_INSTRUMENT", text });
    return;
  }
  const taken = liveOrders(turn, client, only);
  if (taken.length === 0) {
    reportCancelAllDone(turn, record, { taken: 0, cancelled: 0 });
    return;
  }
  client.cancelAlls.take(record, { instrument: only, orders: taken.map(({ id }) => id) });
  state.blotter.intents.pin(record);
  for (const order of taken) beginCancel(turn, order, { cause: "cancelAll", by: record });
}

function liveOrders(turn: Turn, client: Client, only: string | null): Order[] {
  if (only === null) return [...client.open];
  const instrument = turn.state.instrumentByName.get(only)?.instrument.id;
  return [...client.open].filter((order) => order.instrument === instrument);
}
