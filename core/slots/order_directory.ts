/**
 * Orders by id: ids ascend, so pages of windows stand in id order and drop when they are empty.
 *
 * Invariant: a walk is in id order. Known limit: an id that is far above all others costs a word
 * for each page between.
 * @module
 */
import type { OrderId } from "../numbers.ts";
import type { Order } from "../order.ts";
import { PAGE_SIZE } from "./pages.ts";

type Page = { readonly orders: (Order | undefined)[]; count: number };

/** Orders by id. */
export class OrderDirectory {
  /** Pages from the one that holds ids from `#base × PAGE_SIZE` on. */
  #pages: (Page | undefined)[] = [];
  #base = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(id: OrderId): Order | undefined {
    const number = Math.floor(id / PAGE_SIZE);
    return this.#pages[number - this.#base]?.orders[id - number * PAGE_SIZE];
  }

  /** Adds an order whose id is above all that were ever added, or falls into a page in use. */
  add(order: Order): void {
    const { id } = order;
    const number = Math.floor(id / PAGE_SIZE);
    const page = this.#pageAt(number);
    page.orders[id - number * PAGE_SIZE] = order;
    page.count += 1;
    this.#size += 1;
  }

  /** Removes an order; nothing happens if it is not here. */
  delete(id: OrderId): void {
    const number = Math.floor(id / PAGE_SIZE);
    const page = this.#pages[number - this.#base];
    const at = id - number * PAGE_SIZE;
    if (page === undefined || page.orders[at] === undefined) return;
    page.orders[at] = undefined;
    page.count -= 1;
    this.#size -= 1;
    if (page.count === 0) this.#drop(number);
  }

  /** All orders, ascending by id. The directory may lose orders meanwhile, not gain any. */
  *values(): IterableIterator<Order> {
    for (const page of [...this.#pages]) {
      if (page === undefined) continue;
      for (const order of page.orders) if (order !== undefined) yield order;
    }
  }

  #pageAt(number: number): Page {
    if (this.#pages.length === 0) this.#base = number;
    while (this.#pages.length <= number - this.#base) this.#pages.push(undefined);
    const known = this.#pages[number - this.#base];
    if (known !== undefined) return known;
    if (this.#pages[number - this.#base - 1]?.count === 0) this.#drop(number - 1);
    const orders = new Array<Order | undefined>(PAGE_SIZE).fill(undefined);
    const page = { orders, count: 0 };
    this.#pages[number - this.#base] = page;
    return page;
  }

  /** The newest page stays, for the ids to come. */
  #drop(number: number): void {
    if (number - this.#base === this.#pages.length - 1) return;
    this.#pages[number - this.#base] = undefined;
    while (this.#pages.length > 0 && this.#pages[0] === undefined) {
      this.#pages.shift();
      this.#base += 1;
    }
  }
}
