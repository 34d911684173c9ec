/**
 * Probability that a resting order fills within a horizon, and its time to fill.
 *
 * The time to fill is taken to be exponential with a rate that is itself gamma-distributed, of mean λ
 * and shape ¾: p = 1 − (1 + x/¾)^−¾ with x = λ·H (Lomax). Arrivals come in bursts, and a price that the
 * market has left may not come back: an exponential time with a fixed rate is too sure of itself, and
 * a random walk alone would have a shape of ½. The time given is the median; the mean does not exist.
 *
 * λ follows from what was seen: (fills + 1) ÷ (seconds + wait). `fills` is how
 * often what passed would have filled the order, at its own level and at the touches: volume ÷ what
 * must pass before it is filled, and of each event once at most. `wait` is what is expected of a level
 * that was not seen yet. It is found in the same way from all that was seen of the instrument, midway
 * between such fills (too many: they come in bursts, and an order does not stay at the touch) and
 * sweeps of its touches (too few: queues empty without one), and begins with one touch's life in the
 * market.
 *
 * An order d ticks behind a touch, with a spread of w ticks, waits ((w + d)/w)² times as long for
 * what happens at touches, as a random walk does; and what stands at better prices must pass too.
 * And the wider the spread, the more prices there are at which others step before the order: λ is that
 * of a spread of `SPREAD_USUAL` and falls with the root of the spread.
 *
 * Told as a flow: μ = λ·need, with need = what is ahead at its price + the order's quantity.
 *
 * Invariant: p does not fall with the horizon and does not rise with quantity or queue.
 * @module
 */
import type { Side } from "../instrument.ts";
import { type Px, type Qty, qty } from "../numbers.ts";
import type { Passed } from "./level_flow.ts";
import { hasPassed, type Place, placeOf } from "./place.ts";
import type { InstrumentLoop } from "./instrument_loop.ts";
import type { Near } from "./touch_flow.ts";
import { perUnit } from "./units.ts";

/** The answer. A field is null where nothing can be said. */
export type Pfill = {
  /** 0 to 1. */
  readonly p: number | null;
  readonly ttfMs: number | null;
  /** Quantity before the order. */
  readonly ahead: Qty | null;
  /** How fast the queue moves, quantity per second. */
  readonly mu: number | null;
  /** For how long the level was seen, seconds. */
  readonly observedS: number | null;
};

/** What is asked. */
export type PfillRequest = {
  readonly side: Side;
  readonly price: Px;
  /** Above 0. */
  readonly orderQty: Qty;
  readonly horizonMs: number;
};

/** The spread that what passed speaks of, ticks. */
const SPREAD_USUAL = 2;
/** λ times the median time to fill: ¾ · (2^(4/3) − 1). */
const MEDIAN = 1.1398815748423098;

const NOTHING: Pfill = { p: null, ttfMs: null, ahead: null, mu: null, observedS: null };

/** Returns the probability and time of a fill of an order that would be placed now. */
export function pfillOf(loop: InstrumentLoop, of: PfillRequest): Pfill {
  if (!loop.isFresh) return NOTHING;
  const place = placeOf(loop, of);
  const { definition } = loop.market;
  if (definition.status !== "open") {
    return { ...NOTHING, p: 0, ahead: qty(Math.ceil(place.ahead)) };
  }
  const delayMs = place.crosses || !definition.isPassiveFree ? definition.betDelayMs : 0;
  if (place.crosses) return crossing(loop, { ...of, delayMs });
  return resting(loop, { ...of, delayMs, place });
}

type Delayed = PfillRequest & { readonly delayMs: number };

/** An order that trades on arrival does so when its delay is over. */
function crossing(loop: InstrumentLoop, of: Delayed): Pfill {
  const isTooLate = of.delayMs > 0 && of.horizonMs <= of.delayMs;
  const ttfMs = Math.min(of.delayMs + loop.settings.latencyMs, loop.settings.maxTtfMs);
  return { p: isTooLate ? 0 : 1, ttfMs, ahead: qty(0), mu: null, observedS: null };
}

function resting(loop: InstrumentLoop, of: Delayed & { readonly place: Place }): Pfill {
  const { settings, time } = loop;
  const { place } = of;
  const ahead = qty(Math.ceil(place.ahead));
  const flow = place.flow;
  const observedS = flow?.observedS(time.nowUs) ?? 0;
  if (flow === undefined || !hasPassed(observedS, settings.minObsS)) {
    return { p: null, ttfMs: null, ahead, mu: null, observedS };
  }
  const need = place.ahead + of.orderQty;
  const own = flow.passed(time, settings.cancelWeight);
  const near = loop.touch.near(time.nowUs, settings.cancelWeight);
  const spread = Math.max(1, (loop.middle()?.spread ?? 1) * place.spreadLeft);
  const far = squared(1 + place.behindTicks / spread);
  const perS = Math.sqrt(SPREAD_USUAL / spread) *
    fillsPerS({ own, near, before: place.better + need, far });
  const mu = perUnit(perS * need, loop.instrument);
  const ttfMs = Math.min(of.delayMs + 1_000 * MEDIAN / perS, settings.maxTtfMs);
  const leftMs = of.horizonMs - of.delayMs;
  if (leftMs <= 0) return { p: 0, ttfMs, ahead, mu, observedS };
  return { p: filledWithin(perS * leftMs / 1_000), ttfMs, ahead, mu, observedS };
}

/** Returns 1 − (1 + x/¾)^−¾, by roots alone: they are rounded the same everywhere. */
function filledWithin(x: number): number {
  const root = Math.sqrt(1 + 4 * x / 3);
  return 1 - 1 / (root * Math.sqrt(root));
}

/** Returns how often an order fills in a second at the usual spread, the mean of what is thinkable. */
function fillsPerS(
  of: {
    readonly own: Passed;
    readonly near: Near;
    /** What must pass before it is filled, quanta. */
    readonly before: number;
    /** How much longer than at a touch it waits. */
    readonly far: number;
  },
): number {
  const { own, near, before, far } = of;
  const { exposureS } = near.passed;
  const nearFills = fillsOf(near.passed, before) / far;
  const seen = (nearFills + near.sweeps / far) / 2;
  const waitS = (exposureS + near.lifeS * far) / (seen + 1);
  const fills = fillsOf(own, before) + near.share * nearFills;
  return (fills + 1) / (own.exposureS + near.share * exposureS + waitS);
}

/** Returns how often what passed would have filled an order that so much must pass before. */
function fillsOf(passed: Passed, quantity: number): number {
  return Math.min(passed.volume / quantity, passed.events);
}

function squared(value: number): number {
  return value * value;
}
