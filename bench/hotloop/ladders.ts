/**
 * Level changes per second: the book with its checks, beside the bare ladder that is its floor, on
 * the same changes, the best of both sides read after each.
 *
 *   ladders.ts PASSES
 *
 * The floor is one array of slots by tick for each side, told the ticks, with a linear scan for the
 * best. Both must have read the same prices in the end. Prints one JSON object.
 * @module
 */
import { Book } from "../../core/book.ts";
import type { Draft } from "../../core/event.ts";
import { tickIndex } from "../../core/tick_ladder.ts";
import { streamDrafts } from "../../tests/support/recorded_stream.ts";
import { CLASSIC, runnerOf } from "../../tests/support/runner.ts";
import { recording } from "./recording.ts";

const TICKS = 350;

/** One change, levels by price for the book and by tick for the floor. */
type Change = {
  readonly event: Draft<"BookSnapshot"> | Draft<"BookDelta">;
  readonly bids: Int32Array;
  readonly asks: Int32Array;
  readonly bidQtys: Float64Array;
  readonly askQtys: Float64Array;
};

function changesOf(lines: readonly string[]): Change[] {
  const changes: Change[] = [];
  for (const event of streamDrafts(lines)) {
    if (event.eventType !== "BookSnapshot" && event.eventType !== "BookDelta") continue;
    const { bids, asks } = event.payload;
    changes.push({
      event,
      bids: ticksOf(bids),
      asks: ticksOf(asks),
      bidQtys: Float64Array.from(bids.filter((_, at) => at % 2 === 1)),
      askQtys: Float64Array.from(asks.filter((_, at) => at % 2 === 1)),
    });
  }
  return changes;
}

function ticksOf(levels: readonly number[]): Int32Array {
  const prices = levels.filter((_, at) => at % 2 === 0);
  return Int32Array.from(prices.map((price) => tickIndex(CLASSIC, price) ?? 0));
}

/** Reads the best of both sides after each change; returns the sum of their quantities. */
function throughBooks(changes: readonly Change[]): number {
  const books: (Book | undefined)[] = [];
  let sum = 0;
  for (const { event } of changes) {
    const id = event.instrument ?? 0;
    const book = books[id] ?? new Book(runnerOf(0));
    books[id] = book;
    if (event.eventType === "BookDelta") book.applyDelta(event.payload, event.eventTime);
    else book.applySnapshot(event.payload, event.eventTime);
    sum += (book.best("Buy")?.qty ?? 0) + (book.best("Sell")?.qty ?? 0);
  }
  return sum;
}

class BareLadder {
  readonly bids = new Float64Array(TICKS);
  readonly asks = new Float64Array(TICKS);
  bestBid = TICKS;
  bestAsk = -1;

  apply({ event, bids, asks, bidQtys, askQtys }: Change): void {
    if (event.eventType === "BookSnapshot") {
      this.bids.fill(0);
      this.asks.fill(0);
      this.bestBid = TICKS;
      this.bestAsk = -1;
    }
    for (let at = 0; at < bids.length; at++) {
      const tick = bids[at] ?? 0;
      const size = bidQtys[at] ?? 0;
      this.bids[tick] = size;
      if (size !== 0 && tick < this.bestBid) this.bestBid = tick;
      else if (tick === this.bestBid) {
        while (this.bestBid < TICKS && this.bids[this.bestBid] === 0) this.bestBid++;
      }
    }
    for (let at = 0; at < asks.length; at++) {
      const tick = asks[at] ?? 0;
      const size = askQtys[at] ?? 0;
      this.asks[tick] = size;
      if (size !== 0 && tick > this.bestAsk) this.bestAsk = tick;
      else if (tick === this.bestAsk) {
        while (this.bestAsk >= 0 && this.asks[this.bestAsk] === 0) this.bestAsk--;
      }
    }
  }
}

function throughArrays(changes: readonly Change[]): number {
  const ladders: (BareLadder | undefined)[] = [];
  let sum = 0;
  for (const change of changes) {
    const id = change.event.instrument ?? 0;
    const ladder = ladders[id] ?? new BareLadder();
    ladders[id] = ladder;
    ladder.apply(change);
    sum += (ladder.bids[ladder.bestBid] ?? 0) + (ladder.asks[ladder.bestAsk] ?? 0);
  }
  return sum;
}

/** Seconds of the quickest pass. */
function quickest(passes: number, work: () => number): { seconds: number; sum: number } {
  let [seconds, sum] = [Infinity, 0];
  for (let at = 0; at < passes; at++) {
    const begun = performance.now();
    sum = work();
    seconds = Math.min(seconds, (performance.now() - begun) / 1_000);
  }
  return { seconds, sum };
}

const [passes = "40"] = Deno.args;
const { name, lines } = recording();
const changes = changesOf(lines);
const levels = changes.reduce((sum, { bids, asks }) => sum + bids.length + asks.length, 0);
quickest(3, () => throughBooks(changes));
quickest(3, () => throughArrays(changes));
const books = quickest(Number(passes), () => throughBooks(changes));
const arrays = quickest(Number(passes), () => throughArrays(changes));
if (books.sum !== arrays.sum) throw new Error("Cannot compare: both must read the same bests");
const result = {
  recording: name,
  levels,
  book_per_second: Math.round(levels / books.seconds),
  bare_per_second: Math.round(levels / arrays.seconds),
  ratio: arrays.seconds / books.seconds,
};
Deno.stdout.writeSync(new TextEncoder().encode(JSON.stringify(result) + "\n"));
