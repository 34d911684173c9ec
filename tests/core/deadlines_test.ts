/**
 * The heap of deadlines against a sorted list. Proves the timer part of R-CORE-2.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { type Deadline, DEADLINE_KINDS, Deadlines } from "../../core/deadlines.ts";
import { type Micros, micros } from "../../core/mod.ts";
import { Draws } from "../support/draws.ts";

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

Deno.test("Deadlines.peek() has little to drop, though thousands ended behind one that stood", () => {
  const open = new Set([0]);
  let asked = 0;
  const deadlines = new Deadlines(({ key }) => {
    asked += 1;
    return open.has(key);
  });
  for (let key = 0; key <= 50_000; key++) {
    open.add(key);
    deadlines.push({ dueUs: micros(9), kind: "lapse", key });
    if (key > 0) open.delete(key);
  }
  ok(asked <= 150_000, `${asked} were asked about in 50 000 pushes`);
  strictEqual(deadlines.peek()?.key, 0);
  open.clear();
  asked = 0;
  strictEqual(deadlines.peek(), undefined);
  ok(asked <= 1_100, `${asked} were asked about in one peek`);
});

Deno.test("Deadlines has little to drop of a key that goes to and fro between two times", () => {
  let standingUs = 0;
  const deadlines = new Deadlines(({ dueUs }) => dueUs === standingUs);
  for (let moves = 0; moves < 50_000; moves++) {
    standingUs = moves % 2 === 0 ? 9 : 5;
    deadlines.push({ dueUs: micros(standingUs), kind: "lapse", key: 1 });
  }
  let left = 0;
  while (deadlines.takeDue(micros(9)) !== undefined) left += 1;
  ok(left <= 2_100, `${left} are left of one that stands`);
});

Deno.test("Deadlines fires what stands, in order, however often it was moved and swept meanwhile", () => {
  for (let seed = 1; seed <= 3; seed++) {
    const draws = new Draws(seed);
    const standing = new Map<string, Deadline>();
    const deadlines = new Deadlines((entry) => standing.get(nameOf(entry))?.dueUs === entry.dueUs);
    for (let nowUs = 0; nowUs < 1_500; nowUs++) {
      for (let moves = draws.below(16); moves > 0; moves--) {
        const moved = drawn(draws, micros(nowUs + draws.below(2_000)));
        standing.set(nameOf(moved), moved);
        deadlines.push(moved);
        if (draws.chance(10)) standing.delete(nameOf(drawn(draws, micros(0))));
      }
      const due = [...standing.values()].filter(({ dueUs }) => dueUs <= nowUs);
      for (const expected of due.sort(compare)) {
        deepStrictEqual(deadlines.takeDue(micros(nowUs)), expected, `seed ${seed}`);
        standing.delete(nameOf(expected));
      }
      strictEqual(deadlines.takeDue(micros(nowUs)), undefined);
    }
  }
});

function drawn(draws: Draws, dueUs: Micros): Deadline {
  return { dueUs, kind: draws.pick(DEADLINE_KINDS), key: draws.below(300) };
}

function nameOf({ kind, key }: Deadline): string {
  return `${kind} ${key}`;
}

Deno.test("Deadlines fires in order the few that a sweep left", () => {
  for (let seed = 1; seed <= 100; seed++) {
    const draws = new Draws(seed);
    const all = Array.from({ length: 1_025 }, (_, key): Deadline => {
      return { dueUs: micros(draws.below(1_000)), kind: draws.pick(DEADLINE_KINDS), key };
    });
    const left = all.filter(() => draws.below(all.length) < 6);
    const deadlines = new Deadlines((entry) => left.includes(entry));
    for (const entry of all) deadlines.push(entry);
    const fired = left.map(() => deadlines.takeDue(micros(1_000)));
    deepStrictEqual(fired, left.toSorted(compare), `seed ${seed}`);
  }
});
