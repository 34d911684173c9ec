/**
 * Arithmetic of binary contracts: collateral, settlement, profit by outcome. Pure and exact.
 *
 * A contract pays `payout` if its outcome holds. Amounts are units of price quanta × quantity
 * quanta. Rounding, the only one: a settlement at a fraction of the payout that does not divide is
 * rounded down, for a holder and for the one who owes alike, as venues pay.
 * @module
 */
import { divideDown, toQuanta } from "../decimal.ts";
import type { Contract, Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import { type Px, px } from "../numbers.ts";
import type { Wide } from "./exact_sum.ts";
import type { Profits } from "./outcomes.ts";
import { ProductValuation } from "./valuation.ts";

/** The terms of a binary contract. */
export type BinaryTerms = Extract<Contract, { kind: "binary" }>;

/** The part of the payout that an outcome is worth: `numerator` / `denominator`, 0 to 1. */
export type PayoutShare = { readonly numerator: number; readonly denominator: number };

/** Returns the terms of an instrument. @throws {InvariantError} If it is not binary. */
export function binaryTerms(instrument: Instrument): BinaryTerms {
  const { contract } = instrument;
  invariant(contract?.kind === "binary", "A binary instrument must have the terms of one");
  return contract;
}

/** Returns the payout in price quanta. @throws {InvariantError} If the terms are not listable. */
export function payoutPx(instrument: Instrument): Px {
  const quanta = toQuanta(binaryTerms(instrument).payout, instrument.priceRule.scale);
  invariant(quanta !== undefined && quanta > 0, "A payout must be above 0 price quanta");
  return px(quanta);
}

/** Returns what quantities of a contract are worth: price × quantity, paid in full by none. */
export function valuationOf(instrument: Instrument): ProductValuation {
  return new ProductValuation(instrument, { multiplier: "1", isPaidInFull: false });
}

/** Returns what is wrong with the terms, "<what must hold>: was <value>", or undefined. */
export function binaryProblem(instrument: Instrument): string | undefined {
  const { condition, collateral, payout, netting, complement } = binaryTerms(instrument);
  if (condition === "") return "contract condition must name one: was empty";
  if (collateral === "") return "contract collateral must be a currency: was empty";
  const quanta = toQuanta(payout, instrument.priceRule.scale);
  if (quanta === undefined || quanta <= 0) {
    return `contract payout must be a whole number of price quanta above 0: was ${payout}`;
  }
  if (netting === "signed") {
    if (complement === null) return undefined;
    return `contract complement must be null where netting is signed: was ${complement}`;
  }
  // A split books each outcome at half the payout.
  if (quanta % 2 === 0) return undefined;
  return `contract payout must be an even number of price quanta: was ${payout}`;
}

/** Returns the sentence that says why a share cannot be, or undefined if it can. */
export function shareProblem({ numerator, denominator }: PayoutShare): string | undefined {
  if (!Number.isSafeInteger(denominator) || denominator < 1) {
    return `denominator must be 1 or more: was ${denominator}`;
  }
  if (Number.isSafeInteger(numerator) && numerator >= 0 && numerator <= denominator) {
    return undefined;
  }
  return `numerator must be 0 to ${denominator}: was ${numerator}`;
}

/** Returns the share of the other outcome of a pair. */
export function complementOf({ numerator, denominator }: PayoutShare): PayoutShare {
  return { numerator: denominator - numerator, denominator };
}

/**
 * Returns what a position is worth at a share of the payout, rounded down; below 0 is owed.
 * `finer` is how many units of the result are in one of price × quantity.
 */
export function settledValue(
  of: {
    readonly quanta: Wide;
    readonly payout: Px;
    readonly share: PayoutShare;
    readonly finer: bigint;
  },
): bigint {
  const numerator = BigInt(of.quanta) * BigInt(of.payout) * of.finer * BigInt(of.share.numerator);
  const denominator = BigInt(of.share.denominator);
  return divideDown({ numerator, denominator });
}

/**
 * Returns the collateral that a position binds: under `signed` netting a count below 0 is held as
 * the complement, so that each contract short has the whole payout deposited for it.
 */
export function boundCollateral(
  of: {
    readonly quanta: number;
    readonly payout: Px;
    readonly netting: BinaryTerms["netting"];
  },
): bigint {
  if (of.netting === "perOutcome" || of.quanta >= 0) return 0n;
  return -BigInt(of.quanta) * BigInt(of.payout);
}

/** Returns what a position earns if its outcome holds and if not; `flow` is Σ sold − Σ bought. */
export function heldProfits(
  of: { readonly quanta: number; readonly payout: Px; readonly flow: bigint },
): Profits {
  return { ifWon: of.flow + BigInt(of.quanta) * BigInt(of.payout), ifLost: of.flow };
}
