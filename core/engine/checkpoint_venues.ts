/**
 * Venues in a checkpoint: declaration, link, pacing, what was reconciled, and the requests that wait.
 *
 * Ordering: venues by number, requests oldest first.
 * @module
 */
import { bucketNode, readBucket } from "./checkpoint_clients.ts";
import { maybe, toTable } from "./checkpoint_table.ts";
import type { EngineState } from "./state.ts";
import { newVenue, type PendingReconcile, type VenueState } from "./venue_state.ts";
import { RECONCILE_CAUSES } from "../command.ts";
import { type OpenOrder, VENUE_STATUSES, type VenueDeclaration } from "../event.ts";
import type { Fifo } from "../fifo.ts";
import { TRADING_STATES } from "../intent.ts";
import { invariant } from "../invariant.ts";
import { asNode, fromNode, NodeReader } from "../node_reader.ts";
import { micros, orderId, requestId } from "../numbers.ts";
import { REQUEST_KINDS, type WaitingRequest } from "../order.ts";
import type { CheckpointNode } from "../timeline.ts";

/** Writes all venues. */
export function venuesNode(state: EngineState): CheckpointNode {
  return toTable(state.venues.map((venue) => ({
    declaration: asNode(venue.declaration),
    status: venue.status,
    trading_state: venue.tradingState,
    bucket: bucketNode(venue.bucket),
    cancels: queueNode(state, venue.queues.cancels),
    lookups: queueNode(state, venue.queues.lookups),
    orders: queueNode(state, venue.queues.orders),
    answers: answersNode(venue),
    account: accountNode(venue),
  })));
}

/** Reads all venues, without what waits. */
export function readVenues(state: EngineState, saved: NodeReader): void {
  for (const row of saved.table("venues")) {
    const declaration = fromNode<VenueDeclaration>(row.node("declaration"));
    for (const risk of state.risks) risk.declare(declaration);
    const venue = newVenue(declaration, state.nowUs);
    venue.status = row.oneOf("status", VENUE_STATUSES);
    venue.tradingState = row.oneOf("trading_state", TRADING_STATES);
    venue.bucket = readBucket(row.node("bucket"));
    if (row.has("answers")) readAnswers(venue, row.child("answers"));
    if (row.has("account")) readAccount(venue, row.child("account"));
    state.venues.push(venue);
    const { reconcileDueUs: dueUs } = venue;
    if (dueUs !== null) state.deadlines.push({ dueUs, kind: "reconcile", key: declaration.id });
  }
}

/** Reads the requests that wait into a state that has its orders. */
export function readQueues(state: EngineState, saved: NodeReader): void {
  for (const [at, row] of saved.table("venues").entries()) {
    const queues = state.venues[at]?.queues;
    invariant(queues !== undefined, "A venue of a checkpoint must have its queues");
    for (const name of ["cancels", "lookups", "orders"] as const) {
      readQueue(state, queues[name], row.table(name));
    }
  }
}

function answersNode(venue: VenueState): CheckpointNode {
  return {
    paused_until_us: venue.pausedUntilUs,
    failures: venue.failures,
    breaker_open_until_us: venue.breakerOpenUntilUs,
  };
}

function readAnswers(venue: VenueState, saved: NodeReader): void {
  venue.pausedUntilUs = micros(saved.integer("paused_until_us"));
  venue.failures = saved.integer("failures");
  venue.breakerOpenUntilUs = maybe(saved.integerOrNull("breaker_open_until_us"), micros);
}

function accountNode(venue: VenueState): CheckpointNode {
  const { reconcile } = venue;
  return {
    reconcile: reconcile === null ? null : {
      request: reconcile.request,
      cause: reconcile.cause,
      sent_us: reconcile.sentUs,
    },
    reconcile_due_us: venue.reconcileDueUs,
    reconcile_attempts: venue.reconcileAttempts,
    first_reconcile_us: venue.firstReconcileUs,
    read_up_to_us: venue.readUpToUs,
    external_orders: venue.externalOrders.map(asNode),
    reconciled_us: venue.reconciledUs,
    is_opened: venue.isOpened,
    is_adopting: venue.isAdopting,
  };
}

function readAccount(venue: VenueState, saved: NodeReader): void {
  venue.reconcile = readPending(saved.node("reconcile"));
  venue.reconcileDueUs = maybe(saved.integerOrNull("reconcile_due_us"), micros);
  venue.reconcileAttempts = saved.integer("reconcile_attempts");
  venue.firstReconcileUs = maybe(saved.integerOrNull("first_reconcile_us"), micros);
  venue.readUpToUs = maybe(saved.integerOrNull("read_up_to_us"), micros);
  venue.externalOrders = saved.list("external_orders").map((node) => fromNode<OpenOrder>(node));
  venue.reconciledUs = micros(saved.integer("reconciled_us"));
  venue.isOpened = saved.flag("is_opened");
  venue.isAdopting = saved.flag("is_adopting");
}

function readPending(node: CheckpointNode): PendingReconcile | null {
  if (node === null) return null;
  const saved = new NodeReader(node);
  return {
    request: requestId(saved.integer("request")),
    cause: saved.oneOf("cause", RECONCILE_CAUSES),
    sentUs: maybe(saved.integerOrNull("sent_us"), micros),
  };
}

/** Waiting requests that their orders still want, oldest first. */
function queueNode(state: EngineState, queue: Fifo<WaitingRequest>): CheckpointNode {
  const rows = [];
  for (const request of queue) {
    const order = state.blotter.get(request.order);
    if (order === undefined || order.requestOf(request.kind) !== request.id) continue;
    rows.push({ order: request.order, kind: request.kind });
  }
  return toTable(rows);
}

function readQueue(
  state: EngineState,
  queue: Fifo<WaitingRequest>,
  rows: readonly NodeReader[],
): void {
  for (const row of rows) {
    const order = state.blotter.get(orderId(row.integer("order")));
    const kind = row.oneOf("kind", REQUEST_KINDS);
    const id = order?.requestOf(kind) ?? null;
    invariant(order !== undefined && id !== null, "A waiting request must have its order");
    queue.push({ id, kind, order: order.id });
  }
}
