/**
 * Proves the risk guards (R-CORE-7, R-CORE-3): each refuses what it must, in the declared order, and
 * says value, limit and configuration key.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Book } from "../../../core/book.ts";
import type { TradingState } from "../../../core/intent.ts";
import { micros, px, qty } from "../../../core/numbers.ts";
import { REFUSAL_CODES, type RefusalCode } from "../../../core/reject_code.ts";
import { firstRefusal, GUARDS, strictest } from "../../../core/risk/mod.ts";
import { bookOf, type RequestChanges, riskRequest } from "../../support/risk_request.ts";

const STATES: readonly TradingState[] = ["Active", "Reducing", "Halted"];

function codeFor(changes: RequestChanges): RefusalCode | undefined {
  return firstRefusal(riskRequest(changes))?.code;
}

/** A limit of every kind, none of which the usual order breaks. */
const LIMITED: RequestChanges = {
  limits: { maxOrderNotional: "600", maxPosition: qty(70_000), maxOpenOrders: 5 },
  exchangeLimits: { selfMatch: "refuse" },
  clientLimits: {
    orderRate: { perSecond: 1, burst: 1 },
    maxLoss: [{ currency: "USDT", most: "10" }],
  },
  venueLimits: { checkFunds: true },
};

/** One change per guard, in the order in which they are asked; the last breaks the last guard. */
const BREACHES: readonly (readonly [RefusalCode, RequestChanges])[] = [
  ["KILL_SWITCH", { killSwitch: true }],
  ["TRADING_HALTED", { operatorState: "Halted" }],
  ["REDUCE_ONLY", { reduceOnly: true }],
  ["MAX_QTY", { qty: qty(50_001) }],
  ["MAX_NOTIONAL", { countPx: px(70_000) }],
  ["MAX_POSITION", { accountPosition: 60_001 }],
  ["MAX_OPEN_ORDERS", { sums: { orders: 5 } }],
  ["PRICE_COLLAR", { px: px(10_101) }],
  ["SELF_MATCH", { own: [["Sell", 10_000]] }],
  ["RATE_LIMIT", { isCharged: true }],
  ["MAX_LOSS", { loss: { units: 1001, scale: 2 } }],
  ["FUNDS", { cash: null }],
];

Deno.test("firstRefusal() lets a sane order pass", () => {
  strictEqual(firstRefusal(riskRequest()), undefined);
});

for (const [at, [code]] of BREACHES.entries()) {
  Deno.test(`firstRefusal() gives ${code} when that guard and every later one refuse`, () => {
    const changes = Object.assign({}, ...BREACHES.slice(at).map(([, change]) => change));
    strictEqual(codeFor({ ...LIMITED, ...changes }), code);
  });
}

Deno.test("GUARDS runs in the order in which the codes are declared", () => {
  // RATE_LIMIT stands where the client's intents are counted, before anything is known of them.
  const order = BREACHES.filter(([code]) => code !== "RATE_LIMIT")
    .map(([code]) => REFUSAL_CODES.indexOf(code));
  deepStrictEqual(order, order.toSorted((left, right) => left - right));
  deepStrictEqual(
    BREACHES.map(([, change]) =>
      GUARDS.find((guard) => guard.check(riskRequest({ ...LIMITED, ...change })))
    ),
    [...GUARDS],
  );
});

Deno.test("every guard lets the usual order pass under a limit of every kind", () => {
  strictEqual(codeFor(LIMITED), undefined);
});

Deno.test("strictest() gives the most severe state and Active for none", () => {
  for (const [at, left] of STATES.entries()) {
    for (const [other, right] of STATES.entries()) {
      strictEqual(strictest(left, right), STATES[Math.max(at, other)]);
    }
  }
  strictEqual(strictest(), "Active");
});

for (const who of ["operatorState", "venueState", "instrumentState", "clientState"] as const) {
  Deno.test(`firstRefusal() obeys Halted and Reducing of ${who}`, () => {
    strictEqual(codeFor({ [who]: "Halted" }), "TRADING_HALTED");
    strictEqual(codeFor({ [who]: "Reducing" }), "REDUCE_ONLY");
    strictEqual(codeFor({ [who]: "Reducing", clientPosition: -10_000 }), undefined);
  });
}

const REDUCING: readonly (readonly [string, RequestChanges, boolean])[] = [
  ["a Buy against no position", {}, false],
  ["a Buy that adds to a long position", { clientPosition: 90_000 }, false],
  ["a Buy that closes a short position", { clientPosition: -10_000 }, true],
  ["a Buy one quantum beyond a short position", { clientPosition: -9_999 }, false],
  ["a Buy where open orders already reduce", {
    clientPosition: -10_000,
    pairSums: { buyQty: 1 },
  }, false],
  ["a Buy beside open orders", { clientPosition: -15_000, pairSums: { buyQty: 5_000 } }, true],
  ["a Sell that closes a long position", {
    side: "Sell",
    clientPosition: 10_000,
  }, true],
  ["a Sell that adds to a short position", { side: "Sell", clientPosition: -90_000 }, false],
  ["a Replace of which enough is filled", { clientPosition: -4_000, leavesQty: qty(4_000) }, true],
];
for (const [what, changes, passes] of REDUCING) {
  Deno.test(`firstRefusal() ${passes ? "takes" : "refuses"} ${what} as reduce_only`, () => {
    strictEqual(codeFor({ reduceOnly: true, ...changes }), passes ? undefined : "REDUCE_ONLY");
    strictEqual(
      codeFor({ clientState: "Reducing", ...changes }),
      passes ? undefined : "REDUCE_ONLY",
    );
  });
}

Deno.test("firstRefusal() takes the largest order and any where there is no limit", () => {
  strictEqual(codeFor({ qty: qty(50_000) }), undefined);
  const limits = { maxOrderQty: null };
  strictEqual(codeFor({ qty: qty(5_000_000), limits }), undefined);
});

const COLLARS: readonly (readonly [string, RequestChanges, boolean])[] = [
  ["a Buy 1 % above the best ask", { px: px(10_100) }, true],
  ["a Buy just beyond that", { px: px(10_101) }, false],
  ["a Buy far below the book", { px: px(1) }, true],
  ["a Sell 1 % below the best bid", { side: "Sell", px: px(9_801) }, true],
  ["a Sell just beyond that", { side: "Sell", px: px(9_800) }, false],
  ["a Sell far above the book", { side: "Sell", px: px(99_999) }, true],
  [
    "a Buy by the best bid without asks",
    { book: bookOf({ bids: [9_900, 1] }), px: px(9_999) },
    true,
  ],
  ["a Buy beyond the best bid without asks", {
    book: bookOf({ bids: [9_900, 1] }),
    px: px(10_000),
  }, false],
  ["any order in an empty book", { book: bookOf({}) }, false],
  ["any order before the first snapshot", { book: new Book() }, false],
  ["an order by a book just fresh enough", { nowUs: micros(2_000_000) }, true],
  ["an order by a stale book", { nowUs: micros(2_000_001) }, false],
  ["a Market Buy that the collar's levels hold", { px: null, qty: qty(30_000) }, true],
  ["a Market Buy one quantum larger", { px: null, qty: qty(30_001) }, false],
  ["a Market Replace whose rest they hold", {
    px: null,
    qty: qty(40_000),
    leavesQty: qty(30_000),
  }, true],
  ["a Market Sell that the best bid holds", { side: "Sell", px: null, qty: qty(20_000) }, true],
  ["a Market Sell that needs a level beyond", {
    side: "Sell",
    px: null,
    qty: qty(20_001),
  }, false],
  ["a Market Buy without asks", { px: null, book: bookOf({ bids: [9_900, 90_000] }) }, false],
];
for (const [what, changes, passes] of COLLARS) {
  Deno.test(`firstRefusal() ${passes ? "takes" : "refuses"} by the collar ${what}`, () => {
    strictEqual(codeFor(changes), passes ? undefined : "PRICE_COLLAR");
  });
}

Deno.test("firstRefusal() has no collar, and needs no book, without price_collar_ppm", () => {
  const limits = { priceCollarPpm: null };
  strictEqual(codeFor({ limits, book: new Book(), px: px(999_999) }), undefined);
});

Deno.test("firstRefusal() refuses by the collar once the feed has lost its place", () => {
  const lost = bookOf({ bids: [9_900, 1], asks: [10_000, 1] });
  lost.invalidate();
  strictEqual(codeFor({ book: lost }), "PRICE_COLLAR");
});

Deno.test("firstRefusal() collars by best bid and offer where the feed has no depth", () => {
  const quoted = new Book();
  quoted.applyQuote(
    { bidPx: px(9_900), bidQty: qty(5), askPx: px(10_000), askQty: qty(20_000), updateId: null },
    micros(1_000_000),
  );
  strictEqual(codeFor({ book: quoted, px: px(10_100) }), undefined);
  strictEqual(codeFor({ book: quoted, px: px(10_101) }), "PRICE_COLLAR");
  strictEqual(codeFor({ book: quoted, px: null, qty: qty(20_000) }), undefined);
  strictEqual(codeFor({ book: quoted, px: null, qty: qty(20_001) }), "PRICE_COLLAR");
});

Deno.test("firstRefusal() computes the collar exactly for any price and width", () => {
  const reference = fc.oneof(
    fc.integer({ min: -9_000, max: 9_000 }),
    fc.integer({
      min: 4_000_000_000_000_000,
      max: 4_500_000_000_000_000,
    }),
  );
  const ppm = fc.integer({ min: 0, max: 2_000_000 });
  fc.assert(
    fc.property(reference, ppm, fc.integer({ min: -3, max: 3 }), (best, width, offset) => {
      const size = BigInt(Math.abs(best));
      const bound = BigInt(best) + size * BigInt(width) / 1_000_000n;
      const price = Number(bound) + offset;
      if (!Number.isSafeInteger(price)) return;
      const isWithin = (BigInt(price) - BigInt(best)) * 1_000_000n <= size * BigInt(width);
      const limits = { priceCollarPpm: width };
      const changes = { book: bookOf({ asks: [best, 1] }), px: px(price), limits };
      strictEqual(codeFor(changes) === undefined, isWithin);
    }),
    { numRuns: 500 },
  );
});

const TEXTS: readonly (readonly [RequestChanges, readonly string[]])[] = [
  [{ qty: qty(70_000) }, ["at most 5 ", "limits.max_order_qty", "was 7"]],
  [{ px: px(10_300) }, ["at most 101, 1 %", "above the best ask 100 (", "ppm 10000", "was 103"]],
  [{ side: "Sell", px: px(9_700) }, ["at least 98.01, 1 %", "below the best bid 99 (", "was 97"]],
  [{ px: null, qty: qty(40_000) }, ["at most 3,", "up to 101,", "price_collar_ppm", "was 4"]],
  [{ nowUs: micros(3_000_000) }, ["at most 1000 ms", "limits.book_stale_ms", "was 2000 ms"]],
  [{ book: new Book() }, ["price_collar_ppm", "was none yet"]],
  [{ book: bookOf({}) }, ["price_collar_ppm", "without orders"]],
  [{ killSwitch: true }, ["operator.kill_switch", "was on"]],
  [{ operatorState: "Halted" }, ["was Halted", "operator.trading_state"]],
  [{ clientState: "Halted" }, ["was Halted", "SetRiskFlag"]],
  [{ reduceOnly: true, clientPosition: -5_000 }, ["at most 0.5,", "reduce_only", "was 1"]],
  [{ venueState: "Reducing" }, ["at most 0,", "Reducing", "account", "was 1"]],
  [{ instrumentState: "Reducing" }, ["at most 0,", "Reducing", "this instrument", "was 1"]],
  [{ instrumentState: "Halted" }, ["was Halted", "set for this instrument"]],
];
for (const [changes, parts] of TEXTS) {
  Deno.test(`firstRefusal() says ${parts.join(" … ")}`, () => {
    const text = firstRefusal(riskRequest(changes))?.text ?? "";
    ok(text.startsWith("Cannot take the order: "), text);
    for (const part of parts) ok(text.includes(part), `${part} in: ${text}`);
  });
}
