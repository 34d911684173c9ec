/**
 * Lists by number have no holes. Proves R-CORE-7: each scope of risk is found by its number.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { putAt } from "../../core/by_number.ts";

Deno.test("putAt() puts values at their numbers in any order and leaves no holes", () => {
  const list: (string | undefined)[] = [];
  putAt(list, 2, "c");
  deepStrictEqual(list, [undefined, undefined, "c"]);
  putAt(list, 0, "a");
  putAt(list, 3, "d");
  deepStrictEqual(list, ["a", undefined, "c", "d"]);
  putAt(list, 2, "C");
  deepStrictEqual(list, ["a", undefined, "C", "d"]);
});
