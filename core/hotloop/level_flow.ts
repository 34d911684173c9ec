/**
 * What flows through one price level: decayed rates of trades and of cancels.
 *
 * A rate is a counter that halves every half-life, scaled so that a steady flow of v per second
 * reads v once the counter has filled: on volume v, R ← R·2^(−Δt/h) + v·ln 2/h. A reading corrects
 * for a level that was seen for less: it is divided by 1 − 2^(−age/h), the age taken to be a second
 * at least. It is a function of time, never of the number of messages.
 *
 * Trades belong to the price, whichever side it was on when they were made; cancels to the side.
 * @module
 */
import { halved, LN_2 } from "./decay.ts";

const US_PER_S = 1_000_000;
/** An age below this would make a rate of one event. */
const AGE_MIN_S = 1;

/** The moment of a change or a reading, and how fast the past is forgotten. */
export type DecayTime = { readonly nowUs: number; readonly halfLifeUs: number };

/** Volume and number of events, both per second and decayed. */
export class DecayedFlow {
  #volume = 0;
  #events = 0;
  #lastUs: number;

  constructor(sinceUs: number) {
    this.#lastUs = sinceUs;
  }

  /** Counts one event in. */
  add(quantity: number, at: DecayTime): void {
    const elapsed = at.nowUs - this.#lastUs;
    if (elapsed > 0) {
      const left = halved(elapsed / at.halfLifeUs);
      this.#volume *= left;
      this.#events *= left;
      this.#lastUs = at.nowUs;
    }
    const share = LN_2 * US_PER_S / at.halfLifeUs;
    this.#volume += quantity * share;
    this.#events += share;
  }

  /** Returns volume per second now; not corrected for age. */
  volume(at: DecayTime): number {
    return this.#volume === 0 ? 0 : this.#volume * this.#left(at);
  }

  /** Returns events per second now; not corrected for age. */
  events(at: DecayTime): number {
    return this.#events === 0 ? 0 : this.#events * this.#left(at);
  }

  #left(at: DecayTime): number {
    const elapsed = at.nowUs - this.#lastUs;
    return elapsed > 0 ? halved(elapsed / at.halfLifeUs) : 1;
  }
}

/** How fast a queue moves: quanta per second, and quanta of a mean event. */
export type Motion = { readonly rate: number; readonly meanEvent: number };

/** Flow of one level. Quantities are quanta, times microseconds of the source. */
export class LevelFlow {
  /** When the level was first seen. */
  readonly sinceUs: number;
  /** Shared with the other side's level of the same price. */
  readonly trades: DecayedFlow;
  readonly cancels: DecayedFlow;
  /** Traded by the taker's count and not yet seen in the book, or the venue's count of this message. */
  pending = 0;

  constructor(sinceUs: number, trades: DecayedFlow | undefined) {
    this.sinceUs = sinceUs;
    this.trades = trades ?? new DecayedFlow(sinceUs);
    this.cancels = new DecayedFlow(sinceUs);
  }

  /** Returns for how long the level was seen, seconds. */
  observedS(nowUs: number): number {
    return nowUs > this.sinceUs ? (nowUs - this.sinceUs) / US_PER_S : 0;
  }

  /** Returns how fast trades and a share of cancels move the queue. */
  motion(at: DecayTime, cancelWeight: number): Motion {
    const volume = this.trades.volume(at) + cancelWeight * this.cancels.volume(at);
    if (volume === 0) return { rate: 0, meanEvent: 0 };
    const events = this.trades.events(at) + cancelWeight * this.cancels.events(at);
    const age = Math.max(AGE_MIN_S * US_PER_S, at.nowUs - this.sinceUs);
    return { rate: volume / (1 - halved(age / at.halfLifeUs)), meanEvent: volume / events };
  }
}
