/**
 * Risk: the ordered list of guards that every order passes before it may go out.
 *
 * Ordering: guards run in the order of `REFUSAL_CODES`; the first refusal is the answer.
 * @module
 */
import type { Guard, Refusal, RiskRequest } from "./guard.ts";
import { KILL_SWITCH } from "./kill_switch.ts";
import { MAX_QTY } from "./max_qty.ts";
import { PRICE_COLLAR } from "./price_collar.ts";
import { REDUCE_ONLY, TRADING_HALTED } from "./trading_state.ts";

export type { Guard, Refusal, RiskRequest } from "./guard.ts";
export { strictest } from "./trading_state.ts";

/** Every guard, in the order in which they are asked. */
export const GUARDS: readonly Guard[] = [
  KILL_SWITCH,
  TRADING_HALTED,
  REDUCE_ONLY,
  MAX_QTY,
  PRICE_COLLAR,
];

/** Returns the first refusal, or undefined if every guard lets the order pass. */
export function firstRefusal(request: RiskRequest): Refusal | undefined {
  for (const guard of GUARDS) {
    const refusal = guard.check(request);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
