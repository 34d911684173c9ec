/**
 * Records of intents that stand in no queue: pinned by a CancelAll, or read from a checkpoint. What
 * is queued, held and found is in `tests/core/blotter_test.ts`. Proves a part of R-WIRE-2.
 * @module
 */
import { notStrictEqual, ok, strictEqual } from "node:assert/strict";
import { clientIndex, micros, orderId } from "../../../core/numbers.ts";
import {
  INTENT_ACTIONS,
  type IntentFields,
  type IntentRecord,
  Intents,
} from "../../../core/slots/intents.ts";
import { heldBytes } from "../../support/held_bytes.ts";

function fieldsOf(intentId: string): IntentFields {
  return {
    intentId,
    client: clientIndex(1),
    action: "CancelAll",
    contentLow: -2_147_483_648,
    contentHigh: 2_147_483_647,
    sentUs: micros(1),
    recvUs: micros(2),
    ingestUs: micros(3),
    tag: null,
    order: null,
    newestReport: null,
  };
}

/** Forgets the oldest record, as retirement does. */
function forgetOldest(intents: Intents): void {
  intents.retireOldest();
}

function find(intents: Intents, intentId: string): IntentRecord | undefined {
  return intents.find(clientIndex(1), intentId);
}

Deno.test("Intents.at() gives back every field of a record", () => {
  const intents = new Intents("");
  for (const action of INTENT_ACTIONS) {
    const fields = { ...fieldsOf(action), action, tag: "", order: orderId(7), newestReport: 9 };
    const record = intents.at(intents.add(fields).slot);
    for (const name of ["intentId", "client", "action", "contentLow", "contentHigh"] as const) {
      strictEqual(record[name], fields[name]);
    }
    for (const name of ["sentUs", "recvUs", "ingestUs", "tag", "order", "newestReport"] as const) {
      strictEqual(record[name], fields[name]);
    }
  }
});

Deno.test("Intents.find() tells ids apart that are long, wide, or begin alike", () => {
  const intents = new Intents("");
  const ids = [
    "",
    "a",
    "a".repeat(40),
    "a".repeat(41),
    "a".repeat(300),
    "b".repeat(41),
    "ÿ",
    "€",
    "€€",
  ];
  const slots = ids.map((intentId) => intents.add(fieldsOf(intentId)).slot);
  for (const [at, intentId] of ids.entries()) {
    const record = find(intents, intentId);
    strictEqual(record?.slot, slots[at]);
    strictEqual(intents.at(slots[at] ?? 0).intentId, intentId);
  }
  strictEqual(find(intents, "a".repeat(42)), undefined);
  for (const _ of ids) intents.retireOldest();
  strictEqual(intents.size, 0);
});

Deno.test("Intents.add() leaves the next record alone when an id takes all room of its own", () => {
  const intents = new Intents("");
  const first = intents.add(fieldsOf("a")).slot;
  const next = intents.add(fieldsOf("b"));
  intents.retireOldest();
  strictEqual(intents.add(fieldsOf("c".repeat(40))).slot, first, "in the room that was left");
  for (const [name, value] of Object.entries(fieldsOf("b"))) {
    strictEqual(next[name as keyof IntentFields], value, name);
  }
});

Deno.test("Intents.retireOldest() gives the room of a long id to the next one", () => {
  const intents = new Intents("");
  const pass = (from: number, to: number): void => {
    for (let number = from; number < to; number += 1) {
      intents.add(fieldsOf(`${number}`.padStart(300, "a")));
      if (number > 100) intents.retireOldest();
    }
  };
  pass(0, 1000);
  const before = heldBytes("external");
  pass(1000, 50_000);
  const grown = heldBytes("external") - before;
  ok(grown < 2_000_000, `${grown} bytes, which would be over 300 for each id`);
});

Deno.test("Intents.forget() keeps the row of a pinned record until its last pin is gone", () => {
  const intents = new Intents("");
  const pinned = intents.add(fieldsOf("all"));
  intents.pin(pinned);
  intents.pin(pinned);
  forgetOldest(intents);
  strictEqual(find(intents, "all"), undefined);
  notStrictEqual(intents.add(fieldsOf("next")).slot, pinned.slot);
  strictEqual(pinned.intentId, "all");
  intents.unpin(pinned);
  strictEqual(pinned.intentId, "all");
  intents.unpin(pinned);
  strictEqual(intents.add(fieldsOf("last")).slot, pinned.slot);
});

Deno.test("Intents.unpin() leaves a record that is still remembered", () => {
  const intents = new Intents("");
  const pinned = intents.add(fieldsOf("all"));
  intents.pin(pinned);
  intents.unpin(pinned);
  strictEqual(find(intents, "all")?.slot, pinned.slot);
  forgetOldest(intents);
  strictEqual(find(intents, "all"), undefined);
  strictEqual(intents.add(fieldsOf("next")).slot, pinned.slot);
});

Deno.test("Intents.restore() writes a record that its id does not find, if it was disowned", () => {
  const intents = new Intents("");
  const lost = intents.restore(fieldsOf("twice"), { isKnown: false });
  intents.enqueue(lost);
  const again = intents.add(fieldsOf("twice"));
  strictEqual(find(intents, "twice")?.slot, again.slot);
  forgetOldest(intents);
  strictEqual(find(intents, "twice")?.slot, again.slot);
  forgetOldest(intents);
  strictEqual(find(intents, "twice"), undefined);
});
