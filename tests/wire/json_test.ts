/**
 * Proves for R-WIRE-6: the strict parser agrees with the runtime's on everything that both allow,
 * and refuses the rest without harm.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import { canonicalJson } from "../../wire/canonical_json.ts";
import { JsonError, type JsonValue, parseJson, WideNumber } from "../../wire/json.ts";
import { significantDigits } from "../../wire/json_scanner.ts";

const encoder = new TextEncoder();

function parse(text: string): JsonValue {
  return parseJson(encoder.encode(text));
}

/** Maps become objects, wide numbers what the runtime makes of them. */
function toPlain(value: JsonValue): unknown {
  if (value instanceof WideNumber) return Number(value.text);
  if (value instanceof Map) {
    return Object.fromEntries([...value].map(([key, item]) => [key, toPlain(item)]));
  }
  return Array.isArray(value) ? value.map(toPlain) : value;
}

Deno.test("parseJson() equals JSON.parse on random values, compact or spaced", () => {
  fc.assert(
    fc.property(
      fc.jsonValue({ maxDepth: 6, stringUnit: "grapheme" }),
      fc.boolean(),
      (value, spaced) => {
        const text = JSON.stringify(value, null, spaced ? 2 : 0);
        deepStrictEqual(toPlain(parse(text)), JSON.parse(text, (_, item) => item === 0 ? 0 : item));
      },
    ),
    { numRuns: 2_000 },
  );
});

/** What the runtime allows and the protocol does not: lone surrogates, and maybe a key given twice. */
function isBeyondJson(text: string): boolean {
  const keys = [...text.matchAll(/"((?:[^"\\]|\\.)*)"\s*:/g)].map((match) => match[1]);
  return /\\u[dD][89a-fA-F]/.test(text) || new Set(keys).size < keys.length;
}

Deno.test("parseJson() throws JsonError exactly where JSON.parse throws, on mutated texts", () => {
  const text = fc.tuple(fc.jsonValue(), fc.nat(), fc.constantFrom(...'{}[]",:\\0-1.eE+ ntu\u0001é'))
    .map(([value, at, inserted]) => {
      const json = JSON.stringify(value);
      const index = at % (json.length + 1);
      return json.slice(0, index) + inserted + json.slice(index + at % 2);
    });
  fc.assert(
    fc.property(text, (mutated) => {
      if (isBeyondJson(mutated)) return;
      const ours = outcome(() => parse(mutated));
      const theirs = outcome(() => JSON.parse(mutated));
      strictEqual(ours, theirs, mutated);
    }),
    { numRuns: 10_000 },
  );
});

function outcome(work: () => unknown): "parsed" | "refused" {
  try {
    work();
    return "parsed";
  } catch (error) {
    ok(error instanceof JsonError || error instanceof SyntaxError);
    return "refused";
  }
}

Deno.test("parseJson() throws nothing but JsonError on random bytes", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40, size: "max" }), (bytes) => {
      try {
        parseJson(bytes);
      } catch (error) {
        ok(error instanceof JsonError);
      }
    }),
    { numRuns: 5_000 },
  );
});

const numbers = [
  ["9007199254740991", 9007199254740991, "a safe integer of 16 digits"],
  ["123456789012345", 123456789012345, "15 digits"],
  ["0.000123456789012345", 0.000123456789012345, "15 digits behind zeros"],
  ["1e22", 1e22, "one digit beyond 2^53"],
  ["1.0", 1, "an integer with a point"],
  ["-0", 0, "minus zero"],
  ["-0.0", 0, "minus zero with a point"],
  ["0e400", 0, "zero with a large exponent"],
] as const;
for (const [text, value, why] of numbers) {
  Deno.test(`parseJson() gives the number ${value} for ${text}: ${why}`, () => {
    const parsed = parse(text);
    ok(Object.is(parsed, value));
  });
}

const wide = [
  "9007199254740992",
  "9007199254740993",
  "0.1234567890123456",
  "1e400",
  "1e-400",
  "5e-324",
  "90071992547409.91e2",
];
for (const text of wide) {
  Deno.test(`parseJson() keeps ${text} as text: a double does not carry it safely`, () => {
    const parsed = parse(text);
    ok(parsed instanceof WideNumber);
    strictEqual(parsed.text, text);
  });
}

const messages = [
  ['{"a":1,"a":2}', 'a key must not come twice in one object: was """ at byte 7'],
  [
    "[1,]",
    'a value must be a string, number, object, array, true, false or null: was "]" at byte 3',
  ],
  ['{"a" 1}', 'a colon must follow a key: was "1" at byte 5'],
  ['"abc', "a string must end with a quote and hold no control characters: was the end at byte 4"],
  ["\ufeff{}", "null: was byte 0xef at byte 0"],
  ["{} x", 'nothing may follow the value: was "x" at byte 3'],
  ["[".repeat(33), 'objects and arrays must not nest deeper than 32: was "[" at byte 32'],
] as const;
for (const [text, message] of messages) {
  Deno.test(`parseJson() says of ${JSON.stringify(text.slice(0, 12))}: ${message}`, () => {
    throws(
      () => parse(text),
      (error) => error instanceof JsonError && error.message.endsWith(message),
    );
  });
}

Deno.test("significantDigits() ignores zeros at both ends, the sign, the point, the exponent", () => {
  const digits = ["0", "-0.00", "100", "0.0120", "1e10", "-10.5E-3"].map(significantDigits);
  deepStrictEqual(digits, [0, 0, 1, 2, 1, 3]);
});

Deno.test("canonicalJson() gives one text for every order and spacing", () => {
  const first = parse('{"b": [1.0, {"d":null,"c":"é"}], "a": 1e400, "__proto__": true}');
  const second = parse('{"__proto__":true,"a":1e400,"b":[1,{"c":"\\u00e9","d":null}]}');
  strictEqual(canonicalJson(first), '{"__proto__":true,"a":1e400,"b":[1,{"c":"é","d":null}]}');
  strictEqual(canonicalJson(first), canonicalJson(second));
});
