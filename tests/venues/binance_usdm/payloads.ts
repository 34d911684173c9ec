/**
 * Orders, trades, positions and events as Binance USD-M prints them.
 * @module
 */
import { averageOf } from "../averages.ts";
import type { OrderChange } from "../exchange.ts";
import type { FeedFormat } from "../feed.ts";
import type { PriceLevel } from "../matching.ts";
import type { SymbolRules, VenueOrder, VenueTrade } from "../order.ts";
import { printUnits, type Units } from "../units.ts";
import type { Position } from "./wallet.ts";

type Json = Readonly<Record<string, unknown>>;

/** An order, in answers and queries. */
export function contractOrder(order: VenueOrder, rules: SymbolRules): Json {
  const average = averageOf(order.quote, { qty: order.filled });
  return {
    orderId: order.orderId,
    symbol: order.symbol,
    status: order.state,
    clientOrderId: order.clientOrderId,
    price: printUnits(order.price, rules.priceDecimals),
    avgPrice: printUnits(average, 5),
    origQty: printUnits(order.qty, rules.qtyDecimals),
    executedQty: printUnits(order.filled, rules.qtyDecimals),
    cumQty: printUnits(order.filled, rules.qtyDecimals),
    cumQuote: printUnits(order.quote, 5),
    timeInForce: order.timeInForce,
    type: order.type,
    reduceOnly: order.isReduceOnly,
    closePosition: false,
    side: order.side,
    positionSide: "BOTH",
    stopPrice: "0.00",
    workingType: "CONTRACT_PRICE",
    priceProtect: false,
    origType: order.type,
    priceMatch: "NONE",
    selfTradePreventionMode: "NONE",
    goodTillDate: 0,
    time: order.time,
    updateTime: order.updateTime,
  };
}

/** A trade in `userTrades`. */
export function contractTrade(trade: VenueTrade, rules: SymbolRules): Json {
  return {
    symbol: trade.symbol,
    id: trade.tradeId,
    orderId: trade.orderId,
    side: trade.side,
    price: printUnits(trade.price, rules.priceDecimals),
    qty: printUnits(trade.qty, rules.qtyDecimals),
    realizedPnl: printUnits(trade.realised),
    quoteQty: printUnits(trade.quote, 5),
    commission: printUnits(trade.commission),
    commissionAsset: trade.commissionAsset,
    time: trade.time,
    positionSide: "BOTH",
    buyer: trade.side === "BUY",
    maker: trade.isMaker,
  };
}

/** The entry price of a position; it may have more decimals than a price. */
export function entryPriceOf({ cost, qty }: Position): string {
  return printUnits(averageOf(cost, { qty }));
}

/** An `ORDER_TRADE_UPDATE`. */
export function orderTradeUpdate(
  order: VenueOrder,
  of: {
    readonly change: OrderChange;
    readonly trade: VenueTrade | undefined;
    readonly now: number;
    readonly rules: SymbolRules;
  },
): Json {
  const { trade, rules } = of;
  const qty = (value: Units): string => printUnits(value, rules.qtyDecimals);
  const price = (value: Units): string => printUnits(value, rules.priceDecimals);
  return {
    e: "ORDER_TRADE_UPDATE",
    E: of.now,
    T: order.updateTime,
    o: {
      s: order.symbol,
      c: order.clientOrderId,
      S: order.side,
      o: order.type,
      f: order.timeInForce,
      q: qty(order.qty),
      p: price(order.price),
      ap: printUnits(averageOf(order.quote, { qty: order.filled }), 5),
      sp: "0",
      x: of.change,
      X: order.state,
      i: order.orderId,
      l: qty(trade?.qty ?? 0n),
      z: qty(order.filled),
      L: price(trade?.price ?? 0n),
      n: trade ? printUnits(trade.commission) : "0",
      N: trade?.commissionAsset ?? "USDT",
      T: order.updateTime,
      t: trade?.tradeId ?? 0,
      b: "0",
      a: "0",
      m: trade?.isMaker ?? false,
      R: order.isReduceOnly,
      wt: "CONTRACT_PRICE",
      ot: order.type,
      ps: "BOTH",
      cp: false,
      rp: printUnits(trade?.realised ?? 0n),
      pP: false,
      si: 0,
      ss: 0,
      V: "NONE",
      pm: "NONE",
      gtd: 0,
    },
  };
}

/** The short form of an execution that the venue sends as well, earlier and without its fee. */
export function tradeLite(order: VenueOrder, trade: VenueTrade, rules: SymbolRules): Json {
  return {
    e: "TRADE_LITE",
    E: trade.time,
    T: trade.time,
    s: order.symbol,
    q: printUnits(order.qty, rules.qtyDecimals),
    p: printUnits(order.price, rules.priceDecimals),
    m: trade.isMaker,
    c: order.clientOrderId,
    S: order.side,
    L: printUnits(trade.price, rules.priceDecimals),
    l: printUnits(trade.qty, rules.qtyDecimals),
    t: trade.tradeId,
    i: order.orderId,
  };
}

/** Levels as `[price, quantity]`. */
export function contractLevels(
  levels: readonly PriceLevel[],
  rules: SymbolRules,
): readonly (readonly [string, string])[] {
  return levels.map(({ price, qty }) => [
    printUnits(price, rules.priceDecimals),
    printUnits(qty, rules.qtyDecimals),
  ]);
}

/** Market data. */
export function usdmFormat(of: {
  readonly now: () => number;
  readonly rules: (symbol: string) => SymbolRules;
}): FeedFormat {
  const { now, rules } = of;
  return {
    depth: (update) => ({
      e: "depthUpdate",
      E: now(),
      T: now(),
      s: update.symbol,
      U: update.first,
      u: update.last,
      pu: update.previous,
      b: contractLevels(update.bids, rules(update.symbol)),
      a: contractLevels(update.asks, rules(update.symbol)),
    }),
    trade: (print) => ({
      e: "trade",
      E: now(),
      T: print.time,
      s: print.symbol,
      t: print.tradeId,
      p: printUnits(print.price, rules(print.symbol).priceDecimals),
      q: printUnits(print.qty, rules(print.symbol).qtyDecimals),
      X: "MARKET",
      m: print.isBuyerMaker,
    }),
    aggTrade: (print) => ({
      e: "aggTrade",
      E: now(),
      s: print.symbol,
      a: print.tradeId,
      p: printUnits(print.price, rules(print.symbol).priceDecimals),
      q: printUnits(print.qty, rules(print.symbol).qtyDecimals),
      f: print.tradeId,
      l: print.tradeId,
      T: print.time,
      m: print.isBuyerMaker,
    }),
    quote: ({ symbol, updateId, bid, ask }) => ({
      e: "bookTicker",
      u: updateId,
      s: symbol,
      b: printUnits(bid.price, rules(symbol).priceDecimals),
      B: printUnits(bid.qty, rules(symbol).qtyDecimals),
      a: printUnits(ask.price, rules(symbol).priceDecimals),
      A: printUnits(ask.qty, rules(symbol).qtyDecimals),
      T: now(),
      E: now(),
    }),
  };
}
