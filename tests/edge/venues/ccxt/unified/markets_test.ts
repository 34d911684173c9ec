/**
 * Markets of the library, and what is listed of them.
 *
 * Proves: R-VENUE-2, R-DATA-2 for experimental exchanges.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Instrument } from "../../../../../core/instrument.ts";
import { instrumentId } from "../../../../../core/numbers.ts";
import { loadCcxt } from "../../../../../edge/venues/ccxt/library.ts";
import {
  DECIMAL_PLACES,
  openUnified,
  TICK_SIZE,
} from "../../../../../edge/venues/ccxt/unified/exchange.ts";
import { keepMarkets, listMarkets } from "../../../../../edge/venues/ccxt/unified/markets.ts";
import { readUnifiedOptions } from "../../../../../edge/venues/ccxt/unified/options.ts";
import { SPOT } from "../../../../support/ccxt_rig.ts";
import { CallBench } from "./call_bench.ts";

const SIGNIFICANT_DIGITS = 3;
const MARKET = {
  ...{ spot: true, active: true, base: "BTC", quote: "USDT" },
  precision: { amount: "0.0001", price: "0.05" },
  limits: { amount: { min: "0.0003", max: "12" }, cost: { min: "5" }, price: {} },
};

function listing(
  market: object | undefined,
  of: { readonly precisionMode?: number; readonly configured?: readonly Instrument[] } = {},
): ReturnType<typeof listMarkets> {
  const { precisionMode = TICK_SIZE, configured = [SPOT] } = of;
  const markets = market === undefined ? undefined : { "BTC/USDT": { ...market } };
  return listMarkets({ id: "some", precisionMode, markets }, configured, { postOnly: false });
}

/** What is listed. @throws {Error} If nothing is. */
function listed(market: object, precisionMode = TICK_SIZE): Instrument {
  const { listed: [one], problems } = listing(market, { precisionMode });
  if (one === undefined) throw new Error(problems.join("; "));
  return one.instrument;
}

function problem(market: object | undefined, precisionMode = TICK_SIZE): string {
  const { listed: all, problems } = listing(market, { precisionMode });
  deepStrictEqual([all.length, problems.length], [0, 1]);
  return problems[0] ?? "";
}

Deno.test("listMarkets() lists the rules of a market in quanta, and what can be traded with", () => {
  const instrument = listed(MARKET);
  deepStrictEqual(instrument.priceRule, { scale: 2, ticks: [{ fromQuanta: 5, stepQuanta: 5 }] });
  deepStrictEqual(instrument.qtyRule, {
    ...{ scale: 5, stepQuanta: 10, minQuanta: 30, maxQuanta: 1_200_000 },
  });
  deepStrictEqual([instrument.minNotional, instrument.status], ["5", "open"]);
  deepStrictEqual(instrument.capabilities, { postOnly: false });
});

/** How fine the library says a market is, and the tick in hundredths. */
const TICKS: readonly (readonly [number, unknown, number])[] = [
  [TICK_SIZE, "0.01", 1],
  [TICK_SIZE, 0.01, 1],
  [TICK_SIZE, "1e-2", 1],
  [TICK_SIZE, 1e-2, 1],
  [TICK_SIZE, "0.50", 50],
  [TICK_SIZE, "10", 1000],
  [TICK_SIZE, "1e1", 1000],
  [DECIMAL_PLACES, "2", 1],
  [DECIMAL_PLACES, 2, 1],
  [DECIMAL_PLACES, 1, 10],
  [DECIMAL_PLACES, 0, 100],
  [DECIMAL_PLACES, "0", 100],
];
for (const [precisionMode, price, stepQuanta] of TICKS) {
  Deno.test(`listMarkets() takes ${typeof price} ${price} of mode ${precisionMode} for ${stepQuanta}`, () => {
    const precision = { amount: precisionMode === TICK_SIZE ? "0.001" : 3, price };
    const { priceRule, qtyRule } = listed({ ...MARKET, precision }, precisionMode);
    deepStrictEqual(priceRule.ticks, [{ fromQuanta: stepQuanta, stepQuanta }]);
    strictEqual(qtyRule.stepQuanta, 100);
  });
}

/** Precision that is none: mode, price. */
const NO_TICKS: readonly (readonly [number, unknown])[] = [
  [TICK_SIZE, "0"],
  [TICK_SIZE, 0],
  [TICK_SIZE, undefined],
  [TICK_SIZE, null],
  [DECIMAL_PLACES, "-1"],
  [DECIMAL_PLACES, 2.5],
  [DECIMAL_PLACES, undefined],
  [SIGNIFICANT_DIGITS, 5],
  [SIGNIFICANT_DIGITS, "5"],
  [0, "0.01"],
];
for (const [precisionMode, price] of NO_TICKS) {
  Deno.test(`listMarkets() refuses ${typeof price} ${price} of mode ${precisionMode}`, () => {
    const precision = { amount: "1", price };
    match(problem({ ...MARKET, precision }, precisionMode), /must give a tick and a step/);
  });
}

for (const value of ["", "fine", NaN, true, {}]) {
  Deno.test(`listMarkets() refuses a tick of ${typeof value} ${String(value)}, with its path`, () => {
    const precision = { amount: "1", price: value };
    match(problem({ ...MARKET, precision }), /BTC\/USDT\.precision\.price/);
  });
}

Deno.test("listMarkets() refuses a tick below 0 and one that its quantum does not divide", () => {
  const price = { amount: "0.001", price: "-0.01" };
  match(problem({ ...MARKET, precision: price }), /^Cannot list x:BTC\/USDT: /);
  const finer = { amount: "0.00001", price: "0.001" };
  match(problem({ ...MARKET, precision: finer }), /write price: \{ quantum: "0\.001" \}/);
  const small = { amount: "1e-8", price: "0.01" };
  match(problem({ ...MARKET, precision: small }), /write quantity: \{ quantum: "0\.00000001" \}/);
  const places = { amount: 8, price: 2 };
  match(problem({ ...MARKET, precision: places }, DECIMAL_PLACES), /quantity: \{ quantum: /);
});

const REFUSED: readonly (readonly [string, object | undefined, RegExp])[] = [
  ["no markets at all", undefined, /some must have such a market: was BTC\/USDT/],
  ["a future", { ...MARKET, spot: false, swap: true }, /it must be a spot market/],
  ["what does not say whether it is spot", { ...MARKET, spot: undefined }, /BTC\/USDT\.spot/],
  ["another base", { ...MARKET, base: "XBT" }, /base and quote must be XBT\/USDT: was BTC\/USDT/],
  ["another quote", { ...MARKET, quote: "USD" }, /base and quote must be BTC\/USD: was BTC\/USDT/],
  ["base and quote as the other's", { ...MARKET, base: "USDT", quote: "BTC" }, /must be USDT\/BTC/],
  ["no base", { ...MARKET, base: null }, /BTC\/USDT\.base/],
  ["no precision", { ...MARKET, precision: undefined }, /BTC\/USDT\.precision/],
  ["an odd state", { ...MARKET, active: "yes" }, /BTC\/USDT\.active/],
  ["an odd limit", { ...MARKET, limits: { amount: { min: "few" } } }, /limits\.amount\.min/],
  ["odd limits", { ...MARKET, limits: [] }, /BTC\/USDT\.limits/],
];
for (const [what, market, why] of REFUSED) {
  Deno.test(`listMarkets() refuses ${what}, with the instrument's name`, () => {
    const words = problem(market);
    match(words, /^Cannot list x:BTC\/USDT: /);
    match(words, why);
  });
}

Deno.test("listMarkets() does not take an object's own words for markets", () => {
  const configured = [{ ...SPOT, symbol: "constructor" }, { ...SPOT, symbol: "__proto__" }];
  const { listed: all, problems } = listing(MARKET, { configured });
  deepStrictEqual([all.length, problems.length], [0, 2]);
});

Deno.test("listMarkets() suspends what is not active, and takes what is not said for active", () => {
  strictEqual(listed({ ...MARKET, active: false }).status, "suspended");
  for (const active of [undefined, null]) strictEqual(listed({ ...MARKET, active }).status, "open");
});

Deno.test("listMarkets() takes limits that are absent or 0 for none", () => {
  const zero = { amount: { min: 0, max: "0" }, cost: { min: "0.0" } };
  const none = { amount: { min: undefined, max: null }, cost: undefined };
  for (const limits of [zero, none, {}, undefined, null]) {
    const { qtyRule, minNotional } = listed({ ...MARKET, limits });
    deepStrictEqual([qtyRule.minQuanta, qtyRule.maxQuanta, minNotional], [10, null, null]);
  }
});

Deno.test("listMarkets() moves limits inwards onto the step", () => {
  const limits = { amount: { min: "1.5e-4", max: "0.00199" } };
  const { qtyRule } = listed({ ...MARKET, limits });
  deepStrictEqual([qtyRule.minQuanta, qtyRule.maxQuanta], [20, 190]);
});

Deno.test("listMarkets() holds up nothing for what has closed, and lists the others", () => {
  const old = { ...SPOT, id: instrumentId(1), symbol: "OLD/USDT", status: "closed" } as const;
  const gone = { ...SPOT, id: instrumentId(2), symbol: "GONE/USDT", name: "x:GONE/USDT" };
  const { listed: all, problems } = listing(MARKET, { configured: [old, SPOT, gone] });
  deepStrictEqual(all.map(({ symbol }) => symbol), ["BTC/USDT"]);
  strictEqual(problems.length, 1);
  ok(problems[0]?.includes("x:GONE/USDT"));
});

Deno.test("listMarkets() keeps what has closed as it is configured, while the market is there", () => {
  const closed = { ...SPOT, status: "closed" } as const;
  const market = { ...MARKET, precision: { amount: "1", price: undefined } };
  const { listed: [one], problems } = listing(market, { configured: [closed] });
  strictEqual(one?.instrument, closed);
  deepStrictEqual(problems, []);
});

Deno.test("keepMarkets() lets an order be cancelled on a market that is listed no more", async () => {
  const library = await loadCcxt();
  const options = readUnifiedOptions({ exchange: "binanceus", experimental: true });
  const account = await openUnified(library, options, { decimals: true });
  const markets = await openUnified(library, options, { decimals: true });
  const load = (at: object, all: readonly object[]): void =>
    (at as { setMarkets(all: readonly object[]): void }).setMarkets(all);
  const eth = { ...MARKET, id: "ETHUSDT", symbol: "ETH/USDT", base: "ETH" };
  load(account, [{ ...MARKET, id: "BTCUSDT", symbol: "BTC/USDT" }, eth]);
  load(markets, [eth]);
  keepMarkets(markets, account, ["BTC/USDT", "ETH/USDT", "LTC/USDT"]);
  account.setMarketsFromExchange(markets);
  deepStrictEqual(Object.keys(account.markets ?? {}).toSorted(), ["BTC/USDT", "ETH/USDT"]);
  const bench = new CallBench(account, () => ({ status: 200, body: '{"orderId":987}' }));
  Object.assign(account, { apiKey: "k", secret: "s" });
  const call = { kind: "cancel", figures: { key: "987", decimals: [] }, isDryRun: false } as const;
  await bench.result<object>((done) =>
    bench.calls.change(call, (there) => there.cancelOrder("987", "BTC/USDT"), done)
  );
  match(bench.changes[0] ?? "nothing", /^DELETE .*symbol=BTCUSDT/);
});
