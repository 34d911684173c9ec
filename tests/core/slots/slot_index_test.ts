/**
 * The index of slots against a map of the language: random insertions and removals, many of them
 * with equal hashes, growing over several rounds of buckets and shrinking again. Proves the
 * structure that finds intents (R-WIRE-2) and names at the venue.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { NO_SLOT, SlotIndex } from "../../../core/slots/slot_index.ts";

/** Slots with a hash, by index; sorted, since their order has no meaning. */
function slotsWith(index: SlotIndex, hash: number): number[] {
  const found: number[] = [];
  for (let slot = index.first(hash); slot !== NO_SLOT; slot = index.after()) found.push(slot);
  return found.sort((a, b) => a - b);
}

/** The index and a map from slot to hash. */
class Pair {
  readonly index = new SlotIndex();
  readonly hashes = new Map<number, number>();

  insert(slot: number, hash: number): void {
    if (this.hashes.has(slot)) return;
    this.index.insert(slot, hash);
    this.hashes.set(slot, hash);
  }

  remove(slot: number): void {
    const hash = this.hashes.get(slot);
    if (hash === undefined) return;
    this.index.remove(slot, hash);
    this.hashes.delete(slot);
  }

  check(): void {
    strictEqual(this.index.size, this.hashes.size);
    const byHash = Map.groupBy(this.hashes.keys(), (slot) => this.hashes.get(slot) ?? 0);
    for (const [hash, slots] of byHash) {
      deepStrictEqual(slotsWith(this.index, hash), slots.sort((a, b) => a - b));
    }
  }
}

const hashes = fc.oneof(
  fc.constantFrom(0, -1, 64, 0x7fffffff, -0x80000000), // collide
  fc.integer({ min: -0x80000000, max: 0x7fffffff }),
);
const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant("insert"), slot: fc.nat(60), hash: hashes }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("remove"), slot: fc.nat(60) }) },
);

Deno.test("SlotIndex agrees with a map after every step", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: "max" }), (steps) => {
      const pair = new Pair();
      for (const each of steps) {
        if ("hash" in each) pair.insert(each.slot, each.hash);
        else pair.remove(each.slot);
        pair.check();
      }
      for (const slot of [...pair.hashes.keys()]) {
        pair.remove(slot);
        if (slot % 16 === 0) pair.check();
      }
      strictEqual(pair.index.size, 0);
    }),
    { numRuns: 200 },
  );
});

Deno.test("SlotIndex keeps every slot while it grows and shrinks over many rounds", () => {
  const pair = new Pair();
  const hashOf = (slot: number): number => Math.imul(slot, 0x9e3779b1);
  for (let slot = 0; slot < 20_000; slot += 1) pair.insert(slot, hashOf(slot));
  pair.check();
  for (let slot = 0; slot < 20_000; slot += 1) if (slot % 7 !== 0) pair.remove(slot);
  pair.check();
  for (let slot = 20_000; slot < 30_000; slot += 1) pair.insert(slot, hashOf(slot));
  pair.check();
});

Deno.test("SlotIndex holds any number of slots with one hash", () => {
  const pair = new Pair();
  for (let slot = 0; slot < 500; slot += 1) pair.insert(slot, 5);
  pair.check();
  for (let slot = 499; slot >= 0; slot -= 2) pair.remove(slot);
  pair.check();
});

Deno.test("SlotIndex.remove() of the only slot that spilled gives its bucket back", () => {
  const pair = new Pair();
  for (let slot = 0; slot < 8; slot += 1) pair.insert(slot, 0);
  pair.remove(7); // found in the spilled bucket, not on the way through the first one
  pair.remove(0);
  pair.check();
});

Deno.test("SlotIndex.first() gives no slot for a hash that is not there", () => {
  const index = new SlotIndex();
  strictEqual(index.first(1), NO_SLOT);
  index.insert(3, 1);
  strictEqual(index.first(2), NO_SLOT);
  index.remove(3, 2); // another hash: nothing happens
  ok(index.first(1) === 3);
});
