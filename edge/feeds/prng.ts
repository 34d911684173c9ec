/**
 * A small seeded pseudo-random generator: sfc32. Same seed, same numbers, on every machine.
 * @module
 */

/** Rounds after which a seed has spread over the whole state. Source: sfc32's author, PractRand. */
const WARM_UP_ROUNDS = 15;

/** Integers only; not for secrets. */
export class Prng {
  #a: number;
  #b: number;
  #c = 0;
  #counter = 1;

  /** `seed` and `stream` (both taken modulo 2^32): different streams are independent. */
  constructor(of: { readonly seed: number; readonly stream: number }) {
    this.#a = of.seed >>> 0;
    this.#b = of.stream >>> 0;
    for (let round = 0; round < WARM_UP_ROUNDS; round++) this.#next();
  }

  /** Returns an integer 0 <= n < `bound`; `bound` is at most 2^21, so that the product is exact. */
  below(bound: number): number {
    return Math.floor(this.#next() * bound / 0x1_0000_0000);
  }

  /** Returns an integer from `least` to `most`, both included. */
  between(range: { readonly least: number; readonly most: number }): number {
    return range.least + this.below(range.most - range.least + 1);
  }

  /** Returns true in `percent` of 100 cases. */
  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum | 0;
    return sum >>> 0;
  }
}
