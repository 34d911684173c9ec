/**
 * The request to reconcile an account: begun, dropped, sent.
 *
 * Invariant: a venue has at most one that is open. Beginning another drops it, and its answer is
 * stale.
 * @module
 */
import type { Turn } from "./turn.ts";
import type { PendingReconcile, VenueState } from "./venue_state.ts";
import type { ReconcileAccount, ReconcileCause } from "../command.ts";
import { type Micros, micros, type RequestId, requestId } from "../numbers.ts";

/** A venue's clock and ours differ, and executions come late: so much is asked for again. */
const OVERLAP_US = 10_000_000;

/** Begins to reconcile; `release` lets the request out. */
export function beginReconcile(turn: Turn, venue: VenueState, cause: ReconcileCause): void {
  const { state } = turn;
  const request = state.nextRequest;
  state.nextRequest = requestId(request + 1);
  venue.reconcile = { request, cause, sentUs: null };
  venue.reconcileDueUs = null;
}

/** Forgets what is open or due: the link is gone, and so is every answer. */
export function dropReconcile(venue: VenueState): void {
  venue.reconcile = null;
  venue.reconcileDueUs = null;
  venue.reconcileAttempts = 0;
}

/** Marks the request as sent; returns the command. */
export function leaveReconcile(
  turn: Turn,
  venue: VenueState,
  reconcile: PendingReconcile,
): ReconcileAccount {
  const { request, cause } = reconcile;
  reconcile.sentUs = turn.nowUs;
  venue.firstReconcileUs ??= turn.nowUs;
  const sinceUs = venue.isOpened ? askedSinceUs(venue) : null;
  const { id } = venue.declaration;
  return { kind: "Reconcile", seqId: turn.seqId, request, venue: id, cause, sinceUs };
}

/** Lets a request that was withheld wait again. */
export function takeBackReconcile({ reconcile }: VenueState, request: RequestId): void {
  if (reconcile?.request === request) reconcile.sentUs = null;
}

/**
 * Since when an opened account is asked what happened; null: it was never asked. What a stream told
 * since proves nothing of what it did not tell: only an answer does.
 */
export function askedSinceUs({ firstReconcileUs, readUpToUs }: VenueState): Micros | null {
  if (firstReconcileUs === null || readUpToUs === null) return firstReconcileUs;
  return micros(Math.max(firstReconcileUs, readUpToUs - OVERLAP_US));
}
