/**
 * Writes the life-cycle table into `docs/reference/orders.md`, between its two markers, as the code
 * has it: `deno run -A tools/write_orders_table.ts`. A test holds the page equal to the code.
 * @module
 */
import { NEXT, ORDER_STATES, type OrderState } from "../core/lifecycle.ts";
import { EXEC_TYPES, type ExecType } from "../core/report.ts";

const PAGE = new URL("../docs/reference/orders.md", import.meta.url);
const BEGIN = "<!-- life cycle: begin -->";
const END = "<!-- life cycle: end -->";

/** Returns the table in Markdown: a row for each report, a column for each state. */
export function ordersTable(): string {
  const reports = EXEC_TYPES.filter((by) => ORDER_STATES.some((from) => cell(from, by) !== ""));
  const rows = [
    ["", ...ORDER_STATES],
    ...reports.map((by) => [by, ...ORDER_STATES.map((from) => cell(from, by))]),
  ];
  const widths = (rows[0] ?? []).map((_, at) =>
    Math.max(3, ...rows.map((row) => (row[at] ?? "").length))
  );
  const [head = "", ...body] = rows.map((row) =>
    `| ${row.map((text, at) => text.padEnd(widths[at] ?? 0)).join(" | ")} |`
  );
  const line = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return [head, line, ...body].join("\n");
}

/**
 * Returns the page with the table between its markers.
 * @throws {RangeError} If a marker is missing.
 */
export function withTable(page: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin < 0 || end < begin) {
    throw new RangeError(`Cannot write the table: the page must have both markers: was without`);
  }
  return `${page.slice(0, begin + BEGIN.length)}\n\n${ordersTable()}\n\n${page.slice(end)}`;
}

function cell(from: OrderState, by: ExecType): string {
  const row: Partial<Record<ExecType, string>> = NEXT[from];
  return row[by] ?? "";
}

if (import.meta.main) {
  Deno.writeTextFileSync(PAGE, withTable(Deno.readTextFileSync(PAGE)));
}
