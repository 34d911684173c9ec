/**
 * What real exchange objects of the library can be seen to do, without a network: every request is
 * kept, and what reads first is answered or fails.
 *
 * Proves: R-VENUE-2, R-EXEC-1 for experimental exchanges.
 * @module
 */
import { deepStrictEqual, match, ok, rejects, strictEqual } from "node:assert/strict";
import type { TimeInForce } from "../../../../../core/instrument.ts";
import type { HttpRequest } from "../../../../../edge/ports.ts";
import { loadCcxt } from "../../../../../edge/venues/ccxt/library.ts";
import type { CallResult, Method } from "../../../../../edge/venues/ccxt/unified/calls.ts";
import {
  openUnified,
  TICK_SIZE,
  type UnifiedExchange,
} from "../../../../../edge/venues/ccxt/unified/exchange.ts";
import { spanned } from "../../../../../edge/venues/ccxt/unified/pages.ts";
import { readUnifiedOptions } from "../../../../../edge/venues/ccxt/unified/options.ts";
import { parseOrder, statusOf } from "../../../../../edge/venues/ccxt/unified/rows.ts";
import { CallBench, LISTED, type Reply, seen } from "./call_bench.ts";

/** The library's timers of connections outlive a test. */
const relaxed = { sanitizeOps: false, sanitizeResources: false } as const;
/** Some decode their secrets. */
const SECRET = btoa("0123456789abcdef".repeat(4));

type Loaded = UnifiedExchange & {
  setMarkets(markets: readonly object[]): unknown;
  parseOrder(row: object): unknown;
  options: Record<string, unknown>;
};

/** What an exchange is told to what it reads before an order. */
const READ_BEFORE: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  bybit: [
    ["/user/query-api", `{"retCode":0,"result":{"unified":0,"uta":1}}`],
    ["/account/info", `{"retCode":0,"result":{"unifiedMarginStatus":6}}`],
  ],
  kucoin: [
    ["/account/mode", `{"code":"200000","data":{"selfAccountMode":"CLASSIC"}}`],
    ["/hf/accounts/opened", `{"code":"200000","data":true}`],
  ],
  bitget: [["/account/settings", `{"code":"40085","msg":"it is a classic account"}`]],
  gate: [["/account/detail", `{"user_id":7,"key":{"mode":1}}`]],
  htx: [["/account/accounts", `{"status":"ok","data":[{"id":7,"type":"spot"}]}`]],
};

function isReadBefore(id: string, url: string): boolean {
  return READ_BEFORE[id]?.some(([path]) => url.split("?")[0]?.endsWith(path)) ?? false;
}

/** An exchange with one market and keys. */
async function opened(id: string): Promise<Loaded> {
  const options = readUnifiedOptions({ exchange: id, experimental: true });
  const exchange = await openUnified(await loadCcxt(), options, { decimals: true }) as Loaded;
  const isTicks = exchange.precisionMode === TICK_SIZE;
  exchange.setMarkets([{
    ...{ id: "BTCUSDT", lowercaseId: "btcusdt", symbol: "BTC/USDT", type: "spot", spot: true },
    ...{ base: "BTC", quote: "USDT", baseId: "BTC", quoteId: "USDT", active: true },
    ...{ margin: false, swap: false, future: false, option: false, contract: false },
    precision: isTicks ? { amount: "0.00001", price: "0.01" } : { amount: 5, price: 5 },
    limits: { amount: { min: "0.00001" }, price: {}, cost: {} },
    info: { orderTypes: ["LIMIT", "LIMIT_MAKER"] },
  }]);
  const keys = { apiKey: "account-0000", secret: SECRET, password: "phrase", uid: "1" };
  return Object.assign(exchange, keys);
}

function answering(id: string): (request: HttpRequest) => Reply {
  return ({ url }) => {
    const [, body] = READ_BEFORE[id]?.find(([path]) => url.includes(path)) ?? [];
    return body === undefined ? "refused" : { status: 200, body };
  };
}

/**
 * Exchanges whose orders are named: times in force, post-only. What is missing besides the exchange's
 * own lacks is what the library passes on as it would pass on any word.
 */
const TRADED: readonly (readonly [string, string, boolean])[] = [
  ["bybit", "GTC IOC FOK", true],
  ["okx", "GTC IOC FOK", true],
  ["kraken", "GTC IOC FOK", true],
  ["kucoin", "GTC", false],
  ["gate", "GTC IOC FOK", true],
  ["bitget", "GTC IOC FOK", true],
  ["mexc", "GTC IOC FOK", true],
  ["htx", "GTC IOC FOK", true],
  ["bitstamp", "GTC", false],
  ["binanceus", "GTC IOC FOK", true],
  ["coinbaseexchange", "GTC IOC FOK", true],
  ["coinex", "GTC IOC FOK", true],
  ["alpaca", "GTC IOC FOK", false],
  ["onetrading", "GTC IOC FOK", false],
  ["bingx", "GTC", true],
  ["hashkey", "GTC", true],
  ["whitebit", "GTC IOC", true],
  ["blockchaincom", "GTC", false],
  ["weex", "GTC", false],
  ["gemini", "GTC IOC FOK", true],
];
for (const [id, times, postOnly] of TRADED) {
  const what = `${times}${postOnly ? ", post-only" : ""}`;
  Deno.test(
    `seek() sees of ${id}: ${what}, and nothing leaves but questions`,
    relaxed,
    async () => {
      const { evidence, bench } = await seen(await opened(id), answering(id));
      const timeInForce = times.split(" ") as readonly TimeInForce[];
      deepStrictEqual(evidence, { ok: true, capabilities: { timeInForce, postOnly } });
      deepStrictEqual(bench.changes, []);
    },
  );
}

/** What an order is followed by; what the library refuses to ask would never be known. */
const READS: readonly (readonly [string, Method])[] = [
  ["an order", (there) => there.fetchOrder("1234567890", LISTED.symbol)],
  ["open orders", (there) => there.fetchOpenOrders(LISTED.symbol)],
  [
    "executions",
    (there) => there.fetchMyTrades(LISTED.symbol, ...spanned({ fromMs: 1_794_900_000_000 })),
  ],
  ["balances", (there) => there.fetchBalance()],
];
for (const [id] of TRADED) {
  Deno.test(`reads of ${id}: the library asks for what orders need`, relaxed, async () => {
    const exchange = await opened(id);
    const bench = new CallBench(exchange, answering(id));
    for (const [what, method] of READS) {
      const before = bench.requests.length;
      const result = await bench.result<CallResult>((done) => bench.calls.read(method, done));
      const asked = bench.requests.slice(before).filter(({ url }) => !isReadBefore(id, url));
      ok(asked.length > 0, `${what}: ${JSON.stringify(result)}`);
    }
  });
}

/** Exchanges with which nothing is traded, and why. */
const REFUSED: readonly (readonly [string, RegExp])[] = [
  ["coinbase", /a new order: .*does not name the order/],
  ["cryptocom", /a new order: .*does not name the order/],
  ["phemex", /a new order: .*does not hold the quantity/],
  ["deribit", /CCXT does not know orders' keys/],
  ["hitbtc", /CCXT does not know orders' keys/],
  ["luno", /CCXT does not know orders' keys/],
  ["independentreserve", /CCXT does not know orders' keys/],
  ["toobit", /CCXT does not know orders' keys/],
  ["bitvavo", /a cancel: .*operatorId/],
  ["coinone", /a cancel: /],
  ["backpack", /CCXT has no fetchOrder for it/],
  ["upbit", /CCXT has no fetchMyTrades for it/],
];
for (const [id, why] of REFUSED) {
  Deno.test(`seek() sees nothing to trade with on ${id}, and nothing leaves`, relaxed, async () => {
    const { evidence, bench } = await seen(await opened(id), () => "refused");
    ok(!evidence.ok);
    match(evidence.reason, new RegExp(`^Cannot trade on ${id} over CCXT: ${why.source}`));
    deepStrictEqual(bench.changes, []);
  });
}

const ASKING = ["bybit", "kucoin", "htx", "bullish", "coinbaseinternational"];
const FAILURES: readonly (readonly [string, Reply])[] = [
  ["cannot be connected to", "refused"],
  ["does not answer", "silence"],
  ["breaks off", "lost"],
  ["refuses the key", { status: 401, body: `{"code":"401","retCode":10003,"status":"error"}` }],
];
for (const id of ASKING) {
  for (const [what, reply] of FAILURES) {
    Deno.test(`seek() gives a reason where ${id} ${what}`, relaxed, async () => {
      const { evidence, bench } = await seen(await opened(id), () => reply);
      ok(!evidence.ok && bench.requests.length > 0);
      match(
        evidence.reason,
        new RegExp(`^Cannot trade on ${id} over CCXT: (a cancel|a new order|the account): .`),
      );
      deepStrictEqual(bench.changes, []);
    });
  }
}

Deno.test(
  "seek() lets nothing leave where what reads first is answered with garbage",
  relaxed,
  async () => {
    for (const id of ASKING) {
      const { bench } = await seen(await opened(id), () => ({ status: 200, body: "<html>busy" }));
      deepStrictEqual(bench.changes, [], id);
    }
  },
);

Deno.test("seek() gives the clocks back, also where it sees nothing", relaxed, async () => {
  for (const id of ["kraken", "coinbase"]) {
    const exchange = await opened(id);
    const { bench } = await seen(exchange, () => "refused");
    const before = exchange.nonce();
    bench.time.advance(5_000_000);
    ok(exchange.nonce() >= before + 4, id); // seconds, or milliseconds
    strictEqual(exchange.milliseconds(), Math.floor(bench.time.wallUs() / 1000));
  }
});

Deno.test(
  "seek() of every exchange of the library lets nothing leave, and ends",
  relaxed,
  async () => {
    const { pro } = await loadCcxt();
    const left: string[] = [];
    let seenAll = 0;
    for (const id of Object.keys(pro)) {
      const exchange = await opened(id).catch(() => undefined);
      if (exchange === undefined) continue;
      const { evidence, bench } = await seen(exchange, () => "refused");
      left.push(...bench.changes);
      // A question does not hold an order's figures.
      left.push(
        ...bench.requests.map(({ url }) => url).filter((url) => /tlabcdef01|\b10\b/.test(url)),
      );
      if (!evidence.ok) ok(evidence.reason.length > 0, id);
      seenAll += 1;
    }
    ok(seenAll > 50, `${seenAll} exchanges`);
    deepStrictEqual(left, []);
  },
);

Deno.test(
  "openUnified() refuses what is no exchange of the library, by its name",
  relaxed,
  async () => {
    const library = await loadCcxt();
    for (const exchange of ["exchanges", "constructor", "toString", "__proto__", "nowhere"]) {
      const options = readUnifiedOptions({ exchange, experimental: true });
      await rejects(openUnified(library, options, { decimals: true }), (error) => {
        match(String(error), /CCXT must know it: was /);
        return true;
      });
    }
  },
);

Deno.test(
  "an account that KuCoin moved to its new engine is asked for there",
  relaxed,
  async () => {
    const exchange = await opened("kucoin");
    const { evidence, bench } = await seen(exchange, answering("kucoin"));
    ok(evidence.ok);
    for (const [what, method] of READS.filter(([name]) => name !== "balances")) {
      await bench.result<CallResult>((done) => bench.calls.read(method, done));
      match(bench.requests.at(-1)?.url ?? "", /\/hf\//, what);
    }
  },
);

Deno.test("a unified account of KuCoin is not asked for its engine", relaxed, async () => {
  const exchange = await opened("kucoin");
  const { evidence, bench } = await seen(
    exchange,
    ({ url }) =>
      url.includes("/account/mode")
        ? { status: 200, body: `{"code":"200000","data":{"selfAccountMode":"UNIFIED"}}` }
        : "refused",
  );
  ok(evidence.ok);
  const open: Method = (there) => there.fetchOpenOrders(LISTED.symbol);
  await bench.result<CallResult>((done) => bench.calls.read(open, done));
  match(bench.requests.at(-1)?.url ?? "", /\/ua\/v1\/unified\/order\/open-list/);
});

Deno.test(
  "while KuCoin does not say which engine an account is of, nothing is traded",
  relaxed,
  async () => {
    const { evidence } = await seen(
      await opened("kucoin"),
      (request) => request.url.includes("/hf/accounts") ? "lost" : answering("kucoin")(request),
    );
    ok(!evidence.ok);
  },
);

for (const lost of ["lost", { status: 503, body: "{}" }, { status: 429, body: "{}" }] as const) {
  Deno.test(
    `Bitget's kind of account is asked for again after ${JSON.stringify(lost)}`,
    relaxed,
    async () => {
      const exchange = await opened("bitget");
      const isUnified = (): Reply => ({ status: 200, body: `{"code":"00000","data":{"uid":"1"}}` });
      let isLost = true;
      const bench = new CallBench(
        exchange,
        ({ url }) => url.includes("/account/settings") ? isLost ? lost : isUnified() : "refused",
      );
      const ask = (): Promise<CallResult> =>
        bench.result<CallResult>((done) =>
          bench.calls.read((there) => there.fetchOpenOrders(LISTED.symbol), done)
        );
      strictEqual((await ask()).kind, "error");
      isLost = false;
      await ask();
      match(bench.requests.at(-1)?.url ?? "", /\/v3\/trade\/unfilled-orders/);
    },
  );
}

Deno.test(
  "what a library would send after a question that was not answered does not leave",
  relaxed,
  async () => {
    const { evidence, bench } = await seen(await opened("bitget"), () => "lost");
    ok(!evidence.ok);
    match(evidence.reason, /what was asked first was not answered/);
    deepStrictEqual(bench.changes, []);
  },
);

Deno.test(
  "an order of KuCoin that is active is open, though a part of it was cancelled",
  relaxed,
  async () => {
    const row = {
      ...{ id: "987", symbol: "BTCUSDT", type: "limit", side: "buy", size: "0.5", price: "2000.1" },
      ...{ dealSize: "0.1", dealFunds: "200.01", cancelledSize: "0.2", cancelExist: true },
      ...{ clientOid: "", timeInForce: "GTC", createdAt: 1_794_999_990_000 },
    };
    const exchange = await opened("kucoin");
    for (const name of ["active", "isActive"]) {
      for (const [is, expected] of [[true, "open"], [false, "cancelled"]] as const) {
        const told = parseOrder(exchange.parseOrder({ ...row, [name]: is }));
        strictEqual(statusOf(told), expected);
      }
    }
  },
);

Deno.test(
  "CoinEx' words for how orders stand are read, which CCXT passes on",
  relaxed,
  async () => {
    const exchange = await opened("coinex");
    const row = {
      ...{ order_id: 987, market: "BTCUSDT", market_type: "SPOT", side: "buy", type: "limit" },
      ...{ amount: "0.5", price: "2000.1", client_id: "", created_at: 1_794_999_990_000 },
    };
    const words = [
      ["open", "0", "open"],
      ["part_filled", "0.1", "open"],
      ["filled", "0.5", "filled"],
      ["part_canceled", "0.1", "cancelled"],
      ["canceled", "0", "cancelled"],
    ] as const;
    for (const [status, filled_amount, expected] of words) {
      const order = exchange.parseOrder({ ...row, status, filled_amount });
      strictEqual(statusOf(parseOrder(order)), expected, status);
    }
  },
);
