/**
 * Guard: the most that one order may ask for.
 * @module
 */
import { fromQuanta } from "../decimal.ts";
import type { Guard, Refusal, RiskRequest } from "./guard.ts";

const KEY = "venues[].instruments[].limits.max_order_qty";

/** Refuses an order whose total quantity exceeds the instrument's limit. */
export const MAX_QTY: Guard = { name: "max_qty", check: checkMaxQty };

function checkMaxQty({ limits, qty, instrument }: RiskRequest): Refusal | undefined {
  if (limits.maxOrderQty === null || qty <= limits.maxOrderQty) return undefined;
  const { scale } = instrument.qtyRule;
  const most = `${fromQuanta(limits.maxOrderQty, scale)} (${KEY})`;
  const was = fromQuanta(qty, scale);
  return {
    code: "MAX_QTY",
    text: `Cannot take the order: order_qty must be at most ${most}: was ${was}`,
  };
}
