/**
 * A distribution of times that costs no allocation while it is taken.
 * @module
 */

const SAMPLES_MAX = 2_000_000;

/** Quantiles of a distribution, microseconds. */
export type Summary = Readonly<Record<"p50" | "p99" | "p999" | "p9999" | "max", number>>;

/** Times, microseconds. Holds the first `SAMPLES_MAX`. */
export class Distribution {
  /** Written to at once: fresh memory costs a fault of the machine where it is first touched. */
  readonly #samples = new Float64Array(SAMPLES_MAX).fill(0);
  #count = 0;

  add(us: number): void {
    if (this.#count < SAMPLES_MAX) this.#samples[this.#count++] = us;
  }

  summary(): Summary {
    const sorted = this.#samples.subarray(0, this.#count).toSorted();
    const at = (share: number): number => {
      const index = Math.min(sorted.length - 1, Math.floor(sorted.length * share));
      return Math.round((sorted[index] ?? 0) * 100) / 100;
    };
    return { p50: at(0.5), p99: at(0.99), p999: at(0.999), p9999: at(0.9999), max: at(1) };
  }
}
