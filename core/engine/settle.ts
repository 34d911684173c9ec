/**
 * What follows from the end of an order: nothing of it is waited for any more.
 *
 * A Cancel or Replace that was still pending is answered, CancelAlls that took the order learn of
 * it, its requests and deadlines are dropped, and it queues for retirement.
 * @module
 */
import { move, reportIntent, type Step, UNSAID } from "./reports.ts";
import type { Turn } from "./turn.ts";
import { type IntentRecord, type Order, REQUEST_KINDS } from "../order.ts";

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
  if (client.cancelAlls.size === 0) return;
  for (const { by, taken, cancelledBefore, orders } of client.cancelAlls.settle(order.id, of)) {
    reportCancelAllDone(turn, by, { taken, cancelled: orders.cancelled - cancelledBefore });
    turn.state.blotter.intents.unpin(by);
  }
}

/** Reports that a CancelAll is done. */
export function reportCancelAllDone(
  turn: Turn,
  by: IntentRecord,
  of: { readonly taken: number; readonly cancelled: number },
): void {
  const others = of.taken - of.cancelled;
  reportIntent(turn, by, {
    ...UNSAID,
    execType: "IntentDone",
    text: `Orders taken: ${of.taken}, cancelled: ${of.cancelled}, ` +
      `ended otherwise or refused: ${others}`,
  });
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
