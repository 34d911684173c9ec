/**
 * The requests to Binance as bytes: those recorded in `tests/contracts/venues`, and those that CCXT
 * itself would send.
 *
 * Proves: R-VENUE-2 (request shapes pinned). A change of CCXT that changes what is signed, or where
 * it goes, shows here.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { LookupOrder, ReplaceRequest, SubmitOrder } from "../../../../../core/command.ts";
import {
  instrumentId,
  orderId,
  px,
  qty,
  requestId,
  seqId,
  venueId,
} from "../../../../../core/numbers.ts";
import type { HttpRequest } from "../../../../../edge/ports.ts";
import { BinanceRequests, type Call } from "../../../../../edge/venues/ccxt/binance/requests.ts";
import { toRequest } from "../../../../../edge/venues/ccxt/binance/rest.ts";
import {
  type CcxtExchange,
  loadCcxt,
  openExchange,
} from "../../../../../edge/venues/ccxt/library.ts";
import type { ExchangeProduct } from "../../../../../edge/venues/ccxt/options.ts";
import { PERPETUAL, SPOT } from "../../../../support/ccxt_rig.ts";
import { sharedData } from "../../../../support/shared_data.ts";

const CLOCK_MS = 1_700_000_000_000;
const library = await loadCcxt();

async function exchangeOf(product: ExchangeProduct): Promise<CcxtExchange> {
  const exchange = await openExchange(
    library,
    product === "spot" ? "binance" : "binanceusdm",
    { apiKey: "test-api-key", secret: "test-secret" },
  );
  exchange.nonce = () => CLOCK_MS;
  return exchange;
}

function common(clOrdId: string): Omit<LookupOrder, "kind"> {
  return {
    seqId: seqId(1),
    request: requestId(1),
    venue: venueId(0),
    instrument: instrumentId(0),
    order: orderId(1),
    clOrdId,
    venueOrderId: null,
  };
}

/** 0.1 BTC at 30 000. */
function submit(product: ExchangeProduct, of: Partial<SubmitOrder> = {}): SubmitOrder {
  const isSpot = product === "spot";
  return {
    ...common("cid-1"),
    kind: "Submit",
    side: "Buy",
    ordType: "Limit",
    timeInForce: "GTC",
    expireUs: null,
    price: px(isSpot ? 3_000_000 : 300_000),
    orderQty: qty(isSpot ? 10_000 : 100),
    postOnly: false,
    reduceOnly: false,
    params: null,
    ...of,
  };
}

const listed = {
  spot: { instrument: SPOT, symbol: "BTCUSDT" },
  usdm: { instrument: PERPETUAL, symbol: "BTCUSDT" },
} as const;

/** Every request that the adapter makes, by name. */
function callsOf(product: ExchangeProduct): ReadonlyMap<string, Call> {
  const requests = new BinanceRequests(product);
  const place = (of: Partial<SubmitOrder> = {}): Call =>
    requests.place(submit(product, of), listed[product]);
  const market = { ordType: "Market", price: null, side: "Sell" } as const;
  const calls = new Map<string, Call>([
    ["limit GTC", place()],
    ["limit post-only", place({ postOnly: true })],
    ["limit IOC", place({ timeInForce: "IOC" })],
    ["limit FOK", place({ timeInForce: "FOK" })],
    ["market sell", place(market)],
    ["cancel", requests.cancel(common("cid-1"), listed[product])],
    ["look-up", requests.lookup(common("cid-1"), "BTCUSDT")],
    ["order by number", requests.orderById({ symbol: "BTCUSDT", orderId: "123456" })],
    ["open orders", requests.openOrders("BTCUSDT")],
    ["open orders of all", requests.openOrders(null)],
    ["trades of an order", requests.tradesOf({ symbol: "BTCUSDT", orderId: "123456" })],
    ["trades of a span", requests.tradesBetween("BTCUSDT", { fromMs: 1, toMs: 2 })],
    ["account", requests.account()],
    ["time", requests.time()],
    ["markets", requests.markets(["BTCUSDT", "ETHUSDT"])],
    ["depth", requests.depth("BTCUSDT", 1000)],
  ]);
  if (product === "spot") return calls;
  const replace: ReplaceRequest = {
    ...common("cid-1"),
    kind: "Replace",
    side: "Buy",
    newClOrdId: "cid-2",
    orderQty: qty(200),
    price: px(300_100),
    expireUs: null,
    params: null,
  };
  const amend = requests.replace(replace, listed.usdm);
  if (amend !== undefined) calls.set("amend", amend);
  calls.set("limit reduce-only", place({ side: "Sell", reduceOnly: true }));
  calls.set("positions", requests.positions());
  calls.set("income", requests.income({ fromMs: 1, toMs: 2 }));
  calls.set("position mode", requests.positionMode());
  calls.set("listen key", requests.listenKey("POST"));
  calls.set("listen key again", requests.listenKey("PUT"));
  calls.set("dead man", requests.deadMan("BTCUSDT", 30_000));
  return calls;
}

type Recorded = Omit<HttpRequest, "headers"> & { readonly headers: readonly string[] };

/** Without the signature, which the other test compares; headers by name. */
function recordOf(request: HttpRequest): Recorded {
  const unsigned = (text: string): string => text.replace(/&signature=[0-9a-f]+/, "");
  return {
    method: request.method,
    url: unsigned(request.url),
    headers: Object.entries(request.headers)
      .map(([name, value]) => name === "X-MBX-APIKEY" ? name : `${name}: ${value}`).sort(),
    body: request.body === null ? null : unsigned(request.body),
  };
}

for (const product of ["spot", "usdm"] as const) {
  const url = new URL(`../../../../contracts/venues/binance_${product}.json`, import.meta.url);
  Deno.test(`BinanceRequests of ${product} are the recorded ones`, async () => {
    const exchange = await exchangeOf(product);
    const now = [...callsOf(product)].map(([name, call]) => ({
      name,
      ...recordOf(
        toRequest(call, exchange.sign(call.path, call.api, call.method, { ...call.params })),
      ),
    }));
    const { requests } = JSON.parse(Deno.readTextFileSync(url));
    deepStrictEqual(now, requests);
  });
}

/** What CCXT was asked, as its recording notes it, and our name of the same request. */
const SAME: readonly (readonly [string, string])[] = [
  ["limit GTC + clientOrderId", "limit GTC"],
  ["limit postOnly", "limit post-only"],
  ["limit IOC", "limit IOC"],
  ["limit FOK", "limit FOK"],
  ["market sell", "market sell"],
  ["limit reduceOnly", "limit reduce-only"],
  ["cancel by clientOrderId", "cancel"],
  ["fetchOrder by clientOrderId", "look-up"],
  ["fetchOrder by id", "order by number"],
];

type CcxtRecording = {
  readonly calls: readonly {
    readonly method: string;
    readonly note?: string;
    readonly requests: readonly {
      readonly method: string;
      readonly url: string;
      readonly body?: string | null;
    }[];
  }[];
};

for (const [product, id] of [["spot", "binance"], ["usdm", "binanceusdm"]] as const) {
  const path = sharedData(`ccxt-static/requests/${id}.json`);
  Deno.test({
    name: `BinanceRequests of ${product} are CCXT's own, signature and all`,
    ignore: path === undefined,
    fn: async () => {
      const recording = JSON.parse(Deno.readTextFileSync(path ?? "")) as CcxtRecording;
      const exchange = await exchangeOf(product);
      const calls = callsOf(product);
      let compared = 0;
      for (const [note, name] of SAME) {
        const theirs = recording.calls.find((call) => call.note === note)?.requests[0];
        const call = calls.get(name);
        if (theirs === undefined || call === undefined) continue;
        const params = { ...call.params };
        const ours = toRequest(call, exchange.sign(call.path, call.api, call.method, params));
        const whole = ours.method === "DELETE" ? `${ours.url}?${ours.body}` : ours.url;
        strictEqual(whole, theirs.url, name);
        strictEqual(ours.method, theirs.method, name);
        if (ours.method !== "DELETE") strictEqual(ours.body, theirs.body ?? null, name);
        compared++;
      }
      ok(compared >= 8, `compared ${compared}`);
    },
  });
}

Deno.test("BinanceRequests always name a key: CCXT would put a broker's in its place", async () => {
  const exchange = await exchangeOf("spot");
  const call = callsOf("spot").get("limit GTC");
  const { body } = exchange.sign(call?.path ?? "", call?.api ?? "", "POST", { ...call?.params });
  ok(body?.includes("newClientOrderId=cid-1&"));
  const { body: without } = exchange.sign("order", "private", "POST", { symbol: "BTCUSDT" });
  ok(without?.includes("newClientOrderId=x-"), "CCXT does so still");
});
