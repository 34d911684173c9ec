/**
 * Proves what a side of a book says of what stands before a price (R-HOT-2), against a sum over its
 * levels, and whether it reaches to a price: in the window, below it, and after the window moved; and
 * that prices as far out as a number counts are kept to the quantum. The book's twin proves the rest.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { BookSide } from "../../core/book_side.ts";

const PRICES = fc.oneof(
  fc.integer({ min: 9_900, max: 10_100 }),
  fc.integer({ min: 1, max: 40_000 }),
);
const LEVELS = fc.array(fc.tuple(PRICES, fc.integer({ min: 0, max: 9 })), {
  maxLength: 80,
  size: "max",
});

for (const side of ["Buy", "Sell"] as const) {
  Deno.test(`BookSide.quantityBefore() is the sum of better levels of a ${side}, covers() what is not below the worst`, () => {
    fc.assert(fc.property(LEVELS, fc.array(PRICES, { maxLength: 9 }), (levels, asked) => {
      const book = new BookSide(side);
      for (const [price, qty] of levels) book.set({ price, qty });
      strictEqual(book.bestPrice(), book.best()?.price);
      for (const price of asked) {
        let before = 0;
        for (const level of book.levels()) {
          if (side === "Buy" ? level.price > price : level.price < price) before += level.qty;
        }
        strictEqual(book.quantityBefore(price), before);
        const worst = [...book.levels()].at(-1)?.price ?? price;
        strictEqual(book.covers(price), side === "Buy" ? worst <= price : worst >= price);
      }
    }));
  });
}

Deno.test("BookSide.covers() knows the worst level itself, however far from the best it is", () => {
  for (const [side, best, worst] of [["Buy", 1_000_000, 1], ["Sell", 1, 1_000_000]] as const) {
    const book = new BookSide(side);
    for (const price of [best, worst]) book.set({ price, qty: 1 });
    const beyond = side === "Buy" ? worst - 1 : worst + 1;
    deepStrictEqual([book.covers(worst), book.covers(beyond)], [true, false]);
  }
});

for (const side of ["Buy", "Sell"] as const) {
  Deno.test(`BookSide of a ${side} counts two levels, and finds the other when the best goes, however far apart`, () => {
    const [better, first] = side === "Buy" ? [1, 1] : [-1, 1_000_000];
    for (let apart = 1; apart < 3000; apart += 1) {
      const book = new BookSide(side);
      const [best, other] = [first + better * apart, first];
      for (const isLater of [true, false]) {
        for (const price of isLater ? [other, best] : [best, other]) book.set({ price, qty: 1 });
        strictEqual(book.quantityBefore(other - better), 2, `${apart} apart`);
        book.set({ price: best, qty: 0 });
        strictEqual(book.bestPrice(), other, `${apart} apart`);
      }
    }
  });
}

const LARGEST = Number.MAX_SAFE_INTEGER;
/** Few, so that levels often go and the next best is far away. */
const FAR_PRICES = fc.constantFrom(
  ...[0, 1, 2, 700, 1_500].flatMap((less) => [LARGEST - less, less - LARGEST]),
  1,
  2,
);
const FAR_LEVELS = fc.array(fc.tuple(FAR_PRICES, fc.integer({ min: 0, max: 9 })), {
  maxLength: 40,
  size: "max",
});

for (const side of ["Buy", "Sell"] as const) {
  Deno.test(`BookSide keeps the levels of a ${side} exactly at the largest prices`, () => {
    fc.assert(fc.property(FAR_LEVELS, (levels) => {
      const book = new BookSide(side);
      const twin = new Map<number, number>();
      for (const [price, qty] of levels) {
        strictEqual(book.swap({ price, qty }), twin.get(price) ?? 0);
        if (qty === 0) twin.delete(price);
        else twin.set(price, qty);
        const sign = side === "Buy" ? -1 : 1;
        const sorted = [...twin].sort(([left], [right]) => sign * (left - right));
        deepStrictEqual([...book.levels()].map((level) => [level.price, level.qty]), sorted);
        strictEqual(book.bestPrice(), sorted[0]?.[0]);
      }
    }));
  });
}
