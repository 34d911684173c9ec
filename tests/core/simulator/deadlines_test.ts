/**
 * When orders of the simulated venue end by themselves, and in which order. Proves R-CORE-8.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { micros } from "../../../core/numbers.ts";
import { Deadlines } from "../../../core/simulator/deadlines.ts";

const DAY_US = 86_400_000_000;

Deno.test("Deadlines gives the soonest first, and of one time the first that arrived", () => {
  const deadlines = new Deadlines(() => true);
  const rows = [[5, 1], [9, 2], [5, 3], [1, 4], [5, 0]] as const;
  for (const [dueUs, ordinal] of rows) deadlines.add({ dueUs: micros(dueUs), ordinal, slot: 0 });
  const taken = rows.map(() => deadlines.take()).map((expiry) => [expiry?.dueUs, expiry?.ordinal]);
  deepStrictEqual(taken, [[1, 4], [5, 0], [5, 1], [5, 3], [9, 2]]);
  strictEqual(deadlines.peek(), undefined);
});

Deno.test("Deadlines forgets those of orders that ended, though an earlier order lives", () => {
  const open = new Set([0]);
  const deadlines = new Deadlines(({ ordinal }) => open.has(ordinal));
  for (let ordinal = 0; ordinal <= 50_000; ordinal++) {
    open.add(ordinal);
    deadlines.add({ dueUs: micros(DAY_US), ordinal, slot: 0 });
    if (ordinal > 0) open.delete(ordinal);
  }
  strictEqual(deadlines.peek()?.ordinal, 0);
  let left = 0;
  while (deadlines.take() !== undefined) left += 1;
  ok(left <= 1_100, `${left} are left of one open order`);
});

Deno.test("Deadlines keeps one of an order that goes to and fro between two times", () => {
  const deadlines = new Deadlines(() => true);
  for (const dueUs of [5, 9, 5, 9, 5]) deadlines.add({ dueUs: micros(dueUs), ordinal: 1, slot: 0 });
  const taken = [1, 2, 3].map(() => deadlines.take()?.dueUs);
  deepStrictEqual(taken, [5, 9, undefined]);
});
