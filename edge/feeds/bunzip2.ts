/**
 * Streaming bunzip2, synchronous: one block at a time is in memory, at most 900 kB and its index.
 *
 * The runtime has no bzip2; the packages that read it want the whole file or answer by events.
 *
 * Invariant: the checksum of each block and of each stream is checked before the end is reported.
 * Ordering: several streams in one file follow each other, as bzip2 allows (parallel compressors
 * write them so).
 * Known limit: randomised blocks, which no bzip2 since 1999 writes, are refused.
 * @module
 */
import { BitReader } from "./bit_reader.ts";
import { readSymbols } from "./bzip2_codes.ts";
import { damagedData } from "./packed_data.ts";
import type { ReadBytes } from "./packed_data.ts";

const PIECE = 65_536;
const BLOCK_UNIT = 100_000;
/** Digits of pi and of its root begin a block and the end of a stream. */
const BLOCK_MAGIC = [0x314159, 0x265359] as const;
const END_MAGIC = [0x177245, 0x385090] as const;

/** CRC-32 as bzip2 has it: most significant bit first. */
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = (value << 1) ^ (value < 0 ? 0x04c11db7 : 0);
  return value >>> 0;
});

/** Decompresses one file of bzip2 streams. */
export class Bunzip2 {
  readonly #bits: BitReader;
  readonly #output = new Uint8Array(PIECE);
  #bytes = new Uint8Array(0);
  /** A byte in the low 8 bits, above it where the byte that follows stands. */
  #links = new Uint32Array(0);
  #left = 0;
  #link = 0;
  /** The last byte, how often it came in a row, and how often it is still to come. */
  #last = -1;
  #inRow = 0;
  #repeats = 0;
  #crc = 0;
  #blockCrc = 0;
  #streamCrc = 0;
  #state: "between" | "header" | "block" = "between";
  #isFirst = true;

  constructor(read: ReadBytes) {
    this.#bits = new BitReader(read);
  }

  /**
   * Returns the next piece, at most 64 KiB, or undefined at the end. The bytes are valid until the
   * next call.
   * @throws {PackedDataError} If the data is damaged or cut.
   */
  next(): Uint8Array | undefined {
    let size = 0;
    while (size < PIECE) {
      if (this.#state === "block") size = this.#unfold(size);
      else if (this.#state === "header") this.#openBlock();
      else if (!this.#openStream()) break;
    }
    return size > 0 ? this.#output.subarray(0, size) : undefined;
  }

  #openStream(): boolean {
    if (!this.#bits.nextByte() && !this.#isFirst) return false;
    const [magic, level] = [this.#bits.take(24), this.#bits.take(8) - 48];
    if (magic !== 0x425a68 || level < 1 || level > 9) {
      throw damagedData("bzip2", "a stream must begin with BZh1 to BZh9");
    }
    if (this.#bytes.length !== level * BLOCK_UNIT) {
      this.#bytes = new Uint8Array(level * BLOCK_UNIT);
      this.#links = new Uint32Array(level * BLOCK_UNIT);
    }
    this.#isFirst = false;
    this.#streamCrc = 0;
    this.#state = "header";
    return true;
  }

  #openBlock(): void {
    const [high, low] = [this.#bits.take(24), this.#bits.take(24)];
    const crc = this.#bits.takeWord();
    if (high === END_MAGIC[0] && low === END_MAGIC[1]) {
      if (crc !== this.#streamCrc) throw wrongChecksum();
      this.#state = "between";
      return;
    }
    if (high !== BLOCK_MAGIC[0] || low !== BLOCK_MAGIC[1]) {
      throw damagedData("bzip2", "a block must begin with its mark");
    }
    if (this.#bits.take(1) === 1) throw damagedData("bzip2", "no block may be randomised");
    this.#blockCrc = crc;
    const origin = this.#bits.take(24);
    const size = readSymbols(this.#bits, this.#bytes);
    if (origin >= size) throw damagedData("bzip2", "a block must begin within itself");
    this.#linkUp(size);
    this.#link = this.#links[(this.#links[origin] ?? 0) >>> 8] ?? 0;
    this.#left = size;
    this.#crc = 0xffffffff;
    [this.#last, this.#inRow, this.#repeats] = [-1, 0, 0];
    this.#state = "block";
  }

  /** Undoes the Burrows-Wheeler transform: each place learns where the next byte stands. */
  #linkUp(size: number): void {
    const starts = new Uint32Array(257);
    const bytes = this.#bytes;
    const links = this.#links;
    for (let at = 0; at < size; at++) {
      const byte = bytes[at] ?? 0;
      links[at] = byte;
      starts[byte + 1] = (starts[byte + 1] ?? 0) + 1;
    }
    for (let value = 1; value < 257; value++) {
      starts[value] = (starts[value] ?? 0) + (starts[value - 1] ?? 0);
    }
    for (let at = 0; at < size; at++) {
      const byte = bytes[at] ?? 0;
      const place = starts[byte] ?? 0;
      starts[byte] = place + 1;
      links[place] = (links[place] ?? 0) | at << 8;
    }
  }

  /** Gives bytes of the block from `size` on; four equal ones are followed by a count of more. */
  #unfold(size: number): number {
    const output = this.#output;
    const links = this.#links;
    let [left, link, last, inRow, crc] = [
      this.#left,
      this.#link,
      this.#last,
      this.#inRow,
      this.#crc,
    ];
    let repeats = this.#repeats;
    let at = size;
    while (at < PIECE) {
      if (repeats > 0) repeats--;
      else if (left === 0) break;
      else {
        left--;
        const byte = link & 255;
        link = links[link >>> 8] ?? 0;
        if (inRow === 4) {
          [repeats, inRow] = [byte, 0];
          continue;
        }
        inRow = byte === last ? inRow + 1 : 1;
        last = byte;
      }
      output[at++] = last;
      crc = crc << 8 ^ (CRC[(crc >>> 24 ^ last) & 255] ?? 0);
    }
    [this.#left, this.#link, this.#last, this.#inRow, this.#crc] = [left, link, last, inRow, crc];
    this.#repeats = repeats;
    if (left === 0 && repeats === 0) this.#closeBlock();
    return at;
  }

  #closeBlock(): void {
    const crc = ~this.#crc >>> 0;
    if (crc !== this.#blockCrc) throw wrongChecksum();
    this.#streamCrc = ((this.#streamCrc << 1 | this.#streamCrc >>> 31) ^ crc) >>> 0;
    this.#state = "header";
  }
}

function wrongChecksum(): Error {
  return damagedData("bzip2", "its checksum must be that of its bytes");
}
