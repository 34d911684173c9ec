/**
 * What is open of a position and what it cost, by the average-cost method.
 *
 * Rounding, the only one: an execution that closes part of a position takes its share of the cost
 * half-even to the cost scale. Flat costs exactly 0.
 *
 * A cost is an integer of value units plus a count of fractions of one, 0 ≤ count < fractions.
 * @module
 */
import { divideHalfEven } from "../decimal.ts";
import type { Digest } from "../digest.ts";
import { invariant } from "../invariant.ts";
import type { NodeReader } from "../node_reader.ts";
import { ExactSum, narrowed } from "./exact_sum.ts";
import type { Change } from "./policy.ts";
import type { Valuation } from "./valuation.ts";

/** Two integers up to this have an exact sum. */
const EXACT_MAX = 4_503_599_627_370_496;

/** Open quantity and its cost; below 0 for a short position. */
export class OpenCost {
  #quanta = 0;
  readonly #value = new ExactSum();
  #fraction = 0;

  /** Signed quantity, quanta. */
  get quanta(): number {
    return this.#quanta;
  }

  /** The cost, units of the cost scale. */
  units(valuation: Valuation): bigint {
    return this.#value.units * BigInt(valuation.fractions) + BigInt(this.#fraction);
  }

  copy(other: OpenCost): void {
    this.#quanta = other.#quanta;
    this.#value.copy(other.#value);
    this.#fraction = other.#fraction;
  }

  /** Takes an execution. @throws {InvariantError} If the quantity would pass 2^53 quanta. */
  apply(valuation: Valuation, change: Change): void {
    const before = this.#quanta;
    const after = before + change.quanta;
    invariant(Number.isSafeInteger(after), "A position must stay within 2^53 quanta");
    if (before === 0 || Math.sign(before) === Math.sign(change.quanta)) {
      this.#value.add(valuation.valueOf(change));
    } else if (Math.sign(after) !== Math.sign(before)) { // flat, or turned by this execution alone
      this.#value.set(valuation.valueOf({ quanta: after, px: change.px }));
      this.#fraction = 0;
    } else {
      this.#close(valuation, Math.abs(change.quanta));
    }
    this.#quanta = after;
  }

  mixInto(digest: Digest): void {
    digest.int(this.#quanta);
    this.#value.mixInto(digest);
    digest.int(this.#fraction);
  }

  checkpoint(): { readonly quanta: number; readonly value: string; readonly fraction: number } {
    return { quanta: this.#quanta, value: `${this.#value.units}`, fraction: this.#fraction };
  }

  /** Takes the state of a checkpoint. */
  restore(saved: NodeReader): void {
    this.#quanta = saved.integer("quanta");
    this.#value.set(narrowed(BigInt(saved.text("value"))));
    this.#fraction = saved.integer("fraction");
  }

  /** Takes the share of `part` of the open quanta out of the cost. */
  #close(valuation: Valuation, part: number): void {
    const { fractions } = valuation;
    const whole = Math.abs(this.#quanta);
    const value = this.#value.value;
    if (typeof value === "number" && whole * fractions <= EXACT_MAX) {
      const isNegative = value < 0;
      const borrows = isNegative && this.#fraction > 0;
      const units = isNegative ? -value - (borrows ? 1 : 0) : value;
      const fraction = borrows ? fractions - this.#fraction : this.#fraction;
      const rest = restOf({ units, whole });
      if (units <= EXACT_MAX && rest * part <= EXACT_MAX) {
        this.#closeFast({ units, fraction, isNegative }, { part, whole, rest, fractions });
        return;
      }
    }
    this.#closeWide(valuation, part);
  }

  /**
   * By machine numbers: every product is at most 2^53, every quotient exact.
   * closed = units × part ÷ whole, first the whole units, then the fractions of what is left.
   */
  #closeFast(
    cost: { readonly units: number; readonly fraction: number; readonly isNegative: boolean },
    of: {
      readonly part: number;
      readonly whole: number;
      readonly rest: number;
      readonly fractions: number;
    },
  ): void {
    const { part, whole, rest, fractions } = of;
    const left = restOf({ units: rest * part, whole });
    let closed = ((cost.units - rest) / whole) * part + (rest * part - left) / whole;
    const fine = left * fractions + cost.fraction * part;
    const last = restOf({ units: fine, whole });
    let closedFine = (fine - last) / whole;
    const isOdd = (fractions === 1 ? closed : closedFine) % 2 === 1; // of 1 no fraction is closed
    if (2 * last > whole || (2 * last === whole && isOdd)) closedFine += 1;
    while (closedFine > cost.fraction) {
      closed += 1;
      closedFine -= fractions;
    }
    const units = cost.units - closed;
    const fraction = cost.fraction - closedFine;
    const borrows = cost.isNegative && fraction > 0;
    this.#value.set(cost.isNegative ? 0 - units - (borrows ? 1 : 0) : units);
    this.#fraction = borrows ? fractions - fraction : fraction;
  }

  #closeWide(valuation: Valuation, part: number): void {
    const fractions = BigInt(valuation.fractions);
    const cost = this.units(valuation);
    const closed = divideHalfEven({
      numerator: cost * BigInt(part),
      denominator: BigInt(Math.abs(this.#quanta)),
    });
    const left = cost - closed;
    const rest = left % fractions;
    const fraction = rest < 0n ? rest + fractions : rest;
    this.#value.set(narrowed((left - fraction) / fractions));
    this.#fraction = Number(fraction);
  }
}

/**
 * `units % whole`, which the engine does ten times slower than a division. The quotient is never
 * rounded up to an integer above it: that needs units of 2^54, since it misses it by 1 ÷ whole.
 */
function restOf(
  { units, whole }: { readonly units: number; readonly whole: number },
): number {
  return units - Math.floor(units / whole) * whole;
}
