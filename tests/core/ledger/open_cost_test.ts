/**
 * Proves for R-CORE-6 that the cost of a position, kept by machine numbers where they are exact, is
 * that of the naive twin in wide integers, whatever the scales, sizes and signs of prices.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { fromUnits } from "../../../core/decimal.ts";
import type { Instrument } from "../../../core/instrument.ts";
import { OpenCost } from "../../../core/ledger/open_cost.ts";
import { ProductValuation } from "../../../core/ledger/valuation.ts";
import { NodeReader } from "../../../core/node_reader.ts";
import { px } from "../../../core/numbers.ts";
import { linearInstrument } from "../../support/contract_instruments.ts";
import { fraction, type NaiveExecution, naivePosition, same } from "../../support/naive_ledger.ts";

const EDGE = Number.MAX_SAFE_INTEGER;

/** Scales of price and quantity: fractions of a value from one to 10^12. */
const instruments = fc.record({
  price: fc.constantFrom(0, 1, 2, 6, 9),
  quantity: fc.constantFrom(0, 3, 8),
  multiplier: fc.constantFrom("1", "0.001", "100", "3"),
}).map(({ price, quantity, multiplier }) =>
  linearInstrument({
    contract: { kind: "linear", multiplier, settlement: "USDT" },
    priceRule: { scale: price, ticks: [{ fromQuanta: -EDGE, stepQuanta: 1 }] },
    qtyRule: { scale: quantity, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
  })
);

/** Largest sizes and prices, one pair for a whole history, so that ties and long closes occur. */
const SIZES = [
  4,
  20,
  100_000,
  90_000_000,
  1_099_511_627_776,
  17_592_186_044_416,
  Math.floor(EDGE / 64),
];
const PRICES = [5, 50, 7_000_000, EDGE];
const changes = fc.tuple(fc.constantFrom(...SIZES), fc.constantFrom(...PRICES), fc.boolean())
  .chain(([size, price, isSpread]) =>
    fc.array(
      fc.record({
        isBuy: fc.boolean(),
        size: fc.oneof(fc.integer({ min: 1, max: size }), fc.integer({ min: 1, max: 4 })),
        price: fc.integer({ min: isSpread ? -price : 1, max: price }),
      }),
      { minLength: 1, maxLength: 30, size: "max" },
    )
  );

function toExecution(
  instrument: Instrument,
  of: { readonly isBuy: boolean; readonly size: number; readonly price: number },
): NaiveExecution {
  const free = { owner: null, commission: "0", commissionCurrency: "USDT" };
  const side = of.isBuy ? "Buy" as const : "Sell" as const;
  return { ...free, instrument, side, qty: of.size, px: of.price };
}

Deno.test("OpenCost takes its share of the cost half-even like the twin, whatever the sizes", () => {
  fc.assert(
    fc.property(instruments, changes, (instrument, drawn) => {
      const { contract } = instrument;
      ok(contract?.kind === "linear");
      const { multiplier } = contract;
      const valuation = new ProductValuation(instrument, { multiplier, isPaidInFull: false });
      const open = new OpenCost();
      const executions: NaiveExecution[] = [];
      for (const each of drawn) {
        open.apply(valuation, { quanta: each.isBuy ? each.size : -each.size, px: px(each.price) });
        executions.push(toExecution(instrument, each));
        const twin = naivePosition(executions);
        strictEqual(BigInt(open.quanta), twin.quanta);
        const cost = fraction(fromUnits(open.units(valuation), valuation.costScale));
        ok(same(cost, twin.cost), `cost after ${executions.length}`);
        const copy = new OpenCost();
        copy.restore(new NodeReader(open.checkpoint()));
        strictEqual(copy.units(valuation), open.units(valuation));
        const { fraction: count } = open.checkpoint();
        ok(count >= 0 && count < valuation.fractions, "one form for one cost");
      }
    }),
    { numRuns: 1_500 },
  );
});
