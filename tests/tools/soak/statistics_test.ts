/**
 * Slopes of a soak and how sure they are. Proves, with the judge, that flat memory is not said of
 * noise.
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { Prng } from "../../../edge/feeds/prng.ts";
import { partMedians, type Point, slope } from "../../../tools/soak/statistics.ts";

const COUNT = 50;

function noisyLine(of: { readonly seed: number; readonly perPoint: number }): readonly Point[] {
  const draws = new Prng({ seed: of.seed, stream: 1 });
  return Array.from({ length: COUNT }, (_, at) => ({
    atMs: at,
    value: at * of.perPoint + draws.below(100),
  }));
}

Deno.test("slope() of a line is the line's, with no doubt", () => {
  const points = Array.from({ length: COUNT }, (_, at) => ({ atMs: at, value: 7 + 3 * at }));
  deepStrictEqual(slope(points), { low: 3, slope: 3, high: 3 });
});

Deno.test("slope() of less than two points is none", () => {
  deepStrictEqual(slope([{ atMs: 0, value: 5 }]), { low: 0, slope: 0, high: 0 });
});

Deno.test("slope() has the true slope above its low, and below its high, for nine seeds of ten", () => {
  const found = Array.from({ length: 100 }, (_, at) => slope(noisyLine({ seed: at, perPoint: 2 })));
  const above = found.filter(({ low }) => low <= 2).length;
  const below = found.filter(({ high }) => high >= 2).length;
  ok(above >= 90 && below >= 90, `${above} and ${below} of 100`);
});

Deno.test("partMedians() gives the median of each part, and none of a part without points", () => {
  const points = [1, 9, 2].map((value) => ({ atMs: 5, value })).concat({ atMs: 25, value: 4 });
  deepStrictEqual(partMedians(points, { fromMs: 0, toMs: 30, parts: 3 }), [
    { atMs: 5, value: 2 },
    { atMs: 25, value: 4 },
  ]);
});
