/**
 * Executions on our account that no order of ours explains: somebody else trades there, or an order
 * is forgotten. The books follow the account, nobody's sub-book moves, and the instrument is halted
 * until an operator has looked.
 *
 * Invariants: such an execution is booked once, whichever of its ids it comes under; none that is
 * older than the horizon is booked, since whether it was booked before is no longer known.
 * @module
 */
import { bookAnew, isBet, isRepeated } from "./corrections.ts";
import { closePosting } from "./postings.ts";
import { toExecution } from "./reports.ts";
import { toExternalExecution } from "./take_over.ts";
import { haltInstrument, raise, type Turn } from "./turn.ts";
import { FUTURE_MAX_US } from "../blotter.ts";
import type { BrokerPayloads, Event } from "../event.ts";
import type { ExternalFill } from "../external_fills.ts";
import { qty } from "../numbers.ts";

type BrokerEvent = Event<keyof BrokerPayloads>;

/**
 * Applies a report about no order of ours.
 * @returns False, with nothing changed, if it does not say enough to be booked.
 */
export function applyExternal(turn: Turn, event: BrokerEvent): boolean {
  switch (event.eventType) {
    case "OrderExecuted":
      return applyFill(turn, event);
    case "ExecutionVoided":
      return applyVoid(turn, event);
    case "ExecutionCorrected":
      return applyCorrection(turn, event);
    case "ExecutionConfirmed":
      return applyConfirmation(turn, event);
    default:
      return false;
  }
}

function applyFill(turn: Turn, event: Event<"OrderExecuted">): boolean {
  const fill = toFill(turn, event);
  if (fill === undefined) return false;
  const { state } = turn;
  const { execId } = fill.execution;
  if (state.externalFills.find(fill.venue, execId) !== undefined) {
    state.count("duplicate_reports");
    return true;
  }
  const { settings: { intentHorizonMs }, knownSinceUs } = state;
  const sinceUs = turn.nowUs - intentHorizonMs * 1000;
  if (event.eventTime < sinceUs || (knownSinceUs !== null && event.eventTime <= knownSinceUs)) {
    state.count("orphan_reports");
    raise(turn, {
      code: "FILL_TOO_OLD",
      text: `Cannot book execution ${execId} at seq_id ${turn.seqId}: it must have happened ` +
        `within ${intentHorizonMs} ms, and within what engine.intent_horizon_ms was before it ` +
        "was made longer: was older",
    });
    return true;
  }
  state.ledger.book(toExternalExecution(turn, fill));
  state.externalFills.add(fill, sinceUs - FUTURE_MAX_US);
  state.count("external_fills");
  finish(turn, fill, "executed");
  return true;
}

/** The execution, if account, instrument and side are known. */
function toFill(turn: Turn, event: Event<"OrderExecuted">): ExternalFill | undefined {
  const { payload, venue, instrument } = event;
  const entry = instrument === null ? undefined : turn.state.instruments[instrument];
  if (entry === undefined || entry.instrument.venue !== venue) return undefined;
  if (payload.side === undefined || payload.lastQty <= 0) return undefined;
  return {
    venue,
    instrument: entry.instrument.id,
    side: payload.side,
    execution: toExecution(payload),
    correctedAs: [],
    peakQty: payload.lastQty,
    booked: turn.seqId,
    isVoided: false,
    isTakenOver: false,
    ingestUs: turn.nowUs,
  };
}

function applyVoid(turn: Turn, event: Event<"ExecutionVoided">): boolean {
  const fill = found(turn, event);
  if (fill === undefined) return false;
  if (fill.isVoided) {
    turn.state.count("duplicate_reports");
    return true;
  }
  turn.state.ledger.reverse(toExternalExecution(turn, fill));
  fill.isVoided = true;
  turn.state.externalFills.keep(fill, turn.nowUs);
  finish(turn, fill, "voided");
  return true;
}

function applyCorrection(turn: Turn, event: Event<"ExecutionCorrected">): boolean {
  const fill = found(turn, event);
  if (fill === undefined) return false;
  const { payload } = event;
  const { externalFills, ledger } = turn.state;
  const named = externalFills.find(fill.venue, payload.execId);
  if (isRepeated(payload, { fill, named })) {
    turn.state.count("duplicate_reports");
    if (named === undefined) learn(turn, fill, payload.execId);
    return true;
  }
  if (fill.isVoided || payload.lastQty <= 0) return false;
  if (named !== undefined && named !== fill) return countOnce(turn, fill, named);
  const execution = { ...toExecution(payload), execId: fill.execution.execId };
  const was = toExternalExecution(turn, fill);
  ledger.assertCorrectable({ was, now: toExternalExecution(turn, { ...fill, execution }) });
  ledger.reverse(was);
  closePosting(turn);
  fill.execution = execution;
  fill.peakQty = qty(Math.max(fill.peakQty, execution.lastQty));
  learn(turn, fill, payload.execId);
  ledger.book(toExternalExecution(turn, fill));
  finish(turn, fill, "corrected");
  return true;
}

/** To `external` all count as final: it is only known for longer. */
function applyConfirmation(turn: Turn, event: Event<"ExecutionConfirmed">): boolean {
  const fill = found(turn, event);
  if (fill === undefined || fill.isVoided) return false;
  turn.state.externalFills.keep(fill, turn.nowUs);
  return true;
}

/** The venue may tell the execution under its new id, too: that must be known then. */
function learn(turn: Turn, fill: ExternalFill, execId: string): void {
  const { externalFills } = turn.state;
  externalFills.correct(fill, execId);
  externalFills.keep(fill, turn.nowUs);
}

/**
 * The corrected trade was told first, as an execution of its own: the one that it corrects is taken
 * out. Venues number trades by instrument: what is on another, or on the other side, is not it.
 */
function countOnce(turn: Turn, fill: ExternalFill, named: ExternalFill): boolean {
  const isOther = named.instrument !== fill.instrument || named.side !== fill.side;
  if (isOther || named.isTakenOver) return false;
  const { externalFills, ledger } = turn.state;
  const first = toExternalExecution(turn, fill);
  const was = toExternalExecution(turn, named);
  const { booked } = fill;
  if (!named.isVoided && isBet(was.instrument)) {
    bookAnew(turn, { first, was, now: { ...was, booked } });
  }
  ledger.reverse(first);
  named.booked = booked;
  named.peakQty = qty(Math.max(fill.peakQty, named.peakQty));
  externalFills.join(fill, named);
  externalFills.keep(named, turn.nowUs);
  finish(turn, named, "told twice");
  return true;
}

function found(
  turn: Turn,
  event: Event<"ExecutionVoided" | "ExecutionCorrected" | "ExecutionConfirmed">,
): ExternalFill | undefined {
  if (event.venue === null) return undefined;
  const fill = turn.state.externalFills.find(event.venue, event.payload.execRefId);
  return fill?.isTakenOver === true ? undefined : fill;
}

function finish(turn: Turn, fill: ExternalFill, what: string): void {
  const { state } = turn;
  closePosting(turn);
  const { instrument } = state.instrument(fill.instrument);
  const text = `Execution ${fill.execution.execId} of ${instrument.name} at seq_id ${turn.seqId} ` +
    `was ${what} for no order of ours: it is booked to the external book`;
  haltInstrument(turn, { instrument: fill.instrument, reason: text });
  raise(turn, { code: "EXTERNAL_FILL", text });
}
