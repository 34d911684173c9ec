/**
 * The contract of an instrument: whether its terms fit its asset class, and what they are.
 *
 * Binary contracts and betting markets come and go with their events, so the adapter of their venue
 * lists them; the file names what stays.
 * @module
 */
import { decimalsOf, toQuanta } from "../core/decimal.ts";
import type { Contract } from "../core/instrument.ts";
import { unreachable } from "../core/invariant.ts";
import type { GridProblem } from "./grids.ts";

/** Classes that a configuration can list. */
export const LISTED_CLASSES = ["spot", "linear", "inverse"] as const;
export type ListedClass = (typeof LISTED_CLASSES)[number];

/** Terms as the file has them; absent ones follow from the class. */
export type ContractTerms = {
  readonly multiplier?: string | undefined;
  readonly settlement?: string | undefined;
};

const MULTIPLIER_DECIMALS_MAX = 18;

/** Returns what is wrong with a contract. */
export function contractProblems(
  of: { readonly asset_class: ListedClass; readonly contract?: ContractTerms | undefined },
): GridProblem[] {
  const { asset_class: assetClass, contract } = of;
  if (contract === undefined) return [];
  if (assetClass === "spot") {
    const message = "must be absent for spot, which has no contract";
    return [{ path: ["contract"], message, input: "a contract" }];
  }
  const { multiplier = "1" } = contract;
  const decimals = decimalsOf(multiplier);
  if (decimals <= MULTIPLIER_DECIMALS_MAX && toQuanta(multiplier, decimals) !== undefined) {
    return [];
  }
  const message =
    `must have at most ${MULTIPLIER_DECIMALS_MAX} decimals and be below 2^53 of the ` +
    "last of them";
  return [{ path: ["contract", "multiplier"], message, input: multiplier }];
}

/** Returns the contract that the core is told; null for spot. */
export function contractOf(
  of: {
    readonly assetClass: ListedClass;
    readonly contract?: ContractTerms | undefined;
    readonly base: string;
    readonly quote: string;
  },
): Contract | null {
  const { multiplier = "1", settlement } = of.contract ?? {};
  switch (of.assetClass) {
    case "spot":
      return null;
    case "linear":
      return { kind: "linear", multiplier, settlement: settlement ?? of.quote };
    case "inverse":
      return { kind: "inverse", multiplier, settlement: settlement ?? of.base };
    default:
      return unreachable(of.assetClass);
  }
}
