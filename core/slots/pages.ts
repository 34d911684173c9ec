/**
 * Pages: how everything that grows with orders grows, a fixed piece at a time, so that growing
 * never copies what is there.
 * @module
 */

/** Entries of a page, as bits of an entry's number. */
export const PAGE_BITS = 10;
/** The bits of an entry's number that say where in its page it is. */
export const PAGE_MASK = (1 << PAGE_BITS) - 1;
/** Entries of a page. */
export const PAGE_SIZE = 1 << PAGE_BITS;

/** Bytes that are taken from the machine at once, at most. */
const PIECE_BYTES_MAX = 1 << 19;

/**
 * Where the first page of a piece begins. Allocators put 16 bytes of their own before a large piece,
 * which then lies 16 bytes into a line of the cache: a row that began there would take one line more
 * than it has. Where an allocator does otherwise nothing is lost but this.
 */
const FIRST_BYTES = 48;

/** Where a page is. */
export type PagePlace = { readonly buffer: ArrayBuffer; readonly from: number };

/**
 * Memory for pages, all 0, taken from the machine in pieces that grow with what is taken.
 *
 * Memory that is touched for the first time costs a fault of the machine for every few kilobytes,
 * as much as a whole event. A piece is touched when it is taken, so that few events have any fault.
 */
export class PageMemory {
  readonly #pageBytes: number;
  #buffer = new ArrayBuffer(0);
  #from = 0;
  #nextPages = 1;

  constructor(pageBytes: number) {
    this.#pageBytes = pageBytes;
  }

  /** Gives the place of one more page. */
  take(): PagePlace {
    if (this.#from + this.#pageBytes > this.#buffer.byteLength) this.#takePiece();
    const from = this.#from;
    this.#from += this.#pageBytes;
    return { buffer: this.#buffer, from };
  }

  #takePiece(): void {
    this.#buffer = new ArrayBuffer(FIRST_BYTES + this.#nextPages * this.#pageBytes);
    new Uint8Array(this.#buffer).fill(0);
    this.#from = FIRST_BYTES;
    const most = Math.max(1, Math.floor(PIECE_BYTES_MAX / this.#pageBytes));
    this.#nextPages = Math.min(most, 2 * this.#nextPages);
  }
}

/** What a column of integers or times holds where there is nothing. Never leaves a store. */
export const NONE = -Infinity;

/** Returns a number of a column under the brand with which it was written. */
export function stored<Brand extends number>(row: Float64Array, at: number): Brand {
  return (row[at] ?? NONE) as Brand;
}

/** Returns a number of a column of 32 bits under the brand with which it was written. */
export function storedInt<Brand extends number>(ints: Int32Array, at: number): Brand {
  return (ints[at] ?? 0) as Brand;
}

/** Returns a number of a column, or null where it holds {@link NONE}. */
export function storedOrNull<Brand extends number>(row: Float64Array, at: number): Brand | null {
  const value = row[at] ?? NONE;
  return value === NONE ? null : value as Brand;
}
