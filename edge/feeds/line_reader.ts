/**
 * Lines of a text file, plain or gzip, read piece by piece: memory does not grow with the file.
 *
 * Ordering: lines come as they stand in the file, numbered from 1; a last line needs no line feed.
 * Bounded: a line longer than `LINE_MAX` is refused.
 * @module
 */
import type { DiskFile } from "../ports.ts";
import { Gunzip, GzipError } from "./gunzip.ts";
import type { ReadBytes } from "./gunzip.ts";

const LINE_FEED = 10;
const PIECE = 65_536;
/** Longest line, bytes. A full-depth snapshot has some hundred kilobytes. */
const LINE_MAX = 16_777_216;

/** Reads one file from its start to its end. */
export class LineReader {
  readonly #next: () => Uint8Array | undefined;
  readonly #decoder = new TextDecoder();
  #piece: Uint8Array = new Uint8Array(0);
  #at = 0;
  /** Beginning of a line whose end is in a later piece. */
  #begun: Uint8Array[] = [];
  #begunBytes = 0;
  #lineNumber = 0;

  /** Whether the file is gzip is told from its first bytes. @throws {DiskError} If reading fails. */
  constructor(file: DiskFile) {
    let offset = 0;
    const read: ReadBytes = (buffer) => {
      const count = file.readAt(buffer, offset);
      offset += count;
      return count;
    };
    this.#next = isGzip(file) ? piecesOf(new Gunzip(read)) : plainPieces(read);
  }

  /** Number of the line that `next` gave last; 0 before the first. */
  get lineNumber(): number {
    return this.#lineNumber;
  }

  /**
   * Returns the next line without its line feed, or undefined at the end.
   * @throws {GzipError} If the file is damaged or cut, or a line is too long.
   */
  next(): string | undefined {
    for (;;) {
      const end = this.#piece.indexOf(LINE_FEED, this.#at);
      if (end >= 0) {
        const line = this.#finish(this.#piece.subarray(this.#at, end));
        this.#at = end + 1;
        return line;
      }
      this.#keep(this.#piece.subarray(this.#at));
      const piece = this.#next();
      this.#at = 0;
      this.#piece = piece ?? new Uint8Array(0);
      if (piece === undefined) return this.#begunBytes > 0 ? this.#finish(this.#piece) : undefined;
    }
  }

  #keep(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#begunBytes += bytes.length;
    if (this.#begunBytes > LINE_MAX) {
      throw new GzipError(
        `Cannot read line ${this.#lineNumber + 1}: it must have at most ${LINE_MAX} bytes`,
      );
    }
    this.#begun.push(bytes.slice()); // a piece is valid until the next one only
  }

  #finish(tail: Uint8Array): string {
    this.#lineNumber++;
    if (this.#begunBytes === 0) return this.#decoder.decode(tail);
    const whole = new Uint8Array(this.#begunBytes + tail.length);
    let at = 0;
    for (const part of [...this.#begun, tail]) {
      whole.set(part, at);
      at += part.length;
    }
    this.#begun = [];
    this.#begunBytes = 0;
    return this.#decoder.decode(whole);
  }
}

function isGzip(file: DiskFile): boolean {
  const magic = new Uint8Array(2);
  return file.readAt(magic, 0) === 2 && magic[0] === 0x1f && magic[1] === 0x8b;
}

function piecesOf(gunzip: Gunzip): () => Uint8Array | undefined {
  return () => gunzip.next();
}

function plainPieces(read: ReadBytes): () => Uint8Array | undefined {
  const buffer = new Uint8Array(PIECE);
  return () => {
    const count = read(buffer);
    return count === 0 ? undefined : buffer.subarray(0, count);
  };
}
