/**
 * Rows of trades, quotes, depth and bars in CSV and JSON lines (R-MODE-2).
 * @module
 */
import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import type { Draft } from "../../../core/event.ts";
import { openFormat } from "../../../edge/feeds/capture_formats.ts";
import type { RawColumns } from "../../../edge/feeds/capture_reader.ts";
import { columnProblems } from "../../../edge/feeds/row_mapping.ts";
import { timeOf } from "../../../edge/feeds/row_time.ts";
import { INSTRUMENT } from "../../support/simulated_venue.ts";

type Read = { readonly drafts: readonly Draft[]; readonly problems: readonly string[] };

function read(format: "csv" | "jsonl", lines: readonly string[], columns?: RawColumns): Read {
  const problems: string[] = [];
  const reader = openFormat(format, {
    instruments: [INSTRUMENT],
    problem: (text) => problems.push(text),
    ...(columns === undefined ? {} : { columns }),
  });
  const drafts = lines.flatMap((line, at) => reader.read(line, `rows:${at + 1}`));
  return { drafts: [...drafts, ...reader.finish?.() ?? []], problems };
}

function shortOf({ drafts, problems }: Read): unknown[] {
  deepStrictEqual(problems, []);
  return drafts.map(({ eventType, eventTime, payload }) => [eventType, eventTime, payload]);
}

const T = 1_700_000_000_000_000;

Deno.test("csv of trades is read by the names of its header", () => {
  const rows = shortOf(read("csv", [
    "timestamp,symbol,side,price,amount,id",
    "1700000000000,BTC-USDT,sell,100.5,0.25,x1",
    '1700000000001,"BTC/USDT",Buy,100,1e-1,',
  ]));
  const trade = (price: number, qty: number, side: string, tradeId: string | null): unknown => ({
    price,
    qty,
    side,
    tradeId,
  });
  deepStrictEqual(rows, [
    ["TradePrinted", T, trade(1005, 250, "Sell", "x1")],
    ["TradePrinted", T + 1000, trade(1000, 100, "Buy", null)],
  ]);
});

Deno.test("csv of quotes is read by numbers of columns, header or not, each delimiter", () => {
  const columns = {
    delimiter: ";_",
    time: 1,
    bid_price: 2,
    bid_size: 3,
    ask_price: 4,
    ask_size: 5,
  };
  for (const header of [[], ["time;bid;ask"]]) {
    const rows = shortOf(read("csv", [...header, "1700000000;100_2;_"], columns));
    deepStrictEqual(rows, [["QuoteUpdated", T, {
      bidPx: 1000,
      bidQty: 2000,
      askPx: null,
      askQty: 0,
      updateId: null,
    }]]);
  }
});

Deno.test("csv of levels is gathered into messages by time, kind and id", () => {
  const rows = shortOf(read("csv", [
    "timestamp,is_snapshot,side,price,amount",
    "1700000000000000,true,bid,100,1",
    "1700000000000000,true,ask,101,2",
    "1700000000000000,false,ask,101,0",
    "1700000000000007,false,bid,99,3",
  ]));
  deepStrictEqual(rows, [
    ["BookSnapshot", T, { bids: [1000, 1000], asks: [1010, 2000], updateId: null }],
    ["BookDelta", T, { bids: [], asks: [1010, 0], updateId: null }],
    ["BookDelta", T + 7, { bids: [990, 3000], asks: [], updateId: null }],
  ]);
});

Deno.test("a level that cannot be read makes the book invalid, and its message is dropped", () => {
  const { drafts, problems } = read("csv", [
    "timestamp,is_snapshot,side,price,amount",
    "1700000000000000,true,bid,100,1",
    "1700000000000003,false,ask,101,2",
    "1700000000000003,false,ask,101.55,2",
    "1700000000000004,false,ask,102,2",
  ]);
  strictEqual(problems.length, 1);
  deepStrictEqual(drafts.map(({ eventType, eventTime }) => [eventType, eventTime]), [
    ["BookSnapshot", T],
    ["BookInvalidated", T + 3],
    ["BookDelta", T + 4],
  ]);
});

for (const [what, bad] of [["time", 0], ["level", 0], ["level", 1], ["level", 2]] as const) {
  Deno.test(`a snapshot whose row ${bad + 1} has a ${what} that cannot be read is no book, and the next one is`, () => {
    const snapshot = (second: number): string[] => [
      `170000000${second},true,bid,100,1`,
      `170000000${second},true,bid,99,1`,
      `170000000${second},true,ask,101,2`,
    ];
    const cut = snapshot(1);
    cut[bad] = what === "time" ? "soon,true,bid,100,1" : "1700000001,true,bid,98.0x,1";
    const { drafts } = read("csv", [
      "timestamp,is_snapshot,side,price,amount",
      ...cut,
      "1700000002,false,bid,99,2",
      ...snapshot(3),
      ...snapshot(4),
    ]);
    const said = drafts.filter(({ eventType }) => eventType !== "BookInvalidated");
    const second = 1_000_000;
    deepStrictEqual(said.map(({ eventType, eventTime }) => [eventType, eventTime]), [
      ["BookDelta", T + 2 * second],
      ["BookSnapshot", T + 3 * second],
      ["BookSnapshot", T + 4 * second],
    ]);
  });
}

Deno.test("csv with a column for each level gives a whole book for each row", () => {
  const rows = shortOf(read("csv", [
    "timestamp,bids[0].price,bids[0].amount,asks[0].price,asks[0].amount,asks[1].price,asks[1].amount",
    "1700000000000,100,1,101,2,102,3",
    "1700000000000,100,1,101,2,,",
  ]));
  const bids = [1000, 1000];
  deepStrictEqual(rows, [
    ["BookSnapshot", T, { bids, asks: [1010, 2000, 1020, 3000], updateId: null }],
    ["BookSnapshot", T, { bids, asks: [1010, 2000], updateId: null }],
  ]);
});

Deno.test("jsonl is read by paths, levels as lists or objects", () => {
  const columns = { time: "data.ts", bids: "data.b", asks: "data.a", update_id: "data.u" };
  const rows = shortOf(read("jsonl", [
    '{"data":{"ts":1700000000000,"u":4,"b":[["100",1]],"a":[{"px":101,"sz":"0.5"}]}}',
  ], columns));
  deepStrictEqual(rows, [
    ["BookSnapshot", T, { bids: [1000, 1000], asks: [1010, 500], updateId: 4 }],
  ]);
  const flat = shortOf(read("jsonl", ['{"time":1700000000,"price":100.5,"size":1e-3}']));
  deepStrictEqual(flat, [
    ["TradePrinted", T, { price: 1005, qty: 1, side: null, tradeId: null }],
  ]);
});

Deno.test("a bar gives its trades within it, the nearer extreme first, its volume in all", () => {
  const rows = shortOf(read("csv", [
    "time,open,high,low,close,volume",
    "1700000000,100,103,98,99,0.007",
    "1700000060,100,100,100,100,0",
  ], { bar_ms: 3 }));
  const trade = (afterUs: number, price: number, qty: number): unknown[] => [
    "TradePrinted",
    T + afterUs,
    { price, qty, side: null, tradeId: null },
  ];
  deepStrictEqual(rows, [
    trade(0, 1000, 1),
    trade(999, 980, 2),
    trade(1999, 1030, 2),
    trade(2999, 990, 2),
  ]);
  match(
    read("csv", ["time,open,high,low,close,volume", "1700000000,100,99,98,99,1"]).problems[0] ?? "",
    /open and close must lie between low and high/,
  );
});

Deno.test("a row that cannot be read is told with its place and gives nothing", () => {
  const { drafts, problems } = read("csv", [
    "time,price,size,side",
    "1700000000,100.55,1,buy",
    "1700000000,100,-1,buy",
    "yesterday,100,1,buy",
    "1700000000,100,1,north",
    '1700000000,"100,1,buy',
    "1700000000,100,1,buy",
  ]);
  strictEqual(drafts.length, 1);
  strictEqual(problems.length, 5);
  match(
    problems[0] ?? "",
    /^rows:2: .*price must be a decimal of at most 1 places, within 2\^52 quanta: was "100.55"/,
  );
  match(problems[1] ?? "", /size must be a decimal/);
  match(problems[2] ?? "", /time must be a time: was "yesterday"/);
  match(problems[3] ?? "", /side must be a word for buy or sell: was "north"/);
  match(problems[4] ?? "", /a quoted field must end on its line/);
});

Deno.test("a row whose price or time cannot be counted is told and gives nothing", () => {
  const late = "9007199254.740900"; // 91 microseconds before the last that can be counted
  const price = read("csv", ["time,side,price,size", "1700000000,bid,450359962737049.7,1"]);
  const bars = read("csv", ["time,open,high,low,close,volume", `${late},1,1,1,1,4`]);
  const quotes = read("csv", [`${late},1,1`], { time: 1, bid_price: 2, ask_price: 3, bar_ms: 1 });
  deepStrictEqual([price.drafts, bars.drafts, quotes.drafts], [[], [], []]);
  match(price.problems[0] ?? "", /^rows:2: .*price must be a decimal .* within 2\^52 quanta/);
  match(bars.problems[0] ?? "", /^rows:2: Cannot read a time: .*2\^53 microseconds/);
  match(quotes.problems[0] ?? "", /^rows:1: Cannot read a time: /);
});

Deno.test("rows whose columns nobody knows, and rows of another symbol, are told", () => {
  match(read("csv", ["a,b", "1,2"]).problems[0] ?? "", /time must be a time/);
  match(
    read("csv", ["time,b", "1700000000,2"]).problems[0] ?? "",
    /must be those of trades, quotes, depth or bars: known were time/,
  );
  const other = read("csv", ["time,symbol,price,size", "1700000000,ETH,1,1", "1700000000,ETH,1,1"]);
  deepStrictEqual(other.problems, ["rows:2: symbol ETH is not used by this feed and is left out"]);
  match(
    read("csv", ["time,price", "1,1"], { time: "time", price: "px", size: "qty" }).problems[0] ??
      "",
    /price must be one of its columns: was "px"/,
  );
});

Deno.test("sizes finer than the quantum are refused, cut or rounded as the mapping says", () => {
  const sizeOf = (text: string, rounding?: string): unknown => {
    const columns = rounding === undefined ? undefined : { round_sizes: rounding };
    return read("csv", ["time,price,size", `1700000000,1,${text}`], columns)
      .drafts.map(({ payload }) => "qty" in payload && payload.qty)[0];
  };
  strictEqual(sizeOf("1.0004999"), undefined);
  strictEqual(sizeOf("1.0004999", "nearest"), 1000);
  strictEqual(sizeOf("1.0005", "nearest"), 1001);
  strictEqual(sizeOf("1.0009999", "down"), 1000);
  strictEqual(sizeOf("1.000x9", "down"), undefined);
});

const times = [
  ["1700000000", T],
  ["1700000000.5", T + 500_000],
  ["1700000000000", T],
  ["1700000000000001", T + 1],
  ["1700000000000001999", T + 1],
  ["2023-11-14T22:13:20Z", T],
  ["2023-11-14 22:13:20.000001", T + 1],
  ["2023-11-14 17:13:20-05:00", T],
  ["20231114 221320250", T + 250_000],
  ["2023-11-14T22:13+0000", T - 20_000_000],
  ["2024-02-29", 1_709_164_800_000_000],
] as const;
for (const [text, us] of times) {
  Deno.test(`timeOf() reads ${text}`, () => {
    strictEqual(timeOf(text, { unit: "auto", originUs: 0, zoneMinutes: 0 }), us);
  });
}

for (
  const text of [
    "",
    "x",
    "2023-13-01",
    "2023-01-32",
    "2023-01-01 25:00",
    "2023-01-01 10:00+x",
    "-1",
  ]
) {
  Deno.test(`timeOf() gives nothing for "${text}"`, () => {
    strictEqual(timeOf(text, { unit: "auto", originUs: 0, zoneMinutes: 0 }), undefined);
  });
}

Deno.test("times count from a day in its zone", () => {
  const columns = { time: 1, price: 2, size: 3, time_unit: "ms", day: "2013-10-07" };
  const at = (zone: string): unknown =>
    read("csv", ["1000,1,1"], { ...columns, time_zone: zone }).drafts[0]?.eventTime;
  strictEqual(at("-04:00"), Date.UTC(2013, 9, 7, 4, 0, 1) * 1000);
  strictEqual(at("Z"), Date.UTC(2013, 9, 7, 0, 0, 1) * 1000);
});

Deno.test("columnProblems() names each key that is wrong", () => {
  deepStrictEqual(columnProblems({ time: "t", price: 3, rows: "trades", day: "2020-01-01" }), []);
  const wrong = { prize: 1, time: 0, rows: "x", day: "never", time_zone: "CET", bar_ms: -1 };
  deepStrictEqual(columnProblems(wrong).map(({ key }) => key), Object.keys(wrong));
  throws(() => read("csv", [], { time: 0 }), /Cannot map columns: time must be a column's name/);
});
