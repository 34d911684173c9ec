/**
 * Broker reports: found their order, known or stale ones set aside, the rest applied.
 *
 * Ordering: reports of a venue come in its own order, yet fills may precede acceptance, anything
 * may be repeated, and anything may be late. A report that names no order of ours is an orphan: a
 * fill among them is booked to nobody's account where that can be done (see `external.ts`).
 *
 * Invariants: entering and leaving doubt is reported, with the report at hand or by `OrderStatus`;
 * nothing is counted of an order in the quanta of another instrument.
 * @module
 */
import { applyFound, applyNotFound, applyOldFound } from "./answers.ts";
import { closeBreaker } from "./breaker.ts";
import { neverLeft } from "./cancel.ts";
import { applyRequestFailed, syncDoubt } from "./doubt.ts";
import { applyConfirmed, applyCorrected, applyVoided } from "./corrections.ts";
import { applyExternal } from "./external.ts";
import { applyExecuted } from "./fills.ts";
import {
  applyAccepted,
  applyCancelled,
  applyCancelRejected,
  applyExpired,
  applyRejected,
  applyReplaced,
  applyReplaceRejected,
} from "./outcomes.ts";
import { release } from "./requests.ts";
import { haltAccount, raise, type Turn } from "./turn.ts";
import type { VenueState } from "./venue_state.ts";
import type { BrokerPayloads, Event, OrderRef } from "../event.ts";
import { invariant, unreachable } from "../invariant.ts";
import type { VenueId } from "../numbers.ts";
import type { Order } from "../order.ts";

/** An event that a venue reported. */
export type BrokerEvent = Event<keyof BrokerPayloads>;

/** Applies a broker report. */
export function applyBroker(turn: Turn, event: BrokerEvent): void {
  const order = findOrder(turn, event);
  if (order === undefined) {
    if (!applyExternal(turn, event)) raiseOrphan(turn, event);
    return;
  }
  assertInstrument(order, event);
  turn.touch(order);
  if (isSeen(order, event)) {
    turn.state.count("duplicate_reports");
    return;
  }
  const venue = turn.state.venue(order.venue);
  const isAnswer = event.eventType !== "RequestFailed" && !order.isDryRun;
  const isClosed = isAnswer && closeBreaker(venue);
  dispatch(turn, order, event);
  syncDoubt(turn, order);
  checkAuthority(turn, venue, event);
  if (isClosed) release(turn, venue);
}

/**
 * What a report counts is in quanta of its instrument: on another's order it would be another amount.
 * @throws {InvariantError} If it is of another one, unless it only repeats an execution.
 */
function assertInstrument(order: Order, event: BrokerEvent): void {
  const { instrument } = event;
  if (instrument === null || instrument === order.instrument) return;
  const isRepeated = event.eventType === "OrderExecuted" &&
    order.fillOf(event.payload.execId) !== undefined;
  invariant(isRepeated, "A report must be of the instrument of its order");
}

/** Keys that do not work any more stop the account. */
function checkAuthority(turn: Turn, venue: VenueState, event: BrokerEvent): void {
  switch (event.eventType) {
    case "OrderRejected":
    case "CancelRejected":
    case "ReplaceRejected":
      break;
    default:
      return;
  }
  if (event.payload.rejectCode !== "VENUE_AUTH" || venue.tradingState === "Halted") return;
  const { id, name } = venue.declaration;
  const reason = `Venue ${name} must take our keys: it refused a request at seq_id ${turn.seqId}`;
  haltAccount(turn, { venue: id, reason });
  raise(turn, { code: "VENUE_AUTH", text: reason });
}

/** Executions are known by their own id, for as long as the order is kept. */
function isSeen(order: Order, event: BrokerEvent): boolean {
  const key = event.idempotencyKey;
  if (key === null || event.eventType === "OrderExecuted") return false;
  return order.hasSeen(key);
}

function dispatch(turn: Turn, order: Order, event: BrokerEvent): void {
  const stale = isStale(turn, order, event);
  switch (event.eventType) {
    case "OrderExecuted":
      return applyExecuted(turn, order, { payload: event.payload, isOldVersion: stale });
    case "ExecutionVoided":
      return applyVoided(turn, order, event.payload);
    case "ExecutionCorrected":
      return applyCorrected(turn, order, event.payload);
    case "ExecutionConfirmed":
      return applyConfirmed(turn, order, event.payload);
    case "RequestFailed":
      return applyRequestFailed(turn, order, event.payload);
    case "OrderFound":
      if (stale) return applyOldFound(turn, order, event.payload);
      return applyFound(turn, order, event.payload);
    case "OrderNotFound":
      return applyNotFound(turn, order, event.payload);
    default:
      break;
  }
  if (stale) {
    turn.state.count("stale_reports");
    return;
  }
  switch (event.eventType) {
    case "OrderAccepted":
      return applyAccepted(turn, order, event.payload);
    case "OrderRejected":
      return applyRejected(turn, order, event.payload);
    case "OrderCancelled":
      return applyCancelled(turn, order, event.payload.reason);
    case "OrderExpired":
      return applyExpired(turn, order, event.payload.reason);
    case "CancelRejected":
      return applyCancelRejected(turn, order, event.payload);
    case "OrderReplaced":
      return applyReplaced(turn, order, event.payload);
    case "ReplaceRejected":
      return applyReplaceRejected(turn, order, event.payload);
    default:
      return unreachable(event);
  }
}

function findOrder(turn: Turn, event: BrokerEvent): Order | undefined {
  const { blotter } = turn.state;
  const ref = event.payload;
  if (ref.order !== null) return blotter.get(ref.order);
  if (!("clOrdId" in ref)) return undefined;
  const ours = ref.clOrdId === null ? undefined : blotter.keys.parse(ref.clOrdId);
  if (ours !== undefined) return blotter.get(ours.order);
  const { venue, instrument } = event;
  if (ref.venueOrderId === null || venue === null || instrument === null) return undefined;
  return blotter.byVenueOrderId(venue, { instrument, name: ref.venueOrderId });
}

/** True for a report about a version that a cancel-and-new has left behind: by its key, else its name. */
function isStale(turn: Turn, order: Order, event: BrokerEvent): boolean {
  if (order.baseVersion === 1 || !("clOrdId" in event.payload)) return false;
  const { order: number, clOrdId, venueOrderId } = event.payload;
  const key = clOrdId === null ? undefined : turn.state.blotter.keys.parse(clOrdId);
  if (key !== undefined) return key.version < order.baseVersion;
  if (order.replace?.stage === "placing" && neverLeft(order)) return true;
  return number === null && venueOrderId !== order.venueOrderId;
}

function raiseOrphan(turn: Turn, event: BrokerEvent): void {
  turn.state.count("orphan_reports");
  const ref: Partial<OrderRef> = event.payload;
  const name = `order ${ref.order ?? "-"}, client order id ${ref.clOrdId ?? "-"}, ` +
    `venue order id ${ref.venueOrderId ?? "-"}`;
  const venue = venueName(turn, event.venue);
  raise(turn, {
    code: "ORPHAN_REPORT",
    text: `Cannot apply ${event.eventType} of ${venue} at seq_id ${turn.seqId}: ` +
      `it must name an order that is kept: was ${name}`,
  });
}

function venueName(turn: Turn, venue: VenueId | null): string {
  const declared = venue === null ? undefined : turn.state.venues[venue];
  return declared === undefined ? "an unknown venue" : `venue ${declared.declaration.name}`;
}
