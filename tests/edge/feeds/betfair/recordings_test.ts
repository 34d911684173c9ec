/**
 * Every recorded stream, from its first line to its last: what is read by hand is what `JSON.parse`
 * reads, books are those of the plain twin, counts are those of the recordings' manifest and of an
 * independent reader (R-MODE-2, R-HOT-1).
 *
 * The independent reader is that of nautilus_trader (`tests/integration_tests/adapters/betfair/
 * test_betfair_parsing.py`), whose counts are asserted there.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Draft, MarketPayloads } from "../../../../core/event.ts";
import {
  BIT,
  ChangeBuffer,
  LADDER,
  LADDERS,
} from "../../../../edge/feeds/betfair/change_buffer.ts";
import { LineScanner } from "../../../../edge/feeds/betfair/line_scanner.ts";
import { openReader, type StreamReader } from "../../../../edge/feeds/betfair/reader.ts";
import { MessageScanner, noFields } from "../../../../edge/feeds/betfair/scan_message.ts";
import {
  DraftBooks,
  linesOfRecording,
  testWithRecording,
} from "../../../support/betting_recordings.ts";
import {
  hundredthsOf,
  NaiveStream,
  pairsOf,
  type PlainMessage,
  type PlainRunner,
  triplesOf,
} from "../../../support/naive_stream.ts";

/** What the manifest of the recordings says of each. Volumes in hundredths, `kind` of its books. */
const RECORDINGS = [
  {
    file: "1.206064380.bz2",
    kind: "full",
    lines: 18_793,
    messages: 18_793,
    period: ["2022-11-06T05:13:13.760Z", "2022-11-07T04:33:51.661Z"],
    runners: 13,
    definitions: 20,
    images: 6,
    deepest: 88,
    volumePeak: 6_488_753,
    betDelays: [0, 1_000],
    removed: ["39540410"],
    states: "open suspended open suspended open suspended open* suspended* closed*",
    winners: ["38523163"],
    fields: {
      atb: 25_386,
      atl: 20_311,
      trd: 2_897,
      tv: 2_897,
      ltp: 2_897,
      spn: 1_761,
      spf: 1_761,
      spb: 594,
      spl: 654,
    },
  },
  {
    file: "1.180305278.bz2",
    kind: "full",
    lines: 7_685,
    messages: 7_685,
    period: ["2021-03-08T09:23:59.323Z", "2021-03-09T10:50:49.991Z"],
    runners: 2,
    definitions: 6,
    images: 0,
    deepest: 50,
    volumePeak: 7_992_807,
    betDelays: [0, 5_000],
    removed: [],
    states: "open open* suspended* closed*",
    winners: ["2696769"],
    fields: { atb: 3_656, atl: 4_832, trd: 3_286, tv: 3_286, ltp: 3_286 },
  },
  {
    file: "1.241629436.jsonl.gz",
    kind: "full",
    lines: 7_679,
    messages: 7_679,
    period: ["2025-04-01T12:47:52.980Z", "2025-04-01T13:06:02.449Z"],
    runners: 9,
    definitions: 9,
    images: 1,
    deepest: 139,
    volumePeak: 25_319_053,
    betDelays: [0, 1_000],
    removed: [],
    states: "open suspended open* suspended* closed*",
    winners: ["59626646"],
    fields: {
      atb: 20_190,
      atl: 17_236,
      trd: 9_554,
      batb: 17_903,
      batl: 14_242,
      ltp: 4_369,
      tv: 9_554,
    },
  },
  {
    file: "1.226122413_live_session.jsonl.gz",
    kind: "best",
    lines: 2_645,
    messages: 2_642,
    period: ["2024-03-15T13:05:17.481Z", "2024-03-15T13:10:17.340Z"],
    runners: 10,
    definitions: 5,
    images: 1,
    deepest: 0,
    volumePeak: 19_392_406,
    betDelays: [0, 1_000],
    removed: ["47855509"],
    states: "open suspended open*",
    winners: undefined,
    fields: { tv: 3_324, ltp: 1_571, batb: 5_967, trd: 3_323, batl: 5_343 },
  },
  {
    file: "1.197931750.jsonl.gz",
    kind: "full",
    lines: 166,
    messages: 166,
    period: ["2022-04-19T18:24:33.420Z", "2022-04-19T18:29:56.470Z"],
    runners: 6,
    definitions: 3,
    images: 1,
    deepest: 43,
    volumePeak: 2_510_251,
    betDelays: [0],
    removed: [],
    states: "open suspended closed",
    winners: ["37947503"],
    fields: { atb: 872, atl: 872, trd: 565, bdatb: 983, bdatl: 949, ltp: 341, tv: 565 },
  },
  {
    file: "1.197931751.jsonl.gz",
    kind: "full",
    lines: 166,
    messages: 166,
    period: ["2022-04-19T18:24:33.420Z", "2022-04-19T18:29:56.470Z"],
    runners: 6,
    definitions: 3,
    images: 1,
    deepest: 36,
    volumePeak: 431_713,
    betDelays: [0],
    removed: [],
    states: "open suspended closed",
    winners: ["37947503", "39823721"],
    fields: { atb: 712, atl: 632, trd: 196, bdatb: 938, bdatl: 914, ltp: 138, tv: 196 },
  },
  {
    file: "BASIC-1.132153978.gz",
    kind: "full",
    lines: 480,
    messages: 480,
    period: ["2017-06-13T10:53:40.318Z", "2017-06-14T18:59:42.073Z"],
    runners: 14,
    definitions: 13,
    images: 0,
    deepest: 0,
    volumePeak: 0,
    betDelays: [0, 1_000],
    removed: ["11198538", "9606433"],
    states: "open open* suspended* closed*",
    winners: ["12115648"],
    fields: { ltp: 1_208 },
  },
  {
    file: "1.164917629.bz2",
    kind: "full",
    lines: 298,
    messages: 298,
    period: ["2019-11-11T09:55:06.063Z", "2019-11-11T10:01:21.103Z"],
    runners: 10,
    definitions: 2,
    images: 2,
    deepest: 37,
    volumePeak: 975_849,
    betDelays: [0],
    removed: [],
    states: "open",
    winners: undefined,
    fields: {
      atb: 245,
      atl: 179,
      trd: 70,
      spb: 20,
      spl: 21,
      spn: 57,
      spf: 21,
      ltp: 50,
      tv: 70,
    },
  },
] as const;

type Definition = MarketPayloads["MarketDefined"];

function readerOf(problems: string[]): StreamReader {
  return openReader({ instruments: [], problem: (text) => void problems.push(text) });
}

/** States in turn, `*` in play; the same one again is not repeated. */
function statesOf(definitions: readonly Definition[]): string {
  const states: string[] = [];
  for (const { status, inPlay } of definitions) {
    const state = `${status}${inPlay ? "*" : ""}`;
    if (states.at(-1) !== state) states.push(state);
  }
  return states.join(" ");
}

for (const recording of RECORDINGS) {
  const { file, kind } = recording;

  testWithRecording(
    file,
    `StreamReader reads ${file} to its end with the manifest's totals`,
    () => {
      const problems: string[] = [];
      const reader = readerOf(problems);
      const symbols = new Map<number, string>();
      const definitions: Definition[] = [];
      const others: Draft[] = [];
      for (const line of linesOfRecording(file)) {
        for (const draft of reader.read(line, file)) {
          if (draft.eventType === "InstrumentListed") {
            symbols.set(draft.payload.id, draft.payload.base);
          } else if (draft.eventType !== "MarketDefined") {
            others.push(draft);
          } else if (draft.instrument === 0) definitions.push(draft.payload);
        }
      }
      const { totals, summary } = reader;
      deepStrictEqual(problems, []);
      deepStrictEqual(
        [summary.lines, totals.messages, totals.definitions, totals.images, summary.badLines],
        [recording.lines, recording.messages, recording.definitions, recording.images, 0],
      );
      deepStrictEqual(
        [totals.firstMs, totals.lastMs].map((ms) => new Date(ms ?? 0).toISOString()),
        recording.period,
      );
      deepStrictEqual([totals.timeWentBack, totals.offLadder, totals.superseded], [0, 0, 0]);
      deepStrictEqual(totals.fields, { ...noFields(), ...recording.fields });
      strictEqual(totals.volumePeakHundredths, recording.volumePeak);
      strictEqual(symbols.size, recording.runners);
      strictEqual(statesOf(definitions), recording.states);
      const delays = [...new Set(definitions.map(({ betDelayMs }) => betDelayMs))].sort();
      deepStrictEqual(delays, recording.betDelays);
      const removed = others.flatMap((draft) => draft.eventType === "RunnerRemoved" ? [draft] : []);
      deepStrictEqual(
        removed.map((draft) => symbols.get(draft.instrument ?? -1)),
        recording.removed,
      );
      const results = others.flatMap((draft) => draft.eventType === "MarketSettled" ? [draft] : []);
      strictEqual(results.length, recording.winners === undefined ? 0 : 1);
      const winners = results.flatMap(({ payload }) => payload.winners);
      deepStrictEqual(
        winners.map(({ instrument, places, tied }) => [symbols.get(instrument), places, tied]),
        (recording.winners ?? []).map((winner) => [winner, 1, 1]),
      );
    },
  );

  testWithRecording(file, `MessageScanner reads ${file} as JSON.parse does`, () => {
    const buffer = new ChangeBuffer();
    const scanner = new MessageScanner({ scanner: new LineScanner(), buffer, fields: noFields() });
    for (const line of linesOfRecording(file)) {
      buffer.clear();
      const head = scanner.read(line);
      const message = JSON.parse(line) as PlainMessage;
      const { op, pt } = message;
      deepStrictEqual([head.op, head.publishedMs], [op, pt]);
      const changes = message.mc ?? [];
      strictEqual(buffer.marketCount, changes.length);
      for (const [at, change] of changes.entries()) {
        const market = buffer.market(at);
        strictEqual(market.id, change.id);
        strictEqual(market.isImage, change.img === true);
        const definition = market.definition;
        deepStrictEqual(
          definition === undefined ? undefined : JSON.parse(definition),
          change.marketDefinition,
        );
        const rows = change.rc ?? [];
        strictEqual(market.endRunner - market.firstRunner, rows.length);
        for (const [place, row] of rows.entries()) {
          assertRow({ buffer, row: market.firstRunner + place }, row);
        }
      }
    }
  });

  testWithRecording(
    file,
    `StreamReader makes the books and trades of ${file} that its twin makes`,
    () => {
      const reader = readerOf([]);
      const naive = new NaiveStream({ kind });
      const books = new DraftBooks();
      const trades: (readonly [number, number, number])[] = [];
      const selections = new Map<number, number>();
      let deepest = 0;
      for (const line of linesOfRecording(file)) {
        const drafts = reader.read(line, file);
        naive.read(line);
        for (const draft of drafts) {
          if (draft.eventType === "InstrumentListed") {
            selections.set(draft.payload.id, Number(draft.payload.base));
          }
          if (draft.eventType !== "TradePrinted") continue;
          const { price, qty } = draft.payload;
          trades.push([selections.get(draft.instrument ?? -1) ?? 0, price, qty]);
        }
        const changed = books.apply(drafts);
        if (changed.size === 0) continue;
        const expected = naive.books();
        for (const [selection, book] of expected) {
          const symbol = `${file.replace("BASIC-", "").slice(0, 11)}.${selection}`;
          if (!changed.has(symbol)) continue;
          const { bids, asks } = books.book(symbol);
          deepStrictEqual(
            [bids, asks],
            [book.bids, book.asks],
            `${symbol} in ${line.slice(0, 80)}`,
          );
          const [lowestBid, highestAsk] = [Math.min(...bids.keys()), Math.max(...asks.keys())];
          ok(
            lowestBid > highestAsk,
            `${symbol} must not be crossed: ${highestAsk} to ${lowestBid}`,
          );
          if (kind === "full") deepest = Math.max(deepest, bids.size, asks.size);
        }
      }
      deepStrictEqual(trades, naive.trades);
      strictEqual(deepest, recording.deepest);
    },
  );
}

function assertRow(
  of: { readonly buffer: ChangeBuffer; readonly row: number },
  row: PlainRunner,
): void {
  const { buffer, row: at } = of;
  strictEqual(buffer.selection(at), row.id);
  strictEqual(buffer.handicap(at), hundredthsOf(row.hc ?? 0));
  for (const ladder of LADDERS) {
    const isByLevel = ladder.startsWith("b");
    const expected = (isByLevel ? triplesOf(row, ladder) : pairsOf(row, ladder)).flat();
    const place = LADDER[ladder];
    const has = (buffer.ladders(at) & BIT[ladder]) !== 0;
    const read = has
      ? buffer.levels.slice(buffer.ladderStart(at, place), buffer.ladderEnd(at, place))
      : [];
    deepStrictEqual([...read], expected, ladder);
  }
}

/** Counts of the independent reader; books in the order in which they were first changed. */
const INDEPENDENT = [
  {
    file: "1.180305278.bz2",
    bookUpdates: [1_714, 7_695],
    changes: undefined,
    trades: undefined,
  },
  {
    file: "1.206064380.bz2",
    bookUpdates: [
      6_736,
      3_362,
      6_785,
      5_701,
      363,
      4_191,
      4_442,
      3_636,
      5_861,
      4_318,
      10_854,
      5_599,
      3_520,
    ],
    changes: 40_525,
    trades: 3_487,
  },
] as const;

for (const { file, bookUpdates, changes, trades } of INDEPENDENT) {
  testWithRecording(
    file,
    `StreamReader counts in ${file} what an independent reader counts`,
    () => {
      const reader = readerOf([]);
      const selections = new Map<number, number>();
      const levels = new Map<number, number>();
      let books = 0;
      for (const line of linesOfRecording(file)) {
        const rows = imageRows(line);
        // Each row of a runner in an image is a snapshot to it, which it counts as one update more.
        for (const selection of rows) levels.set(selection, (levels.get(selection) ?? 0) + 1);
        books += rows.length;
        for (const draft of reader.read(line, file)) {
          if (draft.eventType === "InstrumentListed") {
            selections.set(draft.payload.id, Number(draft.payload.base));
          }
          if (draft.eventType !== "BookSnapshot" && draft.eventType !== "BookDelta") continue;
          if (rows.length === 0) books++;
          const { bids, asks } = draft.payload;
          const selection = selections.get(draft.instrument ?? -1) ?? 0;
          levels.set(selection, (levels.get(selection) ?? 0) + (bids.length + asks.length) / 2);
        }
      }
      deepStrictEqual([...levels.values()], bookUpdates);
      if (changes !== undefined) strictEqual(books, changes);
      if (trades !== undefined) strictEqual(reader.totals.trades, trades);
    },
  );
}

/** Selections of the rows of an image, each as often as it has one. */
function imageRows(line: string): readonly number[] {
  const message = JSON.parse(line) as PlainMessage;
  return (message.mc ?? []).flatMap(({ img, rc }) => img === true ? (rc ?? []) : [])
    .map(({ id }) => id);
}
