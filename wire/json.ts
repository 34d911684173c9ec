/**
 * Strict JSON from bytes. Refuses what the protocol refuses: duplicate keys, a BOM, invalid UTF-8,
 * lone surrogates, nesting above 32, numbers that are none.
 *
 * Invariant: nothing is lost silently: a number that a double does not hold exactly, or that has
 * more than 15 significant digits, stays text (`WideNumber`).
 * @module
 */
import { JsonError, JsonScanner, WideNumber } from "./json_scanner.ts";

export { JsonError, WideNumber };

/** A JSON object. Keys keep their order; `__proto__` is a key like any other. */
export type JsonObject = ReadonlyMap<string, JsonValue>;

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | WideNumber
  | readonly JsonValue[]
  | JsonObject;

/** Deepest nesting of objects and arrays; the outermost is 1. */
const MAX_DEPTH = 32;

const COMMA = 0x2c;
const COLON = 0x3a;
const QUOTE = 0x22;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;

/**
 * Parses one value, with nothing after it but white space.
 * @throws {JsonError} If the bytes break a rule above; the message names the byte.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * const value = parseJson(new TextEncoder().encode('{"__proto__": 1e1}'));
 * strictEqual(value instanceof Map && value.get("__proto__"), 10);
 * ```
 */
export function parseJson(bytes: Uint8Array): JsonValue {
  const scanner = new JsonScanner(bytes);
  scanner.skipSpace();
  const value = parseValue(scanner, 1);
  scanner.skipSpace();
  if (scanner.at < bytes.length) scanner.fail("nothing may follow the value");
  return value;
}

function parseValue(scanner: JsonScanner, depth: number): JsonValue {
  switch (scanner.peek()) {
    case QUOTE:
      return scanner.readString();
    case OPEN_BRACE:
      return parseObject(scanner, depth);
    case OPEN_BRACKET:
      return parseArray(scanner, depth);
    case 0x74:
      scanner.readLiteral("true");
      return true;
    case 0x66:
      scanner.readLiteral("false");
      return false;
    case 0x6e:
      scanner.readLiteral("null");
      return null;
    default:
      return parseNumber(scanner);
  }
}

function parseNumber(scanner: JsonScanner): number | WideNumber {
  const byte = scanner.peek();
  if (byte !== 0x2d && (byte < 0x30 || byte > 0x39)) {
    scanner.fail("a value must be a string, number, object, array, true, false or null");
  }
  return scanner.readNumber();
}

function parseObject(scanner: JsonScanner, depth: number): JsonObject {
  enter(scanner, depth);
  const object = new Map<string, JsonValue>();
  if (scanner.peek() === CLOSE_BRACE) {
    scanner.at++;
    return object;
  }
  for (;;) {
    if (scanner.peek() !== QUOTE) scanner.fail("a key must be a string");
    const keyAt = scanner.at;
    const key = scanner.readString();
    if (object.has(key)) {
      scanner.at = keyAt;
      scanner.fail("a key must not come twice in one object");
    }
    scanner.skipSpace();
    scanner.expect(COLON, "a colon must follow a key");
    scanner.skipSpace();
    object.set(key, parseValue(scanner, depth + 1));
    if (endsAfterValue(scanner, CLOSE_BRACE)) return object;
  }
}

function parseArray(scanner: JsonScanner, depth: number): readonly JsonValue[] {
  enter(scanner, depth);
  const array: JsonValue[] = [];
  if (scanner.peek() === CLOSE_BRACKET) {
    scanner.at++;
    return array;
  }
  for (;;) {
    array.push(parseValue(scanner, depth + 1));
    if (endsAfterValue(scanner, CLOSE_BRACKET)) return array;
  }
}

/** Steps over an opening brace or bracket and the space after it. */
function enter(scanner: JsonScanner, depth: number): void {
  if (depth > MAX_DEPTH) scanner.fail(`objects and arrays must not nest deeper than ${MAX_DEPTH}`);
  scanner.at++;
  scanner.skipSpace();
}

/** Steps over a comma (false) or the closing byte (true). */
function endsAfterValue(scanner: JsonScanner, close: number): boolean {
  scanner.skipSpace();
  const byte = scanner.peek();
  if (byte !== close && byte !== COMMA) {
    scanner.fail("a comma or the end of the object or array must follow a value");
  }
  scanner.at++;
  if (byte === COMMA) scanner.skipSpace();
  return byte === close;
}
