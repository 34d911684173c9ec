/**
 * Figures under the flat names of the `metrics` query.
 * @module
 */
import type { Histogram } from "./histogram.ts";

/** Returns `<name>_count`, `_p50_us` and `_p99_us`; the last two from the first observation on. */
export function flatHistogram(
  name: string,
  histogram: Histogram,
): Readonly<Record<string, number>> {
  const half = histogram.quantileUs(0.5);
  const most = histogram.quantileUs(0.99);
  return {
    [`${name}_count`]: histogram.count,
    ...(half === undefined ? {} : { [`${name}_p50_us`]: Math.round(half) }),
    ...(most === undefined ? {} : { [`${name}_p99_us`]: Math.round(most) }),
  };
}
