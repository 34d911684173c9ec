/**
 * Recorded streams as market events: payloads, snapshot after the first diffs, gaps, bad lines
 * (R-MODE-2, R-VENUE-7).
 * @module
 */
import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import type { Draft } from "../../../core/event.ts";
import { openReader } from "../../../edge/feeds/binance_capture.ts";
import { parseMessage } from "../../../edge/feeds/binance_payloads.ts";
import { problemsOf } from "../../../edge/feeds/capture_summary.ts";
import { INSTRUMENT } from "../../support/simulated_venue.ts";

const TIME = "1723161255030314667";

function depth(
  ids: { U: number; u: number; pu?: number },
  b: string[][] = [],
  a: string[][] = [],
): string {
  const data = { e: "depthUpdate", E: 1723161256299, s: "BTCUSDT", ...ids, b, a };
  return `${TIME} ${JSON.stringify({ stream: "btcusdt@depth@0ms", data })}`;
}

function snapshot(lastUpdateId: number): string {
  return `${TIME} ${
    JSON.stringify({ lastUpdateId, bids: [["100.0", "2.000"]], asks: [["101", "1"]] })
  }`;
}

/** Reads lines; returns the drafts in short and the problems. */
function play(lines: readonly string[]): { said: string[]; drafts: Draft[]; problems: string[] } {
  const problems: string[] = [];
  const capture = openReader({
    instruments: [INSTRUMENT],
    problem: (text) => void problems.push(text),
  });
  const drafts = lines.flatMap((line, at) => capture.read(line, `f:${at + 1}`));
  const said = drafts.map(({ eventType, payload }) =>
    "updateId" in payload ? `${eventType} ${payload.updateId}` : eventType
  );
  return { said, drafts, problems };
}

Deno.test("BinanceCapture holds diffs until the snapshot, drops old ones and applies the rest", () => {
  const { said, problems } = play([
    depth({ U: 1, u: 5 }),
    depth({ U: 6, u: 9 }),
    depth({ U: 10, u: 14 }),
    snapshot(9),
    depth({ U: 15, u: 15 }),
  ]);
  deepStrictEqual(said, ["BookSnapshot 9", "BookDelta 14", "BookDelta 15"]);
  deepStrictEqual(problems, []);
});

Deno.test("BinanceCapture invalidates the book at a gap, naming expected and seen, until a snapshot", () => {
  const { said, drafts, problems } = play([
    snapshot(9),
    depth({ U: 10, u: 14 }),
    depth({ U: 17, u: 19 }),
    depth({ U: 20, u: 21 }),
    snapshot(18),
    depth({ U: 22, u: 23 }),
  ]);
  deepStrictEqual(said, [
    "BookSnapshot 9",
    "BookDelta 14",
    "BookInvalidated",
    "BookSnapshot 18",
    "BookDelta 19",
    "BookDelta 21",
    "BookDelta 23",
  ]);
  const reason = "f:3: the depth stream has a gap: the message must follow update 15: was 17";
  deepStrictEqual(problems, [reason]);
  deepStrictEqual(drafts[2]?.payload, { reason });
});

Deno.test("BinanceCapture takes a snapshot that is newer than its book, and no older one", () => {
  const { said, problems } = play([
    snapshot(9),
    depth({ U: 10, u: 14 }),
    snapshot(14),
    snapshot(20),
    depth({ U: 15, u: 20 }),
    depth({ U: 21, u: 22 }),
  ]);
  deepStrictEqual(said, ["BookSnapshot 9", "BookDelta 14", "BookSnapshot 20", "BookDelta 22"]);
  deepStrictEqual(problems, []);
});

Deno.test("BinanceCapture says so when a snapshot ends before the stream begins", () => {
  const { said, problems } = play([depth({ U: 20, u: 25 }), snapshot(9)]);
  deepStrictEqual(said, ["BookSnapshot 9", "BookInvalidated"]);
  deepStrictEqual(problems, ["f:2: the snapshot ends at update 9, before the stream"]);
});

Deno.test("BinanceCapture reports a gap before the snapshot and still gives the book", () => {
  const { said, problems } = play([
    depth({ U: 1, u: 2, pu: 0 }),
    depth({ U: 6, u: 7, pu: 5 }),
    snapshot(7),
    depth({ U: 9, u: 9, pu: 7 }),
  ]);
  deepStrictEqual(said, ["BookSnapshot 7", "BookDelta 9"]);
  match(problems[0] ?? "", /f:2: the depth stream has a gap: .* follow update 2: was 5/);
});

Deno.test("BinanceCapture gives levels, quotes and trades in quanta, the taker's side", () => {
  const quote = { u: 400, s: "BTCUSDT", b: "100.10", B: "0.500", a: "0.00", A: "0.000" };
  const trade = {
    e: "trade",
    E: 1723161256322,
    s: "BTCUSDT",
    t: 7,
    p: "100.2",
    q: "0.006",
    m: true,
  };
  const { drafts } = play([
    snapshot(9),
    depth({ U: 10, u: 14 }, [["99.9", "1.5"]], [["101.0", "0.000"]]),
    `${TIME} ${JSON.stringify({ stream: "btcusdt@bookTicker", data: quote })}`,
    `${TIME} ${JSON.stringify({ stream: "btcusdt@trade", data: trade })}`,
  ]);
  deepStrictEqual(drafts.map(({ eventTime, payload }) => [eventTime, payload]), [
    [1723161255030314, { bids: [1000, 2000], asks: [1010, 1000], updateId: 9 }],
    [1723161256299000, { bids: [999, 1500], asks: [1010, 0], updateId: 14 }],
    [1723161255030314, { bidPx: 1001, bidQty: 500, askPx: null, askQty: 0, updateId: 400 }],
    [1723161256322000, { price: 1002, qty: 6, side: "Sell", tradeId: "7" }],
  ]);
});

const badLines = [
  ["no time", "{}", /must begin with the receive time in nanoseconds, .*: was "\{\}"/],
  ["no JSON", `${TIME} {"e":`, /it must be JSON/],
  ["no object", `${TIME} [1]`, /the message must be an object: was \[1\]/],
  [
    "an id that is no number",
    depth({ U: 1, u: 2 }).replace('"u":2', '"u":"2"'),
    /u must be an integer/,
  ],
  [
    "a level that is no pair",
    depth({ U: 1, u: 2 }, [["1"]]),
    /b\[0\] must be a price and a quantity/,
  ],
  [
    "a price off the quantum",
    depth({ U: 1, u: 2 }, [["1.05", "1"]]),
    /decimals of at most 1 and 3 places/,
  ],
] as const;
for (const [what, line, problem] of badLines) {
  Deno.test(`BinanceCapture names file and line of ${what}, and goes on`, () => {
    const { said, problems } = play([line, snapshot(9)]);
    deepStrictEqual(said, ["BookSnapshot 9"]);
    strictEqual(problems.length, 1);
    match(problems[0] ?? "", problem);
    match(problems[0] ?? "", /^f:1: /);
  });
}

Deno.test("BinanceCapture finds the gap that an unreadable depth message makes", () => {
  const { said } = play([
    snapshot(9),
    depth({ U: 10, u: 11 }, [["1.05", "1"]]),
    depth({ U: 12, u: 13 }),
  ]);
  deepStrictEqual(said, ["BookSnapshot 9", "BookInvalidated"]);
});

Deno.test("BinanceCapture leaves out other symbols, streams and trades that no book made, once told", () => {
  const fund = {
    e: "trade",
    E: 1,
    s: "BTCUSDT",
    t: 7,
    p: "0",
    q: "1",
    m: true,
    X: "INSURANCE_FUND",
  };
  const { said, problems } = play([
    depth({ U: 1, u: 2 }).replaceAll("BTCUSDT", "ETHUSDT"),
    depth({ U: 3, u: 4 }).replaceAll("BTCUSDT", "ETHUSDT"),
    `${TIME} {"e":"markPriceUpdate"}`,
    `${TIME} ${JSON.stringify(fund)}`,
  ]);
  deepStrictEqual(said, []);
  deepStrictEqual(problems, [
    "f:1: symbol ETHUSDT is not used by this feed and is left out",
    "f:3: stream markPriceUpdate is not used by this feed and is left out",
    "f:4: trade type INSURANCE_FUND is not used by this feed and is left out",
  ]);
});

Deno.test("parseMessage() takes a snapshot's symbol from its wrapper", () => {
  const data = { lastUpdateId: 1, bids: [], asks: [] };
  const wrapped = parseMessage(JSON.stringify({ stream: "btcusdt@depthSnapshot", data }));
  deepStrictEqual(wrapped, { kind: "snapshot", payload: { ...data, symbol: "btcusdt" } });
  throws(
    () => parseMessage('{"lastUpdateId":1,"bids":[]}'),
    /asks must be a list of levels: was absent/,
  );
});

Deno.test("problemsOf() compares a capture with what its recorder expected", () => {
  const capture = openReader({ instruments: [INSTRUMENT], problem: () => {} });
  for (const line of [depth({ U: 1, u: 2 }), depth({ U: 3, u: 4 })]) capture.read(line, "f");
  const expectation = { depthMessages: 2, firstUpdateId: 2, lastUpdateId: 6 };
  deepStrictEqual(problemsOf(capture.summary, expectation), [
    "the capture has depth messages and no snapshot: its book was never known",
    "the capture is not whole: lastUpdateId must be 6: was 4",
  ]);
});
