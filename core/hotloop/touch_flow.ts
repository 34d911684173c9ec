/**
 * What passes at the touches of an instrument, wherever they are, and how long a touch lasts: what is
 * known of a level before it was seen for long itself.
 *
 * A touch is swept when the other side reaches the price that was the best of its own side. The life of a
 * touch in a market is the time that its instruments were seen ÷ the sweeps in it, pulled towards two
 * minutes, which count as half a sweep. Both sides count together.
 *
 * All of it halves `SLOWER` times slower than what levels remember.
 * @module
 */
import { halved } from "./decay.ts";
import { DecayedFlow, type DecayTime, exposureS, type Passed } from "./level_flow.ts";

const US_PER_S = 1_000_000;
const SIDES = 2;
const SLOWER = 4;
/** So much of what was seen without a sweep is told to the market at once. */
const LOOK_US = 1_000_000;
/** Half-lives of a level for which the flow at the touches counts beside the level's own. */
const SHARE = 0.7;
const PRIOR_SWEEPS = 0.5;
const PRIOR_EXPOSURE_S = 60;

/** Where both touches are, ticks or prices; undefined: the side is empty. */
export type Touches = {
  readonly bid: number | undefined;
  readonly ask: number | undefined;
};

/** What was seen at the touches. */
export type Near = {
  /** Trades, and a share of cancels. */
  readonly passed: Passed;
  /** How much of it counts beside what passed at a level of its own, 0 to 1. */
  readonly share: number;
  /** How many touches were swept in the same time. */
  readonly sweeps: number;
  /** How long a touch lasts in the market, seconds. */
  readonly lifeS: number;
};

/** How long the touches of a market's instruments last. */
export class TouchLife {
  #sweeps = 0;
  #exposureS = 0;
  #lastUs = 0;

  /** Counts in what one instrument has seen since it was looked at before. */
  add(seen: { readonly sweeps: number; readonly exposureS: number }, at: DecayTime): void {
    const left = this.#left(at);
    this.#sweeps = this.#sweeps * left + seen.sweeps;
    this.#exposureS = this.#exposureS * left + seen.exposureS;
    if (at.nowUs > this.#lastUs) this.#lastUs = at.nowUs;
  }

  /** Returns the life of a touch, seconds. */
  lifeS(at: DecayTime): number {
    const left = this.#left(at);
    return (this.#exposureS * left + PRIOR_EXPOSURE_S) / (this.#sweeps * left + PRIOR_SWEEPS);
  }

  #left(at: DecayTime): number {
    const elapsed = at.nowUs - this.#lastUs;
    return elapsed > 0 ? halved(elapsed / at.halfLifeUs) : 1;
  }
}

/** The touches of one instrument. */
export class TouchFlow {
  readonly #market: TouchLife;
  readonly #towardsBid: 1 | -1;
  readonly #shareS: number;
  readonly #time: { nowUs: number; readonly halfLifeUs: number };
  #trades = new DecayedFlow(0);
  #cancels = new DecayedFlow(0);
  #sweeps = new DecayedFlow(0);
  #sinceUs: number | undefined;
  /** Up to when the market was told what was seen. */
  #lookedUs = 0;
  /** Touches that were not swept yet. */
  #bid: number | undefined;
  #ask: number | undefined;

  /** `towardsBid` × price grows towards the best bid; `halfLifeUs` is that of a level. */
  constructor(
    of: {
      readonly market: TouchLife;
      readonly towardsBid: 1 | -1;
      readonly halfLifeUs: number;
    },
  ) {
    this.#market = of.market;
    this.#towardsBid = of.towardsBid;
    this.#shareS = of.halfLifeUs / US_PER_S * SHARE;
    this.#time = { nowUs: 0, halfLifeUs: of.halfLifeUs * SLOWER };
  }

  /** A trade, one side of it. */
  traded(quantity: number, nowUs: number): void {
    this.#trades.add(quantity, this.#at(nowUs));
  }

  /** A cancel at a touch. */
  cancelled(quantity: number, nowUs: number): void {
    this.#cancels.add(quantity, this.#at(nowUs));
  }

  /** The book changed, or is the first. */
  look(touches: Touches, nowUs: number): void {
    if (this.#sinceUs === undefined) {
      this.#sinceUs = nowUs;
      this.#lookedUs = nowUs;
    }
    const sweeps = touches.bid === this.#bid && touches.ask === this.#ask
      ? 0
      : this.#sweep(touches);
    const elapsed = nowUs - this.#lookedUs;
    if (sweeps === 0 && elapsed < LOOK_US) return;
    const at = this.#at(nowUs);
    if (sweeps > 0) this.#sweeps.add(sweeps, at);
    this.#market.add(
      { sweeps, exposureS: SIDES * exposureS(Math.max(0, elapsed), at.halfLifeUs) },
      at,
    );
    this.#lookedUs = Math.max(nowUs, this.#lookedUs);
  }

  /** Forgets everything: it was not seen without a gap. */
  clear(): void {
    this.#trades = new DecayedFlow(0);
    this.#cancels = new DecayedFlow(0);
    this.#sweeps = new DecayedFlow(0);
    this.#sinceUs = undefined;
    this.#bid = undefined;
    this.#ask = undefined;
  }

  /** Returns what was seen so far. */
  near(nowUs: number, cancelWeight: number): Near {
    const at = this.#at(nowUs);
    const seenS = this.#exposureS(at);
    return {
      passed: {
        volume: this.#trades.volume(at) + cancelWeight * this.#cancels.volume(at),
        events: this.#trades.events(at) + cancelWeight * this.#cancels.events(at),
        exposureS: seenS,
      },
      share: seenS > this.#shareS ? this.#shareS / seenS : 1,
      sweeps: this.#sweeps.volume(at),
      lifeS: this.#market.lifeS(at),
    };
  }

  #exposureS(at: DecayTime): number {
    const ageUs = this.#sinceUs === undefined ? 0 : Math.max(0, at.nowUs - this.#sinceUs);
    return SIDES * exposureS(ageUs, at.halfLifeUs);
  }

  #at(nowUs: number): DecayTime {
    this.#time.nowUs = nowUs;
    return this.#time;
  }

  /** Returns how many of the two touches were swept; a swept or improved one gives way. */
  #sweep({ bid, ask }: Touches): number {
    const sign = this.#towardsBid;
    const isBidSwept = isReached(this.#bid, { by: ask, sign });
    const isAskSwept = isReached(this.#ask, { by: bid, sign: -sign });
    if (isBidSwept || isImproved(this.#bid, { by: bid, sign })) this.#bid = bid;
    if (isAskSwept || isImproved(this.#ask, { by: ask, sign: -sign })) this.#ask = ask;
    return (isBidSwept ? 1 : 0) + (isAskSwept ? 1 : 0);
  }
}

/** Where a touch is, and the direction in which its side's prices get better. */
type Best = { readonly by: number | undefined; readonly sign: number };

/** True if the other side is at a touch, or through it. */
function isReached(touch: number | undefined, { by, sign }: Best): boolean {
  return touch !== undefined && by !== undefined && (by - touch) * sign <= 0;
}

/** True if the side has a better touch than it had, or its first. */
function isImproved(touch: number | undefined, { by, sign }: Best): boolean {
  return by !== undefined && (touch === undefined || (by - touch) * sign > 0);
}
