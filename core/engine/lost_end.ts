/**
 * The journal goes on after its end was lost: an older copy of it was put back, or its last part is
 * gone, and an operator has accepted that (R-JRN-2).
 *
 * What may have been in the lost part must not be met by chance, nor done a second time:
 *
 * 1. numbers of orders and of their versions that it may have given out are not given out again, so
 *    that no client order id ever names two orders
 * 2. an intent sent before now may have acted already: it is refused
 * 3. what waited to leave may have left: it is in doubt, as what had left
 * 4. nothing new is traded until an operator has looked: the operator's state is `Halted`
 *
 * What the venues still have of it comes back by reconciliation, as after every restart.
 * The numbers passed over grow with the time that is lost, so that another loss that goes back to the
 * same place, some time later, passes over what was given out in between as well.
 * Limit: the rates below; a daemon that was faster for the whole time may repeat a number.
 * @module
 */
import { neverLeft, replaceNeverLeft } from "./cancel.ts";
import { fallIntoDoubt } from "./doubt.ts";
import { isOutside } from "./reconcile.ts";
import type { Turn } from "./turn.ts";
import { type Micros, micros, orderId } from "../numbers.ts";

/** Most orders that all clients place in a millisecond, for as long as a loss can be. */
const ORDERS_PER_MS = 10;
const MS_US = 1_000;
/** Least time that a version of an order lives, on average. */
const VERSION_US = 10_000;

/** Doubts every request of a venue outside that waits for its turn, before anything ends by that. */
export function doubtWhatWaits(turn: Turn): void {
  const { state } = turn;
  for (const order of state.blotter.values()) {
    if (order.isTerminal || !isOutside(state.venue(order.venue))) continue;
    turn.touch(order);
    if (neverLeft(order)) fallIntoDoubt(turn, order, "Submit");
    if (replaceNeverLeft(order)) fallIntoDoubt(turn, order, "Replace");
  }
}

/** Applies the loss of everything after `sinceUs`. */
export function applyLostEnd(turn: Turn, sinceUs: Micros): void {
  const { state } = turn;
  const { blotter } = state;
  const lostUs = Math.max(0, turn.nowUs - sinceUs);
  const orders = Math.ceil(lostUs / MS_US) * ORDERS_PER_MS;
  const versions = Math.ceil(lostUs / VERSION_US);
  blotter.nextOrder = orderId(blotter.nextOrder + orders);
  for (const order of blotter.values()) if (!order.isTerminal) order.version += versions;
  state.intentsAfterUs = micros(turn.nowUs);
  state.operatorState = "Halted";
  state.digest.int(sinceUs);
}
