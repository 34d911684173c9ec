/**
 * Real recorded Binance streams through reader and book: best prices equal the venue's own quotes,
 * and the removal of any one depth message is noticed (R-MODE-2, R-VENUE-6, R-VENUE-7).
 *
 * What can be noticed from a stream itself is any message that has a neighbour on both sides. The
 * first one could as well be the message before the recorder subscribed, the last one the message
 * after it stopped: for these two the recorder's expectation is compared, and the first one changes
 * no book, since the snapshot is newer.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { Book } from "../../../core/book.ts";
import type { Draft, MarketPayloads } from "../../../core/event.ts";
import type { Instrument } from "../../../core/instrument.ts";
import { openReader } from "../../../edge/feeds/binance_capture.ts";
import type { CaptureReader } from "../../../edge/feeds/capture_reader.ts";
import { parseMessage } from "../../../edge/feeds/binance_payloads.ts";
import { problemsOf } from "../../../edge/feeds/capture_summary.ts";
import { DepthSequence } from "../../../edge/feeds/depth_sequence.ts";
import type { DepthRange } from "../../../edge/feeds/depth_sequence.ts";
import { LineReader } from "../../../edge/feeds/line_reader.ts";
import { fileOf } from "../../support/read_only_disk.ts";
import { sharedData } from "../../support/shared_data.ts";
import { INSTRUMENT } from "../../support/simulated_venue.ts";

const USDM = "crypto/hftbacktest/usdm_btcusdt_20240808.gz";
const SPOT = [
  "crypto/hftbacktest/spot_btcusdt_20240808.gz",
  "crypto/hftbacktest/spot_btcusdt_20240809.gz",
];
const SPOT_INSTRUMENT: Instrument = {
  ...INSTRUMENT,
  priceRule: { scale: 2, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
  qtyRule: { scale: 8, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
};

/** Registers a test that skips, by name, on a machine without the recorded data. */
function testWithData(files: readonly string[], name: string, run: () => void): void {
  const isThere = files.every((file) => sharedData(file) !== undefined);
  const ignore = !isThere;
  Deno.test({
    name: isThere ? name : `${name} [skipped: needs ${files.join(", ")}]`,
    ignore,
    fn: run,
  });
}

function linesOf(files: readonly string[]): string[] {
  const lines: string[] = [];
  for (const file of files) {
    const reader = new LineReader(fileOf(Deno.readFileSync(sharedData(file) ?? "")));
    for (let line = reader.next(); line !== undefined; line = reader.next()) lines.push(line);
  }
  return lines;
}

/** Best price and size on both sides. */
type Best = readonly [number | null, number, number | null, number];

/** A book that follows a capture and compares its best prices with the venue's quotes, by id. */
class Follower {
  readonly problems: string[] = [];
  readonly book = new Book();
  compared = 0;
  differences = 0;
  deltas = 0;
  readonly reader: CaptureReader;
  readonly #quotes = new Map<number, Best>();
  readonly #bests = new Map<number, Best>();

  constructor(instrument: Instrument) {
    const problem = (text: string): void => void this.problems.push(text);
    this.reader = openReader({ instruments: [instrument], problem });
  }

  play(lines: Iterable<string>): void {
    for (const line of lines) {
      for (const draft of this.reader.read(line, "capture")) this.#apply(draft);
    }
  }

  #apply({ eventType, payload, eventTime }: Draft): void {
    switch (eventType) {
      case "BookSnapshot":
        return this.book.applySnapshot(payload, eventTime);
      case "BookDelta":
        this.deltas++;
        this.book.applyDelta(payload, eventTime);
        return this.#compare(payload.updateId, this.#bests, this.#bestNow());
      case "BookInvalidated":
        return this.book.invalidate();
      case "QuoteUpdated":
        return this.#compare(payload.updateId, this.#quotes, bestOf(payload));
      default:
        return;
    }
  }

  /** A quote usually comes before the depth message with its id, sometimes after it. */
  #compare(id: number | null, own: Map<number, Best>, best: Best): void {
    const other = own === this.#quotes ? this.#bests : this.#quotes;
    const seen = other.get(id ?? 0);
    own.set(id ?? 0, best);
    if (seen === undefined) return;
    this.compared++;
    if (seen.some((value, at) => value !== best[at])) this.differences++;
  }

  #bestNow(): Best {
    const [bid, ask] = [this.book.best("Buy"), this.book.best("Sell")];
    return [bid?.price ?? null, bid?.qty ?? 0, ask?.price ?? null, ask?.qty ?? 0];
  }
}

function bestOf(quote: MarketPayloads["QuoteUpdated"]): Best {
  return [quote.bidPx, quote.bidQty, quote.askPx, quote.askQty];
}

testWithData(
  [USDM],
  "the book of a USD-M capture has the venue's best price and size at all 629 common ids",
  () => {
    const follower = new Follower(INSTRUMENT);
    const lines = linesOf([USDM]);
    const start = performance.now();
    follower.play(lines);
    const seconds = (performance.now() - start) / 1000;
    deepStrictEqual(follower.problems, []);
    // Five common ids lie before the snapshot took effect: their depth messages never make a book.
    strictEqual(commonIds(lines), 629);
    strictEqual(follower.differences, 0);
    strictEqual(follower.compared, 629);
    strictEqual(follower.deltas, 6551 - 4, "the first four are older than the snapshot");
    ok(seconds < 20, `${seconds} s for ${lines.length} messages`);
  },
);

/** Update ids that both a quote and a depth message name. */
function commonIds(lines: readonly string[]): number {
  const { depth, quotes } = idsOf(lines);
  return depth.filter(({ last }) => quotes.has(last)).length;
}

type Ids = { depth: DepthRange[]; quotes: Set<number>; snapshot: number };

function idsOf(lines: readonly string[]): Ids {
  const ids: Ids = { depth: [], quotes: new Set(), snapshot: 0 };
  for (const line of lines) {
    const message = parseMessage(line.slice(line.indexOf(" ") + 1));
    if (message.kind === "quote") ids.quotes.add(message.payload.u);
    else if (message.kind === "snapshot") ids.snapshot = message.payload.lastUpdateId;
    else if (message.kind === "depth") {
      const { U, u, pu } = message.payload;
      ids.depth.push({ first: U, last: u, previous: pu ?? null });
    }
  }
  return ids;
}

for (const [market, files, count] of [["USD-M", [USDM], 6551], ["spot", SPOT, 6495]] as const) {
  testWithData(
    files,
    `the sequence of a ${market} capture misses each of its ${count} depth messages but two`,
    () => {
      const { depth, snapshot } = idsOf(linesOf(files));
      strictEqual(depth.length, count);
      const unnoticed: number[] = [];
      for (let removed = 0; removed < depth.length; removed++) {
        const sequence = new DepthSequence();
        sequence.seed(snapshot);
        // What the checker knows is its last message: three before and one after decide.
        const around = depth.slice(Math.max(removed - 3, 0), removed + 2);
        const left = around.filter((range) => range !== depth[removed]);
        if (!left.some((range) => sequence.see(range) !== undefined)) unnoticed.push(removed);
      }
      deepStrictEqual(unnoticed, [0, count - 1]);
    },
  );
}

testWithData(
  [USDM],
  "a USD-M capture without one depth message says so, and stops trusting its book",
  () => {
    const lines = linesOf([USDM]);
    const at = lines.flatMap((line, index) => line.includes('"depthUpdate"') ? [index] : []);
    const expectation = {
      depthMessages: 6551,
      firstUpdateId: 5123107837557,
      lastUpdateId: 5123135475514,
    };
    for (const removed of [0, 1, 3, 4, 5, 6, 3000, 6549, 6550]) {
      const follower = new Follower(INSTRUMENT);
      const end = removed > 100 ? lines.length : 2000; // the rest of the file changes nothing
      follower.play(lines.slice(0, end).filter((_, index) => index !== at[removed]));
      const isEdge = removed === 0 || removed === 6550;
      strictEqual(follower.problems.length > 0, !isEdge, `removed ${removed}`);
      if (!isEdge) match(follower.problems[0] ?? "", /the message must follow update \d+: was \d+/);
      // Messages 0 to 3 are older than the snapshot: the book needs none of them.
      const isHurt = removed >= 4 && !isEdge;
      strictEqual(follower.book.isFresh, !isHurt, `removed ${removed}`);
      if (isEdge) {
        const { summary } = follower.reader;
        const told = problemsOf(summary, expectation).join("; ");
        match(
          told,
          removed === 0
            ? /firstUpdateId must be 5123107837557/
            : /lastUpdateId must be 5123135475514/,
        );
      }
    }
  },
);

testWithData(
  SPOT,
  "a spot capture goes on from part one to part two without a gap, equal to all quotes",
  () => {
    const follower = new Follower(SPOT_INSTRUMENT);
    follower.play(linesOf(SPOT));
    deepStrictEqual(follower.problems, []);
    deepStrictEqual([follower.reader.summary.depthMessages, follower.reader.summary.snapshots], [
      6495,
      1,
    ]);
    strictEqual(follower.differences, 0);
    ok(follower.compared > 1000, `${follower.compared} compared`);
    ok(follower.book.isFresh);
  },
);

testWithData(SPOT.slice(1), "spot part two alone never has a book, and says so", () => {
  const follower = new Follower(SPOT_INSTRUMENT);
  follower.play(linesOf(SPOT.slice(1)));
  ok(!follower.book.isFresh);
  match(problemsOf(follower.reader.summary, undefined).join(), /its book was never known/);
});
