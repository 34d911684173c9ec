/**
 * The executions of one order, found by any of their ids.
 *
 * They are linked through themselves: most orders have one or two, for which a map would take more
 * room than they do. From `INDEXED_FROM` on a map finds them, so that an order that trades in
 * thousands of pieces costs no more per piece.
 *
 * Ordering: as they were booked, a corrected one in its place.
 * @module
 */
import type { Fill } from "./order_parts.ts";

const INDEXED_FROM = 17;

/** Executions of one order. */
export class Fills {
  #first: Fill | null = null;
  #last: Fill | null = null;
  #count = 0;
  #byId: Map<string, Fill> | null = null;

  /** The execution that an id names, its own or that of a correction; or undefined. */
  get(execId: string): Fill | undefined {
    if (this.#byId !== null) return this.#byId.get(execId);
    for (let fill = this.#first; fill !== null; fill = fill.next) {
      if (fill.execution.execId === execId) return fill;
      if (fill.correctedAs !== null && fill.correctedAs.includes(execId)) return fill;
    }
    return undefined;
  }

  /** Adds an execution; none of its ids may be known. */
  add(fill: Fill): void {
    if (this.#last === null) this.#first = fill;
    else this.#last.next = fill;
    this.#last = fill;
    this.#count += 1;
    if (this.#byId !== null) this.#index(this.#byId, fill);
    else if (this.#count === INDEXED_FROM) this.#indexAll();
  }

  /** Lets a correction's id name the execution too. */
  correct(fill: Fill, execId: string): void {
    fill.correctedAs ??= [];
    fill.correctedAs.push(execId);
    this.#byId?.set(execId, fill);
  }

  /** Lets every id of one name another, which is the same execution; the one is forgotten. */
  join(fill: Fill, into: Fill): void {
    this.#unlink(fill);
    const { execution, correctedAs } = fill;
    for (const execId of [execution.execId, ...correctedAs ?? []]) this.correct(into, execId);
  }

  /** As they were booked. */
  *[Symbol.iterator](): IterableIterator<Fill> {
    for (let fill = this.#first; fill !== null; fill = fill.next) yield fill;
  }

  #unlink(fill: Fill): void {
    let before: Fill | null = null;
    for (const each of this) {
      if (each === fill) break;
      before = each;
    }
    if (before === null) this.#first = fill.next;
    else before.next = fill.next;
    if (this.#last === fill) this.#last = before;
    fill.next = null;
    this.#count -= 1;
  }

  #indexAll(): void {
    const byId = new Map<string, Fill>();
    this.#byId = byId;
    for (const fill of this) this.#index(byId, fill);
  }

  #index(byId: Map<string, Fill>, fill: Fill): void {
    byId.set(fill.execution.execId, fill);
    for (const execId of fill.correctedAs ?? []) byId.set(execId, fill);
  }
}
