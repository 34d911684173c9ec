/**
 * Exact decimals: between canonical strings, quanta of an instrument and wide integers of money.
 *
 * Invariant: nothing here rounds, except `averagePx`, which says so; no float holds a fraction.
 * A decimal is `-?(0|[1-9][0-9]*)(\.[0-9]+)?` of at most 38 digits, without `-0`; it is canonical
 * when its fraction does not end in a zero. A scale is a count of decimals, 0 or more.
 * @module
 */
import { invariant } from "./invariant.ts";

const GRAMMAR = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?$/;
const DIGITS_MAX = 38;
/** Decimals to which an average that does not end is rounded, as the wire says. */
const AVERAGE_DECIMALS = 12;
/** Texts up to this length have at most 15 digits, which a double holds exactly. */
const FAST_LENGTH = 15;
const [MINUS, POINT, ZERO, NINE] = [45, 46, 48, 57];
/** Powers of ten up to 10^15, the safe integers among them, by exponent. */
export const POWERS: readonly number[] = [
  1,
  1e1,
  1e2,
  1e3,
  1e4,
  1e5,
  1e6,
  1e7,
  1e8,
  1e9,
  1e10,
  1e11,
  1e12,
  1e13,
  1e14,
  1e15,
];
/** The largest scale whose power of ten is a machine integer. */
const SMALL_SCALE_MAX = 9;
const ZEROS = "000000000";

/**
 * Returns the decimal without trailing zeros, or undefined if the text is not a decimal.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(canonicalDecimal("61800.30"), "61800.3");
 * strictEqual(canonicalDecimal("-0.0"), undefined);
 * ```
 */
export function canonicalDecimal(text: string): string | undefined {
  if (!GRAMMAR.test(text)) return undefined;
  const negative = text.startsWith("-");
  const point = text.indexOf(".");
  const digits = text.length - (negative ? 1 : 0) - (point < 0 ? 0 : 1);
  if (digits > DIGITS_MAX) return undefined;
  const canonical = point < 0 ? text : withoutTrailingZeros(text);
  return canonical === "-0" ? undefined : canonical;
}

/** Cuts the zeros that end the fraction of `text`, and the point if nothing follows it. */
function withoutTrailingZeros(text: string): string {
  let end = text.length;
  while (text[end - 1] === "0") end--;
  if (text[end - 1] === ".") end--;
  return text.slice(0, end);
}

/**
 * Returns the decimal as an integer count of 10^-scale, or undefined if the text is no decimal, is
 * finer than that, or the count is beyond 2^53 - 1.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(toQuanta("61800.3", 1), 618003);
 * strictEqual(toQuanta("61800.35", 1), undefined);
 * ```
 */
export function toQuanta(decimal: string, scale: number): number | undefined {
  if (decimal.length <= FAST_LENGTH && scale <= FAST_LENGTH) return toQuantaFast(decimal, scale);
  const units = toUnits(decimal, scale);
  if (units === undefined) return undefined;
  const quanta = Number(units);
  return Number.isSafeInteger(quanta) ? quanta : undefined;
}

/**
 * `toQuanta` for texts whose digits, as one integer, a double holds exactly. The product with a
 * power of ten is exact or beyond 2^53, since a double rounds monotonically.
 */
function toQuantaFast(decimal: string, scale: number): number | undefined {
  const negative = decimal.charCodeAt(0) === MINUS;
  const first = negative ? 1 : 0;
  let digits = 0;
  let point = -1;
  for (let at = first; at < decimal.length; at++) {
    const code = decimal.charCodeAt(at);
    if (code >= ZERO && code <= NINE) digits = digits * 10 + code - ZERO;
    else if (code === POINT && point < 0) point = at;
    else return undefined;
  }
  const whole = (point < 0 ? decimal.length : point) - first;
  const isPadded = whole > 1 && decimal.charCodeAt(first) === ZERO;
  const fraction = point < 0 ? 0 : decimal.length - point - 1;
  if (whole < 1 || isPadded || (point >= 0 && fraction === 0)) return undefined;
  if (negative && digits === 0) return undefined;
  const power = POWERS[Math.abs(scale - fraction)] ?? 1;
  const quanta = scale >= fraction ? digits * power : digits / power;
  if (!Number.isSafeInteger(quanta)) return undefined;
  return negative ? -quanta : quanta;
}

/**
 * Returns the canonical decimal of `quanta` × 10^-scale.
 * @throws {InvariantError} If `quanta` is not a safe integer.
 * @example
 * ```ts
 * import { strictEqual } from "node:assert/strict";
 * strictEqual(fromQuanta(-1050, 2), "-10.5");
 * ```
 */
export function fromQuanta(quanta: number, scale: number): string {
  const isSmall = (quanta | 0) === quanta && quanta >= 0 && scale <= SMALL_SCALE_MAX;
  if (isSmall) return fromSmallQuanta(quanta, scale);
  invariant(Number.isSafeInteger(quanta), "Quanta must be a safe integer");
  const digits = `${Math.abs(quanta)}`;
  return withPoint({ isNegative: quanta < 0, digits, scale });
}

/** By machine integers, which `| 0` keeps it in: the engine divides doubles ten times slower. */
function fromSmallQuanta(quanta: number, scale: number): string {
  const unit = (POWERS[scale] ?? 1) | 0;
  const integer = quanta | 0;
  let fraction = (integer % unit) | 0;
  const whole = ((integer - fraction) / unit) | 0;
  if (fraction === 0) return `${whole}`;
  let decimals = scale;
  while (fraction % 10 === 0) {
    fraction = (fraction / 10) | 0;
    decimals--;
  }
  const digits = `${fraction}`;
  const zeros = decimals - digits.length;
  return zeros === 0 ? `${whole}.${digits}` : `${whole}.${ZEROS.slice(0, zeros)}${digits}`;
}

/**
 * Returns the decimal as a wide integer count of 10^-scale, or undefined if the text is no decimal
 * or is finer than that.
 */
export function toUnits(decimal: string, scale: number): bigint | undefined {
  const canonical = canonicalDecimal(decimal);
  if (canonical === undefined) return undefined;
  const missing = scale - decimalsOf(canonical);
  if (missing < 0) return undefined;
  return BigInt(canonical.replace(".", "")) * powerOfTen(missing);
}

/** Returns how many decimals a canonical decimal has. */
export function decimalsOf(canonical: string): number {
  const point = canonical.indexOf(".");
  return point < 0 ? 0 : canonical.length - point - 1;
}

/** Returns the canonical decimal of `units` × 10^-scale. */
export function fromUnits(units: bigint, scale: number): string {
  const isNegative = units < 0n;
  const digits = `${isNegative ? -units : units}`;
  return withPoint({ isNegative, digits, scale });
}

function withPoint(
  of: { readonly isNegative: boolean; readonly digits: string; readonly scale: number },
): string {
  const sign = of.isNegative ? "-" : "";
  if (of.scale === 0) return sign + of.digits;
  const digits = of.digits.padStart(of.scale + 1, "0");
  const point = digits.length - of.scale;
  return sign + withoutTrailingZeros(`${digits.slice(0, point)}.${digits.slice(point)}`);
}

/** Returns 10^exponent. */
export function powerOfTen(exponent: number): bigint {
  invariant(Number.isInteger(exponent) && exponent >= 0, "An exponent of ten must be 0 or more");
  let power = 1n;
  for (let left = exponent; left > 0; left -= 15) power *= BigInt(POWERS[Math.min(left, 15)] ?? 1);
  return power;
}

/**
 * Returns `numerator / denominator` as an integer, rounded down, below 0 too.
 * @throws {InvariantError} If the denominator is not above 0.
 */
export function divideDown(of: { numerator: bigint; denominator: bigint }): bigint {
  const { numerator, denominator } = of;
  invariant(denominator > 0n, "A denominator must be above 0");
  const rest = numerator % denominator;
  return (numerator - (rest < 0n ? rest + denominator : rest)) / denominator;
}

/**
 * Returns `numerator / denominator` as an integer, ties to the even neighbour.
 * @throws {InvariantError} If the denominator is not above 0.
 */
export function divideHalfEven(of: { numerator: bigint; denominator: bigint }): bigint {
  const { numerator, denominator } = of;
  invariant(denominator > 0n, "A denominator must be above 0");
  const towardsZero = numerator / denominator;
  const rest = numerator - towardsZero * denominator;
  const twice = (rest < 0n ? -rest : rest) * 2n;
  const roundAway = twice > denominator || (twice === denominator && towardsZero % 2n !== 0n);
  if (!roundAway) return towardsZero;
  return numerator < 0n ? towardsZero - 1n : towardsZero + 1n;
}

/**
 * Returns the average price of `cumQty` quanta that cost `notional` (Σ LastPx·LastQty, quanta²):
 * exact if it is a whole number of price quanta, else half-even to 12 decimals.
 * Source: FIX AvgPx (6).
 * @throws {InvariantError} If `cumQty` is not above 0.
 */
export function averagePx(
  of: { notional: bigint; cumQty: number | bigint; priceScale: number },
): string {
  const { notional, priceScale } = of;
  const whole = wholeQuotient(notional, of.cumQty);
  if (whole !== undefined) return fromQuanta(whole, priceScale);
  const cumQty = BigInt(of.cumQty);
  invariant(cumQty > 0n, "An average needs a CumQty above 0");
  if (notional % cumQty === 0n) return fromUnits(notional / cumQty, priceScale);
  const finer = Math.max(0, AVERAGE_DECIMALS - priceScale);
  const coarser = Math.max(0, priceScale - AVERAGE_DECIMALS);
  const numerator = notional * powerOfTen(finer);
  const denominator = cumQty * powerOfTen(coarser);
  return fromUnits(divideHalfEven({ numerator, denominator }), AVERAGE_DECIMALS);
}

/** The quotient of numbers that divide without rest, else undefined: far faster than BigInts. */
function wholeQuotient(notional: bigint, cumQty: number | bigint): number | undefined {
  const small = Number(notional);
  if (typeof cumQty === "bigint" || cumQty <= 0 || !Number.isSafeInteger(small)) return undefined;
  const quotient = Math.trunc(small / cumQty);
  return quotient * cumQty === small ? quotient : undefined;
}
