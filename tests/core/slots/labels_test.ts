/**
 * Labels: texts that are shared and counted. Proves a part of R-CORE-3 (tags of orders and intents).
 * @module
 */
import fc from "fast-check";
import { strictEqual } from "node:assert/strict";
import { Labels, NO_LABEL } from "../../../core/slots/labels.ts";

Deno.test("Labels agree with a counted map after every step", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(5), fc.boolean()), { maxLength: 80, size: "max" }),
      (steps) => {
        const labels = new Labels();
        const counts = new Map<string, number[]>();
        for (const [name, isTaken] of steps) {
          const text = `tag ${name}`;
          const taken = counts.get(text) ?? [];
          counts.set(text, taken);
          if (isTaken) taken.push(labels.take(text));
          else if (taken.length > 0) labels.drop(taken.pop() ?? NO_LABEL);
          for (const [kept, numbers] of counts) {
            for (const number of numbers) strictEqual(labels.text(number), kept);
            strictEqual(new Set(numbers).size, Math.min(1, numbers.length));
          }
          strictEqual(labels.size, [...counts.values()].filter(({ length }) => length > 0).length);
        }
      },
    ),
    { numRuns: 200 },
  );
});

Deno.test("Labels.take() of null is no label, and dropping it changes nothing", () => {
  const labels = new Labels();
  strictEqual(labels.take(null), NO_LABEL);
  strictEqual(labels.text(NO_LABEL), null);
  labels.drop(NO_LABEL);
  strictEqual(labels.text(labels.take("")), "");
});
