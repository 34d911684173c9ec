/**
 * Reconciliation (R-EXEC-5): an account held against what its venue knows of it.
 *
 * What is found is a reason to ask for evidence, never evidence itself: the list was made at some
 * moment, and orders move. So an order that differs is looked up; what the look-up shows decides.
 * Orders at the venue that are not ours are shown and count for nothing.
 *
 * Ordering: our orders by id, then the rows that are not ours in the answer's order.
 * @module
 */
import { closeBreaker, countFailure, pause } from "./breaker.ts";
import { askNow, raiseDoubt } from "./doubt.ts";
import { beginReconcile, dropReconcile } from "./reconcile_request.ts";
import { release } from "./requests.ts";
import { backOffReconcile, setReconcileDue } from "./retry.ts";
import { raise, type Turn } from "./turn.ts";
import { turnBackWaiting } from "./turn_back.ts";
import type { VenueState } from "./venue_state.ts";
import type { Event, OpenOrder, ReconcilePayloads } from "../event.ts";
import { invariant, unreachable } from "../invariant.ts";
import { type Micros, micros, type OrderId } from "../numbers.ts";
import { DOUBT, type Order } from "../order.ts";

/** An answer to a request to reconcile. */
export type ReconcileEvent = Event<keyof ReconcilePayloads>;

/** Applies an answer. A stale one changes nothing, but that its venue may want a pause. */
export function applyReconcile(turn: Turn, event: ReconcileEvent): void {
  invariant(event.venue !== null, "An answer about an account must name its venue");
  const venue = turn.state.venue(event.venue);
  invariant(isOutside(venue), "An account that is reconciled must be outside the timeline");
  if (event.eventType === "ReconcileFailed") pause(turn, venue, event.payload.retryAfterMs);
  applyAnswer(turn, venue, event);
  if (event.eventType === "ReconcileFailed") turnBackWaiting(turn, venue);
}

function applyAnswer(turn: Turn, venue: VenueState, event: ReconcileEvent): void {
  const { reconcile } = venue;
  const askedUs = reconcile?.request === event.payload.request ? reconcile.sentUs : null;
  if (askedUs === null) {
    turn.state.count("stale_reports");
    return;
  }
  switch (event.eventType) {
    case "Reconciled":
      return applyReconciled(turn, venue, { openOrders: event.payload.openOrders, askedUs });
    case "ReconcileFailed":
      countFailure(turn, venue);
      venue.reconcile = null;
      return backOffReconcile(turn, venue);
    default:
      return unreachable(event);
  }
}

/** True if the venue is behind an adapter. */
export function isOutside({ declaration }: VenueState): boolean {
  return declaration.simulation === null;
}

/** What a change of the link means: nothing is known any more, or everything must be asked. */
export function followLink(turn: Turn, venue: VenueState): void {
  if (venue.status === "up") closeBreaker(venue);
  if (!isOutside(venue)) return;
  if (venue.status === "down") dropReconcile(venue);
  if (venue.status === "reconciling") beginReconcile(turn, venue, "connected");
}

/** The time between two reconciliations is another: the next one comes no later than by that. */
export function followReconcileMs(turn: Turn, venue: VenueState): void {
  const { declaration: { reconcileMs }, reconcileDueUs } = venue;
  const isQuiet = venue.reconcile === null && venue.reconcileAttempts === 0;
  if (!isOutside(venue) || venue.status === "down" || !isQuiet) return;
  if (reconcileMs === undefined) venue.reconcileDueUs = null;
  else {
    const dueUs = Math.min(reconcileDueUs ?? Infinity, turn.nowUs + reconcileMs * 1000);
    setReconcileDue(turn, venue, micros(dueUs));
  }
}

/** Somebody wants to know now. */
export function applyReconcileAsked(turn: Turn, venue: VenueState): void {
  if (!isOutside(venue) || venue.status === "down") return;
  beginReconcile(turn, venue, "asked");
  release(turn, venue);
}

type Answer = { readonly openOrders: readonly OpenOrder[]; readonly askedUs: Micros };

/** A row with the order of ours that it names. */
type Named = { readonly row: OpenOrder; readonly order: Order | undefined };

function applyReconciled(turn: Turn, venue: VenueState, answer: Answer): void {
  const { state } = turn;
  const { id, reconcileMs } = venue.declaration;
  for (const { instrument } of answer.openOrders) {
    const isOurs = state.instrument(instrument).instrument.venue === id;
    invariant(isOurs, "An open order must be reported by its instrument's venue");
  }
  venue.reconcile = null;
  const isClosed = closeBreaker(venue);
  venue.reconcileAttempts = 0;
  venue.reconcileDueUs = null;
  if (reconcileMs !== undefined) {
    setReconcileDue(turn, venue, micros(turn.nowUs + reconcileMs * 1000));
  }
  state.count("reconciliations");
  const named = answer.openOrders.map((row) => ({ row, order: orderOf(turn, venue, row) }));
  compareOrders(turn, venue, named);
  venue.reconciledUs = turn.nowUs;
  venue.readUpToUs = answer.askedUs;
  venue.externalOrders = named.filter((each) => isForeign(each, answer.askedUs))
    .map((each) => {
      alarmForeign(turn, each);
      return each.row;
    });
  if (isClosed) release(turn, venue);
}

/** The order that a row names, of those that are kept. */
function orderOf(turn: Turn, venue: VenueState, row: OpenOrder): Order | undefined {
  const { blotter } = turn.state;
  const { id } = venue.declaration;
  const ours = row.clOrdId === null ? undefined : blotter.keys.parse(row.clOrdId);
  if (ours === undefined) {
    const { instrument, venueOrderId: name } = row;
    return blotter.byVenueOrderId(id, { instrument, name });
  }
  const order = blotter.get(ours.order);
  return order?.venue === id ? order : undefined;
}

function compareOrders(turn: Turn, venue: VenueState, named: readonly Named[]): void {
  const rows = new Map<OrderId, OpenOrder>();
  for (const { row, order } of named) {
    if (order !== undefined && !rows.has(order.id)) rows.set(order.id, row);
  }
  for (const order of turn.state.clients.liveOrders()) {
    if (!isExpected(order, venue)) continue;
    if (differs(order, rows.get(order.id))) question(turn, order);
  }
}

/** True of an order that the venue must have, in one version. */
function isExpected(order: Order, { declaration }: VenueState): boolean {
  return order.venue === declaration.id && order.isAccepted && !order.isTerminal &&
    !order.isDryRun && order.replace?.stage !== "placing";
}

function differs(order: Order, row: OpenOrder | undefined): boolean {
  if (row === undefined) return true;
  if (row.cumQty > order.executedHere) return true;
  if (order.replace !== null || ((order.doubt | order.retry) & DOUBT.Replace) !== 0) return false;
  return row.orderQty + order.baseCumQty !== order.orderQty || row.price !== order.price;
}

function question(turn: Turn, order: Order): void {
  turn.touch(order);
  turn.state.count("reconcile_differences");
  const { capabilities } = turn.state.instrument(order.instrument);
  if (capabilities.lookupByClientOrderId) askNow(turn, order);
  else raiseDoubt(turn, order, "the venue lists it otherwise and offers no look-up");
}

/** True of what is open at the venue and is no order that lives or has ended since it was asked. */
function isForeign({ order }: Named, askedUs: Micros): boolean {
  if (order === undefined || order.isDryRun) return true;
  return order.endedUs !== null && order.endedUs < askedUs;
}

function alarmForeign(turn: Turn, { row, order }: Named): void {
  const name = `${row.clOrdId ?? "-"} (venue order id ${row.venueOrderId})`;
  if (order?.isDryRun === false) {
    turn.state.count("reconcile_differences");
    raise(turn, {
      code: "LIVE_AFTER_END",
      text: `Order ${order.id} ended as ${order.status}: the venue must not have it: was listed ` +
        `as open at seq_id ${turn.seqId}; cancel ${name} at the venue`,
    });
    return;
  }
  const { keys } = turn.state.blotter;
  const isOurs = row.clOrdId !== null && keys.parse(row.clOrdId) !== undefined;
  if (!isOurs && order === undefined) return;
  turn.state.count("reconcile_differences");
  raise(turn, {
    code: "UNKNOWN_ORDER_AT_VENUE",
    text: `An open order of ours must be one that is kept and not run dry: was ${name}, listed ` +
      `at seq_id ${turn.seqId}; cancel it at the venue`,
  });
}
