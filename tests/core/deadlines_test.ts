/**
 * The heap of deadlines against a sorted list. Proves the timer part of R-CORE-2.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { type Deadline, DEADLINE_KINDS, Deadlines } from "../../core/deadlines.ts";
import { micros } from "../../core/mod.ts";

const deadline: fc.Arbitrary<Deadline> = fc.record({
  dueUs: fc.nat({ max: 30 }).map(micros),
  kind: fc.constantFrom(...DEADLINE_KINDS),
  key: fc.nat({ max: 5 }),
}, { noNullPrototype: true });

function compare(a: Deadline, b: Deadline): number {
  return a.dueUs - b.dueUs || DEADLINE_KINDS.indexOf(a.kind) - DEADLINE_KINDS.indexOf(b.kind) ||
    a.key - b.key;
}

Deno.test("Deadlines.takeDue() gives what is due by time, kind and key, however it came in", () => {
  fc.assert(fc.property(fc.array(deadline), fc.nat({ max: 30 }), (all, now) => {
    const deadlines = new Deadlines(() => true);
    for (const entry of all) deadlines.push(entry);
    const taken: Deadline[] = [];
    for (;;) {
      const next = deadlines.takeDue(micros(now));
      if (next === undefined) break;
      taken.push(next);
    }
    deepStrictEqual(taken, all.filter((entry) => entry.dueUs <= now).sort(compare));
    deepStrictEqual(deadlines.peek(), all.filter((entry) => entry.dueUs > now).sort(compare)[0]);
  }));
});

Deno.test("Deadlines.peek() drops what its owner no longer confirms", () => {
  const current = new Set([2]);
  const deadlines = new Deadlines((entry) => current.has(entry.key));
  for (const key of [1, 2, 3]) deadlines.push({ dueUs: micros(key), kind: "lapse", key });
  strictEqual(deadlines.peek()?.key, 2);
  current.clear();
  strictEqual(deadlines.peek(), undefined);
});
