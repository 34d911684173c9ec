/**
 * Small statistics of the benches: medians, spreads, and the verdict on a ratio.
 * @module
 */

/** Latencies of one run, microseconds. */
export type Latency = {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
};

/** Throughput of one run. */
export type Rate = {
  readonly count: number;
  readonly seconds: number;
  readonly per_second: number;
};

/** One figure: a ratio with what was asked of it. */
export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly must: number;
  readonly goal: number;
  readonly better: "lower" | "higher";
  readonly verdict: "goal" | "must" | "missed";
  readonly spread: readonly [number, number];
  readonly detail: Readonly<Record<string, number>>;
};

/** Returns the middle value. @throws {RangeError} If there is none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError("Cannot take a median: there must be a value");
  return middle;
}

/** Returns how far apart the values lie: largest over smallest, minus 1. */
export function movement(values: readonly number[]): number {
  return Math.max(...values) / Math.min(...values) - 1;
}

/** Judges one value per round against what was asked. */
export function figure(
  of: Omit<Figure, "value" | "verdict" | "spread"> & { readonly values: readonly number[] },
): Figure {
  const { values, ...rest } = of;
  const value = median(values);
  const reaches = (limit: number): boolean =>
    of.better === "lower" ? value <= limit : value >= limit;
  const verdict = reaches(of.goal) ? "goal" : reaches(of.must) ? "must" : "missed";
  return { ...rest, value, verdict, spread: [Math.min(...values), Math.max(...values)] };
}
