/**
 * A hash of short texts for indexes in memory: fast and well spread, no defence of its own.
 *
 * Ids come from clients: whoever indexes them gives a `seed` that they do not know.
 * @module
 */

/** Returns a hash of the text, a signed integer of 32 bits. */
export function hashText(text: string, seed: number): number {
  const length = text.length;
  let hash = seed ^ length;
  for (let i = 0; i < length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x85ebca6b);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0xc2b2ae35);
  return hash ^ (hash >>> 13);
}
