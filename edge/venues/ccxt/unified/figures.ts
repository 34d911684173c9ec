/**
 * What a request must say: the library drops parameters without a word, and rounds figures.
 * @module
 */
import { canonicalDecimal } from "../../../../core/decimal.ts";

/** What a request about one order holds, somewhere in its bytes. */
export type Figures = {
  /** The order's key, or the venue's number of it. */
  readonly key: string;
  /** Canonical decimals by what they are. */
  readonly decimals: readonly { readonly name: string; readonly value: string }[];
};

/** As addresses write what is no letter or digit. */
const ESCAPED = /%([0-9A-Fa-f]{2})/g;
const WORD = /[A-Za-z0-9_-]/;
/** Whole ones: the digits of a key, or of a word, are none. */
const NUMBERS = /(?<![\w.]|\w-)\d+(?:\.\d+)?(?![\w]|\.\d|-\w)/g;

/** Returns what is missing in the bytes of a request, or undefined. */
export function missingIn(bytes: string, { decimals }: Figures): string | undefined {
  if (decimals.length === 0) return undefined;
  const found = new Set((bytes.match(NUMBERS) ?? []).map((number) => canonicalDecimal(number)));
  return decimals.find(({ value }) => !found.has(value))?.name;
}

/** Returns the bytes of a request as they are read: escapes of its address undone. */
export function unescaped(bytes: string): string {
  return bytes.replace(ESCAPED, (_escape, code: string) => String.fromCharCode(parseInt(code, 16)));
}

/** True if the bytes hold a word whole: a short number is part of many a time. */
export function names(bytes: string, word: string): boolean {
  for (let at = bytes.indexOf(word); at >= 0; at = bytes.indexOf(word, at + 1)) {
    const around = [bytes[at - 1] ?? "", bytes[at + word.length] ?? ""];
    if (!around.some((unit) => WORD.test(unit))) return true;
  }
  return false;
}
