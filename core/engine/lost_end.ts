/**
 * The journal goes on after its end was lost: an older copy of it was put back, or its last part is
 * gone, and an operator has accepted that (R-JRN-2).
 *
 * What may have been in the lost part must not be met by chance, nor done a second time:
 *
 * 1. numbers of orders and of their versions that it may have given out are not given out again, so
 *    that no client order id ever names two orders
 * 2. an intent sent before now may have acted already: it is refused
 * 3. nothing new is traded until an operator has looked: the operator's state is `Halted`
 *
 * What the venues still have of it comes back by reconciliation, as after every restart.
 * Limit: the bounds below; a daemon that was faster for the whole time that is lost may repeat a
 * number.
 * @module
 */
import { type Micros, micros, orderId } from "../numbers.ts";
import type { Turn } from "./turn.ts";

/** Most orders that all clients place in a second, for as long as a loss can be. */
const ORDERS_PER_SECOND_MAX = 10_000;
/** Most versions that one order has in a second. */
const VERSIONS_PER_SECOND_MAX = 10;
const SECOND_US = 1_000_000;

/** Applies the loss of everything after `sinceUs`. */
export function applyLostEnd(turn: Turn, sinceUs: Micros): void {
  const { state } = turn;
  const { blotter } = state;
  const seconds = Math.max(0, Math.ceil((turn.nowUs - sinceUs) / SECOND_US)) + 1;
  blotter.nextOrder = orderId(blotter.nextOrder + seconds * ORDERS_PER_SECOND_MAX);
  for (const order of blotter.values()) {
    if (!order.isTerminal) order.version += seconds * VERSIONS_PER_SECOND_MAX;
  }
  state.intentsAfterUs = micros(turn.nowUs);
  state.operatorState = "Halted";
  state.digest.int(sinceUs);
}
