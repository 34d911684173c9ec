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
import { firstRefusal, GUARDS, type RiskRequest, strictest } from "../../../core/risk/mod.ts";
import { spotInstrument } from "../../support/spot_instrument.ts";

const STATES: readonly TradingState[] = ["Active", "Reducing", "Halted"];

function book(
  levels: { readonly bids?: readonly number[]; readonly asks?: readonly number[] },
): Book {
  const made = new Book();
  made.applySnapshot({ bids: levels.bids ?? [], asks: levels.asks ?? [] }, micros(1_000_000));
  return made;
}

/** Bids 99.00 and 98.00, asks 100.00, 101.00 and 110.00; 1 % collar, at most 5 per order. */
const BOOK = book({
  bids: [9_900, 20_000, 9_800, 30_000],
  asks: [10_000, 20_000, 10_100, 10_000, 11_000, 90_000],
});

function request(changes: Partial<RiskRequest> = {}): RiskRequest {
  return {
    instrument: spotInstrument(),
    side: "Buy",
    px: px(10_000),
    qty: qty(10_000),
    reduceOnly: false,
    limits: { maxOrderQty: qty(50_000), priceCollarPpm: 10_000, bookStaleMs: 1_000 },
    book: BOOK,
    nowUs: micros(1_500_000),
    operatorState: "Active",
    venueState: "Active",
    clientState: "Active",
    killSwitch: false,
    clientPosition: 0,
    openReducing: 0,
    ...changes,
  };
}

function codeFor(changes: Partial<RiskRequest>): RefusalCode | undefined {
  return firstRefusal(request(changes))?.code;
}

/** One change per guard, in the order in which they are asked; the last breaks the last guard. */
const BREACHES: readonly (readonly [RefusalCode, Partial<RiskRequest>])[] = [
  ["KILL_SWITCH", { killSwitch: true }],
  ["TRADING_HALTED", { operatorState: "Halted" }],
  ["REDUCE_ONLY", { reduceOnly: true }],
  ["MAX_QTY", { qty: qty(50_001) }],
  ["PRICE_COLLAR", { px: px(10_101) }],
];

Deno.test("firstRefusal() lets a sane order pass", () => {
  strictEqual(firstRefusal(request()), undefined);
});

for (const [at, [code]] of BREACHES.entries()) {
  Deno.test(`firstRefusal() gives ${code} when that guard and every later one refuse`, () => {
    const changes = Object.assign({}, ...BREACHES.slice(at).map(([, change]) => change));
    strictEqual(codeFor(changes), code);
  });
}

Deno.test("GUARDS runs in the order in which the codes are declared", () => {
  const order = BREACHES.map(([code]) => REFUSAL_CODES.indexOf(code));
  deepStrictEqual(order, order.toSorted((left, right) => left - right));
  deepStrictEqual(
    BREACHES.map(([, change]) => GUARDS.find((guard) => guard.check(request(change)))),
    [...GUARDS],
  );
});

Deno.test("strictest() gives the most severe state and Active for none", () => {
  for (const [at, left] of STATES.entries()) {
    for (const [other, right] of STATES.entries()) {
      strictEqual(strictest(left, right), STATES[Math.max(at, other)]);
    }
  }
  strictEqual(strictest(), "Active");
});

for (const who of ["operatorState", "venueState", "clientState"] as const) {
  Deno.test(`firstRefusal() obeys Halted and Reducing of ${who}`, () => {
    strictEqual(codeFor({ [who]: "Halted" }), "TRADING_HALTED");
    strictEqual(codeFor({ [who]: "Reducing" }), "REDUCE_ONLY");
    strictEqual(codeFor({ [who]: "Reducing", clientPosition: -10_000 }), undefined);
  });
}

const REDUCING: readonly (readonly [string, Partial<RiskRequest>, boolean])[] = [
  ["a Buy against no position", {}, false],
  ["a Buy that adds to a long position", { clientPosition: 90_000 }, false],
  ["a Buy that closes a short position", { clientPosition: -10_000 }, true],
  ["a Buy one quantum beyond a short position", { clientPosition: -9_999 }, false],
  ["a Buy where open orders already reduce", {
    clientPosition: -10_000,
    openReducing: 1,
  }, false],
  ["a Buy beside open orders", { clientPosition: -15_000, openReducing: 5_000 }, true],
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
  const limits = { ...request().limits, maxOrderQty: null };
  strictEqual(codeFor({ qty: qty(5_000_000), limits }), undefined);
});

const COLLARS: readonly (readonly [string, Partial<RiskRequest>, boolean])[] = [
  ["a Buy 1 % above the best ask", { px: px(10_100) }, true],
  ["a Buy just beyond that", { px: px(10_101) }, false],
  ["a Buy far below the book", { px: px(1) }, true],
  ["a Sell 1 % below the best bid", { side: "Sell", px: px(9_801) }, true],
  ["a Sell just beyond that", { side: "Sell", px: px(9_800) }, false],
  ["a Sell far above the book", { side: "Sell", px: px(99_999) }, true],
  ["a Buy by the best bid without asks", { book: book({ bids: [9_900, 1] }), px: px(9_999) }, true],
  ["a Buy beyond the best bid without asks", {
    book: book({ bids: [9_900, 1] }),
    px: px(10_000),
  }, false],
  ["any order in an empty book", { book: book({}) }, false],
  ["any order without a book", { book: undefined }, false],
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
  ["a Market Buy without asks", { px: null, book: book({ bids: [9_900, 90_000] }) }, false],
];
for (const [what, changes, passes] of COLLARS) {
  Deno.test(`firstRefusal() ${passes ? "takes" : "refuses"} by the collar ${what}`, () => {
    strictEqual(codeFor(changes), passes ? undefined : "PRICE_COLLAR");
  });
}

Deno.test("firstRefusal() has no collar, and needs no book, without price_collar_ppm", () => {
  const limits = { ...request().limits, priceCollarPpm: null };
  strictEqual(codeFor({ limits, book: undefined, px: px(999_999) }), undefined);
});

Deno.test("firstRefusal() refuses by the collar once the feed has lost its place", () => {
  const lost = book({ bids: [9_900, 1], asks: [10_000, 1] });
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
      const limits = { ...request().limits, priceCollarPpm: width };
      const changes = { book: book({ asks: [best, 1] }), px: px(price), limits };
      strictEqual(codeFor(changes) === undefined, isWithin);
    }),
    { numRuns: 500 },
  );
});

const TEXTS: readonly (readonly [Partial<RiskRequest>, readonly string[]])[] = [
  [{ qty: qty(70_000) }, ["at most 5 ", "limits.max_order_qty", "was 7"]],
  [{ px: px(10_300) }, ["at most 101, 1 %", "above the best ask 100 (", "ppm 10000", "was 103"]],
  [{ side: "Sell", px: px(9_700) }, ["at least 98.01, 1 %", "below the best bid 99 (", "was 97"]],
  [{ px: null, qty: qty(40_000) }, ["at most 3,", "up to 101,", "price_collar_ppm", "was 4"]],
  [{ nowUs: micros(3_000_000) }, ["at most 1000 ms", "limits.book_stale_ms", "was 2000 ms"]],
  [{ book: undefined }, ["price_collar_ppm", "was none yet"]],
  [{ book: book({}) }, ["price_collar_ppm", "without orders"]],
  [{ killSwitch: true }, ["operator.kill_switch", "was on"]],
  [{ operatorState: "Halted" }, ["was Halted", "operator.trading_state"]],
  [{ clientState: "Halted" }, ["was Halted", "SetRiskFlag"]],
  [{ reduceOnly: true, clientPosition: -5_000 }, ["at most 0.5,", "reduce_only", "was 1"]],
  [{ venueState: "Reducing" }, ["at most 0,", "Reducing", "account", "was 1"]],
];
for (const [changes, parts] of TEXTS) {
  Deno.test(`firstRefusal() says ${parts.join(" … ")}`, () => {
    const text = firstRefusal(request(changes))?.text ?? "";
    ok(text.startsWith("Cannot take the order: "), text);
    for (const part of parts) ok(text.includes(part), `${part} in: ${text}`);
  });
}
