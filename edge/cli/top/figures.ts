/**
 * Figures for people who look at them for a second: grouped counts, short spans, ages, money.
 * @module
 */
import { fromUnits, toUnits } from "../../../core/decimal.ts";

const [MS, SECOND, MINUTE, HOUR, DAY] = [
  1_000,
  1_000_000,
  60_000_000,
  3_600_000_000,
  86_400_000_000,
];
/** Decimals in which sums are kept: finer than what any venue says. */
const SCALE = 18;
/** Digits of an amount below one. */
const SMALL_DIGITS = 4;
const PRICE_DIGITS = 9;

/**
 * Returns a count with its thousands apart.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(countText(1234567), "1,234,567");
 * ```
 */
export function countText(count: number): string {
  return grouped(String(Math.round(count)));
}

/** Returns how long ago something was, in one unit: `850ms`, `12s`, `3m`, `2h`, `5d`. */
export function ageText(us: number): string {
  if (us < SECOND) return `${Math.max(0, Math.floor(us / MS))}ms`;
  if (us < 2 * MINUTE) return `${Math.floor(us / SECOND)}s`;
  if (us < 2 * HOUR) return `${Math.floor(us / MINUTE)}m`;
  if (us < 2 * DAY) return `${Math.floor(us / HOUR)}h`;
  return `${Math.floor(us / DAY)}d`;
}

/** Returns a latency in three digits: `85µs`, `1.25ms`, `12.5ms`, `1.25s`. */
export function latencyText(us: number): string {
  if (us < MS) return `${Math.round(us)}µs`;
  return us < SECOND ? `${threeDigits(us / MS)}ms` : `${threeDigits(us / SECOND)}s`;
}

/** Returns the time of day in UTC, `16:49:38`. */
export function clockText(us: number): string {
  return new Date(Math.floor(us / MS)).toISOString().slice(11, 19);
}

/** Returns the sum of decimals, or undefined if one of them cannot be summed. */
export function sumOf(decimals: readonly string[]): string | undefined {
  let sum = 0n;
  for (const decimal of decimals) {
    const units = toUnits(decimal, SCALE);
    if (units === undefined) return undefined;
    sum += units;
  }
  return fromUnits(sum, SCALE);
}

/** Returns a decimal times -1. */
export function negated(decimal: string): string {
  if (/^-?0(\.0*)?$/.test(decimal)) return "0";
  return decimal.startsWith("-") ? decimal.slice(1) : `-${decimal}`;
}

/**
 * Returns an amount for reading: two decimals, below one four digits that count, cut and not
 * rounded; with its sign, and a mark behind a loss, so that nobody has to see its colour.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(moneyText("-1234.5678"), "-1,234.56 ▼");
 * strictEqual(moneyText("0.0123456"), "+0.01234");
 * ```
 */
export function moneyText(decimal: string): string {
  const isLoss = decimal.startsWith("-");
  const [whole = "0", fraction = ""] = decimal.replace("-", "").split(".");
  const zeros = /^0*/.exec(fraction)?.[0].length ?? 0;
  const isNothing = whole === "0" && zeros === fraction.length;
  const decimals = whole === "0" && !isNothing ? zeros + SMALL_DIGITS : 2;
  const amount = `${grouped(whole)}.${fraction.slice(0, decimals).padEnd(2, "0")}`;
  if (isNothing) return "0.00";
  return isLoss ? `-${amount} ▼` : `+${amount}`;
}

/** Returns a price in at most nine digits, cut and not rounded; whole digits are never cut. */
export function priceText(decimal: string): string {
  const point = decimal.indexOf(".");
  if (point < 0) return decimal;
  const zeros = /^-?0\.(0*)/.exec(decimal)?.[1]?.length ?? 0;
  const end = Math.max(point + 3, PRICE_DIGITS + 1) + zeros;
  return decimal.slice(0, end);
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ",");
}

function threeDigits(value: number): string {
  if (value < 10) return value.toFixed(2);
  return value < 100 ? value.toFixed(1) : value.toFixed(0);
}
