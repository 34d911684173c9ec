/**
 * Writes the tables of `docs/reference/metrics.md`, between its two markers, from the table of
 * series: `deno task metrics-page`. A test holds the page equal to the code.
 * @module
 */
import type { SeriesRow, SeriesSection } from "../edge/metrics/series.ts";
import { PROCESS_SERIES } from "../edge/metrics/series_process.ts";
import { TRADING_SERIES } from "../edge/metrics/series_trading.ts";
import { VENUE_SERIES } from "../edge/metrics/series_venues.ts";
import { markdownTable, withBetween } from "./page_table.ts";

/** Where the page is. */
export const METRICS_PAGE = new URL("../docs/reference/metrics.md", import.meta.url);

const SECTIONS: readonly (readonly [string, SeriesSection])[] = [
  ["Trading", TRADING_SERIES],
  ["Venues and queues", VENUE_SERIES],
  ["Wire, journal and process", PROCESS_SERIES],
];

/**
 * Returns the page with the tables between its markers.
 * @throws {RangeError} If a marker is missing.
 */
export function withSeries(page: string): string {
  const sections = SECTIONS.map(([title, section]) => `## ${title}\n\n${tableOf(section)}`);
  return withBetween(page, "series", sections.join("\n\n"));
}

function tableOf(section: SeriesSection): string {
  return markdownTable([
    ["series", "in the query", "kind", "labels", "meaning"],
    ...Object.entries(section).map(([name, row]) => cellsOf(name, row)),
  ]);
}

function cellsOf(name: string, { kind, labels = [], help, flat, covers }: SeriesRow): string[] {
  const queried = flat === undefined ? covers ?? [] : [flat];
  return [`\`${name}\``, listed(queried), kind, listed(labels), help.replaceAll("|", "\\|")];
}

function listed(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}

if (import.meta.main) {
  Deno.writeTextFileSync(METRICS_PAGE, withSeries(Deno.readTextFileSync(METRICS_PAGE)));
}
