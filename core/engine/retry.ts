/**
 * Back-off: when something about an order is tried again.
 * @module
 */
import type { Turn } from "./turn.ts";
import type { VenueState } from "./venue_state.ts";
import { unreachable } from "../invariant.ts";
import { type Micros, micros } from "../numbers.ts";
import type { Order } from "../order.ts";

const DELAY_MAX_MS = 30_000;
const DOUBLINGS_MAX = 16;
const HASH_NUMBER = 2_654_435_761;
const HASH_ATTEMPTS = 40_503;
/** 256 lots of the delay are drawn from: a quarter of it. */
const LOTS = 1024;

/** Sets the order's next `retry` or `lookup`: the configured delay, doubled at each failure. */
export function backOff(turn: Turn, order: Order, kind: "retry" | "lookup"): void {
  const dueUs = backOffUs(turn, { number: order.id, attempts: order.attempts });
  order.attempts += 1;
  setDue(turn, order, { kind, dueUs });
}

/** Sets when an account is reconciled again after a failure. */
export function backOffReconcile(turn: Turn, venue: VenueState): void {
  const { id } = venue.declaration;
  const dueUs = backOffUs(turn, { number: id + 1, attempts: venue.reconcileAttempts });
  venue.reconcileAttempts += 1;
  setReconcileDue(turn, venue, dueUs);
}

/** Sets when an account is reconciled next. */
export function setReconcileDue(turn: Turn, venue: VenueState, dueUs: Micros): void {
  venue.reconcileDueUs = dueUs;
  turn.state.deadlines.push({ dueUs, kind: "reconcile", key: venue.declaration.id });
}

/**
 * What failed together must not be tried again together: up to a quarter of the delay is taken off,
 * by a multiplicative hash (Knuth, TAOCP 6.4) of who waits and how often it has failed.
 */
function backOffUs(
  turn: Turn,
  of: { readonly number: number; readonly attempts: number },
): Micros {
  const { number, attempts } = of;
  const doublings = Math.min(Math.max(0, attempts - 1), DOUBLINGS_MAX);
  const delayMs = turn.state.settings.lookupRetryMs * (1 << doublings);
  const delayUs = Math.min(delayMs, DELAY_MAX_MS) * 1000;
  const hash = Math.imul(number, HASH_NUMBER) + Math.imul(attempts, HASH_ATTEMPTS);
  const lot = hash >>> 24;
  return micros(turn.nowUs + delayUs - Math.floor(delayUs * lot / LOTS));
}

/** Sets a deadline of an order. */
function setDue(
  turn: Turn,
  order: Order,
  of: { readonly kind: "retry" | "lookup" | "lapse"; readonly dueUs: Micros },
): void {
  switch (of.kind) {
    case "retry":
      order.retryDueUs = of.dueUs;
      break;
    case "lookup":
      order.lookupDueUs = of.dueUs;
      break;
    case "lapse":
      order.lapseDueUs = of.dueUs;
      break;
    default:
      unreachable(of.kind);
  }
  turn.state.deadlines.push({ dueUs: of.dueUs, kind: of.kind, key: order.id });
}

/** Arms the earlier of TTL and expiry, or neither. What is armed for that time already stays. */
export function armLapse(turn: Turn, order: Order): void {
  const { ttlDueUs, expireUs, lapseDueUs } = order;
  order.lapseDueUs = null;
  if (ttlDueUs === null && expireUs === null) return;
  const dueUs = micros(Math.min(ttlDueUs ?? Infinity, expireUs ?? Infinity));
  if (dueUs === lapseDueUs) order.lapseDueUs = dueUs;
  else setDue(turn, order, { kind: "lapse", dueUs });
}
