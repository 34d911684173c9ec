/**
 * The rhythm of what follows the journal: it notices soon, works in thin slices, and leaves a burst
 * alone (R-CORE-9, R-JRN-2).
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
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
  return { time, turns: new Turns({ clock, timers: time }, turn, commits), begun, steps };
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

Deno.test("Turns that were behind for half a minute rest no more", () => {
  const { time, turns, begun } = rigOf({ steps: 1, stepUs: 31_000_000, turnsLeft: 4 });
  turns.wake();
  time.advance(400_000_000);
  const [first, second] = begun;
  deepStrictEqual(begun, [first, second, second, second]);
});

Deno.test("Turns.hurry() takes the rests away until the work is done", () => {
  const { time, turns, steps } = rigOf({ steps: 4, stepUs: 400, turnsLeft: 2 });
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
