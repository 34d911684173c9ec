/**
 * What the positions of one book carry, summed by currency: kept up at the cost of the
 * positions that changed since it was last asked for, however many are open.
 * @module
 */
import { Cash } from "./cash.ts";
import { type Amount, negated, NOTHING } from "./money.ts";
import type { Position } from "./policy.ts";

/** Sums of what positions carry. */
export class Carried {
  readonly #sums = new Map<string, Cash>();
  /** What each position carried when it was last counted. */
  readonly #counted = new Map<Position, Amount>();
  readonly #changed = new Set<Position>();

  /** Notes that a position changed. */
  note(position: Position): void {
    this.#changed.add(position);
  }

  /** Returns what all of them carry in a currency. */
  in(currency: string): Amount {
    for (const position of this.#changed) this.#count(position);
    this.#changed.clear();
    return this.#sums.get(currency)?.amount ?? NOTHING;
  }

  #count(position: Position): void {
    const { carried, currency } = position;
    const sum = this.#sums.get(currency) ?? new Cash();
    this.#sums.set(currency, sum);
    sum.add(negated(this.#counted.get(position) ?? NOTHING));
    sum.add(carried);
    this.#counted.set(position, carried);
  }
}
