/**
 * What a field of a draft must be: checks that an adapter's words pass before they are events.
 *
 * A check returns undefined, or the rest of a sentence that begins with the field's path: what must
 * hold and what was found, after the path within the value. No text is built while all is well.
 * @module
 */
import { canonicalDecimal } from "../../core/decimal.ts";
import type { InstrumentId } from "../../core/numbers.ts";
import { cutText } from "../../core/cut_text.ts";

/** What a venue may speak of. */
export type FieldScope = { readonly instruments: ReadonlySet<InstrumentId> };

/** Says what is wrong with a value, or nothing. */
export type Check = (value: unknown, scope: FieldScope) => string | undefined;

/** A map's keys with what each must be; those of `optional` may be absent. */
export type Shape = {
  readonly required: ReadonlyMap<string, Check>;
  readonly optional: ReadonlyMap<string, Check>;
};

const NAME_LENGTH_MAX = 128;
const TEXT_LENGTH_MAX = 4096;
const LIST_LENGTH_MAX = 100_000;
const SHOWN_LENGTH_MAX = 80;
/** Prices of books: beyond it a sum of two would not be exact. */
const BOOK_PRICE_MAX = 2 ** 52;

/** Makes a shape. */
export function shape(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Shape {
  return {
    required: new Map(Object.entries(required)),
    optional: new Map(Object.entries(optional)),
  };
}

/** A map of this shape: every required key, no key that is not known. */
export function mapOf({ required, optional }: Shape): Check {
  return (value, scope) => {
    if (!isMap(value)) return wrong("a map", value);
    for (const [key, check] of required) {
      const problem = check(value[key], scope);
      if (problem !== undefined) return `.${key}${problem}`;
    }
    for (const key in value) {
      if (required.has(key)) continue;
      const check = optional.get(key);
      if (check === undefined) return `.${key} must be absent: was given`;
      const problem = value[key] === undefined ? undefined : check(value[key], scope);
      if (problem !== undefined) return `.${key}${problem}`;
    }
    return undefined;
  };
}

/** A whole number from `least` on, exact in a double. */
export function whole(least: number): Check {
  return (value) => isWhole(value, least) ? undefined : wrong(`whole, ${least} or more`, value);
}

/** A whole number of either sign. */
export function signed(value: unknown): string | undefined {
  return Number.isSafeInteger(value) ? undefined : wrong("whole", value);
}

/** A name: 1 to 128 characters. */
export function name(value: unknown): string | undefined {
  const isName = typeof value === "string" && value.length > 0 && value.length <= NAME_LENGTH_MAX;
  return isName ? undefined : wrong(`a text of 1 to ${NAME_LENGTH_MAX} characters`, value);
}

/** A sentence for people; it may be empty. */
export function sentence(value: unknown): string | undefined {
  const isSentence = typeof value === "string" && value.length <= TEXT_LENGTH_MAX;
  return isSentence ? undefined : wrong(`a text of at most ${TEXT_LENGTH_MAX} characters`, value);
}

/** A decimal as the wire spells it. */
export function decimal(value: unknown): string | undefined {
  const isDecimal = typeof value === "string" && canonicalDecimal(value) !== undefined;
  return isDecimal ? undefined : wrong("a decimal in a text", value);
}

/** true or false. */
export function flag(value: unknown): string | undefined {
  return typeof value === "boolean" ? undefined : wrong("true or false", value);
}

/** One of a few words. */
export function word(words: readonly string[]): Check {
  return (value) =>
    words.some((known) => known === value) ? undefined : wrong(words.join(" or "), value);
}

/** An instrument of the venue. */
export function instrument(value: unknown, { instruments }: FieldScope): string | undefined {
  const isListed = typeof value === "number" && instruments.has(value as InstrumentId);
  return isListed ? undefined : wrong("the number of an instrument of this venue", value);
}

/** null, or what `check` asks. */
export function orNull(check: Check): Check {
  return (value, scope) => value === null ? undefined : check(value, scope);
}

/** A list of such items. */
export function list(check: Check): Check {
  return (value, scope) => {
    if (!Array.isArray(value)) return wrong("a list", value);
    if (value.length > LIST_LENGTH_MAX) {
      return wrong(`a list of at most ${LIST_LENGTH_MAX}`, value.length);
    }
    for (let at = 0; at < value.length; at++) {
      const problem = check(value[at], scope);
      if (problem !== undefined) return `[${at}]${problem}`;
    }
    return undefined;
  };
}

/** A price of a book. */
export function levelPrice(value: unknown): string | undefined {
  const isPrice = isWhole(value, -BOOK_PRICE_MAX) && value <= BOOK_PRICE_MAX;
  return isPrice ? undefined : wrong("a whole price within ±2^52", value);
}

/** Levels of a book: pairs of a price within ±2^52 and a quantity of 0 or more. */
export function levels(value: unknown): string | undefined {
  if (!Array.isArray(value)) return wrong("a list", value);
  if (value.length % 2 !== 0) return wrong("pairs of price and quantity", value.length);
  for (let at = 0; at < value.length; at += 2) {
    const [price, quantity]: readonly unknown[] = [value[at], value[at + 1]];
    const problem = levelPrice(price);
    if (problem !== undefined) return `[${at}]${problem}`;
    if (!isWhole(quantity, 0)) return `[${at + 1}]${wrong("whole, 0 or more", quantity)}`;
  }
  return undefined;
}

/** Returns the rest of the sentence. */
export function wrong(what: string, value: unknown): string {
  const shown = typeof value === "bigint" ? `${value}n` : JSON.stringify(value) ?? String(value);
  return ` must be ${what}: was ${cutText(shown, SHOWN_LENGTH_MAX)}`;
}

/** True for a map of keys and values. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isWhole(value: unknown, least: number): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= least;
}
