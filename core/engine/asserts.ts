/**
 * What must hold after every event (R-CORE-5), as a list of named rules over what the event touched:
 * its orders as they were and as they are, and its effects.
 *
 * A rule that is broken is our bug or an adapter's; the engine's seam decides what follows. The cost
 * is that of the orders touched, never that of all orders. Other rules are asserted where they are
 * at home: conservation of positions and cash in the ledger, after each posting.
 * @module
 */
import { worstQty } from "./exposure.ts";
import type { Touched, Turn } from "./turn.ts";
import type { VenueCommand } from "../command.ts";
import { invariant, unreachable } from "../invariant.ts";
import { isTerminal } from "../lifecycle.ts";
import type { OrderId } from "../numbers.ts";
import { type Order, REQUEST_KINDS } from "../order.ts";
import type { ExecutionReport } from "../report.ts";

/** A rule about one order: as it was before the event, and as it is. */
export type OrderRule = {
  readonly name: string;
  /** What must hold; the text of the alarm. */
  readonly rule: string;
  readonly holds: (order: Order, before: Touched) => boolean;
};

/** Rules about every order that the event touched. */
export const ORDER_RULES: readonly OrderRule[] = [
  {
    name: "terminal_stays",
    rule: "A terminal order must not become live again",
    holds: terminalStays,
  },
  {
    name: "transition_recorded",
    rule: "A change of state must be a recorded transition",
    holds: transitionRecorded,
  },
  {
    name: "accepted_first",
    rule: "No fill must come before acceptance",
    holds: acceptedFirst,
  },
  {
    name: "cum_qty_rises_by_execution",
    rule: "CumQty must rise only by an execution",
    holds: cumQtyRisesByExecution,
  },
  {
    name: "cum_qty_falls_by_name",
    rule: "CumQty must fall only by a trade cancel or correction that names its execution",
    holds: cumQtyFallsByName,
  },
  {
    name: "leaves_rise_by_replace",
    rule: "LeavesQty must rise only by a replace or by the venue's restatement",
    holds: leavesRiseByReplace,
  },
  {
    name: "live_has_something_left",
    rule: "A live order must have something left, unless it may still grow",
    holds: liveHasSomethingLeft,
  },
  {
    name: "end_is_clean",
    rule: "A terminal order must wait for nothing",
    holds: endIsClean,
  },
  {
    name: "doubt_is_said",
    rule: "Entering and leaving doubt must be reported",
    holds: doubtIsSaid,
  },
  {
    name: "exposure_is_counted",
    rule: "What an order may still do at worst must be counted, and nothing of an ended one",
    holds: exposureIsCounted,
  },
];

/** A rule about one report about an order. */
export type ReportRule = {
  readonly name: string;
  readonly rule: string;
  readonly holds: (report: ExecutionReport) => boolean;
};

/** Rules about every report of the event that is about an order. */
export const REPORT_RULES: readonly ReportRule[] = [
  {
    name: "has_status",
    rule: "An order report must have a status",
    holds: hasStatus,
  },
  {
    name: "terminal_leaves_nothing",
    rule: "Nothing must be left of a terminal order",
    holds: terminalLeavesNothing,
  },
  {
    name: "terminal_is_certain",
    rule: "A terminal report must not be in doubt",
    holds: terminalIsCertain,
  },
  {
    name: "quantities_fit",
    rule: "Where something is left, CumQty and LeavesQty must not exceed OrderQty",
    holds: quantitiesFit,
  },
  {
    name: "no_trade_when_submitted",
    rule: "A trade must not be reported of an order that was not accepted",
    holds: noTradeWhenSubmitted,
  },
];

/** The rule about the numbers of a client's reports. */
export const REPORT_NUMBERS = "Report numbers must have no gap";
/** The rule about commands. */
export const COMMAND_HAS_LEFT = "A command of a live order must be a request that left just now";

/** Bits of what the event's reports said of an order. */
const SAID = { execution: 1, named: 2, terms: 4 } as const;

/**
 * Asserts every rule over what the event touched.
 * @throws {InvariantError} At the first that is broken; its message is the rule.
 */
export function assertAll(turn: Turn): void {
  const { effects } = turn;
  for (const report of effects.reports) assertReport(turn, report);
  for (const { client } of effects.reports) {
    const { reportSeq, checkedReportSeq } = turn.state.client(client);
    invariant(reportSeq === checkedReportSeq, REPORT_NUMBERS);
  }
  for (const transition of effects.transitions) {
    const before = transition.kind === "order" ? touchedOf(turn, transition.order) : undefined;
    if (before !== undefined) before.isMoved = true;
  }
  for (const command of effects.commands) invariant(hasLeftNow(turn, command), COMMAND_HAS_LEFT);
  for (let at = 0; at < turn.touchedCount; at += 1) {
    const before = turn.touched[at];
    const order = before === undefined ? undefined : turn.orderOf(before);
    if (before === undefined || order === undefined) continue; // retired by this very event
    if (orderHolds(order, before)) continue;
    for (const { rule, holds } of ORDER_RULES) invariant(holds(order, before), rule);
  }
}

/** After a broken rule the numbers count from where they are, or the next event would break too. */
export function acceptNumbers(turn: Turn): void {
  for (const client of turn.state.clients.all) client.checkedReportSeq = client.reportSeq;
}

function assertReport(turn: Turn, report: ExecutionReport): void {
  const client = turn.state.client(report.client);
  client.checkedReportSeq += 1;
  invariant(report.reportSeq === client.checkedReportSeq, REPORT_NUMBERS);
  if (report.order === null) return;
  if (!reportHolds(report)) {
    for (const { rule, holds } of REPORT_RULES) invariant(holds(report), rule);
  }
  const before = touchedOf(turn, report.order.orderId);
  if (before !== undefined) before.said |= saidBy(report);
}

/** The bits of {@link SAID} that a report sets. */
export function saidBy(report: Pick<ExecutionReport, "execType" | "execRefId">): number {
  switch (report.execType) {
    case "Trade":
      return SAID.execution;
    case "TradeCorrect":
      return report.execRefId === undefined ? 0 : SAID.execution | SAID.named;
    case "TradeCancel":
      return report.execRefId === undefined ? 0 : SAID.named;
    case "Replaced":
    case "Restated":
      return SAID.terms;
    case "PendingNew":
    case "New":
    case "PendingCancel":
    case "Cancelled":
    case "PendingReplace":
    case "Rejected":
    case "CancelRejected":
    case "ReplaceRejected":
    case "Expired":
    case "OrderStatus":
    case "IntentDone":
      return 0;
    default:
      return unreachable(report.execType);
  }
}

function touchedOf(turn: Turn, id: OrderId): Touched | undefined {
  const first = turn.touched[0];
  if (turn.touchedCount > 0 && first?.id === id) return first; // mostly there is no other
  const order = turn.state.blotter.get(id);
  return order?.touchedSeq === turn.seqId ? turn.touched[order.touchedAt] : undefined;
}

function hasEnded(report: Pick<ExecutionReport, "ordStatus">): boolean {
  return report.ordStatus !== null && isTerminal(report.ordStatus);
}

function hasLeftNow(turn: Turn, command: VenueCommand): boolean {
  if (command.kind === "Reconcile") {
    const { reconcile } = turn.state.venue(command.venue);
    return reconcile?.request === command.request && reconcile.sentUs === turn.nowUs;
  }
  const first = turn.touchedCount > 0 ? turn.touched[0] : undefined;
  const order = first?.id === command.order
    ? turn.orderOf(first)
    : turn.state.blotter.get(command.order);
  if (order === undefined) return false;
  if (order.isTerminal) return true; // a fill of the same event may have ended it
  return order.requestOf(command.kind) === command.request &&
    order.sentUsOf(command.kind) === turn.nowUs;
}

function isIdle(order: Order): boolean {
  return order.cancel === null && order.replace === null && order.mustCancel === null &&
    !isAsking(order) && order.doubt === 0 && order.retry === 0 && order.lapseDueUs === null;
}

function isAsking(order: Order): boolean {
  for (const kind of REQUEST_KINDS) if (order.isAsking(kind)) return true;
  return false;
}

/** All of {@link ORDER_RULES}, called by name: through the list the calls would cost the most. */
function orderHolds(order: Order, before: Touched): boolean {
  return terminalStays(order, before) && transitionRecorded(order, before) &&
    acceptedFirst(order) && cumQtyRisesByExecution(order, before) &&
    cumQtyFallsByName(order, before) && leavesRiseByReplace(order, before) &&
    liveHasSomethingLeft(order) && endIsClean(order) && doubtIsSaid(order) &&
    exposureIsCounted(order);
}

/** All of {@link REPORT_RULES}, likewise. */
function reportHolds(report: ExecutionReport): boolean {
  return hasStatus(report) && terminalLeavesNothing(report) && terminalIsCertain(report) &&
    quantitiesFit(report) && noTradeWhenSubmitted(report);
}

function terminalStays(order: Order, before: Touched): boolean {
  return !isTerminal(before.status) || order.status === before.status;
}

function transitionRecorded(order: Order, before: Touched): boolean {
  return order.status === before.status || before.isMoved;
}

function acceptedFirst(order: Order): boolean {
  return order.isAccepted || order.isTerminal || order.cumQty + order.voidedQty === 0;
}

function cumQtyRisesByExecution(order: Order, { cumQty, said }: Touched): boolean {
  return order.cumQty <= cumQty || (said & SAID.execution) !== 0;
}

function cumQtyFallsByName(order: Order, { cumQty, said }: Touched): boolean {
  return order.cumQty >= cumQty || (said & SAID.named) !== 0;
}

function leavesRiseByReplace(order: Order, { status, leavesQty, said }: Touched): boolean {
  return status === "Created" || order.leavesQty <= leavesQty || (said & SAID.terms) !== 0;
}

function liveHasSomethingLeft(order: Order): boolean {
  return order.isTerminal || !order.isComplete;
}

function endIsClean(order: Order): boolean {
  return !order.isTerminal || isIdle(order);
}

function doubtIsSaid(order: Order): boolean {
  return order.isTerminal || (order.doubt !== 0) === order.isDoubtReported;
}

function exposureIsCounted(order: Order): boolean {
  return order.isTerminal
    ? !order.isCounted
    : order.isCounted && order.countedQty === worstQty(order);
}

function hasStatus(report: ExecutionReport): boolean {
  return report.ordStatus !== null;
}

function terminalLeavesNothing(report: ExecutionReport): boolean {
  return !hasEnded(report) || report.order?.leavesQty === 0;
}

function terminalIsCertain(report: ExecutionReport): boolean {
  return !hasEnded(report) || report.inDoubt !== true;
}

function quantitiesFit({ order }: ExecutionReport): boolean {
  return order === null || order.leavesQty === 0 ||
    order.cumQty + order.leavesQty <= order.orderQty;
}

function noTradeWhenSubmitted(report: ExecutionReport): boolean {
  return report.execType !== "Trade" || report.ordStatus !== "Submitted";
}
