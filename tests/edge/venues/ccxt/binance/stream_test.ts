/**
 * What Binance's user streams and answers say, from recorded payloads.
 *
 * Proves: R-VENUE-2 (parsers), R-EXEC-3 (a state that nobody listed is refused loudly).
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import {
  parseOrder,
  parsePositions,
  parseSpotBalances,
  parseTrades,
  parseWalletBalances,
} from "../../../../../edge/venues/ccxt/binance/payloads.ts";
import { timeOfMs } from "../../../../../edge/venues/ccxt/reporter.ts";
import { parseStreamMessage } from "../../../../../edge/venues/ccxt/binance/stream.ts";
import { Fields, parseJson, PayloadError } from "../../../../../edge/venues/ccxt/payload.ts";
import { sharedData } from "../../../../support/shared_data.ts";

/** A report of spot as the documentation has it (2024-03), changed as given. */
function spotReport(changes: Readonly<Record<string, unknown>> = {}): unknown {
  const report = {
    e: "executionReport",
    E: 1709654401000,
    s: "BTCUSDT",
    c: "tlabcdef01-1-1",
    S: "BUY",
    o: "LIMIT",
    f: "GTC",
    q: "1.00000000",
    p: "2500.00000000",
    x: "TRADE",
    X: "PARTIALLY_FILLED",
    r: "NONE",
    i: 12345678,
    l: "0.50000000",
    z: "0.50000000",
    L: "2499.50000000",
    n: "0.00100000",
    N: "BNB",
    T: 1709654401000,
    t: 98765432,
    m: true,
    C: "",
    ...changes,
  };
  return { subscriptionId: 0, event: report };
}

Deno.test("parseStreamMessage() reads an execution exactly", () => {
  const news = parseStreamMessage(spotReport());
  ok(news.kind === "order");
  deepStrictEqual(news.order.trade, {
    symbol: "BTCUSDT",
    orderId: "12345678",
    side: "Buy",
    timeMs: 1709654401000,
    tradeId: "98765432",
    price: "2499.5",
    qty: "0.5",
    commission: "0.001",
    commissionAsset: "BNB",
    isMaker: true,
  });
  deepStrictEqual([news.order.cumQty, news.order.reason], ["0.5", null]);
});

Deno.test("parseStreamMessage() says why an order expired, and nothing where the venue says none", () => {
  const expired = { x: "EXPIRED", X: "EXPIRED", l: "0.00000000", t: -1 };
  const why = "EXECUTION_RULE_PRICE_RANGE_EXCEEDED";
  const rows = [[spotReport({ ...expired, r: "NONE", eR: why }), why], [
    spotReport({ ...expired, r: "NONE", eR: "NONE" }),
    null,
  ], [
    spotReport({ ...expired, r: "WOULD_MATCH_IMMEDIATELY", eR: why }),
    "WOULD_MATCH_IMMEDIATELY",
  ]];
  for (const [message, reason] of rows) {
    const news = parseStreamMessage(message);
    ok(news.kind === "order");
    strictEqual(news.order.reason, reason);
  }
});

Deno.test("parseStreamMessage() names the order, not its cancel", () => {
  const changes = { x: "CANCELED", X: "CANCELED", c: "of-the-cancel", C: "tlabcdef01-1-1", t: -1 };
  const news = parseStreamMessage(spotReport(changes));
  ok(news.kind === "order");
  deepStrictEqual([news.order.clientOrderId, news.order.trade], ["tlabcdef01-1-1", null]);
});

Deno.test("parseStreamMessage() keeps all digits of a number beyond 2^53", () => {
  const text = JSON.stringify(spotReport()).replace("12345678,", "8389765519993908929,");
  const news = parseStreamMessage(parseJson(text));
  strictEqual(news.kind === "order" ? news.order.orderId : "", "8389765519993908929");
});

const refused: readonly (readonly [string, Readonly<Record<string, unknown>>])[] = [
  ["a state that nobody listed", { X: "HALF_DONE" }],
  ["a kind of news that nobody listed", { x: "MELTED" }],
  ["a side that is none", { S: "BOTH" }],
  ["a quantity that is a number", { q: 1 }],
  ["a quantity that is no decimal", { z: "1e-7" }],
  ["an execution without a number", { t: -1 }],
  ["an execution whose number says that it has none", { t: 0 }],
  ["no symbol", { s: undefined }],
];
for (const [what, changes] of refused) {
  Deno.test(`parseStreamMessage() refuses ${what}`, () => {
    throws(() => parseStreamMessage(spotReport(changes)), PayloadError);
  });
}

const others: readonly (readonly [string, unknown, string])[] = [
  ["an answer", { id: "1", status: 200, result: { subscriptionId: 0 } }, "answer"],
  ["a refusal", { id: "1", status: 400, error: { code: -2015, msg: "Invalid key" } }, "answer"],
  ["its end", { event: { e: "eventStreamTerminated", E: 1 } }, "ended"],
  ["an expired key", { e: "listenKeyExpired", E: 1, listenKey: "x" }, "ended"],
  ["a deposit", {
    event: { e: "balanceUpdate", E: 2, a: "BTC", d: "0.43750000", T: 1 },
  }, "cash"],
  ["funding", { e: "ACCOUNT_UPDATE", T: 1, a: { m: "FUNDING_FEE", B: [] } }, "account"],
  ["what fills say too", { e: "ACCOUNT_UPDATE", T: 1, a: { m: "ORDER", B: [] } }, "other"],
  ["balances after a fill", { event: { e: "outboundAccountPosition", B: [] } }, "other"],
  ["a short form of a fill", { e: "TRADE_LITE", s: "BTCUSDT" }, "other"],
];
for (const [what, message, kind] of others) {
  Deno.test(`parseStreamMessage() tells ${what}`, () => {
    strictEqual(parseStreamMessage(message).kind, kind);
  });
}

Deno.test("parseStreamMessage() tells why a subscription is refused, and until when", () => {
  const error = { code: -1003, msg: "Too much.", data: { serverTime: 5, retryAfter: 1650 } };
  const rows = [
    [{ id: "1", status: 418, error }, { status: 418, text: "Too much.", retryAtMs: 1650 }],
    [{ id: "1", status: 400, error: { code: -2015, msg: "Invalid key" } }, {
      ...{ status: 400, text: "Invalid key", retryAtMs: null },
    }],
    [{ id: null, error: { code: -1 } }, {
      ...{ status: null, text: "without a message", retryAtMs: null },
    }],
  ] as const;
  for (const [message, expected] of rows) {
    const news = parseStreamMessage(message);
    deepStrictEqual(news.kind === "answer" ? news.error : news, expected);
  }
});

Deno.test("timeOfMs() refuses a time that cannot be counted", () => {
  strictEqual(timeOfMs(1_700_000_000_000), 1_700_000_000_000_000);
  throws(() => timeOfMs(1_700_000_000_000_000_000), PayloadError);
});

Deno.test("parseOrder() refuses an acknowledgement without an id, or of no known state", () => {
  throws(() => parseOrder(Fields.of({}, "")), /symbol: it must be a text/);
  const order = {
    symbol: "BTCUSDT",
    orderId: 1,
    clientOrderId: "a",
    side: "BUY",
    price: "1.0",
    origQty: "1",
    executedQty: "0",
    timeInForce: "GTC",
    type: "LIMIT",
  };
  throws(
    () => parseOrder(Fields.of({ ...order, status: "MAYBE" }, "")),
    /status: it must be one of/,
  );
  const { orderId: _, ...without } = { ...order, status: "NEW" };
  throws(() => parseOrder(Fields.of(without, "")), /orderId: it must be an id/);
});

/** Registers a test over one recorded payload; skipped by name where it is not there. */
function recorded(file: string, run: (payload: unknown) => void): void {
  const path = sharedData(`venue_payloads/binance/${file}`);
  Deno.test({
    name: `the parsers read ${file}`,
    ignore: path === undefined,
    fn: () => run(parseJson(Deno.readTextFileSync(path ?? ""))),
  });
}

const streamed = [
  ["spot/user_data_json/execution_report_new.json", "NEW"],
  ["spot/user_data_json/execution_report_trade.json", "TRADE"],
  ["spot/user_data_json/execution_report_canceled.json", "CANCELED"],
  ["spot/user_data_json/execution_report_expired.json", "EXPIRED"],
  ["spot/user_data_json/execution_report_wrapped.json", "NEW"],
  ["futures/user_data_json/order_update_new.json", "NEW"],
  ["futures/user_data_json/order_update_trade.json", "TRADE"],
  ["futures/user_data_json/order_update_trade_partial.json", "TRADE"],
  ["futures/user_data_json/order_update_calculated.json", "CALCULATED"],
  ["futures/user_data_json/order_update_adl.json", "CALCULATED"],
  ["futures/user_data_json/order_update_insurance.json", "CALCULATED"],
  ["futures/user_data_json/order_update_settlement.json", "TRADE"],
] as const;
for (const [file, type] of streamed) {
  recorded(file, (payload) => {
    const news = parseStreamMessage(payload);
    ok(news.kind === "order");
    strictEqual(news.order.type, type);
    strictEqual(news.order.trade !== null, type === "TRADE" || type === "CALCULATED");
  });
}
recorded("futures/user_data_json/account_update.json", (payload) => {
  strictEqual(parseStreamMessage(payload).kind, "other");
});
recorded("spot/http_json/new_order_full_response.json", (payload) => {
  const { fills, executedQty, status } = parseOrder(Fields.of(payload, ""));
  deepStrictEqual([fills.length, executedQty, status], [5, "10", "FILLED"]);
  strictEqual(fills[1]?.commission, "19.995");
});
recorded("spot/http_json/cancel_order_response.json", (payload) => {
  strictEqual(parseOrder(Fields.of(payload, "")).clientOrderId, "myOrder1");
});
recorded("spot/http_json/order_response.json", (payload) => {
  strictEqual(parseOrder(Fields.of(payload, "")).status, "NEW");
});
recorded("futures/http_json/order_response.json", (payload) => {
  strictEqual(parseOrder(Fields.of(payload, "")).updatedMs, 1625474304765);
});
recorded("spot/http_json/account_trades_response.json", (payload) => {
  const [trade] = parseTrades(payload);
  deepStrictEqual([trade?.side, trade?.commission, trade?.isMaker], ["Buy", "10.1", false]);
});
recorded("spot/http_json/account_response.json", (payload) => {
  ok(parseSpotBalances(payload).length > 0);
});
recorded("futures/http_json/account_info_v2.json", (payload) => {
  deepStrictEqual(parseWalletBalances(payload), [{ asset: "USDT", total: "23.72469206" }]);
});
recorded("futures/http_json/position_risk.json", (payload) => {
  strictEqual(parsePositions(payload)[0]?.amount, "0.001");
});
