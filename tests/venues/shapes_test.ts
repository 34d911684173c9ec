/**
 * The fakes beside recorded material: requests that CCXT signed are believed and have a route; answers and events have
 * every field, of the same kind, that the venue's own samples have. Skips where the material is not there.
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { sharedData } from "../support/shared_data.ts";
import { until } from "../support/temporary.ts";
import { type VenueName, VenueProcess } from "./control.ts";
import { listenToSpotUser, listenToUsdmUser, SignedClient } from "./signed_client.ts";

type Json = Readonly<Record<string, unknown>>;
type Recorded = {
  readonly clock_ms: number;
  readonly calls: readonly {
    readonly requests: readonly {
      readonly method: string;
      readonly url: string;
      readonly headers?: Readonly<Record<string, string>>;
      readonly body?: string;
    }[];
  }[];
};

function read<Value>(path: string | undefined): Value {
  return JSON.parse(Deno.readTextFileSync(path ?? "")) as Value;
}

const recordings = [["binance_spot", "binance"], ["binance_usdm", "binanceusdm"]] as const;
for (const [name, exchange] of recordings) {
  const path = sharedData(`ccxt-static/requests/${exchange}.json`);
  Deno.test({
    name: `${name} believes and routes every request that CCXT was recorded with`,
    ignore: path === undefined,
    fn: () => replay(name, read<Recorded>(path)),
  });
}

/** The venue's clock is set back to that of the recording, so that old signatures hold. */
async function replay(name: VenueName, recorded: Recorded): Promise<void> {
  await using venue = await VenueProcess.start(name, ["--speed", "0"]);
  await venue.tell({ op: "skew", ms: recorded.clock_ms - Date.now() });
  const unbelieved: string[] = [];
  for (const { method, url, headers, body } of recorded.calls.flatMap(({ requests }) => requests)) {
    const { pathname, search } = new URL(url);
    const response = await fetch(`${venue.url}${pathname}${search}`, {
      method,
      ...(headers === undefined ? {} : { headers }),
      ...(body === undefined ? {} : { body: new Blob([body]) }),
    });
    const { code = 0 } = await response.json() as { readonly code?: number };
    const isBad = response.status === 404 || response.status === 401 ||
      [-1021, -1022].includes(code);
    if (isBad) unbelieved.push(`${method} ${pathname} ${response.status} ${code}`);
  }
  deepStrictEqual(unbelieved, []);
}

/** Fields that a sample has and the fake has not, or has of another kind. */
function missingIn(actual: unknown, sample: unknown, at: string): readonly string[] {
  if (Array.isArray(sample)) {
    if (!Array.isArray(actual)) return [`${at}: must be a list`];
    return sample.length === 0 || actual.length === 0
      ? []
      : missingIn(actual[0], sample[0], `${at}[]`);
  }
  if (typeof sample !== "object" || sample === null) {
    const isKnown = actual !== undefined &&
      (typeof actual === typeof sample || actual === null || sample === null);
    return isKnown
      ? []
      : [`${at}: must be like ${JSON.stringify(sample)}: was ${JSON.stringify(actual)}`];
  }
  const known = (actual ?? {}) as Json;
  return Object.entries(sample).flatMap(([name, value]) =>
    missingIn(known[name], value, `${at}.${name}`)
  );
}

const SAMPLES = "venue_payloads/binance";
const HAS_SAMPLES = sharedData(`${SAMPLES}/spot`) !== undefined;

function check(actual: unknown, sample: string): readonly string[] {
  return missingIn(actual, read<Json>(sharedData(`${SAMPLES}/${sample}`)), sample);
}

Deno.test({
  name: "binance_spot prints every field of the venue's samples",
  ignore: !HAS_SAMPLES,
  fn: async () => {
    await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
    using client = new SignedClient(venue);
    await using user = await listenToSpotUser<Json>(venue);
    const order = { symbol: "BTCUSDT", side: "BUY", quantity: "0.1" };
    const ask = async (
      method: string,
      params: Readonly<Record<string, string>>,
    ): Promise<unknown> =>
      JSON.parse((await client.ask(method, "/api/v3/order", { params }))?.text ?? "");
    const taken = await ask("POST", { ...order, type: "MARKET" });
    const limit = { ...order, type: "LIMIT", timeInForce: "GTC", price: "49000" };
    await ask("POST", { ...limit, newClientOrderId: "s-1" });
    const symbol = { symbol: "BTCUSDT" };
    const open = await client.get<Json[]>("/api/v3/openOrders", symbol);
    const looked = await client.get("/api/v3/order", { ...symbol, origClientOrderId: "s-1" });
    const cancelled = await ask("DELETE", { ...symbol, origClientOrderId: "s-1" });
    await venue.tell({ op: "deposit", asset: "USDT", amount: "1" });
    await until(
      () => user.messages.some((one) => eventOf(one)["e"] === "balanceUpdate"),
      "all events",
    );
    const event = (name: string, x?: string): Json | undefined =>
      user.messages.find((one) =>
        eventOf(one)["e"] === name && (x === undefined || eventOf(one)["x"] === x)
      );
    const report = "spot/user_data_json/execution_report";
    deepStrictEqual([
      ...check(taken, "spot/http_json/new_order_full_response.json"),
      ...check(open, "spot/http_json/open_orders_response.json"),
      ...check(looked, "spot/http_json/order_response.json"),
      ...check(cancelled, "spot/http_json/cancel_order_response.json"),
      ...check(
        await client.get("/api/v3/myTrades", symbol),
        "spot/http_json/account_trades_response.json",
      ),
      ...check(await client.get("/api/v3/account"), "spot/http_json/account_response.json"),
      ...check(event("executionReport"), `${report}_wrapped.json`),
      ...check(eventOf(event("executionReport", "NEW")), `${report}_new.json`),
      ...check(eventOf(event("executionReport", "TRADE")), `${report}_trade.json`),
      ...check(eventOf(event("executionReport", "CANCELED")), `${report}_canceled.json`),
      ...check(
        event("outboundAccountPosition"),
        "spot/user_data_json/account_position_wrapped.json",
      ),
      ...check(event("balanceUpdate"), "spot/user_data_json/balance_update_wrapped.json"),
    ], []);
  },
});

function eventOf(message: Json | undefined): Json {
  return (message?.["event"] ?? {}) as Json;
}

Deno.test({
  name: "binance_usdm prints every field of the venue's samples",
  ignore: !HAS_SAMPLES,
  fn: async () => {
    await using venue = await VenueProcess.start("binance_usdm", ["--speed", "0"]);
    using client = new SignedClient(venue);
    await using user = await listenToUsdmUser<Json>(venue);
    const market = { symbol: "BTCUSDT", side: "BUY", type: "MARKET", quantity: "0.01" };
    const params = { ...market, newOrderRespType: "RESULT" };
    const taken = JSON.parse((await client.ask("POST", "/fapi/v1/order", { params }))?.text ?? "");
    await until(() => user.messages.length >= 4, "all events");
    const event = (name: string, x?: string): Json | undefined =>
      user.messages.find((one) =>
        one["e"] === name && (x === undefined || (one["o"] as Json)["x"] === x)
      );
    const user_data = "futures/user_data_json";
    deepStrictEqual(
      [
        ...check(taken, "futures/http_json/order_response.json"),
        ...check(await client.get("/fapi/v2/account"), "futures/http_json/account_info_v2.json"),
        ...check(await client.get("/fapi/v2/balance"), "futures/http_json/balance.json"),
        ...check(event("ORDER_TRADE_UPDATE", "NEW"), `${user_data}/order_update_new.json`),
        ...check(event("ORDER_TRADE_UPDATE", "TRADE"), `${user_data}/order_update_trade.json`),
        ...check(event("ACCOUNT_UPDATE"), `${user_data}/account_update.json`),
        ...check(event("TRADE_LITE"), `${user_data}/trade_lite.json`),
      ].filter((line) => !/\.(AP|cr): /.test(line)),
      [],
    ); // of trailing stops, which the fake does not have
    ok(user.messages.length > 0);
  },
});
