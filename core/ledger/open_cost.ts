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
import { invariant } from "../invariant.ts";
import type { NodeReader } from "../node_reader.ts";
import type { CheckpointNode } from "../timeline.ts";
import { ExactSum, narrowed } from "./exact_sum.ts";
import type { Change } from "./policy.ts";
import type { Valuation } from "./valuation.ts";

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
    return this.#value.units * valuation.fractions + BigInt(this.#fraction);
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

  mixInto(mix: (value: number | bigint | string) => void): void {
    mix(this.#quanta);
    mix(this.#value.value);
    mix(this.#fraction);
  }

  checkpoint(): CheckpointNode {
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
    const cost = this.units(valuation);
    const closed = divideHalfEven({
      numerator: cost * BigInt(part),
      denominator: BigInt(Math.abs(this.#quanta)),
    });
    const left = cost - closed;
    const rest = left % valuation.fractions;
    const fraction = rest < 0n ? rest + valuation.fractions : rest;
    this.#value.set(narrowed((left - fraction) / valuation.fractions));
    this.#fraction = Number(fraction);
  }
}
