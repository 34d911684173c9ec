/**
 * Canonical Huffman codes of deflate as flat look-up tables. Source: RFC 1951 §3.2.2.
 * @module
 */

/** Entry at the next `bits` bits of input: symbol × 16 + length of its code; 0: no such code. */
export type HuffmanTable = {
  readonly bits: number;
  readonly mask: number;
  readonly entries: Uint16Array;
};

const BITS_MAX = 15;

/** Makes the table of the code whose symbol `n` has `lengths[n]` bits; 0: the symbol is unused. */
export function huffmanTable(lengths: Uint8Array): HuffmanTable {
  const counts = new Uint16Array(BITS_MAX + 1);
  let bits = 1;
  for (const length of lengths) {
    if (length === 0) continue;
    counts[length] = (counts[length] ?? 0) + 1;
    if (length > bits) bits = length;
  }
  const entries = new Uint16Array(1 << bits);
  const nextCodes = firstCodes(counts);
  for (const [symbol, length] of lengths.entries()) {
    if (length === 0) continue;
    const code = nextCodes[length] ?? 0;
    nextCodes[length] = code + 1;
    const step = 1 << length;
    for (let at = reversed(code, length); at < entries.length; at += step) {
      entries[at] = symbol << 4 | length;
    }
  }
  return { bits, mask: (1 << bits) - 1, entries };
}

/** Literal and length codes of blocks with fixed codes. */
export const FIXED_LITERALS = huffmanTable(
  new Uint8Array(288).fill(8, 0, 144).fill(9, 144, 256).fill(7, 256, 280).fill(8, 280),
);
/** Distance codes of blocks with fixed codes. */
export const FIXED_DISTANCES = huffmanTable(new Uint8Array(32).fill(5));

function firstCodes(counts: Uint16Array): Uint32Array {
  const codes = new Uint32Array(BITS_MAX + 1);
  let code = 0;
  for (let length = 1; length <= BITS_MAX; length++) {
    code = (code + (counts[length - 1] ?? 0)) << 1;
    codes[length] = code;
  }
  return codes;
}

/** Codes are packed from their highest bit, the input is read from the lowest. */
function reversed(code: number, length: number): number {
  let left = code;
  let result = 0;
  for (let bit = 0; bit < length; bit++) {
    result = result << 1 | left & 1;
    left >>>= 1;
  }
  return result;
}
