/**
 * Executions at a price between two quanta: at most two, one quantum of price apart, whose values add
 * up to what the quantity is worth at that price, to the nearest that two such prices can say.
 *
 * So a position is opened at a cost that its venue has to more decimals than the instrument's price,
 * by executions like any other. Knows no book.
 * @module
 */
import { divideDown, divideHalfEven, powerOfTen } from "../decimal.ts";
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import { type Px, px } from "../numbers.ts";
import { type Amount, unitsAt } from "./money.ts";

/** Signed quanta that are executed at one price; bought above 0. */
export type Portion = { readonly quanta: number; readonly px: Px };

/**
 * Returns the executions of signed quanta at a price, in quote currency: that at the lower price
 * first, none of no quanta.
 * @throws {InvariantError} If a price of theirs is beyond 2^53 quanta; of an inverse contract, if the
 * price is not above 0.
 */
export function portionsOf(
  { assetClass, priceRule }: Instrument,
  of: { readonly quanta: number; readonly price: Amount },
): Portion[] {
  const { quanta, price } = of;
  const isInverse = assetClass === "inverse";
  invariant(!isInverse || price.units > 0, "The price of an inverse contract must be above 0");
  const scale = Math.max(price.scale, priceRule.scale);
  const units = unitsAt(price, scale);
  const quantum = powerOfTen(scale - priceRule.scale);
  const low = divideDown({ numerator: units, denominator: quantum });
  const share = (units - low * quantum) * BigInt(Math.abs(quanta));
  // The value of an inverse contract falls with 1 ÷ price, so a part at the higher price weighs less.
  const upper = divideHalfEven(
    isInverse
      ? { numerator: share * (low + 1n), denominator: units }
      : { numerator: share, denominator: quantum },
  );
  const high = Math.sign(quanta) * Number(upper);
  return [{ quanta: quanta - high, at: low }, { quanta: high, at: low + 1n }]
    .filter((part) => part.quanta !== 0)
    .map((part) => ({ quanta: part.quanta, px: countable(part.at) }));
}

function countable(quanta: bigint): Px {
  const count = Number(quanta);
  invariant(Number.isSafeInteger(count), "A price must stay within 2^53 quanta");
  return px(count);
}
