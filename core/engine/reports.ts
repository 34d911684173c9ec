/**
 * Reports and transitions: the only place that writes an order's state, and the only one that
 * numbers reports.
 *
 * Invariants: a client's report numbers have no gap; a terminal order never becomes live again; a
 * report that the life cycle does not allow fails closed, with an alarm that names order, state,
 * report and sequence number.
 * @module
 */
import { raise, type Turn } from "./turn.ts";
import { invariant } from "../invariant.ts";
import { isTerminal, nextStatus } from "../lifecycle.ts";
import type { ClientIndex, Micros, Px, Qty } from "../numbers.ts";
import type { IntentRecord, Order } from "../order.ts";
import type { RejectCode } from "../reject_code.ts";
import type { ExecType, Execution, ExecutionReport } from "../report.ts";

/**
 * What a report says beyond the order. `by`: the intent whose id it bears, default the order's.
 * Each is made from {@link UNSAID}, so that all have one shape: the hot path reads them, and a read of
 * an object that may have any of twenty shapes costs as much as a line of the cache.
 */
export type Saying = {
  readonly execType: ExecType;
  readonly by: IntentRecord | undefined;
  readonly origIntentId: string | undefined;
  readonly causeIntentId: string | undefined;
  readonly execution: Execution | undefined;
  readonly execRefId: string | undefined;
  readonly rejectCode: RejectCode | undefined;
  readonly text: string | undefined;
  readonly late: boolean | undefined;
  readonly inferred: boolean | undefined;
  readonly provisional: boolean | undefined;
  readonly journalUs: Micros | undefined;
  readonly submitUs: Micros | undefined;
  readonly ackUs: Micros | undefined;
};

/** What a venue's answer says beyond the order; how it came to be known. */
export type Details = Partial<Pick<Saying, "inferred" | "journalUs" | "submitUs" | "ackUs">>;

/** A report that moves its order. `reason` goes into the transition. */
export type Step = Saying & {
  readonly reason: string;
  /** The replace lost the old order: it is gone although the replace was refused. */
  readonly isLost: boolean | undefined;
};

/** A report that says nothing but how the order stands. */
export const UNSAID: Step = {
  execType: "OrderStatus",
  reason: "",
  by: undefined,
  origIntentId: undefined,
  causeIntentId: undefined,
  execution: undefined,
  execRefId: undefined,
  rejectCode: undefined,
  text: undefined,
  late: undefined,
  inferred: undefined,
  provisional: undefined,
  journalUs: undefined,
  submitUs: undefined,
  ackUs: undefined,
  isLost: undefined,
};

/** What a report takes from the intent whose id it bears. */
type Bearer = Pick<IntentRecord, "intentId" | "client" | "sentUs" | "recvUs" | "tag">;

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Moves the order and reports it. Callers use `advance` of `settle.ts`, which also settles
 * what waited for an end.
 * @returns `illegal`, with an alarm and nothing changed, if the life cycle does not allow it.
 */
export function move(turn: Turn, order: Order, step: Step): "illegal" | "moved" | "ended" {
  turn.touch(order);
  const from = order.status;
  const to = next(order, step);
  if (to === undefined) {
    raiseIllegal(turn, order, step);
    return "illegal";
  }
  invariant(!isTerminal(from) || from === to, "A terminal order must not become live again");
  if (from !== to) {
    order.status = to;
    turn.effects.transitions.push({
      kind: "order",
      order: order.id,
      from,
      to,
      reason: step.reason,
    });
  }
  const hasEnded = !isTerminal(from) && isTerminal(to);
  if (hasEnded) order.doubt = 0;
  reportOrder(turn, order, step);
  return hasEnded ? "ended" : "moved";
}

/** Reports the order as it stands; its state does not move. */
export function reportOrder(turn: Turn, order: Order, saying: Saying): void {
  const { status } = order;
  invariant(status !== "Created", "An order must have a state before it is reported");
  const by = saying.by ?? order.bearer;
  const report = newReport(turn, by, { execType: saying.execType, client: order.client });
  report.ordStatus = status;
  report.order = order.fields;
  report.tag = order.tag;
  order.isDoubtReported = order.doubt !== 0 && !isTerminal(status);
  if (order.isDoubtReported) report.inDoubt = true;
  if (order.isDryRun) report.dryRun = true;
  addDetails(report, saying);
  order.lastReport = send(turn, report, by);
}

/** Answers an intent that concerns no order: done, or refused. */
export function reportIntent(turn: Turn, by: IntentRecord, saying: Saying): void {
  const report = newReport(turn, by, { execType: saying.execType, client: by.client });
  if (saying.execType === "Rejected") report.ordStatus = "Rejected";
  report.tag = by.tag;
  addDetails(report, saying);
  send(turn, report, by);
}

/** Refuses an intent whose id is already spent on another content: the original is untouched. */
export function reportReused(turn: Turn, by: Bearer, text: string): void {
  const report = newReport(turn, by, { execType: "Rejected", client: by.client });
  report.ordStatus = "Rejected";
  report.tag = by.tag;
  report.rejectCode = "INTENT_ID_REUSED";
  report.text = text;
  send(turn, report, undefined);
}

/** The order as an `OrderStatus` report without a number, for queries. */
export function orderStatus(order: Order, at: Pick<Turn, "seqId" | "nowUs">): ExecutionReport {
  const { status } = order;
  const report = blank(order.bearer, at, { execType: "OrderStatus", client: order.client });
  report.ordStatus = status === "Created" ? null : status;
  report.order = order.fields;
  report.tag = order.tag;
  if (order.doubt !== 0 && !isTerminal(status)) report.inDoubt = true;
  if (order.isDryRun) report.dryRun = true;
  return report;
}

function next(order: Order, step: Step): ReturnType<typeof nextStatus> {
  if (step.isLost !== true) return nextStatus(order.status, step.execType, order);
  const { isComplete, hasFills, restored } = order;
  return nextStatus(order.status, step.execType, { isComplete, hasFills, restored, isLost: true });
}

/** What a report is, and whose. An order is at hand where the intent that it bears may be far. */
type Heading = { readonly execType: ExecType; readonly client: ClientIndex };

function newReport(turn: Turn, by: Bearer, heading: Heading): Writable<ExecutionReport> {
  const client = turn.state.client(heading.client);
  client.reportSeq += 1;
  const report = blank(by, turn, heading);
  report.reportSeq = client.reportSeq;
  if (turn.venueUs !== null) report.eventUs = turn.venueUs;
  return report;
}

/** A report without a number. */
function blank(
  by: Bearer,
  at: Pick<Turn, "seqId" | "nowUs">,
  { execType, client }: Heading,
): Writable<ExecutionReport> {
  return {
    client,
    reportSeq: 0,
    seqId: at.seqId,
    intentId: by.intentId,
    origIntentId: undefined,
    causeIntentId: undefined,
    execType,
    ordStatus: null,
    order: null,
    tag: null,
    execution: undefined,
    execRefId: undefined,
    rejectCode: undefined,
    text: undefined,
    inDoubt: undefined,
    late: undefined,
    inferred: undefined,
    provisional: undefined,
    dryRun: undefined,
    eventUs: undefined,
    transactUs: at.nowUs,
    sentUs: by.sentUs,
    recvUs: by.recvUs,
    journalUs: undefined,
    submitUs: undefined,
    ackUs: undefined,
  };
}

function addDetails(report: Writable<ExecutionReport>, saying: Saying): void {
  report.origIntentId = saying.origIntentId;
  report.causeIntentId = saying.causeIntentId;
  report.execution = saying.execution;
  report.execRefId = saying.execRefId;
  report.rejectCode = saying.rejectCode;
  report.text = saying.text;
  if (saying.late === true) report.late = true;
  if (saying.inferred === true) report.inferred = true;
  if (saying.provisional === true) report.provisional = true;
  report.journalUs = saying.journalUs;
  report.submitUs = saying.submitUs;
  report.ackUs = saying.ackUs;
}

function send(
  turn: Turn,
  report: ExecutionReport,
  answered: IntentRecord | undefined,
): number {
  if (answered !== undefined) answered.newestReport = report.reportSeq;
  turn.effects.reports.push(report);
  return report.reportSeq;
}

function raiseIllegal(turn: Turn, order: Order, step: Step): void {
  turn.state.count("transition_failures");
  const what = `${step.execType} at seq_id ${turn.seqId} (${step.reason})`;
  raise(turn, {
    code: "ILLEGAL_TRANSITION",
    text: `Cannot apply ${what}: order ${order.id} must allow it: was ${order.status}`,
  });
}

/** A fill as the report spells it. */
export function toExecution(of: {
  readonly execId: string;
  readonly lastQty: Qty;
  readonly lastPx: Px;
  readonly liquidity: "Maker" | "Taker" | null;
  readonly commission: string;
  readonly commissionCurrency: string;
}): Execution {
  const { execId, lastQty, lastPx, liquidity, commission, commissionCurrency } = of;
  return { execId, lastQty, lastPx, liquidity, commission, commissionCurrency };
}
