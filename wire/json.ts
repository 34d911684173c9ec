/**
 * Strict JSON from bytes. Refuses what the protocol refuses: duplicate keys, a BOM, invalid UTF-8,
 * lone surrogates, nesting above 32, numbers that are none.
 *
 * Invariant: nothing is lost silently: a number that a double does not hold exactly, or that has
 * more than 15 significant digits, stays text (`WideNumber`).
 * @module
 */

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

/** A number too long or too large for the protocol's rules, as it was spelt. */
export class WideNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The bytes are not the JSON that the protocol allows. */
export class JsonError extends Error {
  override readonly name = "JsonError";
}

/** Deepest nesting; the outermost value is 1. */
export const MAX_DEPTH = 32;

/** Parses one value. @throws {JsonError} If the bytes break a rule above. */
export function parseJson(bytes: Uint8Array): JsonValue {
  throw new JsonError(`Cannot parse JSON: not written yet: was ${bytes.length} bytes`);
}
