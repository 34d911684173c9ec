/**
 * How effects enter the rolling digest: every field that a program may act on, in one fixed order.
 *
 * Left out are sentences for people (`text` of reports and alarms, `reason` of transitions): they
 * may be worded better without making a run another run.
 *
 * Names are mixed where an order gets them (`PendingNew`, `New`, `Replaced`): other reports and all
 * commands repeat them, and a text costs more than all the numbers of a report. Client order ids
 * follow from the order and its version.
 *
 * After each event its `seq_id` is mixed, then its effects: transitions, reports, commands,
 * repeats, alarms, each kind in the order in which it was caused. A pair is one round of two words,
 * everything else as `digest.ts` says, codes as `digest_codes.ts` does; `?` marks what may be absent.
 * - transition of an order: pair(1, 16 × code of the old state + code of the new); order id
 * - account halted: pair(2, 0); venue?
 * - instrument halted: pair(7, instrument)
 * - report: pair(3, 16 × exec type + state, or 15 where there is none); pair(client, flags);
 *   report number; engine time; then of what the flags say that it has: the order, the execution,
 *   execution meant, reject code, the times of venue, sending, receipt, journal, submit and
 *   acknowledgement; then its names
 * - its order: order id, pair(instrument, side + order type + time in force), price?, order quantity,
 *   executed quantity, quantity left, notional (wide)
 * - its execution: execution id, last quantity, last price, liquidity?, commission, its currency
 * - its names: of `PendingNew` and `Replaced` intent id?, tag?; of `New` and `Replaced` venue order
 *   id?
 * - command: pair(4, code of its kind, 16 more of a dry order); request; order id; a Submit also
 *   price?, quantity, expiry?; a Replace likewise; a Reconcile instead of the order the
 *   time since when?
 * - repeated reports: pair(5, client); each report number
 * - alarm: pair(6, 0); its code
 * @module
 */
import type { VenueCommand } from "./command.ts";
import type { Digest } from "./digest.ts";
import { commandCode, execTypeCode, reportFlags, statusCode, termsCode } from "./digest_codes.ts";
import type { Effects } from "./effects.ts";
import { unreachable } from "./invariant.ts";
import type { ExecutionReport, Transition } from "./report.ts";

/** Added to the code of a command whose order is run dry. */
const DRY_RUN = 16;

/** Mixes all that an event caused. */
export function mixEffects(digest: Digest, effects: Effects): void {
  for (const transition of effects.transitions) mixTransition(digest, transition);
  for (const report of effects.reports) mixReport(digest, report);
  for (const command of effects.commands) mixCommand(digest, command);
  for (const repeat of effects.repeats) {
    digest.pair(5, repeat.client);
    for (const reportSeq of repeat.reportSeqs) digest.int(reportSeq);
  }
  for (const alarm of effects.alarms) {
    digest.pair(6, 0);
    digest.text(alarm.code);
  }
}

function mixTransition(digest: Digest, transition: Transition): void {
  switch (transition.kind) {
    case "order":
      digest.pair(1, statusCode(transition.from) * 16 + statusCode(transition.to));
      digest.int(transition.order);
      break;
    case "AccountHalted":
      digest.pair(2, 0);
      digest.maybeInt(transition.venue);
      break;
    case "InstrumentHalted":
      digest.pair(7, transition.instrument);
      break;
    default:
      unreachable(transition);
  }
}

function mixReport(digest: Digest, report: ExecutionReport): void {
  const { order, execution, execRefId, rejectCode } = report;
  const status = report.ordStatus === null ? 15 : statusCode(report.ordStatus);
  digest.pair(3, execTypeCode(report.execType) * 16 + status);
  digest.pair(report.client, reportFlags(report));
  digest.int(report.reportSeq);
  digest.int(report.transactUs);
  if (order !== null) mixOrder(digest, order);
  if (execution !== undefined) mixExecution(digest, execution);
  if (execRefId !== undefined) digest.text(execRefId);
  if (rejectCode !== undefined) digest.text(rejectCode);
  mixTimes(digest, report);
  mixNames(digest, report);
}

function mixTimes(digest: Digest, report: ExecutionReport): void {
  const { eventUs, sentUs, recvUs, journalUs, submitUs, ackUs } = report;
  if (eventUs !== undefined) digest.int(eventUs);
  if (sentUs !== undefined) digest.int(sentUs);
  if (recvUs !== undefined) digest.int(recvUs);
  if (journalUs !== undefined) digest.int(journalUs);
  if (submitUs !== undefined) digest.int(submitUs);
  if (ackUs !== undefined) digest.int(ackUs);
}

function mixNames(digest: Digest, report: ExecutionReport): void {
  const { execType } = report;
  if (execType === "PendingNew" || execType === "Replaced") {
    digest.maybeText(report.intentId);
    digest.maybeText(report.tag);
  }
  if (execType === "New" || execType === "Replaced") {
    digest.maybeText(report.order?.venueOrderId);
  }
}

function mixOrder(digest: Digest, order: NonNullable<ExecutionReport["order"]>): void {
  digest.int(order.orderId);
  digest.pair(order.instrument, termsCode(order));
  digest.maybeInt(order.price);
  digest.int(order.orderQty);
  digest.int(order.cumQty);
  digest.int(order.leavesQty);
  digest.big(order.notional);
}

function mixExecution(digest: Digest, execution: NonNullable<ExecutionReport["execution"]>): void {
  digest.text(execution.execId);
  digest.int(execution.lastQty);
  digest.int(execution.lastPx);
  digest.maybeText(execution.liquidity);
  digest.text(execution.commission);
  digest.text(execution.commissionCurrency);
}

function mixCommand(digest: Digest, command: VenueCommand): void {
  if (command.kind === "Reconcile") {
    digest.pair(4, commandCode(command.kind));
    digest.int(command.request);
    digest.maybeInt(command.sinceUs);
    return;
  }
  digest.pair(4, commandCode(command.kind) + (command.dryRun === true ? DRY_RUN : 0));
  digest.int(command.request);
  digest.int(command.order);
  switch (command.kind) {
    case "Submit":
      digest.maybeInt(command.price);
      digest.int(command.orderQty);
      digest.maybeInt(command.expireUs);
      break;
    case "Replace":
      digest.maybeInt(command.price);
      digest.int(command.orderQty);
      digest.maybeInt(command.expireUs);
      break;
    case "Cancel":
    case "Lookup":
      break;
    default:
      unreachable(command);
  }
}
