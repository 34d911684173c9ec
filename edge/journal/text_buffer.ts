/**
 * Text gathered as UTF-8 bytes. Strings die soon after they were put, so a batch that fills for long
 * leaves nothing for the garbage collector to carry along; they are encoded some at a time, since a
 * call costs more than what it encodes.
 * @module
 */

const FIRST_BYTES = 1 << 16;
/** Text that waits to be encoded. */
const WAITING_CHARS = 1 << 15;

/** Growing bytes; what was grown is kept for the next batch. */
export class TextBuffer {
  readonly #encoder = new TextEncoder();
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = 0;
  #waiting = "";

  /** About as many bytes as were gathered; exact for ASCII. */
  get size(): number {
    return this.#length + this.#waiting.length;
  }

  /** The bytes gathered; they hold until the next change. */
  get bytes(): Uint8Array {
    this.#encode();
    return this.#bytes.subarray(0, this.#length);
  }

  put(text: string): void {
    this.#waiting += text;
    if (this.#waiting.length >= WAITING_CHARS) this.#encode();
  }

  clear(): void {
    this.#length = 0;
    this.#waiting = "";
  }

  #encode(): void {
    const text = this.#waiting;
    if (text === "") return;
    const most = this.#length + 3 * text.length; // UTF-8 takes at most three bytes a code unit
    if (most > this.#bytes.length) this.#grow(most);
    this.#length += this.#encoder.encodeInto(text, this.#bytes.subarray(this.#length)).written;
    this.#waiting = "";
  }

  #grow(least: number): void {
    const grown = new Uint8Array(2 * least);
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}
