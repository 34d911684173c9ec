/**
 * Guard: the most that one order may ask for.
 * @module
 */
import { fromQuanta } from "../decimal.ts";
import type { Guard } from "./guard.ts";

/** Refuses an order whose total quantity exceeds the instrument's limit. */
export const MAX_QTY: Guard = {
  name: "max_qty",
  check({ limits, qty, instrument }) {
    if (limits.maxOrderQty === null || qty <= limits.maxOrderQty) return undefined;
    const { scale } = instrument.qtyRule;
    const most = fromQuanta(limits.maxOrderQty, scale);
    const key = "venues[].instruments[].limits.max_order_qty";
    const was = fromQuanta(qty, scale);
    const text = `Cannot take the order: order_qty must be at most ${most} (${key}): was ${was}`;
    return { code: "MAX_QTY", text };
  },
};
