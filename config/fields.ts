/**
 * The kinds of field a configuration has, each with the sentence that says what must hold.
 *
 * Invariant: every message completes "<path>" to a sentence and names the whole rule, so that one
 * reading is enough to repair the value; the value itself is added by whoever reports it.
 * @module
 */
import * as z from "zod";
import { canonicalDecimal } from "../core/decimal.ts";

// A configuration is parsed once: a validator compiled for it costs more than it ever saves.
z.config({ jitless: true });

/** A whole number within bounds, both inclusive. */
export function integer(range: { readonly least: number; readonly most: number }): z.ZodInt {
  const error = `must be a whole number from ${range.least} to ${range.most}`;
  return z.int({ error }).min(range.least, { error }).max(range.most, { error });
}

/** A number within bounds, both inclusive, with or without a fraction. */
export function measure(range: { readonly least: number; readonly most: number }): z.ZodNumber {
  const error = `must be a number from ${range.least} to ${range.most}`;
  return z.number({ error }).min(range.least, { error }).max(range.most, { error });
}

/** Most decimals of a decimal. */
const DECIMALS_MAX = 38;

/** Digits that a double shows as they were written, whatever they are. */
export const EXACT_DIGITS_MAX = 15;

const SIGN_RULES = {
  positive: "above 0",
  "not negative": "of 0 or more",
} as const;

/**
 * A decimal, canonical once read. YAML makes numbers of unquoted ones: accepted while a double
 * shows what was written, so up to 15 digits and without an exponent. What was written is known to
 * the file's reader alone, who finds the sentence as `decimalRule` of the schema.
 */
export function decimal(sign: keyof typeof SIGN_RULES): z.ZodType<string, string | number> {
  const error = `must be a decimal ${SIGN_RULES[sign]}, such as "0.01" ` +
    "(without exponent; in quotes if it has more than 15 digits)";
  return z.union([z.string(), z.number()], { error }).transform((value, context) => {
    const canonical = decimalOf(value);
    if (canonical !== undefined && signFits(canonical, sign)) return canonical;
    context.addIssue({ code: "custom", message: error, input: value });
    return z.NEVER;
  }).meta({ decimalRule: error });
}

/** A name: what may stand in ids, paths and metrics. */
export function name(most: number): z.ZodString {
  const error = `must be a name of 1 to ${most} letters, digits, ".", "_" or "-"`;
  return z.string({ error }).regex(new RegExp(`^[A-Za-z0-9._-]{1,${most}}$`), { error });
}

/** Text that is not empty. */
export function text(most: number): z.ZodString {
  const error = `must be a text of 1 to ${most} characters`;
  return z.string({ error }).min(1, { error }).max(most, { error });
}

/** One of a few words. */
export function word<const Words extends readonly string[]>(
  words: Words,
  why?: string,
): z.ZodEnum<{ [Word in Words[number]]: Word }> {
  const reason = why === undefined ? "" : `, ${why}`;
  return z.enum(words, { error: `must be ${words.join(" or ")}${reason}` });
}

/** true or false. */
export function flag(of: { readonly byDefault: boolean }): z.ZodDefault<z.ZodBoolean> {
  return z.boolean({ error: "must be true or false" }).default(of.byDefault);
}

/** A map with exactly these keys. */
export function map<Shape extends z.core.$ZodLooseShape>(
  shape: Shape,
): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape, { error: "must be a map of keys and values" });
}

/** A list. */
export function list<Item extends z.core.SomeType>(item: Item): z.ZodArray<Item> {
  return z.array(item, { error: "must be a list" });
}

function decimalOf(value: string | number): string | undefined {
  if (typeof value === "string") return canonicalDecimal(value);
  const written = withoutExponent(value);
  const digits = written.replace(/[-.]/g, "").replace(/^0+/, "").length;
  return digits <= EXACT_DIGITS_MAX ? canonicalDecimal(written) : undefined;
}

/** The shortest text that names the double, where a double of many decimals would show an exponent. */
function withoutExponent(value: number): string {
  const [mantissa = "", exponent = "0"] = String(value).split("e");
  const decimals = (mantissa.split(".")[1]?.length ?? 0) - Number(exponent);
  return decimals > 0 && decimals <= DECIMALS_MAX ? value.toFixed(decimals) : String(value);
}

function signFits(canonical: string, sign: keyof typeof SIGN_RULES): boolean {
  if (canonical.startsWith("-")) return false;
  return sign === "not negative" || canonical !== "0";
}
