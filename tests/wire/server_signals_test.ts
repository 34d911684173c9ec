/**
 * The channel `signal` and the queries that need the hot loop, on a server with one.
 * Proves R-HOT-2, R-HOT-3, R-HOT-4, R-HOT-5, R-WIRE-4.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { allKeys } from "../../config/schema_keys.ts";
import { instrumentId, micros, px, qty, seqId } from "../../core/numbers.ts";
import { controlDraft } from "../../edge/control_draft.ts";
import { marketEvent } from "../support/hot_loop_bench.ts";
import { events } from "../support/market_data.ts";
import type { WireClient } from "../support/wire_client.ts";
import { WireFixture } from "../support/wire_fixture.ts";
import type { HotLoopView } from "../../wire/backend.ts";
import { encodeEvents } from "../../wire/server_message.ts";
import { signalEvent, SignalEvents } from "../../wire/signal_events.ts";

const BTC = instrumentId(0);
const NAME = "paper:BTC/USDT";
const START_S = 1_000;

type Payload = { readonly name: string; readonly value: unknown; readonly args: unknown };
type Shown = {
  readonly event_type: string;
  readonly event_time_us: number;
  readonly instrument: string;
  readonly conflated?: boolean;
  readonly payload: Payload;
};

function named(client: WireClient, name: string): Payload[] {
  return events<Shown>(client).map(({ payload }) => payload).filter((payload) =>
    payload.name === name
  );
}

/** Applies news of a market; `s` is the time of its feed. */
function tell(fixture: WireFixture, s: number, news: Parameters<typeof marketEvent>[2]): void {
  const [instrument] = fixture.backend.instruments;
  if (instrument === undefined) throw new Error("Cannot tell: the toy has two instruments");
  fixture.backend.apply(marketEvent(instrument, s * 1_000_000, news));
}

function snapshot(fixture: WireFixture, s: number, bid = 10_000): void {
  const payload = { bids: [bid, 50_000, bid - 10, 20_000], asks: [bid + 20, 30_000] };
  tell(fixture, s, { eventType: "BookSnapshot", payload: { ...payload, updateId: null } });
}

function trade(fixture: WireFixture, s: number): void {
  const payload = { price: px(10_000), qty: qty(10_000), side: "Sell" as const, tradeId: null };
  tell(fixture, s, { eventType: "TradePrinted", payload });
}

/** Takes over other settings of the hot loop. */
function reload(fixture: WireFixture, hotloop: unknown): void {
  const payload = { configuration: JSON.stringify({ hotloop }), configDigest: "another" };
  const nowUs = fixture.backend.nowUs();
  fixture.backend.apply(controlDraft({ eventType: "ConfigurationReloaded", payload }, nowUs));
  fixture.settle();
}

/** A server with signals on, a book that was seen for 10 s, and a trade in it. */
function withMarket(hotloop: unknown = {}): { fixture: WireFixture; client: WireClient } {
  const fixture = new WireFixture({ hotloop });
  const book = fixture.backend.books.get(BTC);
  if (book !== undefined) book.bids = [[10_000, 50_000]];
  const client = fixture.open("alice");
  snapshot(fixture, START_S);
  trade(fixture, START_S + 10);
  fixture.settle();
  client.forget();
  return { fixture, client };
}

function subscribe(
  fixture: WireFixture,
  client: WireClient,
  more: Readonly<Record<string, unknown>> = {},
): void {
  client.send({ type: "SUBSCRIBE", id: 1, channels: ["signal"], instruments: [NAME], ...more });
  fixture.settle();
}

function ask(
  { fixture, client }: { fixture: WireFixture; client: WireClient },
  what: string,
  args: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  client.send({ type: "QUERY", id: what, what, args: { instrument: NAME, ...args } });
  fixture.settle();
  return client.all("RESULT").at(-1) ?? {};
}

Deno.test("SUBSCRIBE of signals gets RESULT, then every signal as it is now", () => {
  const { fixture, client } = withMarket();
  subscribe(fixture, client, { depth: 1 });
  deepStrictEqual(client.received.map((row) => row.type), ["RESULT", "EVENTS"]);
  const payloads = events<Shown>(client).map(({ payload }) => payload);
  deepStrictEqual(payloads.slice(0, -1), [
    { name: "best2_sum", value: "7", args: { side: "Buy" } },
    { name: "best2_sum", value: "3", args: { side: "Sell" } },
    { name: "spread_ticks", value: 2, args: {} },
    { name: "last_traded_ts_ms", value: (START_S + 10) * 1_000, args: {} },
    { name: "get_mbr", value: null, args: {} },
  ]);
  const [queue] = named(client, "queue");
  deepStrictEqual(queue?.args, { depth: 1 });
  const { bids, status, now_us } = queue?.value as Record<string, unknown>;
  deepStrictEqual([status, now_us], ["open", (START_S + 10) * 1_000_000]);
  const [row, ...rest] = bids as unknown[][];
  deepStrictEqual([[row?.slice(0, 2), row?.[3]], rest], [[["100", "5"], 10], []]);
  ok(Number(row?.[4]) > 0, "a rate of trades");
});

Deno.test("the channel signal says single values when they change, and the queue each time", () => {
  const { fixture, client } = withMarket();
  subscribe(fixture, client);
  client.forget();
  snapshot(fixture, START_S + 11);
  fixture.settle();
  deepStrictEqual(events<Shown>(client).map(({ payload }) => payload.name), ["queue"]);
  trade(fixture, START_S + 12);
  fixture.settle();
  deepStrictEqual(events<Shown>(client).map(({ payload }) => payload.name), [
    "queue",
    "last_traded_ts_ms",
    "queue",
  ]);
});

Deno.test("the channel signal tells a later subscriber what changed while nobody watched", () => {
  const { fixture, client } = withMarket();
  subscribe(fixture, client);
  client.send({ type: "UNSUBSCRIBE", id: 2, channels: ["signal"], instruments: [NAME] });
  fixture.settle();
  trade(fixture, START_S + 12);
  subscribe(fixture, client);
  client.forget();
  trade(fixture, START_S + 12);
  fixture.settle();
  deepStrictEqual(named(client, "last_traded_ts_ms"), [], "the snapshot has said it");
});

Deno.test("the channel signal waits until its event is durable", () => {
  const { fixture, client } = withMarket();
  subscribe(fixture, client);
  client.forget();
  trade(fixture, START_S + 12);
  fixture.time.runDue();
  strictEqual(events<Shown>(client).length, 0);
  fixture.settle();
  ok(events<Shown>(client).length > 0);
});

Deno.test("conflate_ms holds for queues, sampled when they leave", () => {
  const { fixture, client } = withMarket();
  subscribe(fixture, client, { conflate_ms: 100 });
  client.forget();
  for (let step = 1; step <= 5; step += 1) {
    snapshot(fixture, START_S + 10 + step, 10_000 + step * 10);
    fixture.settle();
  }
  fixture.time.advance(200_000);
  fixture.settle();
  const queues = events<Shown>(client).filter(({ payload }) => payload.name === "queue");
  strictEqual(queues.length, 2);
  const last = queues.at(-1);
  ok(last?.conflated);
  const { bids } = last?.payload.value as { bids: unknown[][] };
  strictEqual(bids[0]?.[0], "100.5");
});

Deno.test("SUBSCRIBE ends the interval of an older conflate_ms for queues", () => {
  const { fixture, client } = withMarket();
  subscribe(fixture, client, { conflate_ms: 60_000 });
  for (const s of [11, 12]) snapshot(fixture, START_S + s);
  fixture.settle();
  subscribe(fixture, client, { conflate_ms: 100 });
  client.forget();
  for (const s of [13, 14]) snapshot(fixture, START_S + s);
  fixture.settle();
  strictEqual(named(client, "queue").length, 1);
  fixture.time.advance(100_000);
  fixture.settle();
  strictEqual(named(client, "queue").length, 2);
});

Deno.test("the channel signal carries what detectors say, quantities as decimals", () => {
  const { fixture, client } = withMarket({
    sweep_sniffer: { on: true, min_levels: 2, min_ratio: 0.5 },
  });
  subscribe(fixture, client);
  client.forget();
  const s = START_S + 20;
  for (const [price, quantity] of [[10_000, 50_000], [9_990, 20_000]] as const) {
    const payload = { price: px(price), qty: qty(quantity), side: "Sell" as const, tradeId: null };
    tell(fixture, s, { eventType: "TradePrinted", payload });
  }
  const levels = { bids: [10_000, 0, 9_990, 0], asks: [], updateId: null };
  tell(fixture, s, { eventType: "BookDelta", payload: levels });
  fixture.settle();
  deepStrictEqual(named(client, "sweep_sniffer"), [{
    name: "sweep_sniffer",
    value: true,
    args: { side: "Sell", levels: 2, volume: "7", ratio: 1 },
  }]);
  const { detectors } = named(client, "queue").at(-1)?.value as Record<string, unknown>;
  deepStrictEqual(detectors, {
    sweep_sniffer: { side: "Sell", levels: 2, volume: "7", ratio: 1, at_us: s * 1_000_000 },
  });
});

Deno.test("a daemon without a hot loop has no channel signal, and one that is off says nothing", () => {
  const without = new WireFixture();
  const client = without.open("alice");
  subscribe(without, client);
  strictEqual(client.all("RESULT")[0]?.["code"], "UNSUPPORTED");
  const off = withMarket({ instruments: { [NAME]: { signals: false } } });
  subscribe(off.fixture, off.client);
  deepStrictEqual(off.client.received.map((row) => row.type), ["RESULT"]);
  const answer = ask(off, "get_mbr", {});
  deepStrictEqual(answer["code"], "UNSUPPORTED");
  match(String(answer["message"]), /switched on in hotloop/);
  deepStrictEqual(ask(off, "best", { side: "Buy" })["result"], { price: "100", qty: "5" });
});

Deno.test("a reload that switches signals off is told once, and all of them anew when they are on", () => {
  const { fixture, client } = withMarket();
  subscribe(fixture, client);
  client.forget();
  reload(fixture, { instruments: { [NAME]: { signals: false } } });
  deepStrictEqual(events<Shown>(client).map(({ instrument, payload }) => [instrument, payload]), [
    [NAME, { name: "queue", value: null, args: { depth: 10 } }],
  ]);
  client.forget();
  snapshot(fixture, START_S + 11, 10_050);
  reload(fixture, { signals: false });
  deepStrictEqual(events<Shown>(client), [], "of an instrument that is off nothing is said");
  const book = fixture.backend.books.get(BTC);
  if (book !== undefined) book.bids = [[10_050, 50_000]];
  reload(fixture, {});
  deepStrictEqual(events<Shown>(client).map(({ payload }) => payload.name), [
    "best2_sum",
    "best2_sum",
    "spread_ticks",
    "last_traded_ts_ms",
    "get_mbr",
    "queue",
  ]);
  const { is_fresh, bids } = named(client, "queue").at(-1)?.value as Record<string, unknown>;
  deepStrictEqual([is_fresh, (bids as unknown[][])[0]?.[0]], [true, "100.5"]);
});

Deno.test("a reload of settings is told with the queues that are computed with them", () => {
  const { fixture, client } = withMarket();
  subscribe(fixture, client);
  client.forget();
  reload(fixture, { latency_ms: 9, min_obs_s: 8 });
  const [queue, ...rest] = events<Shown>(client).map(({ payload }) => payload);
  const { latency_ms, min_obs_s } = queue?.value as Record<string, unknown>;
  deepStrictEqual([latency_ms, min_obs_s, rest], [9, 8, []]);
});

Deno.test("a reload that switches signals off is told also within conflate_ms", () => {
  const { fixture, client } = withMarket();
  subscribe(fixture, client, { conflate_ms: 100 });
  snapshot(fixture, START_S + 11);
  fixture.settle();
  client.forget();
  reload(fixture, { signals: false });
  fixture.time.advance(200_000);
  fixture.settle();
  deepStrictEqual(named(client, "queue").map(({ value }) => value), [null]);
});

Deno.test("a reload that switches signals off is told though SUBSCRIBE ends the interval that held it", () => {
  const { fixture, client } = withMarket();
  subscribe(fixture, client, { conflate_ms: 60_000 });
  snapshot(fixture, START_S + 11);
  reload(fixture, { signals: false });
  client.forget();
  subscribe(fixture, client, { conflate_ms: 100 });
  deepStrictEqual(client.received.map((row) => row.type), ["RESULT", "EVENTS"]);
  deepStrictEqual(named(client, "queue").map(({ value }) => value), [null]);
});

Deno.test("who subscribes to signals that are off hears of them from the reload that switches them on", () => {
  const { fixture, client } = withMarket();
  subscribe(fixture, client);
  client.send({ type: "UNSUBSCRIBE", id: 2, channels: ["signal"], instruments: [NAME] });
  fixture.settle();
  reload(fixture, { signals: false });
  client.forget();
  subscribe(fixture, client);
  snapshot(fixture, START_S + 11);
  fixture.settle();
  deepStrictEqual(client.received.map((row) => row.type), ["RESULT"], "nothing was told before");
  reload(fixture, {});
  strictEqual(events<Shown>(client).length, 6);
});

Deno.test("queries about queues answer as the hot loop does", () => {
  const market = withMarket();
  const { hotLoop } = market.fixture.signals ?? {};
  const place = { side: "Buy", price: "100" } as const;
  deepStrictEqual(ask(market, "size_ahead", place)["result"], "5");
  const rate = hotLoop?.matchRateEma(BTC, { side: "Buy", price: px(10_000) });
  ok((rate ?? 0) > 0);
  deepStrictEqual(ask(market, "match_rate_ema", place)["result"], rate);
  const forecast = ask(market, "pfill_ttf", { ...place, order_qty: "0.5", horizon_ms: 10_000 });
  const expected = hotLoop?.pfillTtf(BTC, {
    side: "Buy",
    price: px(10_000),
    orderQty: qty(5_000),
    horizonMs: 10_000,
  });
  deepStrictEqual(forecast["result"], {
    p: expected?.p,
    ttf_ms: expected?.ttfMs,
    ahead: "5",
    mu: expected?.mu,
    observed_s: 10,
  });
  deepStrictEqual(ask(market, "hotloop_capabilities", {})["result"], hotLoop?.capabilities(BTC));
});

const refused = [
  ["size_ahead", { side: "Buy", price: "100.001" }, "PRICE_GRID", /args\.price/],
  ["match_rate_ema", { side: "Buy", price: "0.001" }, "PRICE_GRID", /args\.price/],
  [
    "pfill_ttf",
    { side: "Buy", price: "100", order_qty: "0", horizon_ms: 1 },
    "QTY_GRID",
    /args\.order_qty/,
  ],
  ["size_ahead", { side: "Buy", price: "100", order_id: "77" }, "NOT_FOUND", /args\.order_id/],
] as const;
for (const [what, args, code, message] of refused) {
  Deno.test(`${what} is refused ${code} for ${JSON.stringify(args)}`, () => {
    const answer = ask(withMarket(), what, args);
    deepStrictEqual([answer["ok"], answer["code"]], [false, code]);
    match(String(answer["message"]), message);
  });
}

/** What of the hot loop makes the longest signals: as many digits everywhere as a number may have. */
function longestSignals(): SignalEvents {
  const most = Number.MAX_SAFE_INTEGER;
  const float = 0.0000012345678901234567;
  const passed = { volume: float, events: float, exposureS: float };
  const level = { price: px(-most), qty: qty(most), tick: -most, observedS: float };
  const levels = Array.from({ length: 1_000 }, () => ({ ...level, matchRate: float, passed }));
  const market = { status: "suspended", betDelayMs: most, isPassiveFree: false };
  const settings = { latencyMs: float, minObsS: float, maxTtfMs: float };
  const near = { passed, share: float, sweeps: float, lifeS: float };
  const times = { nowUs: most, isFresh: false, isBidHighest: false };
  const hotLoop = {
    capabilities: () => ({ best: true }),
    best2Sum: () => most,
    spreadTicks: () => most,
    lastTradedTsMs: () => most,
    getMbr: () => float,
    marketRate: () => ({ effective: float }),
    queueLevels: () => ({ ...times, market, settings, near, bids: levels, asks: levels }),
  } as unknown as HotLoopView;
  return new SignalEvents({ hotLoop, emissions: [] });
}

Deno.test("the longest signals of an instrument fit the least max_frame_bytes", () => {
  const { view, instruments: [first] } = new WireFixture().backend;
  ok(first !== undefined);
  const instrument = {
    ...first,
    priceRule: { ...first.priceRule, scale: 15 },
    qtyRule: { ...first.qtyRule, scale: 15 },
  };
  const nowUs = micros(Number.MAX_SAFE_INTEGER);
  const concerned = {
    seqId: seqId(Number.MAX_SAFE_INTEGER),
    eventTime: nowUs,
    ingestTime: nowUs,
    source: "market_data" as const,
    venue: first.venue,
    instrument: first.id,
    idempotencyKey: null,
  };
  const texts = longestSignals().now(instrument)
    .map((signal) => signalEvent(concerned, view, signal).text(1_000));
  const frame = encodeEvents({ seqId: nowUs, events: texts });
  const least = allKeys().find(({ path }) => path === "wire.max_frame_bytes")?.range?.least ?? 0;
  // Detectors, and longer names than these, take some thousand characters more.
  ok(frame.length + 8_000 < least, `${frame.length} must be well below ${least}`);
  ok(frame.length > least * 0.9, "all levels are there");
});
