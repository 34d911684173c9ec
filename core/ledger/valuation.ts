/**
 * Valuations: what a quantity is worth at a price, by class; the only place that knows.
 *
 * A value is an integer of units; costs are kept `fractions` times finer, at `costScale`. Value is
 * odd in the quantity.
 * @module
 */
import {
  averagePx,
  canonicalDecimal,
  decimalsOf,
  divideHalfEven,
  fromUnits,
  powerOfTen,
  toQuanta,
  toUnits,
} from "../decimal.ts";
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import { narrowed, productOf, type Wide } from "./exact_sum.ts";
import type { Valued } from "./policy.ts";

/** Decimals to which a share of a cost is rounded, unless values are finer. */
const COST_SCALE_LEAST = 12;
/** Decimals of a value of an inverse contract: quantity ÷ price does not end. */
const INVERSE_SCALE = 24;
const AVERAGE_DECIMALS = 12;
const MULTIPLIER_DECIMALS_MAX = 18;

/** Values of one instrument. */
export interface Valuation {
  /** True: an execution moves its whole value in cash. False: cash moves by realised P&L. */
  readonly isPaidInFull: boolean;
  /** Decimals of a value. */
  readonly scale: number;
  /** Decimals of a cost. */
  readonly costScale: number;
  /** Units of cost in one of value, 10^(costScale − scale). */
  readonly fractions: number;
  valueOf(of: Valued): Wide;
  /** Average price of open quanta that cost so much, decimal; half-even to 12 decimals. */
  averagePx(of: { readonly quanta: number; readonly cost: bigint }): string;
}

/** Worth price × quantity × multiplier. */
export class ProductValuation implements Valuation {
  readonly isPaidInFull: boolean;
  readonly scale: number;
  readonly costScale: number;
  readonly fractions: number;
  readonly #multiplier: number;
  readonly #priceScale: number;

  /** @throws {InvariantError} If the multiplier is no decimal above 0 of a safe size. */
  constructor(
    instrument: Instrument,
    of: { readonly multiplier: string; readonly isPaidInFull: boolean },
  ) {
    const decimals = decimalsOf(of.multiplier);
    const multiplier = Number(toUnits(of.multiplier, decimals) ?? 0n);
    invariant(multiplier > 0 && Number.isSafeInteger(multiplier), "A multiplier must be above 0");
    this.#multiplier = multiplier;
    this.#priceScale = instrument.priceRule.scale;
    this.isPaidInFull = of.isPaidInFull;
    this.scale = instrument.priceRule.scale + instrument.qtyRule.scale + decimals;
    this.costScale = Math.max(COST_SCALE_LEAST, this.scale);
    this.fractions = Number(powerOfTen(this.costScale - this.scale));
  }

  valueOf({ quanta, px }: Valued): Wide {
    const value = productOf({ left: quanta, right: px });
    if (this.#multiplier === 1) return value;
    return productOf({ left: value, right: this.#multiplier });
  }

  averagePx({ quanta, cost }: { readonly quanta: number; readonly cost: bigint }): string {
    const sign = quanta < 0 ? -1n : 1n;
    return averagePx({
      notional: sign * cost,
      cumQty: sign * BigInt(quanta) * BigInt(this.#multiplier) * BigInt(this.fractions),
      priceScale: this.#priceScale,
    });
  }
}

/** Worth −(quantity × multiplier ÷ price), which rises with the price. */
export class QuotientValuation implements Valuation {
  readonly isPaidInFull = false;
  readonly scale = INVERSE_SCALE;
  readonly costScale = INVERSE_SCALE;
  readonly fractions = 1;
  /** Quote units of a quantum × 10^INVERSE_SCALE × 10^priceScale, over `#divisor`. */
  readonly #factor: bigint;
  readonly #divisor: bigint;
  readonly #pricePower: bigint;

  /** @throws {InvariantError} If the multiplier is no decimal above 0. */
  constructor(instrument: Instrument, multiplier: string) {
    const decimals = decimalsOf(multiplier);
    const units = toUnits(multiplier, decimals) ?? 0n;
    invariant(units > 0n, "A multiplier must be above 0");
    this.#pricePower = powerOfTen(instrument.priceRule.scale);
    this.#factor = units * powerOfTen(INVERSE_SCALE) * this.#pricePower;
    this.#divisor = powerOfTen(instrument.qtyRule.scale + decimals);
  }

  /** @throws {InvariantError} If the price is not above 0. */
  valueOf({ quanta, px }: Valued): Wide {
    invariant(px > 0, "The price of an inverse contract must be above 0");
    if (quanta === 0) return 0;
    const value = divideHalfEven({
      numerator: -BigInt(quanta) * this.#factor,
      denominator: BigInt(px) * this.#divisor,
    });
    return narrowed(value);
  }

  averagePx({ quanta, cost }: { readonly quanta: number; readonly cost: bigint }): string {
    if (cost === 0n) return "0";
    const sign = cost < 0n ? -1n : 1n;
    const price = divideHalfEven({
      numerator: -sign * BigInt(quanta) * this.#factor * powerOfTen(AVERAGE_DECIMALS),
      denominator: sign * cost * this.#divisor * this.#pricePower,
    });
    return fromUnits(price, AVERAGE_DECIMALS);
  }
}

/** Returns what is wrong with a multiplier, or undefined. */
export function multiplierProblem(multiplier: string): string | undefined {
  const canonical = canonicalDecimal(multiplier);
  const isSane = canonical === multiplier && decimalsOf(canonical) <= MULTIPLIER_DECIMALS_MAX &&
    (toQuanta(canonical, decimalsOf(canonical)) ?? 0) > 0;
  if (isSane) return undefined;
  return `contract multiplier must be a decimal above 0 of at most 18 places and below 2^53 of ` +
    `its last: was ${multiplier}`;
}
