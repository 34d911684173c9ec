/**
 * Orders, trades and events as Binance spot prints them.
 * @module
 */
import type { FeedFormat } from "../feed.ts";
import type { PriceLevel } from "../matching.ts";
import type { OrderChange } from "../exchange.ts";
import { isOpen, type Print, type VenueOrder, type VenueTrade } from "../order.ts";
import { printUnits } from "../units.ts";

type Json = Readonly<Record<string, unknown>>;

/** What order, cancel and query answers have in common. */
function orderCore(order: VenueOrder): Json {
  return {
    price: printUnits(order.price),
    origQty: printUnits(order.qty),
    executedQty: printUnits(order.filled),
    origQuoteOrderQty: printUnits(0n),
    cummulativeQuoteQty: printUnits(order.quote),
    status: order.state,
    timeInForce: order.timeInForce,
    type: order.type,
    side: order.side,
    selfTradePreventionMode: "NONE",
  };
}

/** The answer to a new order. `trades`: those it made at once. */
export function placedPayload(
  order: VenueOrder,
  of: { readonly trades: readonly VenueTrade[]; readonly as: string },
): Json {
  const ack = {
    symbol: order.symbol,
    orderId: order.orderId,
    orderListId: -1,
    clientOrderId: order.clientOrderId,
    transactTime: order.updateTime,
  };
  if (of.as === "ACK") return ack;
  const result = { ...ack, ...orderCore(order), workingTime: order.time };
  return of.as === "RESULT" ? result : { ...result, fills: of.trades.map(fillPayload) };
}

function fillPayload(trade: VenueTrade): Json {
  return {
    price: printUnits(trade.price),
    qty: printUnits(trade.qty),
    commission: printUnits(trade.commission),
    commissionAsset: trade.commissionAsset,
    tradeId: trade.tradeId,
  };
}

/** The answer to a cancel: `clientOrderId` is the cancel's own. */
export function cancelledPayload(order: VenueOrder): Json {
  return {
    symbol: order.symbol,
    origClientOrderId: order.clientOrderId,
    orderId: order.orderId,
    orderListId: -1,
    clientOrderId: order.cancelId ?? "",
    transactTime: order.updateTime,
    ...orderCore(order),
  };
}

/** An order in a query. */
export function orderPayload(order: VenueOrder): Json {
  return {
    symbol: order.symbol,
    orderId: order.orderId,
    orderListId: -1,
    clientOrderId: order.clientOrderId,
    ...orderCore(order),
    stopPrice: printUnits(0n),
    icebergQty: printUnits(0n),
    time: order.time,
    updateTime: order.updateTime,
    isWorking: true,
    workingTime: order.time,
  };
}

/** A trade in `myTrades`. */
export function tradePayload(trade: VenueTrade): Json {
  return {
    symbol: trade.symbol,
    id: trade.tradeId,
    orderId: trade.orderId,
    orderListId: -1,
    price: printUnits(trade.price),
    qty: printUnits(trade.qty),
    quoteQty: printUnits(trade.quote),
    commission: printUnits(trade.commission),
    commissionAsset: trade.commissionAsset,
    time: trade.time,
    isBuyer: trade.side === "BUY",
    isMaker: trade.isMaker,
    isBestMatch: true,
  };
}

/** An `executionReport`. In a cancel `c` is the cancel's id and `C` the order's. */
export function executionReport(
  order: VenueOrder,
  of: {
    readonly change: OrderChange;
    readonly trade: VenueTrade | undefined;
    readonly now: number;
    readonly executionId: number;
  },
): Json {
  const { trade } = of;
  const isCancel = of.change === "CANCELED";
  return {
    e: "executionReport",
    E: of.now,
    s: order.symbol,
    c: isCancel ? order.cancelId ?? "" : order.clientOrderId,
    S: order.side,
    o: order.type,
    f: order.timeInForce,
    q: printUnits(order.qty),
    p: printUnits(order.price),
    P: printUnits(0n),
    F: printUnits(0n),
    g: -1,
    C: isCancel ? order.clientOrderId : "",
    x: of.change,
    X: order.state,
    r: "NONE",
    i: order.orderId,
    l: printUnits(trade?.qty ?? 0n),
    z: printUnits(order.filled),
    L: printUnits(trade?.price ?? 0n),
    n: trade ? printUnits(trade.commission) : "0",
    N: trade?.commissionAsset ?? null,
    T: order.updateTime,
    t: trade?.tradeId ?? -1,
    v: 0,
    I: of.executionId,
    w: isOpen(order) && order.type !== "MARKET",
    m: trade?.isMaker ?? false,
    M: false,
    O: order.time,
    Z: printUnits(order.quote),
    Y: printUnits(trade?.quote ?? 0n),
    Q: printUnits(0n),
    W: order.time,
    V: "NONE",
  };
}

/** Levels as `[price, quantity]`. */
export function levelPairs(levels: readonly PriceLevel[]): readonly (readonly [string, string])[] {
  return levels.map(({ price, qty }) => [printUnits(price), printUnits(qty)]);
}

/** A print as aggregates show it: each is one of its own. */
export function aggregatePayload(print: Print): object {
  return {
    a: print.tradeId,
    p: printUnits(print.price),
    q: printUnits(print.qty),
    f: print.tradeId,
    l: print.tradeId,
    T: print.time,
    m: print.isBuyerMaker,
    M: true,
  };
}

/** Market data. `now` gives the venue's time. */
export function spotFormat(now: () => number): FeedFormat {
  return {
    depth: (update) => ({
      e: "depthUpdate",
      E: now(),
      s: update.symbol,
      U: update.first,
      u: update.last,
      b: levelPairs(update.bids),
      a: levelPairs(update.asks),
    }),
    trade: (print) => ({
      e: "trade",
      E: now(),
      s: print.symbol,
      t: print.tradeId,
      p: printUnits(print.price),
      q: printUnits(print.qty),
      T: print.time,
      m: print.isBuyerMaker,
      M: true,
    }),
    aggTrade: (print) => ({
      e: "aggTrade",
      E: now(),
      s: print.symbol,
      ...aggregatePayload(print),
    }),
    quote: ({ symbol, updateId, bid, ask }) => ({
      u: updateId,
      s: symbol,
      b: printUnits(bid.price),
      B: printUnits(bid.qty),
      a: printUnits(ask.price),
      A: printUnits(ask.qty),
    }),
  };
}
