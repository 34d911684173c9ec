/**
 * Market events of one session on their way out: held until they are durable, conflated while the
 * reader or the disk is slow.
 *
 * Ordering: what comes out is in order of sequence numbers, always; while the reader is slow
 * nothing is taken. While one of them is, the newest of each key replaces the one before it.
 * Limits: while slow, one event per key besides those of before; the events without a key (orders,
 * venues, instruments) are never dropped, and their owner bounds `chars`.
 * @module
 */

/** What may be conflated: one book, one trade tape, one timer. */
export type EventKey = string;

/** `text` is an encoded event, or several with commas between. */
type Waiting = { readonly seq: number; readonly text: string; readonly isAlone: boolean };

/** Encoded events for one EVENTS frame; `seq` is the last one's. */
export type EventBatch = { readonly seq: number; readonly texts: readonly string[] };

/** A queue of encoded events. */
export class EventQueue {
  /** In insertion order; a conflated event moves to the end. */
  readonly #waiting = new Map<EventKey | number, Waiting>();
  #next = 0;
  #chars = 0;

  /** Characters that wait. */
  get chars(): number {
    return this.#chars;
  }

  /** Adds an event that must not be lost, or one of a reader that keeps up. */
  push(seq: number, text: string): void {
    this.#add(this.#next += 1, { seq, text, isAlone: false });
  }

  /** Adds events, commas between, that make one EVENTS frame of their own. */
  pushFrame(seq: number, text: string): void {
    this.#add(this.#next += 1, { seq, text, isAlone: true });
  }

  /** Adds an event where much waits; returns true if it replaced an older one of its key. */
  conflate(key: EventKey, event: { readonly seq: number; readonly text: string }): boolean {
    const isConflated = this.#forget(key);
    const text = isConflated ? markConflated(event.text) : event.text;
    this.#add(key, { seq: event.seq, text, isAlone: false });
    return isConflated;
  }

  /** Takes events up to `upTo`, oldest first, about `charsMax` of them; undefined if none. */
  take(upTo: number, charsMax: number): EventBatch | undefined {
    const texts: string[] = [];
    let last = 0;
    let chars = 0;
    for (const [key, waiting] of this.#waiting) {
      if (waiting.seq > upTo || chars >= charsMax) break;
      if (waiting.isAlone && texts.length > 0) break;
      this.#forget(key);
      texts.push(waiting.text);
      chars += waiting.text.length;
      last = waiting.seq;
      if (waiting.isAlone) break;
    }
    return texts.length === 0 ? undefined : { seq: last, texts };
  }

  #add(key: EventKey | number, waiting: Waiting): void {
    this.#waiting.set(key, waiting);
    this.#chars += waiting.text.length;
  }

  #forget(key: EventKey | number): boolean {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return false;
    this.#chars -= waiting.text.length;
    return this.#waiting.delete(key);
  }
}

/** Returns an encoded event with `conflated: true`. */
export function markConflated(event: string): string {
  return `${event.slice(0, -1)},"conflated":true}`;
}
