/**
 * Proves what a side of a book says of what stands before a price (R-HOT-2), against a sum over its
 * levels: in the window, below it, and after the window moved. The book's twin proves the rest.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { BookSide } from "../../core/book_side.ts";

const PRICES = fc.oneof(
  fc.integer({ min: 9_900, max: 10_100 }),
  fc.integer({ min: 1, max: 40_000 }),
);
const LEVELS = fc.array(fc.tuple(PRICES, fc.integer({ min: 0, max: 9 })), { maxLength: 80 });

for (const side of ["Buy", "Sell"] as const) {
  Deno.test(`BookSide.quantityBefore() is the sum of better levels of a ${side}`, () => {
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
      }
    }));
  });
}
