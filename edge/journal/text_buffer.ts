/**
 * Text gathered as UTF-8 bytes. Strings die right after they were put, so a batch that fills for long
 * leaves nothing for the garbage collector to carry along.
 * @module
 */

const FIRST_BYTES = 1 << 16;

/** Growing bytes; what was grown is kept for the next batch. */
export class TextBuffer {
  readonly #encoder = new TextEncoder();
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;

  /** Bytes gathered. */
  get length(): number {
    return this.#length;
  }

  /** The bytes gathered; they hold until the next change. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  put(text: string): void {
    const most = this.#length + 3 * text.length; // UTF-8 takes at most three bytes a code unit
    if (most > this.#bytes.length) this.#grow(most);
    this.#length += this.#encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
  }

  clear(): void {
    this.#length = 0;
  }

  #grow(least: number): void {
    const grown = new Uint8Array(2 * least);
    grown.set(this.bytes);
    this.#bytes = grown;
  }
}
