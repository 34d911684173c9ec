/**
 * Writes the life-cycle table into `docs/reference/orders.md`, between its two markers, as the code
 * has it: `deno run -A tools/write_orders_table.ts`. A test holds the page equal to the code.
 * @module
 */
import { NEXT, ORDER_STATES, type OrderState } from "../core/lifecycle.ts";
import { EXEC_TYPES, type ExecType } from "../core/report.ts";
import { markdownTable, withBetween } from "./page_table.ts";

const PAGE = new URL("../docs/reference/orders.md", import.meta.url);

/** Returns the table in Markdown: a row for each report, a column for each state. */
function ordersTable(): string {
  const reports = EXEC_TYPES.filter((by) => ORDER_STATES.some((from) => cell(from, by) !== ""));
  return markdownTable([
    ["", ...ORDER_STATES],
    ...reports.map((by) => [by, ...ORDER_STATES.map((from) => cell(from, by))]),
  ]);
}

/**
 * Returns the page with the table between its markers.
 * @throws {RangeError} If a marker is missing.
 */
export function withTable(page: string): string {
  return withBetween(page, "life cycle", ordersTable());
}

function cell(from: OrderState, by: ExecType): string {
  const row: Partial<Record<ExecType, string>> = NEXT[from];
  return row[by] ?? "";
}

if (import.meta.main) {
  Deno.writeTextFileSync(PAGE, withTable(Deno.readTextFileSync(PAGE)));
}
