/**
 * The newest idempotency keys of an order that saw many: told apart by a hash first, then by their text.
 *
 * Limit: `SEEN_KEYS_MAX`; of more the oldest are forgotten.
 * @module
 */
import { hashText } from "./text_hash.ts";

/** Keys remembered per order: what is older is stale by the state of the order. */
export const SEEN_KEYS_MAX = 64;

/** Keys, oldest first. */
export class SeenKeys {
  readonly #keys: string[] = [];
  readonly #hashes: number[] = [];
  /** Place of the oldest, which the next key takes once all places are in use. */
  #oldest = 0;

  /** Begins with the keys of a list and one more. */
  constructor(keys: readonly string[], last: string) {
    for (const key of keys) this.check(key);
    this.check(last);
  }

  /** Oldest first. */
  get keys(): readonly string[] {
    return [...this.#keys.slice(this.#oldest), ...this.#keys.slice(0, this.#oldest)];
  }

  /** Returns true if the key is known; else remembers it. */
  check(key: string): boolean {
    const hash = hashText(key, 0);
    for (let at = 0; at < this.#hashes.length; at += 1) {
      if (this.#hashes[at] === hash && this.#keys[at] === key) return true;
    }
    if (this.#keys.length < SEEN_KEYS_MAX) {
      this.#keys.push(key);
      this.#hashes.push(hash);
      return false;
    }
    this.#keys[this.#oldest] = key;
    this.#hashes[this.#oldest] = hash;
    this.#oldest = (this.#oldest + 1) % SEEN_KEYS_MAX;
    return false;
  }
}
