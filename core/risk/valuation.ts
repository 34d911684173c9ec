/**
 * What an order is worth and what it holds back, by class of instrument.
 *
 * The value of an order is a factor made of its price, times its quantity, times the contract's
 * multiplier. Source: `docs/reference/risk.md`, which holds the same table.
 *
 * Invariant: exact, except what an inverse contract holds back, which is rounded up to 10^-12 of
 * its currency.
 * @module
 */
import { decimalsOf, fromUnits, powerOfTen, toQuanta, toUnits } from "../decimal.ts";
import type { Contract, Instrument, Side } from "../instrument.ts";
import { invariant, unreachable } from "../invariant.ts";
import { plain } from "../ledger/money.ts";
import { type Px, px, type Qty } from "../numbers.ts";
import { narrowed, productOf, times, type Wide } from "./wide.ts";

const PPM_SCALE = 6;
/** Decimals to which what an inverse contract holds back is rounded up. */
const RESERVE_SCALE = 12;

/** A decimal as an integer and its scale. */
type Scaled = { readonly units: bigint; readonly scale: number };

/** What an order on one side holds back of the account's cash. */
export type Reserve = {
  readonly currency: string;
  /** Units are 10^-scale of the currency. */
  readonly scale: number;
  /** False where a quantity holds back the same at every price. */
  readonly isPriced: boolean;
  /** Returns the units that a quantity at a price holds back. */
  unitsOf(price: Px, quantity: Qty): Wide;
};

/** Returns the factor by which a quantity is worth something: price quanta, never below 0. */
export type Factor = (side: Side, price: Px) => Px;

/** How orders in one instrument are valued. */
export type Valuation = {
  readonly factorOf: Factor;
  /** The currency of a notional. */
  readonly currency: string;
  /** Returns the largest product of factor and quantity that is worth at most `notional`. */
  mostOf(notional: string): Wide;
  /** Returns what a product of factor and quantity is worth, decimal. */
  worthOf(product: Wide): string;
};

/** Returns how orders in the instrument are valued. */
export function valuationOf(instrument: Instrument): Valuation {
  const scale = instrument.priceRule.scale + instrument.qtyRule.scale;
  const multiplier = multiplierOf(instrument.contract);
  return {
    factorOf: factorOf(instrument),
    currency: notionalCurrency(instrument),
    mostOf(notional: string): Wide {
      const most = scaled(notional);
      const numerator = most.units * powerOfTen(scale + multiplier.scale);
      return narrowed(numerator / (multiplier.units * powerOfTen(most.scale)));
    },
    worthOf(product: Wide): string {
      return fromUnits(BigInt(product) * multiplier.units, scale + multiplier.scale);
    },
  };
}

function factorOf(instrument: Instrument): Factor {
  const { contract } = instrument;
  if (contract === null) return priceFactor;
  const { scale } = instrument.priceRule;
  const one = px(toQuanta("1", scale) ?? 0);
  switch (contract.kind) {
    case "linear":
      return priceFactor;
    case "inverse":
      return () => one;
    case "binary": {
      if (contract.netting === "perOutcome") return priceFactor;
      const payout = toQuanta(contract.payout, scale);
      invariant(payout !== undefined, "A payout must be a multiple of the price quantum");
      return (side, price) =>
        side === "Buy" ? priceFactor(side, price) : px(Math.max(0, payout - price));
    }
    case "betting":
      return (side, price) => side === "Buy" ? one : px(Math.max(0, price - one));
    default:
      return unreachable(contract);
  }
}

/** Spreads may trade below 0, and a book may say so of anything: what counts is how far from it. */
function priceFactor(_side: Side, price: Px): Px {
  return px(Math.abs(price));
}

function notionalCurrency(instrument: Instrument): string {
  const { contract, quote } = instrument;
  if (contract === null) return quote;
  switch (contract.kind) {
    case "linear":
      return contract.settlement; // of a quanto another currency than the quote
    case "inverse":
      return quote;
    case "binary":
      return contract.collateral;
    case "betting":
      return contract.currency;
    default:
      return unreachable(contract);
  }
}

/** Returns what orders on a side hold back; undefined: no cash. `marginPpm` is for derivatives. */
export function reserveOf(
  instrument: Instrument,
  side: Side,
  marginPpm: number | null,
): Reserve | undefined {
  const { contract, base, quote } = instrument;
  const scale = instrument.priceRule.scale + instrument.qtyRule.scale;
  if (contract === null) {
    return side === "Buy"
      ? { currency: quote, scale, isPriced: true, unitsOf: factored(instrument, side) }
      : {
        currency: base,
        scale: instrument.qtyRule.scale,
        isPriced: false,
        unitsOf: (_price, quantity) => quantity,
      };
  }
  switch (contract.kind) {
    case "linear":
      return marginPpm === null ? undefined : linearReserve(instrument, contract, marginPpm);
    case "inverse":
      return marginPpm === null ? undefined : inverseReserve(instrument, contract, marginPpm);
    case "binary": {
      if (side === "Sell" && contract.netting === "perOutcome") return undefined;
      const unitsOf = factored(instrument, side);
      return { currency: contract.collateral, scale, isPriced: true, unitsOf };
    }
    case "betting": {
      const unitsOf = factored(instrument, side);
      return { currency: contract.currency, scale, isPriced: side === "Sell", unitsOf };
    }
    default:
      return unreachable(contract);
  }
}

function factored(instrument: Instrument, side: Side): Reserve["unitsOf"] {
  const factor = factorOf(instrument);
  return (price, quantity) => productOf(factor(side, price), quantity);
}

type Derivative = Extract<Contract, { kind: "linear" | "inverse" }>;

function linearReserve(
  instrument: Instrument,
  contract: Derivative,
  marginPpm: number,
): Reserve {
  const multiplier = scaled(contract.multiplier);
  const share = plain({
    units: multiplier.units * BigInt(marginPpm),
    scale: multiplier.scale + PPM_SCALE,
  });
  return {
    currency: contract.settlement,
    scale: instrument.priceRule.scale + instrument.qtyRule.scale + share.scale,
    isPriced: true,
    unitsOf: (price, quantity) =>
      times({ left: productOf(priceFactor("Buy", price), quantity), right: share.units }),
  };
}

function inverseReserve(
  instrument: Instrument,
  contract: Derivative,
  marginPpm: number,
): Reserve {
  const { priceRule, qtyRule } = instrument;
  const multiplier = scaled(contract.multiplier);
  const above = multiplier.units * BigInt(marginPpm) * powerOfTen(priceRule.scale + RESERVE_SCALE);
  const below = powerOfTen(qtyRule.scale + multiplier.scale + PPM_SCALE);
  return {
    currency: contract.settlement,
    scale: RESERVE_SCALE,
    isPriced: true,
    unitsOf(price, quantity): Wide {
      const denominator = BigInt(Math.max(1, price)) * below;
      return narrowed((above * BigInt(quantity) + denominator - 1n) / denominator);
    },
  };
}

function multiplierOf(contract: Contract | null): Scaled {
  if (contract?.kind !== "linear" && contract?.kind !== "inverse") return { units: 1n, scale: 0 };
  return scaled(contract.multiplier);
}

function scaled(decimal: string): Scaled {
  const scale = decimalsOf(decimal);
  const units = toUnits(decimal, scale);
  invariant(units !== undefined, "A limit or a multiplier must be a canonical decimal");
  return { units, scale };
}
