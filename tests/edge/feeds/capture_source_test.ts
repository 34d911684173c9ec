/**
 * Several recordings as one feed: merged by time, paced, strict or not (R-MODE-2).
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import type { Event } from "../../../core/event.ts";
import type { Instrument } from "../../../core/instrument.ts";
import { instrumentId, micros, px, qty, seqId } from "../../../core/numbers.ts";
import { CAPTURE_FORMATS } from "../../../edge/feeds/capture_formats.ts";
import { CaptureSource } from "../../../edge/feeds/capture_source.ts";
import type { FeedChoice } from "../../../edge/feeds/feed.ts";
import { guessFormat } from "../../../edge/feeds/guess_format.ts";
import { encodeEventLine } from "../../../edge/journal/event_lines.ts";
import { startedDraft } from "../../support/drafts.ts";
import { diskOf } from "../../support/read_only_disk.ts";
import { INSTRUMENT, VENUE } from "../../support/simulated_venue.ts";
import { line, MARKET, OPEN } from "../../support/stream_lines.ts";

type Capture = Extract<FeedChoice, { readonly kind: "capture" }>;

const OTHER = { ...INSTRUMENT, id: instrumentId(1), symbol: "ETH/USDT", name: "paper:ETH/USDT" };

class Player {
  readonly problems: string[] = [];
  readonly source: CaptureSource;
  readonly dueUs: number[] = [];
  readonly events: string[] = [];

  constructor(
    feed: Omit<Capture, "kind" | "speed">,
    files: Readonly<Record<string, string>>,
    instruments: readonly Instrument[] = [INSTRUMENT, OTHER],
  ) {
    const packed = Object.entries(files).map(([name, text], at) => {
      const bytes = new TextEncoder().encode(text);
      return [name, [gzipSync, zstdCompressSync][at % 2]?.(bytes) ?? bytes] as const;
    });
    this.source = new CaptureSource({
      feed: { kind: "capture", speed: "realtime", ...feed },
      instruments,
      disk: diskOf(new Map(packed)),
      problem: (text) => this.problems.push(text),
    });
    for (let due = this.source.nextDueUs(); due !== undefined; due = this.source.nextDueUs()) {
      for (const draft of this.source.next()) {
        this.dueUs.push(due);
        const price = "price" in draft.payload ? draft.payload.price : draft.eventType;
        this.events.push(`${draft.instrument}:${price}`);
      }
    }
  }
}

/** Trades of seconds, at prices. */
function trades(symbol: string, ...rows: readonly (readonly [number, number])[]): string {
  const lines = rows.map(([second, price]) => `${1_700_000_000 + second},${symbol},${price},1`);
  return ["time,symbol,price,size", ...lines].join("\n");
}

Deno.test("CaptureSource merges files by time, then instrument, then their order", () => {
  const player = new Player({ files: ["a", "b"], format: "csv", merge: true }, {
    a: trades("ETH/USDT", [0, 1], [1, 2], [5, 3]),
    b: trades("BTC/USDT", [1, 4], [1, 5], [3, 6]),
  });
  deepStrictEqual(player.events, ["1:10", "0:40", "0:50", "1:20", "0:60", "1:30"]);
  deepStrictEqual(player.dueUs, [0, 1, 1, 1, 3, 5].map((second) => second * 1_000_000));
  deepStrictEqual(player.problems, []);
});

Deno.test("CaptureSource plays files of one stream in their order, whatever their times", () => {
  const files = { a: trades("BTC/USDT", [5, 1]), b: trades("BTC/USDT", [1, 2]) };
  const player = new Player({ files: ["a", "b"], format: "csv" }, files);
  deepStrictEqual([player.events, player.dueUs], [["0:10", "0:20"], [0, 0]]);
});

Deno.test("CaptureSource merges recordings of other formats, and bars lie within their time", () => {
  const bars = "time,open,high,low,close,volume\n1700000000,1,4,1,2,4\n1700000060,2,2,2,2,4\n";
  const player = new Player({
    files: ["bars"],
    format: "csv",
    columns: { instrument: "BTC/USDT" },
    beside: [{ files: ["trades"], format: "jsonl" }],
  }, {
    bars,
    trades: '{"time":1700000030,"symbol":"ETH/USDT","price":9,"size":1}\n',
  });
  deepStrictEqual(player.events, [
    "0:10",
    "0:10",
    "1:90",
    "0:40",
    "0:20",
    "0:20",
    "0:20",
    "0:20",
    "0:20",
  ]);
});

Deno.test("CaptureSource read strictly ends at the first bad line and invalidates the books", () => {
  const text = `${trades("BTC/USDT", [0, 1])}\nnonsense\n1700000009,BTC/USDT,2,1\n`;
  const feed = { files: ["a"], format: "csv" };
  deepStrictEqual(new Player(feed, { a: text }).events, ["0:10", "0:20"]);
  const strict = new Player({ ...feed, strict: true }, { a: text });
  deepStrictEqual(strict.events, ["0:10", "0:BookInvalidated", "1:BookInvalidated"]);
  match(strict.problems[0] ?? "", /^a:3: Cannot read a row/);
  match(strict.problems[1] ?? "", /^a:3: the capture ends here, since it is read strictly/);
});

for (const [end, strict] of [["breaks off", false], ["is read strictly", true]] as const) {
  Deno.test(`CaptureSource invalidates the books that a recording listed itself when it ${end}`, () => {
    const levels = { bids: [1000, 1], asks: [], updateId: null };
    const lines = [LISTING, eventOf({ eventType: "BookSnapshot", payload: levels })];
    const text = lines.map(encodeEventLine).join("") + (strict ? "nonsense\n" : "");
    const feed = { files: ["1.log", "gone"], format: "journal", strict };
    const player = new Player(feed, { "1.log": text }, []);
    deepStrictEqual(player.events.slice(0, 2), ["7:InstrumentListed", "7:BookSnapshot"]);
    strictEqual(player.events.at(-1), "7:BookInvalidated");
  });
}

Deno.test("CaptureSource goes on with the others when one recording breaks off", () => {
  const player = new Player({ files: ["gone", "b"], format: "csv", merge: true }, {
    b: trades("BTC/USDT", [0, 1], [1, 2]),
  });
  deepStrictEqual(player.events.filter((event) => !event.includes("Book")), ["0:10", "0:20"]);
  match(player.problems[0] ?? "", /^gone: Cannot open gone/);
});

function eventOf(of: Partial<Event>): Event {
  return {
    seqId: seqId(1),
    eventTime: micros(5),
    ingestTime: micros(1_700_000_000_000_000),
    source: "market_data",
    venue: VENUE,
    instrument: instrumentId(7),
    idempotencyKey: null,
    ...of,
  } as Event;
}

const TRADE = { price: px(1005), qty: qty(2), side: "Buy", tradeId: "t" } as const;
const LISTING = eventOf({
  source: "control",
  eventType: "InstrumentListed",
  payload: { ...INSTRUMENT, id: instrumentId(7) },
});
const PRINT = eventOf({ eventType: "TradePrinted", payload: TRADE });

Deno.test("a journal's market data are played under the numbers of the configuration", () => {
  const lines = [
    '{"segment":{"format":1}}',
    '{"batch":{"number":1}}',
    encodeEventLine(LISTING).trimEnd(),
    '{"transition":{"seq_id":1}}',
    encodeEventLine(PRINT).trimEnd(),
    '{"batch":{"number":2,"market":"dropped"}}'.replace("2,", '2,"chain":"",'),
    encodeEventLine(PRINT).trimEnd(),
    "\0".repeat(200_000),
  ];
  const player = new Player({ files: ["1.log"], format: "journal" }, { "1.log": lines.join("\n") });
  deepStrictEqual(player.events, ["0:1005", "0:BookInvalidated", "0:1005"]);
  strictEqual(player.problems.length, 1);
  match(player.problems[0] ?? "", /^1\.log:6: the market data of this batch were dropped/);
});

Deno.test("a journal's books end with each run of the daemon, and with a line that cannot be read", () => {
  const started = eventOf(startedDraft());
  const levels = { bids: [1000, 1], asks: [], updateId: null };
  const snapshot = eventOf({ eventType: "BookSnapshot", payload: levels });
  const delta = eventOf({ eventType: "BookDelta", payload: levels });
  const lines = [started, LISTING, snapshot, started, delta, snapshot].map(encodeEventLine);
  const cut = encodeEventLine(delta).replace("BookDelta", "Book");
  const text = [...lines, cut, ...lines.slice(4)].map((line) => line.trimEnd()).join("\n");
  const player = new Player({ files: ["1.log"], format: "journal" }, { "1.log": text });
  deepStrictEqual(player.events, [
    "0:BookSnapshot",
    "0:BookInvalidated",
    "0:BookDelta",
    "0:BookSnapshot",
    "0:BookInvalidated",
    "0:BookDelta",
    "0:BookSnapshot",
  ]);
  strictEqual(player.problems.length, 1);
  match(player.problems[0] ?? "", /^1\.log:7: Cannot read an event: event_type must be known/);
});

for (
  const [what, cut] of [
    ["an event that is cut before its source", encodeEventLine(PRINT).slice(0, 40)],
    ["an event of which hardly anything is left", '{"event":'],
    ["a batch that is cut where its market data were dropped", '{"batch":{"number":2,"market":"d'],
  ] as const
) {
  Deno.test(`a journal's books end with ${what}`, () => {
    const levels = { bids: [1000, 1], asks: [], updateId: null };
    const snapshot = encodeEventLine(eventOf({ eventType: "BookSnapshot", payload: levels }));
    const text = `${encodeEventLine(LISTING)}${snapshot}${cut}\n${encodeEventLine(PRINT)}`;
    const player = new Player({ files: ["1.log"], format: "journal" }, { "1.log": text });
    deepStrictEqual(player.events, ["0:BookSnapshot", "0:BookInvalidated", "0:1005"]);
    strictEqual(player.problems.length, 1);
    match(player.problems[0] ?? "", /^1\.log:3: Cannot read a line: it must be a journal's/);
  });
}

/** A listing of another venue's instrument with the symbol of {@link LISTING}. */
function listedAs(number: number, name: string): Event {
  const id = instrumentId(number);
  const payload = { ...INSTRUMENT, id, name };
  return eventOf({ source: "control", instrument: id, eventType: "InstrumentListed", payload });
}

function printOf(number: number, price: number): Event {
  const payload = { ...TRADE, price: px(price) };
  return eventOf({ instrument: instrumentId(number), eventType: "TradePrinted", payload });
}

for (
  const [what, name, played] of [
    ["the one of its name", INSTRUMENT.name, ["0:1", "0:BookInvalidated", "0:2", "0:4"]],
    ["the first of its symbol where none has its name", "other:BTC/USDT", ["0:1", "0:3", "0:5"]],
  ] as const
) {
  Deno.test(`of a journal's instruments with one symbol ${what} is played, as one book`, () => {
    const events = [
      listedAs(7, "first:BTC/USDT"),
      printOf(7, 1),
      listedAs(8, name),
      ...[
        printOf(8, 2),
        printOf(7, 3),
        printOf(8, 4),
        listedAs(7, "first:BTC/USDT"),
        printOf(7, 5),
      ],
    ];
    const text = events.map(encodeEventLine).join("");
    const player = new Player({ files: ["1.log"], format: "journal" }, { "1.log": text });
    deepStrictEqual(player.events, played);
    match(player.problems[0] ?? "", /is not used by this feed and is left out/);
  });
}

Deno.test("a journal whose first segment is missing says what it needs", () => {
  const player = new Player({ files: ["2.log"], format: "journal" }, {
    "2.log": encodeEventLine(PRINT),
  });
  deepStrictEqual(player.events, []);
  match(player.problems[0] ?? "", /instrument 7, which must have been listed before its market/);
});

const RUNNER = { ...INSTRUMENT, id: instrumentId(1), symbol: `${MARKET}.1`, name: "paper:runner" };
const TIME = 1_700_000_000_000;
const SYMBOL = "BTCUSDT";

function stamped(message: unknown): string {
  return `${TIME}000000 ${JSON.stringify(message)}`;
}

/** A trade at a price in each format, with the lines that it needs, and what two of them say. */
const written: readonly (readonly [string, readonly string[], (price: number) => string])[] = [
  [
    "binance",
    ["0:10", "0:20"],
    (price) => stamped({ e: "trade", E: TIME, s: SYMBOL, t: 1, p: `${price}`, q: "1", m: true }),
  ],
  [
    "betfair",
    ["1:100", "1:200"],
    (price) => [line(OPEN), line({ rc: [{ id: 1, trd: [[price, 1]] }] })].join("\n"),
  ],
  ["bybit", ["0:10", "0:20"], (price) => {
    const data = [{ T: TIME, S: "Buy", v: "1", p: `${price}`, i: "t" }];
    return JSON.stringify({ topic: `publicTrade.${SYMBOL}`, data });
  }],
  ["csv", ["0:10", "0:20"], (price) => trades(SYMBOL, [0, price])],
  ["hyperliquid", ["0:10", "0:20"], (price) => {
    const data = [{ coin: SYMBOL, time: TIME, px: `${price}`, sz: "1", side: "A", tid: price }];
    return stamped({ channel: "trades", data });
  }],
  ["journal", ["0:10", "0:20"], (price) => {
    const payload = { ...TRADE, price: px(price * 10) };
    const print = eventOf({ eventType: "TradePrinted", payload });
    return [LISTING, print].map((event) => encodeEventLine(event).trimEnd()).join("\n");
  }],
  [
    "jsonl",
    ["0:10", "0:20"],
    (price) => JSON.stringify({ time: TIME, symbol: SYMBOL, price, size: 1 }),
  ],
  [
    "kraken",
    ["0:10", "0:20"],
    (price) => stamped([1, [[`${price}`, "1", "1700000000.000000", "s"]], "trade", SYMBOL]),
  ],
];
/** What recorders that stamp each message write without one. */
const UNSAID = [`${TIME}000000 `, "configuration: {}", "wss://x <- 1700000000.5"];
const STAMPED = ["binance", "bybit", "hyperliquid", "kraken"];

for (const [format, events, write] of written) {
  Deno.test(`CaptureSource passes over lines of ${format} that hold nothing, also strictly`, () => {
    const nothing = ["", ...STAMPED.includes(format) ? UNSAID : []];
    const a = [write(1), ...nothing, write(2)].join("\n");
    const player = new Player({ files: ["a"], format, strict: true }, { a }, [INSTRUMENT, RUNNER]);
    deepStrictEqual(player.events.filter((event) => /:\d+$/.test(event)), events);
    deepStrictEqual(player.problems, []);
    match(player.source.summary(), / 0 bad lines/);
  });
}

Deno.test("every format of captures has lines that hold nothing", () => {
  deepStrictEqual(written.map(([format]) => format), CAPTURE_FORMATS);
});

const formats = [
  ["binance", '1723161255000000000 {"stream":"x"}'],
  ["hyperliquid", '1723161255000000000 {"channel":"trades"}'],
  ["kraken", "wss://ws.kraken.com <-> 1618678132.3"],
  ["bybit", '{"topic":"orderbook.500.X"}'],
  ["journal", '{"segment":{}}'],
  ["jsonl", '\n{"a":1}'],
  ["csv", "time,price"],
  ["csv", ""],
] as const;
for (const [format, text] of formats) {
  Deno.test(`guessFormat() takes ${JSON.stringify(text)} for ${format}`, () => {
    strictEqual(guessFormat(diskOf(new Map([["f", new TextEncoder().encode(text)]])), "f"), format);
  });
}
