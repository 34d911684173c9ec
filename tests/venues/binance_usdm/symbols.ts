/**
 * What this exchange lists, and its filters: refusals with the code and the words of the venue.
 * @module
 */
import type { Market } from "../exchange.ts";
import { type NewOrder, type Refusal, refusal, type SymbolRules } from "../order.ts";
import { printUnits, times, units } from "../units.ts";

const PRICE_MAX = units("4529764");
const PRICE_MIN = units("0.1");

/** The perpetual contracts. */
export const USDM_SYMBOLS: readonly SymbolRules[] = [
  {
    symbol: "BTCUSDT",
    base: "BTC",
    quote: "USDT",
    tick: units("0.10"),
    step: units("0.001"),
    qtyMax: units("1000"),
    notionalMin: units("5"),
    startPrice: units("50000"),
    crowdStep: units("0.50"),
    crowdQty: units("0.5"),
    priceDecimals: 2,
    qtyDecimals: 3,
  },
  {
    symbol: "ETHUSDT",
    base: "ETH",
    quote: "USDT",
    tick: units("0.01"),
    step: units("0.001"),
    qtyMax: units("10000"),
    notionalMin: units("5"),
    startPrice: units("2500"),
    crowdStep: units("0.02"),
    crowdQty: units("4"),
    priceDecimals: 2,
    qtyDecimals: 3,
  },
];

/** Why the filters refuse an order; undefined if they do not. */
export function usdmRefusal(order: NewOrder, { rules, lastPrice }: Market): Refusal | undefined {
  const isLimit = order.type !== "MARKET";
  if (isLimit && order.price < PRICE_MIN) return refusal(-4013, "Price less than min price.");
  if (isLimit && order.price > PRICE_MAX) return refusal(-4002, "Price greater than max price.");
  if (isLimit && order.price % rules.tick !== 0n) {
    return refusal(-4014, "Price not increased by tick size.");
  }
  if (order.qty <= 0n) return refusal(-4003, "Quantity less than or equal to zero.");
  if (order.qty > rules.qtyMax) return refusal(-4005, "Quantity greater than max quantity.");
  if (order.qty % rules.step !== 0n) {
    return refusal(-1111, "Precision is over the maximum defined for this asset.");
  }
  if (isLimit && order.price * 100n > lastPrice * 105n && order.side === "BUY") {
    return refusal(
      -4016,
      `Limit price can't be higher than ${printUnits(lastPrice * 105n / 100n)}.`,
    );
  }
  if (isLimit && order.price * 100n < lastPrice * 95n && order.side === "SELL") {
    return refusal(-4024, `Limit price can't be lower than ${printUnits(lastPrice * 95n / 100n)}.`);
  }
  const notional = times(isLimit ? order.price : lastPrice, order);
  if (order.isReduceOnly || notional >= rules.notionalMin) return undefined;
  const msg = "Order's notional must be no smaller than 5 (unless you choose reduce only).";
  return refusal(-4164, msg);
}

/** A symbol as `exchangeInfo` tells it. */
export function contractInfo(rules: SymbolRules): Readonly<Record<string, unknown>> {
  return {
    symbol: rules.symbol,
    pair: rules.symbol,
    contractType: "PERPETUAL",
    deliveryDate: 4133404800000,
    onboardDate: 1569398400000,
    status: "TRADING",
    maintMarginPercent: "2.5000",
    requiredMarginPercent: "5.0000",
    baseAsset: rules.base,
    quoteAsset: rules.quote,
    marginAsset: rules.quote,
    pricePrecision: rules.priceDecimals,
    quantityPrecision: rules.qtyDecimals,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: "COIN",
    underlyingSubType: ["PoW"],
    triggerProtect: "0.0500",
    liquidationFee: "0.012500",
    marketTakeBound: "0.05",
    maxMoveOrderLimit: 10000,
    filters: filtersOf(rules),
    orderTypes: ["LIMIT", "MARKET"],
    timeInForce: ["GTC", "IOC", "FOK", "GTX"],
  };
}

function filtersOf(rules: SymbolRules): readonly Readonly<Record<string, unknown>>[] {
  const { priceDecimals, qtyDecimals } = rules;
  const lot = {
    minQty: printUnits(rules.step, qtyDecimals),
    maxQty: printUnits(rules.qtyMax, 0),
    stepSize: printUnits(rules.step, qtyDecimals),
  };
  return [
    {
      filterType: "PRICE_FILTER",
      minPrice: printUnits(PRICE_MIN, priceDecimals),
      maxPrice: printUnits(PRICE_MAX, 0),
      tickSize: printUnits(rules.tick, priceDecimals),
    },
    { filterType: "LOT_SIZE", ...lot },
    { filterType: "MARKET_LOT_SIZE", ...lot },
    { filterType: "MIN_NOTIONAL", notional: printUnits(rules.notionalMin, 0) },
    {
      filterType: "PERCENT_PRICE",
      multiplierUp: "1.0500",
      multiplierDown: "0.9500",
      multiplierDecimal: "4",
    },
  ];
}
