/**
 * Turns the decimals of venue payloads into quanta, digit by digit: no float, no allocation.
 * @module
 */

import { LEVEL_PRICE_MAX } from "../../core/book.ts";

const ZERO = 48;
const NINE = 57;
const POINT = 46;
const MINUS = 45;

/**
 * Returns the exact count of 10^-scale, or undefined if the text is no plain decimal, is finer
 * than the scale, or the count is beyond 2^53. Trailing zeros are fine.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(quantaOf("61800.20", 1), 618002);
 * strictEqual(quantaOf("61800.25", 1), undefined);
 * ```
 */
export function quantaOf(text: string, scale: number): number | undefined {
  const sign = text.charCodeAt(0) === MINUS ? -1 : 1;
  let quanta = 0;
  let digits = 0;
  let decimals = -1;
  for (let at = sign < 0 ? 1 : 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === POINT && decimals < 0 && digits > 0) decimals = 0;
    else if (code < ZERO || code > NINE) return undefined;
    else {
      digits++;
      if (decimals >= scale) { // finer than a quantum: only zeros may follow
        if (code !== ZERO) return undefined;
        continue;
      }
      quanta = quanta * 10 + (code - ZERO);
      if (decimals >= 0) decimals++;
    }
  }
  if (digits === 0 || text.charCodeAt(text.length - 1) === POINT) return undefined;
  for (let missing = scale - Math.max(decimals, 0); missing > 0; missing--) quanta *= 10;
  return quanta <= Number.MAX_SAFE_INTEGER ? sign * quanta + 0 : undefined;
}

/** As `quantaOf`, of a price: undefined also if no book can hold it. */
export function priceQuantaOf(text: string, scale: number): number | undefined {
  const quanta = quantaOf(text, scale);
  return quanta === undefined || Math.abs(quanta) > LEVEL_PRICE_MAX ? undefined : quanta;
}
