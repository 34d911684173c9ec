/**
 * When open orders of the simulated venue end by themselves: soonest first, then by arrival.
 *
 * Entries of orders that ended otherwise, or end later, linger until they come to the front.
 * @module
 */
import type { Micros } from "../numbers.ts";

/** An order's time: its slot may have another order by then, which the ordinal tells. */
export type Expiry = { readonly dueUs: Micros; readonly ordinal: number; readonly slot: number };

/** Expiries, sorted. */
export class Expiries {
  readonly #sorted: Expiry[] = [];

  peek(): Expiry | undefined {
    return this.#sorted[0];
  }

  take(): Expiry | undefined {
    return this.#sorted.shift();
  }

  /** Adds one: at the end, if times ascend. */
  add(expiry: Expiry): void {
    let at = this.#sorted.length;
    for (; at > 0; at--) {
      const before = this.#sorted[at - 1];
      if (before !== undefined && !isBefore(expiry, before)) break;
    }
    this.#sorted.splice(at, 0, expiry);
  }
}

function isBefore(first: Expiry, second: Expiry): boolean {
  if (first.dueUs !== second.dueUs) return first.dueUs < second.dueUs;
  return first.ordinal < second.ordinal;
}
