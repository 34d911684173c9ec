/**
 * The newest idempotency keys of one order, linked newest first: most orders have a few, for which
 * arrays would take several times their room.
 *
 * Limit: `SEEN_KEYS_MAX`; of more the oldest are forgotten.
 * @module
 */

/** Keys remembered per order: what is older is stale by the state of the order. */
export const SEEN_KEYS_MAX = 64;

/** A key and those that came before it. */
export type SeenKey = { readonly key: string; older: SeenKey | null };

/** Returns true if `key` is among the keys; lets go of what one more key leaves no room for. */
export function isAmong(newest: SeenKey | null, key: string): boolean {
  let count = 0;
  let lastKept: SeenKey | null = null;
  for (let seen = newest; seen !== null; seen = seen.older) {
    if (seen.key === key) return true;
    count += 1;
    if (count === SEEN_KEYS_MAX - 1) lastKept = seen;
  }
  if (lastKept !== null) lastKept.older = null;
  return false;
}

/** Returns the keys, oldest first. */
export function keysOf(newest: SeenKey | null): readonly string[] {
  const keys: string[] = [];
  for (let seen = newest; seen !== null; seen = seen.older) keys.push(seen.key);
  return keys.reverse();
}
