/**
 * Robust statistics of a soak: slopes and quantiles that an odd sample does not move.
 * @module
 */

/** A value at a time. */
export type Point = { readonly atMs: number; readonly value: number };

/** Returns the value below which a part of all lies; undefined if there is none. */
export function quantile(values: readonly number[], part: number): number | undefined {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))];
}

/** Returns the median; undefined if there is no value. */
export function median(values: readonly number[]): number | undefined {
  return quantile(values, 0.5);
}

/** A slope per millisecond; it is above `low`, and below `high`, each with a confidence of 95 %. */
export type Slope = { readonly low: number; readonly slope: number; readonly high: number };

/** Of a normal distribution, for 95 % to one side. */
const DEVIATIONS = 1.645;

/**
 * Returns the median of the slopes of all pairs of points, and its confidence by the variance of
 * Kendall's statistic; all 0 below two points. The points must not depend on each other: of a
 * sawtooth take medians that are longer than a tooth.
 * Source: Theil 1950, Sen 1968.
 */
export function slope(points: readonly Point[]): Slope {
  const slopes = slopesOf(points).sort((a, b) => a - b);
  const count = points.length;
  const spread = DEVIATIONS * Math.sqrt(count * (count - 1) * (2 * count + 5) / 18);
  const at = (rank: number): number =>
    slopes[Math.min(slopes.length - 1, Math.max(0, Math.round(rank)))] ?? 0;
  return {
    low: at((slopes.length - spread) / 2),
    slope: median(slopes) ?? 0,
    high: at((slopes.length + spread) / 2),
  };
}

/** Returns the medians of a stretch's parts of equal length; a part without points has none. */
export function partMedians(
  points: readonly Point[],
  { fromMs, toMs, parts }: {
    readonly fromMs: number;
    readonly toMs: number;
    readonly parts: number;
  },
): readonly Point[] {
  const partMs = (toMs - fromMs) / parts;
  const within: number[][] = Array.from({ length: parts }, () => []);
  for (const { atMs, value } of points) within[Math.floor((atMs - fromMs) / partMs)]?.push(value);
  return within.flatMap((values, at) => {
    const value = median(values);
    return value === undefined ? [] : [{ atMs: fromMs + (at + 0.5) * partMs, value }];
  });
}

function slopesOf(points: readonly Point[]): number[] {
  const slopes: number[] = [];
  for (const [at, a] of points.entries()) {
    for (const b of points.slice(at + 1)) {
      if (b.atMs > a.atMs) slopes.push((b.value - a.value) / (b.atMs - a.atMs));
    }
  }
  return slopes;
}
