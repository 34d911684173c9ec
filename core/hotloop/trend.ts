/**
 * Trend of the middle of the book: the slope between two averages of different half-lives.
 *
 * The middle is a step function of time, and the averages are exact for it. For a steady slope s an
 * average of half-life h lags by s·h/ln 2, so that (fast − slow) ÷ ((h_slow − h_fast)/ln 2) is s.
 * @module
 */
import { halved, LN_2 } from "./decay.ts";
import type { TrendSettings } from "./settings.ts";

const US_PER_S = 1_000_000;

/** Ticks per second, and the direction beyond the dead band. */
export type Slope = { readonly ticksPerS: number; readonly sign: -1 | 0 | 1 };

/** The two averages of one instrument. */
export class TrendWatch {
  #sinceUs: number | undefined;
  #lastUs = 0;
  #middle = 0;
  #fast = 0;
  #slow = 0;

  /** Forgets what was seen. */
  clear(): void {
    this.#sinceUs = undefined;
    this.#lastUs = 0;
  }

  /** Takes the middle after a change of the book, ticks. */
  look(settings: TrendSettings, now: { readonly us: number; readonly middle: number }): void {
    if (this.#sinceUs === undefined) {
      this.#sinceUs = now.us;
      this.#fast = now.middle;
      this.#slow = now.middle;
    } else {
      this.#fast = this.#aged(this.#fast, { us: now.us, halfLifeS: settings.fastHalfLifeS });
      this.#slow = this.#aged(this.#slow, { us: now.us, halfLifeS: settings.slowHalfLifeS });
    }
    this.#middle = now.middle;
    this.#lastUs = Math.max(this.#lastUs, now.us);
  }

  /** Returns the slope, or undefined before the middle was seen for `minObsS`. */
  read(
    settings: TrendSettings,
    now: { readonly us: number; readonly minObsS: number },
  ): Slope | undefined {
    if (this.#sinceUs === undefined) return undefined;
    if (now.us - this.#sinceUs < now.minObsS * US_PER_S) return undefined;
    const fast = this.#aged(this.#fast, { us: now.us, halfLifeS: settings.fastHalfLifeS });
    const slow = this.#aged(this.#slow, { us: now.us, halfLifeS: settings.slowHalfLifeS });
    const lagS = (settings.slowHalfLifeS - settings.fastHalfLifeS) / LN_2;
    const apart = fast - slow;
    const sign = Math.abs(apart) < settings.deadBandTicks || apart === 0 ? 0 : apart > 0 ? 1 : -1;
    return { ticksPerS: apart / lagS, sign };
  }

  #aged(average: number, at: { readonly us: number; readonly halfLifeS: number }): number {
    const elapsed = Math.max(0, at.us - this.#lastUs);
    return this.#middle + (average - this.#middle) * halved(elapsed / (at.halfLifeS * US_PER_S));
  }
}
