/**
 * Accounting of linear derivatives: a contract is worth price × multiplier, in the settlement
 * currency. Cash moves by realised P&L, commission and funding; the price itself is not paid.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import { CostAccounting, multiplierTerms } from "./cost_accounting.ts";
import type { Accounting, AccountingPolicy } from "./policy.ts";
import { multiplierProblem, ProductValuation } from "./valuation.ts";

/** The policy of linear derivatives. */
export const LINEAR: AccountingPolicy = {
  problemOf: (instrument: Instrument): string | undefined =>
    multiplierProblem(multiplierTerms(instrument).multiplier),

  accountingOf(instrument: Instrument): Accounting {
    const { multiplier, settlement } = multiplierTerms(instrument);
    const valuation = new ProductValuation(instrument, { multiplier, isPaidInFull: false });
    return new CostAccounting(instrument, { currency: settlement, valuation });
  },
};
