/**
 * The lines of what an event caused: transitions, reports, venue commands, repeats, alarms.
 *
 * Written once live, and again by every replay, which compares the two byte for byte: one spelling,
 * keys in a fixed order. `seq_id` is the first key of every line, so that a reader finds the event
 * without parsing the rest. A report's `wire` is the exact text that its client is sent.
 * @module
 */
import type { VenueCommand } from "../../core/command.ts";
import type { Effects, RepeatReports } from "../../core/effects.ts";
import { unreachable } from "../../core/invariant.ts";
import type { SeqId } from "../../core/numbers.ts";
import type { Alarm, Transition } from "../../core/report.ts";
import type { EncodedReport } from "../../wire/backend.ts";
import { jsonString, jsonStringOrNull } from "../../wire/json_text.ts";

/** An event's number with what it caused. */
export type Caused = {
  readonly seqId: SeqId;
  readonly effects: Effects;
  readonly reports: readonly EncodedReport[];
};

/** Returns the lines of one event's effects, each with its line end; "" if there are none. */
export function encodeEffectLines(caused: Caused): string {
  let lines = "";
  writeEffectLines(caused, "", (text) => lines += text);
  return lines;
}

/**
 * Puts `before` and the lines of one event's effects, in pieces. A report's text is a piece of its
 * own: it is flattened once, for here and for the socket.
 */
export function writeEffectLines(
  { seqId, effects, reports }: Caused,
  before: string,
  put: (text: string) => void,
): void {
  let text = before;
  for (const transition of effects.transitions) text += encodeTransition(seqId, transition);
  for (const report of reports) {
    put(
      `${text}{"report":{"seq_id":${seqId},"client":${report.client},` +
        `"report_seq":${report.reportSeq},"wire":`,
    );
    put(report.text);
    text = "}}\n";
  }
  for (const command of effects.commands) text += encodeCommand(command);
  for (const repeat of effects.repeats) text += encodeRepeat(seqId, repeat);
  for (const alarm of effects.alarms) text += encodeAlarm(seqId, alarm);
  if (text !== "") put(text);
}

function encodeTransition(seqId: SeqId, transition: Transition): string {
  switch (transition.kind) {
    case "order":
      return `{"transition":{"seq_id":${seqId},"kind":"order","order":${transition.order},` +
        `"from":"${transition.from}","to":"${transition.to}",` +
        `"reason":${jsonString(transition.reason)}}}\n`;
    case "AccountHalted":
      return `{"transition":{"seq_id":${seqId},"kind":"AccountHalted","venue":${transition.venue},` +
        `"reason":${jsonString(transition.reason)}}}\n`;
    case "InstrumentHalted":
      return `{"transition":{"seq_id":${seqId},"kind":"InstrumentHalted",` +
        `"instrument":${transition.instrument},"reason":${jsonString(transition.reason)}}}\n`;
    default:
      return unreachable(transition);
  }
}

function encodeCommand(command: VenueCommand): string {
  const head = `{"command":{"seq_id":${command.seqId},"kind":"${command.kind}",` +
    `"request":${command.request},"venue":${command.venue},"instrument":${command.instrument},` +
    `"order":${command.order},"cl_ord_id":${jsonString(command.clOrdId)},` +
    `"venue_order_id":${jsonStringOrNull(command.venueOrderId)}`;
  switch (command.kind) {
    case "Submit":
      return `${head},"side":"${command.side}","ord_type":"${command.ordType}",` +
        `"time_in_force":"${command.timeInForce}","expire_us":${command.expireUs},` +
        `"price":${command.price},"order_qty":${command.orderQty},` +
        `"post_only":${command.postOnly},"reduce_only":${command.reduceOnly},` +
        `"params":${JSON.stringify(command.params)}}}\n`;
    case "Replace":
      return `${head},"new_cl_ord_id":${jsonString(command.newClOrdId)},` +
        `"order_qty":${command.orderQty},"price":${command.price}}}\n`;
    case "Cancel":
    case "Lookup":
      return `${head}}}\n`;
    default:
      return unreachable(command);
  }
}

function encodeRepeat(seqId: SeqId, repeat: RepeatReports): string {
  return `{"repeat":{"seq_id":${seqId},"client":${repeat.client},` +
    `"report_seqs":[${repeat.reportSeqs.join(",")}]}}\n`;
}

function encodeAlarm(seqId: SeqId, alarm: Alarm): string {
  return `{"alarm":{"seq_id":${seqId},"code":${jsonString(alarm.code)},"text":${
    jsonString(alarm.text)
  }}}\n`;
}
