/**
 * Strings as JSON text, cheap for what needs no escaping.
 * @module
 */

/**
 * Returns `value` as a JSON string with its quotes, equal to `JSON.stringify(value)`.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(jsonString('a"b'), '"a\\"b"');
 * ```
 */
export function jsonString(value: string): string {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 0x20 || code === 0x22 || code === 0x5c || code >= 0xd800) {
      return JSON.stringify(value);
    }
  }
  return `"${value}"`;
}

/** Returns `null` or a JSON string. */
export function jsonStringOrNull(value: string | null): string {
  return value === null ? "null" : jsonString(value);
}

const HALF = 100_000_000;

/**
 * Returns a time in microseconds as text, equal to `String(us)`. In two halves, each a machine
 * integer: the engine takes three times as long for a number beyond 2^31.
 */
export function timeText(us: number): string {
  if (us < HALF) return String(us);
  const high = Math.floor(us / HALF) | 0; // exact: below 2^53 the quotient is never rounded up to it
  const low = (us - high * HALF) | 0;
  return `${high}${String(low + HALF).slice(1)}`;
}
