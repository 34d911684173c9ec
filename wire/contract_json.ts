/**
 * The terms of a contract as the protocol shows them: `contract` in a row of `instruments`.
 * @module
 */
import type { Contract } from "../core/instrument.ts";
import { unreachable } from "../core/invariant.ts";

/** Returns the terms under the protocol's names. */
export function contractJson(contract: Contract): { readonly [key: string]: unknown } {
  switch (contract.kind) {
    case "linear":
    case "inverse":
      return contract;
    case "binary": {
      const { netting, ...terms } = contract;
      return { ...terms, netting: netting === "signed" ? "signed" : "per_outcome" };
    }
    case "betting": {
      const { kind, market, currency, commissionPpm, discountPpm, winners, runners } = contract;
      return {
        kind,
        market,
        currency,
        commission_ppm: commissionPpm,
        discount_ppm: discountPpm,
        winners,
        runners,
      };
    }
    default:
      return unreachable(contract);
  }
}
