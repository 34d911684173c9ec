/**
 * Guard: the most that one order may be worth. What an order is worth: `valuation.ts`.
 *
 * A Market order counts at its reference price; without one it is refused where a limit stands.
 * @module
 */
import type { OrderLimits } from "../limits.ts";
import { type Guard, type Refusal, refusal, type RiskRequest } from "./guard.ts";
import { productOf, type Wide } from "./wide.ts";

/** Refuses an order whose total quantity is worth more than the limit. */
export const MAX_NOTIONAL: Guard = { name: "max_notional", check: checkMaxNotional };

type Scope = {
  readonly limits: OrderLimits;
  readonly notionalMost: Wide | null;
  readonly key: string;
};

function checkMaxNotional(request: RiskRequest): Refusal | undefined {
  const { pair, listed } = request;
  if (pair.notionalMost === null && listed.notionalMost === null) return undefined;
  return checkScope(request, pair) ?? checkScope(request, listed);
}

function checkScope(request: RiskRequest, scope: Scope): Refusal | undefined {
  if (scope.notionalMost === null) return undefined;
  const { listed, side, countPx, qty } = request;
  if (countPx === null) return refusal("MAX_NOTIONAL", priceProblem(scope));
  const { valuation } = listed;
  const product = productOf(valuation.factorOf(side, countPx), qty);
  if (product <= scope.notionalMost) return undefined;
  const { currency } = valuation;
  const most = `${scope.limits.maxOrderNotional} ${currency} (${scope.key}.max_order_notional)`;
  const was = `${valuation.worthOf(product)} ${currency}`;
  return refusal("MAX_NOTIONAL", `its notional must be at most ${most}: was ${was}`);
}

function priceProblem(scope: Scope): string {
  const rule = `a Market order must have a price to count with (${scope.key}.max_order_notional)`;
  return `${rule}: was without a fresh book`;
}
