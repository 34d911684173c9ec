/**
 * What the hot loop answers of a book: prices, quantities, rates, market facts.
 *
 * `side` is that of our order, and the ladder read is the one on which it would rest; with `take`
 * the one that it would take.
 * @module
 */
import { fromUnits } from "../decimal.ts";
import type { Side } from "../instrument.ts";
import { type OrderId, type Px, type Qty, qty } from "../numbers.ts";
import type { PriceLevel } from "../view.ts";
import type { HotSide } from "./hot_side.ts";
import type { InstrumentLoop } from "./instrument_loop.ts";
import { hasPassed, placeOf } from "./place.ts";
import { perUnit } from "./units.ts";

const PPM = 1_000_000n;
const PPM_SCALE = 6;
const US_PER_MS = 1_000;
/** Most levels that one answer gives. */
const LEVELS_MAX = 1_000;

/** Which ladder is read. */
export type SideOf = { readonly side: Side; readonly take?: boolean };
/** A place on it. */
export type PriceOf = { readonly side: Side; readonly price: Px };

/** Commission of a market: the base rate, and what is left of it after the account's discount. */
export type MarketRate = { readonly mbr: string; readonly effective: string };

/** Returns the best level of a ladder; null: it has none, or the book is no reference. */
export function bestOf(loop: InstrumentLoop, of: SideOf): PriceLevel | null {
  return ladderOf(loop, of)?.best() ?? null;
}

/** Returns the quantity at the best two levels together, at most the largest that is exact. */
export function best2SumOf(loop: InstrumentLoop, of: SideOf): Qty {
  let sum = 0;
  for (const level of ladderOf(loop, of)?.top(2) ?? []) sum += level.qty;
  return qty(Math.min(sum, Number.MAX_SAFE_INTEGER));
}

/** Returns how many ticks lie between the best levels; 0 or less: the book is crossed. */
export function spreadTicksOf(loop: InstrumentLoop): number | null {
  return loop.isFresh ? loop.middle()?.spread ?? null : null;
}

/** Returns up to `n` levels (default 3), best first. */
export function ladderTopOf(
  loop: InstrumentLoop,
  of: SideOf & { readonly n?: number },
): readonly PriceLevel[] {
  const count = Math.max(0, Math.min(LEVELS_MAX, Math.floor(of.n ?? 3)));
  return ladderOf(loop, of)?.top(count) ?? [];
}

/** Returns when something was last traded, Unix milliseconds, rounded down. */
export function lastTradedTsMsOf(loop: InstrumentLoop): number | null {
  return loop.lastTradeUs === null ? null : Math.floor(loop.lastTradeUs / US_PER_MS);
}

/**
 * Returns the quantity before an order at a price, rounded up to the quantum: of an order that is
 * followed its estimate, else all that is displayed there. Null: no reference, or an order that is
 * not followed at that price.
 */
export function sizeAheadOf(
  loop: InstrumentLoop,
  of: PriceOf & { readonly orderId?: OrderId },
): Qty | null {
  if (!loop.isFresh) return null;
  const isUnknown = of.orderId !== undefined && loop.tracked(of.orderId)?.price !== of.price;
  return isUnknown ? null : qty(Math.ceil(placeOf(loop, of).ahead));
}

/**
 * Returns the one-sided quantity traded per second at a level, or at the touch without a price; null
 * while it was not seen for long enough.
 */
export function matchRateEmaOf(
  loop: InstrumentLoop,
  of: { readonly side: Side; readonly price?: Px },
): number | null {
  if (!loop.isFresh) return null;
  const own = loop.side(of.side);
  const price = of.price ?? own.best()?.price;
  const flow = price === undefined ? undefined : own.flowAt(price);
  const { time } = loop;
  if (flow === undefined || !hasPassed(flow.observedS(time.nowUs), loop.settings.minObsS)) {
    return null;
  }
  return perUnit(flow.tradeRate(time), loop.instrument);
}

/** Returns the commission rate of the market; null where none is known. Exact decimals. */
export function marketRateOf(loop: InstrumentLoop): MarketRate | null {
  const { definition, isDefined } = loop.market;
  const { contract } = loop.instrument;
  const betting = contract?.kind === "betting" ? contract : undefined;
  const ppm = definition.baseRatePpm ?? betting?.commissionPpm;
  if (ppm === undefined) return null;
  const canDiscount = !isDefined || definition.discountAllowed;
  const discountPpm = canDiscount ? betting?.discountPpm ?? 0 : 0;
  const base = BigInt(ppm);
  return {
    mbr: fromUnits(base, PPM_SCALE),
    effective: fromUnits(base * (PPM - BigInt(discountPpm)), 2 * PPM_SCALE),
  };
}

function ladderOf(loop: InstrumentLoop, of: SideOf): HotSide | undefined {
  if (!loop.isFresh) return undefined;
  return loop.side((of.side === "Buy") === (of.take === true) ? "Sell" : "Buy");
}
