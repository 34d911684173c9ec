/**
 * Guard: the most that one order may ask for.
 * @module
 */
import type { OrderLimits } from "../limits.ts";
import { type Guard, qtyText, type Refusal, refusal, type RiskRequest } from "./guard.ts";

/** Refuses an order whose total quantity exceeds the limit of the client there or the instrument. */
export const MAX_QTY: Guard = { name: "max_qty", check: checkMaxQty };

function checkMaxQty(request: RiskRequest): Refusal | undefined {
  return checkScope(request, request.pair) ?? checkScope(request, request.listed);
}

function checkScope(
  request: RiskRequest,
  scope: { readonly limits: OrderLimits; readonly key: string },
): Refusal | undefined {
  const most = scope.limits.maxOrderQty;
  if (most === null || request.qty <= most) return undefined;
  const limit = `${qtyText(request, most)} (${scope.key}.max_order_qty)`;
  const was = qtyText(request, request.qty);
  return refusal("MAX_QTY", `order_qty must be at most ${limit}: was ${was}`);
}
