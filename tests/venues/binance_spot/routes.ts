/**
 * The REST routes of Binance spot, `/api/v3`: weights as documented, answers from the exchange's books.
 * @module
 */
import {
  namedOrder,
  namedOrders,
  namedTrades,
  shownOpenOrders,
  shownOrder,
  windowRefusal,
} from "../book_of_account.ts";
import type { Feed } from "../feed.ts";
import { type LimitSettings, rateLimits } from "../limits.ts";
import { isOpen, isRefusal, type Print, refusal } from "../order.ts";
import type { Route, RouteState } from "../router.ts";
import { missing } from "../signature.ts";
import { printUnits } from "../units.ts";
import { readNewOrder } from "./new_order.ts";
import {
  aggregatePayload,
  cancelledPayload,
  levelPairs,
  orderPayload,
  placedPayload,
  tradePayload,
} from "./payloads.ts";
import { symbolInfo } from "./symbols.ts";
import type { SpotWallet } from "./wallet.ts";

/** What the routes answer from. */
export type SpotState = RouteState & {
  readonly wallet: SpotWallet;
  readonly feed: Feed;
  readonly limits: LimitSettings;
};

const HISTORY_WINDOW_MS = 24 * 3_600_000;
const UNKNOWN = refusal(-2011, "Unknown order sent.");
const NO_SUCH_ORDER = refusal(-2013, "Order does not exist.");

/** The routes. */
export const SPOT_ROUTES: Readonly<Record<string, Route<SpotState>>> = {
  "GET /api/v3/ping": { weight: 1, answer: () => ({}) },
  "GET /api/v3/time": { weight: 1, answer: ({ clock }) => ({ serverTime: clock.now() }) },
  "GET /api/v3/exchangeInfo": { weight: 20, answer: exchangeInfo },
  "GET /api/v3/depth": { weight: depthWeight, answer: depth },
  "GET /api/v3/trades": { weight: 25, answer: trades },
  "GET /api/v3/aggTrades": { weight: 4, answer: aggTrades },
  "GET /api/v3/ticker/bookTicker": { weight: 2, answer: bookTicker },
  "POST /api/v3/order": {
    weight: 1,
    needs: "signature",
    isOrder: true,
    intention: "place",
    answer: place,
  },
  "POST /api/v3/order/test": { weight: 1, needs: "signature", answer: placeTest },
  "POST /api/v3/order/cancelReplace": {
    weight: 1,
    needs: "signature",
    isOrder: true,
    intention: "replace",
    answer: cancelReplace,
  },
  "GET /api/v3/order": { weight: 4, needs: "signature", intention: "look", answer: look },
  "DELETE /api/v3/order": { weight: 1, needs: "signature", intention: "cancel", answer: cancel },
  "GET /api/v3/openOrders": {
    weight: (params) => params.has("symbol") ? 6 : 80,
    needs: "signature",
    answer: ({ exchange }, params) => shownOpenOrders(exchange, params).map(orderPayload),
  },
  "DELETE /api/v3/openOrders": { weight: 1, needs: "signature", answer: cancelAll },
  "GET /api/v3/allOrders": {
    weight: 20,
    needs: "signature",
    answer: ({ exchange }, params) =>
      windowRefusal(params, HISTORY_WINDOW_MS) ?? namedOrders(exchange, params).map(orderPayload),
  },
  "GET /api/v3/myTrades": {
    weight: (params) => params.has("orderId") ? 5 : 20,
    needs: "signature",
    answer: ({ exchange }, params) =>
      windowRefusal(params, HISTORY_WINDOW_MS) ?? namedTrades(exchange, params).map(tradePayload),
  },
  "GET /api/v3/account": { weight: 20, needs: "signature", answer: account },
  "GET /api/v3/rateLimit/order": { weight: 40, needs: "signature", answer: () => [] },
};

function exchangeInfo({ exchange, clock, limits }: SpotState, params: URLSearchParams): unknown {
  const wanted = params.get("symbol");
  return {
    timezone: "UTC",
    serverTime: clock.now(),
    rateLimits: rateLimits(limits),
    exchangeFilters: [],
    symbols: [...exchange.markets.values()].map(({ rules }) => rules)
      .filter(({ symbol }) => wanted === null || wanted === symbol).map(symbolInfo),
  };
}

function depthWeight(params: URLSearchParams): number {
  const limit = Number(params.get("limit") ?? 100);
  return limit <= 100 ? 5 : limit <= 500 ? 25 : limit <= 1000 ? 50 : 250;
}

function depth({ exchange, feed }: SpotState, params: URLSearchParams): unknown {
  const symbol = params.get("symbol");
  if (symbol === null) return missing("symbol");
  const { book } = exchange.market(symbol);
  const limit = Number(params.get("limit") ?? 100);
  return {
    lastUpdateId: feed.lastId(symbol),
    bids: levelPairs(book.top("BUY", limit)),
    asks: levelPairs(book.top("SELL", limit)),
  };
}

function prints(feed: Feed, params: URLSearchParams): readonly Print[] {
  return feed.prints(params.get("symbol") ?? "", Number(params.get("limit") ?? 500));
}

function trades({ feed }: SpotState, params: URLSearchParams): unknown {
  return prints(feed, params).map((print) => ({
    id: print.tradeId,
    price: printUnits(print.price),
    qty: printUnits(print.qty),
    time: print.time,
    isBuyerMaker: print.isBuyerMaker,
    isBestMatch: true,
  }));
}

function aggTrades({ feed }: SpotState, params: URLSearchParams): unknown {
  return prints(feed, params).map(aggregatePayload);
}

function bookTicker({ exchange }: SpotState, params: URLSearchParams): unknown {
  const wanted = params.get("symbol");
  const quotes = [...exchange.markets.values()]
    .filter(({ rules }) => wanted === null || wanted === rules.symbol)
    .map(({ rules, book }) => ({
      symbol: rules.symbol,
      bidPrice: printUnits(book.best("BUY")?.price ?? 0n),
      bidQty: printUnits(book.best("BUY")?.qty ?? 0n),
      askPrice: printUnits(book.best("SELL")?.price ?? 0n),
      askQty: printUnits(book.best("SELL")?.qty ?? 0n),
    }));
  return wanted === null ? quotes : quotes[0];
}

function place({ exchange }: SpotState, params: URLSearchParams): unknown {
  const order = readNewOrder(params, `auto${exchange.orders.size + 1}`);
  if (isRefusal(order)) return order;
  const before = exchange.trades.length;
  const placed = exchange.place(order);
  if (isRefusal(placed)) return placed;
  const trades = exchange.trades.slice(before).filter(({ orderId }) => orderId === placed.orderId);
  return placedPayload(placed, { trades, as: respTypeOf(params) });
}

/** What a new order is answered with: by default only LIMIT and MARKET say all. */
function respTypeOf(params: URLSearchParams): string {
  const byDefault = params.get("type") === "LIMIT_MAKER" ? "ACK" : "FULL";
  return params.get("newOrderRespType") ?? byDefault;
}

function placeTest({ exchange }: SpotState, params: URLSearchParams): unknown {
  const order = readNewOrder(params, "test");
  if (isRefusal(order)) return order;
  return exchange.refuses(order) ?? {};
}

function look({ exchange }: SpotState, params: URLSearchParams): unknown {
  const order = shownOrder(exchange, params);
  return order ? orderPayload(order) : NO_SUCH_ORDER;
}

function cancel({ exchange }: SpotState, params: URLSearchParams): unknown {
  const order = namedOrder(exchange, params);
  if (!order || !isOpen(order)) return UNKNOWN;
  exchange.cancel(order, params.get("newClientOrderId") ?? `cancel${order.orderId}`);
  return cancelledPayload(order);
}

function cancelAll({ exchange }: SpotState, params: URLSearchParams): unknown {
  const symbol = params.get("symbol");
  if (symbol === null) return missing("symbol");
  const open = exchange.openOrders(symbol);
  if (open.length === 0) return UNKNOWN;
  for (const order of open) exchange.cancel(order, `cancel${order.orderId}`);
  return open.map(cancelledPayload);
}

/** STOP_ON_FAILURE and ALLOW_FAILURE: a new order after a failed cancel only in the second. */
function cancelReplace(state: SpotState, params: URLSearchParams): unknown {
  const { exchange } = state;
  const named = new URLSearchParams({ symbol: params.get("symbol") ?? "" });
  const cancelId = params.get("cancelOrderId");
  if (cancelId === null) {
    named.set("origClientOrderId", params.get("cancelOrigClientOrderId") ?? "");
  } else named.set("orderId", cancelId);
  const cancelResponse = withoutStatus(cancel(state, named));
  const isCancelled = !("code" in cancelResponse);
  const stops = !isCancelled && params.get("cancelReplaceMode") !== "ALLOW_FAILURE";
  const newOrderResponse = stops ? null : withoutStatus(place({ ...state, exchange }, params));
  const isPlaced = newOrderResponse !== null && !("code" in newOrderResponse);
  const data = {
    cancelResult: isCancelled ? "SUCCESS" : "FAILURE",
    newOrderResult: stops ? "NOT_ATTEMPTED" : isPlaced ? "SUCCESS" : "FAILURE",
    cancelResponse,
    newOrderResponse,
  };
  if (isCancelled && isPlaced) return data;
  const isPartial = isCancelled || isPlaced;
  const failed = isPartial
    ? { ...refusal(-2021, "Order cancel-replace partially failed."), status: 409 }
    : refusal(-2022, "Order cancel-replace failed.");
  return { ...failed, data };
}

function withoutStatus(body: unknown): Readonly<Record<string, unknown>> {
  const known = body as Readonly<Record<string, unknown>>;
  if (!("code" in known)) return known;
  return { code: known["code"], msg: known["msg"] };
}

function account({ wallet, clock }: SpotState): unknown {
  return {
    makerCommission: 10,
    takerCommission: 10,
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: {
      maker: "0.00100000",
      taker: "0.00100000",
      buyer: "0.00000000",
      seller: "0.00000000",
    },
    canTrade: true,
    canWithdraw: true,
    canDeposit: true,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: clock.now(),
    accountType: "SPOT",
    balances: [...wallet.balances].map(([asset, { free, locked }]) => ({
      asset,
      free: printUnits(free),
      locked: printUnits(locked),
    })),
    permissions: ["SPOT"],
    uid: 354937868,
  };
}
