/**
 * When garbage of hashes is collected. Proves that a day of commits holds no more memory than an
 * hour of them (R-OPS).
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { COLLECT_BATCHES, HashGarbage } from "../../../edge/journal/hash_garbage.ts";

Deno.test("HashGarbage collects once in so many batches, and only when nobody waits", () => {
  let collected = 0;
  const garbage = new HashGarbage({ collect: () => collected += 1 });
  for (let batch = 1; batch < COLLECT_BATCHES; batch++) {
    garbage.add();
    garbage.calm();
  }
  strictEqual(collected, 0);
  garbage.add();
  strictEqual(collected, 0);
  garbage.calm();
  garbage.calm();
  strictEqual(collected, 1);
});
