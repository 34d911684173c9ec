/**
 * Messages of venues as JSON, and their fields, which must be what they should be.
 * @module
 */
import { cutText } from "../../core/cut_text.ts";
import type { Side } from "../../core/instrument.ts";
import { LineError } from "./capture_line.ts";

/** What a message holds, by name. */
export type Fields = { readonly [key: string]: unknown };

/** Reads JSON. @throws {LineError} If it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LineError(`Cannot read a message: it must be JSON: was ${cutText(text, 80)}`, {
      cause: error,
    });
  }
}

/** Returns the value as an object. @throws {LineError} If it is none. */
export function fieldsOf(value: unknown, path: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw mismatch(path, "an object", value);
}

/** Returns the value as a list. @throws {LineError} If it is none. */
export function listOf(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw mismatch(path, "a list", value);
}

/** Returns the value as text. @throws {LineError} If it is none. */
export function textOf(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  throw mismatch(path, "a text", value);
}

/** Returns the value as an integer. @throws {LineError} If it is none from 0 up. */
export function integerOf(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw mismatch(path, "an integer >= 0", value);
}

/** Returns the taker's side, as one of the venue's two words for it. @throws {LineError} If it is neither. */
export function takerOf(
  value: unknown,
  words: { readonly path: string; readonly buy: string; readonly sell: string },
): Side {
  const { path, buy, sell } = words;
  if (value === buy) return "Buy";
  if (value === sell) return "Sell";
  throw mismatch(path, `one of ${buy} and ${sell}`, value);
}

/** Returns the refusal of a value that is not what `rule` says. */
export function mismatch(path: string, rule: string, value: unknown): LineError {
  const seen = cutText(JSON.stringify(value) ?? "absent", 80);
  return new LineError(`Cannot read a message: ${path} must be ${rule}: was ${seen}`);
}
