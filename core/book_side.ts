/**
 * One side of a book: price levels in sorted typed arrays, worst first, so that changes near the
 * best move few entries. Exact integers in doubles.
 * @module
 */
import type { Side } from "./instrument.ts";
import { px, qty } from "./numbers.ts";
import type { PriceLevel } from "./view.ts";

const CAPACITY_FIRST = 64;

/** Levels of one side. Keys ascend towards the best: the price for bids, its negative for asks. */
export class BookSide {
  readonly #sign: 1 | -1;
  #keys = new Float64Array(CAPACITY_FIRST);
  #qtys = new Float64Array(CAPACITY_FIRST);
  #count = 0;

  constructor(side: Side) {
    this.#sign = side === "Buy" ? 1 : -1;
  }

  /** Forgets every level. */
  clear(): void {
    this.#count = 0;
  }

  /** Sets the quantity at a price; 0 removes the level. */
  set(level: { readonly price: number; readonly qty: number }): void {
    const key = level.price * this.#sign;
    const at = this.#find(key);
    const found = at < this.#count && this.#keys[at] === key;
    if (level.qty === 0) {
      if (found) this.#remove(at);
    } else if (found) this.#qtys[at] = level.qty;
    else this.#insert(at, { key, qty: level.qty });
  }

  /** Returns the quantity at a price; 0 where there is no level. */
  quantityAt(price: number): number {
    const key = price * this.#sign;
    const at = this.#find(key);
    return at < this.#count && this.#keys[at] === key ? this.#qtys[at] ?? 0 : 0;
  }

  /** Levels, best first. */
  *levels(): Generator<PriceLevel, void> {
    for (let at = this.#count - 1; at >= 0; at--) yield this.#level(at);
  }

  /** Returns the best level, or undefined if there is none. */
  best(): PriceLevel | undefined {
    return this.#count === 0 ? undefined : this.#level(this.#count - 1);
  }

  #level(at: number): PriceLevel {
    return { price: px((this.#keys[at] ?? 0) * this.#sign), qty: qty(this.#qtys[at] ?? 0) };
  }

  #find(key: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #insert(at: number, level: { readonly key: number; readonly qty: number }): void {
    if (this.#count === this.#keys.length) this.#grow();
    this.#keys.copyWithin(at + 1, at, this.#count);
    this.#qtys.copyWithin(at + 1, at, this.#count);
    this.#keys[at] = level.key;
    this.#qtys[at] = level.qty;
    this.#count++;
  }

  #remove(at: number): void {
    this.#keys.copyWithin(at, at + 1, this.#count);
    this.#qtys.copyWithin(at, at + 1, this.#count);
    this.#count--;
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2);
    const qtys = new Float64Array(this.#qtys.length * 2);
    keys.set(this.#keys);
    qtys.set(this.#qtys);
    this.#keys = keys;
    this.#qtys = qtys;
  }
}
