/**
 * Price levels in sorted typed arrays: any range of keys, logarithmic look-up, cheap at the best end.
 *
 * Invariant: keys ascend strictly and the best is last; quantities are above 0. Exact integers in
 * doubles. Memory is proportional to the most levels ever held.
 * @module
 */

const CAPACITY_FIRST = 16;

/** A level by key: a price, negated where lower prices are better. */
export type KeyedLevel = { readonly key: number; readonly qty: number };

/** Levels by key, best (highest) last. */
export class SortedLevels {
  #keys = new Float64Array(CAPACITY_FIRST);
  #qtys = new Float64Array(CAPACITY_FIRST);
  #count = 0;

  /** How many levels there are. */
  get count(): number {
    return this.#count;
  }

  /** Forgets every level. */
  clear(): void {
    this.#count = 0;
  }

  /** Returns the level at an index, 0 the worst, or undefined outside. */
  at(index: number): KeyedLevel | undefined {
    if (index < 0 || index >= this.#count) return undefined;
    return { key: this.#keys[index] ?? 0, qty: this.#qtys[index] ?? 0 };
  }

  /** Sets the quantity at a key; 0 removes the level. */
  set(level: KeyedLevel): void {
    const at = this.#find(level.key);
    const isThere = at < this.#count && this.#keys[at] === level.key;
    if (level.qty === 0) {
      if (isThere) this.#remove(at);
    } else if (isThere) this.#qtys[at] = level.qty;
    else this.#insert(at, level);
  }

  /** Returns the quantity at a key; 0 where there is no level. */
  quantityAt(key: number): number {
    const at = this.#find(key);
    return at < this.#count && this.#keys[at] === key ? this.#qtys[at] ?? 0 : 0;
  }

  /** Removes and returns the best level, or undefined if there is none. */
  pop(): KeyedLevel | undefined {
    const best = this.at(this.#count - 1);
    if (best !== undefined) this.#count--;
    return best;
  }

  /** Index of the first key not below `key`. */
  #find(key: number): number {
    let low = 0;
    let high = this.#count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#keys[middle] ?? 0) < key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #insert(at: number, level: KeyedLevel): void {
    if (this.#count === this.#keys.length) this.#grow();
    this.#keys.copyWithin(at + 1, at, this.#count);
    this.#qtys.copyWithin(at + 1, at, this.#count);
    this.#keys[at] = level.key;
    this.#qtys[at] = level.qty;
    this.#count++;
  }

  #remove(at: number): void {
    this.#keys.copyWithin(at, at + 1, this.#count);
    this.#qtys.copyWithin(at, at + 1, this.#count);
    this.#count--;
  }

  #grow(): void {
    const keys = new Float64Array(this.#keys.length * 2);
    const qtys = new Float64Array(this.#qtys.length * 2);
    keys.set(this.#keys);
    qtys.set(this.#qtys);
    this.#keys = keys;
    this.#qtys = qtys;
  }
}
