/**
 * Charges: what a book is charged and paid beside the prices of its trades. Commission, funding, fees,
 * rebates and interest of the account: all of it is posted cash, none of it is P&L of a position.
 * A loss counts both.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import type { Px, VenueId } from "../numbers.ts";
import { productOf } from "./exact_sum.ts";
import { type Amount, negated, NOTHING } from "./money.ts";
import type { CashLeg } from "./policy.ts";

/** What a book was charged at a venue in one currency; below 0 a cost. */
export type ChargeRow = {
  readonly venue: VenueId;
  readonly currency: string;
  readonly amount: Amount;
};

/** Returns what a commission takes off the base that was traded: whoever bought holds less. */
export function takenBy(instrument: Instrument, fee: CashLeg): Amount {
  return isTakenOffBase(instrument, fee) ? negated(fee.amount) : NOTHING;
}

function isTakenOffBase({ assetClass, base }: Instrument, fee: CashLeg): boolean {
  return assetClass === "spot" && fee.currency === base;
}

/**
 * Returns as what a commission counts: where it was taken off the base that was traded, at the price
 * of the trade in quote; else as it was charged.
 */
export function chargeOf(
  instrument: Instrument,
  { fee, px }: { readonly fee: CashLeg; readonly px: Px },
): CashLeg {
  if (!isTakenOffBase(instrument, fee)) return fee;
  const { quote, priceRule } = instrument;
  const { units, scale } = fee.amount;
  const worth = { units: productOf({ left: units, right: px }), scale: scale + priceRule.scale };
  return { currency: quote, amount: worth };
}
