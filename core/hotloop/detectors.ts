/**
 * What the detectors answer when they are asked. Null: the detector is off for the instrument, or
 * nothing can be said yet.
 * @module
 */
import type { Removal } from "../event.ts";
import type { BigMove } from "./big_move.ts";
import type { InstrumentLoop } from "./instrument_loop.ts";
import type { HotSide } from "./hot_side.ts";
import type { Sweep } from "./sweep.ts";
import type { Slope } from "./trend.ts";

const US_PER_MS = 1_000;
/** Levels a side that are weighed. */
const WEIGHED_LEVELS = 3;

/** Slope and weight of the two sides. */
export type Trend = Slope & {
  /** (below − above) ÷ (below + above) of three levels a side: above 0 pushes prices up. */
  readonly weightOfMoney: number | null;
};

/** Returns the last sweep, if it was within the window. */
export function sweepOf(loop: InstrumentLoop): Sweep | null {
  const { sweep, settings, time } = loop;
  const { on, windowMs } = settings.sweepSniffer;
  if (!on || sweep === undefined) return null;
  return time.nowUs - sweep.atUs <= windowMs * US_PER_MS ? sweep : null;
}

/** Returns how far the middle moved over the window. */
export function bigMoveOf(loop: InstrumentLoop): BigMove | null {
  const { bigMoveTrigger } = loop.settings;
  if (!bigMoveTrigger.on) return null;
  return loop.moves.read(bigMoveTrigger, loop.time.nowUs) ?? null;
}

/** Returns the latest removal that counts. */
export function removalOf(loop: InstrumentLoop): Removal | null {
  if (!loop.settings.rfSeenRecently.on) return null;
  let latest: Removal | null = null;
  for (const removal of loop.market.definition.removals) {
    if (!countsRemoval(loop, removal)) continue;
    if (latest === null || removal.atUs > latest.atUs) latest = removal;
  }
  return latest;
}

/** True if a removal was within the window and is large enough to matter in the market. */
export function countsRemoval(loop: InstrumentLoop, removal: Removal): boolean {
  const { windowMs, minReductionPpm, minReductionPlacePpm } = loop.settings.rfSeenRecently;
  if (removal.atUs < loop.time.nowUs - windowMs * US_PER_MS) return false;
  const { contract } = loop.instrument;
  const isPlace = contract?.kind === "betting" && contract.winners > 1;
  return removal.reductionPpm >= (isPlace ? minReductionPlacePpm : minReductionPpm);
}

/** Returns slope and weight of money. */
export function trendOf(loop: InstrumentLoop): Trend | null {
  const { trendLens, minObsS } = loop.settings;
  if (!trendLens.on || !loop.isFresh) return null;
  const slope = loop.trend.read(trendLens, { us: loop.time.nowUs, minObsS });
  return slope === undefined ? null : { ...slope, weightOfMoney: weightOf(loop) };
}

function weightOf(loop: InstrumentLoop): number | null {
  const isBidBelow = loop.bids.towardsBest === 1;
  const below = depthOf(isBidBelow ? loop.bids : loop.asks);
  const above = depthOf(isBidBelow ? loop.asks : loop.bids);
  return below + above === 0 ? null : (below - above) / (below + above);
}

function depthOf(side: HotSide): number {
  let sum = 0;
  for (const level of side.top(WEIGHED_LEVELS)) sum += level.qty;
  return sum;
}
