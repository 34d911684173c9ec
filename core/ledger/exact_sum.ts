/**
 * An exact integer that is added to: two machine numbers while they can hold it, else a BigInt.
 *
 * Invariant: nothing is rounded. The value is high × 10^9 + low with 0 ≤ low < 10^9, so one value
 * has one form and equality is that of the parts. Up to 4 × 10^24 nothing is allocated.
 * @module
 */
import type { Digest } from "../digest.ts";

/** An exact integer: a number where it is a safe one, else a BigInt. */
export type Wide = number | bigint;

const BASE = 1_000_000_000;
const BIG_BASE = 1_000_000_000n;
/** Largest high part: the sum of two of them is exact. */
const HIGH_MAX = 4_503_599_627_370_496;
/** Factor with which a part below `BASE` stays a safe integer. */
const FACTOR_MAX = 1_000_000;

/** Returns the integer as a number if that is exact. */
export function narrowed(value: bigint): Wide {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}

/** Returns the exact product. */
export function productOf(of: { readonly left: Wide; readonly right: number }): Wide {
  const { left, right } = of;
  if (typeof left === "bigint") return narrowed(left * BigInt(right));
  const product = left * right;
  if (Number.isSafeInteger(product)) return product + 0; // + 0 turns -0 into 0
  return BigInt(left) * BigInt(right);
}

/** A sum. */
export class ExactSum {
  #high = 0;
  #low = 0;
  /** Set while the value is beyond what the parts hold. */
  #big: bigint | null = null;

  get isZero(): boolean {
    return this.#high === 0 && this.#low === 0 && this.#big === null;
  }

  /** The value, as a number where that is exact. */
  get value(): Wide {
    const small = this.#high * BASE + this.#low;
    if (this.#big === null && Number.isSafeInteger(small)) return small;
    return this.units;
  }

  /** The value, wide. */
  get units(): bigint {
    return this.#big ?? BigInt(this.#high) * BIG_BASE + BigInt(this.#low);
  }

  /** Takes another value. */
  set(value: Wide): void {
    this.#high = 0;
    this.#low = 0;
    this.#big = null;
    this.add(value);
  }

  /** Takes the value of another sum. */
  copy(other: ExactSum): void {
    this.#high = other.#high;
    this.#low = other.#low;
    this.#big = other.#big;
  }

  add(value: Wide): void {
    if (typeof value === "bigint" || this.#big !== null) {
      this.#keep(this.units + BigInt(value));
      return;
    }
    const high = Math.floor(value / BASE);
    this.#move({ high, low: value - high * BASE });
  }

  subtract(value: Wide): void {
    this.add(-value);
  }

  /** Adds `units` × `factor`; `factor` is a power of ten. */
  addScaled(of: { readonly units: Wide; readonly factor: number }): void {
    const { units, factor } = of;
    if (typeof units === "bigint" || factor > FACTOR_MAX) {
      this.#keep(this.units + BigInt(units) * BigInt(factor));
      return;
    }
    const high = Math.floor(units / BASE);
    this.add((units - high * BASE) * factor);
    this.#addHigh(high * factor);
  }

  addSum(other: ExactSum): void {
    if (this.#big !== null || other.#big !== null) {
      this.#keep(this.units + other.units);
      return;
    }
    this.#move({ high: other.#high, low: other.#low });
  }

  subtractSum(other: ExactSum): void {
    if (this.#big !== null || other.#big !== null) {
      this.#keep(this.units - other.units);
      return;
    }
    this.#move({ high: -other.#high, low: -other.#low });
  }

  equals(other: ExactSum): boolean {
    return this.#high === other.#high && this.#low === other.#low && this.#big === other.#big;
  }

  /** Mixes the value as two integers: ⌊value ÷ 10^9⌋ and the rest. */
  mixInto(digest: Digest): void {
    if (this.#big === null) {
      digest.int(this.#high);
      digest.int(this.#low);
      return;
    }
    const rest = this.#big % BIG_BASE;
    const low = rest < 0n ? rest + BIG_BASE : rest;
    digest.big((this.#big - low) / BIG_BASE);
    digest.int(Number(low));
  }

  #addHigh(high: number): void {
    if (this.#big !== null) {
      this.#keep(this.#big + BigInt(high) * BIG_BASE);
      return;
    }
    this.#move({ high, low: 0 });
  }

  /** Adds to both parts; `low` is above −BASE and at most BASE. Stores only what is in range. */
  #move(by: { readonly high: number; readonly low: number }): void {
    let high = this.#high + by.high;
    let low = this.#low + by.low;
    if (low >= BASE) {
      low -= BASE;
      high += 1;
    } else if (low < 0) {
      low += BASE;
      high -= 1;
    }
    if (high > HIGH_MAX || high < -HIGH_MAX) {
      this.#keep(BigInt(high) * BIG_BASE + BigInt(low));
      return;
    }
    this.#high = high;
    this.#low = low;
  }

  #keep(value: bigint): void {
    const rest = value % BIG_BASE;
    const low = rest < 0n ? rest + BIG_BASE : rest;
    const high = Number((value - low) / BIG_BASE);
    const fits = high <= HIGH_MAX && high >= -HIGH_MAX;
    this.#high = fits ? high : 0;
    this.#low = fits ? Number(low) : 0;
    this.#big = fits ? null : value;
  }
}
