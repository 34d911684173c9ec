/**
 * A side of a book that the stream tells by level: level 0 is the best, and every level that changes
 * is sent. Books count by price, so what changed is worked out here.
 *
 * Invariant: the receiver of all changes holds exactly the levels that are not empty.
 * Bounded: by the highest level that is set; the reader of messages says which may be.
 * @module
 */
/** Levels of one side. Prices and sizes in hundredths. */
export class LevelLadder {
  readonly #prices: number[] = [];
  readonly #sizes: number[] = [];
  /** Size by price, as the receiver knows it. */
  #shown = new Map<number, number>();

  #isTouched = false;

  /** Sets a level; a size of 0 empties it. */
  set(level: number, of: { readonly price: number; readonly size: number }): void {
    this.#isTouched = true;
    while (this.#prices.length <= level) {
      this.#prices.push(0);
      this.#sizes.push(0);
    }
    this.#prices[level] = of.price;
    this.#sizes[level] = of.size;
  }

  /** Returns what changed since the last time, price, size, …; size 0: it is gone. */
  changes(): number[] | undefined {
    if (!this.#isTouched) return undefined;
    this.#isTouched = false;
    const now = new Map<number, number>();
    for (const [level, price] of this.#prices.entries()) {
      const size = this.#sizes[level] ?? 0;
      if (size > 0 && !now.has(price)) now.set(price, size);
    }
    const levels: number[] = [];
    for (const price of this.#shown.keys()) if (!now.has(price)) levels.push(price, 0);
    for (const [price, size] of now) {
      if (this.#shown.get(price) !== size) levels.push(price, size);
    }
    this.#shown = now;
    return levels.length === 0 ? undefined : levels;
  }
}
