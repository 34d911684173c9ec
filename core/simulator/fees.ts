/**
 * Fees of the simulated venue: millionths of notional, exact, in the quote currency.
 * @module
 */
import { fromUnits } from "../decimal.ts";
import type { Instrument } from "../instrument.ts";
import type { Px, Qty } from "../numbers.ts";

/** Decimal places of a rate in millionths. */
const RATE_SCALE = 6;

/** Returns the commission of one fill, a canonical decimal; > 0 is a cost, < 0 a rebate. */
export function commissionOf(
  instrument: Instrument,
  fill: { readonly price: Px; readonly qty: Qty; readonly ratePpm: number },
): string {
  const size = fill.price < 0 ? -fill.price : fill.price; // a spread's price may be negative
  const units = BigInt(size) * BigInt(fill.qty) * BigInt(fill.ratePpm);
  return fromUnits(units, instrument.priceRule.scale + instrument.qtyRule.scale + RATE_SCALE);
}
