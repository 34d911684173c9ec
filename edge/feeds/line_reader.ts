/**
 * Lines of a text file, compressed or not, read piece by piece: memory does not grow with the file.
 *
 * Ordering: lines come as they stand in the file, numbered from 1; a last line needs no end.
 * A line ends with a line feed, a carriage return, or both.
 * Bounded: a line longer than `LINE_MAX` is refused.
 * @module
 */
import type { DiskFile } from "../ports.ts";
import { PackedDataError } from "./packed_data.ts";
import type { NextPiece } from "./packed_data.ts";
import { unpack } from "./unpack.ts";
import type { Compression } from "./unpack.ts";

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** Longest line, bytes. A full-depth snapshot has some hundred kilobytes. */
const LINE_MAX = 16_777_216;

/** Reads one file from its start to its end. */
export class LineReader {
  /** How the file is compressed. */
  readonly compression: Compression;
  readonly #next: NextPiece;
  readonly #decoder = new TextDecoder();
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Where the next carriage return of the piece stands, not before `#at`; its length: none. */
  #return = 0;
  /** The line before ended with a carriage return: a line feed after it ends nothing. */
  #isAfterReturn = false;
  /** Beginning of a line whose end is in a later piece. */
  #begun: Uint8Array[] = [];
  #begunBytes = 0;
  #lineNumber = 0;

  /** @throws {DiskError} If reading fails. @throws {PackedDataError} If the file is damaged. */
  constructor(file: DiskFile) {
    const { compression, next } = unpack(file);
    this.compression = compression;
    this.#next = next;
  }

  /** Number of the line that was given last; 0 before the first. */
  get lineNumber(): number {
    return this.#lineNumber;
  }

  /**
   * Returns the next line without its end, or undefined at the end of the file.
   * @throws {PackedDataError} If the file is damaged or cut, or a line is too long.
   */
  next(): string | undefined {
    const bytes = this.nextBytes();
    return bytes && this.#decoder.decode(bytes);
  }

  /** As `next`, as bytes of UTF-8, which are valid until the next call. */
  nextBytes(): Uint8Array | undefined {
    for (;;) {
      const end = this.#findEnd();
      if (end !== undefined) return this.#finish(end);
      this.#keep(this.#piece.subarray(this.#at));
      const piece = this.#next();
      if (piece === undefined) return this.#finishLast();
      this.#open(piece);
    }
  }

  #open(piece: Uint8Array): void {
    this.#piece = piece;
    this.#at = this.#isAfterReturn && piece[0] === LINE_FEED ? 1 : 0;
    this.#isAfterReturn = false;
    this.#return = this.#at - 1;
  }

  /** Where the line's end stands. Files without carriage returns are searched for them once. */
  #findEnd(): number | undefined {
    if (this.#return < this.#at) {
      const found = this.#piece.indexOf(CARRIAGE_RETURN, this.#at);
      this.#return = found < 0 ? this.#piece.length : found;
    }
    const feed = this.#piece.indexOf(LINE_FEED, this.#at);
    const end = feed < 0 ? this.#return : Math.min(feed, this.#return);
    return end < this.#piece.length ? end : undefined;
  }

  #finish(end: number): Uint8Array {
    const tail = this.#piece.subarray(this.#at, end);
    const isReturn = end === this.#return;
    this.#at = end + 1;
    if (isReturn && this.#at === this.#piece.length) this.#isAfterReturn = true;
    else if (isReturn && this.#piece[this.#at] === LINE_FEED) this.#at++;
    return this.#line(tail);
  }

  #finishLast(): Uint8Array | undefined {
    this.#piece = new Uint8Array(0);
    this.#at = this.#return = 0;
    return this.#begunBytes > 0 ? this.#line(this.#piece) : undefined;
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#begunBytes += bytes.length;
    if (this.#begunBytes > LINE_MAX) {
      throw new PackedDataError(
        `Cannot read line ${this.#lineNumber + 1}: it must have at most ${LINE_MAX} bytes`,
      );
    }
    this.#begun.push(bytes.slice()); // a piece is valid until the next one only
  }

  #line(tail: Uint8Array): Uint8Array {
    this.#lineNumber++;
    if (this.#begunBytes === 0) return tail;
    const whole = new Uint8Array(this.#begunBytes + tail.length);
    let at = 0;
    for (const part of [...this.#begun, tail]) {
      whole.set(part, at);
      at += part.length;
    }
    this.#begun = [];
    this.#begunBytes = 0;
    return whole;
  }
}
