/**
 * Words as the digest mixes them: small numbers that never change their meaning.
 *
 * Switches, not tables: a table read by a varying key costs several times as much as all else that
 * the digest does with the word.
 * @module
 */
import type { VenueCommand } from "./command.ts";
import { unreachable } from "./invariant.ts";
import type { OrderState } from "./lifecycle.ts";
import type { ExecType, ExecutionReport, OrderFields } from "./report.ts";

/** Returns the code of an ExecType. */
export function execTypeCode(execType: ExecType): number {
  switch (execType) {
    case "PendingNew":
      return 1;
    case "New":
      return 2;
    case "Trade":
      return 3;
    case "PendingCancel":
      return 4;
    case "Cancelled":
      return 5;
    case "PendingReplace":
      return 6;
    case "Replaced":
      return 7;
    case "Rejected":
      return 8;
    case "CancelRejected":
      return 9;
    case "ReplaceRejected":
      return 10;
    case "Expired":
      return 11;
    case "TradeCancel":
      return 12;
    case "TradeCorrect":
      return 13;
    case "Restated":
      return 14;
    case "OrderStatus":
      return 15;
    case "IntentDone":
      return 16;
    default:
      return unreachable(execType);
  }
}

/** Returns the code of a state. */
export function statusCode(status: OrderState): number {
  switch (status) {
    case "Created":
      return 0;
    case "Submitted":
      return 1;
    case "Accepted":
      return 2;
    case "PartiallyFilled":
      return 3;
    case "Filled":
      return 4;
    case "CancelPending":
      return 5;
    case "ReplacePending":
      return 6;
    case "Cancelled":
      return 7;
    case "Rejected":
      return 8;
    case "Expired":
      return 9;
    default:
      return unreachable(status);
  }
}

/** Returns the code of a kind of command. */
export function commandCode(kind: VenueCommand["kind"]): number {
  switch (kind) {
    case "Submit":
      return 1;
    case "Cancel":
      return 2;
    case "Replace":
      return 3;
    case "Lookup":
      return 4;
    case "Reconcile":
      return 5;
    default:
      return unreachable(kind);
  }
}

/** Returns side (Sell 1), order type (Market 2) and time in force (4 × its place) as a sum. */
export function termsCode(order: Pick<OrderFields, "side" | "ordType" | "timeInForce">): number {
  const side = order.side === "Buy" ? 0 : 1;
  const ordType = order.ordType === "Limit" ? 0 : 2;
  return side + ordType + 4 * timeInForceCode(order.timeInForce);
}

/** Returns the place of a time in force among GTC, IOC, FOK, GTD, DAY, from 0. */
export function timeInForceCode(timeInForce: OrderFields["timeInForce"]): number {
  switch (timeInForce) {
    case "GTC":
      return 0;
    case "IOC":
      return 1;
    case "FOK":
      return 2;
    case "GTD":
      return 3;
    case "DAY":
      return 4;
    default:
      return unreachable(timeInForce);
  }
}

/** Returns what a report says by yes or no, and what it has, as bits. */
export function reportFlags(report: ExecutionReport): number {
  return (report.inDoubt ? 1 : 0) | (report.late ? 2 : 0) | (report.inferred ? 4 : 0) |
    (report.provisional ? 8 : 0) | (report.dryRun ? 16 : 0) |
    (report.order === null ? 0 : 32) |
    (report.execution === undefined ? 0 : 64) |
    (report.execRefId === undefined ? 0 : 128) |
    (report.rejectCode === undefined ? 0 : 256) |
    timeFlags(report);
}

function timeFlags(report: ExecutionReport): number {
  return (report.eventUs === undefined ? 0 : 512) |
    (report.sentUs === undefined ? 0 : 1024) |
    (report.recvUs === undefined ? 0 : 2048) |
    (report.journalUs === undefined ? 0 : 4096) |
    (report.submitUs === undefined ? 0 : 8192) |
    (report.ackUs === undefined ? 0 : 16384);
}
