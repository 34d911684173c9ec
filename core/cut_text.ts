/**
 * Text cut short for a message, so that JSON can still hold it.
 * @module
 */

/**
 * Returns at most `units` UTF-16 code units of a text. A character that they would cut in two is left
 * out: its half is no Unicode text, and readers of JSON refuse it or fail when they print it.
 * @example A character of two units at the end
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * import { cutText } from "./cut_text.ts";
 * strictEqual(cutText("ab😀", 3), "ab");
 * ```
 */
export function cutText(text: string, units: number): string {
  if (text.length <= units) return text;
  return text.slice(0, isHighSurrogate(text.charCodeAt(units - 1)) ? units - 1 : units);
}

/** True for the first half of a pair. */
function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
