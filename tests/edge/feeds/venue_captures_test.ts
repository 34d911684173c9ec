/**
 * Recorded streams of venues, message by message: books, trades, quotes, and what makes a book
 * invalid (R-MODE-2, R-VENUE-7). Whole recordings are in `recorded_streams_test.ts`.
 * @module
 */
import { deepStrictEqual, match, throws } from "node:assert/strict";
import { crc32 } from "node:zlib";
import type { Draft } from "../../../core/event.ts";
import { instrumentId } from "../../../core/numbers.ts";
import { openFormat } from "../../../edge/feeds/capture_formats.ts";
import { splitLine } from "../../../edge/feeds/capture_line.ts";
import { TRADES_MAX } from "../../../edge/feeds/hyperliquid_capture.ts";
import { INSTRUMENT } from "../../support/simulated_venue.ts";

type Read = { readonly drafts: readonly Draft[]; readonly problems: readonly string[] };

function read(format: string, messages: readonly unknown[]): Read {
  const problems: string[] = [];
  const problem = (text: string): void => void problems.push(text);
  const reader = openFormat(format, { instruments: [INSTRUMENT], problem });
  const drafts = messages.flatMap((message, at) => {
    const text = typeof message === "string" ? message : JSON.stringify(message);
    const line = format === "bybit" ? text : `1618678133.5: ${text}`;
    return reader.read(line, `f:${at + 1}`);
  });
  return { drafts, problems };
}

function newsOf({ drafts }: Read): unknown[] {
  return drafts.map(({ eventType, eventTime, payload }) => [eventType, eventTime, payload]);
}

const SECOND = "1618678133.000000";
const US = 1_618_678_133_000_000;

function kraken(...payloads: readonly unknown[]): unknown[] {
  return [1, ...payloads, "book-10", "BTC/USDT"];
}

const KRAKEN_SNAPSHOT = kraken({
  as: [["101.00", "2.000", SECOND]],
  bs: [["100.00", "1.000", SECOND]],
});

Deno.test("a Kraken book is followed as long as its checksum is its own", () => {
  const checksum = crc32("10100" + "3000" + "10000" + "1000");
  const good = kraken({ a: [["101.00", "3.000", SECOND]], c: String(checksum) });
  const followed = read("kraken", [KRAKEN_SNAPSHOT, good]);
  deepStrictEqual(followed.problems, []);
  deepStrictEqual(newsOf(followed), [
    ["BookSnapshot", US, { bids: [1000, 1000], asks: [1010, 2000], updateId: null }],
    ["BookDelta", US, { bids: [], asks: [1010, 3000], updateId: null }],
  ]);
  const bad = kraken({ a: [["101.00", "4.000", SECOND]] }, { b: [], c: "7" });
  const lost = read("kraken", [KRAKEN_SNAPSHOT, bad, good, KRAKEN_SNAPSHOT]);
  deepStrictEqual(lost.drafts.map(({ eventType }) => eventType), [
    "BookSnapshot",
    "BookInvalidated",
    "BookSnapshot",
  ]);
  match(lost.problems[0] ?? "", /^f:2: the book of BTC\/USDT must have the checksum 7: was \d+/);
});

const KRAKEN_CHANGE = kraken({ a: [["112.00", "0.000", SECOND]], c: "7" });
const LEVEL = /^f:3: Cannot read a level of paper:BTC\/USDT/;

for (
  const [what, unread, problem] of [
    [
      "an update that cannot be read",
      kraken({ b: [["100.00", "0.000", SECOND], ["97.0005", "1.000", SECOND]], c: "7" }),
      LEVEL,
    ],
    [
      "a snapshot that cannot be read",
      kraken({ as: [["100.50", "2.000", SECOND]], bs: [["97.0005", "1", SECOND]] }),
      LEVEL,
    ],
    [
      "a change that is cut",
      JSON.stringify(KRAKEN_CHANGE).slice(0, -9),
      /^f:3: Cannot read a message: it must be JSON/,
    ],
    [
      "a change of no pair",
      KRAKEN_CHANGE.with(-1, null),
      /^f:3: Cannot read a message: the pair must be a text/,
    ],
    [
      "a change of no channel",
      KRAKEN_CHANGE.with(-2, null),
      /^f:3: Cannot read a message: the channel must be a text/,
    ],
  ] as const
) {
  Deno.test(`a Kraken book is lost with ${what}, until a snapshot`, () => {
    const checksum = crc32("10100" + "3000" + "10000" + "1000");
    const good = kraken({ a: [["101.00", "3.000", SECOND]], c: String(checksum) });
    const trade = kraken([["100.0005", "1", SECOND, "s"]]).with(-2, "trade");
    const { drafts, problems } = read("kraken", [
      KRAKEN_SNAPSHOT,
      trade,
      unread,
      good,
      KRAKEN_SNAPSHOT,
      good,
    ]);
    deepStrictEqual(drafts.map(({ eventType }) => eventType), [
      "BookSnapshot",
      "BookInvalidated",
      "BookSnapshot",
      "BookDelta",
    ]);
    match(problems[1] ?? "", problem);
    deepStrictEqual([problems.length, drafts[1]?.payload], [2, { reason: problems[1] }]);
  });
}

Deno.test("all Kraken books are lost with a line of which nobody knows whose it was", () => {
  const other = { ...INSTRUMENT, id: instrumentId(7), symbol: "ETH/USDT", name: "paper:ETH/USDT" };
  const reader = openFormat("kraken", { instruments: [INSTRUMENT, other], problem: () => {} });
  for (const snapshot of [KRAKEN_SNAPSHOT, KRAKEN_SNAPSHOT.with(-1, "ETH/USDT")]) {
    reader.read(`1618678133.5: ${JSON.stringify(snapshot)}`, "f:1");
  }
  deepStrictEqual(reader.read("wss://ws.kraken.com <-> 1618678134.0", "f:3"), []);
  const cut = `1618678135.5: ${JSON.stringify(KRAKEN_CHANGE)}`.slice(9);
  const lost = reader.read(cut, "f:4");
  deepStrictEqual(
    lost.map(({ eventType, instrument, eventTime }) => [eventType, instrument, eventTime]),
    [INSTRUMENT, other].map(({ id }) => ["BookInvalidated", id, US + 500_000]),
  );
  deepStrictEqual(reader.read(cut, "f:5"), []);
});

Deno.test("a Kraken book loses what falls below its depth", () => {
  const asks = Array.from({ length: 10 }, (_, at) => [`${101 + at}.0`, "1.0", SECOND]);
  const better = kraken({ a: [["100.5", "1.0", SECOND]] });
  const { drafts } = read("kraken", [kraken({ as: asks, bs: [] }), better]);
  deepStrictEqual(drafts[1]?.payload, { bids: [], asks: [1005, 1000, 1100, 0], updateId: null });
});

Deno.test("Kraken trades, tickers and the recorder's own lines are read or left out", () => {
  const trades = [1, [["100.1", "0.5", SECOND, "s", "l", ""]], "trade", "BTC/USDT"];
  const ticker = [1, { a: ["101.0", 1, "2.0"], b: ["100.0", 1, "3.0"] }, "ticker", "BTC/USDT"];
  const { drafts, problems } = read("kraken", [
    trades,
    ticker,
    { event: "heartbeat" },
    [1, [], "trade", "ETH/USDT"],
    "no json",
  ]);
  deepStrictEqual(drafts.map(({ payload }) => payload), [
    { price: 1001, qty: 500, side: "Sell", tradeId: null },
    { bidPx: 1000, bidQty: 3000, askPx: 1010, askQty: 2000, updateId: null },
  ]);
  deepStrictEqual(problems.length, 2);
  match(problems[0] ?? "", /symbol ETH\/USDT is not used/);
  match(problems[1] ?? "", /f:5: Cannot read a message: it must be JSON/);
});

function bybit(u: number, type = "delta"): unknown {
  const data = { s: "BTCUSDT", b: [["100.0", String(u)]], a: [], u, seq: 1 };
  return { topic: "orderbook.500.BTCUSDT", type, ts: 1_618_678_133_000, data };
}

Deno.test("a Bybit book is followed by its update ids, and lost at a gap until a snapshot", () => {
  const { drafts, problems } = read("bybit", [
    bybit(4),
    bybit(5, "snapshot"),
    bybit(6),
    bybit(8),
    bybit(9),
    bybit(20, "snapshot"),
  ]);
  deepStrictEqual(drafts.map(({ eventType }) => eventType), [
    "BookSnapshot",
    "BookDelta",
    "BookInvalidated",
    "BookSnapshot",
  ]);
  deepStrictEqual(problems, [
    "f:4: the depth stream has a gap: the message must be update 7: was 8",
  ]);
});

Deno.test("Bybit trades have the taker's side", () => {
  const data = [{ T: 1_618_678_133_000, s: "BTCUSDT", S: "Sell", v: "0.1", p: "99.5", i: "x" }];
  const { drafts } = read("bybit", [{ topic: "publicTrade.BTCUSDT", data }]);
  deepStrictEqual(drafts[0]?.payload, { price: 995, qty: 100, side: "Sell", tradeId: "x" });
});

Deno.test("Bybit trades that were not made in the book are left out, and that is told once", () => {
  const trade = { T: 1_618_678_133_000, s: "BTCUSDT", S: "Sell", v: "0.1", p: "99.5", i: "x" };
  const data = [{ ...trade, BT: true }, { ...trade, i: "y", BT: false }, { ...trade, BT: true }];
  const { drafts, problems } = read("bybit", [{ topic: "publicTrade.BTCUSDT", data }]);
  deepStrictEqual(drafts.map(({ payload }) => "tradeId" in payload && payload.tradeId), ["y"]);
  deepStrictEqual(problems, ["f:1: a block trade is not used by this feed and is left out"]);
});

Deno.test("a trade whose taker has a side that is not known cannot be read", () => {
  const T = 1_618_678_133_000;
  const bybit = { T, s: "BTCUSDT", S: "None", v: "0.1", p: "99.5", i: "x" };
  const hyperliquid = { coin: "BTC/USDT", time: T, px: "100.0", sz: "1", side: "C", tid: 9 };
  for (
    const [format, message] of [
      ["bybit", { topic: "publicTrade.BTCUSDT", data: [bybit] }],
      ["hyperliquid", { channel: "trades", data: [hyperliquid] }],
    ] as const
  ) {
    const { drafts, problems } = read(format, [message]);
    deepStrictEqual(drafts, []);
    match(problems.join(), /side must be one of .*: was "(?:None|C)"/);
  }
});

Deno.test("Hyperliquid books are whole, trades have the taker's side", () => {
  const level = (px: string): unknown => ({ n: 1, px, sz: "0.5" });
  const time = 1_618_678_133_000;
  const { drafts, problems } = read("hyperliquid", [
    {
      channel: "l2Book",
      data: { coin: "BTC/USDT", time, levels: [[level("100.0")], [level("101.0")]] },
    },
    {
      channel: "trades",
      data: [{ coin: "BTC/USDT", time, px: "100.0", sz: "1", side: "A", tid: 9 }],
    },
    { channel: "pong" },
  ]);
  deepStrictEqual(drafts.map(({ payload }) => payload), [
    { bids: [1000, 500], asks: [1010, 500], updateId: null },
    { price: 1000, qty: 1000, side: "Sell", tradeId: "9" },
  ]);
  match(problems.join(), /channel pong is not used/);
});

/** A message of Hyperliquid trades of one lot with these ids. */
function hyperliquid(...tids: readonly (number | string)[]): unknown {
  const trade = { coin: "BTC/USDT", time: 1_618_678_133_000, px: "100.0", sz: "0.001", side: "A" };
  return { channel: "trades", data: tids.map((tid) => ({ ...trade, tid })) };
}

const AGAIN = [
  ["in a message of its own", [hyperliquid(7), hyperliquid(7)], [7]],
  ["among the trades of the past of a new subscription", [
    hyperliquid(7, 8),
    hyperliquid(5, 7, 8, 9),
  ], [7, 8, 5, 9]],
  ["in the same message", [hyperliquid(7, 7)], [7]],
  ["after a message that cannot be read, of which nothing was told", [
    hyperliquid(7, "x"),
    hyperliquid(7),
  ], [7]],
] as const;
for (const [where, messages, told] of AGAIN) {
  Deno.test(`Hyperliquid tells a trade once that comes again ${where}`, () => {
    const { drafts } = read("hyperliquid", messages);
    const ids = drafts.map(({ payload }) => "tradeId" in payload && Number(payload.tradeId));
    deepStrictEqual(ids, told);
  });
}

Deno.test("Hyperliquid tells a trade of an id that was at another time: it is another one", () => {
  const later = JSON.stringify(hyperliquid(7)).replace("1618678133000", "1618678133001");
  const { drafts } = read("hyperliquid", [hyperliquid(7), later]);
  deepStrictEqual(drafts.map(({ eventTime }) => eventTime), [US, US + 1000]);
});

Deno.test("Hyperliquid remembers a bounded number of trades, the newest", () => {
  const tids = Array.from({ length: TRADES_MAX + 1 }, (_, at) => at);
  const { drafts } = read("hyperliquid", [hyperliquid(...tids), hyperliquid(1, 0)]);
  deepStrictEqual(drafts.length, TRADES_MAX + 2, "the first is forgotten, the second is not");
});

const lines = [
  ["1723161255000000123 {}", { receivedUs: 1_723_161_255_000_000, message: "{}" }],
  ["1618678132.38: {}", { receivedUs: 1_618_678_132_380_000, message: "{}" }],
  ["1618678132.3858151: {}", { receivedUs: 1_618_678_132_385_815, message: "{}" }],
  ["https://x/depth?a=1&symbol=BTCUSDT -> 1618678132.5: {}", {
    receivedUs: 1_618_678_132_500_000,
    message: "{}",
    symbol: "BTCUSDT",
  }],
  ["wss://x <-> 1618678132.3", { receivedUs: undefined, message: "" }],
  ["configuration: {}", { receivedUs: undefined, message: "" }],
  ["", { receivedUs: undefined, message: "" }],
] as const;
for (const [line, parts] of lines) {
  Deno.test(`splitLine() takes ${JSON.stringify(line)} apart`, () => {
    deepStrictEqual(splitLine(line), parts);
  });
}

for (const time of ["9007199254740992000", "9007199254.740992:"]) {
  Deno.test(`splitLine() refuses the time ${time}, whose microseconds cannot be counted`, () => {
    throws(() => splitLine(`${time} {}`), /^LineError: Cannot read a time: .*2\^53 microseconds/);
  });
}

Deno.test("splitLine() refuses a line without a time", () => {
  throws(() => splitLine("{}"), /must begin with the receive time/);
});
