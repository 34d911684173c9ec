/**
 * Raw lines of a client through the reader of a format.
 * Proves R-HOT-5 (raw lines).
 * @module
 */
import { crc32 } from "node:zlib";
import { deepStrictEqual, match } from "node:assert/strict";
import { micros } from "../../../core/numbers.ts";
import { openFormat } from "../../../edge/feeds/capture_formats.ts";
import { RawFeed } from "../../../edge/feeds/raw_feed.ts";
import { instrument } from "../../support/fake_backend.ts";

const BTC = instrument(0, "BTC/USDT");
const TS = micros(1_700_000_000_000_000);

function feed(): RawFeed {
  return new RawFeed({ format: "binance", instruments: [BTC], open: openFormat });
}

const TRADE = JSON.stringify({
  e: "trade",
  E: 1_700_000_000_500,
  T: 1_700_000_000_499,
  s: "BTCUSDT",
  t: 5,
  p: "100.10",
  q: "0.5",
  m: true,
});

Deno.test("RawFeed.read() turns a line as the venue sent it into events", () => {
  const outcome = feed().read(TRADE, TS);
  if (!outcome.ok) throw new Error(outcome.problem);
  deepStrictEqual(outcome.drafts.map(({ eventType, instrument }) => [eventType, instrument]), [
    ["TradePrinted", BTC.id],
  ]);
});

Deno.test("RawFeed.read() says what is wrong with a line, and goes on with the next", () => {
  const raw = feed();
  const outcome = raw.read("{", TS);
  match(outcome.ok ? "" : outcome.problem, /^payload: Cannot read/);
  deepStrictEqual(raw.read(TRADE, TS).ok && "read", "read");
});

const TIME = "1700000000.000000";
const KRAKEN = ["book-10", "BTC/USDT"];
const CHECKSUM = crc32("10100" + "1000" + "10000" + "1000");
const FORGOTTEN = [
  [
    "binance",
    { lastUpdateId: 9, bids: [["100", "1"]], asks: [] },
    { e: "depthUpdate", E: 1, s: "BTCUSDT", U: 10, u: 10, b: [["100", "2"]], a: [] },
  ],
  [
    "bybit",
    { topic: "orderbook.50.BTCUSDT", type: "snapshot", ts: 1, data: { u: 9, b: [], a: [] } },
    { topic: "orderbook.50.BTCUSDT", type: "delta", ts: 1, data: { u: 10, b: [], a: [] } },
  ],
  [
    "kraken",
    [1, { as: [["101.00", "1.000", TIME]], bs: [["100.00", "1.000", TIME]] }, ...KRAKEN],
    [1, { a: [["101.00", "1.000", TIME]], c: String(CHECKSUM) }, ...KRAKEN],
  ],
] as const;

for (const [format, snapshot, update] of FORGOTTEN) {
  Deno.test(`RawFeed.forget() makes a book of ${format} wait for its next snapshot, be it an old one`, () => {
    const raw = new RawFeed({ format, instruments: [BTC], open: openFormat });
    const said = (line: unknown): unknown => {
      const outcome = raw.read(JSON.stringify(line), TS);
      return outcome.ok ? outcome.drafts.map(({ eventType }) => eventType) : outcome.problem;
    };
    const lines = [snapshot, update];
    deepStrictEqual(lines.map(said), [["BookSnapshot"], ["BookDelta"]]);
    raw.forget(new Set([BTC.id]));
    deepStrictEqual(said(update), []);
    raw.forget(new Set([BTC.id]));
    deepStrictEqual(lines.map(said), [["BookSnapshot"], ["BookDelta"]]);
  });
}

Deno.test("RawFeed.forget() drops the rows of a book that are still gathered", () => {
  const raw = new RawFeed({ format: "csv", instruments: [BTC], open: openFormat });
  const row = (time: number): string => `${time},true,bid,100,1`;
  const lines = ["time,is_snapshot,side,price,size", row(1_700_000_001)];
  const said = (line: string): unknown => {
    const outcome = raw.read(line, TS);
    return outcome.ok ? outcome.drafts.map(({ eventTime }) => eventTime) : outcome.problem;
  };
  deepStrictEqual(lines.map(said), [[], []]);
  raw.forget(new Set([BTC.id]));
  deepStrictEqual([1_700_000_002, 1_700_000_003].map((time) => said(row(time))), [
    [],
    [1_700_000_002_000_000],
  ]);
});

/** 2^52 + 1 quanta, and the first millisecond whose microseconds cannot be counted. */
const [PRICE, MS] = ["45035996273704.97", 9_007_199_254_741];
const DEPTH = { e: "depthUpdate", E: 1, s: "BTCUSDT", U: 1, u: 1, b: [], a: [] };
const L2 = { coin: "BTC/USDT", time: 1, levels: [[], []] };
const BYBIT = {
  topic: "orderbook.50.BTCUSDT",
  type: "snapshot",
  ts: 1,
  data: { u: 9, b: [], a: [] },
};
const OPEN = {
  status: "OPEN",
  inPlay: false,
  numberOfWinners: 1,
  bettingType: "ODDS",
  marketBaseRate: 5,
};
const BEYOND_COUNTING = [
  ["binance", "price of a snapshot", { lastUpdateId: 1, bids: [[PRICE, "1"]], asks: [] }],
  ["binance", "price of a quote", { u: 1, s: "BTCUSDT", b: PRICE, B: "1", a: PRICE, A: "1" }],
  ["binance", "time of a change", { ...DEPTH, E: MS }],
  ["binance", "time of a trade", { ...JSON.parse(TRADE), E: MS }],
  ["binance", "time of a snapshot", { lastUpdateId: 1, bids: [], asks: [], E: MS }],
  ["bybit", "price of a level", { ...BYBIT, data: { u: 9, b: [[PRICE, "1"]], a: [] } }],
  ["bybit", "time of a book", { ...BYBIT, ts: MS }],
  ["hyperliquid", "price of a level", {
    channel: "l2Book",
    data: { ...L2, levels: [[{ px: PRICE, sz: "1" }], []] },
  }],
  ["hyperliquid", "time of a book", { channel: "l2Book", data: { ...L2, time: MS } }],
  ["kraken", "price of a level", [1, { as: [[PRICE, "1", TIME]], bs: [] }, ...KRAKEN]],
  ["kraken", "time of a level", [1, { as: [["1", "1", "9007199254.740992"]], bs: [] }, ...KRAKEN]],
  ["betfair", "price of a level", mcm({ rc: [{ id: 1, atb: [[Number(PRICE), 1]] }] })],
  ["betfair", "time of a message", { ...mcm({}), pt: MS }],
  [
    "betfair",
    "time of a removal",
    mcm({ marketDefinition: { ...OPEN, runners: [removed("+275000-01-01T00:00:00Z")] } }),
  ],
] as const;

function mcm(change: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { op: "mcm", id: 1, pt: 1, mc: [{ id: "1.1", ...change }] };
}

function removed(removalDate: string): unknown {
  return { id: 1, status: "REMOVED", sortPriority: 1, removalDate };
}

for (const [format, what, line] of BEYOND_COUNTING) {
  Deno.test(`RawFeed.read() refuses the ${what} in ${format} if it cannot be counted`, () => {
    const raw = new RawFeed({ format, instruments: [BTC], open: openFormat });
    const outcome = raw.read(JSON.stringify(line), TS);
    match(
      outcome.ok ? "taken" : outcome.problem,
      new RegExp(`^payload: Cannot read .*${what.split(" ")[0]}\\b`),
    );
  });
}
