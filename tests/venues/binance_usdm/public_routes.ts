/**
 * The public REST routes of Binance USD-M.
 * @module
 */
import type { Exchange } from "../exchange.ts";
import type { Feed } from "../feed.ts";
import { type LimitSettings, rateLimits } from "../limits.ts";
import type { Route, RouteState } from "../router.ts";
import { missing } from "../signature.ts";
import { printUnits } from "../units.ts";
import { contractLevels } from "./payloads.ts";
import { contractInfo } from "./symbols.ts";

/** What the public routes answer from. */
export type PublicState = RouteState & { readonly feed: Feed; readonly limits: LimitSettings };

/** The routes. */
export const USDM_PUBLIC_ROUTES: Readonly<Record<string, Route<PublicState>>> = {
  "GET /fapi/v1/ping": { weight: 1, answer: () => ({}) },
  "GET /fapi/v1/time": { weight: 1, answer: ({ clock }) => ({ serverTime: clock.now() }) },
  "GET /fapi/v1/exchangeInfo": { weight: 1, answer: exchangeInfo },
  "GET /fapi/v1/depth": { weight: depthWeight, answer: depth },
  "GET /fapi/v1/trades": { weight: 5, answer: trades },
  "GET /fapi/v1/aggTrades": { weight: 20, answer: aggTrades },
  "GET /fapi/v1/ticker/bookTicker": { weight: 2, answer: bookTicker },
  "GET /fapi/v1/premiumIndex": { weight: 1, answer: premiumIndex },
};

function exchangeInfo({ exchange, clock, limits }: PublicState): unknown {
  return {
    timezone: "UTC",
    serverTime: clock.now(),
    futuresType: "U_MARGINED",
    rateLimits: rateLimits(limits),
    exchangeFilters: [],
    assets: [{ asset: "USDT", marginAvailable: true, autoAssetExchange: "-10000" }],
    symbols: [...exchange.markets.values()].map(({ rules }) => contractInfo(rules)),
  };
}

function depthWeight(params: URLSearchParams): number {
  const limit = Number(params.get("limit") ?? 500);
  return limit <= 50 ? 2 : limit <= 100 ? 5 : limit <= 500 ? 10 : 20;
}

function depth({ exchange, feed, clock }: PublicState, params: URLSearchParams): unknown {
  const symbol = params.get("symbol");
  if (symbol === null) return missing("symbol");
  const { book, rules } = exchange.market(symbol);
  const limit = Number(params.get("limit") ?? 500);
  return {
    lastUpdateId: feed.lastId(symbol),
    E: clock.now(),
    T: clock.now(),
    bids: contractLevels(book.top("BUY", limit), rules),
    asks: contractLevels(book.top("SELL", limit), rules),
  };
}

function printed(
  { exchange, feed }: PublicState,
  params: URLSearchParams,
): ReturnType<typeof toText>[] {
  const prints = feed.prints(params.get("symbol") ?? "", Number(params.get("limit") ?? 500));
  return prints.map((print) => toText(exchange, print));
}

function toText(exchange: Exchange, print: ReturnType<Feed["prints"]>[number]): {
  readonly id: number;
  readonly price: string;
  readonly qty: string;
  readonly time: number;
  readonly isBuyerMaker: boolean;
} {
  const { rules } = exchange.market(print.symbol);
  return {
    id: print.tradeId,
    price: printUnits(print.price, rules.priceDecimals),
    qty: printUnits(print.qty, rules.qtyDecimals),
    time: print.time,
    isBuyerMaker: print.isBuyerMaker,
  };
}

function trades(state: PublicState, params: URLSearchParams): unknown {
  return printed(state, params);
}

function aggTrades(state: PublicState, params: URLSearchParams): unknown {
  return printed(state, params).map(({ id, price, qty, time, isBuyerMaker }) => ({
    a: id,
    p: price,
    q: qty,
    f: id,
    l: id,
    T: time,
    m: isBuyerMaker,
  }));
}

function bookTicker({ exchange, clock }: PublicState, params: URLSearchParams): unknown {
  const wanted = params.get("symbol");
  const quotes = [...exchange.markets.values()]
    .filter(({ rules }) => wanted === null || wanted === rules.symbol)
    .map(({ rules, book }) => ({
      symbol: rules.symbol,
      bidPrice: printUnits(book.best("BUY")?.price ?? 0n, rules.priceDecimals),
      bidQty: printUnits(book.best("BUY")?.qty ?? 0n, rules.qtyDecimals),
      askPrice: printUnits(book.best("SELL")?.price ?? 0n, rules.priceDecimals),
      askQty: printUnits(book.best("SELL")?.qty ?? 0n, rules.qtyDecimals),
      time: clock.now(),
    }));
  return wanted === null ? quotes : quotes[0];
}

function premiumIndex({ exchange, clock }: PublicState, params: URLSearchParams): unknown {
  const { lastPrice, rules } = exchange.market(params.get("symbol") ?? "BTCUSDT");
  return {
    symbol: rules.symbol,
    markPrice: printUnits(lastPrice),
    indexPrice: printUnits(lastPrice),
    lastFundingRate: "0.00010000",
    interestRate: "0.00010000",
    nextFundingTime: 0,
    time: clock.now(),
  };
}
