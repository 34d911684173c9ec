/**
 * Requests to venues: numbered, paced, and written down before they may leave (R-EXEC-2, 8).
 *
 * A request leaves as a command of the event that released it. Until the venue's link, the pause it
 * asked for, its breaker and pacing allow that it waits here, cancels first, then look-ups, the
 * reconciliation, orders; nothing waits in the edge. A waiting request provably never left; one that
 * the trading state no longer allows when it could is turned back. A dry order beside real ones needs
 * no tokens, and delays none of them.
 *
 * Ordering: within a queue first in, first out. A request that its order forgot is skipped. What
 * pacing stops stops what comes behind it. What may not rest waits for pacing, never for its venue.
 * Limit: the queues hold at most four requests per live order.
 * @module
 */
import type { OrderCommand, VenueCommand } from "../command.ts";
import type { VenueState } from "./venue_state.ts";
import type { Turn } from "./turn.ts";
import { isBreakerOpen } from "./breaker.ts";
import { refusalToLeave, refusalToWait, turnBack } from "./turn_back.ts";
import { leaveReconcile, takeBackReconcile } from "./reconcile_request.ts";
import type { Fifo } from "../fifo.ts";
import { invariant } from "../invariant.ts";
import { type Micros, micros, qty, requestId } from "../numbers.ts";
import type { EngineState } from "./state.ts";
import type { Order, RequestKind, WaitingRequest } from "../order.ts";
import { nextCostUs, type PacedKind, refill, takeCost } from "../pacing.ts";

/** Decides a request: it leaves now, or waits for link, pause, breaker and pacing. */
export function issue(turn: Turn, order: Order, kind: RequestKind): void {
  const { state } = turn;
  const request = state.nextRequest;
  state.nextRequest = requestId(request + 1);
  order.setRequest(kind, request);
  const venue = state.venue(order.venue);
  const queue = queueOf(venue, kind);
  const isFirst = head(state, queue) === undefined;
  refillOf(venue, turn.nowUs);
  const isOpen = isReachable(venue, kind, turn.nowUs);
  const isNext = isFirst && isOpen && !isBehind(turn, venue, kind);
  const refusal = isNext ? refusalToLeave(turn, order, kind) : refusalToWait(turn, order, kind);
  if (refusal !== undefined) turnBack(turn, order, { kind, refusal });
  else if (isNext && isPaid(turn, order, kind)) leave(turn, order, kind);
  else {
    queue.push({ id: request, kind, order: order.id });
    if (isOpen) state.count("pacing_trips");
  }
}

/** Lets out what link, pause, breaker and pacing allow. */
export function release(turn: Turn, venue: VenueState): void {
  refillOf(venue, turn.nowUs);
  const { cancels, lookups, orders } = venue.queues;
  if (!drain(turn, venue, { queue: cancels, kind: "Cancel" })) return;
  if (!drain(turn, venue, { queue: lookups, kind: "Lookup" })) return;
  if (!releaseReconcile(turn, venue)) return;
  drain(turn, venue, { queue: orders, kind: "Submit" });
}

/** Puts a command that was withheld back into its queue. */
export function takeBackCommand(turn: Turn, command: VenueCommand): void {
  if (command.kind === "Reconcile") {
    takeBackReconcile(turn.state.venue(command.venue), command.request);
    return;
  }
  const order = turn.state.blotter.get(command.order);
  const { kind, request } = command;
  if (order === undefined || order.requestOf(kind) !== request) return;
  order.setSentUs(kind, null);
  queueOf(turn.state.venue(command.venue), kind).push({ id: request, kind, order: order.id });
}

/** When something may next leave, or undefined if nothing waits for a time. */
export function nextReleaseUs(state: EngineState, venue: VenueState): Micros | undefined {
  const next = nextWaiting(state, venue);
  if (next === undefined) return undefined;
  const { kind, order } = next;
  const { bucket, breakerOpenUntilUs, declaration: { pacing } } = venue;
  const closedUs = isOrderKind(kind) ? breakerOpenUntilUs ?? 0 : 0;
  const isPaced = bucket !== null && pacing !== null && !isFree(state, order);
  const paidUs = isPaced ? nextCostUs(bucket, pacing, kind) : 0;
  const dueUs = Math.max(venue.pausedUntilUs, closedUs, paidUs);
  return dueUs === 0 ? undefined : micros(dueUs);
}

/** The first request, by queue, that waits and has its link; of which order, unless it reconciles. */
function nextWaiting(
  state: EngineState,
  venue: VenueState,
): { readonly kind: PacedKind; readonly order: Order | undefined } | undefined {
  const { cancels, lookups, orders } = venue.queues;
  if (venue.status === "down") return undefined;
  const asking = head(state, cancels) ?? head(state, lookups);
  if (asking === undefined && venue.reconcile?.sentUs === null) {
    return { kind: "Reconcile", order: undefined };
  }
  const next = asking ?? (venue.status === "up" ? head(state, orders) : undefined);
  return next && { kind: next.kind, order: state.blotter.get(next.order) };
}

/**
 * Lets out what waits in a queue.
 * @returns False if pacing stopped it.
 */
function drain(
  turn: Turn,
  venue: VenueState,
  of: { readonly queue: Fifo<WaitingRequest>; readonly kind: RequestKind },
): boolean {
  if (!isReachable(venue, of.kind, turn.nowUs)) return true;
  for (;;) {
    const request = head(turn.state, of.queue);
    if (request === undefined) return true;
    const { kind } = request;
    const order = turn.state.blotter.get(request.order);
    invariant(order !== undefined, "A waiting request must have an order");
    const refusal = refusalToLeave(turn, order, kind);
    if (refusal === undefined && !isPaid(turn, order, kind)) return false;
    of.queue.take();
    if (refusal === undefined) leave(turn, order, kind);
    else turnBack(turn, order, { kind, refusal });
  }
}

/** As `drain`, for the one request to reconcile. */
function releaseReconcile(turn: Turn, venue: VenueState): boolean {
  const { reconcile } = venue;
  if (reconcile === null || reconcile.sentUs !== null) return true;
  if (!isReachable(venue, "Reconcile", turn.nowUs)) return true;
  if (!mayLeave(venue, "Reconcile")) return false;
  turn.effects.commands.push(leaveReconcile(turn, venue, reconcile));
  return true;
}

/** The oldest request that its order still wants; those above it are dropped. */
function head(state: EngineState, queue: Fifo<WaitingRequest>): WaitingRequest | undefined {
  for (;;) {
    const request = queue.peek();
    if (request === undefined) return undefined;
    const order = state.blotter.get(request.order);
    if (order !== undefined && order.requestOf(request.kind) === request.id) return request;
    queue.take();
  }
}

function leave(turn: Turn, order: Order, kind: RequestKind): void {
  order.setSentUs(kind, turn.nowUs);
  const command = toCommand(turn, order, kind);
  turn.effects.commands.push(order.isDryRun ? { ...command, dryRun: true } : command);
}

/** Orders wait until the account is known again and requests are answered; the rest needs the link. */
export function isReachable(venue: VenueState, kind: PacedKind, nowUs: Micros): boolean {
  if (nowUs < venue.pausedUntilUs) return false;
  if (!isOrderKind(kind)) return venue.status !== "down";
  return venue.status === "up" && !isBreakerOpen(venue, nowUs);
}

function isOrderKind(kind: PacedKind): boolean {
  return kind === "Submit" || kind === "Replace";
}

/** True if pacing has stopped something that goes before this kind: cheap ones must not starve it. */
function isBehind({ state }: Turn, venue: VenueState, kind: RequestKind): boolean {
  if (venue.bucket === null || kind === "Cancel") return false;
  const { cancels, lookups } = venue.queues;
  if (head(state, cancels) !== undefined) return true;
  if (kind === "Lookup") return false;
  return head(state, lookups) !== undefined || venue.reconcile?.sentUs === null;
}

function refillOf({ bucket, declaration: { pacing } }: VenueState, nowUs: Micros): void {
  if (bucket !== null && pacing !== null) refill(bucket, pacing, nowUs);
}

/** As `mayLeave`, of an order. */
function isPaid({ state }: Turn, order: Order, kind: RequestKind): boolean {
  return isFree(state, order) || mayLeave(state.venue(order.venue), kind);
}

/** True of what never reaches its venue while others do: where all runs dry, pacing is rehearsed. */
function isFree({ mode }: EngineState, order: Order | undefined): boolean {
  return order?.isDryRun === true && mode !== "dry_run";
}

function mayLeave(venue: VenueState, kind: PacedKind): boolean {
  const { bucket, declaration: { pacing } } = venue;
  if (bucket === null || pacing === null) return true;
  return takeCost(bucket, pacing, kind);
}

function queueOf(venue: VenueState, kind: RequestKind): Fifo<WaitingRequest> {
  switch (kind) {
    case "Cancel":
      return venue.queues.cancels;
    case "Lookup":
      return venue.queues.lookups;
    case "Submit":
    case "Replace":
      return venue.queues.orders;
  }
}

function toCommand(turn: Turn, order: Order, kind: RequestKind): OrderCommand {
  const request = order.requestOf(kind);
  invariant(request !== null, "A request must be remembered before it leaves");
  const { seqId } = turn;
  const { id, venue, instrument, clOrdId, venueOrderId, replace } = order;
  switch (kind) {
    case "Cancel":
    case "Lookup":
      return { kind, seqId, request, venue, instrument, order: id, clOrdId, venueOrderId };
    case "Replace":
      invariant(replace !== null, "A Replace must be remembered before it leaves");
      invariant(replace.clOrdId !== null, "A Replace must have its new key");
      return {
        kind: "Replace",
        seqId,
        request,
        venue,
        instrument,
        order: id,
        clOrdId,
        venueOrderId,
        side: order.side,
        newClOrdId: replace.clOrdId,
        orderQty: replace.orderQty,
        price: replace.price,
        expireUs: replace.expireUs,
        params: replace.params,
      };
    case "Submit": {
      const wanted = replace ?? order;
      return {
        kind: "Submit",
        seqId,
        request,
        venue,
        instrument,
        order: id,
        clOrdId,
        venueOrderId,
        side: order.side,
        ordType: order.ordType,
        timeInForce: order.timeInForce,
        expireUs: wanted.expireUs,
        price: wanted.price,
        orderQty: qty(wanted.orderQty - order.baseCumQty),
        postOnly: order.postOnly,
        reduceOnly: order.reduceOnly,
        params: wanted.params,
      };
    }
  }
}
