/**
 * Decimals that a client spelled as JSON numbers. What is refused is never rounded instead.
 * @module
 */
import { canonicalDecimal } from "../core/decimal.ts";
import { MAX_NUMBER_DIGITS, significantDigits } from "./json_scanner.ts";

const MAX_DECIMAL_DIGITS = 38;

/**
 * Returns a JSON number of at most 15 significant digits as a canonical decimal, else undefined.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(decimalOfNumber(1.5e-7), "0.00000015");
 * strictEqual(decimalOfNumber(9007199254740991), undefined);
 * ```
 */
export function decimalOfNumber(value: number): string | undefined {
  const text = String(value); // the shortest that reads back the same: up to 15 digits, the input's
  if (significantDigits(text) > MAX_NUMBER_DIGITS) return undefined;
  return canonicalDecimal(withoutExponent(text));
}

function withoutExponent(text: string): string {
  const at = text.indexOf("e");
  if (at < 0) return text;
  const exponent = Number(text.slice(at + 1));
  const sign = text.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = text.slice(sign.length, at).split(".");
  if (Math.abs(exponent) > MAX_DECIMAL_DIGITS) return "";
  return exponent < 0
    ? `${sign}0.${"0".repeat(-exponent - 1)}${whole}${fraction}`
    : `${sign}${whole}${fraction.padEnd(exponent, "0")}`;
}
