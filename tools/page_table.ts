/**
 * Tables that pages hold between two markers, written from the code.
 * @module
 */

/** Returns rows as a table in Markdown, the first one its head. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(3, ...rows.map((row) => (row[at] ?? "").length))
  );
  const [head = "", ...body] = rows.map((row) =>
    `| ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join(" | ")} |`
  );
  return [head, `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body].join("\n");
}

/**
 * Returns the page with `text` between its markers, `<!-- NAME: begin -->` and `<!-- NAME: end -->`.
 * @throws {RangeError} If a marker is missing.
 */
export function withBetween(page: string, name: string, text: string): string {
  const mark = `<!-- ${name}: begin -->`;
  const begin = page.indexOf(mark);
  const end = page.indexOf(`<!-- ${name}: end -->`);
  if (begin < 0 || end < begin) {
    throw new RangeError(
      `Cannot write a table: the page must have both markers of ${name}: was without`,
    );
  }
  return `${page.slice(0, begin + mark.length)}\n\n${text}\n\n${page.slice(end)}`;
}
