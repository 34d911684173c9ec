/**
 * Sums of an order at the edge of 2^53. The columns are compared with plain fields in
 * `tests/core/blotter_test.ts`. Proves a part of R-CORE-6: amounts are exact.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { Blotter } from "../../core/blotter.ts";
import { clientIndex, instrumentId, micros, orderId, px, venueId } from "../../core/numbers.ts";
import type { Order } from "../../core/order.ts";

function newOrder(): Order {
  const blotter = new Blotter();
  const client = clientIndex(0);
  const bearer = blotter.intents.add({
    intentId: "i",
    client,
    action: "Place",
    contentLow: 0,
    contentHigh: 0,
    sentUs: micros(0),
    recvUs: micros(0),
    ingestUs: micros(0),
    tag: null,
    order: null,
    newestReport: null,
  });
  const terms = {
    id: orderId(1),
    client,
    venue: venueId(0),
    instrument: instrumentId(0),
    side: "Buy",
    ordType: "Limit",
    timeInForce: "GTC",
    postOnly: false,
    reduceOnly: false,
    isDryRun: false,
  } as const;
  return blotter.add(terms, bearer);
}

const quanta = fc.oneof(
  fc.constantFrom(0, 1, 2 ** 26, 94_906_265, 94_906_266, Number.MAX_SAFE_INTEGER),
  fc.maxSafeInteger(),
);

Deno.test("Order.addNotional() sums exactly, within 2^53 and beyond it and back", () => {
  fc.assert(fc.property(fc.array(fc.record({ price: quanta, qty: quanta })), (executions) => {
    const order = newOrder();
    let sum = 0n;
    for (const { price, qty } of executions) {
      order.addNotional(px(price), qty);
      sum += BigInt(price) * BigInt(qty);
      strictEqual(order.notional, sum);
    }
    for (const { price, qty } of executions) order.addNotional(px(price), -qty);
    strictEqual(order.notional, 0n);
  }));
});
