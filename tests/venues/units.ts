/**
 * Exact decimals of the fake venues: integers scaled by 10^8, read from and printed as the decimal
 * text that venues speak. Knows nothing of the daemon's own decimals.
 * @module
 */

/** A price, quantity or amount of money, in units of 10^-8. */
export type Units = bigint;

/** One, in units. */
export const ONE = 100_000_000n;

/** Reads a plain decimal. Undefined if it is none, or finer than 10^-8. */
export function parseUnits(text: string): Units | undefined {
  const match = /^(-?)(\d{1,15})(?:\.(\d{1,8}))?$/.exec(text);
  if (!match) return undefined;
  const units = BigInt(match[2] ?? "0") * ONE + BigInt((match[3] ?? "").padEnd(8, "0"));
  return match[1] === "-" ? -units : units;
}

/** Reads a decimal that the program itself wrote. @throws {RangeError} If it is none. */
export function units(text: string): Units {
  const parsed = parseUnits(text);
  if (parsed === undefined) {
    throw new RangeError(`Cannot read units: must be a decimal: was ${text}`);
  }
  return parsed;
}

/** Prints with this many decimals, cut towards zero. */
export function printUnits(value: Units, decimals = 8): string {
  const sign = value < 0n ? "-" : "";
  const digits = (value < 0n ? -value : value).toString().padStart(9, "0");
  const whole = digits.slice(0, -8);
  const fraction = digits.slice(-8, digits.length - 8 + decimals);
  return decimals === 0 ? `${sign}${whole}` : `${sign}${whole}.${fraction}`;
}

/** Price times quantity, cut towards zero at 10^-8. */
export function times(price: Units, by: { readonly qty: Units }): Units {
  return price * by.qty / ONE;
}

/** The smaller of several. */
export function least(...values: readonly [Units, ...Units[]]): Units {
  return values.reduce((a, b) => a < b ? a : b);
}
