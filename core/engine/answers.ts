/**
 * Answers to look-ups: what the venue knows of an order, and when its silence proves something.
 *
 * Invariant: an answer that contradicts the executions we booked decides nothing: executions are
 * facts of their own and come as such, so the venue is asked again.
 * @module
 */
import { cancelLater, sendCancel } from "./cancel.ts";
import { askOnceMore, askVenue, forgetRequest } from "./doubt.ts";
import { assertOpenCountable } from "./exposure.ts";
import { accept, applyCancelled, applyExpired, applyRejected } from "./outcomes.ts";
import { finishReplace, learnKey, refuseReplace, restate } from "./replaced.ts";
import { raise, type Turn } from "./turn.ts";
import type { BrokerPayloads } from "../event.ts";
import { invariant, unreachable } from "../invariant.ts";
import { type Micros, qty, type RequestId } from "../numbers.ts";
import { DOUBT, type Order } from "../order.ts";

/** Cancels sent again at once after a look-up; from then on with back-off. */
const QUICK_ATTEMPTS_MAX = 2;

type Found = BrokerPayloads["OrderFound"];

/** `askedUs`: when the open look-up that this answers left; null: it answers an outdated one. */
type Answer = { readonly found: Found; readonly askedUs: Micros | null };

/** The venue has the order. */
export function applyFound(turn: Turn, order: Order, found: Found): void {
  const isCountable = Number.isSafeInteger(totalOf(order, found));
  invariant(isCountable, "What a look-up finds must stay within 2^53 quanta");
  if (found.status === "open" && order.requestOf("Lookup") === found.request) {
    assertOpenCountable(turn, order, { orderQty: totalOf(order, found) });
  }
  const askedUs = closeLookup(order, found.request);
  if (order.isTerminal) {
    onFoundAfterEnd(turn, order, found);
    return;
  }
  learnNames(turn, order, { found, askedUs });
  const booked = order.executedHere;
  // Venues differ in whether CumQty still counts what they voided.
  if (found.cumQty !== booked && found.cumQty !== order.standingHere) {
    if (found.cumQty > booked) raiseMissing(turn, order, { found, booked });
    else turn.state.count("stale_reports"); // the higher of two sums of facts is the newer one
    if (found.status === "open") askOnceMore(turn, order);
    else askVenue(turn, order); // it has ended there: there is nothing to cancel
    return;
  }
  const reason = `found ${found.status} by look-up`;
  switch (found.status) {
    case "open":
      return onOpen(turn, order, { found, askedUs });
    case "filled":
      return onFilled(turn, order, found);
    case "cancelled":
      return applyCancelled(turn, order, reason);
    case "expired":
      return applyExpired(turn, order, reason);
    case "rejected":
      if (order.cumQty > 0 && order.replace?.stage !== "placing") {
        return applyCancelled(turn, order, reason); // one that has traded ends by losing its rest
      }
      return applyRejected(turn, order, { rejectCode: "VENUE_REJECTED", text: reason });
    default:
      return unreachable(found.status);
  }
}

/** An outdated answer tells what the order was called before: news only of one that has no name yet. */
function learnNames(turn: Turn, order: Order, { found, askedUs }: Answer): void {
  const { venueOrderId } = found;
  const isNews = askedUs !== null || order.venueOrderId === null;
  if (isNews && venueOrderId !== null) turn.state.blotter.nameAtVenue(order, venueOrderId);
  if (askedUs !== null) learnKey(turn, order, found.clOrdId);
}

/** The venue had an older version of the order: that says nothing of the one it has now. */
export function applyOldFound(turn: Turn, order: Order, found: Found): void {
  closeLookup(order, found.request);
  turn.state.count("stale_reports");
  if (order.doubt !== 0) askOnceMore(turn, order);
}

/** The venue does not have the order: proof only if it documents when that is one. */
export function applyNotFound(
  turn: Turn,
  order: Order,
  answer: BrokerPayloads["OrderNotFound"],
): void {
  const askedUs = closeLookup(order, answer.request);
  if (order.isTerminal) return;
  const isSubmitInDoubt = (order.doubt & DOUBT.Submit) !== 0;
  if (!isSubmitInDoubt || !isProof(turn, order, askedUs)) {
    askOnceMore(turn, order);
    return;
  }
  order.wasAbsent = true;
  applyRejected(turn, order, {
    rejectCode: "VENUE_ABSENT",
    text: `Order ${order.id} never reached the venue: it was asked and does not have it`,
  });
}

function onOpen(
  turn: Turn,
  order: Order,
  of: Answer,
): void {
  accept(turn, order, { inferred: true });
  const isSettled = settleReplace(turn, order, of);
  if (order.isTerminal) return;
  if (of.askedUs !== null && hasOtherTerms(order, of.found)) {
    const orderQty = qty(totalOf(order, of.found));
    restate(turn, order, { orderQty, price: of.found.price });
    if (order.isTerminal) return;
  }
  const { attempts } = order;
  cancelAgain(turn, order);
  if (isSettled) return;
  order.attempts = attempts; // both are one round, and the look-up counts it
  askVenue(turn, order);
}

/** The order rests: a cancel of it that may be lost is sent again, whatever became of a replace. */
function cancelAgain(turn: Turn, order: Order): void {
  if (order.isAsking("Cancel")) return;
  const wasInDoubt = (order.doubt & DOUBT.Cancel) !== 0;
  const hasItsTime = (order.retry & DOUBT.Cancel) !== 0;
  order.doubt &= ~DOUBT.Cancel;
  const isAtOnce = wasInDoubt ? order.attempts <= QUICK_ATTEMPTS_MAX : !hasItsTime;
  if (isAtOnce) sendCancel(turn, order);
  else if (!hasItsTime) cancelLater(turn, order);
}

/** True if the venue has the order on other terms, and no replace of ours can be why. */
function hasOtherTerms(order: Order, found: Found): boolean {
  if (order.replace !== null || ((order.doubt | order.retry) & DOUBT.Replace) !== 0) return false;
  return totalOf(order, found) !== order.orderQty || found.price !== order.price;
}

/**
 * Decides a replace in doubt by the terms that the venue has; false if one stays in doubt. What an
 * outdated look-up shows may be terms from before the last replace, which this one asks for again.
 */
function settleReplace(
  turn: Turn,
  order: Order,
  of: Answer,
): boolean {
  const { replace } = order;
  if ((order.doubt & DOUBT.Replace) === 0 || replace === null) return true;
  const { found, askedUs } = of;
  if (askedUs === null) return false;
  const { orderQty } = replace;
  if (totalOf(order, found) === orderQty && found.price === replace.price) {
    forgetRequest(order, "Replace");
    const details = { inferred: true };
    const { clOrdId, price } = found;
    finishReplace(turn, order, { replace, orderQty, price, clOrdId, details });
    return true;
  }
  if (!isProof(turn, order, askedUs)) return false;
  forgetRequest(order, "Replace");
  const text = `Replace of order ${order.id} never reached the venue: ` +
    "it was asked and has the old terms";
  refuseReplace(turn, order, { replace, rejectCode: "VENUE_ABSENT", text });
  return true;
}

/** All is filled at the venue: by the terms of a replace in doubt, or by the old ones. */
function onFilled(turn: Turn, order: Order, found: Found): void {
  const { replace } = order;
  const total = totalOf(order, found);
  if (replace?.stage === "native" && total === replace.orderQty) {
    forgetRequest(order, "Replace");
    const details = { inferred: true };
    const { price, orderQty } = replace;
    finishReplace(turn, order, { replace, orderQty, price, clOrdId: found.clOrdId, details });
    return;
  }
  if (replace?.stage === "native" && total === order.orderQty) {
    forgetRequest(order, "Replace");
    const text = `Order ${order.id} was filled before it could be replaced`;
    refuseReplace(turn, order, { replace, rejectCode: "VENUE_REJECTED", text });
    return;
  }
  raise(turn, {
    code: "ORDER_IN_DOUBT",
    text: `Cannot end order ${order.id} at seq_id ${turn.seqId}: what is filled must be its ` +
      `order_qty of ${order.orderQty} quanta: was found filled with ${total}`,
  });
  askVenue(turn, order);
}

/** The whole quantity by the terms that the venue has. */
function totalOf(order: Order, found: Found): number {
  return found.orderQty + order.baseCumQty;
}

/**
 * True if a look-up asked at `askedUs` proves that what it did not show never arrived. It must be asked
 * long enough after the request, by a clock that has not jumped since: within the run.
 */
function isProof(turn: Turn, order: Order, askedUs: Micros | null): boolean {
  const { absenceProofMs } = turn.state.instrument(order.instrument).capabilities;
  if (absenceProofMs === null || askedUs === null || order.doubtSinceUs === null) return false;
  const sinceUs = Math.max(order.doubtSinceUs, turn.state.startedUs);
  return askedUs >= sinceUs + absenceProofMs * 1000;
}

function closeLookup(order: Order, request: RequestId): Micros | null {
  if (order.requestOf("Lookup") !== request) return null;
  const sentUs = order.sentUsOf("Lookup");
  order.dropRequest("Lookup");
  return sentUs;
}

function raiseMissing(
  turn: Turn,
  order: Order,
  of: { readonly found: Found; readonly booked: number },
): void {
  raise(turn, {
    code: "FILLS_MISSING",
    text: `Order ${order.id} at seq_id ${turn.seqId}: the venue must report the executions ` +
      `before its answer: was cum_qty ${of.found.cumQty} quanta there and ${of.booked} here`,
  });
}

function onFoundAfterEnd(turn: Turn, order: Order, found: Found): void {
  turn.state.count("stale_reports");
  if (found.status !== "open") return;
  raise(turn, {
    code: "LIVE_AFTER_END",
    text: `Order ${order.id} ended as ${order.status}: the venue must not have it: ` +
      `was found open; cancel ${order.clOrdId} at the venue`,
  });
}
