/**
 * Writes the tables of `docs/reference/metrics.md`, between its two markers, from the table of
 * series: `deno task metrics-page`. A test holds the page equal to the code.
 * @module
 */
import type { SeriesRow, SeriesSection } from "../edge/metrics/series.ts";
import { PROCESS_SERIES } from "../edge/metrics/series_process.ts";
import { TRADING_SERIES } from "../edge/metrics/series_trading.ts";
import { VENUE_SERIES } from "../edge/metrics/series_venues.ts";

/** Where the page is. */
export const METRICS_PAGE = new URL("../docs/reference/metrics.md", import.meta.url);

const BEGIN = "<!-- series: begin -->";
const END = "<!-- series: end -->";

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
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) {
    throw new RangeError("Cannot write the tables: the page must have both markers: was without");
  }
  const sections = SECTIONS.map(([title, section]) => `## ${title}\n\n${tableOf(section)}`);
  const text = sections.join("\n\n");
  return `${page.slice(0, begin + BEGIN.length)}\n\n${text}\n\n${page.slice(end)}`;
}

function tableOf(section: SeriesSection): string {
  const rows = [
    ["series", "in the query", "kind", "labels", "meaning"],
    ...Object.entries(section).map(([name, row]) => cellsOf(name, row)),
  ];
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(3, ...rows.map((row) => (row[at] ?? "").length))
  );
  const [head = "", ...body] = rows.map((row) =>
    `| ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join(" | ")} |`
  );
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].join("\n");
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
