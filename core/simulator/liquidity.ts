/**
 * Displayed liquidity of one instrument: the feed's book, less what was taken here.
 *
 * The feed does not know of the simulated takes, so they are remembered per level, through its
 * changes: a level that grows offers what it has grown by, and one that shrinks below what was taken
 * of it offers nothing. All is new after a gap. A book of a limited depth that does not reach to the
 * level says nothing of it. Nothing displayed is taken twice.
 *
 * Invariant: per level, taken <= displayed; nothing is taken at what is no price of the class, nor
 * while the book is no reference.
 * Bounded: takes at levels that are not shown, by `UNSHOWN_MAX`; the others by the book.
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

/** Levels a side that are remembered while they are not shown: those nearest to the best one. */
export const UNSHOWN_MAX = 1_000;

type Depth = { readonly bids: Levels; readonly asks: Levels };
/** What was taken, per price. */
type Takes = Map<number, number>;

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
  readonly #taken: { readonly Buy: Takes; readonly Sell: Takes };

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

  /** Replaces every level. What was taken of one stays taken, up to what it shows now. */
  applySnapshot(depth: Depth, at: Micros): void {
    this.#book.applySnapshot(depth, at);
    for (const side of SIDES) this.#cutTakes(side);
  }

  /** Sets levels. What was taken of one stays taken, up to what it shows now. */
  applyDelta(depth: Depth, at: Micros): void {
    this.#book.applyDelta(depth, at);
    for (const side of SIDES) this.#cutTakes(side);
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
    restoreTakes(liquidity.#taken.Buy, reader.integers("taken_bids"));
    restoreTakes(liquidity.#taken.Sell, reader.integers("taken_asks"));
    return liquidity;
  }

  /** Cuts takes to what their levels show, and forgets those farthest away of too many unshown. */
  #cutTakes(side: Side): void {
    const taken = this.#taken[side];
    const unshown: number[] = [];
    for (const [price, size] of taken) {
      const shown = this.queueAt(side, px(price));
      if (shown === null) unshown.push(price);
      else if (shown === 0) taken.delete(price);
      else if (shown < size) taken.set(price, shown);
    }
    if (unshown.length <= UNSHOWN_MAX) return;
    const best = this.#book.best(side)?.price ?? 0; // all of them are on one side of it
    unshown.sort((first, second) => Math.abs(first - best) - Math.abs(second - best));
    for (const price of unshown.slice(UNSHOWN_MAX)) taken.delete(price);
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

/** Ascending by price, so that equal states give equal checkpoints. */
function flat(taken: Takes): number[] {
  return [...taken].sort(([first], [second]) => first - second).flat();
}

function restoreTakes(taken: Takes, pairs: readonly number[]): void {
  for (let at = 0; at < pairs.length; at += 2) {
    taken.set(px(pairs[at] ?? 0), qty(pairs[at + 1] ?? 0));
  }
}
