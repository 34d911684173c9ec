/**
 * Moments that wait for their event to be durable: pairs of sequence number and time, in a ring of
 * plain numbers.
 *
 * Bound: `WAITING_MAX` pairs; what comes while it is full is not measured, which skews nothing but
 * the count, since it is full only when the disk is behind and everything in it is late alike.
 * @module
 */

const WAITING_MAX = 16_384;

/** Times by sequence number, first in, first out. */
export class WaitingTimes {
  readonly #seqs = new Float64Array(WAITING_MAX);
  readonly #times = new Float64Array(WAITING_MAX);
  #first = 0;
  #length = 0;

  /** Holds a time, microseconds, of event `seq`. Numbers never fall. */
  put(seq: number, timeUs: number): void {
    if (this.#length === WAITING_MAX) return;
    const at = (this.#first + this.#length) & (WAITING_MAX - 1);
    this.#seqs[at] = seq;
    this.#times[at] = timeUs;
    this.#length += 1;
  }

  /** Takes the oldest time if its event is `upTo` or before; undefined: there is none. */
  take(upTo: number): number | undefined {
    if (this.#length === 0 || (this.#seqs[this.#first] ?? 0) > upTo) return undefined;
    const time = this.#times[this.#first];
    this.#first = (this.#first + 1) & (WAITING_MAX - 1);
    this.#length -= 1;
    return time;
  }
}
