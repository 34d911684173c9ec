/**
 * What a venue says of an execution afterwards: voided, corrected, confirmed.
 *
 * A correction is two postings, the old execution reversed and the new one booked, and one report.
 * An execution is known by the id it was booked with and by those of its corrections; reports name it
 * by the first, the one that its client has seen. A trade that was told by itself before the
 * correction that made it is booked twice until then, and once from then on.
 *
 * Invariants: a correction of which either posting would break a bound changes nothing; the order
 * does not re-open; what a void or a correction takes off its quantity does not come back to the
 * market (`voidedQty`), unless it had been counted twice; a voided execution stays voided.
 * @module
 */
import { assertOpenCountable } from "./exposure.ts";
import {
  advanceExecuted,
  assertCountable,
  book,
  bookBack,
  checkOverfill,
  inferIncrease,
  toLedgerExecution,
} from "./fills.ts";
import { raiseLive } from "./outcomes.ts";
import { closePosting } from "./postings.ts";
import { reportOrder, toExecution, UNSAID } from "./reports.ts";
import { advance } from "./settle.ts";
import { raise, type Turn } from "./turn.ts";
import type { BrokerPayloads } from "../event.ts";
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import type { LedgerExecution } from "../ledger/ledger.ts";
import { qty } from "../numbers.ts";
import { type Fill, type Order, takenOffBy } from "../order.ts";
import { type Execution, saysTheSame } from "../report.ts";

/** Books an execution back that the venue voided. */
export function applyVoided(
  turn: Turn,
  order: Order,
  payload: BrokerPayloads["ExecutionVoided"],
): void {
  const { execId, execRefId } = payload;
  const fill = meant(turn, order, { execRefId, action: "void" });
  if (fill === undefined) return;
  if (fill.isVoided) {
    turn.state.count("duplicate_reports");
    return;
  }
  takeOut(turn, order, { fill, execId, reason: `execution ${execRefId} voided` });
}

/** Books an execution as the venue corrected it. */
export function applyCorrected(
  turn: Turn,
  order: Order,
  payload: BrokerPayloads["ExecutionCorrected"],
): void {
  const { execId, execRefId } = payload;
  const fill = meant(turn, order, { execRefId, action: "correct" });
  if (fill === undefined) return;
  const named = order.fillOf(execId);
  if (isRepeated(payload, { fill, named })) {
    turn.state.count("duplicate_reports");
    if (named === undefined) learn(turn, order, { fill, execId });
    return;
  }
  if (fill.isVoided) {
    refuse(turn, order, { execRefId, action: "correct" });
    return;
  }
  if (named !== undefined && named !== fill) {
    countOnce(turn, order, { fill, named, execId });
    return;
  }
  invariant(payload.lastQty > 0, "A correction must leave a quantity");
  const raised = payload.lastQty - fill.peakQty;
  assertCountable(order, raised);
  const execution = toExecution(payload);
  turn.state.ledger.assertCorrectable({
    was: toLedgerExecution(turn, order, fill),
    now: toLedgerExecution(turn, order, { ...fill, execution }),
  });
  if (!order.isTerminal && raised > 0) {
    inferIncrease(turn, order, { executed: raised, clOrdId: null });
  }
  rebook(turn, order, { fill, execution });
  advanceExecuted(turn, order, {
    ...UNSAID,
    execType: "TradeCorrect",
    reason: `execution ${execRefId} corrected`,
    execRefId: fill.execution.execId,
    execution,
    provisional: fill.isProvisional,
  });
  const name = `correction ${execId} of order ${order.id} at seq_id ${turn.seqId}`;
  if (raised > 0) checkOverfill(turn, order, name);
}

/** A provisional execution is final from now on. */
export function applyConfirmed(
  turn: Turn,
  order: Order,
  payload: BrokerPayloads["ExecutionConfirmed"],
): void {
  const { execRefId } = payload;
  const fill = meant(turn, order, { execRefId, action: "confirm" });
  if (fill === undefined) return;
  if (fill.isVoided) {
    refuse(turn, order, { execRefId, action: "confirm" });
    return;
  }
  if (!fill.isProvisional) {
    turn.state.count("duplicate_reports");
    return;
  }
  makeFinal(turn, order, { fill, execRefId });
}

function makeFinal(
  turn: Turn,
  order: Order,
  of: { readonly fill: Fill; readonly execRefId: string },
): void {
  const { fill, execRefId } = of;
  turn.state.ledger.confirm(toLedgerExecution(turn, order, fill));
  closePosting(turn);
  fill.isProvisional = false;
  if (order.isTerminal) turn.state.blotter.keep(order, turn.nowUs);
  const text = `Execution ${execRefId} is final`;
  const { execId } = fill.execution;
  reportOrder(turn, order, { ...UNSAID, execType: "OrderStatus", execRefId: execId, text });
}

type Action = "void" | "correct" | "confirm";

/** The execution that is meant, or undefined with an alarm. */
function meant(
  turn: Turn,
  order: Order,
  of: { readonly execRefId: string; readonly action: Action },
): Fill | undefined {
  const fill = order.fillOf(of.execRefId);
  if (fill !== undefined) return fill;
  turn.state.count("orphan_reports");
  raise(turn, {
    code: "ORPHAN_REPORT",
    text: `Cannot ${of.action} an execution of order ${order.id} at seq_id ` +
      `${turn.seqId}: it must be booked: was ${of.execRefId}`,
  });
  return undefined;
}

/** A voided execution stays voided: a person has to look at what the venue means. */
function refuse(
  turn: Turn,
  order: Order,
  of: { readonly execRefId: string; readonly action: Action; readonly rule?: string },
): void {
  const { execRefId, action, rule = "it must not be voided: was voided" } = of;
  raise(turn, {
    code: "CORRECTION_REFUSED",
    text: `Cannot ${action} execution ${execRefId} of order ${order.id} at seq_id ` +
      `${turn.seqId}: ${rule}`,
  });
}

/**
 * True for a correction that was applied, also an earlier one than the last, or that changes nothing.
 * `named`: the execution that its own id names, if there is one.
 */
export function isRepeated<Kept extends Pick<Fill, "execution" | "isVoided">>(
  payload: BrokerPayloads["ExecutionCorrected"],
  { fill, named }: { readonly fill: Kept; readonly named: Kept | undefined },
): boolean {
  if (named !== undefined && named !== fill) return false;
  if (named === fill && payload.execId !== payload.execRefId) return true;
  return !fill.isVoided && saysTheSame(fill.execution, payload);
}

/** The venue may tell the execution under its new id, too: that must be known then. */
function learn(
  turn: Turn,
  order: Order,
  of: { readonly fill: Fill; readonly execId: string },
): void {
  order.correctFill(of.fill, of.execId);
  if (order.isTerminal) turn.state.blotter.keep(order, turn.nowUs);
}

/** Takes an execution out of the books and its order, and reports that it does not count. */
function takeOut(
  turn: Turn,
  order: Order,
  of: { readonly fill: Fill; readonly execId: string; readonly reason: string },
): void {
  const { fill, execId, reason } = of;
  bookBack(turn, order, fill);
  order.voidedQty = qty(order.voidedQty + fill.execution.lastQty);
  fill.isVoided = true;
  advance(turn, order, {
    ...UNSAID,
    execType: "TradeCancel",
    reason,
    execRefId: fill.execution.execId,
    execution: { ...fill.execution, execId, lastQty: qty(0), commission: "0" },
  });
}

/**
 * The corrected trade was told first, as an execution of its own: the one that it corrects is taken
 * out, and the order is as if the words had come in their order.
 */
function countOnce(
  turn: Turn,
  order: Order,
  of: { readonly fill: Fill; readonly named: Fill; readonly execId: string },
): void {
  const { fill, named, execId } = of;
  const execRefId = fill.execution.execId;
  if (order.baseCumQty > 0) {
    const rule = "it must be booked once if its order was placed anew: was booked twice";
    refuse(turn, order, { execRefId, action: "correct", rule });
    return;
  }
  const twice = Math.min(fill.peakQty, named.peakQty);
  assertOpenCountable(turn, order, {
    executed: order.cumQty + order.voidedQty - twice,
    executedHere: order.executedHereIfJoined(fill, named),
  });
  moveToPlaceOf(turn, order, { fill, named });
  const reason = `execution ${execRefId} was booked twice`;
  takeOut(turn, order, { fill, execId, reason });
  const { leavesQty } = order;
  order.joinFills(fill, named);
  named.booked = fill.booked;
  named.tag = fill.tag;
  order.voidedQty = qty(order.voidedQty - twice);
  if (order.leavesQty > leavesQty) {
    advance(turn, order, { ...UNSAID, execType: "Restated", reason });
  }
  if (named.isProvisional && !named.isVoided && !fill.isProvisional) {
    makeFinal(turn, order, { fill: named, execRefId: execId });
  }
  if (order.status === "Filled" && order.openQty > 0) {
    raiseLive(turn, order, `what filled it (execution ${execRefId}) was booked twice`);
  }
}

/** For the tag and in the epoch of what it corrects; nothing moves where both are the same. */
function moveToPlaceOf(
  turn: Turn,
  order: Order,
  of: { readonly fill: Fill; readonly named: Fill },
): void {
  const { fill, named } = of;
  const { instrument } = turn.state.instrument(order.instrument);
  if (named.isVoided || (named.tag === fill.tag && !isBet(instrument))) return;
  const { booked, tag } = fill;
  bookAnew(turn, {
    first: toLedgerExecution(turn, order, fill),
    was: toLedgerExecution(turn, order, named),
    now: toLedgerExecution(turn, order, { ...named, booked, tag }),
  });
}

/** What a bet is worth depends on when it was booked: on the removals of runners since. */
export function isBet({ assetClass }: Instrument): boolean {
  return assetClass === "betting";
}

/**
 * Books an execution for another tag or epoch. `first`: what is taken out after it; if any of this
 * cannot be done, nothing is. Only where that makes a difference: what is booked anew is the newest
 * of its position, and may split the profit of it differently.
 */
export function bookAnew(
  turn: Turn,
  of: {
    readonly first: LedgerExecution;
    readonly was: LedgerExecution;
    readonly now: LedgerExecution;
  },
): void {
  const { first, was, now } = of;
  const { ledger } = turn.state;
  ledger.assertCorrectable({ was, now });
  ledger.assertCorrectable({ was: first, now: first });
  ledger.reverse(was);
  closePosting(turn);
  ledger.book(now);
  closePosting(turn);
}

function rebook(
  turn: Turn,
  order: Order,
  of: { readonly fill: Fill; readonly execution: Execution },
): void {
  const { fill, execution } = of;
  bookBack(turn, order, fill);
  book(turn, order, { booking: { ...fill, execution } });
  const takenOff = takenOffBy(fill);
  const { execId } = fill.execution;
  fill.execution = { ...execution, execId };
  order.raisePeak(fill, execution.lastQty);
  order.voidedQty = qty(order.voidedQty - takenOff + takenOffBy(fill));
  if (order.fillOf(execution.execId) !== undefined) return;
  order.correctFill(fill, execution.execId);
}
