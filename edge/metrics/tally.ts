/**
 * Counts by word of a closed list, all 0 at first; what is not in the list counts as `other`.
 * @module
 */

/** The word of what has none in the list. */
export const OTHER = "other";

/** Counts by word. Counting is one look-up and one addition. */
export class Tally {
  readonly #words: readonly string[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #counts: Float64Array;

  constructor(words: readonly string[]) {
    this.#words = words;
    this.#places = new Map(words.map((word, at) => [word, at]));
    this.#counts = new Float64Array(words.length + 1);
  }

  add(word: string, by = 1): void {
    const at = this.#places.get(word) ?? this.#words.length;
    this.#counts[at] = (this.#counts[at] ?? 0) + by;
  }

  get(word: string): number {
    return this.#counts[this.#places.get(word) ?? this.#words.length] ?? 0;
  }

  /** Every word of the list, then `other` if it was counted. */
  *[Symbol.iterator](): Iterator<readonly [string, number]> {
    for (const [at, word] of this.#words.entries()) yield [word, this.#counts[at] ?? 0];
    const rest = this.#counts[this.#words.length] ?? 0;
    if (rest > 0) yield [OTHER, rest];
  }
}

/** Counts by word as it comes: the first `most` words, the rest as `other`. */
export class OpenTally {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  add(word: string): void {
    const isKept = this.#counts.has(word) || this.#counts.size < this.#most;
    const key = isKept ? word : OTHER;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** In the order in which they first came. */
  [Symbol.iterator](): Iterator<readonly [string, number]> {
    return this.#counts.entries();
  }
}
