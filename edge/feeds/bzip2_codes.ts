/**
 * The symbols of one bzip2 block: its code tables, its selectors, and the sequence they code.
 *
 * Source: the format as bzip2 1.0 writes it (Huffman codes of at most 20 bits in groups of 50
 * symbols, move-to-front, runs in bijective base 2).
 * @module
 */
import type { BitReader } from "./bit_reader.ts";
import { damagedData } from "./packed_data.ts";

const GROUP = 50;
const LENGTH_MAX = 20;
const ALPHABET_MAX = 258;

/** A Huffman code by length: the last code of each length, and where its symbols begin. */
type Code = {
  readonly least: number;
  /** Last code of that length; -1: there is none. */
  readonly limit: Int32Array;
  readonly offset: Int32Array;
  readonly symbols: Uint16Array;
};

/**
 * Reads the block's bytes, after move-to-front, before the Burrows-Wheeler transform is undone.
 * Returns how many there are.
 * @throws {PackedDataError} If they are more than `bytes` takes or not as bzip2 writes them.
 */
export function readSymbols(bits: BitReader, bytes: Uint8Array): number {
  const order = readAlphabet(bits);
  const end = order.length + 1;
  const { codes, selectors } = readCodes(bits, end + 1);
  let [size, group, left, run, weight] = [0, 0, 0, 0, 1];
  let code = codes[0];
  for (;;) {
    if (left-- === 0) {
      code = codes[selectors[group++] ?? codes.length];
      left = GROUP - 1;
    }
    if (code === undefined) throw damagedData("bzip2", "it must have a selector for each group");
    const symbol = nextSymbol(bits, code);
    if (symbol <= 1) {
      run += weight << symbol;
      weight *= 2;
      if (run > bytes.length) throw tooLong();
      continue;
    }
    if (size + run + (symbol === end ? 0 : 1) > bytes.length) throw tooLong();
    if (run > 0) bytes.fill(order[0] ?? 0, size, size += run);
    [run, weight] = [0, 1];
    if (symbol === end) return size;
    bytes[size++] = toFront(order, symbol - 1);
  }
}

function tooLong(): Error {
  return damagedData("bzip2", "a block must not be longer than its header says");
}

function toFront(order: Uint8Array, at: number): number {
  const byte = order[at] ?? 0;
  order.copyWithin(1, 0, at);
  order[0] = byte;
  return byte;
}

/** Which bytes occur, ascending. */
function readAlphabet(bits: BitReader): Uint8Array {
  const rows = bits.take(16);
  const found: number[] = [];
  for (let row = 0; row < 16; row++) {
    if ((rows >> (15 - row) & 1) === 0) continue;
    const used = bits.take(16);
    for (let column = 0; column < 16; column++) {
      if ((used >> (15 - column) & 1) === 1) found.push(row * 16 + column);
    }
  }
  if (found.length === 0) throw damagedData("bzip2", "a block must use some byte");
  return Uint8Array.from(found);
}

type Codes = { readonly codes: readonly Code[]; readonly selectors: Uint8Array };

function readCodes(bits: BitReader, alphabet: number): Codes {
  const count = bits.take(3);
  if (count < 2 || count > 6) throw damagedData("bzip2", `it must have 2 to 6 codes: was ${count}`);
  const selectors = new Uint8Array(bits.take(15));
  const order = Uint8Array.from({ length: count }, (_, at) => at);
  for (let at = 0; at < selectors.length; at++) {
    let place = 0;
    while (bits.take(1) === 1) {
      if (++place >= count) throw damagedData("bzip2", "a selector must name a code");
    }
    selectors[at] = toFront(order, place);
  }
  const codes: Code[] = [];
  while (codes.length < count) codes.push(codeOf(readLengths(bits, alphabet)));
  return { codes, selectors };
}

function readLengths(bits: BitReader, alphabet: number): Uint8Array {
  const lengths = new Uint8Array(alphabet);
  let length = bits.take(5);
  for (let symbol = 0; symbol < alphabet; symbol++) {
    while (length >= 1 && length <= LENGTH_MAX && bits.take(1) === 1) {
      length += bits.take(1) === 0 ? 1 : -1;
    }
    if (length < 1 || length > LENGTH_MAX) {
      throw damagedData("bzip2", `a code must have 1 to ${LENGTH_MAX} bits: was ${length}`);
    }
    lengths[symbol] = length;
  }
  return lengths;
}

/** Canonical codes: ascending by length, then by symbol. */
function codeOf(lengths: Uint8Array): Code {
  const limit = new Int32Array(LENGTH_MAX + 1).fill(-1);
  const offset = new Int32Array(LENGTH_MAX + 1);
  const symbols = new Uint16Array(ALPHABET_MAX);
  let [next, placed, least] = [0, 0, LENGTH_MAX];
  for (let length = 1; length <= LENGTH_MAX; length++) {
    next *= 2;
    offset[length] = placed - next;
    for (const [symbol, own] of lengths.entries()) {
      if (own !== length) continue;
      symbols[placed++] = symbol;
      limit[length] = next++;
      least = Math.min(least, length);
    }
  }
  return { least, limit, offset, symbols };
}

function nextSymbol(bits: BitReader, code: Code): number {
  let length = code.least;
  let value = bits.take(length);
  while (value > (code.limit[length] ?? -1)) {
    if (++length > LENGTH_MAX) throw damagedData("bzip2", "each code must stand for a symbol");
    value = (value << 1) | bits.take(1);
  }
  return code.symbols[value + (code.offset[length] ?? 0)] ?? 0;
}
