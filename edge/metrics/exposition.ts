/**
 * Figures as text for Prometheus.
 *
 * The text is written by `prom-client`'s registry, which asks each metric for its figures when it
 * writes; ours are read before, all at one moment, and do not change meanwhile. The library is loaded
 * with this file, and this file when somebody is to be served (decision 0082).
 * @module
 */
import { type Metric, Registry } from "prom-client";
import { rowOf, SERIES_NAMES, type SeriesName } from "./series.ts";
import type { Distribution, Samples, Value } from "./samples.ts";

/** Content type of the text. */
export const TEXT_TYPE = Registry.PROMETHEUS_CONTENT_TYPE;

/** One line of the text. */
type Line = {
  readonly metricName?: string;
  readonly labels: Readonly<Record<string, string | number>>;
  readonly value: number;
};

/** Returns the text, later; what was read stands, however long that takes. */
export function writeText(samples: Samples): Promise<string> {
  const registry = new Registry();
  for (const name of SERIES_NAMES) register(registry, name, linesOf(samples, name));
  return registry.metrics();
}

/** The registry asks a metric for `name` and `get()` only; its type names its own classes. */
function register(registry: Registry, name: SeriesName, values: readonly Line[]): void {
  if (values.length === 0) return;
  const { kind: type, help } = rowOf(name);
  const metric: unknown = { name, get: () => ({ name, help, type, values }) };
  registry.registerMetric(metric as Metric);
}

function linesOf(samples: Samples, name: SeriesName): readonly Line[] {
  const values: readonly Value[] = samples.valuesOf(name);
  return [...values, ...samples.distributionsOf(name).flatMap((of) => bucketLines(name, of))];
}

function bucketLines(name: SeriesName, of: Distribution): readonly Line[] {
  const { labels, buckets, count, sum } = of;
  const metricName = `${name}_bucket`;
  return [
    ...buckets.map(([le, value]) => ({ metricName, labels: { ...labels, le }, value })),
    { metricName, labels: { ...labels, le: "+Inf" }, value: count },
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: count },
  ];
}
