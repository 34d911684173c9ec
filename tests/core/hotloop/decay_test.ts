/**
 * Proves the decay of the hot loop (R-HOT-2): within 2 units in the last place of the runtime's
 * power, exact at whole half-lives, never rising.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { halved, LN_2 } from "../../../core/hotloop/decay.ts";

const ULPS_MAX = 2n;

/** Distance of two positive doubles in units of the last place. */
function ulpsApart(left: number, right: number): bigint {
  const bits = new BigInt64Array(new Float64Array([left, right]).buffer);
  const apart = (bits[0] ?? 0n) - (bits[1] ?? 0n);
  return apart < 0n ? -apart : apart;
}

Deno.test("halved() is within 2 units in the last place of the runtime's 2**-x", () => {
  fc.assert(
    fc.property(
      fc.double({ min: 0, max: 1_000, noNaN: true }),
      (x) => ok(ulpsApart(halved(x), 2 ** -x) <= ULPS_MAX, `${x}: ${halved(x)} ${2 ** -x}`),
    ),
    { numRuns: 20_000 },
  );
  for (let x = 0; x < 40; x += 1 / 512) ok(ulpsApart(halved(x), 2 ** -x) <= ULPS_MAX, String(x));
});

Deno.test("halved() is exact at whole half-lives, 1 below 0 and 0 in the end", () => {
  for (let n = 0; n <= 1_074; n++) strictEqual(halved(n), 2 ** -n);
  strictEqual(halved(-3), 1);
  strictEqual(halved(1_100), 0);
  strictEqual(halved(Number.MAX_VALUE), 0);
});

Deno.test("halved() never rises", () => {
  let before = 1;
  for (let x = 0; x < 4; x += 1 / 8_192) {
    const now = halved(x);
    ok(now <= before, String(x));
    before = now;
  }
});

Deno.test("LN_2 is the runtime's", () => strictEqual(LN_2, Math.LN2));
