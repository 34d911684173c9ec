/**
 * Deadlines of the engine: a binary heap, earliest first.
 *
 * The state of an order or client says when something is due; the heap only finds it. An entry
 * that its owner no longer confirms is stale and is dropped when it comes to the top, so moving a
 * deadline costs one push. Entries order by time, kind and key, never by insertion: a heap rebuilt
 * from a checkpoint fires in the same order.
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

/** A heap of deadlines. `isCurrent` asks the owner whether an entry still stands. */
export class Deadlines {
  readonly #heap: Deadline[] = [];
  readonly #isCurrent: (deadline: Deadline) => boolean;

  constructor(isCurrent: (deadline: Deadline) => boolean) {
    this.#isCurrent = isCurrent;
  }

  /** Adds an entry. O(log n). */
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

  #removeTop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const child = this.#lesserChild(at);
      const below = heap[child];
      if (below === undefined || !isBefore(below, last)) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = last;
  }

  #lesserChild(at: number): number {
    const left = this.#heap[2 * at + 1];
    const right = this.#heap[2 * at + 2];
    return left !== undefined && right !== undefined && isBefore(right, left)
      ? 2 * at + 2
      : 2 * at + 1;
  }
}
