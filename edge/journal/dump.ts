/**
 * `journal dump` and `journal export`: the journal as lines for people and other programs. Every
 * batch is checked before anything of it is printed.
 * @module
 */
import { unreachable } from "../../core/invariant.ts";
import type { Disk } from "../ports.ts";
import { batchLines, type EventLines } from "./batch_lines.ts";
import { checkedBatches } from "./inspect.ts";
import {
  ClientNames,
  type FillRow,
  fillRows,
  ORDER_FIELDS,
  orderIntentId,
  parseWireReport,
  type WireReport,
} from "./report_rows.ts";
import { reportLines } from "./report_store.ts";

/** Kinds of lines. */
export const LINE_KINDS = ["event", "transition", "report", "command", "repeat", "alarm"] as const;
export type LineKind = (typeof LINE_KINDS)[number];

/** Which lines; what is absent does not restrict. */
export type DumpFilter = {
  readonly fromSeq?: number;
  readonly toSeq?: number;
  readonly kind?: LineKind;
};

/**
 * Prints the recorded lines as they are, in the order of events.
 * @throws {JournalRefused} At the first record that is not as it was written.
 */
export function journalDump(
  source: { readonly disk: Disk; readonly stateDirectory: string },
  filter: DumpFilter,
  print: (line: string) => void,
): void {
  const { fromSeq = 0, toSeq = Infinity, kind } = filter;
  const start = kind === undefined ? "{" : `{"${kind}":`;
  for (const batch of checkedBatches(source.disk, source.stateDirectory)) {
    if (batch.header.lastSeq < fromSeq) continue;
    if (batch.header.firstSeq > toSeq) return;
    for (const lines of batchLines(batch)) {
      if (lines.seq < fromSeq || lines.seq > toSeq) continue;
      for (const line of linesOf(lines)) if (line.startsWith(start)) print(line);
    }
  }
}

function linesOf({ event, effects }: EventLines): string[] {
  const caused = effects === "" ? [] : effects.slice(0, -1).split("\n");
  return event === undefined ? caused : [event, ...caused];
}

/** What can be exported. */
export const EXPORTS = ["events", "fills", "orders", "reports"] as const;
export const EXPORT_FORMATS = ["jsonl", "csv"] as const;
export type ExportOptions = {
  readonly what: (typeof EXPORTS)[number];
  readonly format: (typeof EXPORT_FORMATS)[number];
};

type Row = Readonly<Record<string, unknown>>;

const EVENT_COLUMNS = [
  "seq_id",
  "event_time",
  "ingest_time",
  "source",
  "venue",
  "instrument",
  "event_type",
  "payload",
  "idempotency_key",
] as const;
const FILL_COLUMNS = [
  "seq_id",
  "time_us",
  "client",
  "order_id",
  "intent_id",
  "instrument",
  "side",
  "kind",
  "exec_id",
  "exec_ref_id",
  "last_qty",
  "last_px",
  "liquidity",
  "commission",
  "commission_currency",
] as const satisfies readonly (keyof FillRow)[];
const ORDER_COLUMNS = [
  "order_id",
  "client",
  "intent_id",
  ...ORDER_FIELDS,
  "seq_id",
  "transact_us",
] as const;
const REPORT_COLUMNS = [
  "client",
  "report_seq",
  "seq_id",
  "transact_us",
  "exec_type",
  "ord_status",
  "intent_id",
  "order_id",
  "instrument",
  "side",
  "price",
  "order_qty",
  "cum_qty",
  "leaves_qty",
  "avg_px",
  "exec_id",
  "last_qty",
  "last_px",
  "reject_code",
  "text",
] as const;

/**
 * Prints rows derived from the records: JSON lines, or CSV with a header line.
 * @throws {JournalRefused} At the first record that is not as it was written.
 */
export function journalExport(
  source: { readonly disk: Disk; readonly stateDirectory: string },
  options: ExportOptions,
  print: (line: string) => void,
): void {
  const columns = columnsOf(options.what);
  if (options.format === "csv") print(columns.join(","));
  for (const row of rowsOf(source, options.what)) {
    if (options.format === "csv") print(columns.map((column) => csvCell(row[column])).join(","));
    else print(JSON.stringify(row));
  }
}

function columnsOf(what: ExportOptions["what"]): readonly string[] {
  switch (what) {
    case "events":
      return EVENT_COLUMNS;
    case "fills":
      return FILL_COLUMNS;
    case "orders":
      return ORDER_COLUMNS;
    case "reports":
      return REPORT_COLUMNS;
    default:
      return unreachable(what);
  }
}

function* rowsOf(
  source: { readonly disk: Disk; readonly stateDirectory: string },
  what: ExportOptions["what"],
): Generator<Row> {
  const names = new ClientNames();
  const orders = new Map<string, Row>();
  for (const batch of checkedBatches(source.disk, source.stateDirectory)) {
    for (const lines of batchLines(batch)) {
      if (what === "events") yield* eventRows(lines);
      else if (what === "orders") {
        for (const told of clientReports(lines, names)) keepOrder(orders, told);
      } else yield* what === "fills" ? fillsOf(lines, names) : reportRows(lines, names);
    }
  }
  yield* orders.values();
}

function* eventRows({ event }: EventLines): Generator<Row> {
  if (event !== undefined) yield (JSON.parse(event) as { event: Row }).event;
}

function* fillsOf(lines: EventLines, names: ClientNames): Generator<Row> {
  for (const { report, client } of clientReports(lines, names)) yield* fillRows(report, client);
}

function* reportRows(lines: EventLines, names: ClientNames): Generator<Row> {
  for (const { report, client } of clientReports(lines, names)) yield { client, ...report };
}

/** A report and the name of its client. */
type ClientReport = { readonly client: string; readonly report: WireReport };

function clientReports(
  { event, effects }: EventLines,
  names: ClientNames,
): ClientReport[] {
  const reports = [...reportLines(effects)];
  names.learn(event ?? "", reports.map((report) => report.client));
  return reports.map((report) => ({
    client: names.nameOf(report.client),
    report: parseWireReport(report),
  }));
}

/** The newest report of an order is its state. */
function keepOrder(orders: Map<string, Row>, { client, report }: ClientReport): void {
  if (report.order_id === null) return;
  const row: Row = { ...report, client, intent_id: orderIntentId(report) };
  orders.set(
    report.order_id,
    Object.fromEntries(ORDER_COLUMNS.map((column) => [column, row[column] ?? null])),
  );
}

function csvCell(value: unknown): string {
  if (value === undefined || value === null) return "";
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
