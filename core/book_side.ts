/**
 * One side of a book: a ladder of typed-array slots around the best price, sorted arrays below it.
 *
 * Levels are kept by key: the price for bids, its negative for asks, so the highest key is the best
 * on either side. Slot `i` of the window holds the quantity at key `base + i`.
 *
 * Invariants: the window holds the best level, if there is any; whatever is worse than the window
 * is in `far`; nothing is better than the window, which moves up for it. An update in the window
 * costs one store. Bounds: finding the next best scans at most `WINDOW` slots, moving the window
 * touches at most `WINDOW` slots, and memory is the window and the levels outside it, whatever the
 * range of prices.
 * @module
 */
import type { Side } from "./instrument.ts";
import { px, qty } from "./numbers.ts";
import { type KeyedLevel, SortedLevels } from "./sorted_levels.ts";
import type { PriceLevel } from "./view.ts";

const WINDOW = 2_048;
/** Slot of the best level when the window is placed: room above it, most of the window below. */
const ANCHOR = 1_536;
const NONE = -1;

/** Levels of one side. */
export class BookSide {
  readonly #sign: 1 | -1;
  readonly #window = new Float64Array(WINDOW);
  readonly #far = new SortedLevels();
  #base = 0;
  /** Slot of the best level, or NONE. */
  #top = NONE;

  constructor(side: Side) {
    this.#sign = side === "Buy" ? 1 : -1;
  }

  /** Forgets every level. */
  clear(): void {
    this.#window.fill(0);
    this.#far.clear();
    this.#top = NONE;
  }

  /** Sets the quantity at a price; 0 removes the level. */
  set(level: { readonly price: number; readonly qty: number }): void {
    const key = level.price * this.#sign;
    const isEmpty = this.#top === NONE;
    if (level.qty === 0 && (isEmpty || key > this.#base + this.#top)) return;
    if (isEmpty) this.#base = key - ANCHOR;
    else if (key >= this.#base + WINDOW) this.#raise(key - ANCHOR);
    const slot = key - this.#base;
    if (slot < 0) this.#far.set({ key, qty: level.qty });
    else this.#setSlot(slot, level);
  }

  /** Returns the quantity at a price; 0 where there is no level. */
  quantityAt(price: number): number {
    const key = price * this.#sign;
    const slot = key - this.#base;
    return slot < 0 ? this.#far.quantityAt(key) : this.#window[slot] ?? 0;
  }

  /** Levels, best first. */
  *levels(): Generator<PriceLevel, void> {
    for (let slot = this.#top; slot >= 0; slot--) {
      if (this.#window[slot] !== 0) yield this.#levelAt(slot);
    }
    for (let at = this.#far.count - 1; at >= 0; at--) {
      const level = this.#far.at(at);
      if (level !== undefined) yield this.#levelOf(level);
    }
  }

  /** Returns the best level, or undefined if there is none. */
  best(): PriceLevel | undefined {
    return this.#top === NONE ? undefined : this.#levelAt(this.#top);
  }

  #setSlot(slot: number, level: { readonly qty: number }): void {
    this.#window[slot] = level.qty;
    if (level.qty !== 0) {
      if (slot > this.#top) this.#top = slot;
    } else if (slot === this.#top) this.#lower();
  }

  /** The best level is gone: finds the next one. */
  #lower(): void {
    let slot = this.#top - 1;
    while (slot >= 0 && this.#window[slot] === 0) slot--;
    this.#top = slot;
    if (slot < 0 && this.#far.count > 0) this.#descend();
  }

  /** Moves the empty window down to the best of the far levels. */
  #descend(): void {
    let level = this.#far.pop();
    if (level === undefined) return;
    this.#base = level.key - ANCHOR;
    this.#top = ANCHOR;
    while (level !== undefined && level.key >= this.#base) {
      this.#window[level.key - this.#base] = level.qty;
      level = this.#far.pop();
    }
    if (level !== undefined) this.#far.set(level);
  }

  /** Moves the window up; what falls out below joins the far levels. */
  #raise(base: number): void {
    const shift = base - this.#base;
    const falling = Math.min(shift, this.#top + 1);
    for (let slot = 0; slot < falling; slot++) {
      const quantity = this.#window[slot] ?? 0;
      if (quantity !== 0) this.#far.set({ key: this.#base + slot, qty: quantity });
    }
    if (shift < WINDOW) this.#window.copyWithin(0, shift);
    this.#window.fill(0, Math.max(0, WINDOW - shift));
    this.#base = base;
    this.#top = Math.max(NONE, this.#top - shift);
  }

  #levelAt(slot: number): PriceLevel {
    return this.#levelOf({ key: this.#base + slot, qty: this.#window[slot] ?? 0 });
  }

  #levelOf(level: KeyedLevel): PriceLevel {
    return { price: px(level.key * this.#sign), qty: qty(level.qty) };
  }
}
