/**
 * The end of a replace: the order gets its new terms, or keeps the old ones.
 *
 * Invariant: terms that the venue knows change only when it has replaced the order, and never to less
 * than what was executed.
 * @module
 */
import { insist, sendCancel } from "./cancel.ts";
import { forgetRequest, outdateLookups } from "./doubt.ts";
import { type Details, type Saying, UNSAID } from "./reports.ts";
import { armLapse } from "./retry.ts";
import { advance } from "./settle.ts";
import type { Turn } from "./turn.ts";
import { type Px, type Qty, qty } from "../numbers.ts";
import { DOUBT, type Order, type PendingReplace } from "../order.ts";
import type { RejectCode } from "../reject_code.ts";

/** Ends a replace that did not happen. */
export function refuseReplace(
  turn: Turn,
  order: Order,
  of: {
    readonly replace: PendingReplace;
    readonly rejectCode: RejectCode;
    readonly text: string;
  },
): void {
  order.replace = null;
  advance(turn, order, {
    ...UNSAID,
    execType: "ReplaceRejected",
    reason: of.text,
    rejectCode: of.rejectCode,
    text: of.text,
    ...replaceBearing(of.replace),
  });
  sendCancel(turn, order);
}

/** Gives the order its new terms. */
export function finishReplace(
  turn: Turn,
  order: Order,
  of: {
    readonly replace: PendingReplace;
    readonly orderQty: Qty;
    readonly price: Px | null;
    /** The key under which the venue has it now, if it said so: some keep the first one. */
    readonly clOrdId?: string | null;
    /** Only what is ours has changed: the venue was asked for nothing. */
    readonly isUntold?: true;
    readonly details: Details;
  },
): void {
  const { replace } = of;
  order.replace = null;
  order.isAccepted = true;
  order.bearer = replace.by;
  order.orderQty = atLeastExecuted(order, of.orderQty);
  order.price = of.price;
  order.tag = replace.tag;
  order.params = replace.params;
  order.ttlDueUs = replace.ttlDueUs;
  order.expireUs = replace.expireUs;
  learnKey(turn, order, replace.clOrdId);
  learnKey(turn, order, of.clOrdId);
  armLapse(turn, order);
  if (order.cancel === null) forgiveLapse(turn, order);
  const { by, origIntentId } = replace;
  const { inferred, journalUs, submitUs, ackUs } = of.details;
  advance(turn, order, {
    ...UNSAID,
    execType: "Replaced",
    reason: of.isUntold === true ? "nothing changes at the venue" : "replaced by the venue",
    by,
    origIntentId,
    inferred,
    journalUs,
    submitUs,
    ackUs,
  });
  if (of.isUntold !== true) outdateLookups(turn, order);
  sendCancel(turn, order);
  // The cancel of a cancel-and-new may have taken the place of one that was to be tried again.
  if (order.cancel === null && (order.retry & DOUBT.Cancel) === 0) insist(turn, order);
}

/**
 * Insists no more on a lapse once the client has set a later time, or none. Only where the venue has
 * refused its cancel: of one that is pending nobody knows yet whether it has ended the order.
 */
export function forgiveLapse({ nowUs }: Turn, order: Order): void {
  const endsUs = Math.min(order.ttlDueUs ?? Infinity, order.expireUs ?? Infinity);
  if (order.mustCancel !== "lapse" || endsUs <= nowUs) return;
  order.mustCancel = null;
  forgetRequest(order, "Cancel");
}

/** The venue has the order on terms of its own: they rule, as far as nothing more was executed. */
export function restate(turn: Turn, order: Order, terms: {
  readonly orderQty: Qty;
  readonly price: Px | null;
}): void {
  order.orderQty = atLeastExecuted(order, terms.orderQty);
  order.price = terms.price;
  turn.state.count("restated");
  advance(turn, order, { ...UNSAID, execType: "Restated", reason: "changed by the venue" });
  outdateLookups(turn, order);
}

/** Returns a quantity that covers what was executed. */
function atLeastExecuted(order: Order, orderQty: Qty): Qty {
  return qty(Math.max(orderQty, order.cumQty + order.voidedQty));
}

/** Returns the ids that a replace is reported under. */
export function replaceBearing(replace: PendingReplace): Pick<Saying, "by" | "origIntentId"> {
  return { by: replace.by, origIntentId: replace.origIntentId };
}

/** The venue has the order under this key from now on, if it is one of this order. */
export function learnKey(turn: Turn, order: Order, clOrdId: string | null | undefined): void {
  const ours = typeof clOrdId === "string" ? turn.state.blotter.keys.parse(clOrdId) : undefined;
  if (ours?.order === order.id) order.keyVersion = ours.version;
}
