/**
 * The result of a betting market: what each runner pays, and what a book earns by it.
 *
 * Rounding, the only ones, both half-even to the quantum of stakes and once per book and market:
 * the net winnings (exact unless places are shared), then the commission on them.
 * @module
 */
import { divideHalfEven } from "../decimal.ts";
import type { PlacedRunner } from "../event.ts";
import { invariant } from "../invariant.ts";
import type { InstrumentId } from "../numbers.ts";

const MILLION = 1_000_000n;

/** What a market's settlement says. Runners named nowhere have lost. */
export type MarketResult = {
  readonly winners: readonly PlacedRunner[];
  /** Runners whose bets are void. */
  readonly voided: readonly InstrumentId[];
  /** Every bet of the market is void. */
  readonly isVoid: boolean;
};

/** The part of a stake that wins: `places` / `tied`; null: the bet is void. */
export type Share = { readonly places: bigint; readonly tied: bigint } | null;

/** What a book holds in one runner, at prices of now, and the part of it that wins. */
export type Claim = {
  /** Stake backed less stake laid, quanta. */
  readonly netQuanta: number;
  /** Σ stake × price of now, laid below 0. */
  readonly gross: bigint;
  readonly share: Share;
};

/** Returns the sentence that says why a result cannot be, or undefined if it can. */
export function resultProblem(result: MarketResult): string | undefined {
  const seen = new Set<InstrumentId>();
  for (const { instrument, places, tied } of result.winners) {
    if (!Number.isSafeInteger(tied) || tied < 1) return `tied must be 1 or more: was ${tied}`;
    if (!Number.isSafeInteger(places) || places < 1 || places > tied) {
      return `places must be 1 to the ${tied} tied for them: was ${places}`;
    }
    if (seen.has(instrument)) return `a runner must be named once: was instrument ${instrument}`;
    seen.add(instrument);
  }
  for (const instrument of result.voided) {
    if (seen.has(instrument)) return `a runner must be named once: was instrument ${instrument}`;
    seen.add(instrument);
  }
  return undefined;
}

/** Returns the part of a stake on a runner that wins. */
export function shareOf(result: MarketResult, runner: InstrumentId): Share {
  if (result.isVoid || result.voided.includes(runner)) return null;
  const placed = result.winners.find((each) => each.instrument === runner);
  if (placed === undefined) return { places: 0n, tied: 1n };
  return { places: BigInt(placed.places), tied: BigInt(placed.tied) };
}

/**
 * Returns the net winnings of a book, stake quanta, commission apart: Σ gross × share − stake over
 * its runners, rounded half-even once. `one` is the price 1 in quanta.
 */
export function netWinnings(claims: readonly Claim[], one: bigint): bigint {
  let [numerator, denominator] = [0n, one];
  for (const { netQuanta, gross, share } of claims) {
    if (share === null) continue;
    const { places, tied } = share;
    // a/b + c/(one × tied), b = one × Π tied so far: exact, since tied are small and few differ
    const profit = gross * places - BigInt(netQuanta) * one * tied;
    numerator = numerator * tied + profit * (denominator / one);
    denominator *= tied;
  }
  return divideHalfEven({ numerator, denominator });
}

/**
 * Returns the commission on net winnings, stake quanta: winnings × rate × (1 − discount), half-even;
 * nothing on a loss.
 */
export function commissionOn(
  winnings: bigint,
  of: { readonly commissionPpm: number; readonly discountPpm: number },
): bigint {
  invariant(of.discountPpm >= 0 && of.discountPpm <= 1_000_000, "A discount must be 0 to 1");
  if (winnings <= 0n) return 0n;
  const numerator = winnings * BigInt(of.commissionPpm) * (MILLION - BigInt(of.discountPpm));
  return divideHalfEven({ numerator, denominator: MILLION * MILLION });
}
