/**
 * The venue's clock: how far it is from ours, and the time that signed requests bear.
 *
 * A request whose time the venue finds too old or in its future is not looked at. Ours is used while
 * the two are close; beyond `SKEW_MIN_US` the venue's. A measurement is as good as its round trip is
 * short: of the newest few the one with the shortest counts. What disagrees with it by more than both
 * trips explain shows that a clock was set, or the machine paused: the older ones count no more.
 *
 * It is asked for every ten seconds, so that a clock that is set meanwhile is noticed before orders
 * are refused for it, and at once when any request is.
 * @module
 */
import type { Micros } from "../../../core/numbers.ts";
import type { Timers } from "../../ports.ts";
import type { VenueHost } from "../../venue.ts";

/** Below it ours is as good as any measurement. */
const SKEW_MIN_US = 100_000;
/** What an operator should know: a clock that is not kept. */
const SKEW_ALARM_US = 1_000_000;
/** Samples before the first is believed; how many are kept. */
const SAMPLES_MIN = 3;
const SAMPLES_MAX = 12;
const SAMPLE_EVERY_US = 10_000_000;
/** The venue says whole milliseconds, so that each of two samples is off by half of one. */
const WHOLE_MS_US = 1000;

type Sample = { readonly skewUs: number; readonly tripUs: number };

/** When a request left, and when its answer was there. */
export type CallStamps = { readonly submitUs: Micros; readonly ackUs: Micros };

/** What a venue said of the time, in whole milliseconds, and when it was asked and answered. */
export type TimeTold = {
  readonly venueMs: number;
  readonly stamps: CallStamps;
};

/** Asks one venue for its time. */
export type Meter = {
  readonly host: Pick<VenueHost, "clockMeasured" | "log">;
  readonly timers: Timers;
  /** undefined: it did not say. */
  readonly ask: (done: (told: TimeTold | undefined) => void) => void;
};

/** Measures one venue's clock. */
export class ServerClock {
  readonly #nowUs: () => number;
  #skewUs = 0;
  #toldUs = 0;
  #samples: Sample[] = [];
  #isMeasuring = false;
  #isStopped = false;
  #cancelNext: () => void = () => {};

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
  }

  /** The venue's clock less ours, microseconds, as last measured. */
  get skewUs(): number {
    return this.#skewUs;
  }

  /** Milliseconds, for a signature. */
  nonce(): number {
    const skewUs = Math.abs(this.#skewUs) > SKEW_MIN_US ? this.#skewUs : 0;
    return Math.floor((this.#nowUs() + skewUs) / 1000);
  }

  /** Measures anew, then from time to time; `done` once that was done, failed, or is under way. */
  measure(meter: Meter, done: () => void): void {
    if (this.#isMeasuring) return done();
    this.#isMeasuring = true;
    this.#samples = [];
    this.#sample(meter, () => {
      this.#isMeasuring = false;
      done();
    });
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelNext();
  }

  #sample(meter: Meter, done: () => void): void {
    this.#cancelNext();
    meter.ask((told) => {
      if (this.#isStopped) return;
      if (told !== undefined) this.#take(meter, sampleOf(told));
      const isEnough = this.#samples.length >= SAMPLES_MIN || told === undefined;
      if (!isEnough) return this.#sample(meter, done);
      this.#cancelNext = meter.timers.after(SAMPLE_EVERY_US, () => this.#sample(meter, () => {}));
      done();
    });
  }

  #take({ host }: Meter, sample: Sample): void {
    const isSet = disagree(bestOf(this.#samples, sample), sample);
    this.#samples = [...isSet ? [] : this.#samples, sample].slice(-SAMPLES_MAX);
    const best = bestOf(this.#samples, sample);
    this.#skewUs = best.skewUs;
    host.clockMeasured(best);
    if (Math.abs(best.skewUs - this.#toldUs) < SKEW_MIN_US) return;
    this.#toldUs = best.skewUs;
    const level = Math.abs(best.skewUs) > SKEW_ALARM_US ? "alarm" : "info";
    host.log(level, "clock_skew", { skew_ms: Math.round(best.skewUs / 1000) });
  }
}

/** Returns the sample with the shortest trip, the oldest of those; `otherwise` if there is none. */
function bestOf(samples: readonly Sample[], otherwise: Sample): Sample {
  const [best = otherwise] = samples.toSorted((left, right) => left.tripUs - right.tripUs);
  return best;
}

/** True if no clock that goes on as it went gives both. */
function disagree(older: Sample, newer: Sample): boolean {
  const apartUs = Math.abs(older.skewUs - newer.skewUs);
  return apartUs > older.tripUs + newer.tripUs + WHOLE_MS_US;
}

function sampleOf({ venueMs, stamps: { submitUs, ackUs } }: TimeTold): Sample {
  const venueUs = venueMs * 1000 + 500; // whole milliseconds
  return { skewUs: venueUs - Math.round((submitUs + ackUs) / 2), tripUs: ackUs - submitUs };
}
