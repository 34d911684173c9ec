/**
 * Cancels, whoever wants them: taken in every live state, held until they can be sent.
 *
 * A cancel waits for the acknowledgement of what it cancels, since a venue that does not know the
 * order yet would refuse it. It wins over what provably never left: such an order is cancelled here
 * and now, such a replace is refused.
 *
 * Invariant: at most one cancel of an order is pending. One that must come true (a lapse, a lost
 * client, the kill switch) is tried again until the order has ended: ever more slowly while the venue
 * refuses it, and anew when there is a new cause or the venue comes up. Any whose answer was lost is
 * sent again likewise (`doubt.ts`).
 * @module
 */
import type { Client } from "../clients.ts";
import { backOff } from "./retry.ts";
import { type Step, UNSAID } from "./reports.ts";
import { advance } from "./settle.ts";
import { issue } from "./requests.ts";
import type { Turn } from "./turn.ts";
import { invariant } from "../invariant.ts";
import type { VenueId } from "../numbers.ts";
import {
  type CancelCause,
  DOUBT,
  type IntentRecord,
  type Order,
  type PendingCancel,
} from "../order.ts";

/** Ids of a report, where they are not those of its order. */
export type CancelBearing = {
  readonly by: IntentRecord | undefined;
  readonly origIntentId: string | undefined;
  readonly causeIntentId: string | undefined;
};

/** Why nobody's cancel came, for people; what a client asked for it knows. */
const BECAUSE: Readonly<Record<CancelCause, string | undefined>> = {
  intent: undefined,
  cancelAll: undefined,
  lapse: "its time (ttl_ms, expire_us) is over",
  disconnect: "its client has left, or was gone for longer than cancel_grace_ms",
  kill: "the kill switch is on (operator.kill_switch)",
};

const ORDERS_OWN: CancelBearing = {
  by: undefined,
  origIntentId: undefined,
  causeIntentId: undefined,
};

/** Begins to cancel a live order that has no cancel pending. */
export function beginCancel(turn: Turn, order: Order, cancel: PendingCancel): void {
  if (order.isTerminal) return;
  turn.touch(order);
  const isNewCause = isInsisted(cancel) && isNews(order, cancel);
  if (isNewCause) {
    order.mustCancel = cancel.cause;
    forgiveFailures(order);
  }
  // A cause that is told again is no reason to try again sooner, but a replace that has begun since
  // must not leave, or stand, for as long as the back-off takes.
  const isToldAgain = isInsisted(cancel) && !isNewCause && (order.retry & DOUBT.Cancel) !== 0;
  if (isToldAgain && order.replace === null) return;
  if (order.cancel !== null) {
    // A new one waits behind no back-off of an older one, and for no answer about an older cancel.
    if (isNewCause) sendCancel(turn, order);
    return;
  }
  order.cancel = cancel;
  if (!neverLeft(order) && turn.state.venue(order.venue).status === "down") {
    order.doubt |= DOUBT.Cancel;
  }
  const { by, origIntentId, causeIntentId } = cancelBearing(order, cancel);
  const reason = cancel.cause;
  advance(turn, order, {
    ...UNSAID,
    execType: "PendingCancel",
    reason,
    text: BECAUSE[reason],
    by,
    origIntentId,
    causeIntentId,
  });
  sendCancel(turn, order);
}

/**
 * Sends the cancel that is wanted, if there is one and the venue can know the order. The one place
 * where a cancel wins over what has not left: whatever kept that from leaving, and whenever.
 */
export function sendCancel(turn: Turn, order: Order): void {
  const isWanted = order.cancel !== null || order.replace?.stage === "cancelling";
  if (!isWanted || order.isAsking("Cancel")) return;
  if (order.cancel !== null) {
    if (neverLeft(order)) return endCancelled(turn, order, "never sent to the venue");
    withdrawReplace(turn, order);
  }
  if (order.isAsking("Submit") || (order.doubt & DOUBT.Submit) !== 0) return;
  if (order.isAsking("Replace")) return;
  order.retry &= ~DOUBT.Cancel;
  issue(turn, order, "Cancel");
}

/** Ends the order as the venue confirmed: Expired if it lapsed, else Cancelled. */
export function endCancelled(turn: Turn, order: Order, reason: string): void {
  const { cancel } = order;
  order.cancel = null;
  const execType = cancel?.cause === "lapse" ? "Expired" : "Cancelled";
  const because = cancel === null ? undefined : BECAUSE[cancel.cause];
  const { by, origIntentId, causeIntentId } = cancelBearing(order, cancel);
  advance(turn, order, {
    ...UNSAID,
    execType,
    reason,
    text: because === undefined ? reason : `${because}: ${reason}`,
    by,
    origIntentId,
    causeIntentId,
  });
}

/** Under which ids a cancel is reported: its own for a Cancel, the order's for all others. */
export function cancelBearing(order: Order, cancel: PendingCancel | null): CancelBearing {
  if (cancel === null || cancel.by === null) return ORDERS_OWN;
  if (cancel.cause === "cancelAll") return { ...ORDERS_OWN, causeIntentId: cancel.by.intentId };
  const origIntentId = order.bearerId;
  return { by: cancel.by, origIntentId, causeIntentId: undefined };
}

/** True if the order, or its new version, is certain not to be at the venue. */
export function neverLeft(order: Order): boolean {
  return order.isWaiting("Submit") || (order.retry & DOUBT.Submit) !== 0;
}

/** True if a replace is pending of which the venue is certain not to have heard. */
export function replaceNeverLeft(order: Order): boolean {
  return order.replace?.stage === "native" &&
    (order.isWaiting("Replace") || (order.retry & DOUBT.Replace) !== 0);
}

/** Cancels every live order of a client that is gone, in order-id order. */
export function cancelOrdersOf(turn: Turn, client: Client): void {
  for (const order of [...client.open]) beginCancel(turn, order, { cause: "disconnect", by: null });
}

/** Cancels every live order, in order-id order. */
export function cancelEverything(turn: Turn): void {
  const { clients } = turn.state;
  for (const order of clients.liveOrders()) beginCancel(turn, order, { cause: "kill", by: null });
}

/** The venue is up: what it refused, or did not answer, before says nothing of now. */
export function cancelAnew(turn: Turn, venue: VenueId): void {
  for (const order of turn.state.clients.liveOrders()) {
    if (order.venue !== venue || (order.retry & DOUBT.Cancel) === 0) continue;
    turn.touch(order);
    forgiveFailures(order);
    retryCancel(turn, order);
  }
}

/** Sends again a cancel whose time has come, or begins it again where it was refused. */
export function retryCancel(turn: Turn, order: Order): void {
  order.retry &= ~DOUBT.Cancel;
  if (order.cancel === null && order.mustCancel !== null) {
    beginCancel(turn, order, { cause: order.mustCancel, by: null });
  } else sendCancel(turn, order);
}

/** Back-off begins anew; at 1, since what is being looked up need not be asked at once a second time. */
function forgiveFailures(order: Order): void {
  order.attempts = Math.min(order.attempts, 1);
}

/** After a cancel that was refused, or that served a replace: an insisted one is tried again later. */
export function insist(turn: Turn, order: Order): void {
  if (order.mustCancel === null || order.isTerminal) return;
  cancelLater(turn, order);
}

/** Sends a cancel again after a delay. */
export function cancelLater(turn: Turn, order: Order): void {
  order.retry |= DOUBT.Cancel;
  backOff(turn, order, "retry");
}

/** A lapse takes the place of no other cause: a later time, which ends it, must not end that. */
function isNews({ mustCancel }: Order, { cause }: PendingCancel): boolean {
  return cause === "lapse" ? mustCancel === null : mustCancel !== cause;
}

function isInsisted(cancel: PendingCancel): boolean {
  return cancel.cause !== "intent" && cancel.cause !== "cancelAll";
}

/** Drops a replace that has not left. */
function withdrawReplace(turn: Turn, order: Order): void {
  const { replace } = order;
  if (replace === null || !replaceNeverLeft(order)) return;
  order.dropRequest("Replace");
  order.retry &= ~DOUBT.Replace;
  order.replace = null;
  const refusal = replaceRefusal(order, replace.by);
  advance(turn, order, { ...refusal, reason: "a cancel came first" });
  invariant(!order.isTerminal, "A withdrawn replace must leave its order live");
}

function replaceRefusal(order: Order, by: IntentRecord): Step {
  return {
    ...UNSAID,
    execType: "ReplaceRejected",
    by,
    origIntentId: order.bearerId,
    rejectCode: "ILLEGAL_TRANSITION",
    text: "Cannot replace the order: no cancel may come before it is sent: " +
      `was order ${order.id} being cancelled`,
  };
}
