/**
 * Streaming gunzip, synchronous: compressed bytes are pulled as needed, output comes in pieces, so
 * a capture of any size takes a fixed amount of memory.
 *
 * The runtime's own decompressors either want the whole file or answer by promise; feeds are
 * callbacks and must also run in the simulation. Sources: RFC 1951 (deflate), RFC 1952 (gzip).
 *
 * Invariant: length and CRC-32 of each member are checked before the end is reported.
 * Ordering: several members in one file follow each other, as gzip allows.
 * @module
 */
import { crc32 } from "./crc32.ts";
import { FIXED_DISTANCES, FIXED_LITERALS, huffmanTable } from "./huffman.ts";
import type { HuffmanTable } from "./huffman.ts";

const HISTORY = 32_768;
const PIECE = 65_536;
const MATCH_MAX = 258;
const INPUT = 65_536;

/** Order of code length codes. Source: RFC 1951 §3.2.7. */
const LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15] as const;

type Codes = { readonly literals: HuffmanTable; readonly distances: HuffmanTable };

/** What comes next in the compressed stream. */
type Stage =
  | { readonly kind: "member" }
  | { readonly kind: "block" }
  | { readonly kind: "stored"; left: number }
  | { readonly kind: "coded"; readonly codes: Codes }
  | { readonly kind: "trailer" }
  | { readonly kind: "ended" };

/** Fills the buffer from where it stopped; returns the bytes read, 0 at the end. */
export type ReadBytes = (buffer: Uint8Array) => number;

/** Damaged or cut gzip data. */
export class GzipError extends Error {
  override readonly name = "GzipError";
}

/** Decompresses one gzip stream. */
export class Gunzip {
  readonly #read: ReadBytes;
  readonly #input = new Uint8Array(INPUT);
  #inputAt = 0;
  #inputEnd = 0;
  /** Bits taken from the input and not yet used, lowest first. */
  #hold = 0;
  #held = 0;
  readonly #out = new Uint8Array(HISTORY + PIECE + MATCH_MAX);
  #outAt = HISTORY;
  #outFrom = HISTORY;
  /** Bytes of this member before `#outFrom`: how far back a match may reach. */
  #memberSize = 0;
  #memberCrc = 0;
  #isLastBlock = false;
  #stage: Stage = { kind: "member" };

  constructor(read: ReadBytes) {
    this.#read = read;
  }

  /**
   * Returns the next piece, at most about 64 KiB, or undefined at the end. The bytes are valid
   * until the next call.
   * @throws {GzipError} If the data is damaged or cut.
   */
  next(): Uint8Array | undefined {
    this.#slide();
    while (this.#stage.kind !== "ended" && this.#outAt < HISTORY + PIECE) {
      this.#advance(this.#stage);
    }
    this.#account();
    return this.#outAt > HISTORY ? this.#out.subarray(HISTORY, this.#outAt) : undefined;
  }

  #slide(): void {
    this.#out.copyWithin(0, this.#outAt - HISTORY, this.#outAt);
    this.#outAt = HISTORY;
    this.#outFrom = HISTORY;
  }

  /** Adds what was written since the last call to the member's length and checksum. */
  #account(): void {
    this.#memberCrc = crc32(this.#out.subarray(this.#outFrom, this.#outAt), this.#memberCrc);
    this.#memberSize += this.#outAt - this.#outFrom;
    this.#outFrom = this.#outAt;
  }

  #advance(stage: Stage): void {
    switch (stage.kind) {
      case "member":
        return this.#readHeader();
      case "block":
        return this.#readBlockHeader();
      case "stored":
        return this.#copyStored(stage);
      case "coded":
        return this.#decode(stage.codes);
      case "trailer":
        return this.#readTrailer();
      case "ended":
        return;
    }
  }

  #readHeader(): void {
    this.#fill();
    if (this.#held === 0) {
      this.#stage = { kind: "ended" };
      return;
    }
    if (this.#take(16) !== 0x8b1f) throw damaged("it must begin with the gzip magic number");
    if (this.#take(8) !== 8) throw damaged("its method must be deflate");
    const flags = this.#take(8);
    this.#skip(6);
    if ((flags & 4) !== 0) this.#skip(this.#take(16));
    if ((flags & 8) !== 0) this.#skipText();
    if ((flags & 16) !== 0) this.#skipText();
    if ((flags & 2) !== 0) this.#skip(2);
    this.#stage = { kind: "block" };
  }

  #readTrailer(): void {
    this.#account();
    this.#take(this.#held & 7); // the rest of the last byte
    const crc = this.#take(16) + this.#take(16) * 0x1_0000;
    const size = this.#take(16) + this.#take(16) * 0x1_0000;
    if (crc !== this.#memberCrc) throw damaged("its checksum must match");
    if (size !== this.#memberSize % 0x1_0000_0000) throw damaged("its length must match");
    this.#memberCrc = 0;
    this.#memberSize = 0;
    this.#stage = { kind: "member" };
  }

  #readBlockHeader(): void {
    if (this.#isLastBlock) {
      this.#isLastBlock = false;
      this.#stage = { kind: "trailer" };
      return;
    }
    this.#isLastBlock = this.#take(1) === 1;
    const type = this.#take(2);
    if (type === 0) this.#stage = { kind: "stored", left: this.#readStoredLength() };
    else if (type === 1) this.#stage = { kind: "coded", codes: FIXED };
    else if (type === 2) this.#stage = { kind: "coded", codes: this.#readCodes() };
    else throw damaged("a block's type must be 0, 1 or 2");
  }

  #readStoredLength(): number {
    this.#take(this.#held & 7);
    const length = this.#take(16);
    if ((this.#take(16) ^ 0xffff) !== length) throw damaged("a stored length must match its check");
    return length;
  }

  #readCodes(): Codes {
    const literalCount = this.#take(5) + 257;
    const distanceCount = this.#take(5) + 1;
    const lengthCount = this.#take(4) + 4;
    const lengths = new Uint8Array(19);
    for (const symbol of LENGTH_ORDER.slice(0, lengthCount)) lengths[symbol] = this.#take(3);
    const all = this.#readLengths(huffmanTable(lengths), literalCount + distanceCount);
    return {
      literals: huffmanTable(all.subarray(0, literalCount)),
      distances: huffmanTable(all.subarray(literalCount)),
    };
  }

  #readLengths(table: HuffmanTable, count: number): Uint8Array {
    const lengths = new Uint8Array(count);
    let at = 0;
    while (at < count) {
      const symbol = this.#symbol(table);
      if (symbol < 16) {
        lengths[at++] = symbol;
        continue;
      }
      if (symbol === 16 && at === 0) {
        throw damaged("a repeated code length must have one before it");
      }
      const value = symbol === 16 ? lengths[at - 1] ?? 0 : 0;
      const times = symbol === 16
        ? 3 + this.#take(2)
        : symbol === 17
        ? 3 + this.#take(3)
        : 11 + this.#take(7);
      if (at + times > count) throw damaged("code lengths must not pass their count");
      lengths.fill(value, at, at + times);
      at += times;
    }
    return lengths;
  }

  #copyStored(stage: { left: number }): void {
    while (stage.left > 0 && this.#outAt < HISTORY + PIECE) {
      this.#out[this.#outAt++] = this.#take(8);
      stage.left--;
    }
    if (stage.left === 0) this.#stage = { kind: "block" };
  }

  /** Decodes symbols until the block ends or a piece is full. The hot loop. */
  #decode(codes: Codes): void {
    while (this.#outAt < HISTORY + PIECE) {
      const symbol = this.#symbol(codes.literals);
      if (symbol < 256) this.#out[this.#outAt++] = symbol;
      else if (symbol === 256) {
        this.#stage = { kind: "block" };
        return;
      } else this.#copyMatch(symbol, codes.distances);
    }
  }

  #copyMatch(symbol: number, distances: HuffmanTable): void {
    const lengthRow = LENGTHS[symbol - 257];
    if (lengthRow === undefined) throw damaged("a length symbol must be at most 285");
    const length = lengthRow.base + this.#take(lengthRow.extra);
    const distanceRow = DISTANCES[this.#symbol(distances)];
    if (distanceRow === undefined) throw damaged("a distance symbol must be at most 29");
    const distance = distanceRow.base + this.#take(distanceRow.extra);
    if (distance > this.#memberSize + this.#outAt - this.#outFrom) {
      throw damaged("a match must not reach before the start");
    }
    const from = this.#outAt - distance;
    for (let at = 0; at < length; at++) this.#out[this.#outAt + at] = this.#out[from + at] ?? 0;
    this.#outAt += length;
  }

  #symbol(table: HuffmanTable): number {
    if (this.#held < table.bits) this.#fill();
    const entry = table.entries[this.#hold & table.mask] ?? 0;
    const length = entry & 15;
    if (length === 0) throw damaged("a code must be in its table");
    if (length > this.#held) throw damaged("it must not end early");
    this.#hold >>>= length;
    this.#held -= length;
    return entry >>> 4;
  }

  #take(count: number): number {
    if (this.#held < count) this.#fill();
    if (this.#held < count) throw damaged("it must not end early");
    const value = this.#hold & ((1 << count) - 1);
    this.#hold >>>= count;
    this.#held -= count;
    return value;
  }

  #fill(): void {
    while (this.#held <= 24) {
      if (this.#inputAt === this.#inputEnd) {
        this.#inputAt = 0;
        this.#inputEnd = this.#read(this.#input);
        if (this.#inputEnd === 0) return;
      }
      this.#hold |= (this.#input[this.#inputAt++] ?? 0) << this.#held;
      this.#held += 8;
    }
  }

  #skip(bytes: number): void {
    for (let left = bytes; left > 0; left--) this.#take(8);
  }

  #skipText(): void {
    while (this.#take(8) !== 0);
  }
}

const FIXED: Codes = { literals: FIXED_LITERALS, distances: FIXED_DISTANCES };

type Row = { readonly base: number; readonly extra: number };

/** Bases and extra bits of length symbols 257 to 285. Source: RFC 1951 §3.2.5. */
const LENGTHS: readonly Row[] = [
  ...rows({ first: 3, count: 28, plain: 8, group: 4 }),
  { base: 258, extra: 0 },
];

/** Bases and extra bits of distance symbols 0 to 29. Source: RFC 1951 §3.2.5. */
const DISTANCES: readonly Row[] = rows({ first: 1, count: 30, plain: 4, group: 2 });

/** The first `plain` symbols have no extra bits, then one more for each `group` of symbols. */
function rows(
  of: {
    readonly first: number;
    readonly count: number;
    readonly plain: number;
    readonly group: number;
  },
): Row[] {
  const table: Row[] = [];
  let base = of.first;
  for (let symbol = 0; symbol < of.count; symbol++) {
    const extra = symbol < of.plain ? 0 : Math.floor((symbol - of.plain) / of.group) + 1;
    table.push({ base, extra });
    base += 1 << extra;
  }
  return table;
}

function damaged(rule: string): GzipError {
  return new GzipError(`Cannot decompress gzip data: ${rule}`);
}
