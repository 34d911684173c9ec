/**
 * The stricter of two limits, limit by limit. Proves R-CORE-7: without an administrator limits only
 * ever tighten.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  NO_CLIENT_LIMITS,
  NO_EXCHANGE_LIMITS,
  NO_LIMITS,
  NO_ORDER_LIMITS,
  NO_VENUE_LIMITS,
} from "../../../core/limits.ts";
import { qty } from "../../../core/numbers.ts";
import {
  isSame,
  stricterClient,
  stricterExchange,
  stricterInstrument,
  stricterOrders,
  stricterVenue,
} from "../../../core/risk/stricter.ts";

/** Two values of a limit, and the stricter one. */
const ORDERS = [
  ["maxOrderQty", qty(5), qty(7), qty(5)],
  ["maxOrderQty", null, qty(7), qty(7)],
  ["maxOrderNotional", "9.5", "10", "9.5"],
  ["maxOrderNotional", "0.5", "0.45", "0.45"],
  ["maxOrderNotional", "0.5", "0.55", "0.5"],
  ["maxOrderNotional", "100", "100", "100"],
  ["maxOrderNotional", null, "10", "10"],
  ["maxPosition", qty(0), qty(1), qty(0)],
  ["maxOpenOrders", 3, 4, 3],
  ["maxOpenOrders", 4, 4, 4],
  ["maxOpenOrders", null, null, null],
] as const;
for (const [name, one, other, expected] of ORDERS) {
  Deno.test(`stricterOrders() of ${name} ${one} and ${other} gives ${expected}`, () => {
    for (const [old, next] of [[one, other], [other, one]]) {
      const limits = stricterOrders({
        old: { ...NO_ORDER_LIMITS, [name]: old },
        next: { ...NO_ORDER_LIMITS, [name]: next },
      });
      deepStrictEqual(limits, { ...NO_ORDER_LIMITS, [name]: expected });
    }
  });
}

const INSTRUMENT = [
  ["maxOrderQty", qty(5), qty(7), qty(5)],
  ["priceCollarPpm", 100, 200, 100],
  ["priceCollarPpm", null, 200, 200],
  ["bookStaleMs", 10, 20, 10],
  ["initialMarginPpm", 100, 200, 200],
  ["initialMarginPpm", null, 200, 200],
] as const;
for (const [name, one, other, expected] of INSTRUMENT) {
  Deno.test(`stricterInstrument() of ${name} ${one} and ${other} gives ${expected}`, () => {
    for (const [old, next] of [[one, other], [other, one]]) {
      const limits = stricterInstrument({
        old: { ...NO_LIMITS, [name]: old },
        next: { ...NO_LIMITS, [name]: next },
      });
      deepStrictEqual(limits, { ...NO_LIMITS, [name]: expected });
    }
  });
}

Deno.test("stricterClient() takes the slower rate part by part, and every currency's smaller loss", () => {
  const old = {
    maxOpenOrders: 5,
    orderRate: { perSecond: 10, burst: 2 },
    maxLoss: [{ currency: "USDT", most: "10" }, { currency: "BTC", most: "1" }],
  };
  const next = {
    maxOpenOrders: 4,
    orderRate: { perSecond: 5, burst: 3 },
    maxLoss: [{ currency: "EUR", most: "7" }, { currency: "USDT", most: "11" }],
  };
  deepStrictEqual(stricterClient({ old, next }), {
    maxOpenOrders: 4,
    orderRate: { perSecond: 5, burst: 2 },
    maxLoss: [
      { currency: "EUR", most: "7" },
      { currency: "USDT", most: "10" },
      { currency: "BTC", most: "1" },
    ],
  });
  deepStrictEqual(stricterClient({ old: next, next: old }).maxLoss, [
    { currency: "USDT", most: "10" },
    { currency: "BTC", most: "1" },
    { currency: "EUR", most: "7" },
  ]);
  deepStrictEqual(stricterClient({ old: NO_CLIENT_LIMITS, next }), next);
  deepStrictEqual(stricterClient({ old, next: NO_CLIENT_LIMITS }), old);
});

Deno.test("stricterVenue() checks funds if either does, and tolerates what both do", () => {
  const tolerances = [{ currency: "USDT", most: "0.5" }, { currency: "BTC", most: "0.1" }];
  const old = { ...NO_VENUE_LIMITS, checkFunds: true, tripwire: { reports: 3, tolerances } };
  const next = {
    ...NO_VENUE_LIMITS,
    tripwire: { reports: 2, tolerances: [{ currency: "USDT", most: "0.25" }] },
  };
  for (const  of of[{ old, next }, { old: next, next: old }]) {
    deepStrictEqual(stricterVenue(of), {
      ...NO_VENUE_LIMITS,
      checkFunds: true,
      tripwire: { reports: 2, tolerances: [{ currency: "USDT", most: "0.25" }] },
    });
  }
  ok(!stricterVenue({ old: next, next }).checkFunds);
});

Deno.test("stricterExchange() refuses self-matches if either does", () => {
  const refuses = { ...NO_EXCHANGE_LIMITS, selfMatch: "refuse" } as const;
  strictEqual(stricterExchange({ old: refuses, next: NO_EXCHANGE_LIMITS }).selfMatch, "refuse");
  strictEqual(stricterExchange({ old: NO_EXCHANGE_LIMITS, next: refuses }).selfMatch, "refuse");
  const { selfMatch } = stricterExchange({ old: NO_EXCHANGE_LIMITS, next: NO_EXCHANGE_LIMITS });
  strictEqual(selfMatch, "allow");
});

const PAIRS: readonly (readonly [unknown, unknown, boolean])[] = [
  [1, 1, true],
  [1, 2, false],
  [null, null, true],
  [null, {}, false],
  [{}, null, false],
  [5, {}, false],
  [{ a: 1, b: { c: "x" } }, { b: { c: "x" }, a: 1 }, true],
  [{ a: 1, b: { c: "x" } }, { a: 1, b: { c: "y" } }, false],
  [{ a: 1 }, { a: 1, b: 2 }, false],
  [{ a: 1, b: 2 }, { a: 1 }, false],
  [{ a: 1, b: 2 }, { a: 1, b: 3 }, false],
  [[1, 2], [1, 2], true],
  [[1, 2], [1, 3], false],
];
for (const [left, right, expected] of PAIRS) {
  Deno.test(`isSame() gives ${expected} for ${JSON.stringify(left)} and ${JSON.stringify(right)}`, () => {
    strictEqual(isSame(left, right), expected);
  });
}
