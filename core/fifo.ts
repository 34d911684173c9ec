/**
 * A queue in pages: first in, first out, ordered for checkpoints.
 *
 * Every step takes the same short time: it grows by a page and drops one when it is empty, so what
 * is queued is never moved.
 * @module
 */

/** Items of a page. A short queue has its page once and keeps it. */
const PAGE_ITEMS = 256;

type Page<Item> = { readonly items: Item[]; next: Page<Item> | undefined };

function newPage<Item>(): Page<Item> {
  return { items: [], next: undefined };
}

/** Queue of `Item`. Bounded by its owner. */
export class Fifo<Item> {
  #first: Page<Item> = newPage();
  #last: Page<Item> = this.#first;
  /** Where the oldest item stands in the first page. */
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(item: Item): void {
    if (this.#last.items.length === PAGE_ITEMS) {
      const page = newPage<Item>();
      this.#last.next = page;
      this.#last = page;
    }
    this.#last.items.push(item);
    this.#length += 1;
  }

  /** The oldest item, or undefined. */
  peek(): Item | undefined {
    return this.#first.items[this.#head];
  }

  /** Removes and returns the oldest item, or undefined. */
  take(): Item | undefined {
    if (this.#length === 0) return undefined;
    const item = this.#first.items[this.#head];
    this.#head += 1;
    this.#length -= 1;
    if (this.#length === 0) this.#clear();
    else if (this.#head === PAGE_ITEMS) this.#dropPage();
    return item;
  }

  /** Oldest first. */
  *[Symbol.iterator](): Iterator<Item> {
    let from = this.#head;
    for (let page: Page<Item> | undefined = this.#first; page !== undefined; page = page.next) {
      for (let at = from; at < page.items.length; at += 1) {
        const item = page.items[at];
        if (item !== undefined) yield item;
      }
      from = 0;
    }
  }

  /** An empty queue begins its only page again. */
  #clear(): void {
    const { items } = this.#first;
    while (items.length > 0) items.pop();
    this.#last = this.#first;
    this.#first.next = undefined;
    this.#head = 0;
  }

  #dropPage(): void {
    this.#first = this.#first.next ?? newPage();
    this.#head = 0;
  }
}
