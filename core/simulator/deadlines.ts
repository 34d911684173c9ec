/**
 * When something is due of open orders of the simulated venue, that they expire or that they enter the
 * book: soonest first, then by arrival.
 *
 * Entries of orders that ended otherwise, or are due later, linger until they come to the front, or
 * until they are swept out: there are never more than `WASTE_MAX` beyond twice the orders that were
 * open at the last sweep.
 * @module
 */
import type { Micros } from "../numbers.ts";

/** An order's time: its slot may have another order by then, which the ordinal tells. */
export type Deadline = { readonly dueUs: Micros; readonly ordinal: number; readonly slot: number };

/** Entries that may linger, and those that were taken and not yet cut off the front. */
const WASTE_MAX = 1_024;

/** Deadlines, sorted. */
export class Deadlines {
  readonly #isOpen: (deadline: Deadline) => boolean;
  #sorted: Deadline[] = [];
  /** Place in `#sorted` of the soonest: those before it were taken. */
  #head = 0;
  /** So many entries are swept. */
  #sweepAt = WASTE_MAX;

  /** `isOpen`: the order is open and due at this time. */
  constructor(isOpen: (deadline: Deadline) => boolean) {
    this.#isOpen = isOpen;
  }

  peek(): Deadline | undefined {
    return this.#sorted[this.#head];
  }

  take(): Deadline | undefined {
    const deadline = this.#sorted[this.#head];
    if (deadline === undefined) return undefined;
    this.#head += 1;
    if (this.#head > WASTE_MAX && this.#head * 2 > this.#sorted.length) this.#cutOff();
    return deadline;
  }

  /** Adds one, once: at the end, if times ascend. */
  add(deadline: Deadline): void {
    let at = this.#sorted.length;
    for (; at > this.#head; at--) {
      const before = this.#sorted[at - 1];
      if (before === undefined || isBefore(deadline, before)) continue;
      if (!isBefore(before, deadline)) return; // an order that goes back to a time that it had
      break;
    }
    this.#sorted.splice(at, 0, deadline);
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

function isBefore(first: Deadline, second: Deadline): boolean {
  if (first.dueUs !== second.dueUs) return first.dueUs < second.dueUs;
  return first.ordinal < second.ordinal;
}
