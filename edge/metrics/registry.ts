/**
 * Where the parts of the daemon bring what they count: the `metrics` query of the wire and the
 * scrapes of a monitor read the same.
 *
 * A part counts in plain fields of its own and is asked when somebody looks. What it says under flat
 * names goes to the query as it is, and to the series whose row names it.
 * @module
 */
import { rowOf, SERIES_NAMES, type SeriesName } from "./series.ts";
import { Samples } from "./samples.ts";

/** A part that counts. */
export interface MetricSource {
  /** Figures under the flat names of the `metrics` query. */
  counters?(): Readonly<Record<string, number | string>>;
  /** Puts what flat names cannot say. */
  measure?(into: Samples): void;
}

/**
 * `timeline`: what it says follows from events, so that it must not be shown before they are on the
 * disk. `process`: it does not.
 */
export type SourceKind = "timeline" | "process";

/** The series that are read from flat names. */
const BY_FLAT_NAME: readonly (readonly [SeriesName, string])[] = SERIES_NAMES.flatMap((name) => {
  const { flat } = rowOf(name);
  return flat === undefined ? [] : [[name, flat] as const];
});

/** The parts that count. */
export class MetricRegistry {
  readonly #sources: { readonly source: MetricSource; readonly kind: SourceKind }[] = [];

  /** Asks a part from now on. */
  add(kind: SourceKind, source: MetricSource): void {
    this.#sources.push({ source, kind });
  }

  /** Everything under flat names. */
  flat(kind?: SourceKind): Readonly<Record<string, number | string>> {
    const all: Record<string, number | string> = {};
    for (const source of this.#of(kind)) Object.assign(all, source.counters?.());
    return all;
  }

  /** Every figure as it is now; of one kind of source, or of both. */
  samples(kind?: SourceKind): Samples {
    const samples = new Samples();
    const flat = this.flat(kind);
    for (const [name, key] of BY_FLAT_NAME) {
      const value = flat[key];
      if (typeof value === "number") samples.putPlain(name, value);
    }
    for (const source of this.#of(kind)) source.measure?.(samples);
    return samples;
  }

  #of(kind: SourceKind | undefined): readonly MetricSource[] {
    const chosen = this.#sources.filter((each) => kind === undefined || each.kind === kind);
    return chosen.map(({ source }) => source);
  }
}
