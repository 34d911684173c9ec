/**
 * Books in step with their stream, against a naive twin, gaps, full queues and lost connections.
 *
 * Proves: R-VENUE-7 (gap detection, re-seed).
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { Book } from "../../../../../core/book.ts";
import type { Draft } from "../../../../../core/event.ts";
import { instrumentId, micros } from "../../../../../core/numbers.ts";
import type { DepthUpdatePayload } from "../../../../../edge/feeds/binance_payloads.ts";
import { Books } from "../../../../../edge/venues/ccxt/binance/books.ts";
import { PayloadError } from "../../../../../edge/venues/ccxt/payload.ts";
import { SPOT } from "../../../../support/ccxt_rig.ts";
import { VirtualTime } from "../../../../support/virtual_time.ts";

const SYMBOL = "BTCUSDT";
/** One that the exchange has taken off, before two that trade. */
const THREE = ["LUNAUSDT", SYMBOL, "ETHUSDT"];
const SECOND_US = 1_000_000;

/** Books over a market that lives here, and a daemon's view of them. */
class Bench {
  readonly said: Draft[] = [];
  readonly asked: string[] = [];
  readonly logged: string[] = [];
  readonly time = new VirtualTime();
  takes = true;
  /** The market: price to quantity, and the number of its last update. */
  readonly bids = new Map<number, number>();
  update = 100;
  readonly books: Books;

  constructor(symbols: readonly string[] = [SYMBOL]) {
    this.books = new Books(
      {
        nowUs: () => micros(1),
        offerMarket: (draft) => {
          if (this.takes) this.said.push(draft);
          return this.takes;
        },
        log: (level, event, fields) =>
          this.logged.push(`${level} ${event} ${JSON.stringify(fields ?? {})}`),
      },
      symbols.map((symbol, at) => ({ instrument: { ...SPOT, id: instrumentId(at) }, symbol })),
      { ask: (symbol) => this.asked.push(symbol), timers: this.time },
    );
  }

  /** One change of the market; told unless it gets lost. */
  change(price: number, size: number, { isLost }: { readonly isLost: boolean }): void {
    this.update++;
    if (size === 0) this.bids.delete(price);
    else this.bids.set(price, size);
    if (isLost) return;
    const b = [[`${price}`, `${size}`]] as const;
    const { update: u } = this;
    this.books.depth({ e: "depthUpdate", E: 1, s: SYMBOL, U: u, u, b, a: [] });
  }

  /** Answers what was asked for, with the market as it is. */
  answer(): void {
    if (this.asked.shift() === undefined) return;
    const bids = [...this.bids].map(([price, size]) => [`${price}`, `${size}`] as const);
    this.books.snapshot(SYMBOL, { lastUpdateId: this.update, bids, asks: [] });
  }

  /** The book that the daemon has, or undefined if it is no reference. */
  view(): ReadonlyMap<number, number> | undefined {
    let book: Map<number, number> | undefined;
    for (const draft of this.said) {
      if (draft.eventType === "BookInvalidated") book = undefined;
      if (draft.eventType === "BookSnapshot") book = new Map();
      if (draft.eventType !== "BookSnapshot" && draft.eventType !== "BookDelta") continue;
      const { bids } = draft.payload;
      for (let at = 0; at < bids.length; at += 2) {
        const [price, size] = [(bids[at] ?? 0) / 100, (bids[at + 1] ?? 0) / 100_000];
        if (size === 0) book?.delete(price);
        else book?.set(price, size);
      }
    }
    return book;
  }
}

const sorted = (book: ReadonlyMap<number, number> | undefined): unknown =>
  book === undefined ? undefined : [...book].sort(([left], [right]) => left - right);

const action = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({ price: fc.nat(9), size: fc.nat(3), kind: fc.constant("change") }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ price: fc.nat(9), size: fc.nat(3), kind: fc.constant("lose") }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant("answer") }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("full") }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("room") }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("reconnect") }) },
);

Deno.test("Books never show a book that is not the market's", () => {
  fc.assert(
    fc.property(fc.array(action, { maxLength: 80, size: "max" }), (actions) => {
      const bench = new Bench();
      bench.books.subscribed();
      for (const act of actions) {
        const { price = 1, size = 1 } = act as { readonly price?: number; readonly size?: number };
        if (act.kind === "change") bench.change(price + 1, size, { isLost: false });
        if (act.kind === "lose") bench.change(price + 1, size, { isLost: true });
        if (act.kind === "answer") bench.answer();
        if (act.kind === "full") bench.takes = false;
        if (act.kind === "room") bench.takes = true;
        if (act.kind === "reconnect") {
          bench.asked.length = 0;
          bench.books.disconnected("lost");
          bench.books.subscribed();
        }
        // Nothing was lost since the last message that was told: the view is the market's, or none.
        if (act.kind === "change" && bench.takes) {
          const view = bench.view();
          if (view !== undefined) deepStrictEqual(sorted(view), sorted(bench.bids));
        }
      }
      bench.takes = true; // with room and answers each book comes back in step
      for (let round = 0; round < 6; round++) {
        bench.change(5, 1 + round % 3, { isLost: false });
        bench.answer();
      }
      deepStrictEqual(sorted(bench.view()), sorted(bench.bids));
    }),
    { numRuns: 400 },
  );
});

Deno.test("Books ask for one snapshot at a time, and only once changes would come", () => {
  const bench = new Bench();
  bench.change(1, 1, { isLost: false });
  strictEqual(bench.asked.length, 0);
  bench.books.subscribed();
  bench.change(2, 1, { isLost: false });
  deepStrictEqual(bench.asked, [SYMBOL]);
});

Deno.test("Books ask again after a snapshot that did not come", () => {
  const bench = new Bench();
  bench.books.subscribed();
  bench.change(1, 1, { isLost: false });
  bench.books.notRead("503");
  bench.books.retry();
  bench.time.advance(SECOND_US);
  deepStrictEqual(bench.asked, [SYMBOL, SYMBOL]);
});

/** A change of one of several books. */
function depth(symbol: string, update: number, price = "1"): DepthUpdatePayload {
  return { e: "depthUpdate", E: 1, s: symbol, U: update, u: update, b: [[price, "1"]], a: [] };
}

const SNAPSHOT = { lastUpdateId: 100, bids: [], asks: [] };

Deno.test("Books ask for the others before one whose snapshot was refused", () => {
  const bench = new Bench(THREE);
  bench.books.subscribed();
  bench.books.notRead("-1121 Invalid symbol.");
  bench.books.depth(depth(SYMBOL, 100));
  deepStrictEqual(bench.asked, ["LUNAUSDT"], "nothing before the retry");
  bench.books.retry();
  bench.books.snapshot(SYMBOL, SNAPSHOT);
  bench.books.snapshot("ETHUSDT", SNAPSHOT);
  strictEqual(bench.said.filter(({ eventType }) => eventType === "BookSnapshot").length, 2);
  bench.time.advance(SECOND_US);
  deepStrictEqual(bench.asked, ["LUNAUSDT", SYMBOL, "ETHUSDT", "LUNAUSDT"]);
});

Deno.test("Books ask ever more slowly for one whose snapshot is refused", () => {
  const bench = new Bench(THREE);
  bench.books.subscribed();
  const refuse = (): void => {
    bench.books.notRead("-1121 Invalid symbol.");
    bench.books.retry();
  };
  refuse();
  bench.books.snapshot(SYMBOL, SNAPSHOT);
  bench.books.snapshot("ETHUSDT", SNAPSHOT);
  const askedAtS: number[] = [];
  let known = bench.asked.length;
  for (let second = 1; second <= 95; second++) {
    bench.time.advance(SECOND_US);
    bench.books.depth(depth(SYMBOL, 100 + second));
    if (bench.asked.length === known) continue;
    known = bench.asked.length;
    askedAtS.push(second);
    refuse();
  }
  deepStrictEqual(askedAtS, [1, 3, 7, 15, 31, 61, 91]);
});

Deno.test("Books say once in a loss that a snapshot was refused, and what was answered", () => {
  const bench = new Bench();
  const refuse = (): void => {
    bench.books.notRead("-1121 Invalid symbol.");
    bench.time.advance(SECOND_US * 30);
    bench.books.retry();
  };
  bench.books.subscribed();
  refuse();
  refuse();
  const said = 'warning snapshot_not_read {"symbol":"BTCUSDT","reason":"-1121 Invalid symbol."}';
  deepStrictEqual(bench.logged, [said]);
  bench.books.snapshot(SYMBOL, SNAPSHOT);
  bench.books.depth(depth(SYMBOL, 200)); // a gap
  refuse();
  deepStrictEqual(bench.logged, [said, said]);
});

Deno.test("Books ask at once for what was put off on a connection before", () => {
  const bench = new Bench();
  bench.books.subscribed();
  bench.books.notRead("503");
  bench.books.disconnected("lost");
  bench.books.subscribed();
  deepStrictEqual(bench.asked, [SYMBOL, SYMBOL]);
});

Deno.test("Books ask for nothing once they were stopped", () => {
  const bench = new Bench();
  bench.books.subscribed();
  bench.books.notRead("503");
  bench.books.stop();
  bench.books.retry();
  strictEqual(bench.time.nextDueUs(), undefined);
  deepStrictEqual(bench.asked, [SYMBOL]);
});

Deno.test("Books ask again when a snapshot is older than what was held", () => {
  const bench = new Bench();
  bench.books.subscribed();
  bench.change(1, 1, { isLost: false });
  bench.books.snapshot(SYMBOL, { lastUpdateId: 50, bids: [], asks: [] });
  ok(bench.asked.length >= 2);
});

Deno.test("Books invalidate once, however long the stream is away", () => {
  const bench = new Bench();
  bench.books.subscribed();
  bench.change(1, 1, { isLost: false });
  bench.answer();
  bench.books.disconnected("lost");
  bench.books.disconnected("lost again");
  strictEqual(bench.said.filter(({ eventType }) => eventType === "BookInvalidated").length, 1);
});

Deno.test("Books of best prices are no reference while the stream is away, and are one again with its next quote", () => {
  const bench = new Bench();
  const core = new Book(SPOT);
  const isFresh: boolean[] = [];
  const look = (): void => {
    for (const draft of bench.said.splice(0)) {
      if (draft.eventType === "QuoteUpdated") core.applyQuote(draft.payload, micros(1));
      if (draft.eventType === "BookInvalidated") core.invalidate();
    }
    isFresh.push(core.isFresh);
  };
  const quote = { u: 1, s: SYMBOL, b: "100", B: "1", a: "101", A: "1" };
  for (let connection = 0; connection < 2; connection++) {
    bench.books.quote(quote);
    look();
    bench.books.disconnected("lost");
    look();
  }
  bench.books.disconnected("lost again");
  deepStrictEqual([isFresh, bench.said], [[true, false, true, false], []]);
});

Deno.test("Books leave out prints that did not come from the book", () => {
  const bench = new Bench();
  const print = { e: "trade", E: 1, s: SYMBOL, t: 1, p: "1", q: "1", m: true } as const;
  bench.books.trade({ ...print, X: "INSURANCE_FUND" });
  bench.books.trade({ ...print, X: "MARKET" });
  strictEqual(bench.said.length, 1);
});

/** Three books in step. */
function threeBooks(): Bench {
  const bench = new Bench(THREE);
  bench.books.subscribed();
  for (const symbol of THREE) bench.books.snapshot(symbol, SNAPSHOT);
  bench.said.length = 0;
  bench.asked.length = 0;
  return bench;
}

const FINE = "100.001"; // the quantum is 0.01
const PRINT = { e: "trade", E: 1, t: 1, q: "1", m: true } as const;
const UNCOUNTABLE: readonly (readonly [string, (books: Books, symbol: string) => void])[] = [
  ["a change", (books, symbol) => books.depth(depth(symbol, 101, FINE))],
  ["a print", (books, symbol) => books.trade({ ...PRINT, s: symbol, p: FINE })],
  ["a quote", (books, symbol) => books.quote({ u: 1, s: symbol, b: FINE, B: "1", a: "1", A: "0" })],
  ["a snapshot", (books, symbol) => {
    books.depth(depth(symbol, 200)); // a gap
    books.snapshot(symbol, { ...SNAPSHOT, bids: [[FINE, "1"]] });
  }],
];
for (const [what, tell] of UNCOUNTABLE) {
  Deno.test(`Books lose no other book to ${what} that cannot be counted`, () => {
    const bench = threeBooks();
    tell(bench.books, "LUNAUSDT");
    bench.books.depth(depth(SYMBOL, 101));
    deepStrictEqual(bench.said.map(({ eventType, instrument }) => [eventType, instrument]), [
      ["BookInvalidated", 0],
      ["BookDelta", 1],
    ]);
    deepStrictEqual(bench.logged, [
      "alarm market_changed " + JSON.stringify({
        reason: "Cannot read a price of x:BTC/USDT: it must be a count of its quantum, 0.01: " +
          "was 100.001; once no order of ours rests there and nothing is held, write price: " +
          '{ quantum: "0.001" } under another name or in another state directory',
      }),
    ]);
  });
}

Deno.test("Books ask now and then for one that cannot be counted, and alarm once", () => {
  const bench = threeBooks();
  for (let tenths = 1; tenths <= 650; tenths++) {
    bench.time.advance(SECOND_US / 10);
    bench.books.depth(depth("LUNAUSDT", 100 + tenths, FINE));
    if (bench.asked.length > 0 && tenths % 300 === 100) {
      bench.books.snapshot("LUNAUSDT", { ...SNAPSHOT, bids: [[FINE, "1"]] });
    }
  }
  deepStrictEqual([bench.asked, bench.logged.length], [["LUNAUSDT", "LUNAUSDT"], 1]);
  strictEqual(bench.said.length, 1, "invalid once");
  bench.books.snapshot("LUNAUSDT", { ...SNAPSHOT, lastUpdateId: 750 });
  bench.books.depth(depth("LUNAUSDT", 751));
  deepStrictEqual(bench.said.slice(1).map(({ eventType }) => eventType), [
    "BookSnapshot",
    "BookDelta",
  ]);
});

Deno.test("Books say of one that cannot be counted that it is invalid as soon as there is room", () => {
  const bench = threeBooks();
  bench.takes = false;
  bench.books.depth(depth("LUNAUSDT", 101, FINE));
  bench.takes = true;
  bench.books.depth(depth(SYMBOL, 101));
  deepStrictEqual(bench.said.map(({ eventType }) => eventType), ["BookDelta", "BookInvalidated"]);
});

Deno.test("Books refuse a message with a figure that is none, which may be any symbol's", () => {
  const bench = threeBooks();
  throws(() => bench.books.depth(depth("LUNAUSDT", 101, "much")), PayloadError);
});
