/**
 * Ingress: one bounded queue per producer, its back-pressure policy named.
 *
 * Ordering: first in, first out; a producer's events never overtake each other, and conflation
 * merges only into the last waiting event. What happens at the bound is the policy:
 *
 * - `block`: the offer is refused and the producer offers again when there is room. Loses nothing.
 * - `conflate`: market data merges into the last waiting event of the same instrument and kind; what
 *   cannot merge is dropped and counted, and a dropped book change invalidates that book.
 * - `drop`: market data is dropped and counted; a dropped book change invalidates that book.
 *   Under both, what nothing later makes up for (a venue's status, a book's invalidation) is refused
 *   as under `block`.
 * - `fail`: the queue must never fill (control, timers): an overflow is a fault of ours.
 * @module
 */
import type { Draft, Levels } from "../core/event.ts";
import { unreachable } from "../core/invariant.ts";

/** Room of a fresh queue, a power of two. */
const FIRST_SIZE = 16;

export type QueuePolicy = "block" | "conflate" | "drop" | "fail";

export type QueueOptions = {
  readonly name: string;
  readonly max: number;
  readonly policy: QueuePolicy;
};

/** What a queue has counted since it was opened. */
export type QueueTotals = {
  readonly highWater: number;
  readonly dropped: number;
  readonly conflated: number;
  readonly refused: number;
};

/** Queues of one family that have closed; policy and bound are the last one's. */
export type ClosedQueues = {
  readonly family: string;
  readonly policy: QueuePolicy;
  readonly max: number;
  readonly totals: QueueTotals;
};

/** One producer's queue. Satisfies the sequencer's and the wire's view of it. */
export class IngressQueue {
  readonly index: number;
  readonly name: string;
  readonly policy: QueuePolicy;
  readonly max: number;
  readonly #wake: () => void;
  readonly #leave: (queue: IngressQueue) => void;
  /** A ring whose size is a power of two; it grows up to what `max` needs. */
  #items: (Draft | undefined)[] = new Array(FIRST_SIZE).fill(undefined);
  #head = 0;
  #length = 0;
  #roomHandler: (() => void) | undefined;
  #wasRefused = false;
  #isClosed = false;
  /** Instruments whose book change was dropped and not yet invalidated. */
  readonly #broken = new Set<Draft["instrument"]>();
  #dropped = 0;
  #conflated = 0;
  #refused = 0;
  #highWater = 0;

  constructor(
    options: QueueOptions & { readonly index: number },
    hooks: { readonly wake: () => void; readonly leave: (queue: IngressQueue) => void },
  ) {
    this.index = options.index;
    this.name = options.name;
    this.policy = options.policy;
    this.max = options.max;
    this.#wake = hooks.wake;
    this.#leave = hooks.leave;
  }

  get length(): number {
    return this.#length;
  }

  /** Counters for heartbeat, metrics and log. */
  get statistics(): QueueTotals & { readonly depth: number } {
    return {
      depth: this.length,
      highWater: this.#highWater,
      dropped: this.#dropped,
      conflated: this.#conflated,
      refused: this.#refused,
    };
  }

  /**
   * Adds a draft, or does at the bound what the policy says; false: offer it again when there is room.
   * @throws {RangeError} If a `fail` queue is full.
   */
  offer(draft: Draft): boolean {
    if (this.#isClosed) return true; // a closed producer is dropped, not refused
    if (this.length >= this.max) return this.#offerFull(draft);
    this.#repair(draft);
    this.#push(draft);
    return true;
  }

  onRoom(handler: () => void): void {
    this.#roomHandler = handler;
  }

  peek(): Draft {
    const draft = this.#items[this.#head];
    if (draft === undefined) throw new RangeError(`Cannot peek: the queue ${this.name} is empty`);
    return draft;
  }

  take(): Draft {
    const draft = this.peek();
    this.#items[this.#head] = undefined;
    this.#head = (this.#head + 1) & (this.#items.length - 1);
    this.#length--;
    this.#announceRoom();
    return draft;
  }

  close(): void {
    this.#isClosed = true;
    this.#items = new Array(FIRST_SIZE).fill(undefined);
    this.#head = this.#length = 0;
    this.#leave(this);
  }

  #push(draft: Draft): void {
    if (this.#length === this.#items.length) this.#grow();
    this.#items[(this.#head + this.#length) & (this.#items.length - 1)] = draft;
    this.#length++;
    if (this.#length > this.#highWater) this.#highWater = this.#length;
    this.#wake();
  }

  #grow(): void {
    const size = this.#items.length;
    const grown: (Draft | undefined)[] = new Array(2 * size).fill(undefined);
    for (let at = 0; at < size; at++) grown[at] = this.#items[(this.#head + at) & (size - 1)];
    this.#items = grown;
    this.#head = 0;
  }

  #offerFull(draft: Draft): boolean {
    switch (this.policy) {
      case "block":
        return this.#refuse();
      case "fail":
        throw new RangeError(
          `Cannot queue a ${draft.eventType} event: ${this.name} must hold at most ${this.max}`,
        );
      case "conflate":
        if (!this.#broken.has(draft.instrument) && this.#mergeIntoLast(draft)) return true;
        return isDroppable(draft) ? this.#drop(draft) : this.#refuse();
      case "drop":
        return isDroppable(draft) ? this.#drop(draft) : this.#refuse();
      default:
        return unreachable(this.policy);
    }
  }

  #refuse(): false {
    this.#wasRefused = true;
    this.#refused++;
    return false;
  }

  #drop(draft: Draft): boolean {
    this.#dropped++;
    if (draft.eventType === "BookDelta" || draft.eventType === "BookSnapshot") {
      this.#broken.add(draft.instrument);
    }
    return true;
  }

  /** A book that lost a change must say so before its next event; a snapshot mends it. */
  #repair(draft: Draft): void {
    if (!this.#broken.has(draft.instrument)) return;
    this.#broken.delete(draft.instrument);
    if (draft.eventType === "BookSnapshot") return;
    this.#push({
      ...draft,
      eventType: "BookInvalidated",
      source: "market_data",
      payload: { reason: `queue ${this.name} was full and dropped a change of the book` },
      idempotencyKey: null,
    });
  }

  #mergeIntoLast(draft: Draft): boolean {
    if (this.#length === 0) return false;
    const at = (this.#head + this.#length - 1) & (this.#items.length - 1);
    const last = this.#items[at];
    if (last === undefined || last.instrument !== draft.instrument) return false;
    const merged = conflate(last, draft);
    if (merged === undefined) return false;
    this.#items[at] = merged;
    this.#conflated++;
    return true;
  }

  #announceRoom(): void {
    if (!this.#wasRefused || this.length * 2 > this.max) return;
    this.#wasRefused = false;
    this.#roomHandler?.();
  }
}

/** All queues, in producer order. */
export class Ingress {
  readonly #wake: () => void;
  readonly #queues: IngressQueue[] = [];
  /** By family: sessions come and go, what they counted stays. */
  readonly #closed = new Map<string, ClosedQueues>();
  #nextIndex = 0;

  /** `wake` is called whenever something waits. */
  constructor(wake: () => void) {
    this.#wake = wake;
  }

  get queues(): readonly IngressQueue[] {
    return this.#queues;
  }

  /** What queues that have closed had counted, those of sessions together. */
  get closed(): Iterable<ClosedQueues> {
    return this.#closed.values();
  }

  /** Events waiting, all producers. */
  get depth(): number {
    let sum = 0;
    for (const queue of this.#queues) sum += queue.length;
    return sum;
  }

  open(options: QueueOptions): IngressQueue {
    const queue = new IngressQueue({ ...options, index: this.#nextIndex++ }, {
      wake: this.#wake,
      leave: (left) => {
        const at = this.#queues.indexOf(left);
        if (at < 0) return;
        this.#queues.splice(at, 1);
        this.#remember(left);
      },
    });
    this.#queues.push(queue);
    return queue;
  }

  #remember({ name, policy, max, statistics }: IngressQueue): void {
    const family = familyOf(name);
    const before = this.#closed.get(family)?.totals;
    const totals = {
      highWater: Math.max(statistics.highWater, before?.highWater ?? 0),
      dropped: statistics.dropped + (before?.dropped ?? 0),
      conflated: statistics.conflated + (before?.conflated ?? 0),
      refused: statistics.refused + (before?.refused ?? 0),
    };
    this.#closed.set(family, { family, policy, max, totals });
  }
}

/** Returns under which name queues are counted together: `session 4711` is one of many. */
export function familyOf(name: string): string {
  return name.startsWith("session ") ? "session" : name;
}

/**
 * Later market data makes up for what was lost, once a lost book change is said. A definition comes
 * seldom, and a suspension that was lost would not be said again.
 */
function isDroppable({ source, eventType }: Draft): boolean {
  return source === "market_data" && eventType !== "BookInvalidated" &&
    eventType !== "MarketDefined";
}

/** Returns one event that leaves the same book as `first` and then `second`, or undefined. */
export function conflate(first: Draft, second: Draft): Draft | undefined {
  if (second.eventType === "QuoteUpdated") {
    return first.eventType === "QuoteUpdated" ? second : undefined;
  }
  if (second.eventType !== "BookDelta" || first.eventType !== "BookDelta") return undefined;
  return {
    ...second,
    payload: {
      bids: mergeLevels(first.payload.bids, second.payload.bids),
      asks: mergeLevels(first.payload.asks, second.payload.asks),
      updateId: second.payload.updateId,
    },
  };
}

/** Later quantities win; the order of first appearance is kept. */
function mergeLevels(first: Levels, second: Levels): Levels {
  const quantities = new Map<number, number>();
  for (const levels of [first, second]) {
    for (let at = 0; at + 1 < levels.length; at += 2) {
      quantities.set(levels[at] ?? 0, levels[at + 1] ?? 0);
    }
  }
  const merged: number[] = [];
  for (const [price, quantity] of quantities) merged.push(price, quantity);
  return merged;
}
