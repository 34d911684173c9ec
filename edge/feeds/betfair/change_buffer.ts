/**
 * What one message says of markets and runners, as rows of numbers that are used again for the next
 * message: reading a message makes no objects.
 *
 * Ordering: markets and runners in the order of the message; a runner may come several times.
 * Bounded: `LEVELS_MAX` levels in one message, its segments together.
 * @module
 */
import { LineError } from "../capture_line.ts";

/** Numbers of all levels of one message. The largest seen, an image of 200 markets, has 50 000. */
const LEVELS_MAX = 4_194_304;

/** The ladders of a runner change. `trd` is volume; the others are sides of three books. */
export const LADDERS = ["atb", "atl", "batb", "batl", "bdatb", "bdatl", "trd"] as const;
export type Ladder = (typeof LADDERS)[number];

/** Place of each ladder in a row. */
export const LADDER = {
  atb: 0,
  atl: 1,
  batb: 2,
  batl: 3,
  bdatb: 4,
  bdatl: 5,
  trd: 6,
} as const satisfies Record<Ladder, number>;

/** Numbers of a row: where each ladder begins and ends in `levels`. */
const ROW = 2 * LADDERS.length;

/** What a message says of a market. */
export type MarketChange = {
  id: string;
  /** The runners here are all there is; what was known before is forgotten. */
  isImage: boolean;
  /** The definition as it stands in the message, or undefined. */
  definition: string | undefined;
  /** Rows of its runners. */
  firstRunner: number;
  endRunner: number;
};

/** Rows of one message. */
export class ChangeBuffer {
  readonly #markets: MarketChange[] = [];
  #marketCount = 0;
  #selections = new Float64Array(64);
  #handicaps = new Float64Array(64);
  #rows = new Int32Array(64 * ROW);
  #runnerCount = 0;
  #levels = new Float64Array(1024);
  #levelCount = 0;

  get marketCount(): number {
    return this.#marketCount;
  }

  /** Price and size, or level, price and size, hundredths, as the ladder's kind says. */
  get levels(): Float64Array {
    return this.#levels;
  }

  get runnerCount(): number {
    return this.#runnerCount;
  }

  /** Forgets everything. */
  clear(): void {
    this.#marketCount = 0;
    this.#runnerCount = 0;
    this.#levelCount = 0;
  }

  /** Adds a market whose runners follow. */
  addMarket(): MarketChange {
    const known = this.#markets[this.#marketCount++];
    const change = known ?? blankMarket();
    if (known === undefined) this.#markets.push(change);
    change.isImage = false;
    change.definition = undefined;
    change.firstRunner = this.#runnerCount;
    change.endRunner = this.#runnerCount;
    return change;
  }

  market(at: number): MarketChange {
    const market = this.#markets[at];
    if (market === undefined || at >= this.#marketCount) throw new RangeError("no such market");
    return market;
  }

  /** Adds a runner, without ladders; returns its row. */
  addRunner(): number {
    const row = this.#runnerCount++;
    if (row === this.#selections.length) this.#growRunners();
    this.#selections[row] = 0;
    this.#handicaps[row] = 0;
    this.#rows.fill(0, row * ROW, (row + 1) * ROW);
    return row;
  }

  /** Says whose row it is; the handicap in hundredths. */
  name(row: number, of: { readonly selection: number } | { readonly handicap: number }): void {
    if ("selection" in of) this.#selections[row] = of.selection;
    else this.#handicaps[row] = of.handicap;
  }

  selection(row: number): number {
    return this.#selections[row] ?? 0;
  }

  /** Hundredths. */
  handicap(row: number): number {
    return this.#handicaps[row] ?? 0;
  }

  /** Begins a ladder of a row. */
  beginLadder(row: number, ladder: number): void {
    this.#rows[row * ROW + 2 * ladder] = this.#levelCount;
  }

  /** @throws {LineError} If the message has too many levels. */
  addNumber(value: number): void {
    if (this.#levelCount === this.#levels.length) this.#growLevels();
    this.#levels[this.#levelCount++] = value;
  }

  /** Ends a ladder of a row. */
  endLadder(row: number, ladder: number): void {
    this.#rows[row * ROW + 2 * ladder + 1] = this.#levelCount;
  }

  /** Where a ladder of a row begins in `levels`. */
  ladderStart(row: number, ladder: number): number {
    return this.#rows[row * ROW + 2 * ladder] ?? 0;
  }

  /** Where it ends; the beginning if the row has no such ladder, or an empty one. */
  ladderEnd(row: number, ladder: number): number {
    return this.#rows[row * ROW + 2 * ladder + 1] ?? 0;
  }

  /** Returns whether a row has levels of a book. */
  hasBook(row: number): boolean {
    for (let ladder: number = LADDER.atb; ladder < LADDER.trd; ladder++) {
      if (this.ladderEnd(row, ladder) > this.ladderStart(row, ladder)) return true;
    }
    return false;
  }

  #growRunners(): void {
    const size = 2 * this.#selections.length;
    this.#selections = grown(this.#selections, size);
    this.#handicaps = grown(this.#handicaps, size);
    const rows = new Int32Array(size * ROW);
    rows.set(this.#rows);
    this.#rows = rows;
  }

  #growLevels(): void {
    if (this.#levels.length >= LEVELS_MAX) {
      throw new LineError(`Cannot read a message: it must have at most ${LEVELS_MAX} numbers`);
    }
    this.#levels = grown(this.#levels, 2 * this.#levels.length);
  }
}

function blankMarket(): MarketChange {
  return { id: "", isImage: false, definition: undefined, firstRunner: 0, endRunner: 0 };
}

function grown(array: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(size);
  larger.set(array);
  return larger;
}
