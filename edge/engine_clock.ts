/**
 * The engine's clock: Unix time that never goes back and never jumps.
 *
 * It is anchored once to the wall clock and then advances with the monotonic one, so that an NTP
 * step, a leap second or an operator's `date` cannot fire or hold back a deadline. Where the two
 * drift apart it follows the wall clock by at most `SLEW_PPM`; a larger difference is an alarm.
 *
 * Threads share the wall clock alone: one that is to have the engine's time is told at its start how far
 * that is ahead of it. It is not slewed afterwards: it stays where the other began.
 * Known limit: a machine that starts with a wrong clock keeps it until slewed or restarted; where that
 * clock was ahead, the journal is of the future from then on, and a restart goes on from there.
 * @module
 */
import { type Micros, micros } from "../core/numbers.ts";
import type { Clock } from "./ports.ts";

/** Fastest correction, millionths of elapsed time: as `adjtime(3)` does. */
const SLEW_PPM = 500;
/** A larger difference between wall and engine clock is an alarm. */
export const CLOCK_DIFFERENCE_MAX_US = 1_000_000;

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

/** Units in which a length of time is said, the longest first, microseconds. */
const UNITS = [
  { name: "days", us: 86_400_000_000 },
  { name: "hours", us: 3_600_000_000 },
  { name: "minutes", us: 60_000_000 },
] as const;

/**
 * Returns what is to be said of a journal whose last event is `aheadUs` ahead of the machine's clock;
 * undefined where that is too little to matter.
 */
export function sayAhead(aheadUs: number): string | undefined {
  if (aheadUs <= CLOCK_DIFFERENCE_MAX_US) return undefined;
  const ahead = lengthText(aheadUs);
  const slewed = lengthText(aheadUs / SLEW_PPM * 1_000_000);
  return `the journal is ${ahead} ahead of this machine's clock: time goes on from there, and is ` +
    `right again when the daemon has run for ${slewed}`;
}

/** What an operator does about it. */
export const AHEAD_ADVICE =
  "see that the clock is right now; if it is, docs/operations/clock.md leads out";

function lengthText(us: number): string {
  const unit = UNITS.find((unit) => us >= 2 * unit.us) ?? { name: "s", us: 1_000_000 };
  return `${(us / unit.us).toFixed(1)} ${unit.name}`;
}
