/**
 * What live orders of spot instruments hold back of the cash of a venue, exact. Derivatives pay no
 * price: what their orders bind is the venue's margin, which is no part of the balances here.
 * @module
 */
import { fromUnits, powerOfTen } from "./decimal.ts";
import type { EngineState } from "./engine/state.ts";
import type { VenueId } from "./numbers.ts";

/** A sum of decimals: units of 10^-scale. */
type Sum = { units: bigint; scale: number };

/** Returns what live limit orders of a venue reserve of a currency, a decimal. */
export function reservedOf(
  state: EngineState,
  of: { readonly venue: VenueId; readonly currency: string },
): string {
  const sum: Sum = { units: 0n, scale: 0 };
  for (const client of state.clients.all) {
    for (const id of client.open) {
      const order = state.blotter.get(id);
      if (order === undefined || order.terms.venue !== of.venue) continue;
      const { instrument } = state.instrument(order.terms.instrument);
      if (instrument.assetClass !== "spot") continue;
      const leaves = BigInt(order.leavesQty);
      if (order.terms.side === "Sell" && instrument.base === of.currency) {
        add(sum, leaves, instrument.qtyRule.scale);
      } else if (
        order.terms.side === "Buy" && instrument.quote === of.currency && order.price !== null
      ) {
        const scale = instrument.qtyRule.scale + instrument.priceRule.scale;
        add(sum, leaves * BigInt(order.price), scale);
      }
    }
  }
  return fromUnits(sum.units, sum.scale);
}

function add(sum: Sum, units: bigint, scale: number): void {
  const finest = Math.max(sum.scale, scale);
  sum.units = sum.units * powerOfTen(finest - sum.scale) + units * powerOfTen(finest - scale);
  sum.scale = finest;
}
