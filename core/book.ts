/**
 * The L2 book of one instrument, as its feed tells it.
 *
 * Invariant: after a snapshot and deltas each level holds exactly what the feed said last; crossed
 * sides are kept as given. A quote is a book of one level a side, while the feed has not sent a
 * snapshot in this run. Deltas before a snapshot, or after a gap, change nothing.
 *
 * Where the instrument's ladder is bounded, a side is an array by tick, and prices that the ladder
 * does not have are counted and ignored; elsewhere it is a window. In a betting market the best bid
 * is the lowest odds and the best offer the highest: there the sides are exchanged.
 * @module
 */
import { BookSide } from "./book_side.ts";
import type { Levels, MarketPayloads } from "./event.ts";
import type { Instrument, Side } from "./instrument.ts";
import { invariant } from "./invariant.ts";
import { type Micros, micros, type Px, type Qty, qty } from "./numbers.ts";
import { NodeReader } from "./node_reader.ts";
import { TickSide, TickTable } from "./tick_ladder.ts";
import type { CheckpointNode } from "./timeline.ts";
import type { BookView, PriceLevel } from "./view.ts";

/** Furthest price of a level: half of the safe integers, so that distances are exact too. */
export const LEVEL_PRICE_MAX = 4_503_599_627_370_496;

/** What a book must know of its instrument. */
export type BookTerms = Pick<Instrument, "assetClass" | "priceRule">;

/** Book of one instrument. */
export class Book implements BookView {
  #bids: TickSide | BookSide;
  #asks: TickSide | BookSide;
  #hasDepth = false;
  #isFresh = false;
  #lastTradeUs: Micros | null = null;
  #updatedUs: Micros | null = null;

  /** Without terms: an unbounded ladder on which the highest bid is the best. */
  constructor(terms?: BookTerms) {
    this.#bids = sideOf("Buy", terms);
    this.#asks = sideOf("Sell", terms);
  }

  get isFresh(): boolean {
    return this.#isFresh;
  }

  get hasDepth(): boolean {
    return this.#hasDepth;
  }

  /** Prices so far that a bounded ladder does not have. */
  get offLadder(): number {
    return offLadderOf(this.#bids) + offLadderOf(this.#asks);
  }

  get lastTradeUs(): Micros | null {
    return this.#lastTradeUs;
  }

  get updatedUs(): Micros | null {
    return this.#updatedUs;
  }

  /** Replaces every level; the book is fresh after it. */
  applySnapshot(levels: { readonly bids: Levels; readonly asks: Levels }, at: Micros): void {
    assertLevels(levels.bids);
    assertLevels(levels.asks);
    this.#bids.clear();
    this.#asks.clear();
    this.#bids.setAll(levels.bids);
    this.#asks.setAll(levels.asks);
    this.#hasDepth = true;
    this.#isFresh = true;
    this.#updatedUs = at;
  }

  /** Sets the named levels; a quantity of 0 removes one. Changes nothing while not fresh. */
  applyDelta(levels: { readonly bids: Levels; readonly asks: Levels }, at: Micros): void {
    assertLevels(levels.bids);
    assertLevels(levels.asks);
    if (!this.#hasDepth || !this.#isFresh) return;
    this.#bids.setAll(levels.bids);
    this.#asks.setAll(levels.asks);
    this.#updatedUs = at;
  }

  /** Takes best bid and offer as the reference, if the feed has not sent a snapshot. */
  applyQuote(quote: MarketPayloads["QuoteUpdated"], at: Micros): void {
    assertLevels([quote.bidPx ?? 0, quote.bidQty, quote.askPx ?? 0, quote.askQty]);
    if (this.#hasDepth) return;
    this.#bids.clear();
    this.#asks.clear();
    if (quote.bidPx !== null) this.#bids.set({ price: quote.bidPx, qty: quote.bidQty });
    if (quote.askPx !== null) this.#asks.set({ price: quote.askPx, qty: quote.askQty });
    this.#isFresh = true;
    this.#updatedUs = at;
  }

  /** Notes the time of a trade. */
  applyTrade(at: Micros): void {
    this.#lastTradeUs = at;
  }

  /** The feed lost its place: no reference until the next snapshot (or quote, without depth). */
  invalidate(): void {
    this.#isFresh = false;
  }

  /** The feed is gone for good: the next may have depth, or quotes alone. Levels stay until then. */
  endFeed(): void {
    this.#isFresh = false;
    this.#hasDepth = false;
  }

  /** The instrument was listed anew: levels that its ladder has no more are gone. */
  relist(terms: BookTerms): void {
    const [bids, asks] = [flat(this.#bids.levels()), flat(this.#asks.levels())];
    this.#bids = sideOf("Buy", terms);
    this.#asks = sideOf("Sell", terms);
    this.#bids.setAll(bids);
    this.#asks.setAll(asks);
  }

  /** Returns the quantity displayed at a price; 0 where there is no level. */
  quantityAt(side: Side, price: Px): Qty {
    return qty(this.#side(side).quantityAt(price));
  }

  /**
   * True unless the price is worse than the worst level of its side. Books of a limited depth do not
   * say what stands there. A side without levels shows that nobody is there.
   */
  covers(side: Side, price: Px): boolean {
    return this.#side(side).covers(price);
  }

  /** Levels, best first. The book must not change while they are read. */
  levels(side: Side): Generator<PriceLevel, void> {
    return this.#side(side).levels();
  }

  top(side: Side, depth: number): readonly PriceLevel[] {
    const levels: PriceLevel[] = [];
    if (depth <= 0) return levels;
    for (const level of this.levels(side)) {
      levels.push(level);
      if (levels.length >= depth) break;
    }
    return levels;
  }

  best(side: Side): PriceLevel | undefined {
    return this.#side(side).best();
  }

  /** Returns the whole state, levels best first. */
  checkpoint(): CheckpointNode {
    return {
      has_depth: this.#hasDepth,
      is_fresh: this.#isFresh,
      last_trade_us: this.#lastTradeUs,
      updated_us: this.#updatedUs,
      bids: flat(this.levels("Buy")),
      asks: flat(this.levels("Sell")),
    };
  }

  /**
   * Returns the book of a checkpoint.
   * @throws {RangeError | InvariantError} If the document is not one.
   */
  static restore(node: CheckpointNode, terms?: BookTerms): Book {
    const saved = new NodeReader(node);
    const [bids, asks] = [saved.integers("bids"), saved.integers("asks")];
    assertLevels(bids);
    assertLevels(asks);
    const book = new Book(terms);
    book.#hasDepth = saved.flag("has_depth");
    book.#isFresh = saved.flag("is_fresh");
    book.#lastTradeUs = timeOf(saved.integerOrNull("last_trade_us"));
    book.#updatedUs = timeOf(saved.integerOrNull("updated_us"));
    book.#bids.setAll(bids);
    book.#asks.setAll(asks);
    return book;
  }

  #side(side: Side): TickSide | BookSide {
    return side === "Buy" ? this.#bids : this.#asks;
  }
}

/** Makes an empty side. Odds are better for who backs the higher they are. */
function sideOf(side: Side, terms: BookTerms | undefined): TickSide | BookSide {
  const isHighest = (side === "Buy") !== (terms?.assetClass === "betting");
  const table = terms === undefined ? undefined : TickTable.of(terms.priceRule);
  if (table === undefined) return new BookSide(isHighest ? "Buy" : "Sell");
  return new TickSide(table, isHighest ? "highest" : "lowest");
}

function offLadderOf(side: TickSide | BookSide): number {
  return side instanceof TickSide ? side.offLadder : 0;
}

function assertLevels(levels: Levels): void {
  invariant(levels.length % 2 === 0, "Levels must come in pairs of price and quantity");
  for (let at = 0; at < levels.length; at += 2) {
    const price = levels[at] ?? 0;
    const quantity = levels[at + 1] ?? -1;
    const isPrice = Number.isSafeInteger(price) && Math.abs(price) <= LEVEL_PRICE_MAX;
    invariant(isPrice, "A level's price must be an integer within 2^52");
    invariant(Number.isSafeInteger(quantity) && quantity >= 0, "A level's quantity must be a Qty");
  }
}

function flat(levels: Iterable<PriceLevel>): number[] {
  const numbers: number[] = [];
  for (const level of levels) numbers.push(level.price, level.qty);
  return numbers;
}

function timeOf(us: number | null): Micros | null {
  return us === null ? null : micros(us);
}
