/**
 * Look-ups that both fakes answer alike: an order by either id, trades by window, id or order.
 * @module
 */
import type { Exchange } from "./exchange.ts";
import { type Refusal, refusal, type VenueOrder, type VenueTrade } from "./order.ts";

/** The order that `orderId` or `origClientOrderId` names, in this symbol. */
export function namedOrder(exchange: Exchange, params: URLSearchParams): VenueOrder | undefined {
  const symbol = params.get("symbol") ?? "";
  const orderId = params.get("orderId");
  if (orderId === null) return exchange.byClientId(symbol, params.get("origClientOrderId") ?? "");
  const order = exchange.orders.get(Number(orderId));
  return order?.symbol === symbol ? order : undefined;
}

/** The same, as reads show it: one that is too young may not be there yet. */
export function shownOrder(exchange: Exchange, params: URLSearchParams): VenueOrder | undefined {
  const order = namedOrder(exchange, params);
  return order && exchange.isShown(order.time) ? order : undefined;
}

/** Open orders, of a symbol if one is named, as reads show them. */
export function shownOpenOrders(
  exchange: Exchange,
  params: URLSearchParams,
): readonly VenueOrder[] {
  return exchange.openOrders(params.get("symbol") ?? undefined)
    .filter(({ time }) => exchange.isShown(time));
}

const TOO_LONG = refusal(-1127, "More than the allowed time between startTime and endTime.");

/** Why a window of time is not answered: longer than the venue's longest. */
export function windowRefusal(params: URLSearchParams, longestMs: number): Refusal | undefined {
  if (!params.has("startTime") || !params.has("endTime")) return undefined;
  const ms = Number(params.get("endTime")) - Number(params.get("startTime"));
  return ms < 0 || ms > longestMs ? TOO_LONG : undefined;
}

/** Trades of the account as asked for: oldest first, `limit` of them (newest, unless from an id or a time). */
export function namedTrades(exchange: Exchange, params: URLSearchParams): readonly VenueTrade[] {
  const number = (name: string): number | undefined =>
    params.has(name) ? Number(params.get(name)) : undefined;
  const fromId = number("fromId");
  const startTime = number("startTime");
  const endTime = number("endTime");
  const orderId = number("orderId");
  const limit = Math.min(number("limit") ?? 500, 1000);
  const found = exchange.trades.filter((trade) =>
    !trade.isBusted && exchange.isShown(trade.time) && trade.symbol === params.get("symbol") &&
    (fromId === undefined || trade.tradeId >= fromId) &&
    (startTime === undefined || trade.time >= startTime) &&
    (endTime === undefined || trade.time <= endTime) &&
    (orderId === undefined || trade.orderId === orderId)
  );
  const isFromStart = fromId !== undefined || startTime !== undefined;
  return isFromStart ? found.slice(0, limit) : found.slice(-limit);
}

/** Orders of a symbol, open or not, as asked for. */
export function namedOrders(exchange: Exchange, params: URLSearchParams): readonly VenueOrder[] {
  const orderId = Number(params.get("orderId") ?? 0);
  const startTime = Number(params.get("startTime") ?? 0);
  const endTime = Number(params.get("endTime") ?? Infinity);
  const limit = Math.min(Number(params.get("limit") ?? 500), 1000);
  const found = [...exchange.orders.values()].filter((order) =>
    order.symbol === params.get("symbol") && order.orderId >= orderId && order.time >= startTime &&
    order.time <= endTime && exchange.isShown(order.time)
  );
  return orderId > 0 || startTime > 0 ? found.slice(0, limit) : found.slice(-limit);
}
