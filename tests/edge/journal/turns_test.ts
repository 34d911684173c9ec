/**
 * The rhythm of what follows the journal: it notices soon, works in thin slices, and leaves a burst
 * alone (R-CORE-9, R-JRN-2).
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Timers } from "../../../edge/ports.ts";
import { type Turn, Turns } from "../../../edge/journal/turns.ts";
import { VirtualTime } from "../../support/virtual_time.ts";

type Rig = {
  readonly time: VirtualTime;
  readonly turns: Turns;
  /** When each turn began, and when each step of work was done, microseconds. */
  readonly begun: number[];
  readonly steps: number[];
};

/** Turns of `steps` steps that take `stepUs` each; all but the last of `turnsLeft` are behind. */
function rigOf(
  of: {
    readonly steps: number;
    readonly stepUs: number;
    readonly turnsLeft: number;
    readonly commits?: (time: VirtualTime) => number;
    /** So much later than asked for a timer runs. */
    readonly lateUs?: number;
  },
): Rig {
  const time = new VirtualTime();
  const begun: number[] = [];
  const steps: number[] = [];
  let workedUs = 0;
  let { turnsLeft } = of;
  const clock = { wallUs: () => 0, monotonicUs: () => time.monotonicUs() + workedUs };
  function* turn(): Turn {
    begun.push(time.monotonicUs());
    for (let step = 0; step < of.steps; step++) {
      workedUs += of.stepUs;
      steps.push(time.monotonicUs());
      yield;
    }
    turnsLeft -= 1;
    return turnsLeft > 0 ? "behind" : "done";
  }
  const commits = (): number => of.commits?.(time) ?? 0;
  const timers: Timers = {
    after: (delayUs, task) => time.after(delayUs + (of.lateUs ?? 0), task),
    soon: (task) => time.soon(task),
  };
  return { time, turns: new Turns({ clock, timers }, turn, commits), begun, steps };
}

Deno.test("Turns.wake() makes one turn of any number of calls within a rest", () => {
  const { time, turns, begun } = rigOf({ steps: 0, stepUs: 0, turnsLeft: 1 });
  for (let i = 0; i < 5; i++) turns.wake();
  time.advance(10_000);
  for (let i = 0; i < 5; i++) turns.wake();
  time.advance(90_000);
  deepStrictEqual(begun, [0, 20_000]);
});

Deno.test("Turns pause a turn after a thin slice and go on with it after a rest", () => {
  const { time, turns, begun, steps } = rigOf({ steps: 6, stepUs: 50, turnsLeft: 1 });
  turns.wake();
  time.advance(100_000);
  deepStrictEqual(begun, [0]);
  deepStrictEqual(steps, [0, 0, 900, 900, 1800, 1800]);
});

Deno.test("Turns rest nine times as long as a slice took, if that is longer", () => {
  const { time, turns, steps } = rigOf({ steps: 3, stepUs: 2000, turnsLeft: 1 });
  turns.wake();
  time.advance(100_000);
  deepStrictEqual(steps, [0, 18_000, 36_000]);
});

Deno.test("Turns that are behind begin the next turn after the least rest", () => {
  const { time, turns, begun } = rigOf({ steps: 1, stepUs: 10, turnsLeft: 3 });
  turns.wake();
  time.advance(200_000);
  deepStrictEqual(begun, [0, 20_000, 40_000]);
});

Deno.test("Turns that were behind for half a minute rest twice as long as they work", () => {
  const { time, turns, begun } = rigOf({ steps: 1, stepUs: 10_000_000, turnsLeft: 4 });
  turns.wake();
  time.advance(400_000_000);
  // The clock runs on by what is worked, the timers' time does not: rests are what is between.
  const rests = begun.slice(1).map((startUs, at) => Math.round((startUs - (begun[at] ?? 0)) / 1e6));
  deepStrictEqual(rests, [90, 90, 20]); // it is behind from the end of the first turn on
});

Deno.test("Turns work longer after a timer that came late, so that a tenth of the time stays theirs", () => {
  const lateUs = 1_350;
  const { time, turns, steps } = rigOf({ steps: 9, stepUs: 50, turnsLeft: 1, lateUs });
  turns.wake();
  time.advance(100_000);
  const [second, third] = [900 + lateUs, 2 * (900 + lateUs)];
  deepStrictEqual(steps, [0, 0, second, second, second, second, second, third, third]);
});

Deno.test("Turns work no longer for a rest that lasted an hour", () => {
  const { time, turns, steps } = rigOf({ steps: 9, stepUs: 50, turnsLeft: 1 });
  time.advance(3_600_000_000);
  turns.wake();
  time.advance(500);
  deepStrictEqual(steps.length, 6); // 2 500 µs of a rest count: a ninth of them
});

Deno.test("Turns.hurry() takes the rests away until the work is done, and asks for no timer", () => {
  const { time, turns, steps } = rigOf({ steps: 4, stepUs: 400, turnsLeft: 2, lateUs: 1_000 });
  turns.hurry();
  time.runDue();
  deepStrictEqual(steps, [0, 0, 0, 0, 0, 0, 0, 0]);
});

Deno.test("Turns wait for a pause of the commits before they work", () => {
  const commits = (time: VirtualTime): number =>
    Math.min(10, 1 + Math.floor(time.monotonicUs() / 2000));
  const { time, turns, begun } = rigOf({ steps: 1, stepUs: 10, turnsLeft: 1, commits });
  turns.wake();
  time.advance(100_000);
  deepStrictEqual(begun, [25_000]); // the last commit was at 18 ms; it looks every 5 ms
});

Deno.test("Turns wait for a pause for two seconds at most", () => {
  const commits = (time: VirtualTime): number => 1 + Math.floor(time.monotonicUs() / 2000);
  const { time, turns, begun } = rigOf({ steps: 1, stepUs: 10, turnsLeft: 1, commits });
  turns.wake();
  time.advance(2_100_000);
  deepStrictEqual(begun, [2_000_000]);
});

Deno.test("Turns.hurry() waits for no pause", () => {
  const commits = (time: VirtualTime): number => 1 + Math.floor(time.monotonicUs() / 2000);
  const { time, turns, begun } = rigOf({ steps: 1, stepUs: 10, turnsLeft: 1, commits });
  turns.hurry();
  time.runDue();
  deepStrictEqual(begun, [0]);
});

Deno.test("Turns.hurry() ends a rest that is on, once", () => {
  const { time, turns, steps } = rigOf({ steps: 3, stepUs: 1_000_000, turnsLeft: 2 });
  turns.wake();
  time.advance(3_000_000);
  deepStrictEqual(steps, [0]);
  turns.hurry();
  turns.hurry();
  time.runDue();
  const now = 3_000_000;
  deepStrictEqual(steps, [0, now, now, now, now, now], "the rest of this turn and all of the next");
  time.advance(10_000);
  strictEqual(steps.length, 6);
});

Deno.test("Turns.hurry() in the middle of a turn holds for the next turn too, and for no other", () => {
  const { time, turns, begun, steps } = rigOf({ steps: 3, stepUs: 1_000_000, turnsLeft: 1 });
  turns.wake();
  time.advance(3_000_000);
  deepStrictEqual(steps, [0]);
  turns.hurry(); // what it is for may come too late for the turn that is under way
  time.runDue();
  const now = 3_000_000;
  deepStrictEqual(begun, [0, now]);
  deepStrictEqual(steps, [0, now, now, now, now, now]);
  time.advance(100_000_000);
  turns.wake();
  time.runDue();
  strictEqual(steps.length, 7, "the next one pauses");
});
