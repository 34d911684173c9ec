/**
 * Honest doubt (R-EXEC-3): requests whose outcome is unknown, and how the venue is asked.
 *
 * No time-out turns doubt into an end. It ends by a look-up, by what the venue reports, or by its
 * documented proof of absence; else it stays, and alarms. Only a request that provably never left
 * is sent again, under the same key.
 * @module
 */
import { countFailure, pause } from "./breaker.ts";
import { cancelLater, sendCancel } from "./cancel.ts";
import { reportOrder, UNSAID } from "./reports.ts";
import { refuseReplace } from "./replaced.ts";
import { isReachable, issue } from "./requests.ts";
import { backOff } from "./retry.ts";
import { raise, type Turn } from "./turn.ts";
import { turnBackWaiting } from "./turn_back.ts";
import type { BrokerPayloads } from "../event.ts";
import { unreachable } from "../invariant.ts";
import type { RequestId } from "../numbers.ts";
import { DOUBT, doubtOf, type Order, REQUEST_KINDS, type RequestKind } from "../order.ts";

/** Look-ups without an end between two alarms; at the longest delay about ten minutes. */
const ALARM_EVERY = 20;

/** Forgets a request that has its outcome, and the doubt about it. */
export function forgetRequest(order: Order, kind: "Submit" | "Cancel" | "Replace"): void {
  order.dropRequest(kind);
  order.doubt &= ~doubtOf(kind);
  order.retry &= ~doubtOf(kind);
  if (order.doubt !== 0) return;
  order.doubtSinceUs = null;
  if (!order.isAsking("Lookup")) order.lookupDueUs = null;
  if (order.retry === 0) order.attempts = 0;
}

/** A request of ours came to no answer. */
export function applyRequestFailed(
  turn: Turn,
  order: Order,
  payload: BrokerPayloads["RequestFailed"],
): void {
  const venue = turn.state.venue(order.venue);
  const wasReachable = isReachable(venue, "Submit", turn.nowUs);
  pause(turn, venue, payload.retryAfterMs);
  applyFailure(turn, order, payload);
  // Where it was not, nothing else waits for it that may not rest: not all need be looked at again.
  if (wasReachable) turnBackWaiting(turn, venue);
  else turnBackWaiting(turn, venue, [order]);
}

function applyFailure(turn: Turn, order: Order, payload: BrokerPayloads["RequestFailed"]): void {
  const venue = turn.state.venue(order.venue);
  const kind = kindOf(order, payload.request);
  if (kind === undefined) {
    turn.state.count("stale_reports");
    return;
  }
  if (!order.isDryRun) countFailure(turn, venue);
  order.dropRequest(kind);
  if (kind === "Lookup") {
    askOnceMore(turn, order);
    return;
  }
  switch (payload.outcome) {
    case "notSent":
      return sendLater(turn, order, kind);
    case "unknown":
      return fallIntoDoubt(turn, order, kind);
    default:
      return unreachable(payload.outcome);
  }
}

/** Marks a request whose outcome is unknown and asks the venue. */
export function fallIntoDoubt(
  turn: Turn,
  order: Order,
  kind: "Submit" | "Cancel" | "Replace",
): void {
  order.dropRequest(kind);
  order.retry &= ~doubtOf(kind);
  if (order.doubt === 0) turn.state.count("in_doubt");
  // A cancel that is sent again and again must not put off what proves the absence of the rest.
  if (order.doubt === 0 || kind !== "Cancel") order.doubtSinceUs = turn.nowUs;
  order.doubt |= doubtOf(kind);
  askVenue(turn, order);
  // The order may exist under either key; a cancel must not wait for certainty.
  if (kind === "Replace") sendCancel(turn, order);
}

/** Asks the venue for the order: at once the first time, then with back-off. */
export function askVenue(turn: Turn, order: Order): void {
  if (order.isTerminal || order.isAsking("Lookup") || order.lookupDueUs !== null) return;
  const { capabilities } = turn.state.instrument(order.instrument);
  if (!capabilities.lookupByClientOrderId) {
    raiseDoubt(turn, order, "the venue offers no look-up");
    // To cancel twice is harmless, so without a look-up the cancel itself is tried again.
    if ((order.doubt & DOUBT.Cancel) !== 0) cancelLater(turn, order);
    return;
  }
  if (order.attempts > 0 && order.attempts % ALARM_EVERY === 0) {
    raiseDoubt(turn, order, `${order.attempts} look-ups gave no certainty`);
  }
  if (order.attempts > 0) {
    backOff(turn, order, "lookup");
    return;
  }
  order.attempts = 1;
  issue(turn, order, "Lookup");
}

/**
 * A look-up has left open whether the order rests: asks again, and sends a cancel that may be lost
 * again. The question goes first, since it may find that the cancel has done its work.
 */
export function askOnceMore(turn: Turn, order: Order): void {
  askVenue(turn, order);
  const isInDoubt = (order.doubt & DOUBT.Cancel) !== 0;
  if (!isInDoubt || order.isAsking("Cancel") || (order.retry & DOUBT.Cancel) !== 0) return;
  const { attempts } = order;
  cancelLater(turn, order);
  order.attempts = attempts; // both are one round, and the look-up counts it
}

/** Asks the venue for the order, unless it is being asked. */
export function askNow(turn: Turn, order: Order): void {
  if (!order.isTerminal && !order.isAsking("Lookup")) issue(turn, order, "Lookup");
}

/**
 * The terms have changed: what a look-up that was asked before will show may be the old ones, so its
 * answer decides nothing about them.
 */
export function outdateLookups(turn: Turn, order: Order): void {
  if (!order.hasLeft("Lookup")) return;
  order.dropRequest("Lookup");
  if (order.doubt !== 0) askVenue(turn, order);
}

/** Reports that an order came into doubt or left it, if no other report of the event said so. */
export function syncDoubt(turn: Turn, order: Order): void {
  if (order.isTerminal || order.status === "Created") return;
  if ((order.doubt !== 0) === order.isDoubtReported) return;
  reportOrder(turn, order, { ...UNSAID, execType: "OrderStatus" });
}

function sendLater(turn: Turn, order: Order, kind: "Submit" | "Cancel" | "Replace"): void {
  const { replace } = order;
  // The old quantity is filled and the increase never left: there is nothing more to ask for.
  if (kind === "Replace" && replace !== null && order.openQty === 0) {
    const text = `Order ${order.id} was filled before the replace could be sent`;
    refuseReplace(turn, order, { replace, rejectCode: "ILLEGAL_TRANSITION", text });
    return;
  }
  order.retry |= doubtOf(kind);
  // A cancel that waited for the answer has it: what it takes back did not leave.
  if (order.cancel !== null && kind !== "Cancel") sendCancel(turn, order);
  else backOff(turn, order, "retry");
}

function kindOf(order: Order, request: RequestId): RequestKind | undefined {
  return REQUEST_KINDS.find((kind) => order.requestOf(kind) === request);
}

/** Says that an order needs a person. */
export function raiseDoubt(turn: Turn, order: Order, why: string): void {
  raise(turn, {
    code: "ORDER_IN_DOUBT",
    text: `Order ${order.id} (${order.clOrdId}) is in doubt in ${order.status}: ${why}; ` +
      "look at the venue",
  });
}
