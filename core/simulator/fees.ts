/**
 * Fees of the simulated venue: millionths of notional, exact, in the currency of the notional.
 *
 * Known limit: the notional of an inverse contract does not end; its fee is rounded half-even to
 * 10^-12.
 * @module
 */
import { divideHalfEven, fromUnits, powerOfTen } from "../decimal.ts";
import type { Instrument } from "../instrument.ts";
import { policyOf, Pools } from "../ledger/mod.ts";
import type { Px, Qty } from "../numbers.ts";

/** Decimal places of a rate in millionths. */
const RATE_SCALE = 6;
const INVERSE_FEE_SCALE = 12;

/** A commission: a canonical decimal, > 0 is a cost, < 0 a rebate; and its currency. */
export type Commission = { readonly commission: string; readonly commissionCurrency: string };

/** Returns the commission of one fill. */
export function commissionOf(
  instrument: Instrument,
  fill: { readonly price: Px; readonly qty: Qty; readonly ratePpm: number },
): Commission {
  if (instrument.assetClass === "spot") {
    const units = BigInt(fill.price) * BigInt(fill.qty) * BigInt(fill.ratePpm);
    const scale = instrument.priceRule.scale + instrument.qtyRule.scale + RATE_SCALE;
    return { commission: fromUnits(units, scale), commissionCurrency: instrument.quote };
  }
  const pools = new Pools();
  pools.list(instrument);
  const accounting = policyOf(instrument.assetClass).accountingOf(instrument, pools);
  const { units, scale } = accounting.notionalOf({ quanta: fill.qty, px: fill.price });
  const fee = BigInt(units) * BigInt(fill.ratePpm);
  return {
    commission: feeText(fee, scale + RATE_SCALE, instrument),
    commissionCurrency: accounting.currency,
  };
}

function feeText(fee: bigint, scale: number, { assetClass }: Instrument): string {
  if (assetClass !== "inverse") return fromUnits(fee, scale);
  const rounded = divideHalfEven({
    numerator: fee,
    denominator: powerOfTen(scale - INVERSE_FEE_SCALE),
  });
  return fromUnits(rounded, INVERSE_FEE_SCALE);
}
