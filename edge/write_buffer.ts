/**
 * Two byte buffers that take turns: one is filled while the other is being sent.
 *
 * Invariant: bytes leave in the order in which they came; what `take` returned stays untouched
 * until the next `take`.
 * Limit: none of its own; the owner bounds what it appends. A buffer that grew past
 * `KEPT_BYTES` is given back once it has been sent.
 * @module
 */

const FIRST_BYTES = 4096;
const KEPT_BYTES = 1 << 22;

/** Bytes on their way to a socket. */
export class WriteBuffer {
  #filling = new Uint8Array(FIRST_BYTES);
  #spare = new Uint8Array(FIRST_BYTES);
  #length = 0;

  /** Bytes appended and not yet taken. */
  get length(): number {
    return this.#length;
  }

  /** Copies `bytes` behind those already waiting. */
  append(bytes: Uint8Array): void {
    const needed = this.#length + bytes.length;
    if (needed > this.#filling.length) this.#grow(needed);
    this.#filling.set(bytes, this.#length);
    this.#length = needed;
  }

  /** Returns all that waits, valid until the next `take`, and starts anew. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.#filling;
    const length = this.#length;
    this.#filling = this.#spare.length > KEPT_BYTES ? new Uint8Array(FIRST_BYTES) : this.#spare;
    this.#spare = taken;
    this.#length = 0;
    return taken.subarray(0, length);
  }

  #grow(needed: number): void {
    const grown = new Uint8Array(Math.max(needed, this.#filling.length * 2));
    grown.set(this.#filling.subarray(0, this.#length));
    this.#filling = grown;
  }
}
