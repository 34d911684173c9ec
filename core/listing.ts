/**
 * What an instrument must be to be listed: rules that the core can count with, exactly; and what
 * must stay when it is listed again, since books and orders count in its terms.
 * @module
 */
import { fromQuanta, toUnits } from "./decimal.ts";
import type { Contract, Instrument, PriceRule, QtyRule } from "./instrument.ts";
import { unreachable } from "./invariant.ts";
import { policyProblem } from "./ledger/policy.ts";

/** Decimals of a money decimal cannot pass the wire's 38 digits. */
const SCALE_MAX = 18;

/**
 * Returns the sentence that refuses to list the instrument, or undefined if it can be traded.
 * A largest quantity beyond 2^53 quanta is refused, since it could not be counted exactly.
 */
export function listingProblem(instrument: Instrument): string | undefined {
  const problem = priceProblem(instrument.priceRule) ?? qtyProblem(instrument.qtyRule) ??
    notionalProblem(instrument.minNotional);
  if (problem === undefined) return policyProblem(instrument);
  return `Cannot list ${instrument.name}: ${problem}`;
}

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

function isScale(scale: number): boolean {
  return Number.isInteger(scale) && scale >= 0 && scale <= SCALE_MAX;
}

function priceProblem({ scale, ticks, maxQuanta }: PriceRule): string | undefined {
  if (!isScale(scale)) return `price scale must be an integer 0 to ${SCALE_MAX}: was ${scale}`;
  if (ticks.length === 0) return "price ticks must have a row: was none";
  let before: number | undefined;
  for (const { fromQuanta: from, stepQuanta: step } of ticks) {
    if (!Number.isSafeInteger(from)) return `price from must be within 2^53 quanta: was ${from}`;
    if (!isCount(step)) return `price step must be at least one quantum: was ${step} quanta`;
    if (before !== undefined && from <= before) {
      const was = `${fromQuanta(before, scale)}, then ${fromQuanta(from, scale)}`;
      return `price ticks must ascend by from: was ${was}`;
    }
    before = from;
  }
  const last = ticks.at(-1);
  if (maxQuanta === undefined || last === undefined) return undefined;
  const isOnLastRow = Number.isSafeInteger(maxQuanta) && maxQuanta >= last.fromQuanta &&
    (maxQuanta - last.fromQuanta) % last.stepQuanta === 0;
  return isOnLastRow
    ? undefined
    : `largest price must be a price of the last row: was ${fromQuanta(maxQuanta, scale)}`;
}

function qtyProblem({ scale, stepQuanta, minQuanta, maxQuanta }: QtyRule): string | undefined {
  if (!isScale(scale)) return `quantity scale must be an integer 0 to ${SCALE_MAX}: was ${scale}`;
  if (!isCount(stepQuanta)) {
    return `quantity step must be at least one quantum: was ${stepQuanta} quanta`;
  }
  if (!Number.isSafeInteger(minQuanta) || minQuanta < 0) {
    return `least quantity must be 0 to 2^53 quanta: was ${minQuanta} quanta`;
  }
  if (maxQuanta === null) return undefined;
  if (!Number.isSafeInteger(maxQuanta)) {
    return `largest quantity must be below 2^53 quanta, choose a larger quantum: was ${maxQuanta}`;
  }
  if (maxQuanta >= Math.max(1, minQuanta)) return undefined;
  const was = fromQuanta(maxQuanta, scale);
  return `largest quantity must be above 0 and at least the least one: was ${was}`;
}

function notionalProblem(minNotional: string | null): string | undefined {
  if (minNotional === null || toUnits(minNotional, 38) !== undefined) return undefined;
  return `min_notional must be a decimal: was ${minNotional}`;
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1;
}
