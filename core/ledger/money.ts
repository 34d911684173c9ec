/**
 * An exact amount of one currency: a wide integer and its scale.
 *
 * Invariant: an addition finer than the scale widens it; nothing is ever rounded. Two amounts are
 * equal by value, whatever their scales.
 * @module
 */
import { canonicalDecimal, decimalsOf, fromUnits, powerOfTen, toUnits } from "../decimal.ts";
import { invariant } from "../invariant.ts";

/** `units` × 10^-`scale`. */
export type Amount = { readonly units: bigint; readonly scale: number };

/** No money. */
export const NOTHING: Amount = { units: 0n, scale: 0 };

/** Returns the amount that a decimal says. @throws {InvariantError} If it is not a decimal. */
export function amountOf(decimal: string): Amount {
  const canonical = canonicalDecimal(decimal);
  invariant(canonical !== undefined, "An amount of money must be a decimal");
  const scale = decimalsOf(canonical);
  return { units: toUnits(canonical, scale) ?? 0n, scale };
}

/** Returns the amount as a canonical decimal. */
export function decimalOf(amount: Amount): string {
  return fromUnits(amount.units, amount.scale);
}

/** Returns the same amount with the opposite sign. */
export function negated(amount: Amount): Amount {
  return { units: -amount.units, scale: amount.scale };
}

/** Returns the exact sum, at the finer of the two scales. */
export function sum(of: { readonly left: Amount; readonly right: Amount }): Amount {
  const { left, right } = of;
  if (left.scale === right.scale) return { units: left.units + right.units, scale: left.scale };
  const scale = Math.max(left.scale, right.scale);
  return { units: unitsAt(left, scale) + unitsAt(right, scale), scale };
}

function unitsAt(amount: Amount, scale: number): bigint {
  return amount.units * powerOfTen(scale - amount.scale);
}
