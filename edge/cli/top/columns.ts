/**
 * Tables in a given width: columns as wide as what they hold, the last ones dropped and the
 * elastic ones cut where there is no room.
 * @module
 */
import { cutLine, type Line, type Span, span, type Tone } from "./line.ts";
import { fit, plain, widthOf } from "./text.ts";

/** One column. Numbers go to the right. */
export type Column = {
  readonly title: string;
  readonly align: "left" | "right";
  /** Narrowest that still says something; absent: never cut. */
  readonly least?: number;
};
/** What stands in a column. */
export type Cell = { readonly text: string; readonly tone?: Tone };
/** A row; cells that are missing at its end are empty. */
export type Row = readonly Cell[];

const GAP = 2;

/** Returns the widths of the columns that fit; those left out are missing at the end. */
function widthsOf(columns: readonly Column[], rows: readonly Row[], width: number): number[] {
  const natural = columns.map(({ title }, at) =>
    rows.reduce((most, row) => Math.max(most, widthOf(plain(row[at]?.text ?? ""))), widthOf(title))
  );
  const least = columns.map((column, at) => Math.min(column.least ?? Infinity, natural[at] ?? 0));
  let shown = columns.length;
  const total = (of: readonly number[]): number =>
    of.slice(0, shown).reduce((sum, wide) => sum + wide + GAP, -GAP);
  while (shown > 1 && total(least) > width) shown -= 1;
  const widths = natural.slice(0, shown);
  for (let over = total(widths) - width; over > 0; over -= 1) {
    const at = widest(widths, least);
    if (at === undefined) break;
    widths[at] = (widths[at] ?? 0) - 1;
  }
  return widths;
}

/** The widest column that may still be cut. */
function widest(widths: readonly number[], least: readonly number[]): number | undefined {
  let found: number | undefined;
  for (const [at, wide] of widths.entries()) {
    if (wide <= (least[at] ?? 0)) continue;
    if (found === undefined || wide > (widths[found] ?? 0)) found = at;
  }
  return found;
}

/** Returns a line of titles and a line for each row, none wider than `width`. */
export function tableLines(
  columns: readonly Column[],
  rows: readonly Row[],
  width: number,
): Line[] {
  const widths = widthsOf(columns, rows, width);
  const titles = columns.map(({ title }): Cell => ({ text: title, tone: "dim" }));
  return [titles, ...rows].map((row) => cutLine(rowLine(columns, row, widths), width));
}

function rowLine(columns: readonly Column[], row: Row, widths: readonly number[]): Line {
  const spans: Span[] = [];
  for (const [at, wide] of widths.entries()) {
    const cell = row[at];
    if (at > 0) spans.push({ text: " ".repeat(GAP), tone: "plain" });
    const text = fit(plain(cell?.text ?? ""), wide, columns[at]?.align ?? "left");
    spans.push(span(text, cell?.tone));
  }
  return spans;
}
