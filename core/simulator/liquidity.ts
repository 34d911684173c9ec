/**
 * Displayed liquidity of one instrument: the feed's book, less what was taken here.
 *
 * The feed does not know of the simulated takes, so they are remembered per level until the feed
 * says something new about that level: a change that names it, a snapshot in which it is larger or
 * smaller, or anything after a gap. Nothing displayed is taken twice.
 *
 * Invariant: per level, taken <= displayed; nothing is taken at what is no price of the class, nor
 * while the book is no reference.
 * Known limit: quotes are not liquidity; a feed without depth has none.
 * @module
 */
import { Book, type BookTerms } from "../book.ts";
import type { Levels } from "../event.ts";
import { type Side, SIDES } from "../instrument.ts";
import { px, qty } from "../numbers.ts";
import type { Micros, Px, Qty } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { PriceLevel } from "../view.ts";
import { NodeReader } from "../node_reader.ts";

type Depth = { readonly bids: Levels; readonly asks: Levels };

/** The side that an order of this side takes from. */
export function oppositeOf(side: Side): Side {
  return side === "Buy" ? "Sell" : "Buy";
}

/**
 * True if an order of `side` at `limit` may trade at `price`. null: any price. Who backs in a betting
 * market asks for odds at least as high as the limit, where others who buy ask for no higher a price.
 */
export function reaches(
  side: Side,
  of: { readonly limit: Px | null; readonly price: Px; readonly isBetting: boolean },
): boolean {
  if (of.limit === null) return true;
  return (side === "Buy") !== of.isBetting ? of.price <= of.limit : of.price >= of.limit;
}

/** What an order can take. */
export class Liquidity {
  readonly #book: Book;
  readonly #taken: { readonly Buy: Map<number, number>; readonly Sell: Map<number, number> };

  readonly #isBetting: boolean;
  /** Of a spread, which may be worth nothing or less. */
  readonly #isSigned: boolean;

  constructor(terms: BookTerms, book: Book = new Book(terms)) {
    this.#book = book;
    this.#isBetting = terms.assetClass === "betting";
    this.#isSigned = terms.assetClass === "linear";
    this.#taken = { Buy: new Map(), Sell: new Map() };
  }

  /** The instrument was listed anew. */
  relist(terms: BookTerms): void {
    this.#book.relist(terms);
  }

  /** False before the first snapshot and from a gap to the next one. */
  get isFresh(): boolean {
    return this.#book.isFresh;
  }

  /** Replaces every level. What was taken of one that is as large as before stays taken. */
  applySnapshot(depth: Depth, at: Micros): void {
    const before = SIDES.map((side) => ({ side, levels: this.#levelsTaken(side) }));
    this.#book.applySnapshot(depth, at);
    for (const { side, levels } of before) {
      for (const { price, qty: displayed } of levels) {
        if (this.#book.quantityAt(side, price) !== displayed) this.#taken[side].delete(price);
      }
    }
  }

  applyDelta(depth: Depth, at: Micros): void {
    this.#book.applyDelta(depth, at);
    forget(this.#taken.Buy, depth.bids);
    forget(this.#taken.Sell, depth.asks);
  }

  /** The feed lost its place: whatever it shows next is new. */
  invalidate(): void {
    this.#book.invalidate();
    for (const side of SIDES) this.#taken[side].clear();
  }

  /**
   * Displayed quantity, own takes not subtracted: what stands before a new order. null: nobody says,
   * since the book is no reference or ends before this price.
   */
  queueAt(side: Side, price: Px): Qty | null {
    if (!this.#book.isFresh) return null;
    const displayed = this.#book.quantityAt(side, price);
    return displayed > 0 || this.#book.covers(side, price) ? displayed : null;
  }

  /** True if an order could take something at once. */
  isCrossed(taker: Side, limit: Px | null): boolean {
    if (!this.#book.isFresh) return false;
    const best = this.#book.best(oppositeOf(taker));
    if (
      best === undefined ||
      !reaches(taker, { limit, price: best.price, isBetting: this.#isBetting })
    ) return false;
    for (const _ of this.#within(taker, limit)) return true;
    return false;
  }

  /** Returns the best price at which an order could take something, or undefined. */
  bestFor(taker: Side): Px | undefined {
    for (const level of this.#within(taker, null)) return level.price;
    return undefined;
  }

  /** Returns what could be taken within the limit, counted no further than `most`. */
  available(taker: Side, of: { readonly limit: Px | null; readonly most: Qty }): Qty {
    let sum = 0;
    for (const level of this.#within(taker, of.limit)) {
      sum += level.qty;
      if (sum >= of.most) return of.most;
    }
    return qty(sum);
  }

  /** Takes up to `most` within the limit, best level first; returns what was taken, per level. */
  take(taker: Side, of: { readonly limit: Px | null; readonly most: Qty }): PriceLevel[] {
    const takes: PriceLevel[] = [];
    const taken = this.#taken[oppositeOf(taker)];
    let left: number = of.most;
    for (const level of this.#within(taker, of.limit)) {
      if (left === 0) break;
      const size = level.qty < left ? level.qty : left;
      taken.set(level.price, (taken.get(level.price) ?? 0) + size);
      takes.push({ price: level.price, qty: qty(size) });
      left -= size;
    }
    return takes;
  }

  checkpoint(): CheckpointNode {
    return {
      book: this.#book.checkpoint(),
      taken_bids: flat(this.#taken.Buy),
      taken_asks: flat(this.#taken.Sell),
    };
  }

  static restore(node: CheckpointNode, terms: BookTerms): Liquidity {
    const reader = new NodeReader(node, "liquidity");
    const liquidity = new Liquidity(terms, Book.restore(reader.node("book"), terms));
    fill(liquidity.#taken.Buy, reader.integers("taken_bids"));
    fill(liquidity.#taken.Sell, reader.integers("taken_asks"));
    return liquidity;
  }

  /** Levels of which something was taken, with what is displayed there. */
  #levelsTaken(side: Side): readonly PriceLevel[] {
    const prices = [...this.#taken[side].keys()].map(px);
    return prices.map((price) => ({ price, qty: this.#book.quantityAt(side, price) }));
  }

  /** Levels with something left to take, best first; none while the book is no reference. */
  #within(taker: Side, limit: Px | null): Iterable<PriceLevel> {
    return this.#book.isFresh ? this.#walk(taker, limit) : NOTHING;
  }

  *#walk(taker: Side, limit: Px | null): Generator<PriceLevel, void> {
    const side = oppositeOf(taker);
    const taken = this.#taken[side];
    for (const level of this.#book.levels(side)) {
      if (!reaches(taker, { limit, price: level.price, isBetting: this.#isBetting })) return;
      const left = level.qty - (taken.get(level.price) ?? 0);
      const isPrice = this.#isSigned || level.price > 0;
      if (left > 0 && isPrice) yield { price: level.price, qty: qty(left) };
    }
  }
}

const NOTHING: readonly PriceLevel[] = [];

function forget(taken: Map<number, number>, levels: Levels): void {
  if (taken.size === 0) return;
  for (let at = 0; at < levels.length; at += 2) taken.delete(levels[at] ?? 0);
}

/** Ascending by price, so that equal states give equal checkpoints. */
function flat(taken: ReadonlyMap<number, number>): number[] {
  const rows = [...taken].sort(([first], [second]) => first - second);
  return rows.flatMap(([price, size]) => [price, size]);
}

function fill(taken: Map<number, number>, numbers: readonly number[]): void {
  for (let at = 0; at < numbers.length; at += 2) {
    taken.set(px(numbers[at] ?? 0), qty(numbers[at + 1] ?? 0));
  }
}
