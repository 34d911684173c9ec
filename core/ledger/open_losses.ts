/**
 * What an open order can lose by outcome, from its terms and the contract alone: whatever has become
 * of the outcome since, so that sums over orders take out what they took in.
 * @module
 */
import type { Instrument, Side } from "../instrument.ts";
import { unreachable } from "../invariant.ts";
import type { Px, Qty } from "../numbers.ts";
import { powerOfTen } from "../decimal.ts";
import { heldProfits, payoutPx } from "./binary_terms.ts";
import { type Profits, worstPart } from "./outcomes.ts";

/** What is open of an order, and the price at which it counts. */
export type OpenTerms = { readonly side: Side; readonly qty: Qty; readonly px: Px };

/** Returns what an order can lose if its outcome holds and if not: both 0 or below. */
export type OpenLosses = (open: OpenTerms) => Profits;

/** Returns how orders of an instrument lose, price quanta × quantity quanta; null: no outcomes. */
export function openLossesOf(instrument: Instrument): OpenLosses | null {
  switch (instrument.assetClass) {
    case "spot":
    case "linear":
    case "inverse":
      return null;
    case "binary": {
      const payout = payoutPx(instrument);
      return (open) => binaryLosses({ quanta: signed(open), px: open.px, payout });
    }
    case "betting": {
      const one = powerOfTen(instrument.priceRule.scale);
      return (open) => bettingLosses({ quanta: signed(open), px: open.px, one });
    }
    default:
      return unreachable(instrument.assetClass);
  }
}

/** As {@link OpenLosses}, of `quanta` bought (below 0 sold) of a contract that pays `payout`. */
export function binaryLosses(
  { quanta, px, payout }: { readonly quanta: number; readonly px: Px; readonly payout: Px },
): Profits {
  return worstPart(heldProfits({ quanta, payout, flow: -BigInt(quanta) * BigInt(px) }));
}

/** As {@link OpenLosses}, of a stake of `quanta` backed (below 0 laid); `one` is the price 1. */
export function bettingLosses(
  { quanta, px, one }: { readonly quanta: number; readonly px: Px; readonly one: bigint },
): Profits {
  const stake = BigInt(quanta);
  return worstPart({ ifWon: stake * (BigInt(px) - one), ifLost: -stake * one });
}

function signed({ side, qty }: OpenTerms): number {
  return side === "Buy" ? qty : -qty;
}
