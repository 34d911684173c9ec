/**
 * The directory by id against a map: random ids set and deleted, walked in id order. Proves the
 * structure behind "what is walked is walked in order-id order" (R-CORE-9).
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { orderId } from "../../../core/numbers.ts";
import { IdDirectory } from "../../../core/slots/id_directory.ts";

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
