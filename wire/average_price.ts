/**
 * The average price of an order, derived from exact sums when it is shown.
 * @module
 */
import type { OrderFields } from "../core/report.ts";
import { decimalText } from "./decimal.ts";

/** Decimals to which an average that is no whole number of price quanta is rounded. */
export const AVERAGE_DECIMALS = 12;

/**
 * Returns Σ LastPx·LastQty / CumQty as a decimal: exact if it is a whole number of price quanta,
 * else half-even to 12 decimals. Undefined before the first fill.
 */
export function averagePrice(
  order: Pick<OrderFields, "notional" | "cumQty">,
  priceScale: number,
): string | undefined {
  const { notional, cumQty } = order;
  if (cumQty === 0) return undefined;
  const small = Number(notional);
  if (Number.isSafeInteger(small)) {
    const quotient = Math.trunc(small / cumQty);
    if (quotient * cumQty === small) return decimalText(quotient, priceScale);
  }
  return wideAverage(notional, BigInt(cumQty), priceScale);
}

function wideAverage(notional: bigint, cumQty: bigint, priceScale: number): string {
  if (notional % cumQty === 0n) return decimalText(notional / cumQty, priceScale);
  const shift = AVERAGE_DECIMALS - priceScale;
  const dividend = shift >= 0 ? notional * tenTo(shift) : notional;
  const divisor = shift >= 0 ? cumQty : cumQty * tenTo(-shift);
  return decimalText(dividedHalfEven(dividend, divisor), AVERAGE_DECIMALS);
}

/** 10^exponent. `**` is allowed on neither floats nor habits here. */
function tenTo(exponent: number): bigint {
  return BigInt(`1${"0".repeat(exponent)}`);
}

/** `divisor` is positive; BigInt division truncates towards zero. */
function dividedHalfEven(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  const remainder = dividend % divisor;
  const twice = 2n * (remainder < 0n ? -remainder : remainder);
  const isAway = twice > divisor || (twice === divisor && quotient % 2n !== 0n);
  if (!isAway) return quotient;
  return dividend < 0n ? quotient - 1n : quotient + 1n;
}
