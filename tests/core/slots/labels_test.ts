/**
 * Labels: texts that are shared and counted. Proves a part of R-CORE-3 (tags of orders and intents).
 * @module
 */
import fc from "fast-check";
import { ok, strictEqual } from "node:assert/strict";
import { createTimeline } from "../../../core/mod.ts";
import { Intents } from "../../../core/slots/intents.ts";
import { Labels, NO_LABEL } from "../../../core/slots/labels.ts";
import { SlotIndex } from "../../../core/slots/slot_index.ts";
import { hashText } from "../../../core/slots/text_hash.ts";
import { colliding } from "../../support/colliding_texts.ts";
import { World } from "../../support/engine_world.ts";

/** The empty one too: what is forgotten must not be taken for it. */
const TEXTS = ["", "a", "b", "c", "d", "e"];

/** Drops one of the labels that were taken; with the last of them its text is forgotten. */
function dropNewest(labels: Labels, taken: number[]): void {
  const label = taken.pop() ?? NO_LABEL;
  labels.drop(label);
  if (taken.length === 0) strictEqual(labels.text(label), "");
}

Deno.test("Labels agree with a counted map after every step", () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.nat(5), fc.boolean()), { maxLength: 80, size: "max" }),
      (steps) => {
        const labels = new Labels(0);
        const counts = new Map<string, number[]>();
        for (const [name, isTaken] of steps) {
          const text = TEXTS[name] ?? "";
          const taken = counts.get(text) ?? [];
          counts.set(text, taken);
          if (isTaken) taken.push(labels.take(text));
          else if (taken.length > 0) dropNewest(labels, taken);
          for (const [kept, numbers] of counts) {
            for (const number of numbers) strictEqual(labels.text(number), kept);
            for (const number of numbers) ok(number < TEXTS.length, "a free number is used again");
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
  const labels = new Labels(0);
  strictEqual(labels.take(null), NO_LABEL);
  strictEqual(labels.text(NO_LABEL), null);
  labels.drop(NO_LABEL);
  strictEqual(labels.text(labels.take("")), "");
});

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

Deno.test("Intents keep tags apart that collide where clients know the secret", () => {
  const known = hashText("", 0);
  const texts = colliding(200, known);
  strictEqual(new Set(texts.map((text) => hashText(text, known))).size, 1);
  const take = (intents: Intents) => () => texts.map((text) => intents.tags.take(text));
  ok(looks(take(new Intents(""))) > 50 * texts.length, "they do collide");
  const intents = new Intents("0123456789abcdef");
  const taken = looks(take(intents));
  ok(taken < 2 * texts.length, `each tag must be found at once: was ${taken} looks for all`);
  strictEqual(intents.tags.size, texts.length);
});

/** What clients are told when they connect. */
const JOURNAL_ID = "0123456789abcdef";

/** How many looks it takes to place orders whose tags collide under the journal's id. */
function looksToPlace(secret: string, of: { readonly isRestored: boolean }): number {
  const world = new World({ secret });
  world.restart({ journalId: JOURNAL_ID });
  world.open();
  if (of.isRestored) world.timeline = createTimeline(world.timeline.checkpoint(), secret);
  const tags = colliding(200, hashText(JOURNAL_ID, 0));
  return looks(() => {
    for (const [at, tag] of tags.entries()) world.place(`a${at}`, { tag });
  });
}

for (const isRestored of [false, true]) {
  const how = isRestored ? "goes on from a checkpoint" : "begins";
  Deno.test(`createTimeline() spreads tags by its secret, not by what clients know: it ${how}`, () => {
    const apart = looksToPlace("hush", { isRestored });
    const together = looksToPlace(JOURNAL_ID, { isRestored });
    ok(together > 5 * apart, `${apart} looks with a secret, ${together} if clients knew it`);
  });
}
