/**
 * Accounting by average cost, which spot, linear and inverse instruments share: they differ in what
 * a quantity is worth (`valuation.ts`) and in the cash that an execution moves.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import type { NodeReader } from "../node_reader.ts";
import { CostPosition } from "./cost_position.ts";
import type { Wide } from "./exact_sum.ts";
import type { Amount } from "./money.ts";
import type { Accounting, CashLeg, Change, Valued } from "./policy.ts";
import type { Valuation } from "./valuation.ts";

/** Rules of one instrument. */
export class CostAccounting implements Accounting {
  readonly instrument: Instrument;
  readonly currency: string;
  readonly #valuation: Valuation;

  constructor(
    instrument: Instrument,
    of: { readonly currency: string; readonly valuation: Valuation },
  ) {
    this.instrument = instrument;
    this.currency = of.currency;
    this.#valuation = of.valuation;
  }

  /** The value leaves or comes; where all of it is paid, the base currency goes the other way. */
  legsOf(change: Change): readonly CashLeg[] {
    const value = this.#valuation.valueOf(change);
    const units = typeof value === "number" ? 0 - value : -value;
    const paid = { currency: this.currency, amount: { units, scale: this.#valuation.scale } };
    if (!this.#valuation.isPaidInFull) return [paid];
    const { base, qtyRule } = this.instrument;
    return [
      { currency: base, amount: { units: change.quanta, scale: qtyRule.scale } },
      paid,
    ];
  }

  valueOf(of: Valued): Amount {
    return { units: this.#valuation.valueOf(of), scale: this.#valuation.scale };
  }

  notionalOf(change: Change): Amount {
    const { units, scale } = this.valueOf(change);
    return { units: magnitudeOf(units), scale };
  }

  open(): CostPosition {
    return new CostPosition(this.instrument, {
      currency: this.currency,
      valuation: this.#valuation,
    });
  }

  restore(saved: NodeReader): CostPosition {
    return this.open().restore(saved);
  }
}

/** Returns the terms of a contract with a multiplier. @throws {InvariantError} If it has none. */
export function multiplierTerms(
  { contract }: Instrument,
): { readonly multiplier: string; readonly settlement: string } {
  const isMultiplied = contract?.kind === "linear" || contract?.kind === "inverse";
  invariant(isMultiplied, "A derivative must have a multiplier and a settlement currency");
  return contract;
}

function magnitudeOf(units: Wide): Wide {
  return units < 0 ? -units : units;
}
