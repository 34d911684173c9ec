/**
 * When open orders of the simulated venue end by themselves: soonest first, then by arrival.
 *
 * Entries of orders that ended otherwise, or end later, linger until they come to the front, or
 * until they are swept out: there are never more than `WASTE_MAX` beyond twice the orders that were
 * open at the last sweep.
 * @module
 */
import type { Micros } from "../numbers.ts";

/** An order's time: its slot may have another order by then, which the ordinal tells. */
export type Expiry = { readonly dueUs: Micros; readonly ordinal: number; readonly slot: number };

/** Entries that may linger, and those that were taken and not yet cut off the front. */
const WASTE_MAX = 1_024;

/** Expiries, sorted. */
export class Expiries {
  readonly #isOpen: (expiry: Expiry) => boolean;
  #sorted: Expiry[] = [];
  /** Place in `#sorted` of the soonest: those before it were taken. */
  #head = 0;
  /** So many entries are swept. */
  #sweepAt = WASTE_MAX;

  /** `isOpen`: the order is open and ends at this time. */
  constructor(isOpen: (expiry: Expiry) => boolean) {
    this.#isOpen = isOpen;
  }

  peek(): Expiry | undefined {
    return this.#sorted[this.#head];
  }

  take(): Expiry | undefined {
    const expiry = this.#sorted[this.#head];
    if (expiry === undefined) return undefined;
    this.#head += 1;
    if (this.#head > WASTE_MAX && this.#head * 2 > this.#sorted.length) this.#cutOff();
    return expiry;
  }

  /** Adds one, once: at the end, if times ascend. */
  add(expiry: Expiry): void {
    let at = this.#sorted.length;
    for (; at > this.#head; at--) {
      const before = this.#sorted[at - 1];
      if (before === undefined || isBefore(expiry, before)) continue;
      if (!isBefore(before, expiry)) return; // an order that goes back to a time that it had
      break;
    }
    this.#sorted.splice(at, 0, expiry);
    if (this.#sorted.length - this.#head > this.#sweepAt) this.#sweep();
  }

  #sweep(): void {
    this.#cutOff();
    this.#sorted = this.#sorted.filter(this.#isOpen);
    this.#sweepAt = 2 * this.#sorted.length + WASTE_MAX;
  }

  #cutOff(): void {
    this.#sorted = this.#sorted.slice(this.#head);
    this.#head = 0;
  }
}

function isBefore(first: Expiry, second: Expiry): boolean {
  if (first.dueUs !== second.dueUs) return first.dueUs < second.dueUs;
  return first.ordinal < second.ordinal;
}
