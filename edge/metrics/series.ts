/**
 * Every series that the daemon exports, in one table: name, kind, meaning, labels.
 *
 * The exposition, `docs/reference/metrics.md`, the alerts and the dashboard are held to it by tests.
 * Names end in their unit (`_seconds`, `_bytes`, `_ratio`) and, of a counter, in `_total`; times of
 * day are `_timestamp_seconds`. Labels are bounded: never an order, an intent, a client, a session.
 *
 * `flat`: the name under which the `metrics` query of the wire shows the same figure. `covers`: flat
 * names that say part of what the series says.
 * @module
 */
import { PROCESS_SERIES } from "./series_process.ts";
import { TRADING_SERIES } from "./series_trading.ts";
import { VENUE_SERIES } from "./series_venues.ts";

/** A counter only grows; a gauge goes up and down; a histogram counts durations by size. */
export type SeriesKind = "counter" | "gauge" | "histogram";

/** What a series is. */
export type SeriesRow = {
  readonly kind: SeriesKind;
  /** One sentence or two. */
  readonly help: string;
  readonly labels?: readonly string[];
  readonly flat?: string;
  readonly covers?: readonly string[];
};

/** A part of the table under a heading of its own. */
export type SeriesSection = Readonly<Record<string, SeriesRow>>;

/** All of them. */
const SERIES = { ...TRADING_SERIES, ...VENUE_SERIES, ...PROCESS_SERIES } as const;

/** The name of a series. */
export type SeriesName = keyof typeof SERIES;

/** Labels of a series with their values; none: undefined. */
export type LabelsOf<Name extends SeriesName> = (typeof SERIES)[Name] extends
  { readonly labels: readonly (infer Label extends string)[] } ? Readonly<Record<Label, string>>
  : undefined;

/** What `put` takes behind name and value. */
export type LabelArguments<Name extends SeriesName> = LabelsOf<Name> extends undefined ? []
  : [labels: LabelsOf<Name>];

/** Returns the row of a series. */
export function rowOf(name: SeriesName): SeriesRow {
  return SERIES[name];
}

/** Every name, in the order of the table. */
export const SERIES_NAMES: readonly SeriesName[] = Object.keys(SERIES) as SeriesName[];
