/**
 * Sums of an order: at the edge of 2^53, and of the version at the venue against a naive walk. The
 * columns are compared with plain fields in `tests/core/blotter_test.ts`. Proves a part of R-CORE-6:
 * amounts are exact.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { Blotter } from "../../core/blotter.ts";
import { px, qty } from "../../core/numbers.ts";
import type { Order } from "../../core/order.ts";
import { fillOf } from "../support/fills.ts";
import { orderIn } from "../support/kept_orders.ts";

const quanta = fc.oneof(
  fc.constantFrom(0, 1, 2 ** 26, 94_906_265, 94_906_266, Number.MAX_SAFE_INTEGER),
  fc.maxSafeInteger(),
);

Deno.test("Order.addNotional() sums exactly, within 2^53 and beyond it and back", () => {
  fc.assert(fc.property(fc.array(fc.record({ price: quanta, qty: quanta })), (executions) => {
    const order = orderIn(new Blotter(""));
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

Deno.test("Order keeps params, former names and a wide notional apart, whichever are taken away", () => {
  const params = fc.constantFrom(null, { speed: 1 });
  const names = fc.constantFrom<(string[] | null)[]>(null, ["U", "V"]);
  const notional = fc.constantFrom(0n, 5n, -(2n ** 80n), 2n ** 106n);
  const step = fc.record({ params, names, notional });
  fc.assert(fc.property(fc.array(step), fc.array(fc.nat(2)), (steps, kinds) => {
    const order = orderIn(new Blotter(""));
    const twin: (typeof steps)[number] = { params: null, names: null, notional: 0n };
    for (const [at, { params, names, notional }] of steps.entries()) {
      const kind = kinds[at % Math.max(1, kinds.length)] ?? 0;
      if (kind === 0) order.params = twin.params = params;
      if (kind === 1) order.formerVenueOrderIds = twin.names = names;
      if (kind === 2) order.notional = twin.notional = notional;
      const { params: now, formerVenueOrderIds } = order;
      deepStrictEqual([now, formerVenueOrderIds, order.notional], Object.values(twin));
    }
  }));
});

function placeAnew(order: Order): void {
  order.baseVersion += 1;
  order.executedAnew = qty(0);
}

Deno.test("Order.executedHere asks no execution again of an order that was placed anew", () => {
  const order = orderIn(new Blotter(""));
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
  kind: fc.constantFrom("fill", "fill", "late", "correct", "void", "join", "anew"),
  one: fc.nat(9),
  other: fc.nat(9),
  peak: fc.integer({ min: 1, max: 99 }),
});

Deno.test("Order.executedHere and standingHere are sums of a walk, whatever becomes of the executions", () => {
  fc.assert(fc.property(fc.array(change), (changes) => {
    const order = orderIn(new Blotter(""));
    placeAnew(order);
    for (const [id, { kind, one, other, peak }] of changes.entries()) {
      const fills = [...order.fills];
      const first = fills[one % Math.max(1, fills.length)];
      const second = fills[other % Math.max(1, fills.length)];
      if (kind === "fill") order.addFill(fillOf(`e${id}`, { version: order.baseVersion, peak }));
      else if (kind === "late") order.addFill(fillOf(`e${id}`, { version: 0, peak }));
      else if (kind === "anew") placeAnew(order);
      else if (first === undefined || second === undefined) continue;
      else if (kind === "void") first.isVoided = true;
      else if (kind === "correct") order.raisePeak(first, qty(peak));
      else if (first !== second) order.joinFills(first, second);
      const here = [...order.fills].filter(({ baseVersion }) => baseVersion >= order.baseVersion);
      strictEqual(order.executedHere, here.reduce((sum, { peakQty }) => sum + peakQty, 0));
      const standing = here.filter(({ isVoided }) => !isVoided);
      const sum = standing.reduce((total, { execution }) => total + execution.lastQty, 0);
      strictEqual(order.standingHere, sum);
    }
  }));
});
