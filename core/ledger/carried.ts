/**
 * What the derivative positions of one book carry, summed by currency: kept up at the cost of the
 * positions that changed since it was last asked for, however many are open.
 * @module
 */
import { Cash } from "./cash.ts";
import type { CostPosition } from "./cost_position.ts";
import { type Amount, negated, NOTHING } from "./money.ts";

/** Sums of what cost positions carry. */
export class Carried {
  readonly #sums = new Map<string, Cash>();
  /** What each position carried when it was last counted. */
  readonly #counted = new Map<CostPosition, Amount>();
  readonly #changed = new Set<CostPosition>();

  /** Notes that a position changed. */
  note(position: CostPosition): void {
    this.#changed.add(position);
  }

  /** Returns what all of them carry in a currency. */
  in(currency: string): Amount {
    for (const position of this.#changed) this.#count(position);
    this.#changed.clear();
    return this.#sums.get(currency)?.amount ?? NOTHING;
  }

  #count(position: CostPosition): void {
    const { carried, currency } = position;
    const sum = this.#sums.get(currency) ?? new Cash();
    this.#sums.set(currency, sum);
    sum.add(negated(this.#counted.get(position) ?? NOTHING));
    sum.add(carried);
    this.#counted.set(position, carried);
  }
}
