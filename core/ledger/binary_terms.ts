/**
 * Arithmetic of binary contracts: collateral, settlement, profit by outcome. Pure and exact.
 *
 * A contract pays `payout` if its outcome holds. Amounts are units of price quanta × quantity
 * quanta. Rounding, the only one: a settlement at a fraction of the payout that does not divide is
 * rounded down, for a holder and for the one who owes alike, as venues pay.
 * @module
 */
import { toQuanta } from "../decimal.ts";
import type { Contract, Instrument, Side } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import { type Px, px, type Qty } from "../numbers.ts";
import type { Profits } from "./outcomes.ts";

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
    readonly quanta: number;
    readonly payout: Px;
    readonly share: PayoutShare;
    readonly finer: bigint;
  },
): bigint {
  const numerator = BigInt(of.quanta) * BigInt(of.payout) * of.finer * BigInt(of.share.numerator);
  const denominator = BigInt(of.share.denominator);
  const towardsZero = numerator / denominator;
  return numerator < 0n && towardsZero * denominator !== numerator ? towardsZero - 1n : towardsZero;
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

/**
 * Returns what an order at a limit must have behind it: a bid p for each contract that opens, an
 * ask (payout − p); nothing for what closes a position (`signed`) or sells what is held.
 */
export function collateralToRest(
  of: {
    readonly side: Side;
    readonly qty: Qty;
    readonly px: Px;
    readonly payout: Px;
    readonly netting: BinaryTerms["netting"];
    /** The position, and what is already promised of it to other orders, taken off. */
    readonly closable: Qty;
  },
): bigint {
  const closes = of.side === "Sell" || of.netting === "signed";
  const opening = BigInt(of.qty - (closes ? Math.min(of.qty, of.closable) : 0));
  return opening * BigInt(of.side === "Buy" ? of.px : of.payout - of.px);
}

/** Returns what a position earns if its outcome holds and if not; `flow` is Σ sold − Σ bought. */
export function heldProfits(
  of: { readonly quanta: number; readonly payout: Px; readonly flow: bigint },
): Profits {
  return { ifWon: of.flow + BigInt(of.quanta) * BigInt(of.payout), ifLost: of.flow };
}

/** Returns what a fill of so much at a price would earn, either way. */
export function dealProfits(
  of: { readonly side: Side; readonly qty: Qty; readonly px: Px; readonly payout: Px },
): Profits {
  const quanta = of.side === "Buy" ? of.qty : -of.qty;
  return heldProfits({ quanta, payout: of.payout, flow: -BigInt(quanta) * BigInt(of.px) });
}
