/**
 * Execution reports as exact wire JSON, written by hand: the bytes that are journaled, sent and
 * sent again.
 *
 * Invariant: order fields are always present, `null` if unknown; fill, reject and stamp fields and
 * `false` booleans are absent. The same report always gives the same bytes.
 * Ordering: keys come in the order of the protocol's table.
 * @module
 */
import { averagePx } from "../core/decimal.ts";
import { type Instrument, instrumentAt } from "../core/instrument.ts";
import type { Execution, ExecutionReport, OrderFields } from "../core/report.ts";
import { ByteWriter, type Fixed, fixed } from "./byte_writer.ts";

/** Writes the JSON of one report. Handed to whatever writes reports without knowing the wire. */
export type ReportWriter = (
  to: ByteWriter,
  report: ExecutionReport,
  instruments: readonly Instrument[],
) => void;

const HEAD = fixed('{"type":"ExecutionReport","v":1,"report_seq":');
const ROW_HEAD = fixed('{"type":"ExecutionReport","v":1,"seq_id":');
const KEY = {
  seqId: fixed(',"seq_id":'),
  intentId: fixed(',"intent_id":'),
  orderId: fixed(',"order_id":"'),
  venueOrderId: fixed('","venue_order_id":'),
  instrument: fixed(',"instrument":'),
  side: fixed(',"side":"'),
  ordType: fixed('","ord_type":"'),
  timeInForce: fixed('","time_in_force":"'),
  price: fixed('","price":"'),
  noPrice: fixed('","price":null,"order_qty":"'),
  orderQty: fixed('","order_qty":"'),
  tag: fixed('","tag":'),
  execType: fixed(',"exec_type":"'),
  ordStatus: fixed('","ord_status":"'),
  noOrdStatus: fixed('","ord_status":null'),
  cumQty: fixed('","cum_qty":"'),
  cumQtyBehindNull: fixed(',"cum_qty":"'),
  leavesQty: fixed('","leaves_qty":"'),
  avgPx: fixed('","avg_px":"'),
  noAvgPx: fixed('","avg_px":null'),
  transactUs: fixed(',"transact_us":'),
  quote: fixed('"'),
  end: fixed("}"),
} as const;
const WITHOUT_ORDER = fixed(
  `,"order_id":null,"venue_order_id":null,"instrument":null,"side":null,"ord_type":null,` +
    `"time_in_force":null,"price":null,"order_qty":null,"tag":`,
);
const WITHOUT_SUMS = fixed(`,"cum_qty":null,"leaves_qty":null,"avg_px":null`);
const TEXT_KEY = {
  origIntentId: fixed(',"orig_intent_id":'),
  causeIntentId: fixed(',"cause_intent_id":'),
  execRefId: fixed(',"exec_ref_id":'),
  rejectCode: fixed(',"reject_code":'),
  text: fixed(',"text":'),
} as const;
const STAMP_KEY = {
  eventUs: fixed(',"event_us":'),
  sentUs: fixed(',"sent_us":'),
  recvUs: fixed(',"recv_us":'),
  journalUs: fixed(',"journal_us":'),
  submitUs: fixed(',"submit_us":'),
  ackUs: fixed(',"ack_us":'),
} as const;
const FLAG = {
  inDoubt: fixed(',"in_doubt":true'),
  late: fixed(',"late":true'),
  inferred: fixed(',"inferred":true'),
  provisional: fixed(',"provisional":true'),
  dryRun: fixed(',"dry_run":true'),
} as const;
const EXECUTION_KEY = {
  execId: fixed(',"exec_id":'),
  lastQty: fixed(',"last_qty":"'),
  lastPx: fixed('","last_px":"'),
  liquidity: fixed('","liquidity":'),
  commission: fixed(',"commission":"'),
  commissionCurrency: fixed('","commission_currency":'),
} as const;

/**
 * Writes the JSON of a report, no frame. `instruments` is indexed by instrument id.
 * @throws {RangeError} If the report's instrument is not among them.
 */
export function writeReport(
  to: ByteWriter,
  report: ExecutionReport,
  instruments: readonly Instrument[],
): void {
  to.fixed(HEAD);
  to.integer(report.reportSeq);
  to.fixed(KEY.seqId);
  writeBody(to, report, instruments);
}

/**
 * Returns a row of the `orders` query: an `OrderStatus` report without `report_seq`.
 * @throws {RangeError} If the report's instrument is not among `instruments`.
 */
export function encodeOrderRow(
  report: ExecutionReport,
  instruments: readonly Instrument[],
): string {
  const to = new ByteWriter();
  to.fixed(ROW_HEAD);
  writeBody(to, report, instruments);
  return to.textFrom(0);
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

function writeBody(
  to: ByteWriter,
  report: ExecutionReport,
  instruments: readonly Instrument[],
): void {
  const { order } = report;
  to.integer(report.seqId);
  to.fixed(KEY.intentId);
  to.stringOrNull(report.intentId);
  writeText(to, TEXT_KEY.origIntentId, report.origIntentId);
  writeText(to, TEXT_KEY.causeIntentId, report.causeIntentId);
  if (order === null) writeNoOrder(to, report);
  else {
    const instrument = instrumentAt(instruments, order.instrument);
    if (instrument === undefined) throw unlisted(order);
    writeTerms(to, order, instrument);
    to.stringOrNull(report.tag);
    writeState(to, report);
    writeSums(to, order, instrument);
    if (report.execution !== undefined) writeExecution(to, report.execution, instrument);
  }
  writeText(to, TEXT_KEY.execRefId, report.execRefId);
  writeText(to, TEXT_KEY.rejectCode, report.rejectCode);
  writeText(to, TEXT_KEY.text, report.text);
  writeFlags(to, report);
  writeStamps(to, report);
  to.fixed(KEY.end);
}

function unlisted(order: OrderFields): RangeError {
  return new RangeError(
    `Cannot encode a report: its instrument must be listed: was ${order.instrument}`,
  );
}

function writeNoOrder(to: ByteWriter, report: ExecutionReport): void {
  to.fixed(WITHOUT_ORDER);
  to.stringOrNull(report.tag);
  to.fixed(KEY.execType);
  to.plain(report.execType);
  if (report.ordStatus === null) to.fixed(KEY.noOrdStatus);
  else {
    to.fixed(KEY.ordStatus);
    to.plain(report.ordStatus);
    to.fixed(KEY.quote);
  }
  to.fixed(WITHOUT_SUMS);
}

function writeTerms(to: ByteWriter, order: OrderFields, instrument: Instrument): void {
  to.fixed(KEY.orderId);
  to.integer(order.orderId);
  to.fixed(KEY.venueOrderId);
  to.stringOrNull(order.venueOrderId);
  to.fixed(KEY.instrument);
  to.string(instrument.name);
  to.fixed(KEY.side);
  to.plain(order.side);
  to.fixed(KEY.ordType);
  to.plain(order.ordType);
  to.fixed(KEY.timeInForce);
  to.plain(order.timeInForce);
  if (order.price === null) to.fixed(KEY.noPrice);
  else {
    to.fixed(KEY.price);
    to.quanta(order.price, instrument.priceRule.scale);
    to.fixed(KEY.orderQty);
  }
  to.quanta(order.orderQty, instrument.qtyRule.scale);
  to.fixed(KEY.tag);
}

function writeState(to: ByteWriter, report: ExecutionReport): void {
  to.fixed(KEY.execType);
  to.plain(report.execType);
  if (report.ordStatus === null) {
    to.fixed(KEY.noOrdStatus);
    to.fixed(KEY.cumQtyBehindNull);
  } else {
    to.fixed(KEY.ordStatus);
    to.plain(report.ordStatus);
    to.fixed(KEY.cumQty);
  }
}

/** The average is derived from exact sums when it is shown; before the first fill there is none. */
function writeSums(to: ByteWriter, order: OrderFields, instrument: Instrument): void {
  const { notional, cumQty } = order;
  to.quanta(cumQty, instrument.qtyRule.scale);
  to.fixed(KEY.leavesQty);
  to.quanta(order.leavesQty, instrument.qtyRule.scale);
  if (cumQty === 0) return to.fixed(KEY.noAvgPx);
  to.fixed(KEY.avgPx);
  to.plain(averagePx({ notional, cumQty, priceScale: instrument.priceRule.scale }));
  to.fixed(KEY.quote);
}

function writeExecution(to: ByteWriter, execution: Execution, instrument: Instrument): void {
  to.fixed(EXECUTION_KEY.execId);
  to.string(execution.execId);
  to.fixed(EXECUTION_KEY.lastQty);
  to.quanta(execution.lastQty, instrument.qtyRule.scale);
  to.fixed(EXECUTION_KEY.lastPx);
  to.quanta(execution.lastPx, instrument.priceRule.scale);
  to.fixed(EXECUTION_KEY.liquidity);
  to.stringOrNull(execution.liquidity);
  to.fixed(EXECUTION_KEY.commission);
  to.plain(execution.commission);
  to.fixed(EXECUTION_KEY.commissionCurrency);
  to.string(execution.commissionCurrency);
}

function writeFlags(to: ByteWriter, report: ExecutionReport): void {
  if (report.inDoubt === true) to.fixed(FLAG.inDoubt);
  if (report.late === true) to.fixed(FLAG.late);
  if (report.inferred === true) to.fixed(FLAG.inferred);
  if (report.provisional === true) to.fixed(FLAG.provisional);
  if (report.dryRun === true) to.fixed(FLAG.dryRun);
}

function writeStamps(to: ByteWriter, report: ExecutionReport): void {
  writeStamp(to, STAMP_KEY.eventUs, report.eventUs);
  to.fixed(KEY.transactUs);
  to.integer(report.transactUs);
  writeStamp(to, STAMP_KEY.sentUs, report.sentUs);
  writeStamp(to, STAMP_KEY.recvUs, report.recvUs);
  writeStamp(to, STAMP_KEY.journalUs, report.journalUs);
  writeStamp(to, STAMP_KEY.submitUs, report.submitUs);
  writeStamp(to, STAMP_KEY.ackUs, report.ackUs);
}

function writeText(to: ByteWriter, key: Fixed, value: string | undefined): void {
  if (value === undefined) return;
  to.fixed(key);
  to.string(value);
}

function writeStamp(to: ByteWriter, key: Fixed, value: number | undefined): void {
  if (value === undefined) return;
  to.fixed(key);
  to.integer(value);
}
