/**
 * What flows through one price level: decayed rates of trades and of cancels.
 *
 * A rate is a counter that halves every half-life, scaled so that a steady flow of v per second
 * reads v once the counter has filled: on volume v, R ← R·2^(−Δt/h) + v·ln 2/h. A reading corrects
 * for a level that was seen for less: it is divided by 1 − 2^(−age/h), the age taken to be a second
 * at least. It is a function of time, never of the number of messages.
 * @module
 */
import { halved, LN_2 } from "./decay.ts";

const US_PER_S = 1_000_000;
/** An age below this would make a rate of one event. */
const AGE_MIN_S = 1;

/** Flow of one level. Quantities are quanta, times microseconds of the source. */
export class LevelFlow {
  /** When the level was first seen. */
  readonly sinceUs: number;
  /** Traded by the taker's count and not yet seen in the book, or the venue's count of this message. */
  pending = 0;
  #trades = 0;
  #cancels = 0;
  #lastUs: number;

  constructor(sinceUs: number) {
    this.sinceUs = sinceUs;
    this.#lastUs = sinceUs;
  }

  /** Counts one-sided traded quantity in. */
  trade(quantity: number, at: { readonly nowUs: number; readonly halfLifeUs: number }): void {
    this.#decay(at);
    this.#trades += quantity * LN_2 * US_PER_S / at.halfLifeUs;
  }

  /** Counts quantity in that left the level without a trade. */
  cancel(quantity: number, at: { readonly nowUs: number; readonly halfLifeUs: number }): void {
    this.#decay(at);
    this.#cancels += quantity * LN_2 * US_PER_S / at.halfLifeUs;
  }

  /** Returns for how long the level was seen, seconds. */
  observedS(nowUs: number): number {
    return nowUs > this.sinceUs ? (nowUs - this.sinceUs) / US_PER_S : 0;
  }

  /** Returns the rate of trades plus a share of that of cancels, quanta per second. */
  rate(
    at: { readonly nowUs: number; readonly halfLifeUs: number },
    cancelWeight: number,
  ): number {
    const sum = this.#trades + cancelWeight * this.#cancels;
    if (sum === 0) return 0;
    const elapsed = at.nowUs > this.#lastUs ? at.nowUs - this.#lastUs : 0;
    const age = Math.max(AGE_MIN_S * US_PER_S, at.nowUs - this.sinceUs);
    return sum * halved(elapsed / at.halfLifeUs) / (1 - halved(age / at.halfLifeUs));
  }

  #decay(at: { readonly nowUs: number; readonly halfLifeUs: number }): void {
    const elapsed = at.nowUs - this.#lastUs;
    if (elapsed <= 0) return;
    const left = halved(elapsed / at.halfLifeUs);
    this.#trades *= left;
    this.#cancels *= left;
    this.#lastUs = at.nowUs;
  }
}
