/**
 * Resting orders of one side: price, then time, one queue for each price.
 *
 * Ordering: best price first; in a queue as they came. An order enters and leaves in a few steps,
 * however many there are at its price.
 * @module
 */
import type { Side } from "../instrument.ts";
import type { Px } from "../numbers.ts";
import { reaches } from "./liquidity.ts";
import type { Orders } from "./orders.ts";
import type { SimOrder } from "./sim_order.ts";

/** A queue: slots of its ends; those between are linked. */
type Queue = { readonly price: Px; first: number; last: number };

/** Queues of one side. */
export class Resting {
  readonly #side: Side;
  readonly #orders: Orders;
  /** Best price first; no queue is empty. */
  readonly #queues: Queue[] = [];

  readonly #isBetting: boolean;

  constructor(
    side: Side,
    of: { readonly orders: Orders; readonly isBetting: boolean },
  ) {
    const { orders } = of;
    this.#isBetting = of.isBetting;
    this.#side = side;
    this.#orders = orders;
  }

  get isEmpty(): boolean {
    return this.#queues.length === 0;
  }

  /** Puts an order at the end of the queue of its price. A Market order never rests. */
  add(order: SimOrder): void {
    const { price, slot } = order;
    if (price === null) return;
    const place = this.#placeOf(price);
    const queue = this.#queues[place];
    order.next = null;
    if (queue?.price !== price) {
      order.previous = null;
      this.#queues.splice(place, 0, { price, first: slot, last: slot });
      return;
    }
    order.previous = queue.last;
    this.#orders.at(queue.last).next = slot;
    queue.last = slot;
  }

  /** Takes an order out; nothing happens if it does not rest. */
  remove(order: SimOrder): void {
    const { price, slot, previous, next } = order;
    if (price === null) return;
    const place = this.#placeOf(price);
    const queue = this.#queues[place];
    if (queue?.price !== price || (previous === null && queue.first !== slot)) return;
    if (previous === null && next === null) this.#queues.splice(place, 1);
    if (previous !== null) this.#orders.at(previous).next = next;
    else if (next !== null) queue.first = next;
    if (next !== null) this.#orders.at(next).previous = previous;
    else if (previous !== null) queue.last = previous;
    order.previous = null;
    order.next = null;
  }

  /** Every price at which orders rest, best first. */
  prices(): readonly Px[] {
    return this.#queues.map((queue) => queue.price);
  }

  /** True if orders rest at a price. */
  has(price: Px): boolean {
    return this.#queues[this.#placeOf(price)]?.price === price;
  }

  /** Orders at a price, in time order. They must not leave meanwhile. */
  at(price: Px): Iterable<SimOrder> {
    const queue = this.#queues[this.#placeOf(price)];
    return queue?.price === price ? this.from(this.#orders.at(queue.first)) : [];
  }

  /** An order and those behind it at its price. They must not leave meanwhile. */
  *from(order: SimOrder): Iterable<SimOrder> {
    let slot: number | null = order.slot;
    while (slot !== null) {
      const next: SimOrder = this.#orders.at(slot);
      yield next;
      slot = next.next;
    }
  }

  /** Orders that may trade at a price, in order: a copy, since fills take orders out. */
  reached(price: Px): readonly SimOrder[] {
    const reached: SimOrder[] = [];
    for (const queue of this.#queues) {
      if (!reaches(this.#side, { limit: queue.price, price, isBetting: this.#isBetting })) break;
      for (const order of this.at(queue.price)) reached.push(order);
    }
    return reached;
  }

  /** Index of the first queue that is not better than a price. */
  #placeOf(price: Px): number {
    let low = 0;
    let high = this.#queues.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const queue = this.#queues[middle];
      if (queue !== undefined && this.#isBetter(queue.price, price)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #isBetter(price: number, than: number): boolean {
    return (this.#side === "Buy") !== this.#isBetting ? price > than : price < than;
  }
}
