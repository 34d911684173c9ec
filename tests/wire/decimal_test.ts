/**
 * Proves for R-WIRE-1, R-CORE-6: numbers that clients and the daemon spell lose no digit.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { decimalOfNumber } from "../../wire/decimal.ts";

Deno.test("decimalOfNumber() reads back as the same number", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      const text = decimalOfNumber(value);
      if (text !== undefined) strictEqual(Number(text), value + 0);
    }),
    { numRuns: 2_000 },
  );
});
