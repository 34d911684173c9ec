/**
 * How many lines of a kind are written. Proves R-OPS-5: a storm at one venue or peer costs nobody
 * else a line, what tells of another order is no repetition, and what was left out is counted exactly.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { LINES_MAX, LogLimiter, TEXTS_MAX, WINDOW_MS } from "../../edge/log_limiter.ts";

function admitted(
  limiter: LogLimiter,
  fields: Readonly<Record<string, unknown>>,
  nowMs = 0,
): number {
  let count = 0;
  for (let line = 0; line < LINES_MAX + 5; line++) {
    if (limiter.admit("wire_problem", fields, nowMs)) count += 1;
  }
  return count;
}

const ALARM = { code: "UNKNOWN_ORDER_AT_VENUE" } as const;

/** How many alarms of one code are let through that name each of so many orders, at one event. */
function named(limiter: LogLimiter, orders: number, seq = 7): number {
  let count = 0;
  for (let order = 0; order < orders; order++) {
    const text = `was tl${order}, listed at seq_id ${seq}; cancel it`;
    if (limiter.admit("engine_alarm", { ...ALARM, text }, 0)) count += 1;
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

Deno.test("admit() begins anew when a window is over that left nothing out", () => {
  const limiter = new LogLimiter();
  limiter.admit("wire_problem", { venue: "a" }, 0);
  strictEqual(admitted(limiter, { venue: "a" }, WINDOW_MS), LINES_MAX);
});

Deno.test("admit() lets every text of a kind through, and counts what a later event repeats", () => {
  const limiter = new LogLimiter();
  strictEqual(named(limiter, 45), 45);
  strictEqual(named(limiter, 45, 8), 0, "the next reconciliation names them again");
  strictEqual(named(limiter, 46, 9), 1, "and another one");
  deepStrictEqual(limiter.end(Infinity), [{ event: "engine_alarm", subject: ALARM, lines: 90 }]);
});

Deno.test("admit() tells apart so many texts of a kind, and counts those beyond its bound", () => {
  const limiter = new LogLimiter();
  strictEqual(named(limiter, TEXTS_MAX + 7), TEXTS_MAX);
  deepStrictEqual(limiter.end(Infinity), [{ event: "engine_alarm", subject: ALARM, lines: 7 }]);
});

Deno.test("end() says nothing of a window that left nothing out", () => {
  const limiter = new LogLimiter();
  limiter.admit("listening", {}, 0);
  deepStrictEqual(limiter.end(Infinity), []);
});

Deno.test("nextEndMs() says when the first window ends of those that left something out", () => {
  const limiter = new LogLimiter();
  limiter.admit("listening", {}, 0);
  strictEqual(limiter.nextEndMs(), undefined);
  admitted(limiter, { venue: "b" }, 7);
  admitted(limiter, { venue: "a" }, 5);
  strictEqual(limiter.nextEndMs(), WINDOW_MS + 5);
  limiter.end(WINDOW_MS + 5);
  strictEqual(limiter.nextEndMs(), WINDOW_MS + 7);
  limiter.end(WINDOW_MS + 7);
  strictEqual(limiter.nextEndMs(), undefined);
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
