/**
 * Texts as bytes in pages. Proves a part of R-CORE-3: an id is found by exactly what was said.
 * @module
 */
import fc from "fast-check";
import { deepStrictEqual, notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Texts } from "../../../core/slots/texts.ts";
import { heldBytes } from "../../support/held_bytes.ts";

const text = fc.oneof(
  fc.string({ maxLength: 12, size: "max" }),
  fc.string({ maxLength: 120, size: "max" }),
  fc.string({ unit: "binary", maxLength: 90, size: "max" }),
  fc.constantFrom("", "x".repeat(24), "x".repeat(25), "x".repeat(52), "x".repeat(53), "é\u{1F600}"),
);

Deno.test("Texts.read() gives back what was added, whatever was removed meanwhile", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(text, fc.nat(3)), { maxLength: 60, size: "max" }), (steps) => {
      const texts = new Texts();
      const kept = new Map<number, string>();
      for (const [added, removals] of steps) {
        kept.set(texts.add(added), added);
        for (const number of [...kept.keys()].slice(0, removals === 3 ? 2 : 0)) {
          texts.remove(number);
          kept.delete(number);
        }
        for (const [number, expected] of kept) strictEqual(texts.read(number), expected);
      }
    }),
    { numRuns: 100 },
  );
});

Deno.test("Texts.is() is true of the very text only", () => {
  fc.assert(
    fc.property(text, text, (kept, asked) => {
      const texts = new Texts();
      const number = texts.add(kept);
      ok(texts.is(number, kept));
      strictEqual(texts.is(number, asked), kept === asked);
    }),
    { numRuns: 300 },
  );
});

for (const length of [1, 24, 25, 60]) {
  Deno.test(`Texts.is() tells a text of ${length} from those that differ in one unit`, () => {
    const texts = new Texts();
    for (const unit of ["a", "ÿ", "€"]) {
      const units: readonly string[] = Array.from({ length }, () => unit);
      const number = texts.add(units.join(""));
      ok(texts.is(number, units.join("")));
      for (const at of units.keys()) {
        for (const other of ["b", "\u{1ff}"]) ok(!texts.is(number, units.with(at, other).join("")));
      }
    }
  });
}

Deno.test("Texts.add() uses the cells of what was removed again", () => {
  const texts = new Texts();
  const long = texts.add("y".repeat(100));
  texts.remove(long);
  const numbers = Array.from({ length: 4 }, () => texts.add("short"));
  strictEqual(numbers[0], long);
  deepStrictEqual(numbers.map((number) => texts.read(number)), Array(4).fill("short"));
  notStrictEqual(numbers[1], numbers[2]);
});

Deno.test("Texts keep thousands apart, over many pages, and in the same room again", () => {
  const texts = new Texts();
  const textOf = (at: number): string => `${at} `.repeat(at % 20);
  const pass = (): void => {
    const numbers = Array.from({ length: 20_000 }, (_, at) => texts.add(textOf(at)));
    strictEqual(new Set(numbers).size, numbers.length);
    for (const [at, number] of numbers.entries()) {
      ok(texts.is(number, textOf(at)));
      strictEqual(texts.read(number), textOf(at));
      texts.remove(number);
    }
  };
  pass();
  const before = heldBytes("external");
  for (let again = 0; again < 5; again += 1) pass();
  const grown = heldBytes("external") - before;
  ok(grown < 1_000_000, `${grown} bytes, which would be 10 for each text`);
  strictEqual(texts.read(texts.add("still here")), "still here");
});
