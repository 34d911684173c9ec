/**
 * The venue's clock: how far it is from ours, and the time that signed requests bear.
 *
 * A request whose time the venue finds too old or in its future is not looked at. Ours is used while
 * the two are close; beyond `SKEW_MIN_US` the venue's. A measurement is as good as its round trip is
 * short: the shortest of a few counts.
 * @module
 */
import type { Account } from "./account.ts";
import { Fields } from "../payload.ts";

/** Below it ours is as good as any measurement. */
const SKEW_MIN_US = 100_000;
/** What an operator should know: a clock that is not kept. */
const SKEW_ALARM_US = 1_000_000;
const SAMPLES = 3;
const MEASURE_AGAIN_US = 600_000_000;

type Sample = { readonly skewUs: number; readonly tripUs: number };

/** Measures one venue's clock. */
export class ServerClock {
  readonly #nowUs: () => number;
  #skewUs = 0;
  #isMeasuring = false;
  #cancelNext: () => void = () => {};

  constructor(nowUs: () => number) {
    this.#nowUs = nowUs;
  }

  /** Microseconds that the venue is ahead of us, as last measured. */
  get skewUs(): number {
    return this.#skewUs;
  }

  /** Milliseconds, for a signature. */
  nonce(): number {
    const skewUs = Math.abs(this.#skewUs) > SKEW_MIN_US ? this.#skewUs : 0;
    return Math.floor((this.#nowUs() + skewUs) / 1000);
  }

  /** Measures now and from time to time; `done` once the first measurement was made, or failed. */
  measure(account: Account, done: () => void): void {
    if (this.#isMeasuring) return done();
    this.#isMeasuring = true;
    this.#cancelNext();
    this.#sample(account, [], (best) => {
      this.#isMeasuring = false;
      if (best !== undefined) this.#set(account, best.skewUs);
      this.#cancelNext = account.timers.after(
        MEASURE_AGAIN_US,
        () => this.measure(account, () => {}),
      );
      done();
    });
  }

  stop(): void {
    this.#cancelNext();
  }

  #set({ host }: Account, skewUs: number): void {
    const changeUs = Math.abs(skewUs - this.#skewUs);
    this.#skewUs = skewUs;
    if (changeUs < SKEW_MIN_US) return;
    const level = Math.abs(skewUs) > SKEW_ALARM_US ? "alarm" : "info";
    host.log(level, "clock_skew", { skew_ms: Math.round(skewUs / 1000) });
  }

  #sample(
    account: Account,
    samples: readonly Sample[],
    done: (best: Sample | undefined) => void,
  ): void {
    const { rest, requests } = account;
    rest.call(requests.time(), (result) => {
      const next = result.kind === "ok" ? sampleOf(result) : undefined;
      const all = next === undefined ? samples : [...samples, next];
      if (next !== undefined && all.length < SAMPLES) return this.#sample(account, all, done);
      done(all.toSorted((left, right) => left.tripUs - right.tripUs)[0]);
    });
  }
}

function sampleOf(
  { body, stamps }: {
    readonly body: unknown;
    readonly stamps: { readonly submitUs: number; readonly ackUs: number };
  },
): Sample {
  const venueUs = Fields.of(body, "").integer("serverTime") * 1000 + 500; // whole milliseconds
  const { submitUs, ackUs } = stamps;
  return { skewUs: venueUs - Math.round((submitUs + ackUs) / 2), tripUs: ackUs - submitUs };
}
