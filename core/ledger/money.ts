/**
 * An exact amount of one currency: an integer and its scale.
 *
 * Invariant: an addition finer than the scale widens it; nothing is ever rounded. Two amounts are
 * equal by value, whatever their scales.
 * @module
 */
import {
  canonicalDecimal,
  decimalsOf,
  divideDown,
  fromQuanta,
  fromUnits,
  powerOfTen,
  toQuanta,
  toUnits,
} from "../decimal.ts";
import { invariant } from "../invariant.ts";
import { narrowed, type Wide } from "./exact_sum.ts";

/** `units` × 10^-`scale`. */
export type Amount = { readonly units: Wide; readonly scale: number };

/** No money. */
export const NOTHING: Amount = { units: 0, scale: 0 };

/** Returns the amount that a decimal says. @throws {InvariantError} If it is not a decimal. */
export function amountOf(decimal: string): Amount {
  if (decimal === "0") return NOTHING;
  const point = decimal.indexOf(".");
  const last = decimal.charCodeAt(decimal.length - 1);
  if (point < 0 || last !== 48) {
    const scale = point < 0 ? 0 : decimal.length - point - 1;
    const quanta = toQuanta(decimal, scale);
    if (quanta !== undefined) return { units: quanta, scale };
  }
  const canonical = canonicalDecimal(decimal);
  invariant(canonical !== undefined, "An amount of money must be a decimal");
  const scale = decimalsOf(canonical);
  return { units: narrowed(toUnits(canonical, scale) ?? 0n), scale };
}

/**
 * Returns the amount that a decimal of {@link decimalOf}, or of a row, says: unlike one that came
 * from outside it may have any number of digits.
 */
export function amountShown(decimal: string): Amount {
  const scale = decimalsOf(decimal);
  const quanta = toQuanta(decimal, scale);
  return { units: quanta ?? narrowed(BigInt(decimal.replace(".", ""))), scale };
}

/** Returns the amount as a canonical decimal. */
export function decimalOf(amount: Amount): string {
  const { units, scale } = amount;
  return typeof units === "number" ? fromQuanta(units, scale) : fromUnits(units, scale);
}

/** Returns the same amount at the coarsest scale that can say it, as its decimal does. */
export function plain(amount: Amount): Amount {
  let units = BigInt(amount.units);
  let scale = amount.scale;
  while (scale > 0 && units % 10n === 0n) {
    units /= 10n;
    scale -= 1;
  }
  return { units: narrowed(units), scale };
}

/** Returns the same amount with the opposite sign. */
export function negated(amount: Amount): Amount {
  const { units, scale } = amount;
  return { units: typeof units === "number" ? 0 - units : -units, scale };
}

/** Returns the exact sum, at the finer of the two scales. */
export function sum(of: { readonly left: Amount; readonly right: Amount }): Amount {
  const { left, right } = of;
  if (right.units === 0 && right.scale <= left.scale) return left;
  if (left.units === 0 && left.scale <= right.scale) return right;
  const scale = Math.max(left.scale, right.scale);
  return { units: narrowed(unitsAt(left, scale) + unitsAt(right, scale)), scale };
}

/** Returns the units of an amount at any scale, rounded down, below 0 too. */
export function unitsBelow(amount: Amount, scale: number): bigint {
  const finest = Math.max(amount.scale, scale);
  return divideDown({
    numerator: unitsAt(amount, finest),
    denominator: powerOfTen(finest - scale),
  });
}

/** Returns the units of an amount at a scale that is its own or finer. */
export function unitsAt(amount: Amount, scale: number): bigint {
  return BigInt(amount.units) * powerOfTen(scale - amount.scale);
}
