/**
 * How many lines of a kind are written. Proves R-OPS-5: a storm at one venue or peer costs nobody
 * else a line, and what was left out is counted exactly.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { LINES_MAX, LogLimiter, WINDOW_MS } from "../../edge/log_limiter.ts";

function admitted(limiter: LogLimiter, fields: Readonly<Record<string, unknown>>): number {
  let count = 0;
  for (let line = 0; line < LINES_MAX + 5; line++) {
    if (limiter.admit("wire_problem", fields, 0)) count += 1;
  }
  return count;
}

Deno.test("admit() lets the first lines of a kind through and counts the rest", () => {
  const limiter = new LogLimiter();
  strictEqual(admitted(limiter, { venue: "a" }), LINES_MAX);
  deepStrictEqual(limiter.end(WINDOW_MS - 1), []);
  deepStrictEqual(limiter.end(WINDOW_MS), [
    { event: "wire_problem", subject: { venue: "a" }, lines: 5 },
  ]);
  strictEqual(admitted(limiter, { venue: "a" }), LINES_MAX, "a new window has begun");
});

const subjects = [
  [{ venue: "a" }, { venue: "b" }, "each venue"],
  [{ code: "A" }, { code: "B" }, "each code"],
  [{ name: "one" }, { name: "two" }, "each queue"],
  [{ peer: "127.0.0.1:1" }, { peer: "[::1]:1" }, "each peer's address"],
] as const;
for (const [one, other, whom] of subjects) {
  Deno.test(`admit() counts by ${whom}`, () => {
    const limiter = new LogLimiter();
    strictEqual(admitted(limiter, one), LINES_MAX);
    strictEqual(admitted(limiter, other), LINES_MAX);
  });
}

Deno.test("admit() counts all connections of a peer together", () => {
  const limiter = new LogLimiter();
  strictEqual(admitted(limiter, { peer: "127.0.0.1:4000" }), LINES_MAX);
  strictEqual(admitted(limiter, { peer: "127.0.0.1:4001" }), 0);
});

Deno.test("end() says nothing of a window that left nothing out", () => {
  const limiter = new LogLimiter();
  limiter.admit("listening", {}, 0);
  deepStrictEqual(limiter.end(Infinity), []);
});

Deno.test("admit() shares one window of an event among all subjects beyond its bound", () => {
  const limiter = new LogLimiter();
  for (let subject = 0; subject < 1024; subject++) {
    limiter.admit("wire_problem", { name: `s${subject}` }, 0);
  }
  let count = 0;
  for (let subject = 0; subject < 100; subject++) {
    if (limiter.admit("wire_problem", { name: `more${subject}` }, 0)) count += 1;
  }
  strictEqual(count, LINES_MAX);
  ok(limiter.admit("wire_problem", { name: "s7" }, 0), "a known one has its own");
  deepStrictEqual(limiter.end(Infinity), [
    { event: "wire_problem", subject: {}, lines: 100 - LINES_MAX },
  ]);
});
