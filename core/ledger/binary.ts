/**
 * Accounting of binary contracts: an execution pays price × quantity in collateral; what a short
 * binds and what a settlement pays follow from the position (`binary_position.ts`).
 * @module
 */
import type { Instrument } from "../instrument.ts";
import type { NodeReader } from "../node_reader.ts";
import type { Account } from "./account.ts";
import type { BinaryCondition, Outcome } from "./binary_condition.ts";
import { levelCredit } from "./binary_facts.ts";
import { BinaryPosition } from "./binary_position.ts";
import {
  binaryProblem,
  binaryTerms,
  heldProfits,
  settledValue,
  valuationOf,
} from "./binary_terms.ts";
import { CostAccounting } from "./cost_accounting.ts";
import { narrowed } from "./exact_sum.ts";
import { type Amount, sum } from "./money.ts";
import { NO_PROFITS, type Profits, worstPart } from "./outcomes.ts";
import type {
  Accounting,
  AccountingPolicy,
  CashLeg,
  Change,
  TagFigures,
  TagSum,
  Valued,
} from "./policy.ts";
import type { Pools } from "./pools.ts";
import type { ProductValuation } from "./valuation.ts";

/** Rules of one outcome. */
class BinaryAccounting implements Accounting {
  readonly instrument: Instrument;
  readonly condition: BinaryCondition;
  readonly outcome: Outcome;
  readonly currency: string;
  readonly #valuation: ProductValuation;
  readonly #cost: CostAccounting;

  constructor(
    instrument: Instrument,
    of: { readonly condition: BinaryCondition; readonly outcome: Outcome },
  ) {
    this.instrument = instrument;
    this.condition = of.condition;
    this.outcome = of.outcome;
    this.currency = binaryTerms(instrument).collateral;
    this.#valuation = valuationOf(instrument);
    this.#cost = new CostAccounting(instrument, {
      currency: this.currency,
      valuation: this.#valuation,
    });
  }

  legsOf(change: Change): readonly CashLeg[] {
    return this.#cost.legsOf(change);
  }

  valueOf(of: Valued): Amount {
    return this.#cost.valueOf(of);
  }

  notionalOf(change: Change): Amount {
    return this.#cost.notionalOf(change);
  }

  /** What an open order can lose if the outcome holds and if not, both 0 or below. */
  openProfits({ quanta, px }: Change): Profits {
    if (this.outcome.settled !== null) return NO_PROFITS;
    const flow = -BigInt(quanta) * BigInt(px);
    return worstPart(heldProfits({ quanta, payout: this.outcome.payout, flow }));
  }

  /** Marked at the share once resolved, closed at it once settled. */
  tagFigures({ quanta, flow }: TagSum): TagFigures | undefined {
    const { settled, resolved, payout } = this.outcome;
    const share = settled ?? resolved;
    if (share === null) return undefined;
    const finer = BigInt(this.#valuation.fractions);
    const value = narrowed(settledValue({ quanta, payout, share, finer }));
    const pnl = sum({ left: flow, right: { units: value, scale: this.#valuation.costScale } });
    return { quanta: settled === null ? quanta : 0, pnl };
  }

  open(): BinaryPosition {
    return new BinaryPosition(this.#cost.open(), {
      outcome: this.outcome,
      valuation: this.#valuation,
    });
  }

  restore(saved: NodeReader): BinaryPosition {
    return this.open().restore(saved);
  }

  followUp(account: Account): readonly string[] {
    if (this.outcome.settled === null) return [];
    levelCredit(account, this.outcome);
    return [this.currency];
  }
}

/** The policy of binary contracts. */
export const BINARY: AccountingPolicy = {
  problemOf: binaryProblem,

  accountingOf: (instrument: Instrument, pools: Pools): Accounting =>
    new BinaryAccounting(instrument, pools.outcome(instrument)),
};
