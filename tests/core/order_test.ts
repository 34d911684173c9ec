/**
 * Sums of an order: at the edge of 2^53, and of the version at the venue against a naive walk. The
 * columns are compared with plain fields in `tests/core/blotter_test.ts`. Proves a part of R-CORE-6:
 * amounts are exact.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { Blotter } from "../../core/blotter.ts";
import {
  clientIndex,
  instrumentId,
  micros,
  orderId,
  px,
  qty,
  venueId,
} from "../../core/numbers.ts";
import type { Order } from "../../core/order.ts";
import { fillOf } from "../support/fills.ts";

function newOrder(): Order {
  const blotter = new Blotter("");
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

function placeAnew(order: Order): void {
  order.baseVersion += 1;
  order.executedAnew = qty(0);
}

Deno.test("Order.executedHere asks no execution again of an order that was placed anew", () => {
  const order = newOrder();
  placeAnew(order);
  let asked = 0;
  for (let id = 0; id < 100; id += 1) {
    const fill = fillOf(`e${id}`, { version: order.baseVersion, peak: 2 });
    Object.defineProperty(fill, "peakQty", {
      get: () => {
        asked += 1;
        return qty(2);
      },
    });
    order.addFill(fill);
  }
  asked = 0;
  strictEqual(order.executedHere, 200);
  strictEqual(asked, 0);
});

const change = fc.record({
  kind: fc.constantFrom("fill", "fill", "late", "correct", "join", "anew"),
  one: fc.nat(9),
  other: fc.nat(9),
  peak: fc.integer({ min: 1, max: 99 }),
});

Deno.test("Order.executedHere is the sum of a walk, whatever becomes of the executions", () => {
  fc.assert(fc.property(fc.array(change), (changes) => {
    const order = newOrder();
    placeAnew(order);
    for (const [id, { kind, one, other, peak }] of changes.entries()) {
      const fills = [...order.fills];
      const first = fills[one % Math.max(1, fills.length)];
      const second = fills[other % Math.max(1, fills.length)];
      if (kind === "fill") order.addFill(fillOf(`e${id}`, { version: order.baseVersion, peak }));
      else if (kind === "late") order.addFill(fillOf(`e${id}`, { version: 0, peak }));
      else if (kind === "anew") placeAnew(order);
      else if (first === undefined || second === undefined) continue;
      else if (kind === "correct") order.raisePeak(first, qty(peak));
      else if (first !== second) order.joinFills(first, second);
      const here = [...order.fills].filter(({ baseVersion }) => baseVersion >= order.baseVersion);
      strictEqual(order.executedHere, here.reduce((sum, { peakQty }) => sum + peakQty, 0));
    }
  }));
});
