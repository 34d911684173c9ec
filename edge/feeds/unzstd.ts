/**
 * Streaming Zstandard, synchronous, through the package fzstd.
 *
 * The runtime reads Zstandard, but only a whole file at once or by events.
 *
 * Ordering: several frames in one file follow each other; skippable frames are passed over.
 * Bounded: a window of at most 32 MiB, and what `STEP` bytes of input expand to.
 * Known limit: the checksum at a frame's end is passed over, not compared; what damage does to the
 * codes themselves is noticed.
 * @module
 */
import { Decompress } from "fzstd";
import { damagedData } from "./packed_data.ts";
import type { ReadBytes } from "./packed_data.ts";

const PIECE = 65_536;
/** Input at a time: a block of 4 bytes may stand for 128 KiB. */
const STEP = 256;

/** Decompresses one file of Zstandard frames. */
export class Unzstd {
  readonly #read: ReadBytes;
  readonly #input = new Uint8Array(PIECE);
  readonly #stream: Decompress;
  readonly #pieces: Uint8Array[] = [];
  #at = 0;
  #end = 0;
  #isAtEnd = false;

  constructor(read: ReadBytes) {
    this.#read = read;
    this.#stream = new Decompress((piece) => {
      if (piece.length > 0) this.#pieces.push(piece);
    });
  }

  /** Returns the next piece or undefined at the end. @throws {PackedDataError} If damaged or cut. */
  next(): Uint8Array | undefined {
    while (this.#pieces.length === 0 && !this.#isAtEnd) this.#advance();
    return this.#pieces.shift();
  }

  #advance(): void {
    if (this.#at === this.#end) {
      this.#at = 0;
      this.#end = this.#read(this.#input);
    }
    this.#isAtEnd = this.#end === 0;
    // A copy: the package keeps what it cannot use yet.
    const step = this.#input.slice(this.#at, Math.min(this.#at + STEP, this.#end));
    this.#at += step.length;
    try {
      this.#stream.push(step, this.#isAtEnd);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw damagedData("zstd", `it must be as it was written: was "${error.message}"`);
    }
  }
}
