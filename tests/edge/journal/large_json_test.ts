/**
 * Proves R-CORE-9 in part: a checkpoint may be longer than the longest string.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import fc from "fast-check";
import { parseLargeJson } from "../../../edge/journal/large_json.ts";

const encoder = new TextEncoder();

Deno.test("parseLargeJson() gives what JSON.parse() gives, in pieces of any length", () => {
  fc.assert(fc.property(fc.json({ stringUnit: "binary" }), fc.nat(60), (text, pieceBytes) => {
    const plain = JSON.stringify(JSON.parse(text));
    deepStrictEqual(parseLargeJson(encoder.encode(plain), pieceBytes), JSON.parse(plain));
  }));
});

for (
  const text of [
    "{}",
    "[]",
    "[[]]",
    "[{}]",
    '{"":{}}',
    '["]",",","\\"","\\\\"]',
    '{"a\\"b,":["{",{"c":null}],"d":-1.5e-7}',
    '[1,2,3,"a long one, longer than a piece",4,[5,[6,[7]]],8]',
    '{"__proto__":[1,2,3],"z":"\\u2028é"}',
  ]
) {
  Deno.test(`parseLargeJson() gives what JSON.parse() gives of ${text}`, () => {
    for (let pieceBytes = 0; pieceBytes <= text.length + 1; pieceBytes++) {
      const bytes = encoder.encode(text);
      deepStrictEqual(parseLargeJson(bytes, pieceBytes), JSON.parse(text), `${pieceBytes}`);
    }
  });
}
