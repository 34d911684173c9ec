/**
 * Proves that sums of money are exact whatever their size (R-CORE-6): random postings on an
 * `ExactSum` and a BigInt give the same value in the same form.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { Cash } from "../../../core/ledger/cash.ts";
import { ExactSum, narrowed, productOf, type Wide } from "../../../core/ledger/exact_sum.ts";
import { amountOf, decimalOf, sum } from "../../../core/ledger/money.ts";

const EDGE = Number.MAX_SAFE_INTEGER;
const safe = fc.oneof(
  fc.integer({ min: -EDGE, max: EDGE }),
  fc.constantFrom(0, 1, -1, EDGE, -EDGE, 999_999_999, 1_000_000_000, -1_000_000_000),
);
const wide: fc.Arbitrary<Wide> = fc.oneof(safe, fc.bigInt(-(10n ** 30n), 10n ** 30n).map(narrowed));
type Step = { readonly what: "add" | "subtract" | "scaled" | "sum" | "less"; readonly value: Wide };
const steps = fc.array(
  fc.record<Step>({
    what: fc.constantFrom("add", "subtract", "scaled", "sum", "less"),
    value: wide,
  }),
  { maxLength: 30, size: "max" },
);

function sumOf(value: Wide): ExactSum {
  const made = new ExactSum();
  made.set(value);
  return made;
}

function play(total: ExactSum, { what, value }: Step): bigint {
  switch (what) {
    case "add":
      total.add(value);
      return BigInt(value);
    case "subtract":
      total.subtract(value);
      return -BigInt(value);
    case "scaled":
      total.addScaled({ units: value, factor: 1_000_000 });
      return BigInt(value) * 1_000_000n;
    case "sum":
      total.addSum(sumOf(value));
      return BigInt(value);
    case "less":
      total.subtractSum(sumOf(value));
      return -BigInt(value);
  }
}

Deno.test("ExactSum is the sum of everything added, in one form for one value", () => {
  fc.assert(
    fc.property(steps, (all) => {
      const total = new ExactSum();
      let expected = 0n;
      for (const step of all) {
        expected += play(total, step);
        strictEqual(total.units, expected);
        strictEqual(BigInt(total.value), expected);
        strictEqual(typeof total.value, typeof narrowed(expected));
        strictEqual(total.isZero, expected === 0n);
        ok(total.equals(sumOf(narrowed(expected))));
        ok(!total.equals(sumOf(narrowed(expected + 1n))));
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("ExactSum.add() after any value is never -0 and never off by one at 2^53", () => {
  for (const value of [EDGE, EDGE - 1, -EDGE, 4_503_599_627_370_496, -1]) {
    const total = sumOf(value);
    total.subtract(value);
    ok(Object.is(total.value, 0));
    total.add(1);
    strictEqual(total.value, 1);
  }
});

Deno.test("productOf() is exact for all safe integers", () => {
  fc.assert(fc.property(safe, safe, (left, right) => {
    const product = productOf({ left, right });
    strictEqual(BigInt(product), BigInt(left) * BigInt(right));
    strictEqual(typeof product, typeof narrowed(BigInt(left) * BigInt(right)));
  }));
});

Deno.test("productOf() is never -0", () => {
  ok(Object.is(productOf({ left: 0, right: -5 }), 0));
});

const decimals = fc.tuple(fc.bigInt(-(10n ** 17n), 10n ** 17n), fc.integer({ min: 0, max: 20 }))
  .map(([units, scale]) => decimalOf({ units: narrowed(units), scale }));

Deno.test("Cash is the sum of all postings at the finest of their scales", () => {
  fc.assert(
    fc.property(
      fc.array(decimals, { maxLength: 20, size: "max" }),
      fc.array(decimals),
      (posted, others) => {
        const [cash, other] = [new Cash(), new Cash()];
        let expected = amountOf("0");
        for (const decimal of posted) {
          cash.add(amountOf(decimal));
          expected = sum({ left: expected, right: amountOf(decimal) });
          strictEqual(decimalOf(cash.amount), decimalOf(expected));
          strictEqual(cash.scale, expected.scale);
        }
        for (const decimal of others) other.add(amountOf(decimal));
        const before = decimalOf(cash.amount);
        cash.merge(other);
        cash.part(other);
        strictEqual(decimalOf(cash.amount), before);
        for (const decimal of posted) cash.subtract(amountOf(decimal));
        ok(cash.equals(new Cash()));
      },
    ),
  );
});

const AMOUNTS = [
  ["0", "0", 0],
  ["1000", "1000", 0],
  ["0.10", "0.1", 1],
  ["-12.500", "-12.5", 1],
  ["12345678901234567890.5", "12345678901234567890.5", 1],
  ["0.000000000000000000000000000001", "0.000000000000000000000000000001", 30],
] as const;
for (const [text, shown, scale] of AMOUNTS) {
  Deno.test(`amountOf() reads ${text} at scale ${scale}`, () => {
    strictEqual(decimalOf(amountOf(text)), shown);
    strictEqual(amountOf(text).scale, scale);
  });
}
