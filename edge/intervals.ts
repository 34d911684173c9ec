/**
 * Subscribers' intervals: `IntervalElapsed` events at multiples of each interval since the epoch,
 * one timer per distinct interval however many ask for it.
 *
 * A turn that comes late is said once, for the last multiple that has passed; missed ones are not
 * made up. The loop leaves out what is said of an interval while it has not taken the one before.
 * @module
 */
import type { Draft } from "../core/event.ts";
import { type Micros, micros } from "../core/numbers.ts";
import type { EngineClock } from "./engine_clock.ts";
import type { Cancel, Timers } from "./ports.ts";

type Watch = { watchers: number; cancel: Cancel };

/** The intervals that somebody watches. */
export class Intervals {
  readonly #timers: Timers;
  readonly #clock: EngineClock;
  readonly #offer: (draft: Draft<"IntervalElapsed">) => void;
  readonly #watches = new Map<number, Watch>();

  constructor(
    of: { readonly timers: Timers; readonly clock: EngineClock },
    offer: (draft: Draft<"IntervalElapsed">) => void,
  ) {
    this.#timers = of.timers;
    this.#clock = of.clock;
    this.#offer = offer;
  }

  /** Watches an interval until the returned function is called. */
  watch(intervalMs: number): Cancel {
    const known = this.#watches.get(intervalMs);
    if (known === undefined) {
      this.#watches.set(intervalMs, { watchers: 1, cancel: this.#arm(intervalMs) });
    } else known.watchers++;
    let isWatching = true;
    return () => {
      if (isWatching) this.#leave(intervalMs);
      isWatching = false;
    };
  }

  stop(): void {
    for (const { cancel } of this.#watches.values()) cancel();
    this.#watches.clear();
  }

  #leave(intervalMs: number): void {
    const watch = this.#watches.get(intervalMs);
    if (watch === undefined || --watch.watchers > 0) return;
    watch.cancel();
    this.#watches.delete(intervalMs);
  }

  #arm(intervalMs: number): Cancel {
    const nowUs = this.#clock.nowUs();
    const dueUs = micros(lastMultiple(nowUs, intervalMs) + intervalMs * 1000);
    return this.#timers.after(dueUs - nowUs, () => this.#elapsed(intervalMs, dueUs));
  }

  #elapsed(intervalMs: number, armedUs: Micros): void {
    const watch = this.#watches.get(intervalMs);
    if (watch === undefined) return;
    watch.cancel = this.#arm(intervalMs);
    const nowUs = this.#clock.nowUs();
    // The engine's clock may be slewed: what then comes early has just been armed again.
    if (nowUs >= armedUs) this.#say(intervalMs, lastMultiple(nowUs, intervalMs));
  }

  #say(intervalMs: number, dueUs: Micros): void {
    this.#offer({
      eventTime: dueUs,
      source: "timer",
      venue: null,
      instrument: null,
      eventType: "IntervalElapsed",
      payload: { intervalMs, dueUs },
      idempotencyKey: null,
    });
  }
}

function lastMultiple(nowUs: Micros, intervalMs: number): Micros {
  return micros(nowUs - nowUs % (intervalMs * 1000));
}
