/**
 * Proves for R-WIRE-1, R-CORE-6: decimals on the wire are exact and canonical.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { qty } from "../../core/numbers.ts";
import { averagePrice } from "../../wire/average_price.ts";
import { canonicalDecimal, decimalOfNumber, decimalText } from "../../wire/decimal.ts";
import { timeText } from "../../wire/json_text.ts";

/** The plainest way: pad, cut, strip. */
function naiveText(quanta: bigint, scale: number): string {
  const sign = quanta < 0n ? "-" : "";
  const digits = String(quanta < 0n ? -quanta : quanta).padStart(scale + 1, "0");
  const whole = digits.slice(0, digits.length - scale);
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  return sign + whole + (fraction === "" ? "" : `.${fraction}`);
}

Deno.test("decimalText() equals the plainest way, for any quanta and scale", () => {
  const quanta = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.nat(1000), fc.constant(2 ** 31));
  fc.assert(
    fc.property(quanta, fc.nat(20), (value, scale) => {
      strictEqual(decimalText(value, scale), naiveText(BigInt(value), scale));
      strictEqual(decimalText(BigInt(value), scale), naiveText(BigInt(value), scale));
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("canonicalDecimal() keeps what decimalText() wrote", () => {
  fc.assert(fc.property(fc.maxSafeInteger(), fc.nat(15), (value, scale) => {
    const text = decimalText(value, scale);
    strictEqual(canonicalDecimal(text), text);
  }));
});

Deno.test("decimalOfNumber() reads back as the same number", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      const text = decimalOfNumber(value);
      if (text !== undefined) strictEqual(Number(text), value + 0);
    }),
    { numRuns: 2_000 },
  );
});

const averages = [
  [20_050_000n, 2_000, 2, "100.25", "exact"],
  [-1n, 2, 0, "-0.5", "negative and exact to a digit below the quantum"],
  [1n, 3, 0, "0.333333333333", "rounded down"],
  [2n, 3, 0, "0.666666666667", "rounded up"],
  [1n, 2_000_000_000_000, 0, "0", "a tie goes to the even zero"],
  [3n, 2_000_000_000_000, 0, "0.000000000002", "a tie goes to the even two"],
  [-3n, 2_000_000_000_000, 0, "-0.000000000002", "a tie below zero goes to the even two"],
  [10n ** 30n, 1, 8, "10000000000000000000000", "wider than a double"],
  [3n, 1, 15, "0.000000000000003", "whole quanta finer than 12 decimals stay exact"],
  [1n, 2, 15, "0", "half a quantum finer than 12 decimals is rounded"],
] as const;
for (const [notional, cum, scale, expected, why] of averages) {
  Deno.test(`averagePrice() gives ${expected}: ${why}`, () => {
    strictEqual(averagePrice({ notional, cumQty: qty(cum) }, scale), expected);
  });
}

Deno.test("averagePrice() is undefined before the first fill", () => {
  strictEqual(averagePrice({ notional: 0n, cumQty: qty(0) }, 2), undefined);
});

Deno.test("timeText() equals String() for any time", () => {
  const edges = [0, 99_999_999, 100_000_000, 100_000_001, Number.MAX_SAFE_INTEGER];
  for (const edge of edges) strictEqual(timeText(edge), String(edge));
  const nearHalves = fc.nat(90_071_992).map((n) => n * 100_000_000 - 1).filter((n) => n > 0);
  fc.assert(
    fc.property(
      fc.oneof(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), nearHalves),
      (us) => {
        ok(timeText(us) === String(us));
      },
    ),
    { numRuns: 20_000 },
  );
});
