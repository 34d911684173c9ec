/**
 * Reduction factors: how the price of a matched bet falls when another runner is removed.
 *
 * A market keeps its removals in the order in which they came. A bet is subject to those that came
 * after it was booked: its epoch is the count of those before. Its price now is its traded price
 * taken through them one by one, rounded at each, so that what was traded is never lost and a bet
 * can be taken out exactly, whatever happened since.
 * @module
 */
import type { ReductionBasis } from "../event.ts";
import { divideHalfEven, powerOfTen } from "../decimal.ts";
import type { InstrumentId, SeqId } from "../numbers.ts";
import { type Px, px } from "../numbers.ts";

const MILLION = 1_000_000n;
/** A factor below 2.5 % leaves the prices of a market with one winner as they are. */
const PRICE_BASIS_LEAST_PPM = 25_000;

/** A removed runner. */
export type Removal = {
  readonly runner: InstrumentId;
  /** The factor, millionths of the basis. */
  readonly reductionPpm: number;
  readonly basis: ReductionBasis;
  /** The event that removed it: executions booked before it are subject to it. */
  readonly seqId: SeqId;
};

/** Returns how many of the removals came before an execution booked by event `booked`. */
export function epochOf(removals: readonly Removal[], booked: SeqId): number {
  let epoch = removals.length;
  while (epoch > 0 && (removals[epoch - 1]?.seqId ?? 0) > booked) epoch--;
  return epoch;
}

/**
 * Returns a price after the removals from number `epoch` on. Each step is rounded half-even to the
 * price quantum and is at least one quantum above 1, the price that wins nothing.
 */
export function reducedPx(
  traded: Px,
  of: {
    readonly removals: readonly Removal[];
    readonly epoch: number;
    readonly priceScale: number;
  },
): Px {
  const one = powerOfTen(of.priceScale);
  let price = BigInt(traded);
  for (const { reductionPpm, basis } of of.removals.slice(of.epoch)) {
    if (basis === "price" && reductionPpm < PRICE_BASIS_LEAST_PPM) continue;
    const fixed = basis === "price" ? 0n : one;
    const numerator = (price - fixed) * (MILLION - BigInt(reductionPpm));
    price = fixed + divideHalfEven({ numerator, denominator: MILLION });
    if (price <= one) price = one + 1n;
  }
  return px(Number(price));
}
