/**
 * The engine's clock against a wall clock that jumps. Proves R-CORE-1 (ingest time never falls).
 * @module
 */
import { match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { micros } from "../../core/numbers.ts";
import { EngineClock, sayAhead } from "../../edge/engine_clock.ts";
import type { Clock } from "../../edge/ports.ts";

const START_US = 1_795_000_000_000_000;
const SLEW_PPM = 500;

/** A machine whose wall clock an operator may set. */
class SetClock implements Clock {
  wall = START_US;
  monotonic = 17;

  wallUs(): number {
    return this.wall;
  }

  monotonicUs(): number {
    return this.monotonic;
  }

  /** Time passes; the wall clock runs as fast, and is set on by `step`. */
  pass(us: number, step = 0): void {
    this.monotonic += us;
    this.wall += us + step;
  }
}

Deno.test("EngineClock begins at the wall clock", () => {
  strictEqual(new EngineClock(new SetClock(), micros(0)).nowUs(), START_US);
});

Deno.test("EngineClock begins no earlier than the journal's last event", () => {
  const clock = new SetClock();
  const engine = new EngineClock(clock, micros(START_US + 5_000_000));
  strictEqual(engine.nowUs(), START_US + 5_000_000);
  clock.pass(1000);
  strictEqual(engine.nowUs(), START_US + 5_001_000);
});

Deno.test("nowUs() follows the monotonic clock through steps of the wall clock", () => {
  const clock = new SetClock();
  const engine = new EngineClock(clock, micros(0));
  clock.pass(1000, 3_600_000_000);
  strictEqual(engine.nowUs(), START_US + 1000);
  clock.pass(1000, -7_200_000_000);
  strictEqual(engine.nowUs(), START_US + 2000);
});

Deno.test("EngineClock.aheadBy() goes with the clock of another thread, whatever the wall has", () => {
  for (const step of [-40_000_000, 0, 40_000_000]) {
    const clock = new SetClock();
    const engine = new EngineClock(clock, micros(0));
    clock.pass(1000, step);
    const { aheadUs } = engine;
    strictEqual(aheadUs, 0 - step);
    clock.pass(300_000); // until the other thread runs
    clock.monotonic = 3; // which counts from its own start
    const other = EngineClock.aheadBy(clock, aheadUs);
    strictEqual(other.nowUs(), START_US + 301_000);
    clock.pass(1000, 5_000_000);
    strictEqual(other.nowUs(), START_US + 302_000);
  }
});

Deno.test("discipline() says the difference and moves by 500 ppm of what has passed", () => {
  const clock = new SetClock();
  const engine = new EngineClock(clock, micros(0));
  clock.pass(1_000_000, 10_000);
  strictEqual(engine.discipline(), 10_000);
  strictEqual(engine.nowUs(), START_US + 1_000_000 + SLEW_PPM);
});

Deno.test("discipline() reaches the wall clock and stays there", () => {
  const clock = new SetClock();
  const engine = new EngineClock(clock, micros(0));
  clock.pass(0, 1700);
  for (let second = 0; second < 10; second++) {
    clock.pass(1_000_000);
    engine.discipline();
  }
  strictEqual(engine.nowUs(), clock.wall);
});

Deno.test("nowUs() never goes back, never jumps, whatever the wall clock does", () => {
  const step = fc.record({
    us: fc.integer({ min: 0, max: 5_000_000 }),
    wallStep: fc.oneof(fc.constant(0), fc.integer({ min: -10_000_000, max: 10_000_000 })),
    isDisciplined: fc.boolean(),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 50, size: "max" }), (steps) => {
    const clock = new SetClock();
    const engine = new EngineClock(clock, micros(0));
    let passed = 0;
    let last: number = engine.nowUs();
    for (const { us, wallStep, isDisciplined } of steps) {
      clock.pass(us, wallStep);
      if (isDisciplined) engine.discipline();
      const now = engine.nowUs();
      ok(now >= last, `it went back from ${last} to ${now}`);
      last = now;
      passed += us;
      const drift = Math.abs(now - START_US - passed);
      ok(drift <= passed * SLEW_PPM / 1_000_000, `it is ${drift} off after ${passed}`);
    }
  }));
});

const SECOND_US = 1_000_000;
const lengths = [
  [119 * SECOND_US, /is 119\.0 s ahead .* has run for 2\.8 days$/],
  [90 * 60 * SECOND_US, /is 90\.0 minutes ahead .* has run for 125\.0 days$/],
  [5 * 3600 * SECOND_US, /is 5\.0 hours ahead/],
  [365 * 86_400 * SECOND_US, /is 365\.0 days ahead .* has run for 730000\.0 days$/],
] as const;
for (const [aheadUs, said] of lengths) {
  Deno.test(`sayAhead() says how far ahead the journal is, and for how long: ${aheadUs} us`, () => {
    match(sayAhead(aheadUs) ?? "", said);
  });
}

Deno.test("sayAhead() says nothing of a second, nor of a journal of the past", () => {
  strictEqual(sayAhead(SECOND_US), undefined);
  strictEqual(sayAhead(-3600 * SECOND_US), undefined);
});
