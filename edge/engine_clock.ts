/**
 * The engine's clock: Unix time that never goes back and never jumps.
 *
 * It is anchored once to the wall clock and then advances with the monotonic one, so that an NTP
 * step, a leap second or an operator's `date` cannot fire or hold back a deadline. Where the two
 * drift apart it follows the wall clock by at most `SLEW_PPM`; a larger difference is an alarm.
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
