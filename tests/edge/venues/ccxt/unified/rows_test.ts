/**
 * Rows of the library as they are read: figures in every spelling, states, fees, and what is refused.
 *
 * Proves: R-VENUE-2, R-DATA-1 for experimental exchanges.
 * @module
 */
import { deepStrictEqual, strictEqual, throws } from "node:assert/strict";
import {
  parseAcknowledgement,
  parseMark,
  parseMarks,
  parseOrder,
  parseOrderIds,
  parseTotals,
  parseTrades,
  statusOf,
  type UnifiedTrade,
} from "../../../../../edge/venues/ccxt/unified/rows.ts";

const KEY = "tlabcdef01-1-1";
const SPELLED = "tlabcdef01x1x1";
const ORDER = {
  ...{ id: "987", clientOrderId: SPELLED, side: "buy", status: "open", amount: "0.5" },
  ...{ filled: "0.1", price: "2000.10", timestamp: 1_795_000_000_000, info: {} },
};
const TRADE = {
  ...{ id: "11", order: "987", side: "sell", amount: "0.5", price: "2000.1" },
  ...{ takerOrMaker: "maker", timestamp: 1_795_000_000_000 },
  fee: { cost: "0.001", currency: "USDT" },
};

function tradeOf(row: object): UnifiedTrade {
  const [trade] = parseTrades([{ ...TRADE, ...row }]);
  if (trade === undefined) throw new Error("Cannot find a trade");
  return trade;
}

/** @throws {Error} If it reads, or says something else. */
function refuses(read: () => unknown, why: RegExp): void {
  throws(read, { name: "PayloadError", message: why });
}

Deno.test("parseOrder() reads an order, its figures canonical and its key ours", () => {
  deepStrictEqual(parseOrder(ORDER), {
    ...{ id: "987", key: KEY, side: "Buy", status: "open" },
    ...{ orderQty: "0.5", cumQty: "0.1", price: "2000.1", placedMs: 1_795_000_000_000 },
    isOfMoment: false,
  });
});

const FIGURES: readonly (readonly [unknown, string])[] = [
  ["0.50", "0.5"],
  [0.5, "0.5"],
  [1e-7, "0.0000001"],
  ["1e-7", "0.0000001"],
  ["1.25E-3", "0.00125"],
  ["12.5e-1", "1.25"],
  ["125e-3", "0.125"],
  [1e21, "1000000000000000000000"],
  ["1.5e+3", "1500"],
  ["1.23456e2", "123.456"],
  ["0E-8", "0"],
  ["0e5", "0"],
  [0, "0"],
  [-0, "0"],
  ["-0.00", "0"],
  ["100", "100"],
  ["1e0", "1"],
  ["00e1", "0"],
  [0.1 + 0.2, "0.30000000000000004"], // as it was told: nothing is rounded here
];
for (const [told, figure] of FIGURES) {
  Deno.test(`parseOrder() reads ${typeof told} ${String(told)} as ${figure}`, () => {
    strictEqual(parseOrder({ ...ORDER, amount: told }).orderQty, figure);
  });
}

const NO_FIGURES: readonly unknown[] = [
  ...["", " 1", "1,5", "0x10", "NaN", "Infinity", "1e", "e5", "1e99", "1e-99", "--1", "+1", ".5"],
  ...[NaN, Infinity, null, undefined, true, {}, [], ["1"]],
];
for (const told of NO_FIGURES) {
  Deno.test(`parseOrder() refuses the amount ${typeof told} ${String(told)}, with its path`, () => {
    refuses(() => parseOrder({ ...ORDER, amount: told }), /order\.amount: it must be/);
  });
}

const MISSING: readonly (readonly [string, RegExp])[] = [
  ["id", /order\.id/],
  ["side", /order\.side/],
  ["status", /order\.status/],
  ["amount", /order\.amount/],
  ["filled", /order\.filled/],
];
for (const [name, path] of MISSING) {
  Deno.test(`parseOrder() refuses an order without ${name}, with its path`, () => {
    for (const value of [undefined, null]) {
      refuses(() => parseOrder({ ...ORDER, [name]: value }), path);
    }
  });
}

Deno.test("parseOrder() refuses what it cannot know: a state, a side, a time in another unit", () => {
  for (const status of ["done", "OPEN", "", 1]) {
    refuses(() => parseOrder({ ...ORDER, status }), /order\.status/);
  }
  refuses(() => parseOrder({ ...ORDER, side: "Buy" }), /order\.side/);
  for (const timestamp of ["1795000000000", 1795.5, -1]) {
    refuses(() => parseOrder({ ...ORDER, timestamp }), /order\.timestamp/);
  }
  for (const value of [null, undefined, [], "987", 7]) refuses(() => parseOrder(value), /order/);
});

Deno.test("parseOrder() takes what need not be there as not said", () => {
  const { timestamp: _1, price: _2, clientOrderId: _3, info: _4, ...rest } = ORDER;
  const { placedMs, price, key } = parseOrder({ ...rest, price: null });
  deepStrictEqual([placedMs, price, key], [null, null, null]);
  const rejected = parseOrder({ ...ORDER, status: "rejected", filled: undefined });
  strictEqual(rejected.cumQty, "0");
});

Deno.test("parseOrder() finds the key in the venue's own row, and no stranger's word", () => {
  const without = { ...ORDER, clientOrderId: undefined };
  strictEqual(parseOrder({ ...without, info: { text: SPELLED } }).key, KEY);
  strictEqual(parseOrder({ ...ORDER, clientOrderId: "mine", info: { cid: SPELLED } }).key, KEY);
  strictEqual(parseOrder({ ...ORDER, clientOrderId: "mine" }).key, null);
  strictEqual(parseOrder({ ...without, remark: SPELLED }).key, null);
  refuses(() => parseOrder({ ...ORDER, clientOrderId: 7 }), /order\.clientOrderId/);
});

/** Status, executed of 0.5, and what it means to the core. */
const STANDS = [
  ["open", "0", "open"],
  ["open", "0.5", "open"],
  ["canceling", "0.1", "open"],
  ["closed", "0.5", "filled"],
  ["closed", "0.50", "filled"],
  ["closed", "0.1", "cancelled"],
  ["closed", "0", "cancelled"],
  ["canceled", "0.1", "cancelled"],
  ["expired", "0", "expired"],
  ["rejected", "0", "rejected"],
] as const;
for (const [status, filled, expected] of STANDS) {
  Deno.test(`statusOf() is ${expected} for ${status} with ${filled} of 0.5`, () => {
    strictEqual(statusOf(parseOrder({ ...ORDER, status, filled })), expected);
  });
}

Deno.test("parseAcknowledgement() needs the order's number, and nothing else", () => {
  deepStrictEqual(parseAcknowledgement({ id: "987" }), { id: "987", key: null });
  deepStrictEqual(parseAcknowledgement({ id: "987", info: { data: { c: SPELLED } } }), {
    id: "987",
    key: KEY,
  });
  for (const value of [{}, { id: "" }, { id: null }, { id: undefined, clientOrderId: SPELLED }]) {
    refuses(() => parseAcknowledgement(value), /it must name the order/);
  }
  for (const value of [{ id: 987 }, null, undefined, [], "987"]) {
    refuses(() => parseAcknowledgement(value), /order/);
  }
});

Deno.test("parseMarks() reads names where nothing else of a row can be read", () => {
  const rows = [{ id: "1", info: { c: SPELLED } }, { ...ORDER, status: "odd", amount: null }];
  deepStrictEqual(parseMarks(rows), [
    { id: "1", key: KEY, timeMs: 0 },
    { id: "987", key: KEY, timeMs: ORDER.timestamp },
  ]);
  refuses(() => parseMark({ id: null }), /order\.id/);
  for (const value of [{}, null, undefined, "x"]) refuses(() => parseMarks(value), /a list/);
});

Deno.test("parseOrderIds() reads numbers, and refuses a row without one with its place", () => {
  deepStrictEqual([...parseOrderIds([ORDER, { id: "988" }])], ["987", "988"]);
  refuses(() => parseOrderIds([ORDER, {}]), /orders\[1\]\.id/);
  refuses(() => parseOrderIds({}), /orders/);
});

Deno.test("parseTrades() reads an execution, whose cost may be a gain", () => {
  deepStrictEqual(tradeOf({ fee: { cost: "-1e-5", currency: "BNB" } }), {
    ...{ id: "11", orderId: "987", side: "Sell", lastQty: "0.5", lastPx: "2000.1" },
    ...{ liquidity: "Maker", commission: "-0.00001", commissionCurrency: "BNB" },
    timeMs: TRADE.timestamp,
  });
  strictEqual(tradeOf({ takerOrMaker: "taker" }).liquidity, "Taker");
  for (const takerOrMaker of [undefined, null, "", "auction"]) {
    strictEqual(tradeOf({ takerOrMaker }).liquidity, null);
  }
});

/** fee, fees, and the commission that is read of them. */
const FEES: readonly (readonly [unknown, unknown, string, string | null])[] = [
  [{ cost: "0.1", currency: "USDT" }, undefined, "0.1", "USDT"],
  [undefined, [{ cost: "0.1", currency: "USDT" }], "0.1", "USDT"],
  [{ cost: "0.1", currency: "USDT" }, [{ cost: "0.1", currency: "USDT" }], "0.1", "USDT"],
  [{ cost: "0.1", currency: "USDT" }, [], "0.1", "USDT"],
  [{ cost: 1e-8, currency: "BTC" }, undefined, "0.00000001", "BTC"],
  [{ cost: undefined, currency: "BTC" }, [], "0", null],
  [undefined, [{ cost: null, currency: "BTC" }], "0", null],
  [{ cost: "0" }, undefined, "0", null],
  [undefined, undefined, "0", null],
  // An exchange names its own coin besides, and has it pay all or nothing.
  [undefined, [{ cost: "0", currency: "USDT" }, { cost: "2.2", currency: "GT" }], "2.2", "GT"],
  [undefined, [{ cost: "0.1", currency: "USDT" }, { cost: "0.00", currency: "GT" }], "0.1", "USDT"],
  [undefined, [{ cost: "0", currency: "USDT" }, { cost: 0, currency: "GT" }], "0", "USDT"],
];
for (const [at, [fee, fees, commission, currency]] of FEES.entries()) {
  Deno.test(`parseTrades() reads a commission of ${commission} ${currency}: ${at}`, () => {
    const trade = tradeOf({ fee, fees });
    deepStrictEqual([trade.commission, trade.commissionCurrency], [commission, currency]);
  });
}

Deno.test("parseTrades() refuses two commissions, and one that is no figure", () => {
  const fees = [{ cost: "0.1", currency: "USDT" }, { cost: "0.2", currency: "BNB" }];
  refuses(() => tradeOf({ fees }), /trade\.fees/);
  refuses(() => tradeOf({ fee: { cost: "free" } }), /trade\.fee\.cost/);
  refuses(() => tradeOf({ fee: "0.1" }), /trade\.fee/);
  refuses(() => tradeOf({ fees: { cost: "0.1" } }), /trade\.fees/);
  refuses(() => tradeOf({ fee: { cost: "0.1" } }), /trade\.fee\.currency/);
});

for (const name of ["id", "order", "side", "amount", "price", "timestamp"]) {
  Deno.test(`parseTrades() refuses an execution without ${name}, with its path`, () => {
    refuses(() => tradeOf({ [name]: undefined }), new RegExp(`trade\\.${name}`));
  });
}

Deno.test("parseTotals() reads totals by currency, and refuses one that is not told", () => {
  const totals = parseTotals({ total: { BTC: "1.50", USDT: 0, X: 1e-9 }, free: {}, info: {} });
  deepStrictEqual([...totals], [["BTC", "1.5"], ["USDT", "0"], ["X", "0.000000001"]]);
  refuses(() => parseTotals({ total: { BTC: undefined } }), /balance\.total\.BTC/);
  for (const value of [{}, { total: null }, null, []]) refuses(() => parseTotals(value), /balance/);
});
