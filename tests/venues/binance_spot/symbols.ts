/**
 * What this exchange lists, and its filters: refusals with the code and the words of the venue.
 * @module
 */
import type { Market } from "../exchange.ts";
import { type NewOrder, type Refusal, refusal, type SymbolRules } from "../order.ts";
import { printUnits, times, units } from "../units.ts";

const PRICE_MAX = units("1000000");

/** The symbols. */
export const SPOT_SYMBOLS: readonly SymbolRules[] = [
  {
    symbol: "BTCUSDT",
    base: "BTC",
    quote: "USDT",
    tick: units("0.01"),
    step: units("0.00001"),
    qtyMax: units("9000"),
    notionalMin: units("5"),
    startPrice: units("50000"),
    crowdStep: units("0.10"),
    crowdQty: units("0.5"),
    priceDecimals: 8,
    qtyDecimals: 8,
  },
  {
    symbol: "ETHUSDT",
    base: "ETH",
    quote: "USDT",
    tick: units("0.01"),
    step: units("0.0001"),
    qtyMax: units("9000"),
    notionalMin: units("5"),
    startPrice: units("2500"),
    crowdStep: units("0.02"),
    crowdQty: units("4"),
    priceDecimals: 8,
    qtyDecimals: 8,
  },
  {
    symbol: "ETHBTC",
    base: "ETH",
    quote: "BTC",
    tick: units("0.00001"),
    step: units("0.001"),
    qtyMax: units("100000"),
    notionalMin: units("0.0001"),
    startPrice: units("0.05"),
    crowdStep: units("0.00001"),
    crowdQty: units("4"),
    priceDecimals: 8,
    qtyDecimals: 8,
  },
];

/** Why the filters refuse an order; undefined if they do not. */
export function filterRefusal(order: NewOrder, { rules, lastPrice }: Market): Refusal | undefined {
  const isLimit = order.type !== "MARKET";
  if (
    isLimit && (order.price <= 0n || order.price > PRICE_MAX || order.price % rules.tick !== 0n)
  ) {
    return failure("PRICE_FILTER");
  }
  if (isLimit && (order.price * 5n < lastPrice || order.price > lastPrice * 5n)) {
    return failure("PERCENT_PRICE_BY_SIDE");
  }
  if (order.qty < rules.step || order.qty > rules.qtyMax || order.qty % rules.step !== 0n) {
    return failure("LOT_SIZE");
  }
  const notional = times(isLimit ? order.price : lastPrice, order);
  return notional < rules.notionalMin ? failure("NOTIONAL") : undefined;
}

function failure(filter: string): Refusal {
  return refusal(-1013, `Filter failure: ${filter}`);
}

/** A symbol as `exchangeInfo` tells it. */
export function symbolInfo(rules: SymbolRules): Readonly<Record<string, unknown>> {
  return {
    symbol: rules.symbol,
    status: "TRADING",
    baseAsset: rules.base,
    baseAssetPrecision: 8,
    quoteAsset: rules.quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: ["LIMIT", "LIMIT_MAKER", "MARKET"],
    icebergAllowed: false,
    ocoAllowed: false,
    quoteOrderQtyMarketAllowed: false,
    allowTrailingStop: false,
    cancelReplaceAllowed: true,
    amendAllowed: false,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: false,
    filters: filtersOf(rules),
    permissions: [],
    permissionSets: [["SPOT"]],
    defaultSelfTradePreventionMode: "NONE",
    allowedSelfTradePreventionModes: ["NONE"],
  };
}

function filtersOf(rules: SymbolRules): readonly Readonly<Record<string, unknown>>[] {
  return [
    {
      filterType: "PRICE_FILTER",
      minPrice: printUnits(rules.tick),
      maxPrice: printUnits(PRICE_MAX),
      tickSize: printUnits(rules.tick),
    },
    {
      filterType: "LOT_SIZE",
      minQty: printUnits(rules.step),
      maxQty: printUnits(rules.qtyMax),
      stepSize: printUnits(rules.step),
    },
    {
      filterType: "MARKET_LOT_SIZE",
      minQty: printUnits(0n),
      maxQty: printUnits(rules.qtyMax),
      stepSize: printUnits(0n),
    },
    {
      filterType: "PERCENT_PRICE_BY_SIDE",
      bidMultiplierUp: "5",
      bidMultiplierDown: "0.2",
      askMultiplierUp: "5",
      askMultiplierDown: "0.2",
      avgPriceMins: 5,
    },
    {
      filterType: "NOTIONAL",
      minNotional: printUnits(rules.notionalMin),
      applyMinToMarket: true,
      maxNotional: "9000000.00000000",
      applyMaxToMarket: false,
      avgPriceMins: 5,
    },
  ];
}
