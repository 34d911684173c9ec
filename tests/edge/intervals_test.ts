/**
 * Subscribers' intervals. Proves R-WIRE-4 (timers by subscription) on the edge's side.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { Draft } from "../../core/event.ts";
import { micros } from "../../core/numbers.ts";
import { EngineClock } from "../../edge/engine_clock.ts";
import { Intervals } from "../../edge/intervals.ts";
import type { Timers } from "../../edge/ports.ts";
import { VirtualTime } from "../support/virtual_time.ts";

/** 250 ms past a whole second. */
const START_US = 1_795_000_000_250_000;

class Rig {
  readonly time = new VirtualTime(START_US);
  readonly offered: Draft<"IntervalElapsed">[] = [];
  readonly intervals: Intervals;

  constructor(timers: Timers = this.time) {
    const clock = new EngineClock(this.time, micros(0));
    this.intervals = new Intervals({ timers, clock }, (draft) => this.offered.push(draft));
  }

  get dueMs(): number[] {
    return this.offered.map(({ payload }) => (payload.dueUs - START_US) / 1000);
  }
}

Deno.test("watch() offers an event at each multiple of the interval since the epoch", () => {
  const rig = new Rig();
  rig.intervals.watch(500);
  rig.time.advance(1_600_000);
  deepStrictEqual(rig.dueMs, [250, 750, 1250]);
  deepStrictEqual(rig.offered[0], {
    eventTime: micros(START_US + 250_000),
    source: "timer",
    venue: null,
    instrument: null,
    eventType: "IntervalElapsed",
    payload: { intervalMs: 500, dueUs: micros(START_US + 250_000) },
    idempotencyKey: null,
  });
});

Deno.test("watch() gives one event per interval however many watch it", () => {
  const rig = new Rig();
  const first = rig.intervals.watch(1000);
  rig.intervals.watch(1000);
  rig.time.advance(1_000_000);
  strictEqual(rig.offered.length, 1);
  first();
  first(); // twice does nothing: the other one still watches
  rig.time.advance(1_000_000);
  strictEqual(rig.offered.length, 2);
});

Deno.test("watch() ends with its last watcher and may begin again", () => {
  const rig = new Rig();
  const leave = rig.intervals.watch(1000);
  leave();
  rig.time.advance(5_000_000);
  strictEqual(rig.offered.length, 0);
  strictEqual(rig.time.nextDueUs(), undefined, "no timer is left");
  rig.intervals.watch(1000);
  leave();
  rig.time.advance(1_000_000);
  strictEqual(rig.offered.length, 1);
});

Deno.test("an interval that was held up comes once and then at its multiples", () => {
  const late = new LateTimers();
  const rig = new Rig(late);
  late.time = rig.time;
  late.byUs = 3_200_000;
  rig.intervals.watch(1000);
  rig.time.advance(3_000_000);
  late.byUs = 0;
  rig.time.advance(3_000_000);
  deepStrictEqual(rig.dueMs, [3750, 4750, 5750]);
});

Deno.test("an interval that comes before its time, the clock being slewed, is not said twice", () => {
  const late = new LateTimers();
  const rig = new Rig(late);
  late.time = rig.time;
  late.byUs = -300;
  rig.intervals.watch(1000);
  late.byUs = 0;
  rig.time.advance(749_900);
  strictEqual(rig.offered.length, 0);
  rig.time.advance(1_000_200);
  deepStrictEqual(rig.dueMs, [750, 1750]);
});

Deno.test("stop() ends every interval", () => {
  const rig = new Rig();
  rig.intervals.watch(100);
  rig.intervals.watch(200);
  rig.intervals.stop();
  rig.time.advance(1_000_000);
  strictEqual(rig.offered.length, 0);
});

/** Timers of a busy thread: each comes `byUs` too late. */
class LateTimers implements Timers {
  time: VirtualTime | undefined;
  byUs = 0;

  after(delayUs: number, task: () => void): () => void {
    return this.time?.after(delayUs + this.byUs, task) ?? (() => {});
  }

  soon(task: () => void): void {
    this.time?.soon(task);
  }
}
