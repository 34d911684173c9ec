/**
 * Matching of one instrument: own orders against the feed's book and trades. Integers only.
 *
 * Conditions, case by case:
 * - **Taker.** An arriving order walks the displayed levels within its limit, best first, one fill
 *   per level at the level's price. What it took is remembered (see `liquidity.ts`).
 * - **Maker, queue.** A resting order stands behind the quantity displayed at its price when it
 *   came. A trade at its price by a taker of the other side moves that queue forward; a level that
 *   shrinks below the queue cuts it to the new size (risk-averse: a decrease is taken to be behind
 *   the order as long as it can be). Own orders at one price queue behind each other and share the
 *   quantity of a trade.
 * - **Maker, through.** A trade at a worse price than the order's means that everything at the
 *   order's price is gone: the queue is 0, and the order fills by up to the quantity of the trade.
 * - **Maker, crossed.** When the book's other side reaches the order's price, the order fills at
 *   its own price by up to what is displayed there and not yet taken.
 * - **No reference.** Before the first snapshot and from a gap to the next one nothing matches. An
 *   order that comes then has no queue; the next snapshot puts it at the end of its level.
 *
 * Invariant: what one trade fills is at most its quantity; what a level fills between two updates
 * of it is at most what it displayed.
 * Ordering: price, then time; a replaced order that loses its place counts as new.
 * Known limits: own orders never match each other and never move the feed's book; a trade whose
 * taker is unknown moves no queue; quotes match nothing.
 * @module
 */
import type { MarketPayloads } from "../event.ts";
import type { Side } from "../instrument.ts";
import { px, qty } from "../numbers.ts";
import type { Micros, Px, Qty } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import { Liquidity, oppositeOf, reaches } from "./liquidity.ts";
import { NodeReader } from "../node_reader.ts";
import { leavesOf } from "./sim_order.ts";
import type { SimOrder } from "./sim_order.ts";

/** One fill. `CumQty` is already raised. */
export type Fill = {
  readonly order: SimOrder;
  readonly price: Px;
  readonly qty: Qty;
  readonly liquidity: "Maker" | "Taker";
};

/** A resting order has a price. */
type Resting = SimOrder & { price: Px };

const SIDES = ["Buy", "Sell"] as const satisfies readonly Side[];

/** One instrument at the simulated venue. */
export class Market {
  readonly #liquidity: Liquidity;
  readonly #resting: { readonly Buy: Resting[]; readonly Sell: Resting[] } = { Buy: [], Sell: [] };
  #nextRank: number;

  constructor(of: { readonly liquidity: Liquidity; readonly nextRank: number }) {
    this.#liquidity = of.liquidity;
    this.#nextRank = of.nextRank;
  }

  /** Replaces the book and matches what now crosses. */
  applySnapshot(depth: MarketPayloads["BookSnapshot"], at: Micros): Fill[] {
    this.#liquidity.applySnapshot(depth, at);
    for (const side of SIDES) {
      for (const order of this.#resting[side]) {
        const displayed = this.#liquidity.displayedAt(side, order.price);
        order.ahead = order.ahead === null ? displayed : lesser(order.ahead, displayed);
      }
    }
    return this.#matchCrossed();
  }

  /** Changes the book, cuts queues that are longer than their level, matches what now crosses. */
  applyDelta(depth: MarketPayloads["BookDelta"], at: Micros): Fill[] {
    if (!this.#liquidity.isFresh) return [];
    this.#liquidity.applyDelta(depth, at);
    this.#cutQueues("Buy", depth.bids);
    this.#cutQueues("Sell", depth.asks);
    return this.#matchCrossed();
  }

  /** Matches resting orders against a trade; its quantity is shared between them. */
  applyTrade(trade: MarketPayloads["TradePrinted"]): Fill[] {
    const fills: Fill[] = [];
    if (!this.#liquidity.isFresh) return fills;
    let left = trade.qty;
    for (const side of SIDES) {
      for (const order of this.#reached(side, trade.price)) {
        const isThrough = order.price !== trade.price;
        if (!isThrough && trade.side !== oppositeOf(side)) break;
        if (isThrough) order.ahead = qty(0);
        else left = this.#moveQueue(order, left);
        left = qty(left - this.#fill(order, { most: left, fills }));
      }
    }
    return fills;
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
    const of = { limit: order.price, most: leavesOf(order) };
    return this.#liquidity.available(order.side, of);
  }

  /** Takes what crosses. */
  take(order: SimOrder): Fill[] {
    const of = { limit: order.price, most: leavesOf(order) };
    return this.#liquidity.take(order.side, of).map((level) => {
      order.cumQty = qty(order.cumQty + level.qty);
      return { order, price: level.price, qty: level.qty, liquidity: "Taker" };
    });
  }

  /** Puts an order at the end of the queue of its price. */
  rest(order: SimOrder): void {
    if (!isPriced(order)) return;
    order.rank = this.#nextRank++;
    order.ahead = this.#liquidity.isFresh
      ? this.#liquidity.displayedAt(order.side, order.price)
      : null;
    this.#insert(order);
  }

  /** Puts an order of a checkpoint back where it was. */
  putBack(order: SimOrder): void {
    if (isPriced(order)) this.#insert(order);
  }

  /** Takes an order out. Its price and rank must be those with which it went in. */
  remove(order: SimOrder): void {
    if (!isPriced(order)) return;
    const orders = this.#resting[order.side];
    const at = placeOf(orders, order);
    if (orders[at] === order) orders.splice(at, 1);
  }

  checkpoint(): CheckpointNode {
    return { next_rank: this.#nextRank, liquidity: this.#liquidity.checkpoint() };
  }

  /** Returns the market of a checkpoint, its orders not yet put back. */
  static restore(node: CheckpointNode): Market {
    const reader = new NodeReader(node, "market");
    const liquidity = Liquidity.restore(reader.node("liquidity"));
    return new Market({ liquidity, nextRank: reader.integer("next_rank") });
  }

  #insert(order: Resting): void {
    const orders = this.#resting[order.side];
    orders.splice(placeOf(orders, order), 0, order);
  }

  /** Orders that may trade at a price, in order: a copy, since fills take orders out. */
  #reached(side: Side, price: Px): Resting[] {
    const orders = this.#resting[side];
    let count = 0;
    for (const order of orders) {
      if (!reaches(side, { limit: order.price, price })) break;
      count++;
    }
    return orders.slice(0, count);
  }

  #cutQueues(side: Side, levels: readonly number[]): void {
    const orders = this.#resting[side];
    if (orders.length === 0) return;
    for (let at = 0; at < levels.length; at += 2) {
      const price = px(levels[at] ?? 0);
      const size = qty(levels[at + 1] ?? 0);
      for (let place = placeOf(orders, { side, price, rank: 0 });; place++) {
        const order = orders[place];
        if (order === undefined || order.price !== price) break;
        if (order.ahead !== null) order.ahead = lesser(order.ahead, size);
      }
    }
  }

  /** Eats the queue before an order, for it and for those behind it; returns what is left. */
  #moveQueue(order: Resting, left: Qty): Qty {
    const eaten = lesser(order.ahead ?? qty(0), left);
    const orders = this.#resting[order.side];
    for (let place = placeOf(orders, order); eaten > 0; place++) {
      const other = orders[place];
      if (other === undefined || other.price !== order.price) break;
      if (other.ahead !== null) other.ahead = qty(other.ahead > eaten ? other.ahead - eaten : 0);
    }
    return qty(left - eaten);
  }

  /** Fills a resting order at its own price; returns the quantity. */
  #fill(order: Resting, of: { readonly most: Qty; readonly fills: Fill[] }): Qty {
    const size = lesser(leavesOf(order), of.most);
    if (size === 0) return size;
    order.cumQty = qty(order.cumQty + size);
    of.fills.push({ order, price: order.price, qty: size, liquidity: "Maker" });
    if (leavesOf(order) === 0) this.remove(order);
    return size;
  }

  /** Orders that the other side of the book reaches, in order. */
  #crossed(side: Side): Resting[] {
    const best = this.#resting[side].length > 0 ? this.#liquidity.bestFor(side) : undefined;
    return best === undefined ? [] : this.#reached(side, best);
  }

  #matchCrossed(): Fill[] {
    const fills: Fill[] = [];
    for (const side of SIDES) {
      for (const order of this.#crossed(side)) {
        const of = { limit: order.price, most: leavesOf(order) };
        for (const level of this.#liquidity.take(side, of)) {
          order.ahead = qty(0);
          this.#fill(order, { most: level.qty, fills });
        }
      }
    }
    return merged(fills);
  }
}

/** One fill per order: all of them are at the order's own price. */
function merged(fills: readonly Fill[]): Fill[] {
  const sums = new Map<SimOrder, Fill>();
  for (const fill of fills) {
    const sum = sums.get(fill.order);
    sums.set(fill.order, sum === undefined ? fill : { ...fill, qty: qty(sum.qty + fill.qty) });
  }
  return [...sums.values()];
}

type Place = Pick<Resting, "side" | "price" | "rank">;

/** Index of the first order that does not come before this place. */
function placeOf(orders: readonly Resting[], place: Place): number {
  let low = 0;
  let high = orders.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const order = orders[middle];
    if (order !== undefined && comesBefore(order, place)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function comesBefore(first: Place, second: Place): boolean {
  if (first.price === second.price) return first.rank < second.rank;
  return first.side === "Buy" ? first.price > second.price : first.price < second.price;
}

function isPriced(order: SimOrder): order is Resting {
  return order.price !== null;
}

function lesser(first: Qty, second: Qty): Qty {
  return first < second ? first : second;
}
