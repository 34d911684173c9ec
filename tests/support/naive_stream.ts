/**
 * A betting stream read the plain way, by `JSON.parse` and maps: the twin of the reader that does it
 * by hand. One market, no segments.
 * @module
 */

/** Size by price, both in hundredths. */
export type PlainSide = Map<number, number>;
export type PlainBook = { readonly bids: PlainSide; readonly asks: PlainSide };

type Pairs = readonly (readonly number[])[];
export type PlainRunner = {
  readonly id: number;
  readonly hc?: number;
  readonly [ladder: string]: Pairs | number | string | undefined;
};
export type PlainChange = {
  readonly id: string;
  readonly img?: boolean;
  readonly rc?: readonly PlainRunner[];
  readonly marketDefinition?: PlainDefinition;
};
export type PlainDefinition = {
  readonly status: string;
  readonly inPlay: boolean;
  readonly betDelay: number;
  readonly runners: readonly {
    readonly id: number;
    readonly status: string;
    readonly adjustmentFactor?: number;
  }[];
};
export type PlainMessage = {
  readonly op: string;
  readonly pt: number;
  readonly mc?: readonly PlainChange[];
};

/** Returns hundredths of a number of JSON. */
export function hundredthsOf(value: number): number {
  return Math.round(value * 100) + 0;
}

/** Ladders of one runner. */
type Runner = {
  readonly full: PlainBook;
  readonly levels: { readonly bids: Map<number, Pair>; readonly asks: Map<number, Pair> };
  readonly traded: Map<number, number>;
  readonly peaks: Map<number, number>;
};
type Pair = readonly [price: number, size: number];

/** Books and trades of one market. `kind`: the ladders that its books are made of. */
export class NaiveStream {
  readonly #kind: "full" | "best";
  readonly #runners = new Map<number, Runner>();
  #isClosed = false;
  /** Trades so far: selection, price, volume. */
  readonly trades: (readonly [number, number, number])[] = [];

  constructor(of: { readonly kind: "full" | "best" }) {
    this.#kind = of.kind;
  }

  read(line: string): void {
    const message = JSON.parse(line) as PlainMessage;
    for (const change of message.mc ?? []) this.#change(change);
  }

  /** Books by selection; a runner of which nothing was said has none. */
  books(): Map<number, PlainBook> {
    const books = new Map<number, PlainBook>();
    for (const [id, runner] of this.#runners) {
      books.set(id, this.#kind === "full" ? runner.full : levelBook(runner));
    }
    return books;
  }

  #change(change: PlainChange): void {
    const { marketDefinition: definition } = change;
    if (definition !== undefined) this.#isClosed = definition.status === "CLOSED";
    for (const { id } of definition?.runners ?? []) this.#runner(id);
    if (change.img === true) {
      for (const runner of this.#runners.values()) {
        for (const side of [runner.full.bids, runner.full.asks, runner.traded]) side.clear();
        for (const side of [runner.levels.bids, runner.levels.asks]) side.clear();
      }
    }
    for (const row of change.rc ?? []) this.#row(row, change.img === true);
  }

  #row(row: PlainRunner, isImage: boolean): void {
    const runner = this.#runner(row.id);
    for (const [price, size] of pairsOf(row, "atb")) set(runner.full.asks, price, size);
    for (const [price, size] of pairsOf(row, "atl")) set(runner.full.bids, price, size);
    for (const [level, price, size] of triplesOf(row, "batb")) {
      runner.levels.asks.set(level, [price, size]);
    }
    for (const [level, price, size] of triplesOf(row, "batl")) {
      runner.levels.bids.set(level, [price, size]);
    }
    for (const [price, size] of pairsOf(row, "trd")) {
      const peak = runner.peaks.get(price) ?? 0;
      if (size > peak && !isImage && !this.#isClosed) {
        this.trades.push([row.id, price, size - peak]);
      }
      if (size === 0) runner.peaks.delete(price);
      else runner.peaks.set(price, Math.max(peak, size));
    }
  }

  #runner(id: number): Runner {
    const known = this.#runners.get(id);
    if (known !== undefined) return known;
    const runner: Runner = {
      full: { bids: new Map(), asks: new Map() },
      levels: { bids: new Map(), asks: new Map() },
      traded: new Map(),
      peaks: new Map(),
    };
    this.#runners.set(id, runner);
    return runner;
  }
}

/** Returns the levels of a ladder by price. */
export function pairsOf(row: PlainRunner, ladder: string): Pair[] {
  const rows = (row[ladder] ?? []) as Pairs;
  return rows.map(([price = 0, size = 0]) => [hundredthsOf(price), hundredthsOf(size)]);
}

/** Returns those of a ladder by level. */
export function triplesOf(row: PlainRunner, ladder: string): (readonly [number, ...Pair])[] {
  const rows = (row[ladder] ?? []) as Pairs;
  return rows.map((
    [level = 0, price = 0, size = 0],
  ) => [level, hundredthsOf(price), hundredthsOf(size)]);
}

function levelBook({ levels }: Runner): PlainBook {
  const sideOf = (side: Map<number, Pair>): PlainSide => {
    const prices: PlainSide = new Map();
    for (const level of [...side.keys()].sort((left, right) => left - right)) {
      const [price, size] = side.get(level) ?? [0, 0];
      if (size > 0 && !prices.has(price)) prices.set(price, size);
    }
    return prices;
  };
  return { bids: sideOf(levels.bids), asks: sideOf(levels.asks) };
}

function set(side: PlainSide, ...[price, size]: readonly [number, number]): void {
  if (size === 0) side.delete(price);
  else side.set(price, size);
}
