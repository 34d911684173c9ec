/**
 * What follows from the end of an order: nothing of it is waited for any more.
 *
 * A Cancel or Replace that was still pending is answered, CancelAlls that took the order learn of
 * it, its requests and deadlines are dropped, and it queues for retirement.
 * @module
 */
import type { Client, PendingCancelAll } from "../clients.ts";
import { move, reportIntent, type Step, UNSAID } from "./reports.ts";
import type { Turn } from "./turn.ts";
import { type Order, REQUEST_KINDS } from "../order.ts";

/**
 * Moves the order and reports it; an end settles all that waited for it.
 * @returns False, with an alarm and nothing changed, if the life cycle does not allow it.
 */
export function advance(turn: Turn, order: Order, step: Step): boolean {
  const outcome = move(turn, order, step);
  if (outcome === "ended") settle(turn, order);
  return outcome !== "illegal";
}

function settle(turn: Turn, order: Order): void {
  order.endedUs = turn.nowUs;
  turn.state.blotter.keep(order, turn.nowUs);
  dropWork(order);
  answerPending(turn, order);
  settleCancelAlls(turn, order, { isCancelled: isCancelled(order) });
}

/** Tells the client's CancelAlls that this order needs no more waiting for. */
export function settleCancelAlls(
  turn: Turn,
  order: Order,
  of: { readonly isCancelled: boolean },
): void {
  const client = turn.state.client(order.client);
  if (client.cancelAlls.length === 0) return;
  for (const pending of [...client.cancelAlls]) {
    if (!pending.waitingFor.delete(order.id)) continue;
    if (of.isCancelled) pending.cancelled += 1;
    if (pending.waitingFor.size === 0) finishCancelAll(turn, client, pending);
  }
}

/** Reports that a CancelAll is done. */
export function finishCancelAll(turn: Turn, client: Client, pending: PendingCancelAll): void {
  const at = client.cancelAlls.indexOf(pending);
  const others = pending.taken - pending.cancelled;
  reportIntent(turn, pending.by, {
    ...UNSAID,
    execType: "IntentDone",
    text: `Orders taken: ${pending.taken}, cancelled: ${pending.cancelled}, ` +
      `ended otherwise or refused: ${others}`,
  });
  if (at < 0) return;
  client.cancelAlls.splice(at, 1);
  turn.state.blotter.intents.unpin(pending.by);
}

function dropWork(order: Order): void {
  for (const kind of REQUEST_KINDS) order.dropRequest(kind);
  order.retry = 0;
  order.retryDueUs = null;
  order.lookupDueUs = null;
  order.lapseDueUs = null;
  order.mustCancel = null;
  order.doubt = 0;
  order.doubtSinceUs = null;
}

function answerPending(turn: Turn, order: Order): void {
  const { replace, cancel } = order;
  if (replace === null && cancel === null) return;
  order.replace = null;
  order.cancel = null;
  const ended = `order ${order.id} ended as ${order.status}`;
  if (replace !== null) {
    move(turn, order, {
      ...UNSAID,
      execType: "ReplaceRejected",
      reason: ended,
      by: replace.by,
      origIntentId: replace.origIntentId,
      rejectCode: "ILLEGAL_TRANSITION",
      text: `Cannot replace the order: it must be live until the venue replaced it: ${ended}`,
    });
  }
  if (cancel !== null && cancel.cause === "intent" && cancel.by !== null) {
    move(turn, order, {
      ...UNSAID,
      execType: "CancelRejected",
      reason: ended,
      by: cancel.by,
      origIntentId: order.bearerId,
      rejectCode: "ILLEGAL_TRANSITION",
      text: `Cannot cancel the order: it must be live until the venue cancelled it: ${ended}`,
    });
  }
}

function isCancelled(order: Order): boolean {
  return order.status === "Cancelled" || order.status === "Expired";
}
