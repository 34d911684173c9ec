/**
 * Prices by tick: the index of a price on its instrument's ladder, and a side of a book as an array
 * with one slot for each tick of a bounded ladder.
 *
 * Invariants: tick 0 is the first price of the rule, and neighbours differ by 1 across rows of
 * different steps. A side holds only prices of the ladder; others are counted and ignored.
 * Bounds: a bounded ladder has at most `TICKS_MAX` ticks within `SPAN_MAX` quanta; rules beyond
 * that, and rules without a highest price, have no table, and books keep their window instead.
 * @module
 */
import type { PriceRule } from "./instrument.ts";
import { px, qty } from "./numbers.ts";
import type { Levels } from "./event.ts";
import type { PriceLevel } from "./view.ts";

/** Most ticks of a ladder that has a table. */
export const TICKS_MAX = 4_096;
/** Most quanta between its first price and its last. */
export const SPAN_MAX = 1_048_576;
const NONE = -1;

/** Which price of a side is the best. */
export type BestPrice = "highest" | "lowest";

/** Price and tick of a bounded ladder, both ways. Shared by all books of a rule. */
export class TickTable {
  /** How many ticks there are. */
  readonly count: number;
  readonly #first: number;
  /** By price less the first: tick + 1; 0 where the ladder has no such price. */
  readonly #ticks: Int16Array;
  readonly #prices: Float64Array;

  constructor(prices: readonly number[]) {
    const first = prices[0] ?? 0;
    this.count = prices.length;
    this.#first = first;
    this.#prices = Float64Array.from(prices);
    this.#ticks = new Int16Array((prices.at(-1) ?? first) - first + 1);
    for (const [tick, price] of prices.entries()) this.#ticks[price - first] = tick + 1;
  }

  /** Returns the table of a rule, or undefined if its ladder is unbounded or too large for one. */
  static of(rule: PriceRule): TickTable | undefined {
    const { maxQuanta: last } = rule;
    const first = rule.ticks[0]?.fromQuanta;
    if (last === undefined || first === undefined) return undefined;
    if (last < first || last - first > SPAN_MAX) return undefined;
    const prices: number[] = [];
    for (const [at, { fromQuanta, stepQuanta }] of rule.ticks.entries()) {
      const end = Math.min(rule.ticks[at + 1]?.fromQuanta ?? last + 1, last + 1);
      for (let price = fromQuanta; price < end; price += stepQuanta) {
        if (prices.length === TICKS_MAX) return undefined;
        prices.push(price);
      }
    }
    return new TickTable(prices);
  }

  /** Returns the tick of a price, or undefined if the ladder has no such price. */
  tickOf(price: number): number | undefined {
    const tick = this.#ticks[price - this.#first];
    return tick === undefined || tick === 0 ? undefined : tick - 1;
  }

  /** Returns the price of a tick. It must be one of the ladder. */
  priceOf(tick: number): number {
    return this.#prices[tick] ?? 0;
  }
}

/**
 * Returns how many ticks a price lies above the rule's first, whatever the rule; a price between two
 * ticks counts as the lower. Undefined below the first price and above the last.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * const ticks = [{ fromQuanta: 100, stepQuanta: 1 }, { fromQuanta: 200, stepQuanta: 5 }];
 * strictEqual(tickIndex({ scale: 2, ticks }, 210), 102);
 * strictEqual(tickIndex({ scale: 2, ticks }, 99), undefined);
 * ```
 */
export function tickIndex(rule: PriceRule, price: number): number | undefined {
  if (rule.maxQuanta !== undefined && price > rule.maxQuanta) return undefined;
  let before = 0;
  let index: number | undefined;
  for (let at = 0; at < rule.ticks.length; at++) {
    const row = rule.ticks[at];
    if (row === undefined || row.fromQuanta > price) break;
    index = before + Math.floor((price - row.fromQuanta) / row.stepQuanta);
    const next = rule.ticks[at + 1];
    if (next === undefined) break;
    before += Math.ceil((next.fromQuanta - row.fromQuanta) / row.stepQuanta);
  }
  return index;
}

/** Levels of one side, by tick. */
export class TickSide {
  readonly #table: TickTable;
  readonly #quantities: Float64Array;
  /** Towards the best price: 1 or -1. */
  readonly #better: 1 | -1;
  /** Tick of the best level, or NONE. */
  #best = NONE;
  #offLadder = 0;

  constructor(table: TickTable, best: BestPrice) {
    this.#table = table;
    this.#quantities = new Float64Array(table.count);
    this.#better = best === "highest" ? 1 : -1;
  }

  /** Prices so far that the ladder does not have. */
  get offLadder(): number {
    return this.#offLadder;
  }

  /** Forgets every level. */
  clear(): void {
    if (this.#best === NONE) return;
    this.#quantities.fill(0);
    this.#best = NONE;
  }

  /** Sets the quantity at a price; 0 removes the level. */
  set(level: { readonly price: number; readonly qty: number }): void {
    const tick = this.#table.tickOf(level.price);
    if (tick === undefined) this.#offLadder += 1;
    else this.#setTick(tick, level);
  }

  /** Returns the tick of a price; undefined, and counted: the ladder does not have it. */
  tickOf(price: number): number | undefined {
    const tick = this.#table.tickOf(price);
    if (tick === undefined) this.#offLadder += 1;
    return tick;
  }

  /** Sets the quantity at a tick of the ladder and returns what was there. */
  swap(tick: number, level: { readonly qty: number }): number {
    const before = this.#quantities[tick] ?? 0;
    this.#setTick(tick, level);
    return before;
  }

  /** Sets levels given as a flat list. */
  setAll(levels: Levels): void {
    const table = this.#table;
    const quantities = this.#quantities;
    const better = this.#better;
    for (let at = 0; at < levels.length; at += 2) {
      const tick = table.tickOf(levels[at] ?? 0);
      if (tick === undefined) {
        this.#offLadder += 1;
        continue;
      }
      const quantity = levels[at + 1] ?? 0;
      quantities[tick] = quantity;
      const best = this.#best;
      if (quantity === 0) {
        if (tick === best) this.#worsen();
      } else if (best === NONE || (tick - best) * better > 0) this.#best = tick;
    }
  }

  /** Returns the quantity at a price; 0 where there is no level. */
  quantityAt(price: number): number {
    const tick = this.#table.tickOf(price);
    return tick === undefined ? 0 : this.#quantities[tick] ?? 0;
  }

  /**
   * True unless the price is worse than the worst level: what stands there is known, be it nothing.
   * False for a price that the ladder does not have while there are levels.
   */
  covers(price: number): boolean {
    if (this.#best === NONE) return true;
    const end = this.#better === 1 ? -1 : this.#table.count;
    let tick = this.#table.tickOf(price) ?? end;
    while (tick !== end && this.#quantities[tick] === 0) tick -= this.#better;
    return tick !== end;
  }

  /** Returns the quantity at better prices than this; 0 for a price that the ladder does not have. */
  quantityBefore(price: number): number {
    const end = this.#table.tickOf(price);
    if (end === undefined || this.#best === NONE) return 0;
    let sum = 0;
    for (let tick = this.#best; (tick - end) * this.#better > 0; tick -= this.#better) {
      sum += this.#quantities[tick] ?? 0;
    }
    return sum;
  }

  /** Levels, best first. */
  *levels(): Generator<PriceLevel, void> {
    const end = this.#better === 1 ? -1 : this.#table.count;
    if (this.#best === NONE) return;
    for (let tick = this.#best; tick !== end; tick -= this.#better) {
      if (this.#quantities[tick] !== 0) yield this.#levelAt(tick);
    }
  }

  /** Returns the best level, or undefined if there is none. */
  best(): PriceLevel | undefined {
    return this.#best === NONE ? undefined : this.#levelAt(this.#best);
  }

  /** Returns the tick of the best level, or undefined if there is none. */
  bestTick(): number | undefined {
    return this.#best === NONE ? undefined : this.#best;
  }

  #setTick(tick: number, level: { readonly qty: number }): void {
    this.#quantities[tick] = level.qty;
    const best = this.#best;
    if (level.qty !== 0) {
      if (best === NONE || (tick - best) * this.#better > 0) this.#best = tick;
    } else if (tick === best) this.#worsen();
  }

  /** The best level is gone: finds the next one. */
  #worsen(): void {
    const end = this.#better === 1 ? -1 : this.#table.count;
    let tick = this.#best - this.#better;
    while (tick !== end && this.#quantities[tick] === 0) tick -= this.#better;
    this.#best = tick === end ? NONE : tick;
  }

  #levelAt(tick: number): PriceLevel {
    return { price: px(this.#table.priceOf(tick)), qty: qty(this.#quantities[tick] ?? 0) };
  }
}
