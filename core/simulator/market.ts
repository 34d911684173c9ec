/**
 * Matching of one instrument: own orders against the feed's book and trades. Integers only.
 *
 * Conditions, case by case:
 * - **Taker.** An arriving order walks the displayed levels within its limit, best first, one fill
 *   per level at the level's price. What it took is remembered (see `liquidity.ts`).
 * - **Taker, traded before.** What a trade took that the book does not show yet is gone: of the side
 *   that its taker met all that was better than its price, and so much of the level at its price. It
 *   is what the book says again when the book names the level.
 * - **Maker, queue.** A resting order stands behind the quantity displayed at its price when it
 *   came. A trade at its price by a taker of the other side moves that queue forward; a level that
 *   shrinks below the queue cuts it to the new size (risk-averse: a decrease is taken to be behind
 *   the order as long as it can be). Own orders at one price queue behind each other and share the
 *   quantity of a trade.
 * - **Maker, told twice.** A trade moves a queue once, whichever comes first: its print, or the
 *   change of the book. What the book cuts from a queue is held to be trades whose prints are still
 *   to come; those use it up before they move the queue. What is left of it was cancelled, and ends
 *   when the level has grown, a trade goes through the price, or a gap ends.
 * - **Maker, not shown.** Books may be of a limited depth: what stands at a price worse than the
 *   worst level of its side nobody knows. The queue of an order there stays as it was. One that came
 *   there has an unknown queue, which no trade at its price gets past, until the book names its
 *   level, or is given whole, and reaches to it: then it stands at the end of the level.
 * - **Maker, through.** A trade at a worse price than the order's means that everything at the
 *   order's price is gone: the queue is 0, and the order fills by up to the quantity of the trade.
 * - **Maker, own lots.** What an order took of the other side, on arrival or when the book crossed
 *   it, the venue sells to somebody else and prints. A trade by a taker of the order's own side, or
 *   by one who is unknown, first uses up what was taken at its price and not printed yet; only the
 *   rest of it fills orders of that side. What is left ends when the level has grown, but for what
 *   is still displayed, or a gap ends.
 * - **Maker, crossed.** When the book's other side reaches the order's price, the order fills at
 *   its own price by up to what is displayed there and not yet taken.
 * - **No reference.** Before the first snapshot and from a gap to the next one nothing matches. An
 *   order that comes then has an unknown queue, as above.
 *
 * Invariant: what one trade fills is at most its quantity; what a level fills is at most what it
 * displayed first and what it has grown by since.
 * Ordering: price, then time; a replaced order that loses its place counts as new.
 * Known limits: own orders never match each other and never move the feed's book; a trade whose
 * taker is unknown moves no queue, and takes from no level; quotes match nothing; a print counts as
 * a new trade where the order came, or its level grew, between the change of the book and the print;
 * so does one of lots that were taken, where their level grew before it. To who takes, a print after
 * its change of the book counts twice, until the book names the level again.
 * @module
 */
import type { BookTerms } from "../book.ts";
import type { MarketPayloads } from "../event.ts";
import { oppositeOf, type Side, SIDES } from "../instrument.ts";
import { px, qty } from "../numbers.ts";
import type { Micros, Px, Qty } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import { Liquidity } from "./liquidity.ts";
import { NodeReader } from "../node_reader.ts";
import type { Orders } from "./orders.ts";
import { Resting } from "./resting.ts";
import type { SimOrder } from "./sim_order.ts";

/** One fill. `CumQty` is already raised. */
export type Fill = {
  readonly order: SimOrder;
  readonly price: Px;
  readonly qty: Qty;
  readonly liquidity: "Maker" | "Taker";
};

/** One instrument at the simulated venue. */
export class Market {
  readonly #liquidity: Liquidity;
  readonly #resting: { readonly Buy: Resting; readonly Sell: Resting };
  #nextRank: number;

  constructor(
    of: {
      readonly terms: BookTerms;
      readonly orders: Orders;
      readonly liquidity: Liquidity;
      readonly nextRank: number;
    },
  ) {
    const resting = { orders: of.orders, isBetting: of.terms.assetClass === "betting" };
    this.#resting = { Buy: new Resting("Buy", resting), Sell: new Resting("Sell", resting) };
    this.#liquidity = of.liquidity;
    this.#nextRank = of.nextRank;
  }

  /** Replaces the book and matches what now crosses. */
  applySnapshot(depth: MarketPayloads["BookSnapshot"], at: Micros): Fill[] {
    const stood = this.#liquidity.isFresh;
    this.#liquidity.applySnapshot(depth, at);
    for (const side of SIDES) {
      for (const price of this.#resting[side].prices()) {
        this.#cutQueues(side, price);
        if (!stood) this.#forgetCuts(side, price);
      }
    }
    return this.#matchCrossed();
  }

  /** Changes the book, cuts queues that are longer than their level, matches what now crosses. */
  applyDelta(depth: MarketPayloads["BookDelta"], at: Micros): Fill[] {
    if (!this.#liquidity.isFresh) return [];
    this.#liquidity.applyDelta(depth, at);
    this.#cutNamed("Buy", depth.bids);
    this.#cutNamed("Sell", depth.asks);
    return this.#matchCrossed();
  }

  /** Matches resting orders against a trade; its quantity is shared between them. */
  applyTrade(trade: MarketPayloads["TradePrinted"]): Fill[] {
    const fills: Fill[] = [];
    if (!this.#liquidity.isFresh) return fills;
    let left = trade.qty;
    for (const side of SIDES) {
      const isOurs = trade.side !== oppositeOf(side); // or nobody knows the taker
      const told = isOurs ? this.#liquidity.applyPrint(side, trade) : 0;
      const most = lesser(left, qty(trade.qty - told));
      left = qty(left - most + this.#matchTrade(trade, { side, most, fills }));
    }
    return fills;
  }

  /** The instrument was listed anew. */
  relist(terms: BookTerms): void {
    this.#liquidity.relist(terms);
  }

  /** The feed lost its place: nothing matches until a snapshot. */
  invalidate(): void {
    this.#liquidity.invalidate();
  }

  /** True if a new order would take something at once. */
  isCrossed(side: Side, limit: Px | null): boolean {
    return this.#liquidity.isCrossed(side, limit);
  }

  /** Returns how much of the order could be taken at once. */
  available(order: SimOrder): Qty {
    const of = { limit: order.price, most: order.leavesQty };
    return this.#liquidity.available(order.side, of);
  }

  /** Takes what crosses. */
  take(order: SimOrder): Fill[] {
    const of = { limit: order.price, most: order.leavesQty };
    return this.#liquidity.take(order.side, of).map((level) => {
      order.cumQty = qty(order.cumQty + level.qty);
      return { order, price: level.price, qty: level.qty, liquidity: "Taker" };
    });
  }

  /** Puts an order at the end of the queue of its price. */
  rest(order: SimOrder): void {
    const { side, price } = order;
    if (price === null) return;
    order.rank = this.#nextRank++;
    order.ahead = this.#liquidity.queueAt(side, price);
    order.unprinted = order.ahead ?? qty(0);
    this.#resting[side].add(order);
  }

  /** Puts an order of a checkpoint back, behind those of lower rank: they come first. */
  putBack(order: SimOrder): void {
    this.#resting[order.side].add(order);
  }

  /** Takes an order out. Its price must be that with which it went in. */
  remove(order: SimOrder): void {
    this.#resting[order.side].remove(order);
  }

  checkpoint(): CheckpointNode {
    return { next_rank: this.#nextRank, liquidity: this.#liquidity.checkpoint() };
  }

  /** Returns the market of a checkpoint, its orders not yet put back. */
  static restore(
    node: CheckpointNode,
    of: { readonly orders: Orders; readonly terms: BookTerms },
  ): Market {
    const reader = new NodeReader(node, "market");
    const liquidity = Liquidity.restore(reader.node("liquidity"), of.terms);
    return new Market({ ...of, liquidity, nextRank: reader.integer("next_rank") });
  }

  /** Matches a trade with the resting orders of one side; returns what is left of it. */
  #matchTrade(
    trade: MarketPayloads["TradePrinted"],
    { side, most, fills }: { readonly side: Side; readonly most: Qty; readonly fills: Fill[] },
  ): Qty {
    let left = most;
    for (const order of this.#resting[side].reached(trade.price)) {
      const isThrough = order.price !== trade.price;
      if (!isThrough && trade.side !== oppositeOf(side)) break;
      if (isThrough) endQueue(order);
      else left = this.#moveQueue(order, left);
      left = qty(left - this.#fill(order, { most: left, fills }));
    }
    return left;
  }

  /** Cuts the queues at the levels that a change names. */
  #cutNamed(side: Side, levels: readonly number[]): void {
    if (this.#resting[side].isEmpty) return;
    for (let at = 0; at < levels.length; at += 2) this.#cutQueues(side, px(levels[at] ?? 0));
  }

  /** Cuts the queues at a price to what the new book displays there; what nobody knew is known now. */
  #cutQueues(side: Side, price: Px): void {
    if (!this.#resting[side].has(price)) return;
    const displayed = this.#liquidity.queueAt(side, price);
    if (displayed === null) return; // not shown is not empty: the queue is where it was
    for (const order of this.#resting[side].at(price)) cutQueue(order, displayed);
  }

  /** What was traded in a gap is not printed after it: only what is displayed must still trade. */
  #forgetCuts(side: Side, price: Px): void {
    for (const order of this.#resting[side].at(price)) order.unprinted = order.ahead ?? qty(0);
  }

  /** Eats the queue before an order, for it and for those behind it; returns what is left. */
  #moveQueue(order: SimOrder, left: Qty): Qty {
    if (order.ahead === null) return qty(0); // who knows what stands before it
    const eaten = lesser(order.unprinted, left);
    if (eaten === 0) return left;
    for (const other of this.#resting[order.side].from(order)) eatQueue(other, eaten);
    return qty(left - eaten);
  }

  /** Fills a resting order at its own price; returns the quantity. */
  #fill(order: SimOrder, of: { readonly most: Qty; readonly fills: Fill[] }): Qty {
    const size = lesser(order.leavesQty, of.most);
    if (size === 0 || order.price === null) return qty(0);
    order.cumQty = qty(order.cumQty + size);
    of.fills.push({ order, price: order.price, qty: size, liquidity: "Maker" });
    if (order.leavesQty === 0) this.remove(order);
    return size;
  }

  /** Orders that the other side of the book reaches, in order. */
  #crossed(side: Side): readonly SimOrder[] {
    const best = this.#resting[side].isEmpty ? undefined : this.#liquidity.bestFor(side);
    return best === undefined ? [] : this.#resting[side].reached(best);
  }

  #matchCrossed(): Fill[] {
    const fills: Fill[] = [];
    for (const side of SIDES) {
      for (const order of this.#crossed(side)) {
        const of = { limit: order.price, most: order.leavesQty };
        for (const level of this.#liquidity.take(side, of)) {
          cutQueue(order, qty(0)); // who stood before it has traded: the prints may be to come
          this.#fill(order, { most: level.qty, fills });
        }
      }
    }
    return merged(fills);
  }
}

/**
 * The book displays so much at the order's price. A decrease may be a trade whose print is still to
 * come, and which must not move the queue again; a level that has grown since speaks of other lots.
 */
function cutQueue(order: SimOrder, displayed: Qty): void {
  const { ahead } = order;
  order.ahead = lesser(ahead ?? displayed, displayed);
  if (ahead === null || displayed > ahead) order.unprinted = order.ahead;
}

/** So much was traded before the order: first what the book took already, then what stands there. */
function eatQueue(order: SimOrder, eaten: Qty): void {
  if (order.ahead === null) return;
  order.unprinted = qty(order.unprinted > eaten ? order.unprinted - eaten : 0);
  order.ahead = lesser(order.ahead, order.unprinted);
}

/** A trade went through the order's price: nobody is left before it. */
function endQueue(order: SimOrder): void {
  order.ahead = qty(0);
  order.unprinted = qty(0);
}

/** One fill per order: all of them are at the order's own price. */
function merged(fills: readonly Fill[]): Fill[] {
  const sums = new Map<number, Fill>();
  for (const fill of fills) {
    const { slot } = fill.order;
    const sum = sums.get(slot);
    sums.set(slot, sum === undefined ? fill : { ...fill, qty: qty(sum.qty + fill.qty) });
  }
  return [...sums.values()];
}

function lesser(first: Qty, second: Qty): Qty {
  return first < second ? first : second;
}
