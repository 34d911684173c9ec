/**
 * The executions of an order (R-CORE-4, R-CORE-5): found by each id, few and many alike.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { Fills } from "../../core/fills.ts";
import { px, qty, seqId } from "../../core/numbers.ts";
import type { Fill } from "../../core/order.ts";

function fillOf(execId: string): Fill {
  const execution = {
    execId,
    lastQty: qty(1),
    lastPx: px(1),
    liquidity: null,
    commission: "0",
    commissionCurrency: "USDT",
  };
  return {
    execution,
    correctedAs: null,
    peakQty: qty(1),
    booked: seqId(1),
    tag: null,
    isVoided: false,
    isProvisional: false,
    next: null,
  };
}

for (const count of [0, 1, 16, 17, 40]) {
  Deno.test(`Fills.get() finds each of ${count} executions by every id`, () => {
    const fills = new Fills();
    const all = Array.from({ length: count }, (_, at) => fillOf(`x-${at}`));
    for (const [at, fill] of all.entries()) {
      strictEqual(fills.get(fill.execution.execId), undefined);
      fills.add(fill);
      if (at % 3 === 0) fills.correct(fill, `c-${at}`);
    }
    for (const [at, fill] of all.entries()) {
      strictEqual(fills.get(`x-${at}`), fill);
      strictEqual(fills.get(`c-${at}`), at % 3 === 0 ? fill : undefined);
    }
    deepStrictEqual([...fills], all);
  });
}
