/**
 * Market events of one session on their way out: held until they are durable, conflated while the
 * reader or the disk is slow.
 *
 * Ordering: what comes out is in order of sequence numbers, always; while the reader is slow
 * nothing is taken. While one of them is, the newest of each key replaces the one before it.
 * Limits: while slow, one event per key besides those of before; the events without a key (orders,
 * venues, instruments) are never dropped, and their owner bounds `keptChars`.
 * @module
 */

/** What may be conflated: one book, one trade tape, one timer. */
export type EventKey = string;

/** `text` is an encoded event, or `count` of them with commas between. */
type Waiting = {
  readonly seq: number;
  readonly text: string;
  readonly count: number;
  readonly isAlone: boolean;
};

/** Encoded events for one EVENTS frame; `seq` is the last one's, `count` how many they are. */
export type EventBatch = {
  readonly seq: number;
  readonly texts: readonly string[];
  readonly count: number;
};

/** A queue of encoded events. */
export class EventQueue {
  /** In insertion order; a conflated event moves to the end. */
  readonly #waiting = new Map<EventKey | number, Waiting>();
  #next = 0;
  #chars = 0;
  #keptChars = 0;
  #framesWaiting = 0;

  /** Characters that wait. */
  get chars(): number {
    return this.#chars;
  }

  /** Of them, those of events that nothing replaces: neither conflated ones nor frames. */
  get keptChars(): number {
    return this.#keptChars;
  }

  /** True while a frame of `pushFrame` waits. */
  get hasFrame(): boolean {
    return this.#framesWaiting > 0;
  }

  /** Adds an event that must not be lost, or one of a reader that keeps up. */
  push(seq: number, text: string): void {
    this.#add(this.#next += 1, { seq, text, count: 1, isAlone: false });
  }

  /** Adds so many events, commas between, that make one EVENTS frame of their own. */
  pushFrame(seq: number, events: { readonly text: string; readonly count: number }): void {
    this.#add(this.#next += 1, { seq, ...events, isAlone: true });
  }

  /** Adds an event where much waits; returns true if it replaced an older one of its key. */
  conflate(
    key: EventKey,
    event: { readonly seq: number; readonly text: string; readonly isConflated: boolean },
  ): boolean {
    const isReplacing = this.#forget(key);
    const text = isReplacing || event.isConflated ? markConflated(event.text) : event.text;
    this.#add(key, { seq: event.seq, text, count: 1, isAlone: false });
    return isReplacing;
  }

  /**
   * Takes events up to `upTo`, oldest first, of at most `charsMax` characters or one that is longer by
   * itself; undefined if none.
   */
  take(upTo: number, charsMax: number): EventBatch | undefined {
    const texts: string[] = [];
    let last = 0;
    let chars = 0;
    let count = 0;
    for (const [key, waiting] of this.#waiting) {
      if (waiting.seq > upTo) break;
      const isFull = waiting.isAlone || chars + waiting.text.length > charsMax;
      if (isFull && texts.length > 0) break;
      this.#forget(key);
      texts.push(waiting.text);
      chars += waiting.text.length;
      count += waiting.count;
      last = waiting.seq;
      if (waiting.isAlone) break;
    }
    return texts.length === 0 ? undefined : { seq: last, texts, count };
  }

  #add(key: EventKey | number, waiting: Waiting): void {
    this.#waiting.set(key, waiting);
    this.#count(key, waiting, 1);
  }

  #forget(key: EventKey | number): boolean {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return false;
    this.#count(key, waiting, -1);
    return this.#waiting.delete(key);
  }

  #count(key: EventKey | number, { text, isAlone }: Waiting, sign: 1 | -1): void {
    this.#chars += sign * text.length;
    if (isAlone) this.#framesWaiting += sign;
    else if (typeof key === "number") this.#keptChars += sign * text.length;
  }
}

/** Returns an encoded event with `conflated: true`; never of one that has it, a key comes once. */
export function markConflated(event: string): string {
  return `${event.slice(0, -1)},"conflated":true}`;
}
