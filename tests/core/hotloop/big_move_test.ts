/**
 * The watch of the middle by itself: its window and its bound. Proves R-HOT-3.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { MoveWatch } from "../../../core/hotloop/big_move.ts";

const SETTINGS = { on: true, ticks: 4, windowMs: 1_000, maxSpreadTicks: 10 };
const MS = 1_000;

/** Middles at milliseconds, in order. */
function watched(...middles: readonly (readonly [ms: number, middle: number])[]): MoveWatch {
  const watch = new MoveWatch();
  for (const [ms, middle] of middles) watch.look(SETTINGS, { us: ms * MS, middle });
  return watch;
}

Deno.test("MoveWatch.read() is undefined before a middle was told, and before a window has passed", () => {
  strictEqual(new MoveWatch().read(SETTINGS, 0), undefined);
  strictEqual(watched([1, 10], [2, 11]).read(SETTINGS, 500 * MS), undefined);
});

Deno.test("MoveWatch.read() measures from the newest middle that had been told when the window began", () => {
  const watch = watched([0, 10], [400, 12], [900, 15], [1_300, 18]);
  strictEqual(watch.read(SETTINGS, 1_399 * MS)?.moveTicks, 8);
  strictEqual(watch.read(SETTINGS, 1_400 * MS)?.moveTicks, 6);
  strictEqual(watch.read(SETTINGS, 2_300 * MS)?.moveTicks, 0);
});

Deno.test("MoveWatch.read() takes the last of several middles of one moment", () => {
  const watch = watched([0, 10], [0, 11], [1_000, 20], [1_000, 13]);
  strictEqual(watch.read(SETTINGS, 1_000 * MS)?.moveTicks, 2);
});

Deno.test("MoveWatch.read() goes by the oldest middle that is kept where the window holds more", () => {
  const watch = new MoveWatch();
  for (let at = 0; at < 1_500; at++) {
    watch.look(SETTINGS, { us: at, middle: at % 2 === 0 ? 10 : 11 });
  }
  watch.look(SETTINGS, { us: 1_500, middle: 30 });
  strictEqual(watch.read(SETTINGS, 1_500)?.moveTicks, 19, "1 024 are kept: the oldest is 11");
});

Deno.test("MoveWatch.clear() forgets, and a middle that is unknown says nothing", () => {
  const watch = watched([0, 10], [1_000, 20]);
  watch.look(SETTINGS, { us: 1_001 * MS, middle: undefined });
  strictEqual(watch.read(SETTINGS, 1_001 * MS), undefined);
  watch.clear();
  watch.look(SETTINGS, { us: 1_002 * MS, middle: 20 });
  strictEqual(watch.read(SETTINGS, 1_002 * MS), undefined);
});
