/**
 * Our keys as an exchange is told them: letters and digits only, which every one of them takes.
 *
 * `tlabcdef01-15-2` is `tlabcdef01x15x2` there: no `x` is in a prefix or a number, so that each way
 * back is one. What the library does not read of a key it leaves in the venue's own row: there it is
 * looked for as a whole text, since nothing else is spelled so.
 * @module
 */

const HYPHENS = /-/g;
const SPELLED = /^tl[0-9a-f]{8}x\d+x\d+$/;
const MARK = /x/g;
/** Rows of venues are shallow. */
const DEPTH_MAX = 4;

/** Returns a key as the venue is told it. */
export function spelled(key: string): string {
  return key.replace(HYPHENS, "x");
}

/** Returns our key of what a venue calls it; null: it is not one of any journal. */
export function keyOf(word: unknown): string | null {
  return typeof word === "string" && SPELLED.test(word) ? word.replace(MARK, "-") : null;
}

/** Returns the first key of any journal within a row, or null. */
export function keyWithin(row: unknown, depth = 0): string | null {
  if (typeof row !== "object" || row === null) return keyOf(row);
  if (depth >= DEPTH_MAX) return null;
  for (const value of Object.values(row)) {
    const key = keyWithin(value, depth + 1);
    if (key !== null) return key;
  }
  return null;
}
