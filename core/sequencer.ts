/**
 * The sequencer: the one authority that numbers events (R-CORE-2).
 *
 * Each producer has its own queue. A round takes what waited when it began, at most
 * `perProducerMax` of each producer so that none starves the rest, and merges the heads of the
 * queues by source priority, venue, instrument and producer index. Taking may tell a producer that
 * there is room; if it ends then, its queue is empty and the round goes on without it.
 *
 * A run begins with `Started`, whatever the priorities: what is due already when the daemon starts
 * would else be done as if the last run had never ended.
 *
 * Invariants: events of one producer never overtake each other; `Started` at the head of a queue is
 * taken before all other heads; `seqId` rises by one; `ingestTime` never falls, whatever the clock
 * does.
 * @module
 */
import type { Draft, Event, Source } from "./event.ts";
import { SOURCES } from "./event.ts";
import { invariant } from "./invariant.ts";
import { type Micros, micros, type SeqId, seqId } from "./numbers.ts";

/** One producer's queue, oldest first. */
export interface DraftQueue {
  /** Unique, given in order of registration. */
  readonly index: number;
  readonly length: number;
  /** The head; only called while `length > 0`. */
  peek(): Draft;
  /** Removes and returns the head. What its producer does with the room may empty queues. */
  take(): Draft;
}

export type SequencerOptions = {
  /** Last number that is already taken. */
  readonly startAfter: SeqId;
  readonly lastIngest: Micros;
  /** Sources, most urgent first; `Started` is before them. Default {@link SOURCES}. */
  readonly priorities?: readonly Source[];
  /** Most events of one producer in one round. Default 256. */
  readonly perProducerMax?: number;
};

/** Every busy turn ends with a round that finds nothing. */
const NO_EVENTS: readonly Event[] = [];

/** Rank of what begins a run: above that of every source. */
const BEFORE_ALL = -1;

type Head = { readonly queue: DraftQueue; remaining: number; draft: Draft };

/** Numbers drafts. */
export class Sequencer {
  readonly #rank: ReadonlyMap<Source, number>;
  readonly #perProducerMax: number;
  #last: SeqId;
  #lastIngest: Micros;

  /** @throws {RangeError} If `priorities` does not name every source once. */
  constructor(options: SequencerOptions) {
    const priorities = options.priorities ?? SOURCES;
    this.#rank = new Map(priorities.map((source, rank) => [source, rank]));
    if (this.#rank.size !== SOURCES.length || priorities.length !== SOURCES.length) {
      throw new RangeError(
        `Cannot make a Sequencer: priorities must name every source once: was ${priorities}`,
      );
    }
    this.#perProducerMax = options.perProducerMax ?? 256;
    this.#last = options.startAfter;
    this.#lastIngest = options.lastIngest;
  }

  /** Takes one round. `nowUs` is the engine clock; a clock that went back is held. */
  round(queues: readonly DraftQueue[], nowUs: Micros): readonly Event[] {
    if (nowUs > this.#lastIngest) this.#lastIngest = nowUs;
    if (!isAnyWaiting(queues)) return NO_EVENTS;
    const heads = this.#openHeads(queues);
    const events: Event[] = [];
    while (heads.length > 0) {
      const best = this.#firstOf(heads);
      const head = heads[best];
      invariant(head !== undefined, "The chosen head must exist");
      if (head.queue.length > 0) events.push(this.#number(head.queue.take()));
      head.remaining -= 1;
      if (head.remaining === 0 || head.queue.length === 0) heads.splice(best, 1);
      else head.draft = head.queue.peek();
    }
    return events;
  }

  #openHeads(queues: readonly DraftQueue[]): Head[] {
    const heads: Head[] = [];
    for (const queue of queues) {
      const remaining = Math.min(queue.length, this.#perProducerMax);
      if (remaining > 0) heads.push({ queue, remaining, draft: queue.peek() });
    }
    return heads;
  }

  #firstOf(heads: readonly Head[]): number {
    let best = 0;
    for (let i = 1; i < heads.length; i += 1) {
      const a = heads[i];
      const b = heads[best];
      invariant(a !== undefined && b !== undefined, "Heads must be dense");
      if (this.#compare(a, b) < 0) best = i;
    }
    return best;
  }

  #compare(a: Head, b: Head): number {
    return this.#rankOf(a.draft) - this.#rankOf(b.draft) ||
      place(a.draft.venue) - place(b.draft.venue) ||
      place(a.draft.instrument) - place(b.draft.instrument) ||
      a.queue.index - b.queue.index;
  }

  #rankOf({ eventType, source }: Draft): number {
    if (eventType === "Started") return BEFORE_ALL;
    return this.#rank.get(source) ?? SOURCES.length;
  }

  #number(draft: Draft): Event {
    this.#last = seqId(this.#last + 1);
    return { ...draft, seqId: this.#last, ingestTime: this.#lastIngest };
  }

  /** Engine clock of the last round. */
  get lastIngest(): Micros {
    return micros(this.#lastIngest);
  }
}

function isAnyWaiting(queues: readonly DraftQueue[]): boolean {
  for (const queue of queues) if (queue.length > 0) return true;
  return false;
}

/** What concerns no venue or instrument comes before what does. */
function place(id: number | null): number {
  return id === null ? 0 : id + 1;
}
