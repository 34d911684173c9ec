/**
 * Proves the exact decimals under money (R-CORE-6) and the wire's grammar of decimals (WIRE §1):
 * conversions agree with BigInt twins, nothing is rounded but an average.
 * @module
 */
import { ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import {
  averagePx,
  canonicalDecimal,
  divideDown,
  divideHalfEven,
  fromQuanta,
  fromUnits,
  powerOfTen,
  toQuanta,
  toUnits,
} from "../../core/decimal.ts";
import { InvariantError } from "../../core/invariant.ts";

const CANONICAL = [
  ["0", "0"],
  ["0.0", "0"],
  ["1", "1"],
  ["10", "10"],
  ["100.00", "100"],
  ["61800.30", "61800.3"],
  ["-0.50", "-0.5"],
  ["0.000000000000000001", "0.000000000000000001"],
  ["12345678901234567890123456789012345678", "12345678901234567890123456789012345678"],
  ["0.1234567890123456789012345678901234567", "0.1234567890123456789012345678901234567"],
  ["-1.2345678901234567890123456789012345678", "-1.2345678901234567890123456789012345678"],
] as const;
for (const [text, expected] of CANONICAL) {
  Deno.test(`canonicalDecimal() gives ${expected} for ${text}`, () => {
    strictEqual(canonicalDecimal(text), expected);
  });
}

const NOT_DECIMALS = [
  ["", "it is empty"],
  ["-", "it has no digit"],
  ["-0", "zero has no sign"],
  ["-0.00", "zero has no sign"],
  ["01", "a leading zero is not canonical in any grammar"],
  ["-01.5", "a leading zero"],
  ["1.", "no digit follows the point"],
  [".5", "no digit precedes the point"],
  ["+1", "a plus sign is not in the grammar"],
  ["1e5", "an exponent is not in the grammar"],
  ["1_000", "a separator is not in the grammar"],
  [" 1", "white space is not in the grammar"],
  ["1\n", "a line end is not in the grammar"],
  ["1.2.3", "it has two points"],
  ["١", "only ASCII digits count"],
  ["NaN", "it is no number"],
  ["123456789012345678901234567890123456789", "it has 39 digits"],
  ["0.12345678901234567890123456789012345678", "it has 39 digits, the zero counted"],
] as const;
for (const [text, why] of NOT_DECIMALS) {
  Deno.test(`canonicalDecimal(), toQuanta() and toUnits() refuse ${JSON.stringify(text)}: ${why}`, () => {
    strictEqual(canonicalDecimal(text), undefined);
    strictEqual(toQuanta(text, 2), undefined);
    strictEqual(toUnits(text, 2), undefined);
  });
}

const QUANTA = [
  ["61800.3", 1, 618003],
  ["61800.30", 1, 618003],
  ["61800.35", 1, undefined],
  ["-7", 2, -700],
  ["0", 9, 0],
  ["9007199254740991", 0, Number.MAX_SAFE_INTEGER],
  ["9007199254740992", 0, undefined],
  ["90071992547409.91", 2, Number.MAX_SAFE_INTEGER],
  ["90071992547409.92", 2, undefined],
  ["900719925474.1", 12, undefined],
  ["1", 15, 1_000_000_000_000_000],
  ["10", 15, undefined],
  ["0.001", 18, 1_000_000_000_000_000],
  ["0.000000000000000001", 18, 1],
] as const;
for (const [text, scale, expected] of QUANTA) {
  Deno.test(`toQuanta() gives ${expected} for ${text} at scale ${scale}`, () => {
    strictEqual(toQuanta(text, scale), expected);
  });
}

/** Decimals by their parts, short and long, with and without trailing zeros. */
const decimals = fc.record({
  isNegative: fc.boolean(),
  units: fc.oneof(
    fc.bigInt({ min: 0n, max: 99_999n }),
    fc.bigInt({ min: 0n, max: 10n ** 17n }),
    fc.bigInt({ min: 0n, max: 10n ** 30n }),
  ),
  decimals: fc.integer({ min: 0, max: 7 }),
}).map((of) => {
  const units = of.isNegative ? -of.units : of.units;
  const digits = of.units.toString().padStart(of.decimals + 1, "0");
  const point = digits.length - of.decimals;
  const fraction = of.decimals === 0 ? "" : `.${digits.slice(point)}`;
  const sign = of.isNegative && of.units !== 0n ? "-" : "";
  return { text: sign + digits.slice(0, point) + fraction, units, decimals: of.decimals };
});

/** The twin: the value at a scale by division, or undefined if it does not come out even. */
function unitsAt(of: { units: bigint; decimals: number }, scale: number): bigint | undefined {
  const numerator = of.units * 10n ** BigInt(scale);
  const denominator = 10n ** BigInt(of.decimals);
  return numerator % denominator === 0n ? numerator / denominator : undefined;
}

Deno.test("toUnits() and toQuanta() agree with division of wide integers", () => {
  fc.assert(
    fc.property(decimals, fc.integer({ min: 0, max: 20 }), (decimal, scale) => {
      const expected = unitsAt(decimal, scale);
      strictEqual(toUnits(decimal.text, scale), expected);
      const isSafe = expected !== undefined && Number.isSafeInteger(Number(expected));
      strictEqual(toQuanta(decimal.text, scale), isSafe ? Number(expected) : undefined);
    }),
    { numRuns: 3_000 },
  );
});

Deno.test("toQuanta() takes exactly the texts that canonicalDecimal() takes", () => {
  const text = fc.string({ unit: fc.constantFrom(..."0019.-5"), maxLength: 8 });
  fc.assert(
    fc.property(text, (candidate) => {
      strictEqual(toQuanta(candidate, 6) === undefined, canonicalDecimal(candidate) === undefined);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("fromUnits() inverts toUnits() and gives canonical text", () => {
  fc.assert(
    fc.property(decimals, (decimal) => {
      const text = fromUnits(decimal.units, decimal.decimals);
      strictEqual(canonicalDecimal(text), text);
      strictEqual(text, canonicalDecimal(decimal.text));
      strictEqual(toUnits(text, decimal.decimals), decimal.units);
    }),
    { numRuns: 2_000 },
  );
});

/** The plainest way: pad, cut, strip. */
function naiveText(units: bigint, scale: number): string {
  const sign = units < 0n ? "-" : "";
  const digits = String(units < 0n ? -units : units).padStart(scale + 1, "0");
  const fraction = digits.slice(digits.length - scale).replace(/0+$/, "");
  const whole = digits.slice(0, digits.length - scale);
  return sign + whole + (scale === 0 || fraction === "" ? "" : `.${fraction}`);
}

Deno.test("fromQuanta() and fromUnits() equal the plainest way, and toQuanta() inverts them", () => {
  const quanta = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.nat(1000), fc.constant(2 ** 31));
  fc.assert(
    fc.property(quanta, fc.integer({ min: 0, max: 20 }), (value, scale) => {
      const text = fromQuanta(value, scale);
      strictEqual(text, naiveText(BigInt(value), scale));
      strictEqual(fromUnits(BigInt(value), scale), text);
      strictEqual(canonicalDecimal(text), text);
      strictEqual(toQuanta(text, scale), value);
    }),
    { numRuns: 5_000 },
  );
});

Deno.test("fromQuanta() gives 0 for negative zero", () => {
  strictEqual(fromQuanta(-0, 3), "0");
});

Deno.test("fromQuanta() throws for what is not a safe integer", () => {
  throws(() => fromQuanta(1.5, 2), InvariantError);
  throws(() => fromQuanta(2 ** 53, 2), InvariantError);
});

Deno.test("powerOfTen() agrees with repeated multiplication and refuses negative exponents", () => {
  for (let exponent = 0; exponent <= 80; exponent++) {
    strictEqual(powerOfTen(exponent), BigInt("1" + "0".repeat(exponent)));
  }
  throws(() => powerOfTen(-1), InvariantError);
});

const HALVES = [
  [5n, 2n, 2n],
  [7n, 2n, 4n],
  [-5n, 2n, -2n],
  [-7n, 2n, -4n],
  [8n, 3n, 3n],
  [7n, 3n, 2n],
  [-8n, 3n, -3n],
  [0n, 9n, 0n],
] as const;
for (const [numerator, denominator, expected] of HALVES) {
  Deno.test(`divideHalfEven() gives ${expected} for ${numerator} / ${denominator}`, () => {
    strictEqual(divideHalfEven({ numerator, denominator }), expected);
  });
}

Deno.test("divideHalfEven() is never further than half away, and even when it is exactly half", () => {
  const wide = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
  fc.assert(
    fc.property(wide, fc.bigInt({ min: 1n, max: 10n ** 20n }), (numerator, denominator) => {
      const quotient = divideHalfEven({ numerator, denominator });
      const rest = (numerator - quotient * denominator) * 2n;
      const distance = rest < 0n ? -rest : rest;
      ok(distance <= denominator);
      if (distance === denominator) strictEqual(quotient % 2n, 0n);
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("divideDown() is the largest integer that is not above", () => {
  const wide = fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n });
  const small = fc.bigInt({ min: -20n, max: 20n });
  fc.assert(
    fc.property(
      fc.oneof(wide, small),
      fc.bigInt({ min: 1n, max: 9n }),
      (numerator, denominator) => {
        const quotient = divideDown({ numerator, denominator });
        ok(quotient * denominator <= numerator);
        ok((quotient + 1n) * denominator > numerator);
      },
    ),
    { numRuns: 1_000 },
  );
  throws(() => divideDown({ numerator: 1n, denominator: 0n }), InvariantError);
});

Deno.test("divideHalfEven() refuses a denominator of 0", () => {
  throws(() => divideHalfEven({ numerator: 1n, denominator: 0n }), InvariantError);
});

const AVERAGES = [
  [{ notional: 618003n * 5n, cumQty: 5, priceScale: 1 }, "61800.3", "one price"],
  [{ notional: 100n + 101n, cumQty: 2, priceScale: 0 }, "100.5", "an average that ends"],
  [{ notional: 1n, cumQty: 3, priceScale: 0 }, "0.333333333333", "a third, below the half"],
  [{ notional: 2n, cumQty: 3, priceScale: 0 }, "0.666666666667", "two thirds, above the half"],
  [{ notional: -1n, cumQty: 3, priceScale: 1 }, "-0.033333333333", "a spread below zero"],
  [{ notional: 1n, cumQty: 8, priceScale: 11 }, "0.000000000001", "1.25e-12, below the half"],
  [{ notional: 5n, cumQty: 100, priceScale: 11 }, "0", "half of the last decimal, to the even 0"],
  [
    { notional: 15n, cumQty: 100, priceScale: 11 },
    "0.000000000002",
    "one and a half, to the even 2",
  ],
  [{ notional: 7n, cumQty: 1, priceScale: 18 }, "0.000000000000000007", "a finer price is kept"],
  [
    { notional: 7n * 10n ** 6n + 1n, cumQty: 2, priceScale: 18 },
    "0.000000000004",
    "a finer average",
  ],
  [{ notional: 20_050_000n, cumQty: 2_000, priceScale: 2 }, "100.25", "a whole quotient"],
  [{ notional: -1n, cumQty: 2, priceScale: 0 }, "-0.5", "below zero, a digit below the quantum"],
  [{ notional: 1n, cumQty: 2e12, priceScale: 0 }, "0", "a tie goes to the even zero"],
  [{ notional: 3n, cumQty: 2e12, priceScale: 0 }, "0.000000000002", "a tie goes to the even two"],
  [{ notional: -3n, cumQty: 2e12, priceScale: 0 }, "-0.000000000002", "a tie below zero, even two"],
  [
    { notional: 3n * 2n ** 52n + 1n, cumQty: 3, priceScale: 0 },
    "4503599627370496.333333333333",
    "not the quotient of the double that is next to it",
  ],
  [{ notional: 10n ** 30n, cumQty: 1, priceScale: 8 }, `1${"0".repeat(22)}`, "beyond a double"],
  [{ notional: 10n ** 30n, cumQty: 10n ** 22n, priceScale: 8 }, "1", "both beyond a double"],
  [{ notional: 3n, cumQty: 1, priceScale: 15 }, "0.000000000000003", "whole finer quanta"],
  [{ notional: 1n, cumQty: 2, priceScale: 15 }, "0", "half a finer quantum is rounded"],
] as const;
for (const [of, expected, why] of AVERAGES) {
  Deno.test(`averagePx() gives ${expected} for ${of.notional} over ${of.cumQty}: ${why}`, () => {
    strictEqual(averagePx(of), expected);
  });
}

Deno.test("averagePx() throws for a CumQty of 0", () => {
  throws(() => averagePx({ notional: 0n, cumQty: 0, priceScale: 2 }), InvariantError);
});
