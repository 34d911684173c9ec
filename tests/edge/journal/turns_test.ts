/**
 * The rhythm of what follows the journal: the follower notices soon, a
 * burst is left alone (R-CORE-9, R-JRN-2).
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { Turns } from "../../../edge/journal/turns.ts";
import { VirtualTime } from "../../support/virtual_time.ts";

/** Turns of which each takes `tookUs`; `left` turns are behind. */
function turnsOf(of: { readonly tookUs: number; readonly left: number }): {
  readonly time: VirtualTime;
  readonly turns: Turns;
  readonly begun: number[];
} {
  const time = new VirtualTime();
  const begun: number[] = [];
  let { left } = of;
  let workedUs = 0;
  const clock = { wallUs: () => 0, monotonicUs: () => time.monotonicUs() + workedUs };
  const turns = new Turns({ clock, timers: time }, () => {
    begun.push(time.monotonicUs());
    workedUs += of.tookUs;
    left -= 1;
    return left > 0 ? "behind" : "done";
  });
  return { time, turns, begun };
}

Deno.test("Turns.wake() makes one turn of any number of calls within a rest", () => {
  const { time, turns, begun } = turnsOf({ tookUs: 0, left: 1 });
  for (let i = 0; i < 5; i++) turns.wake();
  time.advance(10_000);
  for (let i = 0; i < 5; i++) turns.wake();
  time.advance(90_000);
  deepStrictEqual(begun, [0, 20_000]);
});

Deno.test("Turns rest three times as long as a turn took while they are behind", () => {
  const { time, turns, begun } = turnsOf({ tookUs: 20_000, left: 3 });
  turns.wake();
  time.advance(200_000);
  deepStrictEqual(begun, [0, 60_000, 120_000]);
});

Deno.test("Turns that were behind for half a minute rest no longer than they must", () => {
  const { time, turns, begun } = turnsOf({ tookUs: 16_000_000, left: 4 });
  turns.wake();
  time.advance(200_000_000);
  deepStrictEqual(begun, [0, 48_000_000, 48_020_000, 48_040_000]);
});
