/**
 * Markets as Binance lists them, matched with what is configured.
 *
 * Proves: R-VENUE-2 (rules are the venue's), R-OPS-2 (a sentence that says what to write).
 * @module
 */
import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import type { Instrument } from "../../../../../core/instrument.ts";
import { instrumentId, px, qty } from "../../../../../core/numbers.ts";
import { listMarkets, parseMarkets } from "../../../../../edge/venues/ccxt/binance/markets.ts";
import type { ExchangeProduct } from "../../../../../edge/venues/ccxt/options.ts";
import { parseJson } from "../../../../../edge/venues/ccxt/payload.ts";
import type { Listings } from "../../../../../edge/venues/ccxt/shared_account.ts";
import {
  CcxtRig,
  PERPETUAL,
  PREFIX,
  relaxed,
  SPOT,
  stillVenue,
} from "../../../../support/ccxt_rig.ts";
import { sharedData } from "../../../../support/shared_data.ts";

const FILTERS = [
  { filterType: "PRICE_FILTER", minPrice: "0.01", maxPrice: "1000000", tickSize: "0.01000000" },
  { filterType: "LOT_SIZE", minQty: "0.00010", maxQty: "9000.00", stepSize: "0.00010" },
  { filterType: "NOTIONAL", minNotional: "5.00000000" },
  { filterType: "SOMETHING_NEW" },
];

/** A spot market, changed as given. */
function market(
  changes: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    symbol: "BTCUSDT",
    status: "TRADING",
    baseAsset: "BTC",
    quoteAsset: "USDT",
    filters: FILTERS,
    ...changes,
  };
}

function list(
  instrument: Instrument,
  symbols: readonly unknown[],
  product: ExchangeProduct = "spot",
): Listings {
  return listAll([instrument], symbols, product);
}

function listAll(
  instruments: readonly Instrument[],
  symbols: readonly unknown[],
  product: ExchangeProduct = "spot",
): Listings {
  return listMarkets(instruments, parseMarkets({ symbols }, { product, instruments }));
}

Deno.test("listMarkets() takes grids, minima and status from the venue, quanta from us", () => {
  const { listed, problems } = list(SPOT, [market()]);
  deepStrictEqual(problems, []);
  const [one] = listed;
  strictEqual(one?.symbol, "BTCUSDT");
  deepStrictEqual(one?.instrument.priceRule, {
    scale: 2,
    ticks: [{ fromQuanta: 1, stepQuanta: 1 }],
  });
  deepStrictEqual(one?.instrument.qtyRule, {
    scale: 5,
    stepQuanta: 10,
    minQuanta: 10,
    maxQuanta: 900_000_000,
  });
  deepStrictEqual([one?.instrument.minNotional, one?.instrument.status], ["5", "open"]);
});

const statuses = [
  ["TRADING", "open"],
  ["HALT", "suspended"],
  ["BREAK", "suspended"],
  ["A_NEW_WORD", "suspended"],
  ["DELIVERED", "closed"],
] as const;
for (const [status, ours] of statuses) {
  Deno.test(`listMarkets() lists a market that says ${status} as ${ours}`, () => {
    strictEqual(list(SPOT, [market({ status })]).listed[0]?.instrument.status, ours);
  });
}

const problems: readonly (readonly [string, Instrument, RegExp])[] = [
  ["a tick finer than the quantum", {
    ...SPOT,
    priceRule: { ...SPOT.priceRule, scale: 1 },
  }, /price.quantum must divide .* write price: { quantum: "0.01" }$/],
  ["a step finer than the quantum", {
    ...SPOT,
    qtyRule: { ...SPOT.qtyRule, scale: 3 },
  }, /quantity.quantum must divide .* write quantity: { quantum: "0.0001" }$/],
  ["a market that is not there", { ...SPOT, base: "XYZ" }, /must have such a market$/],
  [
    "another class",
    { ...SPOT, assetClass: "linear" },
    /asset class must be the market's: was linear$/,
  ],
];
for (const [what, instrument, sentence] of problems) {
  Deno.test(`listMarkets() says in a sentence that there is ${what}`, () => {
    const { listed, problems: [problem] } = list(instrument, [market()]);
    deepStrictEqual(listed, []);
    match(problem ?? "", sentence);
  });
}

Deno.test("listMarkets() keeps what has closed for as long as the exchange has it", () => {
  const closed = { ...SPOT, status: "closed" } as const;
  const { listed } = list(closed, [market({ status: "CLOSE" })]);
  deepStrictEqual(listed.map(({ instrument }) => instrument.status), ["closed"]);
  deepStrictEqual(list(closed, []), { listed: [], problems: [] });
});

/** The quantum is ten times the tick. */
const COARSE: Instrument = { ...SPOT, priceRule: { ...SPOT.priceRule, scale: 1 } };
/** The same market by the exchange's own name. */
const RENAMED: Instrument = { ...SPOT, name: "x:BTCUSDT", symbol: "BTCUSDT" };

Deno.test("listMarkets() keeps what has closed with its quanta, also below a finer tick", () => {
  const closed = { ...COARSE, status: "closed" } as const;
  const listed = [{ symbol: "BTCUSDT", instrument: closed }];
  deepStrictEqual(list(closed, [market()]), { listed, problems: [] });
  deepStrictEqual(list({ ...closed, assetClass: "linear" }, [market()]).listed, []);
});

Deno.test("listMarkets() refuses a second name of a market", () => {
  const { listed, problems } = listAll([RENAMED, SPOT], [market()]);
  deepStrictEqual(listed.map(({ instrument }) => instrument.name), ["x:BTCUSDT"]);
  deepStrictEqual(problems, [
    "Cannot list x:BTC/USDT: BTCUSDT must have one name, and x:BTCUSDT means it, too; " +
    "configure one of the two",
  ]);
});

for (const [what, left] of [["has its old tick", SPOT], ["has a finer tick", COARSE]] as const) {
  Deno.test(`listMarkets() refuses a new name of what has orders by its old one and ${what}`, () => {
    const { problems } = listAll([RENAMED, { ...left, status: "closed" }], [market()]);
    deepStrictEqual(problems, [
      "Cannot list x:BTC/USDT: BTCUSDT must have one name, and x:BTCUSDT means it, too; take " +
      "x:BTCUSDT out of the configuration until no order of ours rests on x:BTC/USDT",
    ]);
  });
}

Deno.test("start() stays down where two instruments mean one market", relaxed, async () => {
  await using venue = await stillVenue("binance_spot");
  using rig = await CcxtRig.start(venue, { also: [{ ...RENAMED, id: instrumentId(1) }] });
  await rig.until(() => rig.statuses.length > 0, "a status");
  match(rig.statuses[0] ?? "", /^down: Cannot list x:BTCUSDT: BTCUSDT must have one name/);
  rig.submit(1);
  strictEqual((await rig.next("RequestFailed")).outcome, "notSent");
});

Deno.test("send() cancels what rests by a quantum that the tick has left", relaxed, async () => {
  await using venue = await stillVenue("binance_spot");
  {
    using before = await CcxtRig.up(venue);
    before.submit(1);
    await before.next("OrderAccepted");
  }
  const coarse = { ...SPOT, status: "closed", priceRule: { ...SPOT.priceRule, scale: 0 } } as const;
  using rig = await CcxtRig.up(venue, { instrument: coarse });
  const [open] = (await rig.reconcile(null)).openOrders;
  deepStrictEqual([open?.clOrdId, open?.price], [`${PREFIX}-1-1`, 49_900]);
  rig.cancel(1);
  strictEqual((await rig.next("OrderCancelled")).clOrdId, `${PREFIX}-1-1`);
});

/** Markets of USD-M: the perpetual of the pair, and a contract that ends. */
const FUTURES_FILTERS = [
  { filterType: "PRICE_FILTER", tickSize: "0.10" },
  { filterType: "LOT_SIZE", minQty: "0.001", maxQty: "1000", stepSize: "0.001" },
  { filterType: "MIN_NOTIONAL", notional: "100" },
];
const PERPETUAL_MARKET = {
  ...market({ filters: FUTURES_FILTERS }),
  marginAsset: "USDT",
  contractType: "PERPETUAL",
};
const QUARTER_MARKET = {
  ...PERPETUAL_MARKET,
  symbol: "BTCUSDT_261225",
  contractType: "CURRENT_QUARTER",
};
/** A contract that ends, by the exchange's own name. */
const QUARTER: Instrument = { ...PERPETUAL, name: "x:BTCUSDT_261225", symbol: "BTCUSDT_261225" };

Deno.test("listMarkets() takes the perpetual of a pair, and checks what it settles in", () => {
  const { listed } = list(PERPETUAL, [QUARTER_MARKET, PERPETUAL_MARKET], "usdm");
  deepStrictEqual([listed[0]?.symbol, listed[0]?.instrument.minNotional], ["BTCUSDT", "100"]);
  const inCoin = {
    ...PERPETUAL.contract,
    kind: "linear",
    multiplier: "1",
    settlement: "BTC",
  } as const;
  const wrong = list({ ...PERPETUAL, contract: inCoin }, [PERPETUAL_MARKET], "usdm");
  match(wrong.problems[0] ?? "", /settlement must be USDT: was BTC$/);
});

Deno.test("listMarkets() takes a contract that ends by the exchange's own name", () => {
  const { listed, problems } = list(QUARTER, [PERPETUAL_MARKET, QUARTER_MARKET], "usdm");
  deepStrictEqual([listed.map(({ symbol }) => symbol), problems], [["BTCUSDT_261225"], []]);
});

for (const symbol of ["BTCUSDT_261225", "BTC/USDT:USDT-261225"]) {
  Deno.test(`listMarkets() does not take the perpetual for ${symbol}, which has ended`, () => {
    const ended = { ...QUARTER, name: `x:${symbol}`, symbol };
    const problems = [`Cannot list x:${symbol}: the exchange must have such a market`];
    deepStrictEqual(list(ended, [PERPETUAL_MARKET], "usdm"), { listed: [], problems });
    const left = { ...ended, status: "closed" } as const;
    deepStrictEqual(list(left, [PERPETUAL_MARKET], "usdm"), { listed: [], problems: [] });
  });
}

Deno.test("start() stays down where a contract that is configured has ended", relaxed, async () => {
  await using venue = await stillVenue("binance_usdm");
  using rig = await CcxtRig.start(venue, { instrument: QUARTER });
  await rig.until(() => rig.statuses.length > 0, "a status");
  match(rig.statuses[0] ?? "", /^down: Cannot list x:BTCUSDT_261225: the exchange must have/);
});

Deno.test(
  "lookup() concludes nothing of an order of a contract that has ended",
  relaxed,
  async () => {
    await using venue = await stillVenue("binance_usdm");
    const left = { ...QUARTER, id: instrumentId(1), status: "closed" } as const;
    using rig = await CcxtRig.up(venue, { instrument: PERPETUAL, also: [left] });
    for (const [failed, venueOrderId] of [null, "77"].entries()) {
      rig.lookup(1, { instrument: left.id, venueOrderId });
      strictEqual((await rig.next("RequestFailed", failed)).outcome, "notSent");
    }
    rig.submit(2, { price: px(499_900), orderQty: qty(100) });
    await rig.next("OrderAccepted");
    const { openOrders } = await rig.reconcile(null);
    deepStrictEqual(openOrders.map(({ instrument }) => instrument), [PERPETUAL.id]);
  },
);

Deno.test("parseMarkets() passes over odd markets, but not over one that is configured", () => {
  const odd = { symbol: "ODD", baseAsset: "ODD", quoteAsset: "USDT", filters: "none" };
  strictEqual(list(SPOT, [odd, market()]).listed.length, 1);
  throws(() => list(SPOT, [market({ filters: [] })]), /must have a filter PRICE_FILTER/);
});

const path = sharedData("venue_payloads/binance/spot/http_json/exchange_info_response.json");
Deno.test({
  name: "parseMarkets() reads the recorded exchange_info_response.json",
  ignore: path === undefined,
  fn: () => {
    const body = parseJson(Deno.readTextFileSync(path ?? ""));
    deepStrictEqual(parseMarkets(body, { product: "spot", instruments: [SPOT] }), []);
  },
});
