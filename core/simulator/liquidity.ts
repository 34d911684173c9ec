/**
 * Displayed liquidity of one instrument: the feed's book, less what was taken here, and less what trades
 * took and the book does not show yet.
 *
 * The feed does not know of the simulated takes, so they are remembered per level, through its
 * changes: a level that grows offers what it has grown by, and one that shrinks below what was taken
 * of it offers nothing. All is new after a gap. A book of a limited depth that does not reach to the
 * level says nothing of it. Nothing displayed is taken twice.
 *
 * The lots that were taken here trade at the venue too, and are printed. Until such a print comes
 * they are remembered as `unprinted`, also when their level is gone; where the level grows, those
 * that it does not show any more were cancelled, or their prints are late.
 *
 * A trade whose taker is known may be told before its change of the book. Of the other side all that
 * was better than its price is gone then, and so much of the level at its price, until the book names
 * the level.
 *
 * Invariant: per level, taken + gone <= displayed; nothing is taken at what is no price of the class, nor
 * while the book is no reference.
 * Bounded: takes at levels that are not shown, or gone, by `UNSHOWN_MAX`; the others by the book.
 * Known limit: quotes are not liquidity; a feed without depth has none.
 * @module
 */
import { Book, type BookTerms } from "../book.ts";
import type { Levels, MarketPayloads } from "../event.ts";
import { oppositeOf, type Side, SIDES } from "../instrument.ts";
import { px, qty } from "../numbers.ts";
import type { Micros, Px, Qty } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { PriceLevel } from "../view.ts";
import { NodeReader } from "../node_reader.ts";

/** Levels a side that are remembered while they are not there: those nearest to the best one. */
export const UNSHOWN_MAX = 1_000;

type Depth = { readonly bids: Levels; readonly asks: Levels };
/** What was taken of a level, quanta. */
type Take = {
  /** What of it is still displayed. */
  readonly qty: number;
  /** What no print has told yet, at least. */
  readonly unprinted: number;
  /** What the level displayed when it was last shown. */
  readonly displayed: number;
};
type Takes = Map<number, Take>;

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
  /** What trades took of levels, by price, since the book named them. */
  readonly #gone: { readonly Buy: Map<number, number>; readonly Sell: Map<number, number> };

  readonly #isBetting: boolean;
  /** Of a spread, which may be worth nothing or less. */
  readonly #isSigned: boolean;

  constructor(terms: BookTerms, book: Book = new Book(terms)) {
    this.#book = book;
    this.#isBetting = terms.assetClass === "betting";
    this.#isSigned = terms.assetClass === "linear";
    this.#taken = { Buy: new Map(), Sell: new Map() };
    this.#gone = { Buy: new Map(), Sell: new Map() };
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
    for (const side of SIDES) {
      this.#gone[side].clear();
      this.#cutTakes(side);
    }
  }

  /** Sets levels. What was taken of one stays taken, up to what it shows now. */
  applyDelta(depth: Depth, at: Micros): void {
    this.#book.applyDelta(depth, at);
    for (const side of SIDES) {
      this.#forgetGone(side, side === "Buy" ? depth.bids : depth.asks);
      this.#cutTakes(side);
    }
  }

  /** The feed lost its place: whatever it shows next is new. */
  invalidate(): void {
    this.#book.invalidate();
    for (const side of SIDES) {
      this.#taken[side].clear();
      this.#gone[side].clear();
    }
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
    const side = oppositeOf(taker);
    const taken = this.#taken[side];
    let left: number = of.most;
    for (const level of this.#within(taker, of.limit)) {
      if (left === 0) break;
      const size = level.qty < left ? level.qty : left;
      const before = taken.get(level.price) ?? NO_TAKE;
      taken.set(level.price, {
        qty: before.qty + size,
        unprinted: before.unprinted + size,
        displayed: this.#book.quantityAt(side, level.price),
      });
      takes.push({ price: level.price, qty: qty(size) });
      left -= size;
    }
    return takes;
  }

  /**
   * A trade by a taker of this side, or an unknown one, is printed. Uses up what was taken at its price
   * by us and not printed; returns how much of the trade that was. The rest took what is displayed.
   */
  applyPrint(taker: Side, trade: MarketPayloads["TradePrinted"]): Qty {
    const told = this.#tell(taker, trade);
    if (trade.side === taker) this.#thin(taker, { price: trade.price, qty: trade.qty - told });
    return told;
  }

  checkpoint(): CheckpointNode {
    return {
      book: this.#book.checkpoint(),
      taken_bids: flat(this.#taken.Buy),
      taken_asks: flat(this.#taken.Sell),
      unprinted_bids: unprintedOf(this.#taken.Buy),
      unprinted_asks: unprintedOf(this.#taken.Sell),
      displayed_bids: displayedOf(this.#taken.Buy),
      displayed_asks: displayedOf(this.#taken.Sell),
      gone_bids: ascending(this.#gone.Buy).flat(),
      gone_asks: ascending(this.#gone.Sell).flat(),
    };
  }

  static restore(node: CheckpointNode, terms: BookTerms): Liquidity {
    const reader = new NodeReader(node, "liquidity");
    const liquidity = new Liquidity(terms, Book.restore(reader.node("book"), terms));
    liquidity.#restoreTakes("Buy", { reader, name: "bids" });
    liquidity.#restoreTakes("Sell", { reader, name: "asks" });
    return liquidity;
  }

  /**
   * In older checkpoints every level is shown, nothing was printed of what was taken of it, and no
   * trade took anything.
   */
  #restoreTakes(
    side: Side,
    { reader, name }: { readonly reader: NodeReader; readonly name: "bids" | "asks" },
  ): void {
    const taken = reader.integers(`taken_${name}`);
    const optional = (field: string): readonly number[] =>
      reader.has(`${field}_${name}`) ? reader.integers(`${field}_${name}`) : [];
    const [unprinted, displayed] = [optional("unprinted"), optional("displayed")];
    for (let at = 0; at < taken.length; at += 2) {
      const price = px(taken[at] ?? 0);
      const size = qty(taken[at + 1] ?? 0);
      this.#taken[side].set(price, {
        qty: size,
        unprinted: qty(unprinted[at / 2] ?? size),
        displayed: qty(displayed[at / 2] ?? this.#book.quantityAt(side, price)),
      });
    }
    const gone = optional("gone");
    for (let at = 0; at < gone.length; at += 2) {
      this.#gone[side].set(px(gone[at] ?? 0), qty(gone[at + 1] ?? 0));
    }
  }

  #tell(taker: Side, trade: PriceLevel): Qty {
    const taken = this.#taken[oppositeOf(taker)];
    const take = taken.get(trade.price);
    if (take === undefined) return qty(0);
    const told = take.unprinted < trade.qty ? take.unprinted : trade.qty;
    keep(taken, { price: trade.price, take: { ...take, unprinted: take.unprinted - told } });
    return qty(told);
  }

  /** The book does not show yet what a trade took. */
  #thin(taker: Side, trade: { readonly price: Px; readonly qty: number }): void {
    const side = oppositeOf(taker);
    const gone = this.#gone[side];
    for (const { price, qty: displayed } of this.#book.levels(side)) {
      if (!reaches(taker, { limit: trade.price, price, isBetting: this.#isBetting })) return;
      const left = displayed - (this.#taken[side].get(price)?.qty ?? 0);
      const before = gone.get(price) ?? 0;
      const after = price === trade.price ? Math.min(left, before + trade.qty) : left;
      if (after > 0) gone.set(price, after);
    }
  }

  /** The book says of these levels what is there now. */
  #forgetGone(side: Side, levels: Levels): void {
    const gone = this.#gone[side];
    if (gone.size === 0) return;
    for (let at = 0; at < levels.length; at += 2) gone.delete(levels[at] ?? 0);
  }

  /** Cuts takes to what their levels show, and forgets those farthest away of too many not there. */
  #cutTakes(side: Side): void {
    const taken = this.#taken[side];
    const unshown: number[] = [];
    for (const [price, take] of taken) {
      const shown = this.queueAt(side, px(price));
      if (shown !== null) keep(taken, { price, take: nextTake(take, shown) });
      if (shown === null || shown === 0) unshown.push(price);
    }
    if (unshown.length <= UNSHOWN_MAX) return;
    const best = this.#book.best(side)?.price ?? 0;
    unshown.sort((first, second) => Math.abs(first - best) - Math.abs(second - best));
    for (const price of unshown.slice(UNSHOWN_MAX)) taken.delete(price);
  }

  /** Levels with something left to take, best first; none while the book is no reference. */
  #within(taker: Side, limit: Px | null): Iterable<PriceLevel> {
    return this.#book.isFresh ? this.#walk(taker, limit) : NOTHING;
  }

  *#walk(taker: Side, limit: Px | null): Generator<PriceLevel, void> {
    const side = oppositeOf(taker);
    const [taken, gone] = [this.#taken[side], this.#gone[side]];
    for (const level of this.#book.levels(side)) {
      if (!reaches(taker, { limit, price: level.price, isBetting: this.#isBetting })) return;
      const { price } = level;
      const left = level.qty - (taken.get(price)?.qty ?? 0) - (gone.get(price) ?? 0);
      const isPrice = this.#isSigned || price > 0;
      if (left > 0 && isPrice) yield { price, qty: qty(left) };
    }
  }
}

const NOTHING: readonly PriceLevel[] = [];
const NO_TAKE: Take = { qty: 0, unprinted: 0, displayed: 0 };

/** The take at a level that now shows so much. What a level has grown by is not of it. */
function nextTake({ qty: size, unprinted, displayed }: Take, shown: number): Take {
  const left = Math.min(size, shown);
  return {
    qty: left,
    unprinted: shown > displayed ? Math.min(unprinted, left) : unprinted,
    displayed: shown,
  };
}

/** Sets a take; one of which nothing is left is forgotten. */
function keep(
  taken: Takes,
  { price, take }: { readonly price: number; readonly take: Take },
): void {
  if (take.qty > 0 || take.unprinted > 0) taken.set(price, take);
  else taken.delete(price);
}

/** Ascending by price, so that equal states give equal checkpoints. */
function ascending<Value>(by: ReadonlyMap<number, Value>): [price: number, value: Value][] {
  return [...by].sort(([first], [second]) => first - second);
}

function flat(taken: Takes): number[] {
  return ascending(taken).flatMap(([price, take]) => [price, take.qty]);
}

/** In the order of `flat`. */
function unprintedOf(taken: Takes): number[] {
  return ascending(taken).map(([, take]) => take.unprinted);
}

/** In the order of `flat`. */
function displayedOf(taken: Takes): number[] {
  return ascending(taken).map(([, take]) => take.displayed);
}
