/**
 * Displayed liquidity of one instrument: the feed's book, less what was taken here.
 *
 * The feed does not know of the simulated takes, so they are remembered per level until the feed
 * says something new about that level: a change that names it, a snapshot in which it is larger or
 * smaller, or anything after a gap. A book of a limited depth that does not reach to the level says
 * nothing of it, neither by the snapshot or change after which it does not, nor by the one that
 * shows it again as it was. Nothing displayed is taken twice.
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
/** What was taken of a level, of what it displayed when it was last shown. */
type Take = { readonly qty: number; readonly displayed: number };
type Takes = Map<number, Take>;
/** Whether the book says what stands there, per price that a change names. */
type Sight = ReadonlyMap<number, boolean>;

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

  /** Replaces every level. What was taken of one stays taken until it is shown in another size. */
  applySnapshot(depth: Depth, at: Micros): void {
    this.#book.applySnapshot(depth, at);
    for (const side of SIDES) this.#forgetChanged(side);
  }

  /** Sets levels. What was taken of them is there again, but for those that left the sight or return. */
  applyDelta(depth: Depth, at: Micros): void {
    const bids = this.#sightOf("Buy", depth.bids);
    const asks = this.#sightOf("Sell", depth.asks);
    this.#book.applyDelta(depth, at);
    this.#forgetNamed("Buy", bids);
    this.#forgetNamed("Sell", asks);
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
      const before = taken.get(level.price)?.qty ?? 0;
      taken.set(level.price, { qty: before + size, displayed: before + level.qty });
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
      displayed_bids: displayedOf(this.#taken.Buy),
      displayed_asks: displayedOf(this.#taken.Sell),
    };
  }

  static restore(node: CheckpointNode, terms: BookTerms): Liquidity {
    const reader = new NodeReader(node, "liquidity");
    const liquidity = new Liquidity(terms, Book.restore(reader.node("book"), terms));
    liquidity.#restoreTakes("Buy", { reader, name: "bids" });
    liquidity.#restoreTakes("Sell", { reader, name: "asks" });
    return liquidity;
  }

  /** In older checkpoints every level is shown of which something was taken. */
  #restoreTakes(
    side: Side,
    { reader, name }: { readonly reader: NodeReader; readonly name: "bids" | "asks" },
  ): void {
    const taken = reader.integers(`taken_${name}`);
    const displayed = reader.has(`displayed_${name}`) ? reader.integers(`displayed_${name}`) : [];
    for (let at = 0; at < taken.length; at += 2) {
      const price = px(taken[at] ?? 0);
      this.#taken[side].set(price, {
        qty: qty(taken[at + 1] ?? 0),
        displayed: qty(displayed[at / 2] ?? this.#book.quantityAt(side, price)),
      });
    }
  }

  /** Of the levels that a change names, those of which something was taken. */
  #sightOf(side: Side, levels: Levels): Sight {
    const taken = this.#taken[side];
    if (taken.size === 0) return NO_SIGHT;
    const sight = new Map<number, boolean>();
    for (let at = 0; at < levels.length; at += 2) {
      const price = levels[at] ?? 0;
      if (taken.has(price)) sight.set(price, this.queueAt(side, px(price)) !== null);
    }
    return sight;
  }

  /**
   * Forgets takes at levels that a change named. Where it took one out of sight or back into it, that
   * may be the edge of the book that moved: there its size decides, as after a snapshot.
   */
  #forgetNamed(side: Side, before: Sight): void {
    const taken = this.#taken[side];
    if (taken.size === 0) return;
    for (const [price, wasInSight] of before) {
      const isInSight = this.queueAt(side, px(price)) !== null;
      if (isInSight === wasInSight) taken.delete(price);
    }
    this.#forgetChanged(side);
  }

  /** Forgets takes at levels that show another size, and those farthest away of too many unshown. */
  #forgetChanged(side: Side): void {
    const taken = this.#taken[side];
    const unshown: number[] = [];
    for (const [price, { displayed }] of taken) {
      const shown = this.queueAt(side, px(price));
      if (shown === null) unshown.push(price);
      else if (shown !== displayed) taken.delete(price);
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
      const left = level.qty - (taken.get(level.price)?.qty ?? 0);
      const isPrice = this.#isSigned || level.price > 0;
      if (left > 0 && isPrice) yield { price: level.price, qty: qty(left) };
    }
  }
}

const NOTHING: readonly PriceLevel[] = [];
const NO_SIGHT: Sight = new Map();

/** Ascending by price, so that equal states give equal checkpoints. */
function sorted(taken: Takes): (readonly [price: number, take: Take])[] {
  return [...taken].sort(([first], [second]) => first - second);
}

function flat(taken: Takes): number[] {
  return sorted(taken).flatMap(([price, take]) => [price, take.qty]);
}

/** In the order of `flat`. */
function displayedOf(taken: Takes): number[] {
  return sorted(taken).map(([, take]) => take.displayed);
}
