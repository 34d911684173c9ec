/**
 * Requests to venues: numbered, paced, and written down before they may leave (R-EXEC-2, 8).
 *
 * A request leaves as a command of the event that released it. Until the venue's link and pacing
 * allow that it waits here, cancels first, look-ups second; nothing waits in the edge. A waiting
 * request provably never left.
 *
 * Ordering: within a queue first in, first out. A request that its order forgot is skipped.
 * Limit: the queues hold at most four requests per live order.
 * @module
 */
import type { OrderCommand, ReconcileAccount, VenueCommand } from "../command.ts";
import type { VenueState } from "./venue_state.ts";
import type { Turn } from "./turn.ts";
import type { Fifo } from "../fifo.ts";
import { invariant } from "../invariant.ts";
import { type Micros, qty, requestId } from "../numbers.ts";
import type { EngineState } from "./state.ts";
import type { Order, RequestKind, WaitingRequest } from "../order.ts";
import { cancelReserve, nextTokenUs, refill, takeToken } from "../pacing.ts";

/** Decides a request: it leaves now, or waits for link and pacing. */
export function issue(turn: Turn, order: Order, kind: RequestKind): void {
  const { state } = turn;
  const request = state.nextRequest;
  state.nextRequest = requestId(request + 1);
  order.setRequest(kind, request);
  const venue = state.venue(order.venue);
  const queue = queueOf(venue, kind);
  const isFirst = head(state, queue) === undefined;
  if (venue.bucket !== null && venue.declaration.pacing !== null) {
    refill(venue.bucket, venue.declaration.pacing, turn.nowUs);
  }
  if (isFirst && isReachable(venue, kind) && mayLeave(venue, kind)) leave(turn, order, kind);
  else {
    queue.push({ id: request, kind, order: order.id });
    if (isReachable(venue, kind)) state.count("pacing_trips");
  }
}

/** Lets out what link and pacing allow. */
export function release(turn: Turn, venue: VenueState): void {
  const { bucket, declaration, queues } = venue;
  if (bucket !== null && declaration.pacing !== null) {
    refill(bucket, declaration.pacing, turn.nowUs);
  }
  drain(turn, venue, { queue: queues.cancels, kind: "Cancel" });
  drain(turn, venue, { queue: queues.lookups, kind: "Lookup" });
  drain(turn, venue, { queue: queues.orders, kind: "Submit" });
}

/** Puts a command that was withheld back into its queue. */
export function takeBackCommand(turn: Turn, command: VenueCommand): void {
  if (command.kind === "Reconcile") return takeBackReconcile(turn, command);
  const order = turn.state.blotter.get(command.order);
  const { kind, request } = command;
  if (order === undefined || order.requestOf(kind) !== request) return;
  order.setSentUs(kind, null);
  queueOf(turn.state.venue(command.venue), kind).push({ id: request, kind, order: order.id });
}

function takeBackReconcile(turn: Turn, { request, venue }: ReconcileAccount): void {
  const { reconcile } = turn.state.venue(venue);
  if (reconcile?.request === request) reconcile.sentUs = null;
}

/** When pacing next lets something out, or undefined if nothing waits for it. */
export function nextReleaseUs(state: EngineState, venue: VenueState): Micros | undefined {
  const { bucket, declaration, queues } = venue;
  if (bucket === null || declaration.pacing === null) return undefined;
  const rate = declaration.pacing;
  if (isReachable(venue, "Cancel") && head(state, queues.cancels) !== undefined) {
    return nextTokenUs(bucket, rate, 0);
  }
  const waits = isReachable(venue, "Lookup") && head(state, queues.lookups) !== undefined ||
    isReachable(venue, "Submit") && head(state, queues.orders) !== undefined;
  return waits ? nextTokenUs(bucket, rate, cancelReserve(rate)) : undefined;
}

function drain(
  turn: Turn,
  venue: VenueState,
  of: { readonly queue: Fifo<WaitingRequest>; readonly kind: RequestKind },
): void {
  if (!isReachable(venue, of.kind)) return;
  for (;;) {
    const request = head(turn.state, of.queue);
    if (request === undefined || !mayLeave(venue, of.kind)) return;
    of.queue.take();
    const order = turn.state.blotter.get(request.order);
    invariant(order !== undefined, "A waiting request must have an order");
    leave(turn, order, request.kind);
  }
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
  turn.effects.commands.push(toCommand(turn, order, kind));
}

/** Orders wait until the account is known again; cancels and look-ups need only the link. */
function isReachable(venue: VenueState, kind: RequestKind): boolean {
  switch (kind) {
    case "Cancel":
    case "Lookup":
      return venue.status !== "down";
    case "Submit":
    case "Replace":
      return venue.status === "up";
  }
}

function mayLeave(venue: VenueState, kind: RequestKind): boolean {
  const { bucket, declaration } = venue;
  if (bucket === null || declaration.pacing === null) return true;
  return takeToken(bucket, kind === "Cancel" ? 0 : cancelReserve(declaration.pacing));
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
  const { terms, replace } = order;
  const request = order.requestOf(kind);
  invariant(request !== null, "A request must be remembered before it leaves");
  const { seqId } = turn;
  const { id, venue, instrument } = terms;
  const { clOrdId, venueOrderId } = order;
  switch (kind) {
    case "Cancel":
    case "Lookup":
      return { kind, seqId, request, venue, instrument, order: id, clOrdId, venueOrderId };
    case "Replace":
      invariant(replace !== null && replace.clOrdId !== null, "A Replace must have its new key");
      return {
        kind: "Replace",
        seqId,
        request,
        venue,
        instrument,
        order: id,
        clOrdId,
        venueOrderId,
        newClOrdId: replace.clOrdId,
        orderQty: replace.orderQty,
        price: replace.price,
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
        side: terms.side,
        ordType: terms.ordType,
        timeInForce: terms.timeInForce,
        expireUs: wanted.expireUs,
        price: wanted.price,
        orderQty: qty(wanted.orderQty - order.baseCumQty),
        postOnly: terms.postOnly,
        reduceOnly: terms.reduceOnly,
        params: wanted.params,
      };
    }
  }
}
