/**
 * Decimals of venue payloads as quanta, against the core's decimals (R-CORE-6: no float in money).
 * @module
 */
import { strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { fromQuanta } from "../../../core/decimal.ts";
import { quantaOf } from "../../../edge/feeds/venue_decimal.ts";

const cases = [
  ["61800.20", 1, 618002],
  ["0.00000000", 3, 0],
  ["-1.5", 1, -15],
  ["7", 3, 7000],
  ["0007", 0, 7],
  ["1.05", 1, undefined],
  ["9007199254740991", 0, Number.MAX_SAFE_INTEGER],
  ["9007199254740992", 0, undefined],
  ["9007199254740991", 1, undefined],
  ["", 1, undefined],
  ["-", 1, undefined],
  [".5", 1, undefined],
  ["5.", 1, undefined],
  ["1e3", 1, undefined],
  ["1.2.3", 3, undefined],
  [" 1", 1, undefined],
  ["+1", 1, undefined],
] as const;
for (const [text, scale, expected] of cases) {
  Deno.test(`quantaOf() gives ${expected} for "${text}" at scale ${scale}`, () => {
    strictEqual(quantaOf(text, scale), expected);
  });
}

Deno.test("quantaOf() inverts the core's decimal, with and without trailing zeros", () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.integer({ min: 0, max: 12 }), (quanta, scale) => {
      const text = fromQuanta(quanta, scale);
      strictEqual(quantaOf(text, scale), quanta);
      strictEqual(quantaOf(text.includes(".") ? `${text}00` : `${text}.00`, scale), quanta);
    }),
  );
});
