/**
 * A limit order book with price-time priority, written apart from the daemon's simulator.
 *
 * Invariants: the best bid is below the best ask after each call; a level's total is the sum of what is open in
 * its queue; an empty level does not exist. Limit: levels are found by a scan from the best price.
 * @module
 */
import { least, type Units } from "./units.ts";

export type Side = "BUY" | "SELL";

/** An order in the book. `owner` says whose it is: the account under test, or the crowd. */
export type Resting = {
  readonly id: number;
  readonly owner: "account" | "crowd";
  readonly side: Side;
  readonly price: Units;
  open: Units;
};

type Level = { readonly price: Units; total: Units; readonly queue: Resting[] };
/** What one resting order gave to a taker. */
export type Match = { readonly maker: Resting; readonly price: Units; readonly qty: Units };
/** What takes: without a limit it takes at any price. */
export type Taking = { readonly side: Side; readonly limit?: Units; readonly qty: Units };
/** A price level as published: quantity 0 means it is gone. */
export type PriceLevel = { readonly price: Units; readonly qty: Units };

/** Returns the other side. */
export function opposite(side: Side): Side {
  return side === "BUY" ? "SELL" : "BUY";
}

/** One symbol's book. */
export class MatchingBook {
  readonly #levels: Readonly<Record<Side, Level[]>> = { BUY: [], SELL: [] };
  readonly #byId = new Map<number, Resting>();
  readonly #changed: Readonly<Record<Side, Set<Units>>> = { BUY: new Set(), SELL: new Set() };

  /** The best price of a side. */
  best(side: Side): PriceLevel | undefined {
    const level = this.#levels[side][0];
    return level && { price: level.price, qty: level.total };
  }

  /** The best `depth` levels of a side. */
  top(side: Side, depth: number): readonly PriceLevel[] {
    return this.#levels[side].slice(0, depth).map(({ price, total }) => ({ price, qty: total }));
  }

  get(id: number): Resting | undefined {
    return this.#byId.get(id);
  }

  /** How much a taker would get now. */
  available(taking: Taking): Units {
    let sum = 0n;
    for (const level of this.#levels[opposite(taking.side)]) {
      if (!reaches(taking, level.price) || sum >= taking.qty) break;
      sum += level.total;
    }
    return least(sum, taking.qty);
  }

  /** What a taker would pay or receive now for what it would get. */
  cost(taking: Taking): readonly PriceLevel[] {
    const parts: PriceLevel[] = [];
    let left = taking.qty;
    for (const level of this.#levels[opposite(taking.side)]) {
      if (!reaches(taking, level.price) || left === 0n) break;
      const qty = least(left, level.total);
      parts.push({ price: level.price, qty });
      left -= qty;
    }
    return parts;
  }

  /** Matches a taker, best price first, then oldest first. */
  take(taking: Taking): readonly Match[] {
    const matches: Match[] = [];
    const levels = this.#levels[opposite(taking.side)];
    let left = taking.qty;
    for (let level = levels[0]; level && left > 0n; level = levels[0]) {
      if (!reaches(taking, level.price)) break;
      const maker = level.queue[0];
      if (!maker) throw new Error("Cannot match: a level must hold an order");
      const qty = least(left, maker.open);
      left -= qty;
      this.reduce(maker, qty);
      matches.push({ maker, price: level.price, qty });
    }
    return matches;
  }

  /** Puts an order at the end of its level's queue. @throws {Error} If it would cross. */
  rest(order: Resting): void {
    if (this.available({ side: order.side, limit: order.price, qty: 1n }) > 0n) {
      throw new Error(`Cannot rest: the price must not cross: was ${order.price}`);
    }
    const levels = this.#levels[order.side];
    let at = levels.findIndex((level) => !isBetter(order.side, { a: level.price, b: order.price }));
    if (at === -1) at = levels.length;
    let level = levels[at];
    if (level?.price !== order.price) {
      level = { price: order.price, total: 0n, queue: [] };
      levels.splice(at, 0, level);
    }
    level.queue.push(order);
    level.total += order.open;
    this.#byId.set(order.id, order);
    this.#changed[order.side].add(order.price);
  }

  /** Takes this much off a resting order; at zero it leaves. Its place in the queue stays. */
  reduce(order: Resting, by: Units): void {
    const levels = this.#levels[order.side];
    const at = levels.findIndex((level) => level.price === order.price);
    const level = levels[at];
    if (!level || by > order.open) throw new Error(`Cannot reduce order ${order.id} by ${by}`);
    order.open -= by;
    level.total -= by;
    this.#changed[order.side].add(order.price);
    if (order.open > 0n) return;
    level.queue.splice(level.queue.indexOf(order), 1);
    this.#byId.delete(order.id);
    if (level.queue.length === 0) levels.splice(at, 1);
  }

  /** Takes an order out. Undefined if it is not in the book. */
  remove(id: number): Resting | undefined {
    const order = this.#byId.get(id);
    if (order) this.reduce(order, order.open);
    return order;
  }

  /** Every order in the book, bids first, best first. */
  orders(): readonly Resting[] {
    return [...this.#levels.BUY, ...this.#levels.SELL].flatMap((level) => level.queue);
  }

  /** Levels of a side that changed since the last call, with what they hold now. */
  drainChanges(side: Side): readonly PriceLevel[] {
    const prices = [...this.#changed[side]].sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
    this.#changed[side].clear();
    return prices.map((price) => ({
      price,
      qty: this.#levels[side].find((level) => level.price === price)?.total ?? 0n,
    }));
  }
}

function isBetter(side: Side, { a, b }: { readonly a: Units; readonly b: Units }): boolean {
  return side === "BUY" ? a > b : a < b;
}

function reaches(taking: Taking, price: Units): boolean {
  if (taking.limit === undefined) return true;
  return !isBetter(opposite(taking.side), { a: taking.limit, b: price }) || taking.limit === price;
}
