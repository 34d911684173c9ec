/**
 * Accounting of spot: an execution exchanges base against quote currency, exactly.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import type { AccountingPolicy, CashLeg, Deal } from "./policy.ts";

/** A Buy receives its quantity of base and pays price × quantity of quote; a Sell the reverse. */
export const SPOT: AccountingPolicy = {
  currencyOf: (instrument: Instrument): string => instrument.quote,

  legsOf({ instrument, side, qty, px }: Deal): readonly CashLeg[] {
    const received = BigInt(side === "Buy" ? qty : -qty);
    const scale = instrument.qtyRule.scale;
    const paid = received * BigInt(px);
    return [
      { currency: instrument.base, amount: { units: received, scale } },
      {
        currency: instrument.quote,
        amount: { units: -paid, scale: scale + instrument.priceRule.scale },
      },
    ];
  },
};
