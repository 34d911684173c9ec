/**
 * Bits of a byte source, most significant first.
 * @module
 */
import { damagedData } from "./packed_data.ts";
import type { ReadBytes } from "./packed_data.ts";

const PIECE = 65_536;

/** Reads bits as bzip2 writes them. */
export class BitReader {
  readonly #read: ReadBytes;
  readonly #buffer = new Uint8Array(PIECE);
  #at = 0;
  #end = 0;
  /** The low `#held` bits are still to be given. */
  #bits = 0;
  #held = 0;

  constructor(read: ReadBytes) {
    this.#read = read;
  }

  /** Returns the next `count` bits, 1 to 24. @throws {PackedDataError} If there are fewer. */
  take(count: number): number {
    while (this.#held < count) {
      if (this.#at === this.#end && !this.#fill()) {
        throw damagedData("bzip2", "it must not end early");
      }
      this.#bits = (this.#bits << 8) | (this.#buffer[this.#at++] ?? 0);
      this.#held += 8;
    }
    this.#held -= count;
    const value = this.#bits >>> this.#held;
    this.#bits &= (1 << this.#held) - 1;
    return value;
  }

  /** Returns the next 32 bits, unsigned. */
  takeWord(): number {
    const high = this.take(16);
    return (high * 65_536) + this.take(16);
  }

  /** Passes over what is left of a byte; returns whether another byte follows. */
  nextByte(): boolean {
    this.#held -= this.#held % 8;
    return this.#held > 0 || this.#at < this.#end || this.#fill();
  }

  #fill(): boolean {
    this.#at = 0;
    this.#end = this.#read(this.#buffer);
    return this.#end > 0;
  }
}
