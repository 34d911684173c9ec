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

/**
 * Returns new memory after it was written to. A piece of memory that the process touches for the
 * first time costs a fault of the machine, more than a whole event: a page has all of its faults at
 * once, so that few events have any.
 */
export function touched<Numbers extends Float64Array | Int32Array>(memory: Numbers): Numbers {
  memory.fill(0);
  return memory;
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
