/**
 * Things by order id: ids ascend, so pages stand in id order and drop when they are empty.
 *
 * Invariant: a walk is in id order. Known limit: an id that is far from all others costs a word
 * for each page between.
 * @module
 */
import type { OrderId } from "../numbers.ts";
import { PAGE_SIZE } from "./pages.ts";

type Page<Item> = { readonly items: (Item | undefined)[]; count: number };

/** One item for each id. */
export class IdDirectory<Item> {
  readonly #pages: (Page<Item> | undefined)[] = [];
  /** Number of the first page: it begins with id `#base × PAGE_SIZE`. */
  #base = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** The item of an id, or undefined. */
  get(id: OrderId): Item | undefined {
    const number = Math.floor(id / PAGE_SIZE);
    return this.#pages[number - this.#base]?.items[id - number * PAGE_SIZE];
  }

  /** Sets the item of an id. A new id costs least if it is above all others. */
  set(id: OrderId, item: Item): void {
    const number = Math.floor(id / PAGE_SIZE);
    const page = this.#pageAt(number);
    const at = id - number * PAGE_SIZE;
    if (page.items[at] === undefined) {
      page.count += 1;
      this.#size += 1;
    }
    page.items[at] = item;
  }

  /** Forgets an id. */
  delete(id: OrderId): void {
    const number = Math.floor(id / PAGE_SIZE);
    const page = this.#pages[number - this.#base];
    const at = id - number * PAGE_SIZE;
    if (page === undefined || page.items[at] === undefined) return;
    page.items[at] = undefined;
    page.count -= 1;
    this.#size -= 1;
    if (page.count === 0) this.#drop(number);
  }

  /** All items, ascending by id. Meanwhile the directory may lose items, but gain none. */
  *values(): IterableIterator<Item> {
    for (const page of [...this.#pages]) {
      for (const item of page?.items ?? []) if (item !== undefined) yield item;
    }
  }

  #pageAt(number: number): Page<Item> {
    if (this.#pages.length === 0) this.#base = number;
    while (number < this.#base) {
      this.#pages.unshift(undefined);
      this.#base -= 1;
    }
    while (this.#pages.length <= number - this.#base) this.#pages.push(undefined);
    const known = this.#pages[number - this.#base];
    if (known !== undefined) return known;
    const items = new Array<Item | undefined>(PAGE_SIZE).fill(undefined);
    const page = { items, count: 0 };
    this.#pages[number - this.#base] = page;
    if (this.#pages[number - this.#base - 1]?.count === 0) this.#drop(number - 1);
    return page;
  }

  /** Drops an empty page; the newest one stays, for the ids to come. */
  #drop(number: number): void {
    if (number - this.#base === this.#pages.length - 1) return;
    this.#pages[number - this.#base] = undefined;
    const first = this.#pages.findIndex((page) => page !== undefined);
    this.#pages.splice(0, first); // all at once: there may be a million, and each `shift` moves all
    this.#base += first;
  }
}
