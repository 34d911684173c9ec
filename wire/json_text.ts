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
