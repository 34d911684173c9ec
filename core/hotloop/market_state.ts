/**
 * What a source says of a market, shared by its instruments; and the clock of a venue's feed.
 * @module
 */
import type { MarketPayloads } from "../event.ts";
import { TouchLife } from "./touch_flow.ts";

/** A message is later than another of its feed by no more than this, microseconds. */
const BACK_MAX_US = 10_000_000;

/** The definition before any was told. */
const UNDEFINED: MarketPayloads["MarketDefined"] = {
  status: "open",
  inPlay: false,
  betDelayMs: 0,
  isPassiveFree: false,
  baseRatePpm: null,
  discountAllowed: false,
  version: null,
  removals: [],
};

/** One market. */
export class MarketState {
  /** As it was last told; open and without rates before. */
  definition: MarketPayloads["MarketDefined"] = UNDEFINED;
  isDefined = false;
  /** How long the touches of its instruments last. */
  readonly touches = new TouchLife();
}

/** The time of a venue's feed: the latest event time, so that a silent level decays with others. */
export class FeedClock {
  nowUs = 0;
  /** How often the feed began anew: what was noted before that bears times that are not to come. */
  restarts = 0;

  /**
   * Goes on to the time of an event; false: it is one of the past. For a little the clock stays;
   * for more than `BACK_MAX_US` the feed begins anew, as with the next of several recordings.
   */
  advance(us: number): boolean {
    const isPast = us < this.nowUs;
    const beginsAnew = this.nowUs - us > BACK_MAX_US;
    if (beginsAnew) this.restarts += 1;
    if (!isPast || beginsAnew) this.nowUs = us;
    return !isPast;
  }
}
