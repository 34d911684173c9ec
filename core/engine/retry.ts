/**
 * Back-off: when something about an order is tried again.
 * @module
 */
import type { Turn } from "./turn.ts";
import { type Micros, micros } from "../numbers.ts";
import type { Order } from "../order.ts";

const DELAY_MAX_MS = 30_000;
const DOUBLINGS_MAX = 16;

/** Sets the order's next `retry` or `lookup`: the configured delay, doubled at each failure. */
export function backOff(turn: Turn, order: Order, kind: "retry" | "lookup"): void {
  const doublings = Math.min(Math.max(0, order.attempts - 1), DOUBLINGS_MAX);
  const delayMs = turn.state.settings.lookupRetryMs * (1 << doublings);
  order.attempts += 1;
  setDue(turn, order, {
    kind,
    dueUs: micros(turn.nowUs + Math.min(delayMs, DELAY_MAX_MS) * 1000),
  });
}

/** Sets a deadline of an order. */
export function setDue(
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
  }
  turn.state.deadlines.push({ dueUs: of.dueUs, kind: of.kind, key: order.terms.id });
}

/** Arms the earlier of TTL and expiry, or neither. */
export function armLapse(turn: Turn, order: Order): void {
  const { ttlDueUs, expireUs } = order;
  order.lapseDueUs = null;
  if (ttlDueUs === null && expireUs === null) return;
  const dueUs = micros(Math.min(ttlDueUs ?? Infinity, expireUs ?? Infinity));
  setDue(turn, order, { kind: "lapse", dueUs });
}
