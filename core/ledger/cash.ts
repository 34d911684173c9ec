/**
 * Cash of one currency in one book: what was posted to it, exact.
 *
 * Invariant: the scale is the finest ever posted; it only grows.
 * @module
 */
import { powerOfTen, POWERS } from "../decimal.ts";
import type { Digest } from "../digest.ts";
import { ExactSum } from "./exact_sum.ts";
import { type Amount, negated, unitsAt } from "./money.ts";

/** One currency of one book. */
export class Cash {
  #scale = 0;
  readonly #sum = new ExactSum();
  /** Follows this cash: it has all of it, and of others. */
  readonly #total: Cash | null;

  constructor(total: Cash | null = null) {
    this.#total = total;
  }

  /** Decimals of the units. */
  get scale(): number {
    return this.#scale;
  }

  /** The sum of all postings, units of 10^-scale. */
  get sum(): ExactSum {
    return this.#sum;
  }

  get amount(): Amount {
    return { units: this.#sum.value, scale: this.#scale };
  }

  /** Posts an amount; above 0 is received. */
  add(amount: Amount): void {
    this.#total?.add(amount);
    if (amount.scale > this.#scale) this.#widen(amount.scale);
    if (amount.scale === this.#scale) this.#sum.add(amount.units);
    else this.#addCoarse(amount);
  }

  /** Takes an amount out again. */
  subtract(amount: Amount): void {
    this.add(negated(amount));
  }

  /** Adds all that another has. */
  merge(other: Cash): void {
    if (other.#scale > this.#scale) this.#widen(other.#scale);
    if (other.#scale === this.#scale) this.#sum.addSum(other.#sum);
    else this.#addCoarse(other.amount);
  }

  /** Takes all that another has out again. */
  part(other: Cash): void {
    if (other.#scale > this.#scale) this.#widen(other.#scale);
    if (other.#scale === this.#scale) this.#sum.subtractSum(other.#sum);
    else this.#addCoarse(negated(other.amount));
  }

  /** Tells whether both are the same money, whatever the scales. */
  equals(other: Cash): boolean {
    if (other.#scale === this.#scale) return this.#sum.equals(other.#sum);
    const scale = Math.max(this.#scale, other.#scale);
    return unitsAt(this.amount, scale) === unitsAt(other.amount, scale);
  }

  /** Mixes scale and sum into a digest. */
  mixInto(digest: Digest): void {
    digest.int(this.#scale);
    this.#sum.mixInto(digest);
  }

  #addCoarse(amount: Amount): void {
    const factor = POWERS[this.#scale - amount.scale];
    if (factor !== undefined) this.#sum.addScaled({ units: amount.units, factor });
    else this.#sum.add(unitsAt(amount, this.#scale));
  }

  #widen(scale: number): void {
    this.#sum.set(this.#sum.units * powerOfTen(scale - this.#scale));
    this.#scale = scale;
  }
}
