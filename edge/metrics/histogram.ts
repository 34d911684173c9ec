/**
 * A histogram of durations with fixed buckets, for hot paths: an observation is a search over a few
 * numbers and three additions, and allocates nothing.
 *
 * One scale serves all: 50 µs to 10 s in steps of 1, 2.5 and 5, with 20 ms between since an alert
 * stands there. Everything is counted from the start of the process; rates are for the reader.
 * @module
 */

/** Upper bounds of the buckets, microseconds; what is above the last is in none of them. */
export const BOUNDS_US: readonly number[] = [
  50,
  100,
  250,
  500,
  1_000,
  2_500,
  5_000,
  10_000,
  20_000,
  50_000,
  100_000,
  250_000,
  500_000,
  1_000_000,
  2_500_000,
  5_000_000,
  10_000_000,
];

/** Durations, counted by size. */
export class Histogram {
  readonly #bounds = Float64Array.from(BOUNDS_US);
  /** The last one holds what is above every bound. */
  readonly #counts = new Float64Array(BOUNDS_US.length + 1);
  #count = 0;
  #sumUs = 0;

  /** Observations. */
  get count(): number {
    return this.#count;
  }

  /** Their sum, microseconds. */
  get sumUs(): number {
    return this.#sumUs;
  }

  /** Counts a duration; one below 0 (clocks that differ) counts as 0. */
  observe(us: number): void {
    const duration = us > 0 ? us : 0;
    const at = this.#bucketOf(duration);
    this.#counts[at] = (this.#counts[at] ?? 0) + 1;
    this.#count += 1;
    this.#sumUs += duration;
  }

  /** Observations at or below each bound, ascending. */
  cumulative(): readonly number[] {
    let sum = 0;
    return BOUNDS_US.map((_, at) => sum += this.#counts[at] ?? 0);
  }

  /**
   * Returns the duration that a share of the observations does not exceed, microseconds, linear
   * within its bucket; undefined without observations. What is above the last bound counts as it.
   */
  quantileUs(share: number): number | undefined {
    if (this.#count === 0) return undefined;
    const rank = share * this.#count;
    let below = 0;
    for (const [at, bound] of BOUNDS_US.entries()) {
      const within = this.#counts[at] ?? 0;
      if (below + within >= rank && within > 0) {
        const from = BOUNDS_US[at - 1] ?? 0;
        return from + (bound - from) * (rank - below) / within;
      }
      below += within;
    }
    return BOUNDS_US.at(-1);
  }

  /** Index of the first bound that is not below the duration. */
  #bucketOf(us: number): number {
    let low = 0;
    let high = this.#bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#bounds[middle] ?? 0) < us) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
