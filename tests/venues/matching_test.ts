/**
 * The fakes' matching beside a naive twin that sorts everything every time: same trades, same book.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Draws } from "../support/draws.ts";
import { type Match, MatchingBook, opposite, type PriceLevel, type Side } from "./matching.ts";

type Naive = { id: number; side: Side; price: bigint; open: bigint };
type Command = { readonly side: Side; readonly price: bigint; readonly qty: bigint };

/** Best first, then oldest first, among those that a price reaches. */
function reached(orders: readonly Naive[], { side, price }: Command): Naive[] {
  const sign = side === "BUY" ? 1n : -1n;
  return orders
    .filter((order) => order.side === opposite(side) && order.open > 0n)
    .filter((order) => (price - order.price) * sign >= 0n)
    .sort((a, b) => a.price === b.price ? a.id - b.id : (a.price - b.price) * sign > 0n ? 1 : -1);
}

function naiveMatch(orders: readonly Naive[], command: Command): [number, bigint, bigint][] {
  const made: [number, bigint, bigint][] = [];
  let left = command.qty;
  for (const order of reached(orders, command)) {
    const qty = left < order.open ? left : order.open;
    if (qty === 0n) break;
    order.open -= qty;
    left -= qty;
    made.push([order.id, order.price, qty]);
  }
  return made;
}

function naiveLevels(orders: readonly Naive[], side: Side): PriceLevel[] {
  const sums = new Map<bigint, bigint>();
  for (const order of orders) {
    if (order.side !== side || order.open === 0n) continue;
    sums.set(order.price, (sums.get(order.price) ?? 0n) + order.open);
  }
  const sign = side === "BUY" ? -1 : 1;
  return [...sums].sort(([a], [b]) => a < b ? -sign : sign).map(([price, qty]) => ({ price, qty }));
}

Deno.test("MatchingBook trades like a book that sorts everything every time", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const draws = new Draws(seed);
    const book = new MatchingBook();
    const orders: Naive[] = [];
    for (let id = 1; id <= 300; id++) {
      const side = draws.pick(["BUY", "SELL"] as const);
      const command = {
        side,
        price: BigInt(90 + draws.below(20)),
        qty: BigInt(1 + draws.below(9)),
      };
      if (draws.chance(20)) {
        const gone = orders[draws.below(orders.length)];
        if (gone) gone.open = 0n;
        if (gone) book.remove(gone.id);
      }
      const taken = book.take({ side, limit: command.price, qty: command.qty });
      const made = naiveMatch(orders, command);
      deepStrictEqual(taken.map(toRow), made, `seed ${seed}`);
      const open = command.qty - made.reduce((sum, [, , qty]) => sum + qty, 0n);
      if (open > 0n) {
        orders.push({ id, side, price: command.price, open });
        book.rest({ id, owner: "crowd", side, price: command.price, open });
      }
      deepStrictEqual(book.top("BUY", 99), naiveLevels(orders, "BUY"), `seed ${seed}`);
      deepStrictEqual(book.top("SELL", 99), naiveLevels(orders, "SELL"), `seed ${seed}`);
    }
  }
});

function toRow({ maker, price, qty }: Match): [number, bigint, bigint] {
  return [maker.id, price, qty];
}

Deno.test("MatchingBook tells each changed level once, with what it holds now", () => {
  const book = new MatchingBook();
  book.rest({ id: 1, owner: "crowd", side: "BUY", price: 10n, open: 5n });
  book.rest({ id: 2, owner: "crowd", side: "BUY", price: 10n, open: 2n });
  book.rest({ id: 3, owner: "crowd", side: "BUY", price: 9n, open: 1n });
  book.remove(3);
  deepStrictEqual(book.drainChanges("BUY"), [{ price: 9n, qty: 0n }, { price: 10n, qty: 7n }]);
  deepStrictEqual(book.drainChanges("BUY"), []);
});

Deno.test("MatchingBook says what a taker would get, and takes nothing", () => {
  const book = new MatchingBook();
  book.rest({ id: 1, owner: "crowd", side: "SELL", price: 10n, open: 5n });
  book.rest({ id: 2, owner: "crowd", side: "SELL", price: 12n, open: 5n });
  strictEqual(book.available({ side: "BUY", limit: 11n, qty: 7n }), 5n);
  strictEqual(book.available({ side: "BUY", qty: 7n }), 7n);
  deepStrictEqual(book.cost({ side: "BUY", qty: 7n }), [
    { price: 10n, qty: 5n },
    { price: 12n, qty: 2n },
  ]);
});
