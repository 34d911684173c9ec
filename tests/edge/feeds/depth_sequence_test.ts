/**
 * Sequence rules of depth streams (R-VENUE-7).
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { DepthSequence } from "../../../edge/feeds/depth_sequence.ts";
import type { DepthRange } from "../../../edge/feeds/depth_sequence.ts";

const spot = (first: number, last: number): DepthRange => ({ first, last, previous: null });
const usdm = (previous: number, last: number): DepthRange => ({
  first: previous + 3,
  last,
  previous,
});

Deno.test("DepthSequence holds messages until a snapshot comes", () => {
  strictEqual(new DepthSequence().place(spot(1, 5)), "hold");
});

const firsts = [
  ["spot", spot(5, 10), "old", "it ends where the snapshot ends"],
  ["spot", spot(5, 11), "next", "it reaches over the snapshot's end"],
  ["spot", spot(11, 12), "next", "it begins right after the snapshot"],
  ["spot", spot(12, 13), "gap", "update 11 is missing"],
  ["USD-M", usdm(5, 10), "old", "it ends where the snapshot ends"],
  ["USD-M", usdm(5, 14), "next", "it reaches over the snapshot's end"],
  ["USD-M", usdm(10, 14), "next", "the one before it ended with the snapshot"],
  ["USD-M", usdm(11, 15), "gap", "the one before it is missing"],
] as const;
for (const [market, range, verdict, why] of firsts) {
  Deno.test(`DepthSequence gives ${verdict} for the first ${market} message when ${why}`, () => {
    const sequence = new DepthSequence();
    sequence.seed(10);
    strictEqual(sequence.place(range), verdict);
    strictEqual(sequence.isSeeded, verdict !== "gap");
  });
}

Deno.test("DepthSequence names what it expected and what it saw", () => {
  const sequence = new DepthSequence();
  strictEqual(sequence.see(spot(1, 5)), undefined);
  deepStrictEqual(sequence.see(spot(7, 9)), { expected: 6, seen: 7 });
  strictEqual(sequence.see(spot(10, 10)), undefined);
  const futures = new DepthSequence();
  strictEqual(futures.see(usdm(1, 5)), undefined);
  deepStrictEqual(futures.see(usdm(6, 9)), { expected: 5, seen: 6 });
});

Deno.test("DepthSequence drops a repeated message and goes on", () => {
  const sequence = new DepthSequence();
  sequence.seed(10);
  strictEqual(sequence.place(spot(11, 12)), "next");
  strictEqual(sequence.place(spot(11, 12)), "old");
  strictEqual(sequence.place(spot(13, 14)), "next");
});

Deno.test("DepthSequence notices the removal of any message that has neighbours", () => {
  const widths = fc.array(fc.integer({ min: 1, max: 5 }), {
    minLength: 3,
    maxLength: 30,
    size: "max",
  });
  fc.assert(
    fc.property(widths, fc.boolean(), fc.nat(), (all, isSpot, where) => {
      const ranges: DepthRange[] = [];
      for (const width of all) {
        const last = ranges.at(-1)?.last ?? 100;
        ranges.push(isSpot ? spot(last + 1, last + width) : usdm(last, last + width));
      }
      ranges.splice(1 + where % (all.length - 2), 1);
      const sequence = new DepthSequence();
      strictEqual(ranges.filter((range) => sequence.see(range) !== undefined).length, 1);
    }),
  );
});
