/**
 * Probability that a resting order fills within a horizon, and its time to fill.
 *
 * With need = what is ahead + the order's quantity, and μ the rate at which its queue moves (trades,
 * and a share of cancels), the time to fill is taken to be exponential with a rate that is itself
 * gamma-distributed (shape 1): p = x/(1 + x) with x = μ·H/need (Lomax, α = 1). Arrivals come in
 * bursts, and an exponential time with a fixed rate is too sure of itself. The time given is the
 * median, need/μ; the mean does not exist.
 *
 * A queue moves by events. Where the mean event is larger than the need, one event fills the order,
 * and how soon one comes is the events' rate: μ then counts of each event no more than the need.
 *
 * Invariant: p does not fall with the horizon and does not rise with quantity or queue.
 * @module
 */
import type { Side } from "../instrument.ts";
import { type Px, type Qty, qty } from "../numbers.ts";
import { hasPassed, type Place, placeOf } from "./place.ts";
import type { InstrumentLoop } from "./instrument_loop.ts";
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
  const { rate: steady, meanEvent } = flow.motion(time, settings.cancelWeight);
  const rate = meanEvent > need ? steady * need / meanEvent : steady;
  const mu = perUnit(rate, loop.instrument);
  if (rate === 0) return { p: 0, ttfMs: null, ahead, mu, observedS };
  const ttfMs = Math.min(of.delayMs + need / rate * 1_000, settings.maxTtfMs);
  const leftMs = of.horizonMs - of.delayMs;
  if (leftMs <= 0) return { p: 0, ttfMs, ahead, mu, observedS };
  const x = rate * leftMs / 1_000 / need;
  return { p: x / (1 + x), ttfMs, ahead, mu, observedS };
}
