/**
 * Proves the book (R-HOT-1's base, R-CORE-9): it agrees with a naive twin after every command,
 * keeps what the feed says, is fresh only when it may be, and survives a checkpoint.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { Book } from "../../core/book.ts";
import type { Side } from "../../core/instrument.ts";
import { InvariantError } from "../../core/invariant.ts";
import { micros, px, qty } from "../../core/numbers.ts";
import { CLASSIC } from "../support/runner.ts";
import { NaiveBook } from "../support/naive_book.ts";

type Update = { readonly bids: readonly number[]; readonly asks: readonly number[] };
type Command = Update & { readonly kind: "snapshot" | "delta" | "invalidate" };

const SIDES: readonly Side[] = ["Buy", "Sell"];

function digestOf(book: Book): unknown {
  return {
    isFresh: book.isFresh,
    updatedUs: book.updatedUs,
    best: SIDES.map((side) => book.best(side)),
    levels: SIDES.map((side) => [...book.levels(side)]),
  };
}

function pairs(prices: fc.Arbitrary<number>): fc.Arbitrary<number[]> {
  const quantity = fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 9 }));
  return fc.array(fc.tuple(prices, quantity), { maxLength: 12, size: "max" }).map((levels) =>
    levels.flat()
  );
}

function commands(prices: fc.Arbitrary<number>): fc.Arbitrary<Command[]> {
  const kind = fc.oneof(
    { weight: 1, arbitrary: fc.constant<Command["kind"]>("snapshot") },
    { weight: 12, arbitrary: fc.constant<Command["kind"]>("delta") },
    { weight: 1, arbitrary: fc.constant<Command["kind"]>("invalidate") },
  );
  const command = fc.record({ kind, bids: pairs(prices), asks: pairs(prices) });
  const first = { kind: "snapshot", bids: [], asks: [] } as const;
  return fc.array(command, { maxLength: 40, size: "max" }).map((rest) => [first, ...rest]);
}

const RANGES: readonly (readonly [string, fc.Arbitrary<number>])[] = [
  ["a narrow range", fc.integer({ min: -5, max: 20 })],
  ["the width of the ladder", fc.integer({ min: 1_000, max: 6_000 })],
  ["a range far wider than the ladder", fc.integer({ min: -900_000, max: 9_000_000 })],
  [
    "clusters far apart",
    fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 30 }))
      .map(([cluster, offset]) => cluster * 2_040 + offset),
  ],
];

for (const [name, prices] of RANGES) {
  Deno.test(`Book agrees with its naive twin after every command over ${name}`, () => {
    fc.assert(
      fc.property(commands(prices), (list) => {
        const book = new Book();
        const twin = new NaiveBook();
        for (const [at, command] of list.entries()) {
          const time = micros(at);
          if (command.kind === "snapshot") book.applySnapshot(command, time);
          else if (command.kind === "delta") book.applyDelta(command, time);
          else book.invalidate();
          twin.apply(command, time);
          deepStrictEqual(digestOf(book), twin.digest());
          for (const price of command.bids) {
            strictEqual(book.quantityAt("Buy", px(price)), twin.quantityAt("Buy", price));
            strictEqual(book.quantityAt("Sell", px(price)), twin.quantityAt("Sell", price));
          }
        }
        const restored = Book.restore(JSON.parse(JSON.stringify(book.checkpoint())));
        deepStrictEqual(digestOf(restored), digestOf(book));
        deepStrictEqual(restored.checkpoint(), book.checkpoint());
      }),
      { numRuns: 150 },
    );
  });
}

Deno.test("Book agrees with its naive twin while its ladder widens", () => {
  const prices = fc.integer({ min: 0, max: 60_000 });
  const list = fc.array(pairs(prices), { minLength: 1_200, maxLength: 1_200, size: "max" });
  fc.assert(
    fc.property(list, (deltas) => {
      const book = new Book();
      const twin = new NaiveBook();
      book.applySnapshot({ bids: [], asks: [] }, micros(0));
      twin.apply({ kind: "snapshot", bids: [], asks: [] }, micros(0));
      for (const [at, flat] of deltas.entries()) {
        book.applyDelta({ bids: flat, asks: flat }, micros(at));
        twin.apply({ kind: "delta", bids: flat, asks: flat }, micros(at));
        if (at % 100 === 99) deepStrictEqual(digestOf(book), twin.digest());
      }
    }),
    { numRuns: 5 },
  );
});

Deno.test("Book.restore() gives a book that goes on exactly as the original", () => {
  fc.assert(
    fc.property(
      commands(fc.integer({ min: 0, max: 9_000 })),
      commands(fc.integer({ min: 0, max: 9_000 })),
      (before, after) => {
        const book = new Book();
        for (const command of before) book.applySnapshot(command, micros(1));
        const restored = Book.restore(JSON.parse(JSON.stringify(book.checkpoint())));
        for (const command of after) {
          book.applyDelta(command, micros(2));
          restored.applyDelta(command, micros(2));
          deepStrictEqual(restored.checkpoint(), book.checkpoint());
        }
      },
    ),
    { numRuns: 50 },
  );
});

function snapshot(): Book {
  const book = new Book();
  book.applySnapshot({ bids: [100, 5, 99, 7], asks: [101, 3, 103, 4] }, micros(10));
  return book;
}

Deno.test("Book.best() gives the highest bid and the lowest ask", () => {
  const book = snapshot();
  deepStrictEqual(book.best("Buy"), { price: 100, qty: 5 });
  deepStrictEqual(book.best("Sell"), { price: 101, qty: 3 });
});

Deno.test("Book.top() gives at most the asked depth, best first, and nothing for depth 0", () => {
  const book = snapshot();
  deepStrictEqual(book.top("Sell", 1), [{ price: 101, qty: 3 }]);
  deepStrictEqual(book.top("Sell", 9), [{ price: 101, qty: 3 }, { price: 103, qty: 4 }]);
  deepStrictEqual(book.top("Sell", 0), []);
});

Deno.test("Book keeps crossed sides as the feed gave them", () => {
  const book = snapshot();
  book.applyDelta({ bids: [102, 1], asks: [] }, micros(11));
  deepStrictEqual(book.best("Buy"), { price: 102, qty: 1 });
  deepStrictEqual(book.best("Sell"), { price: 101, qty: 3 });
});

Deno.test("Book takes negative prices on both sides", () => {
  const book = new Book();
  book.applySnapshot({ bids: [-7, 1, -5, 2], asks: [-4, 3, 0, 1] }, micros(1));
  deepStrictEqual(book.top("Buy", 2), [{ price: -5, qty: 2 }, { price: -7, qty: 1 }]);
  deepStrictEqual(book.top("Sell", 2), [{ price: -4, qty: 3 }, { price: 0, qty: 1 }]);
});

Deno.test("Book is not fresh before a snapshot and ignores deltas until then", () => {
  const book = new Book();
  book.applyDelta({ bids: [100, 5], asks: [] }, micros(1));
  ok(!book.isFresh);
  strictEqual(book.best("Buy"), undefined);
  strictEqual(book.updatedUs, null);
});

Deno.test("Book.invalidate() keeps the levels but makes them no reference until a snapshot", () => {
  const book = snapshot();
  book.invalidate();
  book.applyDelta({ bids: [100, 0], asks: [] }, micros(20));
  ok(!book.isFresh);
  deepStrictEqual(book.best("Buy"), { price: 100, qty: 5 });
  strictEqual(book.updatedUs, 10);
  book.applySnapshot({ bids: [98, 1], asks: [] }, micros(30));
  ok(book.isFresh);
  deepStrictEqual(book.top("Buy", 9), [{ price: 98, qty: 1 }]);
});

const QUOTE = { bidPx: px(50), bidQty: qty(1), askPx: px(52), askQty: qty(2), updateId: null };

Deno.test("Book.applyQuote() is the reference while the feed has no depth", () => {
  const book = new Book();
  book.applyQuote(QUOTE, micros(3));
  ok(book.isFresh);
  deepStrictEqual(book.best("Sell"), { price: 52, qty: 2 });
  strictEqual(book.quantityAt("Buy", px(50)), 1);
  strictEqual(book.quantityAt("Buy", px(51)), 0);
  const restored = Book.restore(book.checkpoint());
  deepStrictEqual(digestOf(restored), digestOf(book));
});

Deno.test("Book.applyQuote() is the reference again once a feed with depth is gone for good", () => {
  const book = new Book();
  book.applySnapshot({ bids: [9_900, 5], asks: [10_000, 5] }, micros(1));
  book.endFeed();
  ok(!book.isFresh);
  strictEqual(book.best("Buy")?.price, 9_900, "until the next feed says something");
  book.applyDelta({ bids: [9_901, 5], asks: [] }, micros(2));
  strictEqual(book.best("Buy")?.price, 9_900, "a change of what nobody has seen is none");
  book.applyQuote(
    { bidPx: px(9_800), bidQty: qty(1), askPx: px(9_801), askQty: qty(1), updateId: null },
    micros(3),
  );
  ok(book.isFresh);
  strictEqual(book.best("Buy")?.price, 9_800);
});

Deno.test("Book.applyQuote() with an empty side leaves that side without a best", () => {
  const book = new Book();
  book.applyQuote({ ...QUOTE, askPx: null, askQty: qty(0) }, micros(3));
  strictEqual(book.best("Sell"), undefined);
  deepStrictEqual(book.top("Sell", 5), []);
});

Deno.test("Book.applyQuote() changes neither levels nor age of a book with depth", () => {
  const book = snapshot();
  book.applyQuote(QUOTE, micros(99));
  deepStrictEqual(book.best("Buy"), { price: 100, qty: 5 });
  strictEqual(book.updatedUs, 10);
  book.invalidate();
  book.applyQuote(QUOTE, micros(99));
  ok(!book.isFresh);
});

Deno.test("Book.applyTrade() notes only the time of the last trade", () => {
  const book = snapshot();
  book.applyTrade(micros(44));
  strictEqual(book.lastTradeUs, 44);
  strictEqual(book.updatedUs, 10);
});

const BROKEN = [
  ["an odd number of entries", [100]],
  ["a price that is no integer", [100.5, 1]],
  ["a negative quantity", [100, -1]],
  ["a price beyond 2^52", [4_503_599_627_370_497, 1]],
] as const;
for (const [what, bids] of BROKEN) {
  Deno.test(`Book.applyDelta() changes nothing and throws for ${what}`, () => {
    const book = snapshot();
    const before = book.checkpoint();
    throws(
      () => book.applyDelta({ bids: [100, 9, ...bids], asks: [] }, micros(11)),
      InvariantError,
    );
    throws(() => book.applySnapshot({ bids: [], asks: bids }, micros(11)), InvariantError);
    deepStrictEqual(book.checkpoint(), before);
  });
}

const ODDS = { assetClass: "betting", priceRule: CLASSIC } as const;
const TICKS = fc.integer({ min: 101, max: 210 }).filter((price) => price <= 200 || price % 2 === 0);

Deno.test("Book of a bounded betting ladder is the book of its naive twin, sides exchanged", () => {
  fc.assert(
    fc.property(commands(TICKS), (list) => {
      const book = new Book(ODDS);
      const twin = new NaiveBook();
      for (const [at, command] of list.entries()) {
        const time = micros(at);
        if (command.kind === "snapshot") book.applySnapshot(command, time);
        else if (command.kind === "delta") book.applyDelta(command, time);
        else book.invalidate();
        twin.apply({ ...command, bids: command.asks, asks: command.bids }, time);
        deepStrictEqual(SIDES.map((side) => [...book.levels(side)]).reverse(), levelsOf(twin));
      }
      const restored = Book.restore(JSON.parse(JSON.stringify(book.checkpoint())), ODDS);
      deepStrictEqual(digestOf(restored), digestOf(book));
    }),
    { numRuns: 100 },
  );
});

function levelsOf(twin: NaiveBook): unknown {
  return (twin.digest() as { readonly levels: unknown }).levels;
}

Deno.test("Book ignores and counts prices that a bounded ladder does not have", () => {
  const book = new Book(ODDS);
  book.applySnapshot({ bids: [305, 1, 303, 9], asks: [300, 2, 100, 9] }, micros(1));
  strictEqual(book.offLadder, 2);
  deepStrictEqual(book.best("Buy"), { price: 305, qty: 1 });
  deepStrictEqual(book.top("Sell", 9), [{ price: 300, qty: 2 }]);
  strictEqual(book.quantityAt("Buy", px(303)), 0);
});

Deno.test("Book.relist() keeps the levels that the new ladder has", () => {
  const book = new Book(ODDS);
  book.applySnapshot({ bids: [310, 1, 305, 2], asks: [300, 3] }, micros(1));
  book.relist({
    assetClass: "betting",
    priceRule: { scale: 2, ticks: [{ fromQuanta: 100, stepQuanta: 10 }], maxQuanta: 1_000 },
  });
  deepStrictEqual(book.top("Buy", 9), [{ price: 310, qty: 1 }]);
  deepStrictEqual(book.best("Sell"), { price: 300, qty: 3 });
  book.relist({ assetClass: "betting", priceRule: { scale: 2, ticks: CLASSIC.ticks } });
  book.applyDelta({ bids: [303, 4], asks: [] }, micros(2));
  deepStrictEqual(book.best("Buy"), { price: 303, qty: 4 });
});
