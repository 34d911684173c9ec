/**
 * A list of orders, linked through their windows: an order stands in at most one list.
 *
 * Orders of a client that live, orders that have ended, windows that are free: an order goes from
 * one to the next, so the links cost nothing and every step takes the same short time.
 * @module
 */
import type { Order } from "../order.ts";

/** Orders in the order in which they came. */
export class OrderList {
  #first: Order | null = null;
  #last: Order | null = null;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The order that came first, or undefined. */
  peek(): Order | undefined {
    return this.#first ?? undefined;
  }

  /** Adds an order at the end; it leaves the list in which it was. */
  add(order: Order): void {
    if (order.list !== null) order.list.#delete(order);
    order.list = this;
    order.previous = this.#last;
    if (this.#last === null) this.#first = order;
    else this.#last.next = order;
    this.#last = order;
    this.#size += 1;
  }

  /** Removes and returns the order that came first, or undefined. */
  take(): Order | undefined {
    const order = this.peek();
    if (order !== undefined) this.#delete(order);
    return order;
  }

  /** Orders, in the order in which they came. The list must not change meanwhile. */
  *[Symbol.iterator](): IterableIterator<Order> {
    for (let order = this.#first; order !== null; order = order.next) yield order;
  }

  #delete(order: Order): void {
    if (order.previous === null) this.#first = order.next;
    else order.previous.next = order.next;
    if (order.next === null) this.#last = order.previous;
    else order.next.previous = order.previous;
    order.list = null;
    order.previous = null;
    order.next = null;
    this.#size -= 1;
  }
}
