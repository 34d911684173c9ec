/**
 * Proves for R-WIRE-1 that a text which is cut short is still one that JSON may hold.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { cutText } from "../../core/cut_text.ts";

const cases = [
  ["abc", 3, "abc", "it is no longer than that"],
  ["abcd", 3, "abc", "it is longer"],
  ["ab😀", 3, "ab", "a pair would be cut in two"],
  ["a😀b", 3, "a😀", "a pair ends there"],
  ["ab\u{10000}", 3, "ab", "nor would the first of all pairs be left whole"],
  ["ab\u{10FFFF}", 3, "ab", "nor the last"],
  ["ab\u{FFFD}d", 3, "ab\u{FFFD}", "the last one is no half"],
  ["😀", 0, "", "nothing is to be left"],
] as const;
for (const [text, units, expected, why] of cases) {
  Deno.test(`cutText() gives "${expected}" for ${units} of "${text}": ${why}`, () => {
    strictEqual(cutText(text, units), expected);
  });
}
