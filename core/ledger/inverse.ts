/**
 * Accounting of inverse derivatives: a contract is worth `multiplier` units of the quote currency,
 * so −multiplier ÷ price of the base currency, in which it settles. Cash moves by realised P&L,
 * commission and funding.
 *
 * Rounding: the value of an execution, half-even to 10^-24, once, when it is booked. All that
 * follows are sums of these values; the average-cost rounding is at the same scale.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import { CostAccounting, multiplierTerms } from "./cost_accounting.ts";
import type { Accounting, AccountingPolicy } from "./policy.ts";
import { multiplierProblem, QuotientValuation } from "./valuation.ts";

/** The policy of inverse derivatives. */
export const INVERSE: AccountingPolicy = {
  problemOf: (instrument: Instrument): string | undefined =>
    multiplierProblem(multiplierTerms(instrument).multiplier),

  accountingOf(instrument: Instrument): Accounting {
    const { multiplier, settlement } = multiplierTerms(instrument);
    const valuation = new QuotientValuation(instrument, multiplier);
    return new CostAccounting(instrument, { currency: settlement, valuation });
  },
};
