/**
 * What flows through one price level: decayed sums of trades and of cancels.
 *
 * A sum halves every half-life, and so does the time in which it was gathered: a level that was seen
 * for `age` counts as seen for h/ln 2 · (1 − 2^(−age/h)) seconds, the age taken to be a second at
 * least. Sum ÷ that time is the rate, true from the beginning for a steady flow. All is a function of
 * time, never of the number of messages.
 *
 * What flows at one moment is one event, however many prints tell of it.
 * Trades belong to the price, whichever side it was on when they were made; cancels to the side.
 * @module
 */
import { halved, LN_2 } from "./decay.ts";

const US_PER_S = 1_000_000;
/** An age below this would make a rate of one event. */
const AGE_MIN_US = 1_000_000;

/** The moment of a change or a reading, and how fast the past is forgotten. */
export type DecayTime = { readonly nowUs: number; readonly halfLifeUs: number };

/** What passed: quantity and number of events, and the seconds in which they did; all decayed. */
export type Passed = {
  readonly volume: number;
  readonly events: number;
  readonly exposureS: number;
};

/** Returns for how many seconds something counts as seen, of which all but `ageUs` is forgotten. */
export function exposureS(ageUs: number, halfLifeUs: number): number {
  return halfLifeUs / US_PER_S / LN_2 * (1 - halved(ageUs / halfLifeUs));
}

/** Sums of quantity and of events, decayed. */
export class DecayedFlow {
  #volume = 0;
  #events = 0;
  #lastUs: number;

  constructor(sinceUs: number) {
    this.#lastUs = sinceUs;
  }

  /** Counts a quantity in. */
  add(quantity: number, at: DecayTime): void {
    const elapsed = at.nowUs - this.#lastUs;
    if (elapsed > 0) {
      const left = halved(elapsed / at.halfLifeUs);
      this.#volume *= left;
      this.#events *= left;
      this.#lastUs = at.nowUs;
    }
    this.#volume += quantity;
    if (elapsed !== 0 || this.#events === 0) this.#events += 1;
  }

  /** Returns what is left now of the quantity. */
  volume(at: DecayTime): number {
    return this.#volume === 0 ? 0 : this.#volume * this.#left(at);
  }

  /** Returns what is left now of the number of events. */
  events(at: DecayTime): number {
    return this.#events === 0 ? 0 : this.#events * this.#left(at);
  }

  #left(at: DecayTime): number {
    const elapsed = at.nowUs - this.#lastUs;
    return elapsed > 0 ? halved(elapsed / at.halfLifeUs) : 1;
  }
}

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

  /** Returns the quanta traded per second. */
  tradeRate(at: DecayTime): number {
    return this.trades.volume(at) / this.#exposureS(at);
  }

  /** Returns what of trades and of a share of cancels passed. */
  passed(at: DecayTime, cancelWeight: number): Passed {
    return {
      volume: this.trades.volume(at) + cancelWeight * this.cancels.volume(at),
      events: this.trades.events(at) + cancelWeight * this.cancels.events(at),
      exposureS: this.#exposureS(at),
    };
  }

  #exposureS(at: DecayTime): number {
    return exposureS(Math.max(AGE_MIN_US, at.nowUs - this.sinceUs), at.halfLifeUs);
  }
}
