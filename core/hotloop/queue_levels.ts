/**
 * What the answers about queues are made of, level by level: so that a reader that holds it answers
 * `size_ahead`, `match_rate_ema` and `pfill_ttf` itself, to the bit.
 * @module
 */
import type { MarketPayloads } from "../event.ts";
import type { Side } from "../instrument.ts";
import type { Micros, Px, Qty } from "../numbers.ts";
import { micros } from "../numbers.ts";
import { hasPassed } from "./place.ts";
import type { InstrumentLoop } from "./instrument_loop.ts";
import type { Passed } from "./level_flow.ts";
import type { SignalSettings } from "./settings.ts";
import type { Near } from "./touch_flow.ts";
import { perUnit } from "./units.ts";

/** One level with its flow; null where it has none. */
export type QueueLevel = {
  readonly price: Px;
  readonly qty: Qty;
  /** Its place on the ladder. */
  readonly tick: number | null;
  /** For how long the level was seen, seconds. */
  readonly observedS: number | null;
  /** As `match_rate_ema` answers: quantity per second; null before it was seen for long enough. */
  readonly matchRate: number | null;
  /** What passed of trades and of a share of cancels. */
  readonly passed: Passed | null;
};

/** The queues of one instrument at the time of its feed. */
export type QueueLevels = {
  readonly nowUs: Micros;
  readonly isFresh: boolean;
  /** True: the best bid is the highest price. */
  readonly isBidHighest: boolean;
  readonly market: MarketPayloads["MarketDefined"];
  readonly settings: SignalSettings;
  readonly near: Near;
  /** Best first, up to the depth that was asked for; none while the book is no reference. */
  readonly bids: readonly QueueLevel[];
  readonly asks: readonly QueueLevel[];
};

/** Returns the queues of the best `depth` levels a side. */
export function queueLevelsOf(
  loop: InstrumentLoop,
  of: { readonly depth: number },
): QueueLevels {
  const { isFresh, settings, market } = loop;
  const depth = isFresh ? of.depth : 0;
  return {
    nowUs: micros(loop.time.nowUs),
    isFresh,
    isBidHighest: loop.bids.towardsBest === 1,
    market: market.definition,
    settings,
    near: loop.touch.near(loop.time.nowUs, settings.cancelWeight),
    bids: levelsOf(loop, { side: "Buy", depth }),
    asks: levelsOf(loop, { side: "Sell", depth }),
  };
}

function levelsOf(
  loop: InstrumentLoop,
  of: { readonly side: Side; readonly depth: number },
): readonly QueueLevel[] {
  const side = loop.side(of.side);
  const { time, settings, instrument } = loop;
  return side.top(of.depth).map(({ price, qty }) => {
    const level = { price, qty, tick: side.tickOf(price) ?? null };
    const flow = side.flowAt(price);
    if (flow === undefined) return { ...level, observedS: null, matchRate: null, passed: null };
    const observedS = flow.observedS(time.nowUs);
    const isSeen = hasPassed(observedS, settings.minObsS);
    const matchRate = isSeen ? perUnit(flow.tradeRate(time), instrument) : null;
    return { ...level, observedS, matchRate, passed: flow.passed(time, settings.cancelWeight) };
  });
}
