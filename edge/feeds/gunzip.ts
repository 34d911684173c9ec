/**
 * Streaming gunzip, synchronous: compressed bytes are pulled as needed, output comes in pieces, so
 * a capture of any size takes a fixed amount of memory.
 *
 * The runtime's own decompressors either want the whole file or answer by promise; feeds are
 * callbacks and must also run in the simulation. So this drives pako, zlib in JavaScript, through
 * zlib's own interface: its classes with `push` keep as much output as one input expands to.
 *
 * Invariant: length and CRC-32 of each member are checked before the end is reported.
 * Ordering: several members in one file follow each other, as gzip allows. Source: RFC 1952.
 * @module
 */
import {
  Z_BUF_ERROR,
  Z_NO_FLUSH,
  Z_OK,
  Z_STREAM_END,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
  ZStream,
} from "pako";
import { damagedData } from "./packed_data.ts";
import type { PackedDataError, ReadBytes } from "./packed_data.ts";

const PIECE = 65_536;
/** The largest window, 15 bits; 16 more stand for gzip's header and trailer. Source: zlib.h. */
const GZIP_WINDOW_BITS = 31;

/** Decompresses one gzip stream. */
export class Gunzip {
  readonly #read: ReadBytes;
  readonly #input = new Uint8Array(PIECE);
  readonly #output = new Uint8Array(PIECE);
  readonly #stream = new ZStream();
  #isBetweenMembers = true;

  constructor(read: ReadBytes) {
    this.#read = read;
    zlibInflateInit2(this.#stream, GZIP_WINDOW_BITS);
    this.#stream.input = this.#input;
    this.#stream.output = this.#output;
  }

  /**
   * Returns the next piece, at most 64 KiB, or undefined at the end. The bytes are valid until the
   * next call.
   * @throws {PackedDataError} If the data is damaged or cut.
   */
  next(): Uint8Array | undefined {
    const stream = this.#stream;
    stream.next_out = 0;
    stream.avail_out = PIECE;
    while (stream.avail_out > 0) {
      if (stream.avail_in === 0) this.#fill();
      if (this.#isBetweenMembers && stream.avail_in === 0) break;
      this.#advance();
    }
    return stream.next_out > 0 ? this.#output.subarray(0, stream.next_out) : undefined;
  }

  #fill(): void {
    this.#stream.next_in = 0;
    this.#stream.avail_in = this.#read(this.#input);
  }

  /** Takes input and gives output until one of them, or the member, is at its end. */
  #advance(): void {
    if (this.#isBetweenMembers) zlibInflateReset(this.#stream);
    const status = zlibInflate(this.#stream, Z_NO_FLUSH);
    this.#isBetweenMembers = status === Z_STREAM_END;
    if (status === Z_OK || status === Z_STREAM_END) return;
    // zlib calls it a buffer error that it got no further: there is no more input.
    if (status === Z_BUF_ERROR) throw damaged("it must not end early");
    throw damaged(`it must be as it was written: was "${this.#stream.msg}"`);
  }
}

function damaged(rule: string): PackedDataError {
  return damagedData("gzip", rule);
}
