/**
 * Texts that an index of hashes cannot tell apart.
 * @module
 */

/** Texts with one hash under a seed: the last unit makes up for what the first two came to. */
export function colliding(count: number, seed: number): readonly string[] {
  const step = (hash: number, unit: number): number => {
    const mixed = Math.imul(hash ^ unit, 0x85ebca6b);
    return mixed ^ (mixed >>> 15);
  };
  const texts: string[] = [];
  for (let first = 0; texts.length < count; first += 1) {
    const begun = step(seed ^ 3, first); // three units: the length is mixed in first
    for (let second = 0; second < 65_536 && texts.length < count; second += 1) {
      const last = step(begun, second);
      if (last >>> 16 === 0) texts.push(String.fromCharCode(first, second, last));
    }
  }
  return texts;
}
