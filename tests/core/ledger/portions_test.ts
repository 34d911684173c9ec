/**
 * Executions at a price between two quanta: their values are what the quantity is worth at that price,
 * to the nearest that two prices one quantum apart can say. Proves R-CORE-5 and part of R-EXEC-5.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { InvariantError } from "../../../core/invariant.ts";
import { amountOf, unitsAt } from "../../../core/ledger/money.ts";
import { policyOf } from "../../../core/ledger/policy.ts";
import { Pools } from "../../../core/ledger/pools.ts";
import { portionsOf } from "../../../core/ledger/portions.ts";
import type { Instrument } from "../../../core/instrument.ts";
import { inverseInstrument, linearInstrument } from "../../support/contract_instruments.ts";

const LARGEST = Number.MAX_SAFE_INTEGER;

/** Price scale 1. What is executed, as quanta and price. */
const CASES: readonly (readonly [
  Instrument,
  quanta: number,
  price: string,
  expected: readonly (readonly [number, number])[],
  why: string,
])[] = [
  [linearInstrument(), 7, "100.5", [[7, 1005]], "a whole quantum is one execution"],
  [linearInstrument(), 7, "100", [[7, 1000]], "fewer decimals than a price has"],
  [linearInstrument(), 3, "100.033333333333", [[2, 1000], [1, 1001]], "a third of a quantum"],
  [linearInstrument(), -3, "100.033333333333", [[-2, 1000], [-1, 1001]], "a short alike"],
  [linearInstrument(), 1, "100.05", [[1, 1000]], "half a quantum goes to the even count"],
  [linearInstrument(), 3, "100.05", [[1, 1000], [2, 1001]], "there it is the higher one"],
  [linearInstrument(), 1, "100.09", [[1, 1001]], "no execution of nothing"],
  [linearInstrument(), 4, "-0.125", [[1, -2], [3, -1]], "a spread below 0"],
  [linearInstrument(), 2, "0", [[2, 0]], "a spread of 0"],
  [linearInstrument(), 0, "100.05", [], "nothing"],
  [linearInstrument(), LARGEST, "0.05", [
    [4_503_599_627_370_495, 0],
    [4_503_599_627_370_496, 1],
  ], "as much as can be counted"],
  // 10 × 1001 × 0.5 ÷ 1000.5 = 5.0025
  [inverseInstrument(), 10, "100.05", [[5, 1000], [5, 1001]], "by what each is worth"],
  // 9 × 3 × 0.5 ÷ 2.5 = 5.4, by half of each it would be 4.5
  [inverseInstrument(), -9, "0.25", [[-4, 2], [-5, 3]], "more at the higher price"],
  [inverseInstrument(), 9, "0.04", [[9, 1]], "less than a quantum is a quantum"],
];
for (const [instrument, quanta, price, expected, why] of CASES) {
  Deno.test(`portionsOf() executes ${quanta} of ${instrument.symbol} at ${price}: ${why}`, () => {
    const portions = portionsOf(instrument, { quanta, price: amountOf(price) });
    deepStrictEqual(portions.map(({ quanta: part, px }) => [part, px]), expected);
  });
}

const REFUSED = [
  [linearInstrument(), "900719925474099.2", "beyond 2^53 quanta"],
  [linearInstrument(), "-900719925474099.2", "beyond 2^53 quanta below 0"],
  [inverseInstrument(), "0", "an inverse contract at 0"],
  [inverseInstrument(), "-0.01", "an inverse contract below 0"],
] as const;
for (const [instrument, price, why] of REFUSED) {
  Deno.test(`portionsOf() refuses a price ${price}: ${why}`, () => {
    throws(() => portionsOf(instrument, { quanta: 1, price: amountOf(price) }), InvariantError);
  });
}

Deno.test("portionsOf() finds no nearer cost, a quantum more or less at the higher price", () => {
  const quanta = fc.integer({ min: 1, max: 1_000_000 });
  const units = fc.integer({ min: 1, max: 1_000_000_000 });
  fc.assert(fc.property(quanta, units, fc.boolean(), (count, ten7ths, isInverse) => {
    const instrument = isInverse ? inverseInstrument() : linearInstrument();
    const price = { units: ten7ths, scale: 7 };
    const portions = portionsOf(instrument, { quanta: count, price });
    strictEqual(portions.reduce((sum, part) => sum + part.quanta, 0), count);
    const step = 1_000_000n;
    const low = BigInt(ten7ths) / step;
    const high = portions.find((part) => BigInt(part.px) === low + 1n)?.quanta ?? 0;
    // The distance from the cost at the price itself, over one common denominator.
    const away = (more: number): bigint => {
      const [below, above] = [BigInt(count - more), BigInt(more)];
      const distance = isInverse
        ? (below * (low + 1n) + above * low) * BigInt(ten7ths) -
          BigInt(count) * step * low * (low + 1n)
        : (below * low + above * (low + 1n)) * step - BigInt(count) * BigInt(ten7ths);
      return distance < 0n ? -distance : distance;
    };
    if (isInverse && low === 0n) return strictEqual(high, count);
    for (const other of [high - 1, high + 1]) ok(away(high) <= away(other));
  }));
});

Deno.test("portionsOf() is worth the cost of executions whose average is its price", () => {
  const accounting = policyOf("linear").accountingOf(linearInstrument(), new Pools());
  const portions = portionsOf(linearInstrument(), {
    quanta: 300_000,
    price: amountOf("0.1234533333333333"),
  });
  const worth = portions.reduce((sum, part) => sum + unitsAt(accounting.valueOf(part), 4), 0n);
  strictEqual(worth, 370_360n, "37.036");
});
