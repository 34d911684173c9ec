/**
 * Reading what a venue sends: JSON without loss, and fields that must be what they should be.
 *
 * Invariant: no digit is lost. Integers beyond 2^53 (order ids of some venues) stay text; decimals
 * are read only where the venue sends them as text. A field that is missing or of another type is
 * refused with its path, never guessed.
 * @module
 */
import { canonicalDecimal } from "../../../core/decimal.ts";
import { cutText } from "../../../core/cut_text.ts";

/** A payload that is not what the venue documents. The message names the field. */
export class PayloadError extends Error {
  override readonly name = "PayloadError";
}

/** Only then can a number be one that a double does not hold. */
const LONG_NUMBER = /\d{16}/;

type SourceReviver = (
  key: string,
  value: unknown,
  context: { readonly source?: string },
) => unknown;

/** Keeps the digits of an integer that a double would round. */
const exactly: SourceReviver = (_key, value, { source }) =>
  typeof value === "number" && Number.isInteger(value) && !Number.isSafeInteger(value)
    ? source
    : value;

/**
 * Returns the JSON value of a text, integers beyond 2^53 as their digits.
 * @throws {PayloadError} If the text is no JSON.
 * @example
 * ```ts
 * import { deepStrictEqual } from "node:assert/strict";
 * deepStrictEqual(parseJson('{"orderId":8389765519993908929}'), { orderId: "8389765519993908929" });
 * ```
 */
export function parseJson(text: string): unknown {
  try {
    if (!LONG_NUMBER.test(text)) return JSON.parse(text);
    return JSON.parse(text, exactly as (key: string, value: unknown) => unknown);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new PayloadError(`Cannot read an answer: it must be JSON: was ${text.length} characters`);
  }
}

/** An object of a payload, with the path to it; made by `of`. */
export class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #path: string;

  constructor(values: Readonly<Record<string, unknown>>, path: string) {
    this.#values = values;
    this.#path = path;
  }

  /** @throws {PayloadError} If the value is no object. */
  static of(value: unknown, path: string): Fields {
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      return new Fields(value as Readonly<Record<string, unknown>>, path);
    }
    throw mismatch(path, "an object", value);
  }

  /** True if the field is there and not null. */
  has(name: string): boolean {
    return this.#values[name] !== undefined && this.#values[name] !== null;
  }

  /** The value as it is; undefined where the field is absent. */
  raw(name: string): unknown {
    return this.#values[name];
  }

  /** @throws {PayloadError} If it is no text. */
  text(name: string): string {
    const value = this.#values[name];
    if (typeof value === "string") return value;
    throw mismatch(this.#at(name), "a text", value);
  }

  /** Returns a text of at least one character, or null if the field is absent or empty. */
  name(name: string): string | null {
    const value = this.#values[name];
    if (value === undefined || value === null || value === "") return null;
    return this.text(name);
  }

  /** A number that only names something: of any length. @throws {PayloadError} If it is none. */
  id(name: string): string {
    const value = this.#values[name];
    if (typeof value === "string" && /^\d+$/.test(value)) return value;
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return `${value}`;
    throw mismatch(this.#at(name), "an id of digits", value);
  }

  /** @throws {PayloadError} If it is no integer of at least 0. */
  integer(name: string): number {
    const value = this.#values[name];
    if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
    throw mismatch(this.#at(name), "an integer >= 0", value);
  }

  /** @throws {PayloadError} If it is no boolean. */
  flag(name: string): boolean {
    const value = this.#values[name];
    if (typeof value === "boolean") return value;
    throw mismatch(this.#at(name), "true or false", value);
  }

  /** A decimal, canonical. @throws {PayloadError} If it is no decimal in a text. */
  decimal(name: string): string {
    const text = this.text(name);
    const canonical = canonicalDecimal(/^-0(\.0*)?$/.test(text) ? "0" : text);
    if (canonical !== undefined) return canonical;
    throw mismatch(this.#at(name), "a decimal", text);
  }

  /** One of a closed list. @throws {PayloadError} If it is another: nothing is guessed of a state. */
  oneOf<Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.#values[name];
    const known = words.find((word) => word === value);
    if (known !== undefined) return known;
    throw mismatch(this.#at(name), `one of ${words.join(", ")}`, value);
  }

  /** @throws {PayloadError} If it is no object. */
  object(name: string): Fields {
    return Fields.of(this.#values[name], this.#at(name));
  }

  /** The objects of a list that must be there. @throws {PayloadError} If it is no list. */
  list(name: string): readonly Fields[] {
    return objectsOf(this.#values[name], this.#at(name));
  }

  /** The objects of a list; none where the field is absent. @throws {PayloadError} If it is no list. */
  objects(name: string): readonly Fields[] {
    const value = this.#values[name];
    return value === undefined ? [] : objectsOf(value, this.#at(name));
  }

  #at(name: string): string {
    return this.#path === "" ? name : `${this.#path}.${name}`;
  }
}

/** Returns the objects of a list. @throws {PayloadError} If it is no list of objects. */
export function objectsOf(value: unknown, path: string): readonly Fields[] {
  if (!Array.isArray(value)) throw mismatch(path, "a list", value);
  return value.map((item, at) => Fields.of(item, `${path}[${at}]`));
}

function mismatch(path: string, rule: string, value: unknown): PayloadError {
  const seen = cutText(JSON.stringify(value) ?? "absent", 80);
  return new PayloadError(
    `Cannot read ${path === "" ? "it" : path}: it must be ${rule}: was ${seen}`,
  );
}
