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

/** Bit of each ladder. */
export const BIT = {
  atb: 1 << LADDER.atb,
  atl: 1 << LADDER.atl,
  batb: 1 << LADDER.batb,
  batl: 1 << LADDER.batl,
  bdatb: 1 << LADDER.bdatb,
  bdatl: 1 << LADDER.bdatl,
  trd: 1 << LADDER.trd,
} as const satisfies Record<Ladder, number>;

/** Numbers of a row: where each ladder begins and ends in `levels`. */
const ROW = 2 * LADDERS.length;

/** What a message says of a market. */
export type MarketChange = {
  id: string;
  /** The runners here are all there is; what was known before is forgotten. */
  isImage: boolean;
  /** Ladders by level were passed over. */
  hasSkipped: boolean;
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
  /** A bit for each ladder of a row that has levels; the others have no place in `rows`. */
  #ladders = new Uint8Array(64);
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

  /** Whether the message defines a market. */
  get hasDefinition(): boolean {
    for (let at = 0; at < this.#marketCount; at++) {
      if (this.#markets[at]?.definition !== undefined) return true;
    }
    return false;
  }

  /** Adds a market whose runners follow. */
  addMarket(): MarketChange {
    const known = this.#markets[this.#marketCount++];
    const change = known ?? blankMarket();
    if (known === undefined) this.#markets.push(change);
    change.isImage = false;
    change.hasSkipped = false;
    change.definition = undefined;
    change.firstRunner = this.#runnerCount;
    change.endRunner = this.#runnerCount;
    return change;
  }

  market(at: number): MarketChange {
    const market = this.#markets[at];
    if (market === undefined || at >= this.#marketCount) {
      const most = this.#marketCount - 1;
      throw new RangeError(
        `Cannot take a market of a message: its row must be 0 to ${most}: was ${at}`,
      );
    }
    return market;
  }

  /** Adds a runner, without ladders; returns its row. */
  addRunner(): number {
    const row = this.#runnerCount++;
    if (row === this.#selections.length) this.#growRunners();
    this.#selections[row] = 0;
    this.#handicaps[row] = 0;
    this.#ladders[row] = 0;
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

  /** How many numbers of `levels` are in use. */
  get levelCount(): number {
    return this.#levelCount;
  }

  /** Makes room for so many more numbers. @throws {LineError} If they are too many for a message. */
  reserve(numbers: number): void {
    const needed = this.#levelCount + numbers;
    if (needed <= this.#levels.length) return;
    if (needed > LEVELS_MAX) {
      throw new LineError(`Cannot read a message: it must have at most ${LEVELS_MAX} numbers`);
    }
    this.#levels = grown(this.#levels, 2 * needed);
  }

  /** Adds a number; there must be room. */
  addNumber(value: number): void {
    this.#levels[this.#levelCount++] = value;
  }

  /** Takes numbers that were written to `levels` as added. */
  added(numbers: number): void {
    this.#levelCount += numbers;
  }

  /** Ends a ladder of a row; one without levels says nothing. */
  endLadder(row: number, ladder: number): void {
    const place = row * ROW + 2 * ladder;
    if (this.#rows[place] === this.#levelCount) return;
    this.#rows[place + 1] = this.#levelCount;
    this.#ladders[row] = (this.#ladders[row] ?? 0) | (1 << ladder);
  }

  /** The ladders of a row that have levels, a bit for each. */
  ladders(row: number): number {
    return this.#ladders[row] ?? 0;
  }

  /** Where a ladder that has levels begins in `levels`. */
  ladderStart(row: number, ladder: number): number {
    return this.#rows[row * ROW + 2 * ladder] ?? 0;
  }

  /** Where it ends. */
  ladderEnd(row: number, ladder: number): number {
    return this.#rows[row * ROW + 2 * ladder + 1] ?? 0;
  }

  /** Returns whether a row has levels of a book. */
  hasBook(row: number): boolean {
    return (this.ladders(row) & ~BIT.trd) !== 0;
  }

  #growRunners(): void {
    const size = 2 * this.#selections.length;
    this.#selections = grown(this.#selections, size);
    this.#handicaps = grown(this.#handicaps, size);
    const ladders = new Uint8Array(size);
    ladders.set(this.#ladders);
    this.#ladders = ladders;
    const rows = new Int32Array(size * ROW);
    rows.set(this.#rows);
    this.#rows = rows;
  }
}

function blankMarket(): MarketChange {
  return {
    id: "",
    isImage: false,
    hasSkipped: false,
    definition: undefined,
    firstRunner: 0,
    endRunner: 0,
  };
}

function grown(array: Float64Array, size: number): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(size);
  larger.set(array);
  return larger;
}
