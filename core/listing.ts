/**
 * What must stay when an instrument is listed again, since books and orders count in its terms.
 * @module
 */
import type { Contract, Instrument } from "./instrument.ts";
import { unreachable } from "./invariant.ts";

/**
 * Returns the sentence that refuses to list a known instrument on other terms, or undefined. Grids,
 * bounds, status, session end and capabilities may change; of a market the commission too, and how
 * many runners it has.
 */
export function relistingProblem(
  of: { readonly known: Instrument; readonly again: Instrument },
): string | undefined {
  const after = fixedTerms(of.again);
  for (const [at, [name, before]] of fixedTerms(of.known).entries()) {
    const was = after[at]?.[1];
    if (was === before) continue;
    return `Cannot list ${of.again.name} again: ${name} must stay ${before}: was ${was}`;
  }
  return undefined;
}

type Term = readonly [name: string, value: string | number | null];

/** What never changes, in an order that depends on the class alone. */
function fixedTerms(instrument: Instrument): readonly Term[] {
  return [
    ["asset_class", instrument.assetClass],
    ["venue", instrument.venue],
    ["symbol", instrument.symbol],
    ["base", instrument.base],
    ["quote", instrument.quote],
    ["price scale", instrument.priceRule.scale],
    ["quantity scale", instrument.qtyRule.scale],
    ...contractTerms(instrument.contract),
  ];
}

function contractTerms(contract: Contract | null): readonly Term[] {
  if (contract === null) return [];
  switch (contract.kind) {
    case "linear":
    case "inverse":
      return [["multiplier", contract.multiplier], ["settlement", contract.settlement]];
    case "binary":
      return [
        ["condition", contract.condition],
        ["outcome", contract.outcome],
        ["complement", contract.complement],
        ["collateral", contract.collateral],
        ["payout", contract.payout],
        ["netting", contract.netting],
      ];
    case "betting":
      return [
        ["market", contract.market],
        ["currency", contract.currency],
        ["winners", contract.winners],
      ];
    default:
      return unreachable(contract);
  }
}
