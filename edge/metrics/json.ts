/**
 * Figures as JSON.
 * @module
 */
import { rowOf, SERIES_NAMES } from "./series.ts";
import type { Samples } from "./samples.ts";

/** Returns every series with its figures, as JSON. */
export function jsonText(samples: Samples): string {
  const series = SERIES_NAMES.flatMap((name) => {
    const values = samples.valuesOf(name);
    const distributions = samples.distributionsOf(name);
    if (values.length + distributions.length === 0) return [];
    const { kind, help } = rowOf(name);
    return [[name, { kind, help, samples: [...values, ...distributions] }] as const];
  });
  return JSON.stringify(Object.fromEntries(series));
}
