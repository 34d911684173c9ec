/**
 * What the sub-books and `external` of an account hold together, kept up as they change, so that
 * the account's sum is checked at the cost of what an event touched.
 *
 * A book leaves the totals with what it has, changes, and enters them again: the totals follow from
 * what the books hold, never from what was meant to be posted.
 * @module
 */
import type { InstrumentId } from "../numbers.ts";
import { Cash } from "./cash.ts";
import { ExactSum } from "./exact_sum.ts";
import type { PositionBase } from "./policy.ts";

type PositionTotal = { readonly quanta: ExactSum; readonly flow: ExactSum };

/** Sums over all parts of an account. */
export class Totals {
  readonly #cash = new Map<string, Cash>();
  readonly #positions = new Map<InstrumentId, PositionTotal>();

  /** Sum of a currency, or undefined if no part has it. */
  cash(currency: string): Cash | undefined {
    return this.#cash.get(currency);
  }

  /** Sum of an instrument, or undefined if no part has it. */
  position(instrument: InstrumentId): PositionTotal | undefined {
    return this.#positions.get(instrument);
  }

  /** Every currency and instrument that any part has had. */
  currencies(): Iterable<string> {
    return this.#cash.keys();
  }

  instruments(): Iterable<InstrumentId> {
    return this.#positions.keys();
  }

  /** Returns the sum of a currency, which the cash of a part is told to keep up. */
  ensureCash(currency: string): Cash {
    const known = this.#cash.get(currency);
    if (known !== undefined) return known;
    const total = new Cash();
    this.#cash.set(currency, total);
    return total;
  }

  enter(position: PositionBase): void {
    const total = this.#ensure(position.instrument.id);
    total.quanta.add(position.quanta);
    total.flow.addSum(position.flow);
  }

  leave(position: PositionBase): void {
    const total = this.#ensure(position.instrument.id);
    total.quanta.subtract(position.quanta);
    total.flow.subtractSum(position.flow);
  }

  #ensure(instrument: InstrumentId): PositionTotal {
    const known = this.#positions.get(instrument);
    if (known !== undefined) return known;
    const total = { quanta: new ExactSum(), flow: new ExactSum() };
    this.#positions.set(instrument, total);
    return total;
  }
}
