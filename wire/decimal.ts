/**
 * Decimals of the wire: from quanta to text, and from a client's spelling to the canonical one.
 *
 * Canonical: `-?(0|[1-9][0-9]*)(\.[0-9]*[1-9])?`, never `-0`.
 * @module
 */

/** Most digits of a decimal on the wire. */
export const MAX_DECIMAL_DIGITS = 38;

/**
 * Returns `quanta` × 10^-scale as a canonical decimal. Exact.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(decimalText(-1050, 2), "-10.5");
 * ```
 */
export function decimalText(quanta: number, scale: number): string {
  return scaledText(String(quanta), scale);
}

/** Returns an exact integer × 10^-scale as a canonical decimal. */
export function wideDecimalText(quanta: bigint, scale: number): string {
  return scaledText(String(quanta), scale);
}

function scaledText(integer: string, scale: number): string {
  if (scale === 0 || integer === "0") return integer;
  const sign = integer.charCodeAt(0) === 45 ? "-" : "";
  const digits = (sign === "" ? integer : integer.slice(1)).padStart(scale + 1, "0");
  const point = digits.length - scale;
  let end = digits.length;
  while (end > point && digits.charCodeAt(end - 1) === 48) end--;
  const whole = sign + digits.slice(0, point);
  return end === point ? whole : `${whole}.${digits.slice(point, end)}`;
}

/** Returns the canonical form of a decimal string, or undefined if it is none. */
export function canonicalDecimal(text: string): string | undefined {
  return /^-?(0|[1-9][0-9]*)(\.[0-9]+)?$/.test(text) ? text : undefined;
}
