/**
 * The figures of one scrape: what every source has put, by series.
 * @module
 */
import { BOUNDS_US, type Histogram } from "./histogram.ts";
import type { LabelArguments, SeriesName } from "./series.ts";

/** Labels by name. */
export type Labels = Readonly<Record<string, string>>;

/** One figure. */
export type Value = { readonly labels: Labels; readonly value: number };

/** One histogram, in seconds. */
export type Distribution = {
  readonly labels: Labels;
  /** Upper bound in seconds, observations at or below it; ascending. */
  readonly buckets: readonly (readonly [number, number])[];
  readonly count: number;
  /** Seconds. */
  readonly sum: number;
};

const US_PER_S = 1_000_000;
const NONE: Labels = {};

/** Figures by series. */
export class Samples {
  readonly #values = new Map<SeriesName, Value[]>();
  readonly #distributions = new Map<SeriesName, Distribution[]>();

  /** Takes a figure. */
  put<Name extends SeriesName>(name: Name, value: number, ...rest: LabelArguments<Name>): void {
    const [labels = NONE] = rest;
    append(this.#values, name, { labels, value });
  }

  /** Takes a figure of a series without labels, by the name that a table of flat names gives. */
  putPlain(name: SeriesName, value: number): void {
    append(this.#values, name, { labels: NONE, value });
  }

  /** Takes a histogram as it stands. */
  histogram<Name extends SeriesName>(
    name: Name,
    histogram: Histogram,
    ...rest: LabelArguments<Name>
  ): void {
    const [labels = NONE] = rest;
    const cumulative = histogram.cumulative();
    append(this.#distributions, name, {
      labels,
      buckets: BOUNDS_US.map((bound, at) => [bound / US_PER_S, cumulative[at] ?? 0] as const),
      count: histogram.count,
      sum: histogram.sumUs / US_PER_S,
    });
  }

  valuesOf(name: SeriesName): readonly Value[] {
    return this.#values.get(name) ?? [];
  }

  distributionsOf(name: SeriesName): readonly Distribution[] {
    return this.#distributions.get(name) ?? [];
  }
}

function append<Item>(lists: Map<SeriesName, Item[]>, name: SeriesName, item: Item): void {
  const list = lists.get(name);
  if (list === undefined) lists.set(name, [item]);
  else list.push(item);
}
