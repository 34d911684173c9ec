/**
 * Accounting of spot: an execution exchanges base against quote currency, exactly. A Buy receives
 * its quantity of base and pays price × quantity of quote; a Sell the reverse.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import { CostAccounting } from "./cost_accounting.ts";
import type { Accounting, AccountingPolicy } from "./policy.ts";
import { ProductValuation } from "./valuation.ts";

/** The policy of spot instruments. */
export const SPOT: AccountingPolicy = {
  problemOf: (): undefined => undefined,

  accountingOf(instrument: Instrument): Accounting {
    const valuation = new ProductValuation(instrument, { multiplier: "1", isPaidInFull: true });
    return new CostAccounting(instrument, { currency: instrument.quote, valuation });
  },
};
