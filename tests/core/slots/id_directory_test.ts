/**
 * The directory by id against a map: random ids set and deleted, walked in id order. Proves the
 * structure behind "what is walked is walked in order-id order" (R-CORE-9).
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { orderId } from "../../../core/numbers.ts";
import { IdDirectory } from "../../../core/slots/id_directory.ts";
import { heldBytes } from "../../support/held_bytes.ts";

const step = fc.record({ isSet: fc.boolean(), id: fc.integer({ min: 1, max: 9000 }) });

Deno.test("IdDirectory agrees with a map after every step, whatever the order of ids", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 200, size: "max" }), (steps) => {
    const directory = new IdDirectory<string>();
    const map = new Map<number, string>();
    for (const { isSet, id } of steps) {
      if (isSet) {
        directory.set(orderId(id), `${id}`);
        map.set(id, `${id}`);
      } else {
        directory.delete(orderId(id));
        map.delete(id);
      }
      strictEqual(directory.get(orderId(id)), map.get(id));
      strictEqual(directory.size, map.size);
    }
    const ids = [...map.keys()].sort((a, b) => a - b);
    deepStrictEqual([...directory.values()], ids.map((id) => `${id}`));
  }));
});

Deno.test("IdDirectory begins behind what a loss passed over, once what was before is gone", () => {
  const directory = new IdDirectory<string>();
  const far = orderId(2_000_000_000);
  directory.set(orderId(1), "old");
  directory.set(far, "young");
  directory.delete(orderId(1));
  deepStrictEqual([directory.get(orderId(1)), directory.get(far), directory.size], [
    undefined,
    "young",
    1,
  ]);
  deepStrictEqual([...directory.values()], ["young"]);
  directory.set(orderId(far + 1), "younger");
  deepStrictEqual([...directory.values()], ["young", "younger"]);
});

Deno.test("IdDirectory.values() goes on when what it walks is deleted meanwhile", () => {
  const directory = new IdDirectory<number>();
  for (let id = 1; id <= 5000; id += 1) directory.set(orderId(id), id);
  const seen: number[] = [];
  for (const id of directory.values()) {
    seen.push(id);
    directory.delete(orderId(id));
  }
  deepStrictEqual([seen.length, seen[0], seen.at(-1), directory.size], [5000, 1, 5000, 0]);
});

for (const kept of [1500, 0]) {
  Deno.test(`IdDirectory holds no more after many orders than after few, of which ${kept} are kept`, () => {
    const directory = new IdDirectory<number>();
    const pass = (from: number, to: number): void => {
      for (let id = from; id < to; id += 1) {
        directory.set(orderId(id), id);
        if (id > kept) directory.delete(orderId(id - kept));
      }
    };
    pass(1, 20_000);
    const before = heldBytes("heapUsed");
    pass(20_000, 300_000);
    const grown = heldBytes("heapUsed") - before;
    strictEqual(directory.size, kept);
    ok(grown < 1_000_000, `${grown} bytes, which would be 8 for each id`);
  });
}
