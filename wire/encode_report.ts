/**
 * Execution reports as exact wire JSON, concatenated by hand: the text that is journaled, sent and
 * sent again.
 *
 * Invariant: order fields are always present, `null` if unknown; fill, reject and stamp fields and
 * `false` booleans are absent. The same report always gives the same text.
 * Ordering: keys come in the order of the protocol's table.
 * @module
 */
import { averagePx, fromQuanta } from "../core/decimal.ts";
import { type Instrument, instrumentAt } from "../core/instrument.ts";
import { invariant } from "../core/invariant.ts";
import type { Execution, ExecutionReport, OrderFields } from "../core/report.ts";
import { jsonString, jsonStringOrNull, timeText } from "./json_text.ts";

const OPENING_BRACE = 0x7b;

/**
 * Returns the JSON of a report, no frame. `instruments` is indexed by instrument id.
 * @throws {RangeError} If the report's instrument is not among them.
 */
export function encodeReport(
  report: ExecutionReport,
  instruments: readonly Instrument[],
): string {
  const text = `{"type":"ExecutionReport","v":1,"report_seq":${report.reportSeq},` +
    body(report, instruments);
  // The engine holds a sum of strings as a tree of its parts until a character of it is read. Journal,
  // socket and memory all copy this text: let each find one piece and not walk the tree.
  invariant(text.charCodeAt(0) === OPENING_BRACE, "A report must be written as a JSON object");
  return text;
}

/**
 * Returns a row of the `orders` query: an `OrderStatus` report without `report_seq`.
 * @throws {RangeError} If the report's instrument is not among `instruments`.
 */
export function encodeOrderRow(
  report: ExecutionReport,
  instruments: readonly Instrument[],
): string {
  return `{"type":"ExecutionReport","v":1,${body(report, instruments)}`;
}

/**
 * Returns a recorded report's text with `poss_dup: true` added, all else word for word.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(withPossDup('{"report_seq":1}'), '{"report_seq":1,"poss_dup":true}');
 * ```
 */
export function withPossDup(text: string): string {
  return `${text.slice(0, -1)},"poss_dup":true}`;
}

function body(report: ExecutionReport, instruments: readonly Instrument[]): string {
  const { order } = report;
  const instrument = order === null ? undefined : instrumentAt(instruments, order.instrument);
  const orderText = order === null || instrument === undefined
    ? withoutOrder(report)
    : withOrder({ report, order, instrument });
  return `"seq_id":${report.seqId},"intent_id":${jsonStringOrNull(report.intentId)}` +
    `${text("orig_intent_id", report.origIntentId)}${
      text("cause_intent_id", report.causeIntentId)
    }` +
    `${orderText}${refusal(report)}${flags(report)}${stamps(report)}}`;
}

function withoutOrder(report: ExecutionReport): string {
  if (report.order !== null) {
    throw new RangeError(
      `Cannot encode a report: its instrument must be listed: was ${report.order.instrument}`,
    );
  }
  return `,"order_id":null,"venue_order_id":null,"instrument":null,"side":null,"ord_type":null,` +
    `"time_in_force":null,"price":null,"order_qty":null,"tag":${jsonStringOrNull(report.tag)},` +
    `"exec_type":"${report.execType}","ord_status":${jsonStringOrNull(report.ordStatus)},` +
    `"cum_qty":null,"leaves_qty":null,"avg_px":null`;
}

function withOrder(
  parts: {
    readonly report: ExecutionReport;
    readonly order: OrderFields;
    readonly instrument: Instrument;
  },
): string {
  const { report, order, instrument } = parts;
  const qtyScale = instrument.qtyRule.scale;
  const priceScale = instrument.priceRule.scale;
  const price = order.price === null ? "null" : `"${fromQuanta(order.price, priceScale)}"`;
  return `,"order_id":"${order.orderId}","venue_order_id":${
    jsonStringOrNull(order.venueOrderId)
  },` +
    `"instrument":${jsonString(instrument.name)},"side":"${order.side}",` +
    `"ord_type":"${order.ordType}","time_in_force":"${order.timeInForce}","price":${price},` +
    `"order_qty":"${fromQuanta(order.orderQty, qtyScale)}","tag":${jsonStringOrNull(report.tag)},` +
    `"exec_type":"${report.execType}","ord_status":${jsonStringOrNull(report.ordStatus)},` +
    `"cum_qty":"${fromQuanta(order.cumQty, qtyScale)}",` +
    `"leaves_qty":"${fromQuanta(order.leavesQty, qtyScale)}",` +
    `"avg_px":${averageText(order, priceScale)}` +
    (report.execution === undefined ? "" : executionText(report.execution, instrument));
}

/** The average is derived from exact sums when it is shown; before the first fill there is none. */
function averageText(order: OrderFields, priceScale: number): string {
  const { notional, cumQty } = order;
  return cumQty === 0 ? "null" : `"${averagePx({ notional, cumQty, priceScale })}"`;
}

function executionText(execution: Execution, instrument: Instrument): string {
  return `,"exec_id":${jsonString(execution.execId)},` +
    `"last_qty":"${fromQuanta(execution.lastQty, instrument.qtyRule.scale)}",` +
    `"last_px":"${fromQuanta(execution.lastPx, instrument.priceRule.scale)}",` +
    `"liquidity":${jsonStringOrNull(execution.liquidity)},` +
    `"commission":"${execution.commission}",` +
    `"commission_currency":${jsonString(execution.commissionCurrency)}`;
}

function refusal(report: ExecutionReport): string {
  const code = report.rejectCode === undefined ? "" : `,"reject_code":"${report.rejectCode}"`;
  return `${text("exec_ref_id", report.execRefId)}${code}${text("text", report.text)}`;
}

function flags(report: ExecutionReport): string {
  let flagged = report.inDoubt === true ? `,"in_doubt":true` : "";
  if (report.late === true) flagged += `,"late":true`;
  if (report.inferred === true) flagged += `,"inferred":true`;
  if (report.provisional === true) flagged += `,"provisional":true`;
  if (report.dryRun === true) flagged += `,"dry_run":true`;
  return flagged;
}

function stamps(report: ExecutionReport): string {
  return `${stamp("event_us", report.eventUs)},"transact_us":${timeText(report.transactUs)}` +
    `${stamp("sent_us", report.sentUs)}${stamp("recv_us", report.recvUs)}` +
    `${stamp("journal_us", report.journalUs)}${stamp("submit_us", report.submitUs)}` +
    `${stamp("ack_us", report.ackUs)}`;
}

type TextKey = "orig_intent_id" | "cause_intent_id" | "exec_ref_id" | "text";
type StampKey = "event_us" | "sent_us" | "recv_us" | "journal_us" | "submit_us" | "ack_us";

function text(key: TextKey, value: string | undefined): string {
  return value === undefined ? "" : `,"${key}":${jsonString(value)}`;
}

function stamp(key: StampKey, value: number | undefined): string {
  return value === undefined ? "" : `,"${key}":${timeText(value)}`;
}
