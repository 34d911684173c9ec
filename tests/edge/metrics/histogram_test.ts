/**
 * Histograms of durations against a naive twin. Proves the arithmetic under R-OPS-4.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { flatHistogram } from "../../../edge/metrics/flat.ts";
import { BOUNDS_US, Histogram } from "../../../edge/metrics/histogram.ts";

const durations = fc.array(
  fc.oneof(fc.integer({ min: -100, max: 20_000_000 }), fc.constantFrom(...BOUNDS_US)),
  { maxLength: 200, size: "max" },
);

function filled(of: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const us of of) histogram.observe(us);
  return histogram;
}

Deno.test("cumulative() counts what does not exceed each bound, as counting one by one does", () => {
  fc.assert(fc.property(durations, (of) => {
    const clamped = of.map((us) => Math.max(0, us));
    const histogram = filled(of);
    deepStrictEqual(
      histogram.cumulative(),
      BOUNDS_US.map((bound) => clamped.filter((us) => us <= bound).length),
    );
    strictEqual(histogram.count, of.length);
    strictEqual(histogram.sumUs, clamped.reduce((sum, us) => sum + us, 0));
  }));
});

Deno.test("quantileUs() lies in the bucket of the true quantile", () => {
  fc.assert(fc.property(durations, fc.constantFrom(0.5, 0.9, 0.99, 1), (of, share) => {
    const sorted = of.map((us) => Math.max(0, us)).sort((left, right) => left - right);
    const found = filled(of).quantileUs(share);
    if (sorted.length === 0) return strictEqual(found, undefined);
    const truth = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
    const at = BOUNDS_US.findIndex((bound) => truth <= bound);
    const upper = BOUNDS_US[at] ?? BOUNDS_US.at(-1) ?? 0;
    const lower = at < 0 ? upper : BOUNDS_US[at - 1] ?? 0;
    ok(found !== undefined && found >= lower && found <= upper, `${found} of ${truth}`);
  }));
});

Deno.test("flatHistogram() names count and quantiles, these from the first observation on", () => {
  const histogram = new Histogram();
  deepStrictEqual(flatHistogram("x", histogram), { x_count: 0 });
  histogram.observe(1_000);
  deepStrictEqual(flatHistogram("x", histogram), { x_count: 1, x_p50_us: 750, x_p99_us: 995 });
});
