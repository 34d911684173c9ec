/**
 * Deadlines of the engine: a binary heap, earliest first.
 *
 * The state of an order or client says when something is due; the heap only finds it. An entry
 * that its owner no longer confirms is stale and is dropped when it comes to the top, so moving a
 * deadline costs one push. Entries order by time, kind and key, never by insertion: a heap rebuilt
 * from a checkpoint, or without its stale entries, fires in the same order.
 *
 * Invariant: an owner confirms one time of a kind; what is confirmed is in the heap.
 * Bound: there are never more than `WASTE_MAX` entries beyond twice what the last sweep left. A sweep
 * asks about each entry, that is fewer than twice for each push since the last one. An owner that goes
 * to and fro between two times is in the heap more than once; so that this has an end, a sweep that
 * leaves much more than an earlier one leaves each owner once.
 * @module
 */
import type { Micros } from "./numbers.ts";

/** What is due. The key is an order id, a client index for `grace`, a venue for `reconcile`. */
export const DEADLINE_KINDS = ["lapse", "grace", "retry", "lookup", "reconcile"] as const;
export type DeadlineKind = (typeof DEADLINE_KINDS)[number];

export type Deadline = {
  readonly dueUs: Micros;
  readonly kind: DeadlineKind;
  readonly key: number;
};

const RANK = { lapse: 0, grace: 1, retry: 2, lookup: 3, reconcile: 4 } as const satisfies Record<
  DeadlineKind,
  number
>;

function isBefore(a: Deadline, b: Deadline): boolean {
  if (a.dueUs !== b.dueUs) return a.dueUs < b.dueUs;
  if (a.kind !== b.kind) return RANK[a.kind] < RANK[b.kind];
  return a.key < b.key;
}

/** Stale entries that may linger however few stand. */
const WASTE_MAX = 1_024;

/** A heap of deadlines. `isCurrent` asks the owner whether an entry still stands. */
export class Deadlines {
  #heap: Deadline[] = [];
  readonly #isCurrent: (deadline: Deadline) => boolean;
  /** More entries than these are swept. */
  #sweepAt = WASTE_MAX;
  /** Of more that a sweep leaves, some may be there twice. */
  #leftMax = WASTE_MAX;

  constructor(isCurrent: (deadline: Deadline) => boolean) {
    this.#isCurrent = isCurrent;
  }

  /** Adds an entry that its owner confirms already: a sweep may follow. O(log n), amortised. */
  push(deadline: Deadline): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(deadline);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(deadline, above)) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = deadline;
    if (heap.length > this.#sweepAt) this.#sweep();
  }

  /** The earliest entry that stands, or undefined. Drops stale ones above it. */
  peek(): Deadline | undefined {
    for (;;) {
      const top = this.#heap[0];
      if (top === undefined || this.#isCurrent(top)) return top;
      this.#removeTop();
    }
  }

  /** Removes and returns the earliest entry that stands and is due, or undefined. */
  takeDue(nowUs: Micros): Deadline | undefined {
    const top = this.peek();
    if (top === undefined || top.dueUs > nowUs) return undefined;
    this.#removeTop();
    return top;
  }

  /** Drops what is stale, and from time to time what is there twice, which takes longer. */
  #sweep(): void {
    let heap = this.#heap.filter(this.#isCurrent);
    if (heap.length > this.#leftMax) {
      heap = once(heap);
      this.#leftMax = Infinity;
    }
    this.#heap = heap;
    this.#sweepAt = 2 * heap.length + WASTE_MAX;
    this.#leftMax = Math.min(this.#leftMax, this.#sweepAt);
    for (let at = (heap.length >> 1) - 1; at >= 0; at--) {
      const deadline = heap[at];
      if (deadline !== undefined) this.#sink(deadline, at);
    }
  }

  #removeTop(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last, 0);
  }

  /** Puts an entry where `at` is vacant, or below what of it is earlier. */
  #sink(deadline: Deadline, at: number): void {
    const heap = this.#heap;
    let hole = at;
    for (;;) {
      const child = this.#lesserChild(hole);
      const below = heap[child];
      if (below === undefined || !isBefore(below, deadline)) break;
      heap[hole] = below;
      hole = child;
    }
    heap[hole] = deadline;
  }

  #lesserChild(at: number): number {
    const left = this.#heap[2 * at + 1];
    const right = this.#heap[2 * at + 2];
    return left !== undefined && right !== undefined && isBefore(right, left)
      ? 2 * at + 2
      : 2 * at + 1;
  }
}

/** Returns the first of each owner and kind: the others are equal to it. */
function once(heap: readonly Deadline[]): Deadline[] {
  const seen = new Set<number>();
  return heap.filter(({ kind, key }) => {
    const { size } = seen;
    return seen.add(key * DEADLINE_KINDS.length + RANK[kind]).size > size;
  });
}
