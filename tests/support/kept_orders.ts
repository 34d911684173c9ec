/**
 * Intents and orders as the core keeps them, without an engine.
 * @module
 */
import { Blotter } from "../../core/blotter.ts";
import { clientIndex, instrumentId, micros, orderId, qty, venueId } from "../../core/numbers.ts";
import type { Order, OrderTerms, PendingReplace } from "../../core/order.ts";
import type { IntentFields } from "../../core/slots/intents.ts";

const INTENT: IntentFields = {
  intentId: "i",
  client: clientIndex(0),
  action: "Place",
  contentLow: 0,
  contentHigh: 0,
  sentUs: micros(0),
  recvUs: micros(0),
  ingestUs: micros(0),
  tag: null,
  order: null,
  newestReport: null,
};

/** A limit order to buy. */
export const ORDER_TERMS: OrderTerms = {
  id: orderId(1),
  client: clientIndex(0),
  venue: venueId(0),
  instrument: instrumentId(0),
  side: "Buy",
  ordType: "Limit",
  timeInForce: "GTC",
  postOnly: false,
  reduceOnly: false,
  isDryRun: false,
};

/** Returns a Place that moved nothing yet, changed as given. */
export function intentFields(changes: Partial<IntentFields> = {}): IntentFields {
  return { ...INTENT, ...changes };
}

/** Returns a limit order to buy, changed as given; all that a blotter has share one intent. */
export function orderIn(blotter: Blotter, changes: Partial<OrderTerms> = {}): Order {
  const fields = intentFields();
  const { client, intentId } = fields;
  const bearer = blotter.intents.find(client, intentId) ?? blotter.intents.add(fields);
  return blotter.add({ ...ORDER_TERMS, ...changes }, bearer);
}

/** Returns the replace of an order by one quantum, asked for by the intent that bears it. */
export function pendingReplace(order: Order): PendingReplace {
  return {
    by: order.bearer,
    stage: "native",
    origIntentId: order.bearerId,
    orderQty: qty(1),
    price: null,
    ttlDueUs: null,
    expireUs: null,
    tag: null,
    params: null,
    clOrdId: null,
  };
}
