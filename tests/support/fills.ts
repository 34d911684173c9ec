/**
 * Executions of an order as the core keeps them.
 * @module
 */
import { px, qty, seqId } from "../../core/numbers.ts";
import type { Fill } from "../../core/order.ts";

/** Returns an execution of `peak` quanta (default 1), of a base version (default the first). */
export function fillOf(
  execId: string,
  { peak = 1, version = 1 }: { readonly peak?: number; readonly version?: number } = {},
): Fill {
  const execution = {
    execId,
    lastQty: qty(peak),
    lastPx: px(1),
    liquidity: null,
    commission: "0",
    commissionCurrency: "USDT",
  };
  return {
    execution,
    correctedAs: null,
    peakQty: qty(peak),
    booked: seqId(1),
    baseVersion: version,
    tag: null,
    isVoided: false,
    isProvisional: false,
    next: null,
  };
}
