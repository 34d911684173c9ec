/**
 * Risk: the ordered list of guards that every order passes before it may go out.
 *
 * The scopes that limits belong to are `scopes.ts`, found by `risk_state.ts`; what an order is worth
 * is `valuation.ts`; `docs/reference/risk.md` is the whole of the rules.
 *
 * Ordering: guards run in the order of {@link GUARDS}; the first refusal is the answer.
 * @module
 */
import { FUNDS } from "./funds.ts";
import type { Guard, Refusal, RiskRequest } from "./guard.ts";
import { KILL_SWITCH } from "./kill_switch.ts";
import { MAX_LOSS } from "./max_loss.ts";
import { MAX_NOTIONAL } from "./max_notional.ts";
import { MAX_OPEN_ORDERS } from "./max_open_orders.ts";
import { MAX_POSITION } from "./max_position.ts";
import { MAX_QTY } from "./max_qty.ts";
import { PRICE_COLLAR } from "./price_collar.ts";
import { RATE_LIMIT } from "./rate_limit.ts";
import { SELF_MATCH } from "./self_match.ts";
import { REDUCE_ONLY, TRADING_HALTED } from "./trading_state.ts";

export { dearer, type Funds } from "./funds.ts";
export type { BookOf, DrySwitch, Guard, Kept, Outcomes, Refusal, RiskRequest } from "./guard.ts";
export type { LossMeter } from "./max_loss.ts";
export { chargeOrder } from "./rate_limit.ts";
export { marketPx, midOf, referenceBook } from "./reference.ts";
export { RiskState } from "./risk_state.ts";
export * from "./scopes.ts";
export { strictest } from "./trading_state.ts";

/** Every guard, in the order in which they are asked. */
export const GUARDS: readonly Guard[] = [
  KILL_SWITCH,
  TRADING_HALTED,
  REDUCE_ONLY,
  MAX_QTY,
  MAX_NOTIONAL,
  MAX_POSITION,
  MAX_OPEN_ORDERS,
  PRICE_COLLAR,
  SELF_MATCH,
  RATE_LIMIT,
  MAX_LOSS,
  FUNDS,
];

/** Returns the first refusal, or undefined if every guard lets the order pass. */
export function firstRefusal(request: RiskRequest): Refusal | undefined {
  if (isLetIn(request)) return undefined;
  for (const guard of GUARDS) {
    const refusal = guard.check(request);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

/** Asks again, when an order leaves, the guards of what may have changed since it was let in. */
export function refusalAgain(request: RiskRequest): Refusal | undefined {
  return TRADING_HALTED.check(request) ?? REDUCE_ONLY.check(request);
}

/** All of {@link GUARDS}, called by name: through the list the calls would cost the most. */
function isLetIn(request: RiskRequest): boolean {
  return KILL_SWITCH.check(request) === undefined && TRADING_HALTED.check(request) === undefined &&
    REDUCE_ONLY.check(request) === undefined && MAX_QTY.check(request) === undefined &&
    MAX_NOTIONAL.check(request) === undefined && MAX_POSITION.check(request) === undefined &&
    MAX_OPEN_ORDERS.check(request) === undefined && PRICE_COLLAR.check(request) === undefined &&
    SELF_MATCH.check(request) === undefined && RATE_LIMIT.check(request) === undefined &&
    MAX_LOSS.check(request) === undefined && FUNDS.check(request) === undefined;
}
