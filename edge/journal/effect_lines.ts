/**
 * The lines of what an event caused: transitions, reports, venue commands, repeats, alarms.
 *
 * Written once live, and again by every replay, which compares the two byte for byte: one spelling,
 * keys in a fixed order. `seq_id` is the first key of every line, so that a reader finds the event
 * without parsing the rest. A report's `wire` is the exact JSON that its client is sent.
 * @module
 */
import type { OrderCommand, ReconcileAccount, VenueCommand } from "../../core/command.ts";
import type { Effects, RepeatReports } from "../../core/effects.ts";
import { unreachable } from "../../core/invariant.ts";
import type { SeqId } from "../../core/numbers.ts";
import type { Alarm, Transition } from "../../core/report.ts";
import { ByteWriter, fixed } from "../../wire/byte_writer.ts";
import { type EncodedReport, reportBytes } from "../../wire/encoded_report.ts";

/** An event's number with what it caused. */
export type Caused = {
  readonly seqId: SeqId;
  readonly effects: Effects;
  readonly reports: readonly EncodedReport[];
};

type Submit = Extract<VenueCommand, { kind: "Submit" }>;

const LINE = {
  transition: fixed('{"transition":{"seq_id":'),
  report: fixed('{"report":{"seq_id":'),
  command: fixed('{"command":{"seq_id":'),
  repeat: fixed('{"repeat":{"seq_id":'),
  alarm: fixed('{"alarm":{"seq_id":'),
  end: fixed("}}\n"),
} as const;
const KEY = {
  orderTransition: fixed(',"kind":"order","order":'),
  from: fixed(',"from":"'),
  to: fixed('","to":"'),
  reasonBehindWord: fixed('","reason":'),
  accountHalted: fixed(',"kind":"AccountHalted","venue":'),
  instrumentHalted: fixed(',"kind":"InstrumentHalted","instrument":'),
  reason: fixed(',"reason":'),
  client: fixed(',"client":'),
  reportSeq: fixed(',"report_seq":'),
  wire: fixed(',"wire":'),
  kind: fixed(',"kind":"'),
  request: fixed('","request":'),
  venue: fixed(',"venue":'),
  instrument: fixed(',"instrument":'),
  order: fixed(',"order":'),
  clOrdId: fixed(',"cl_ord_id":'),
  venueOrderId: fixed(',"venue_order_id":'),
  side: fixed(',"side":"'),
  ordType: fixed('","ord_type":"'),
  timeInForce: fixed('","time_in_force":"'),
  expireUs: fixed('","expire_us":'),
  price: fixed(',"price":'),
  orderQty: fixed(',"order_qty":'),
  postOnly: fixed(',"post_only":'),
  reduceOnly: fixed(',"reduce_only":'),
  params: fixed(',"params":'),
  newClOrdId: fixed('","new_cl_ord_id":'),
  replaceExpireUs: fixed(',"expire_us":'),
  dryRun: fixed(',"dry_run":true'),
  cause: fixed(',"cause":"'),
  sinceUs: fixed('","since_us":'),
  reportSeqs: fixed(',"report_seqs":['),
  endOfList: fixed("]}}\n"),
  code: fixed(',"code":'),
  text: fixed(',"text":'),
} as const;

/** Counts effects by kind for a sentence, "1 transition, 2 reports", from their lines. */
export function effectCounts(lines: string): string {
  const counts = new Map<string, number>();
  for (const line of lines.split("\n")) {
    const kind = /^\{"(\w+)":/.exec(line)?.[1];
    if (kind !== undefined) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return [...counts].map(([kind, count]) => `${count} ${kind}${count === 1 ? "" : "s"}`).join(", ");
}

/** Returns the lines of one event's effects, each with its line end; "" if there are none. */
export function encodeEffectLines(caused: Caused): string {
  const to = new ByteWriter();
  writeEffectLines(to, caused);
  return to.textFrom(0);
}

/** Writes the lines of one event's effects, each with its line end. */
export function writeEffectLines(to: ByteWriter, { seqId, effects, reports }: Caused): void {
  for (const transition of effects.transitions) writeTransition(to, seqId, transition);
  for (const report of reports) writeReportLine(to, seqId, report);
  for (const command of effects.commands) writeCommand(to, command);
  for (const repeat of effects.repeats) writeRepeat(to, seqId, repeat);
  for (const alarm of effects.alarms) writeAlarm(to, seqId, alarm);
}

function writeTransition(to: ByteWriter, seqId: SeqId, transition: Transition): void {
  to.fixed(LINE.transition);
  to.integer(seqId);
  switch (transition.kind) {
    case "order":
      to.fixed(KEY.orderTransition);
      to.integer(transition.order);
      to.fixed(KEY.from);
      to.plain(transition.from);
      to.fixed(KEY.to);
      to.plain(transition.to);
      to.fixed(KEY.reasonBehindWord);
      break;
    case "AccountHalted":
      to.fixed(KEY.accountHalted);
      to.integerOrNull(transition.venue);
      to.fixed(KEY.reason);
      break;
    case "InstrumentHalted":
      to.fixed(KEY.instrumentHalted);
      to.integer(transition.instrument);
      to.fixed(KEY.reason);
      break;
    default:
      return unreachable(transition);
  }
  to.string(transition.reason);
  to.fixed(LINE.end);
}

function writeReportLine(to: ByteWriter, seqId: SeqId, report: EncodedReport): void {
  to.fixed(LINE.report);
  to.integer(seqId);
  to.fixed(KEY.client);
  to.integer(report.client);
  to.fixed(KEY.reportSeq);
  to.integer(report.reportSeq);
  to.fixed(KEY.wire);
  to.copy(reportBytes(report));
  to.fixed(LINE.end);
}

function writeCommand(to: ByteWriter, command: VenueCommand): void {
  to.fixed(LINE.command);
  to.integer(command.seqId);
  to.fixed(KEY.kind);
  to.plain(command.kind);
  to.fixed(KEY.request);
  to.integer(command.request);
  to.fixed(KEY.venue);
  to.integer(command.venue);
  if (command.kind === "Reconcile") return writeReconcile(to, command);
  to.fixed(KEY.instrument);
  to.integer(command.instrument);
  to.fixed(KEY.order);
  to.integer(command.order);
  to.fixed(KEY.clOrdId);
  to.string(command.clOrdId);
  to.fixed(KEY.venueOrderId);
  to.stringOrNull(command.venueOrderId);
  writeTerms(to, command);
  if (command.dryRun === true) to.fixed(KEY.dryRun);
  to.fixed(LINE.end);
}

function writeReconcile(to: ByteWriter, command: ReconcileAccount): void {
  to.fixed(KEY.cause);
  to.plain(command.cause);
  to.fixed(KEY.sinceUs);
  to.integerOrNull(command.sinceUs);
  to.fixed(LINE.end);
}

function writeTerms(to: ByteWriter, command: OrderCommand): void {
  switch (command.kind) {
    case "Submit":
      return writeSubmit(to, command);
    case "Replace":
      to.fixed(KEY.side);
      to.plain(command.side);
      to.fixed(KEY.newClOrdId);
      to.string(command.newClOrdId);
      to.fixed(KEY.orderQty);
      to.integer(command.orderQty);
      to.fixed(KEY.price);
      to.integerOrNull(command.price);
      to.fixed(KEY.replaceExpireUs);
      to.integerOrNull(command.expireUs);
      return writeParams(to, command.params);
    case "Cancel":
    case "Lookup":
      return;
    default:
      return unreachable(command);
  }
}

function writeSubmit(to: ByteWriter, command: Submit): void {
  to.fixed(KEY.side);
  to.plain(command.side);
  to.fixed(KEY.ordType);
  to.plain(command.ordType);
  to.fixed(KEY.timeInForce);
  to.plain(command.timeInForce);
  to.fixed(KEY.expireUs);
  to.integerOrNull(command.expireUs);
  to.fixed(KEY.price);
  to.integerOrNull(command.price);
  to.fixed(KEY.orderQty);
  to.integer(command.orderQty);
  to.fixed(KEY.postOnly);
  to.boolean(command.postOnly);
  to.fixed(KEY.reduceOnly);
  to.boolean(command.reduceOnly);
  writeParams(to, command.params);
}

function writeParams(to: ByteWriter, params: Submit["params"]): void {
  to.fixed(KEY.params);
  if (params === null) to.stringOrNull(null);
  else to.raw(JSON.stringify(params));
}

function writeRepeat(to: ByteWriter, seqId: SeqId, repeat: RepeatReports): void {
  to.fixed(LINE.repeat);
  to.integer(seqId);
  to.fixed(KEY.client);
  to.integer(repeat.client);
  to.fixed(KEY.reportSeqs);
  to.plain(repeat.reportSeqs.join(","));
  to.fixed(KEY.endOfList);
}

function writeAlarm(to: ByteWriter, seqId: SeqId, alarm: Alarm): void {
  to.fixed(LINE.alarm);
  to.integer(seqId);
  to.fixed(KEY.code);
  to.string(alarm.code);
  to.fixed(KEY.text);
  to.string(alarm.text);
  to.fixed(LINE.end);
}
