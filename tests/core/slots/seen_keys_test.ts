/**
 * The newest idempotency keys of orders, against lists. Proves a part of R-CORE-3: what a venue
 * says twice is applied once.
 * @module
 */
import fc from "fast-check";
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { NO_BLOCK, SEEN_KEYS_MAX, SeenKeys } from "../../../core/slots/seen_keys.ts";

const ORDERS = 3;

/** An order's keys, by the structure and by a list. */
class Pair {
  readonly seen: SeenKeys;
  block = NO_BLOCK;
  list: string[] = [];

  constructor(seen: SeenKeys) {
    this.seen = seen;
  }

  add(key: string): void {
    const newest = this.seen.add(this.block, key);
    strictEqual(newest === undefined, this.list.includes(key));
    if (newest === undefined) return;
    this.block = newest;
    this.list = [...this.list, key].slice(-SEEN_KEYS_MAX);
  }

  clear(): void {
    this.seen.clear(this.block);
    this.block = NO_BLOCK;
    this.list = [];
  }
}

Deno.test("SeenKeys agree with the newest keys of a list for each order, after every step", () => {
  const step = fc.record({ order: fc.nat(ORDERS - 1), key: fc.nat(90), clears: fc.nat(60) });
  fc.assert(
    fc.property(fc.array(step, { minLength: 50, maxLength: 400, size: "max" }), (steps) => {
      const seen = new SeenKeys();
      const pairs = Array.from({ length: ORDERS }, () => new Pair(seen));
      for (const { order, key, clears } of steps) {
        if (clears === 0) pairs[order]?.clear();
        else pairs[order]?.add(`key ${key} ${"of a venue".repeat(key % 4)}`);
      }
      for (const { block, list } of pairs) deepStrictEqual(seen.list(block), list);
    }),
    { numRuns: 60 },
  );
});

Deno.test("SeenKeys.add() of more than the limit forgets the oldest, one by one", () => {
  const pair = new Pair(new SeenKeys());
  for (let key = 0; key < 3 * SEEN_KEYS_MAX; key += 1) {
    pair.add(`k${key}`);
    deepStrictEqual(pair.seen.list(pair.block), pair.list);
  }
  pair.add("k0");
  strictEqual(pair.list.at(-1), "k0");
});
