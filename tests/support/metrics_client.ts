/**
 * Reads a daemon's metrics over HTTP, as a monitor does, and a port that was free.
 * @module
 */

/** A series of `/metrics.json`. */
export type ShownSeries = {
  readonly kind: string;
  readonly help: string;
  readonly samples: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly value?: number;
    readonly count?: number;
    readonly sum?: number;
  }[];
};

/** `/metrics.json`, by series. */
export type ShownMetrics = Readonly<Record<string, ShownSeries>>;

/** Reads `/metrics.json`. */
export async function readMetrics(port: number): Promise<ShownMetrics> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics.json`);
  if (!response.ok) throw new Error(`Cannot read metrics: must be 200: was ${response.status}`);
  return await response.json() as ShownMetrics;
}

/** The figure of a series with these labels, or undefined. */
export function figureOf(
  shown: ShownMetrics,
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = shown[name]?.samples.find((sample) =>
    Object.entries(labels).every(([key, value]) => sample.labels[key] === value)
  );
  return found?.value ?? found?.count;
}
