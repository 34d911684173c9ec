/**
 * Proves the grids, minima and capability checks of an intent (R-CORE-3, R-VENUE-1): what is off the
 * grid is refused and never rounded, what a venue cannot do is refused by name; and when sessions end.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { fromQuanta } from "../../core/decimal.ts";
import type { Capabilities, Instrument } from "../../core/instrument.ts";
import {
  capabilitiesOf,
  checkNotional,
  checkPlaceCapability,
  checkPrice,
  checkQty,
  checkReplaceCapability,
  nextSessionEndUs,
} from "../../core/instrument_rules.ts";
import type { PlaceOrder, ReplaceOrder } from "../../core/intent.ts";
import { DAY_US, micros, px, qty } from "../../core/numbers.ts";
import { placeOrder } from "../support/place_order.ts";
import { inverseInstrument, linearInstrument } from "../support/contract_instruments.ts";
import { CAPABILITIES, spotInstrument, VENUE } from "../support/spot_instrument.ts";

/** Ticks of 0.01 from 1, of 0.05 from 2, of 0.10 from 3.02. */
const TICKED = spotInstrument({
  priceRule: {
    scale: 2,
    ticks: [
      { fromQuanta: 100, stepQuanta: 1 },
      { fromQuanta: 200, stepQuanta: 5 },
      { fromQuanta: 302, stepQuanta: 10 },
    ],
  },
});

/** Prices of spreads, which may be negative. */
const SPREAD = spotInstrument({
  assetClass: "linear",
  priceRule: { scale: 1, ticks: [{ fromQuanta: -1_000, stepQuanta: 5 }] },
});

const PRICES: readonly (readonly [Instrument, string, number | undefined, string])[] = [
  [TICKED, "1", 100, "the first row is inclusive"],
  [TICKED, "1.99", 199, "the first row counts by 0.01"],
  [TICKED, "2", 200, "a row begins at its from"],
  [TICKED, "2.05", 205, "the second row counts by 0.05"],
  [TICKED, "2.01", undefined, "the second row refuses the first one's step"],
  [TICKED, "3", 300, "the second row reaches up to the third"],
  [TICKED, "3.02", 302, "multiples are counted from the row's own from"],
  [TICKED, "3.12", 312, "multiples are counted from the row's own from"],
  [TICKED, "3.1", undefined, "a multiple of 0.10 that is not counted from 3.02"],
  [TICKED, "0.99", undefined, "below the first row"],
  [TICKED, "1.001", undefined, "finer than the quantum"],
  [TICKED, "90071992547409.92", undefined, "beyond 2^53 quanta"],
  [TICKED, "-1", undefined, "negative on spot"],
  [SPREAD, "-100", -1_000, "negative prices of a spread count from the row"],
  [SPREAD, "-0.5", -5, "negative prices of a spread"],
  [SPREAD, "0", 0, "a spread of zero"],
  [SPREAD, "-0.4", undefined, "off the spread's grid"],
  [spotInstrument({ priceRule: SPREAD.priceRule }), "0", undefined, "zero on spot"],
];
for (const [instrument, decimal, expected, why] of PRICES) {
  Deno.test(`checkPrice() ${expected === undefined ? "refuses" : "takes"} ${decimal}: ${why}`, () => {
    const result = checkPrice(instrument, decimal);
    strictEqual(result.ok ? result.px : undefined, expected);
    if (!result.ok) strictEqual(result.breach.code, "PRICE_GRID");
  });
}

const FROM_ZERO = spotInstrument({
  priceRule: { scale: 2, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
});
const PRICE_TEXTS: readonly (readonly [Instrument, string, string])[] = [
  [TICKED, "0.99", "at least 1"],
  [TICKED, "1.001", "a multiple of 0.01"],
  [TICKED, "2.01", "a multiple of 0.05 counted from 2"],
  [SPREAD, "-0.05", "a multiple of 0.1"],
  [SPREAD, "-0.4", "a multiple of 0.5 counted from -100"],
  [SPREAD, "-100.5", "at least -100"],
  [FROM_ZERO, "0", "above 0"],
  [spotInstrument({ priceRule: SPREAD.priceRule }), "-0.5", "above 0"],
  [spotInstrument(), "0", "at least 0.01"],
  [FROM_ZERO, "90071992547409.92", "at most 90071992547409.91"],
];
for (const [instrument, decimal, rule] of PRICE_TEXTS) {
  Deno.test(`checkPrice() says that ${decimal} must be ${rule}`, () => {
    const result = checkPrice(instrument, decimal);
    ok(!result.ok);
    strictEqual(
      result.breach.text,
      `Cannot take the order: price must be ${rule} (price_rule): was ${decimal}`,
    );
  });
}

Deno.test("checkPrice() takes exactly the multiples of each row, for any ladder of ticks", () => {
  const row = fc.record({
    gap: fc.integer({ min: 1, max: 500 }),
    step: fc.integer({ min: 1, max: 60 }),
  });
  const rows = fc.array(row, { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(rows, fc.integer({ min: 1, max: 2_500 }), (drawn, quanta) => {
      const ticks: { fromQuanta: number; stepQuanta: number }[] = [];
      let from = 0;
      for (const { gap, step } of drawn) {
        from += gap;
        ticks.push({ fromQuanta: from, stepQuanta: step });
      }
      const grid = new Set<number>();
      for (const [at, { fromQuanta: start, stepQuanta: step }] of ticks.entries()) {
        const end = ticks[at + 1]?.fromQuanta ?? 2_501;
        for (let price = start; price < end; price += step) grid.add(price);
      }
      const instrument = spotInstrument({ priceRule: { scale: 3, ticks } });
      strictEqual(checkPrice(instrument, fromQuanta(quanta, 3)).ok, grid.has(quanta));
    }),
    { numRuns: 500 },
  );
});

const QUANTITIES = [
  ["0.002", 20, "the least quantity"],
  ["0.003", 30, "a multiple of the step"],
  ["500", 5_000_000, "the largest quantity"],
  ["0.001", undefined, "below the least quantity"],
  ["0.0025", undefined, "no multiple of the step"],
  ["0.00201", undefined, "finer than the quantum"],
  ["500.001", undefined, "above the largest quantity"],
  ["0", undefined, "nothing"],
  ["-0.002", undefined, "negative"],
] as const;
for (const [decimal, expected, why] of QUANTITIES) {
  Deno.test(`checkQty() ${expected === undefined ? "refuses" : "takes"} ${decimal}: ${why}`, () => {
    const result = checkQty(spotInstrument(), decimal);
    strictEqual(result.ok ? result.qty : undefined, expected);
    if (!result.ok) strictEqual(result.breach.code, "QTY_GRID");
  });
}

const QTY_TEXTS = [
  ["0.001", "at least 0.002"],
  ["0.0025", "a multiple of 0.001"],
  ["0.00201", "a multiple of 0.001, at most 500"],
  ["500.001", "at most 500"],
  ["0", "above 0"],
  ["-0.002", "above 0"],
] as const;
for (const [decimal, rule] of QTY_TEXTS) {
  Deno.test(`checkQty() says that ${decimal} must be ${rule}`, () => {
    const result = checkQty(spotInstrument(), decimal);
    ok(!result.ok);
    strictEqual(
      result.breach.text,
      `Cannot take the order: order_qty must be ${rule} (qty_rule): was ${decimal}`,
    );
  });
}

Deno.test("checkQty() takes any multiple of the step where there is no maximum", () => {
  const rule = { scale: 0, stepQuanta: 1, minQuanta: 0, maxQuanta: null };
  const instrument = spotInstrument({ qtyRule: rule });
  ok(checkQty(instrument, "9007199254740991").ok);
  ok(!checkQty(instrument, "9007199254740992").ok);
});

const FINE_INVERSE = inverseInstrument({
  contract: { kind: "inverse", multiplier: "0.25", settlement: "BTC" },
  qtyRule: { scale: 2, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
  minNotional: "0.75",
});

const NOTIONALS = [
  ["an inverse contract in decimals", FINE_INVERSE, 1, 299, 300],
  ["a linear contract", linearInstrument({ minNotional: "600.00001" }), 600_000, 10, 11],
  ["a linear spread below 0", linearInstrument({ minNotional: "120" }), -600_000, 1, 2],
  ["an inverse contract", inverseInstrument({ minNotional: "1000" }), 1, 9, 10],
] as const;
for (const [what, instrument, price, below, enough] of NOTIONALS) {
  Deno.test(`checkNotional() counts the multiplier of ${what}`, () => {
    const order = { px: px(price) };
    strictEqual(checkNotional(instrument, { ...order, qty: qty(below) })?.code, "MIN_NOTIONAL");
    strictEqual(checkNotional(instrument, { ...order, qty: qty(enough) }), undefined);
  });
}

Deno.test("checkNotional() compares exactly, also with a least notional finer than the quanta", () => {
  const instrument = spotInstrument({ minNotional: "10.0000001" });
  const below = { px: px(100_000), qty: qty(100) }; // 1 000.00 × 0.0100 = 10
  const above = { px: px(100_001), qty: qty(100) }; // 1 000.01 × 0.0100 = 10.0001
  strictEqual(checkNotional(instrument, below)?.code, "MIN_NOTIONAL");
  strictEqual(checkNotional(instrument, above), undefined);
  strictEqual(checkNotional(spotInstrument({ minNotional: "10" }), below), undefined);
  strictEqual(checkNotional(spotInstrument({ minNotional: null }), below), undefined);
});

Deno.test("capabilitiesOf() prefers what the instrument says over what its venue says", () => {
  strictEqual(capabilitiesOf(VENUE, spotInstrument()), CAPABILITIES);
  const instrument = spotInstrument({ capabilities: { postOnly: false } });
  deepStrictEqual(capabilitiesOf(VENUE, instrument), { ...CAPABILITIES, postOnly: false });
});

const PLACE = placeOrder();

const PLACES: readonly (readonly [Partial<Capabilities>, Partial<PlaceOrder>, string])[] = [
  [{ ordTypes: ["Limit"] }, { ordType: "Market", price: null }, "ord_type"],
  [{}, { timeInForce: "DAY" }, "time_in_force"],
  [{ postOnly: false }, { postOnly: true }, "post_only"],
  [{ reduceOnly: false }, { reduceOnly: true }, "reduce_only"],
  [{}, { params: { iceberg: "1", hidden: true } }, "hidden"],
  [{ params: [] }, { params: { iceberg: "1" } }, "iceberg"],
];
for (const [venue, intent, named] of PLACES) {
  Deno.test(`checkPlaceCapability() refuses what a venue cannot do and names ${named}`, () => {
    const text = checkPlaceCapability({ ...CAPABILITIES, ...venue }, { ...PLACE, ...intent });
    ok(text?.startsWith("Cannot place the order: "));
    ok(text?.includes(named));
  });
}

Deno.test("checkPlaceCapability() lets pass what the venue declares", () => {
  const intent: PlaceOrder = {
    ...PLACE,
    ordType: "Market",
    timeInForce: "IOC",
    reduceOnly: true,
    params: { strategy: 7, iceberg: "1" },
  };
  strictEqual(checkPlaceCapability(CAPABILITIES, intent), undefined);
  strictEqual(checkPlaceCapability(CAPABILITIES, { ...PLACE, postOnly: true }), undefined);
});

Deno.test("checkPlaceCapability() says which params a venue takes, or that it takes none", () => {
  const intent = { ...PLACE, params: { hidden: true } };
  const some = checkPlaceCapability({ ...CAPABILITIES, params: ["iceberg", "strategy"] }, intent);
  ok(some?.includes("params may only name iceberg, strategy: was hidden"));
  const none = checkPlaceCapability({ ...CAPABILITIES, params: [] }, intent);
  ok(none?.includes("params must be absent, since this venue takes none: was hidden"));
});

Deno.test("checkPlaceCapability() names unknown params in one order, whatever the intent's", () => {
  const one = checkPlaceCapability(CAPABILITIES, { ...PLACE, params: { z: 1, a: 1, 7: 1 } });
  const other = checkPlaceCapability(CAPABILITIES, { ...PLACE, params: { a: 1, 7: 1, z: 1 } });
  ok(one?.endsWith("was 7, a, z"));
  strictEqual(one, other);
});

const REPLACE: ReplaceOrder = {
  action: "Replace",
  intentId: "b",
  sentUs: micros(0),
  tag: null,
  hasTag: false,
  origIntentId: "a",
  orderQty: "1",
  validateOnly: false,
};

const REPLACES: readonly (readonly [
  Capabilities["replace"],
  Partial<ReplaceOrder>,
  string | undefined,
])[] = [
  ["native", { price: "101" }, undefined],
  ["cancel_new", { price: "101", params: { iceberg: "1" } }, undefined],
  ["reduce_only", {}, undefined],
  ["reduce_only", { price: "101" }, "price"],
  ["none", {}, "replace"],
  ["native", { params: { hidden: true } }, "hidden"],
];
for (const [replace, intent, named] of REPLACES) {
  const does = named === undefined ? "lets pass" : `refuses by ${named}`;
  const what = JSON.stringify(intent);
  Deno.test(`checkReplaceCapability() ${does} ${what} where replace is ${replace}`, () => {
    const text = checkReplaceCapability({ ...CAPABILITIES, replace }, { ...REPLACE, ...intent });
    strictEqual(text === undefined, named === undefined);
    if (named !== undefined) ok(text?.includes(named));
  });
}

const HOUR_US = 3_600_000_000;

/** Session end after midnight, time of day, and when the session ends that is then open. */
const ENDS: readonly (readonly [number | null, number, number])[] = [
  [null, 0, DAY_US],
  [null, DAY_US - 1, DAY_US],
  [16 * HOUR_US, 15 * HOUR_US, 16 * HOUR_US],
  [16 * HOUR_US, 16 * HOUR_US - 1, 16 * HOUR_US],
  [16 * HOUR_US, 16 * HOUR_US, 16 * HOUR_US + DAY_US],
];
for (const [sessionEndUs, atUs, endUs] of ENDS) {
  Deno.test(`nextSessionEndUs() of sessions to ${sessionEndUs} is ${endUs} at ${atUs}`, () => {
    const instrument = spotInstrument({ sessionEndUs });
    strictEqual(nextSessionEndUs(instrument, micros(3 * DAY_US + atUs)), 3 * DAY_US + endUs);
  });
}
