/**
 * Accounting policies: how an execution moves cash, by class of instrument.
 *
 * This is the seam for linear, inverse, binary and betting instruments. A class without a policy
 * is refused when an instrument is listed, so the ledger never meets one.
 * @module
 */
import type { AssetClass, Instrument, Side } from "../instrument.ts";
import { unreachable } from "../invariant.ts";
import type { Px, Qty } from "../numbers.ts";
import type { Amount } from "./money.ts";
import { SPOT } from "./spot.ts";

/** What a policy looks at. */
export type Deal = {
  readonly instrument: Instrument;
  readonly side: Side;
  readonly qty: Qty;
  readonly px: Px;
};

/** A movement of cash: above 0 is received. */
export type CashLeg = { readonly currency: string; readonly amount: Amount };

/** How one class of instrument is accounted. */
export interface AccountingPolicy {
  /** Currency of price × quantity, average price and P&L. */
  currencyOf(instrument: Instrument): string;
  /** Cash that the execution moves, commission apart. */
  legsOf(deal: Deal): readonly CashLeg[];
}

/** Returns the policy of a class, or undefined if this version has none. */
export function policyOf(assetClass: AssetClass): AccountingPolicy | undefined {
  switch (assetClass) {
    case "spot":
      return SPOT;
    case "linear":
    case "inverse":
    case "binary":
    case "betting":
      return undefined;
    default:
      return unreachable(assetClass);
  }
}

/** Returns the sentence that refuses to list the instrument, or undefined if it has a policy. */
export function policyProblem(instrument: Instrument): string | undefined {
  if (policyOf(instrument.assetClass) !== undefined) return undefined;
  const rule = "asset_class must be spot, the class that this version accounts";
  return `Cannot list ${instrument.name}: ${rule}: was ${instrument.assetClass}`;
}
