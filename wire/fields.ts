/**
 * Rules for the fields of a message: each takes a JSON value and gives a typed one or throws a
 * `Breach` that names the path, the rule and what was found.
 *
 * Invariant: a secret's value is in no breach.
 * Ordering: the first breach in the order of the reads is the one that is told.
 * @module
 */
import { canonicalDecimal } from "../core/decimal.ts";
import { cutText } from "../core/cut_text.ts";
import { decimalOfNumber } from "./decimal.ts";
import { type JsonObject, type JsonValue, WideNumber } from "./json.ts";

/** A field does not keep its rule. The message reads "path: must be …: was …". */
export class Breach extends Error {
  override readonly name = "Breach";
}

/** Where a rule looks: the value and the path that names it. */
export type Found = { readonly value: JsonValue; readonly path: string };
/** Returns the typed value. @throws {Breach} If the value does not keep the rule. */
export type Rule<T> = (found: Found) => T;

const LONGEST_SHOWN = 60;

/** Returns a value as a message shows it: JSON, cut after 60 characters. */
export function describe(value: JsonValue): string {
  const text = value instanceof WideNumber
    ? value.text
    : value instanceof Map
    ? "an object"
    : Array.isArray(value)
    ? `an array of ${value.length}`
    : JSON.stringify(value);
  return text.length <= LONGEST_SHOWN ? text : `${cutText(text, LONGEST_SHOWN)}…`;
}

/** @throws {Breach} Always. */
export function breach(found: Found, rule: string): never {
  throw new Breach(`${found.path}: must be ${rule}: was ${describe(found.value)}`);
}

/** Reads the fields of one object. */
export class Fields {
  readonly #object: JsonObject;
  readonly #path: string;

  constructor(object: JsonObject, path = "") {
    this.#object = object;
    this.#path = path === "" ? "" : `${path}.`;
  }

  /** @throws {Breach} If the field is absent or does not keep the rule. */
  required<T>(key: string, rule: Rule<T>): T {
    const value = this.#object.get(key);
    const path = this.#path + key;
    if (value === undefined) throw new Breach(`${path}: must be given: was absent`);
    return rule({ value, path });
  }

  /** Undefined if absent. @throws {Breach} If the field is there and does not keep the rule. */
  optional<T>(key: string, rule: Rule<T>): T | undefined {
    const value = this.#object.get(key);
    return value === undefined ? undefined : rule({ value, path: this.#path + key });
  }
}

/** A boolean. */
export function boolean(found: Found): boolean {
  return typeof found.value === "boolean" ? found.value : breach(found, "true or false");
}

/** The number 1, the only version. */
export function versionOne(found: Found): 1 {
  return found.value === 1 ? 1 : breach(found, "1");
}

/** An object. */
export function object(found: Found): JsonObject {
  return found.value instanceof Map ? found.value : breach(found, "an object");
}

/** An integer within safe bounds. */
export function integer(bounds: { readonly min: number; readonly max?: number }): Rule<number> {
  const { min, max = Number.MAX_SAFE_INTEGER } = bounds;
  const rule = max === Number.MAX_SAFE_INTEGER
    ? min === Number.MIN_SAFE_INTEGER
      ? "an integer within 2^53"
      : `an integer of at least ${min} and below 2^53`
    : `an integer from ${min} to ${max}`;
  return (found) => {
    const { value } = found;
    const isInside = typeof value === "number" && Number.isSafeInteger(value) && value >= min &&
      value <= max;
    return isInside ? value : breach(found, rule);
  };
}

/** A time or a duration: an integer that is not negative. */
export const natural: Rule<number> = integer({ min: 0 });

/** A string of so many characters (code points). */
export function text(length: { readonly min: number; readonly max: number }): Rule<string> {
  const { min, max } = length;
  const rule = `a string of ${min} to ${max} characters`;
  return (found) => {
    const { value } = found;
    return typeof value === "string" && isWithin(value, length) ? value : breach(found, rule);
  };
}

/** A string that is never shown. */
export function secret(length: { readonly min: number; readonly max: number }): Rule<string> {
  const { min, max } = length;
  return ({ value, path }) => {
    if (typeof value === "string" && isWithin(value, length)) return value;
    throw new Breach(
      `${path}: must be a string of ${min} to ${max} characters: was something else`,
    );
  };
}

function isWithin(value: string, length: { readonly min: number; readonly max: number }): boolean {
  if (value.length < length.min || value.length > length.max * 2) return false;
  if (value.length <= length.max && length.min < 2) return true;
  const count = [...value].length;
  return count >= length.min && count <= length.max;
}

/** A string of an alphabet. `rule` describes it. */
export function pattern(shape: RegExp, rule: string): Rule<string> {
  return (found) => {
    const { value } = found;
    return typeof value === "string" && shape.test(value) ? value : breach(found, rule);
  };
}

/** One of a few strings. */
export function oneOf<const T extends string>(values: readonly T[]): Rule<T> {
  const rule = values.length === 1
    ? `"${values[0]}"`
    : `one of ${values.map((value) => `"${value}"`).join(", ")}`;
  return (found) => values.find((value) => value === found.value) ?? breach(found, rule);
}

/** A decimal, canonical. */
export function decimal(found: Found): string {
  const { value } = found;
  const canonical = typeof value === "string"
    ? canonicalDecimal(value)
    : typeof value === "number"
    ? decimalOfNumber(value)
    : undefined;
  return canonical ?? breach(found, 'a decimal string such as "0.5", of at most 38 digits');
}

/** An array of at most `max` items that keep a rule. */
export function listOf<T>(
  rule: Rule<T>,
  count: { readonly min: number; readonly max: number },
): Rule<readonly T[]> {
  return (found) => {
    const { value, path } = found;
    if (!isList(value) || value.length < count.min || value.length > count.max) {
      return breach(found, `a list of ${count.min} to ${count.max}`);
    }
    return value.map((item, index) => rule({ value: item, path: `${path}[${index}]` }));
  };
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** `null` or what keeps a rule. */
export function orNull<T>(rule: Rule<T>): Rule<T | null> {
  return (found) => found.value === null ? null : rule(found);
}
