/**
 * Robust statistics of a soak: slopes and quantiles that an odd sample does not move.
 * @module
 */

/** A value at a time. */
export type Point = { readonly atMs: number; readonly value: number };

/** Points above this are thinned before slopes are taken: pairs grow with the square. */
const POINTS_MAX = 400;

/** Returns the value below which a part of all lies; undefined if there is none. */
export function quantile(values: readonly number[], part: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

/** Returns the median; undefined if there is no value. */
export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5);
}

/**
 * Returns the slope per millisecond: the median of the slopes of all pairs; 0 below two points.
 * Source: Theil 1950, Sen 1968.
 */
export function slope(points: readonly Point[]): number {
  const kept = thinned(points);
  const slopes: number[] = [];
  for (const [at, a] of kept.entries()) {
    for (const b of kept.slice(at + 1)) {
      if (b.atMs > a.atMs) slopes.push((b.value - a.value) / (b.atMs - a.atMs));
    }
  }
  return median(slopes) ?? 0;
}

function thinned(points: readonly Point[]): readonly Point[] {
  const step = Math.ceil(points.length / POINTS_MAX);
  return step <= 1 ? points : points.filter((_, at) => at % step === 0);
}
