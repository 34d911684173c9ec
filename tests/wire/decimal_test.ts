/**
 * Proves for R-WIRE-1, R-CORE-6: numbers that clients and the daemon spell lose no digit.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { decimalOfNumber } from "../../wire/decimal.ts";
import { timeText } from "../../wire/json_text.ts";

Deno.test("decimalOfNumber() reads back as the same number", () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true }), (value) => {
      const text = decimalOfNumber(value);
      if (text !== undefined) strictEqual(Number(text), value + 0);
    }),
    { numRuns: 2_000 },
  );
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
