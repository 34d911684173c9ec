/**
 * Outcomes: what a venue said about a submit, a cancel or a replace.
 *
 * Invariants: what answers a request forgets it and the doubt about it; a terminal order stays
 * terminal; the terms of an order change only when the venue has replaced it.
 * @module
 */
import { cancelBearing, endCancelled, insist, replaceNeverLeft, sendCancel } from "./cancel.ts";
import { askVenue, forgetRequest } from "./doubt.ts";
import { assertOpenCountable } from "./exposure.ts";
import { finishReplace, forgiveLapse, refuseReplace, replaceBearing, restate } from "./replaced.ts";
import { issue } from "./requests.ts";
import { type Details, UNSAID } from "./reports.ts";
import { advance, settleCancelAlls } from "./settle.ts";
import { raise, type Turn } from "./turn.ts";
import type { BrokerPayloads, RequestStamps } from "../event.ts";
import { qty } from "../numbers.ts";
import { DOUBT, type Order, type PendingReplace } from "../order.ts";
import type { RejectCode } from "../reject_code.ts";

type Refused = { readonly rejectCode: RejectCode; readonly text: string };

/** The venue took the order, or the new version of it. */
export function applyAccepted(
  turn: Turn,
  order: Order,
  payload: BrokerPayloads["OrderAccepted"],
): void {
  learnName(turn, order, payload.venueOrderId);
  forgetRequest(order, "Submit");
  if (order.isTerminal) {
    onAcceptedAfterEnd(turn, order);
    return;
  }
  if (order.isAccepted && order.replace?.stage !== "placing") {
    turn.state.count("stale_reports");
    return;
  }
  accept(turn, order, stampsOf(payload));
}

/**
 * Makes the order known to the venue, also where only a fill or a look-up says so. A new version that
 * late executions of the old one have filled already ends here, while the venue works on it: alarmed.
 */
export function accept(turn: Turn, order: Order, details: Details): void {
  forgetRequest(order, "Submit");
  if (order.replace?.stage === "placing") {
    finishPlacing(turn, order, details);
    if (order.isTerminal) raiseLive(turn, order, "was placed anew and is filled already");
    return;
  }
  if (order.isAccepted) return;
  order.isAccepted = true;
  const { inferred, journalUs, submitUs, ackUs } = details;
  const reason = "accepted by the venue";
  advance(turn, order, {
    ...UNSAID,
    execType: "New",
    reason,
    inferred,
    journalUs,
    submitUs,
    ackUs,
  });
  sendCancel(turn, order);
}

/** The venue has, or had, the new version of a cancel-and-new. */
function finishPlacing(turn: Turn, order: Order, details: Details): void {
  const { replace } = order;
  if (replace?.stage !== "placing") return;
  const { orderQty, price } = replace;
  finishReplace(turn, order, { replace, orderQty, price, details });
}

/**
 * The venue refused the order, or the new version of it: then the old one is lost as well. One that
 * has traded cannot be refused: the venue is asked what it means.
 */
export function applyRejected(turn: Turn, order: Order, of: Refused & RequestStamps): void {
  forgetRequest(order, "Submit");
  if (isLate(turn, order)) return;
  const { replace } = order;
  const details = { ...stampsOf(of), rejectCode: of.rejectCode, text: of.text, reason: of.text };
  if (replace?.stage !== "placing") {
    if (!advance(turn, order, { ...UNSAID, ...details, execType: "Rejected" })) {
      askVenue(turn, order);
    }
    return;
  }
  order.replace = null;
  advance(turn, order, {
    ...UNSAID,
    ...details,
    ...replaceBearing(replace),
    execType: "ReplaceRejected",
    isLost: true,
  });
}

/** The order is gone from the venue, asked for or not. */
export function applyCancelled(turn: Turn, order: Order, reason: string): void {
  if (isLate(turn, order)) return;
  forgetAll(order);
  const { replace } = order;
  if (replace?.stage === "cancelling" && order.cancel === null) {
    submitReplacement(turn, order, replace);
    return;
  }
  finishPlacing(turn, order, { inferred: true });
  if (!order.isTerminal) endCancelled(turn, order, reason);
}

/** The order ran out at the venue. */
export function applyExpired(turn: Turn, order: Order, reason: string): void {
  if (isLate(turn, order)) return;
  forgetAll(order);
  finishPlacing(turn, order, { inferred: true });
  if (order.isTerminal) return;
  const { cancel } = order;
  order.cancel = null;
  const bearing = cancelBearing(order, cancel);
  advance(turn, order, { ...UNSAID, execType: "Expired", reason, text: reason, ...bearing });
}

/** The venue would not cancel. */
export function applyCancelRejected(turn: Turn, order: Order, of: Refused): void {
  if (leavesDoubt(order, of)) {
    order.dropRequest("Cancel");
    askVenue(turn, order);
    insist(turn, order);
    return;
  }
  forgiveLapse(turn, order); // a replace may have set a later time while the cancel was on its way
  const { attempts } = order;
  forgetRequest(order, "Cancel");
  if (isLate(turn, order)) return;
  const { cancel, replace } = order;
  // What is insisted upon is tried again: each refusal is one failure more, and sets the back-off.
  if (order.mustCancel !== null) order.attempts = attempts;
  const details = { rejectCode: of.rejectCode, text: of.text, reason: of.text };
  if (cancel !== null) {
    order.cancel = null;
    const bearing = cancelBearing(order, cancel);
    advance(turn, order, { ...UNSAID, ...details, execType: "CancelRejected", ...bearing });
    settleCancelAlls(turn, order, { isCancelled: false });
  }
  if (replace?.stage === "cancelling") refuseReplace(turn, order, { replace, ...of });
  askAfterRefusal(turn, order, of.rejectCode);
  insist(turn, order); // last: the cancel comes after the question, and not again and again before it
}

/** True of a refusal that says nothing of the cancel before it, of which nobody knows what became. */
function leavesDoubt(order: Order, { rejectCode }: Refused): boolean {
  const areTwo = order.isAsking("Cancel") && (order.doubt & DOUBT.Cancel) !== 0;
  return areTwo && !order.isTerminal && UNLOOKED.has(rejectCode);
}

/** The venue replaced the order, or changed it by itself: also while our own replace still waits. */
export function applyReplaced(
  turn: Turn,
  order: Order,
  payload: BrokerPayloads["OrderReplaced"],
): void {
  const { orderQty, price } = payload;
  assertOpenCountable(turn, order, { orderQty });
  const isOurs = !replaceNeverLeft(order);
  if (isOurs) forgetRequest(order, "Replace");
  if (isLate(turn, order)) {
    if (orderQty > order.cumQty + order.voidedQty) raiseLive(turn, order, "was replaced");
    return;
  }
  learnName(turn, order, payload.venueOrderId);
  const { replace } = order;
  if (replace?.stage === "native" && isOurs) {
    const { clOrdId } = payload;
    finishReplace(turn, order, { replace, orderQty, price, clOrdId, details: stampsOf(payload) });
    return;
  }
  if (orderQty === order.orderQty && price === order.price) {
    turn.state.count("stale_reports");
    return;
  }
  accept(turn, order, { inferred: true });
  if (order.isTerminal) return; // its new version was filled already
  restate(turn, order, { orderQty, price });
}

/** The venue would not replace; the order stands as it was. */
export function applyReplaceRejected(turn: Turn, order: Order, of: Refused): void {
  const isOurs = !replaceNeverLeft(order);
  if (isOurs) forgetRequest(order, "Replace");
  if (isLate(turn, order)) return;
  const { replace } = order;
  if (replace?.stage !== "native" || !isOurs) {
    turn.state.count("stale_reports");
    return;
  }
  refuseReplace(turn, order, { replace, ...of });
  askAfterRefusal(turn, order, of.rejectCode);
}

/** The venue did not even look at the order. */
const UNLOOKED: ReadonlySet<RejectCode> = new Set([
  "VENUE_RATE_LIMIT",
  "VENUE_SUSPENDED",
  "VENUE_AUTH",
]);

/** A refusal proves neither that it rests nor that it is gone: what ended it may not have come. */
function askAfterRefusal(turn: Turn, order: Order, code: RejectCode): void {
  if (!UNLOOKED.has(code)) askVenue(turn, order);
}

/** The old order is gone for certain: what it left of the new quantity goes out as a new one. */
function submitReplacement(turn: Turn, order: Order, replace: PendingReplace): void {
  const executed = qty(order.cumQty + order.voidedQty);
  if (replace.orderQty <= executed) {
    const { price } = replace;
    finishReplace(turn, order, { replace, orderQty: executed, price, details: {} });
    return;
  }
  replace.stage = "placing";
  order.baseCumQty = executed;
  order.version += 1;
  order.keyVersion = order.version;
  order.baseVersion = order.version;
  order.executedAnew = qty(0);
  forgetName(order);
  issue(turn, order, "Submit");
}

function onAcceptedAfterEnd(turn: Turn, order: Order): void {
  turn.state.count("stale_reports");
  if (order.wasAbsent) raiseLive(turn, order, "was accepted after its proof of absence");
}

/** The venue works on an order that has ended here. */
export function raiseLive(turn: Turn, order: Order, what: string): void {
  raise(turn, {
    code: "LIVE_AFTER_END",
    text: `Order ${order.id} ended as ${order.status}, at seq_id ${turn.seqId}: the venue ` +
      `must not have it: ${what}; cancel ${order.clOrdId} at the venue`,
  });
}

function isLate(turn: Turn, order: Order): boolean {
  if (order.isTerminal) turn.state.count("stale_reports");
  return order.isTerminal;
}

function forgetAll(order: Order): void {
  forgetRequest(order, "Submit");
  forgetRequest(order, "Cancel");
  forgetRequest(order, "Replace");
}

function learnName(turn: Turn, order: Order, venueOrderId: string | null): void {
  if (venueOrderId !== null) turn.state.blotter.nameAtVenue(order, venueOrderId);
}

/** The new version has a name of its own, once the venue gives it; fills may still use the old. */
function forgetName(order: Order): void {
  if (order.venueOrderId === null) return;
  order.formerVenueOrderIds ??= [];
  order.formerVenueOrderIds.push(order.venueOrderId);
  order.venueOrderId = null;
}

function stampsOf(stamps: RequestStamps): Details {
  const { journalUs, submitUs, ackUs } = stamps;
  return { journalUs, submitUs, ackUs };
}
