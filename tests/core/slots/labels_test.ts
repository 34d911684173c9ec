/**
 * Labels: texts that are shared and counted. Proves a part of R-CORE-3 (tags of orders and intents).
 * @module
 */
import fc from "fast-check";
import { ok, strictEqual } from "node:assert/strict";
import { Intents } from "../../../core/slots/intents.ts";
import { Labels, NO_LABEL } from "../../../core/slots/labels.ts";
import { SlotIndex } from "../../../core/slots/slot_index.ts";
import { hashText } from "../../../core/slots/text_hash.ts";

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

/** Texts with one hash under seed 0: the last unit makes up for what the first two came to. */
function colliding(count: number): readonly string[] {
  const step = (hash: number, unit: number): number => {
    const mixed = Math.imul(hash ^ unit, 0x85ebca6b);
    return mixed ^ (mixed >>> 15);
  };
  const texts: string[] = [];
  for (let first = 0; texts.length < count; first += 1) {
    const begun = step(3, first); // three units: the length is where it begins
    for (let second = 0; second < 65_536 && texts.length < count; second += 1) {
      const last = step(begun, second);
      if (last >>> 16 === 0) texts.push(String.fromCharCode(first, second, last));
    }
  }
  return texts;
}

/** How many entries of the index are looked at while `act` runs. */
function looks(act: () => void): number {
  const { after } = SlotIndex.prototype;
  let count = 0;
  SlotIndex.prototype.after = function (): number {
    count += 1;
    return after.call(this);
  };
  try {
    act();
  } finally {
    SlotIndex.prototype.after = after;
  }
  return count;
}

Deno.test("Intents.seed() keeps tags apart that collide where clients know the seed", () => {
  const texts = colliding(200);
  strictEqual(new Set(texts.map((text) => hashText(text, 0))).size, 1);
  const intents = new Intents();
  intents.seed("0123456789abcdef");
  const taken = looks(() => {
    for (const text of texts) intents.tags.take(text);
  });
  ok(taken < 2 * texts.length, `each tag must be found at once: was ${taken} looks for all`);
  strictEqual(intents.tags.size, texts.length);
});

Deno.test("Labels.seed() leaves labels alone that are there already", () => {
  const labels = new Labels();
  labels.seed("one");
  const label = labels.take("a");
  labels.take("b");
  labels.seed("two");
  strictEqual(labels.take("a"), label);
  labels.drop(label);
  labels.drop(label);
  strictEqual(labels.size, 1);
  strictEqual(labels.text(labels.take("a")), "a");
});
