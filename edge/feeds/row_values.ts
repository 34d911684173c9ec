/**
 * Values of rows in quanta: prices, quantities, sides, flags.
 * @module
 */
import type { Instrument, Side } from "../../core/instrument.ts";
import type { Px, Qty } from "../../core/numbers.ts";
import { px, qty } from "../../core/numbers.ts";
import { cutText } from "../../core/cut_text.ts";
import { LineError } from "./capture_line.ts";
import { priceQuantaOf, quantaOf } from "./venue_decimal.ts";

const BUYS: ReadonlySet<string> = new Set(["buy", "b", "bid", "bids", "bought"]);
const SELLS: ReadonlySet<string> = new Set(["sell", "s", "ask", "asks", "a", "sold"]);
const YES: ReadonlySet<string> = new Set(["true", "1", "t", "yes", "snap", "snapshot", "partial"]);

/** What becomes of sizes finer than the quantum: sums of doubles look like that in files. */
export const ROUNDINGS = ["refuse", "nearest", "down"] as const;
export type Rounding = (typeof ROUNDINGS)[number];

/** Returns a price. `decimals`: the text counts 10^-decimals. @throws {LineError} */
export function priceOf(
  text: string | undefined,
  of: { readonly instrument: Instrument; readonly decimals: number; readonly field: string },
): Px {
  const { scale } = of.instrument.priceRule;
  const quanta = text === undefined || scale < of.decimals
    ? undefined
    : priceQuantaOf(plain(text), scale - of.decimals);
  if (quanta !== undefined) return px(quanta);
  throw wrong(text, { ...of, places: scale - of.decimals, bits: 52 });
}

/** Returns a quantity. @throws {LineError} */
export function sizeOf(
  text: string | undefined,
  of: { readonly instrument: Instrument; readonly field: string; readonly rounding: Rounding },
): Qty {
  const { scale } = of.instrument.qtyRule;
  const quanta = text === undefined ? undefined : roundedQuanta(plain(text), scale, of.rounding);
  if (quanta !== undefined && quanta >= 0) return qty(quanta);
  throw wrong(text, { ...of, places: scale, bits: 53 });
}

/** `nearest` looks at one digit more, half goes up. */
function roundedQuanta(text: string, scale: number, rounding: Rounding): number | undefined {
  const point = text.indexOf(".");
  const isExact = point < 0 || text.length - point - 1 <= scale;
  if (isExact || rounding === "refuse") return quantaOf(text, scale);
  if (!/^\d+\.\d+$/.test(text)) return undefined;
  const finer = quantaOf(text.slice(0, point + 2 + scale), scale + 1);
  if (finer === undefined) return undefined;
  return Math.floor((finer + (rounding === "nearest" ? 5 : 0)) / 10);
}

/** Returns the side that a word names. @throws {LineError} If it names none. */
export function sideOf(text: string | undefined): Side | null {
  if (text === undefined) return null;
  const word = text.toLowerCase();
  if (BUYS.has(word)) return "Buy";
  if (SELLS.has(word)) return "Sell";
  throw new LineError(`Cannot read a row: side must be a word for buy or sell: was "${text}"`);
}

/** True for the words that say yes. */
export function isYes(text: string | undefined): boolean {
  return text !== undefined && YES.has(text.toLowerCase());
}

function wrong(
  text: string | undefined,
  of: {
    readonly instrument: Instrument;
    readonly field: string;
    readonly places: number;
    readonly bits: number;
  },
): LineError {
  const seen = text === undefined ? "absent" : `"${cutText(text, 40)}"`;
  return new LineError(
    `Cannot read a row of ${of.instrument.name}: ${of.field} must be a decimal of at most ` +
      `${of.places} places, within 2^${of.bits} quanta: was ${seen}`,
  );
}

/** Writes out an exponent, which some programs give to small and large numbers. */
function plain(text: string): string {
  const match = /^(-?)(\d+)(?:\.(\d*))?[eE]([+-]?\d{1,2})$/.exec(text);
  if (match === null) return text;
  const [, sign = "", whole = "", part = "", exponent = "0"] = match;
  const point = whole.length + Number(exponent);
  const digits = `${"0".repeat(Math.max(0, 1 - point))}${whole}${part}`
    .padEnd(Math.max(point, 0), "0");
  const at = Math.max(point, 1);
  return digits.length > at ? `${sign}${digits.slice(0, at)}.${digits.slice(at)}` : sign + digits;
}
