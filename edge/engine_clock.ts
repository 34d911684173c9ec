/**
 * The engine's clock: Unix time that never goes back and never jumps.
 *
 * It is anchored once to the wall clock and then advances with the monotonic one, so that an NTP
 * step, a leap second or an operator's `date` cannot fire or hold back a deadline. Where the two
 * drift apart it follows the wall clock by at most `SLEW_PPM`; a larger difference is an alarm.
 *
 * Threads share the wall clock alone: one that is to have the engine's time is told at its start how far
 * that is ahead of it. It is not slewed afterwards: it stays where the other began.
 * Known limit: a machine that starts with a wrong clock keeps it until slewed or restarted.
 * @module
 */
import { type Micros, micros } from "../core/numbers.ts";
import type { Clock } from "./ports.ts";

/** Fastest correction, millionths of elapsed time: as `adjtime(3)` does. */
const SLEW_PPM = 500;

/** Engine time, integer microseconds since the Unix epoch. */
export class EngineClock {
  readonly #clock: Clock;
  #anchorUs: number;
  #anchorMonotonicUs: number;
  #lastUs: number;

  /** `notBefore`: ingest time of the last event in the journal. */
  constructor(clock: Clock, notBefore: Micros) {
    this.#clock = clock;
    this.#anchorUs = Math.max(clock.wallUs(), notBefore);
    this.#anchorMonotonicUs = clock.monotonicUs();
    this.#lastUs = this.#anchorUs;
  }

  /** Returns the clock of another thread that was `aheadUs` when this thread was started. */
  static aheadBy(clock: Clock, aheadUs: number): EngineClock {
    const engine = new EngineClock(clock, micros(0));
    engine.#anchorUs += aheadUs;
    engine.#lastUs = engine.#anchorUs;
    return engine;
  }

  /** Now less the wall clock, microseconds; below 0 where that was set ahead. */
  get aheadUs(): number {
    return this.nowUs() - this.#clock.wallUs();
  }

  /** Now; never less than any earlier answer. */
  nowUs(): Micros {
    const elapsed = this.#clock.monotonicUs() - this.#anchorMonotonicUs;
    this.#lastUs = Math.max(this.#lastUs, this.#anchorUs + elapsed);
    return micros(this.#lastUs);
  }

  /** Moves towards the wall clock by at most the slew; returns wall minus engine, microseconds. */
  discipline(): number {
    const monotonicUs = this.#clock.monotonicUs();
    const elapsed = monotonicUs - this.#anchorMonotonicUs;
    const engineUs = this.#anchorUs + elapsed;
    const difference = this.#clock.wallUs() - engineUs;
    const most = Math.trunc(elapsed * SLEW_PPM / 1_000_000);
    this.#anchorUs = engineUs + Math.max(-most, Math.min(most, difference));
    this.#anchorMonotonicUs = monotonicUs;
    return difference;
  }
}
