/**
 * One side of a book: a ladder of typed-array slots around the best price, sorted arrays below it.
 *
 * Levels are kept by key: the price for bids, its negative for asks, so the highest key is the best
 * on either side. Slot `i` of the window holds the quantity at key `base + i`.
 *
 * Invariants: the window holds the best level, if there is any; whatever is worse than the window
 * is in `far`; nothing is better than the window, which moves up for it. An update in the window
 * costs one store. The window doubles once as many updates fell below it as it has slots, up to
 * `WINDOW_MAX`, so wide books become fast and narrow ones stay small.
 * Bounds: finding the next best scans the window at most once, moving it touches each slot at most
 * once, and memory is the window and the levels outside it, whatever the range of prices.
 * @module
 */
import type { Levels } from "./event.ts";
import type { Side } from "./instrument.ts";
import { px, qty } from "./numbers.ts";
import { type KeyedLevel, SortedLevels } from "./sorted_levels.ts";
import type { PriceLevel } from "./view.ts";

const WINDOW_FIRST = 1_024;
const WINDOW_MAX = 32_768;
/** Of a side that never had a level; it is never written. */
const NO_WINDOW = new Float64Array(0);
/** Where the best level lies when the window is placed: room above it, most of the slots below. */
const ANCHOR_SHARE = 0.75;
const NONE = -1;

/** Levels of one side. */
export class BookSide {
  readonly #sign: 1 | -1;
  #window = NO_WINDOW;
  readonly #far = new SortedLevels();
  #base = 0;
  /** Slot of the best level, or NONE. */
  #top = NONE;
  /** Updates below the window since it was last resized. */
  #farUpdates = 0;

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
    if (isEmpty) this.#place(key);
    else if (key >= this.#base + this.#window.length) this.#raise(key - this.#anchor);
    const slot = key - this.#base;
    if (slot < 0) this.#setFar({ key, qty: level.qty });
    else this.#setSlot(slot, level);
  }

  /** Sets the quantity at a price and returns what was there. */
  swap(level: { readonly price: number; readonly qty: number }): number {
    const before = this.quantityAt(level.price);
    this.set(level);
    return before;
  }

  /** Sets levels given as a flat list. */
  setAll(levels: Levels): void {
    for (let at = 0; at < levels.length; at += 2) {
      this.set({ price: levels[at] ?? 0, qty: levels[at + 1] ?? 0 });
    }
  }

  /** Returns the quantity at a price; 0 where there is no level. */
  quantityAt(price: number): number {
    const key = price * this.#sign;
    const slot = key - this.#base;
    return slot < 0 ? this.#far.quantityAt(key) : this.#window[slot] ?? 0;
  }

  /** True unless the price is worse than the worst level: what stands there is known, be it nothing. */
  covers(price: number): boolean {
    if (this.#top === NONE) return true;
    const key = price * this.#sign;
    const worst = this.#far.at(0);
    if (worst !== undefined) return worst.key <= key;
    let slot = Math.min(key - this.#base, this.#top);
    while (slot >= 0 && this.#window[slot] === 0) slot--;
    return slot >= 0;
  }

  /** Returns the quantity at better prices than this. */
  quantityBefore(price: number): number {
    const key = price * this.#sign;
    const end = Math.max(-1, key - this.#base);
    let sum = 0;
    for (let slot = this.#top; slot > end; slot--) sum += this.#window[slot] ?? 0;
    if (key >= this.#base) return sum;
    for (let at = this.#far.count - 1; at >= 0; at--) {
      const level = this.#far.at(at);
      if (level === undefined || level.key <= key) break;
      sum += level.qty;
    }
    return sum;
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

  /** Returns the best price, or undefined if there is none. */
  bestPrice(): number | undefined {
    return this.#top === NONE ? undefined : (this.#base + this.#top) * this.#sign;
  }

  /** Slot of the best level when the window is placed. */
  get #anchor(): number {
    return this.#window.length * ANCHOR_SHARE;
  }

  /** The first level: the window is made with the first of all, for many books stay empty. */
  #place(key: number): void {
    if (this.#window.length === 0) this.#window = new Float64Array(WINDOW_FIRST);
    this.#base = this.#baseFor(key);
  }

  /** Where the window begins if this is the best key: no key is below it, so slots are exact. */
  #baseFor(best: number): number {
    return Math.max(best - this.#anchor, Number.MIN_SAFE_INTEGER);
  }

  #setFar(level: KeyedLevel): void {
    this.#far.set(level);
    this.#farUpdates++;
    const isBusy = this.#farUpdates >= this.#window.length;
    if (isBusy && this.#window.length < WINDOW_MAX) this.#widen();
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
    const best = this.#far.at(this.#far.count - 1);
    if (best === undefined) return;
    this.#base = this.#baseFor(best.key);
    this.#top = best.key - this.#base;
    this.#absorb();
  }

  /** Doubles the window, the best level at its anchor. */
  #widen(): void {
    const narrow = this.#window;
    const best = this.#base + this.#top;
    this.#window = new Float64Array(narrow.length * 2);
    const base = this.#baseFor(best);
    this.#window.set(narrow.subarray(0, this.#top + 1), this.#base - base);
    this.#base = base;
    this.#top = best - base;
    this.#farUpdates = 0;
    this.#absorb();
  }

  /** Takes the far levels that lie in the window. */
  #absorb(): void {
    let level = this.#far.pop();
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
    const size = this.#window.length;
    if (shift < size) this.#window.copyWithin(0, shift);
    this.#window.fill(0, Math.max(0, size - shift));
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
