/**
 * The values of the protocol as zod schemas: decimals, times, ids, texts.
 *
 * Read by tests, as the oracle of the hand-written parsers, and by the tool that writes the
 * published JSON Schemas. The daemon does not load it.
 * @module
 */
import { z } from "zod";
import { TRADING_STATES } from "../core/intent.ts";
import { INSTRUMENT_MAX, SIDES } from "./intent_fields.ts";
import { significantDigits } from "./json_scanner.ts";

/** At most 38 digits, no `-0`, trailing zeros allowed. */
const DECIMAL_PATTERN =
  /^(?=(?:[^0-9]*[0-9]){1,38}[^0-9]*$)(?!-0(?:\.0+)?$)-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;

/** A string of so many code points; zod itself would count UTF-16 units. */
export function chars(min: number, bound: { readonly max: number }): z.ZodType<string> {
  const { max } = bound;
  return z.string().refine((value) => {
    const count = [...value].length;
    return count >= min && count <= max;
  }).meta({ minLength: min, maxLength: max });
}

/** An integer between bounds, below 2^53. */
export function whole(bounds: { readonly min: number; readonly max?: number }): z.ZodType<number> {
  return z.int().min(bounds.min).max(bounds.max ?? Number.MAX_SAFE_INTEGER);
}

/** A time, a duration or a count. */
export const natural = whole({ min: 0 });

/** A decimal as the daemon sends it. */
export const decimalString = z.string().regex(DECIMAL_PATTERN);

/** A decimal as a client may send it: a JSON number of at most 15 significant digits too. */
export const decimalInput = z.union([
  decimalString,
  z.number().refine((value) => {
    if (significantDigits(String(value)) > 15) return false;
    const [, exponent = "0"] = String(value).split("e");
    const mantissa = significantDigits(String(value));
    const digits = Number(exponent) < 0
      ? mantissa - Number(exponent)
      : Math.max(mantissa, Number(exponent) + 1);
    return digits <= 38;
  }),
]).describe("A decimal string, or a JSON number of at most 15 significant digits.");

/** Chosen by the client, comes back in the RESULT. */
export const requestKey = z.union([chars(1, { max: 64 }), whole({ min: Number.MIN_SAFE_INTEGER })]);

export const instrumentName = chars(1, { max: INSTRUMENT_MAX }).describe("venue:symbol");
export const side = z.enum(SIDES);
export const tradingState = z.enum(TRADING_STATES);
export const levels = z.array(z.tuple([decimalString, decimalString]));
