/**
 * The REST routes of Binance USD-M for orders and trades. A new order and an amendment cost no weight, but count as
 * orders; an amended order goes to the end of its queue.
 *
 * An amendment ends the order, as documented, where the new quantity is filled already and where a post-only order
 * would trade at once.
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
import { isOpen, isRefusal, refusal, type VenueOrder, type VenueTrade } from "../order.ts";
import type { Route, RouteState } from "../router.ts";
import { missing } from "../signature.ts";
import { usdmRefusal } from "./symbols.ts";
import type { DeadManSwitch } from "./dead_man_switch.ts";
import { readContractOrder, readSize } from "./new_order.ts";
import { contractOrder, contractTrade } from "./payloads.ts";

/** What the routes answer from. */
export type OrderState = RouteState & { readonly deadManSwitch: DeadManSwitch };

const HISTORY_WINDOW_MS = 7 * 24 * 3_600_000;
const UNKNOWN = refusal(-2011, "Unknown order sent.");
const NO_SUCH_ORDER = refusal(-2013, "Order does not exist.");
const NOTHING_CHANGES = refusal(-5027, "No need to modify the order.");
const ALL_CANCELLED = { code: 200, msg: "The operation of cancel all open order is done." };
const BATCH_MAX = 5;

/** The routes. */
export const USDM_ORDER_ROUTES: Readonly<Record<string, Route<OrderState>>> = {
  "POST /fapi/v1/order": {
    weight: 0,
    needs: "signature",
    isOrder: true,
    intention: "place",
    answer: place,
  },
  "POST /fapi/v1/order/test": { weight: 1, needs: "signature", answer: placeTest },
  "POST /fapi/v1/batchOrders": { weight: 5, needs: "signature", isOrder: true, answer: placeMany },
  "DELETE /fapi/v1/batchOrders": { weight: 1, needs: "signature", answer: cancelMany },
  "PUT /fapi/v1/order": {
    weight: 0,
    needs: "signature",
    isOrder: true,
    intention: "replace",
    answer: amend,
  },
  "GET /fapi/v1/order": { weight: 1, needs: "signature", intention: "look", answer: look },
  "DELETE /fapi/v1/order": { weight: 1, needs: "signature", intention: "cancel", answer: cancel },
  "GET /fapi/v1/openOrder": { weight: 1, needs: "signature", intention: "look", answer: lookOpen },
  "GET /fapi/v1/openOrders": {
    weight: (params) => params.has("symbol") ? 1 : 40,
    needs: "signature",
    answer: (state, params) =>
      shownOpenOrders(state.exchange, params).map((order) => shown(state, order)),
  },
  "DELETE /fapi/v1/allOpenOrders": { weight: 1, needs: "signature", answer: cancelAll },
  "GET /fapi/v1/allOrders": {
    weight: 5,
    needs: "signature",
    answer: (state, params) =>
      windowRefusal(params, HISTORY_WINDOW_MS) ??
        namedOrders(state.exchange, params).map((order) => shown(state, order)),
  },
  "GET /fapi/v1/userTrades": {
    weight: 5,
    needs: "signature",
    answer: (state, params) =>
      windowRefusal(params, HISTORY_WINDOW_MS) ??
        lateTrades(state, params).map((trade) =>
          contractTrade(trade, state.exchange.market(trade.symbol).rules)
        ),
  },
  "POST /fapi/v1/countdownCancelAll": { weight: 10, needs: "signature", answer: countdown },
};

function shown({ exchange }: OrderState, order: VenueOrder): Readonly<Record<string, unknown>> {
  return contractOrder(order, exchange.market(order.symbol).rules);
}

/** Without a time, those of the last seven days, also of an order that is older. */
function lateTrades(
  { exchange, clock }: OrderState,
  params: URLSearchParams,
): readonly VenueTrade[] {
  const trades = namedTrades(exchange, params);
  if (params.has("startTime") || params.has("endTime")) return trades;
  return trades.filter(({ time }) => clock.now() - time <= HISTORY_WINDOW_MS);
}

function place(state: OrderState, params: URLSearchParams): unknown {
  const order = readContractOrder(params, `auto${state.exchange.orders.size + 1}`);
  if (isRefusal(order)) return order;
  const placed = state.exchange.place(order);
  if (isRefusal(placed)) return placed;
  const whole = shown(state, placed);
  if (params.get("newOrderRespType") === "RESULT") return whole;
  return {
    ...whole,
    status: "NEW",
    executedQty: "0",
    cumQty: "0",
    cumQuote: "0",
    avgPrice: "0.00",
  };
}

function placeTest({ exchange }: OrderState, params: URLSearchParams): unknown {
  const order = readContractOrder(params, "test");
  if (isRefusal(order)) return order;
  return exchange.refuses(order) ?? {};
}

function placeMany(state: OrderState, params: URLSearchParams): unknown {
  const batch = JSON.parse(params.get("batchOrders") ?? "[]") as readonly Record<string, string>[];
  if (batch.length > BATCH_MAX) return refusal(-4082, "Invalid number of batch place orders.");
  return batch.map((one) =>
    partOf(place(state, new URLSearchParams({ ...one, newOrderRespType: "RESULT" })))
  );
}

/** One answer among several: a refusal stands where the order would. */
function partOf(answer: unknown): unknown {
  if (typeof answer !== "object" || answer === null || !isRefusal(answer)) return answer;
  return { code: answer.code, msg: answer.msg };
}

function cancelMany(state: OrderState, params: URLSearchParams): unknown {
  const symbol = params.get("symbol") ?? "";
  const byId = params.get("orderIdList") ?? params.get("orderidlist") ?? "[]";
  const byClientId = params.get("origClientOrderIdList") ?? "[]";
  const ids = (JSON.parse(byId) as readonly number[])
    .map((id) => new URLSearchParams({ symbol, orderId: String(id) }));
  const clientIds = (JSON.parse(byClientId) as readonly string[])
    .map((id) => new URLSearchParams({ symbol, origClientOrderId: id }));
  return [...ids, ...clientIds].map((named) => partOf(cancel(state, named)));
}

function amend(state: OrderState, params: URLSearchParams): unknown {
  const { exchange } = state;
  const order = namedOrder(exchange, params);
  if (!order || !isOpen(order)) return NO_SUCH_ORDER;
  const to = readSize(params, order.type);
  if (isRefusal(to)) return to;
  const market = exchange.market(order.symbol);
  const refused = usdmRefusal({ ...order, ...to }, market);
  if (refused) return refused;
  if (params.get("side") !== order.side) return refusal(-1117, "Invalid side.");
  if (to.price === order.price && to.qty === order.qty) return NOTHING_CHANGES;
  const wouldTake = market.book.available({ side: order.side, limit: to.price, qty: 1n }) > 0n;
  if (to.qty <= order.filled || (order.timeInForce === "GTX" && wouldTake)) exchange.cancel(order);
  else exchange.amend(order, to);
  return shown(state, order);
}

function look(state: OrderState, params: URLSearchParams): unknown {
  const order = shownOrder(state.exchange, params);
  return order ? shown(state, order) : NO_SUCH_ORDER;
}

function lookOpen(state: OrderState, params: URLSearchParams): unknown {
  const order = shownOrder(state.exchange, params);
  return order && isOpen(order) ? shown(state, order) : NO_SUCH_ORDER;
}

function cancel(state: OrderState, params: URLSearchParams): unknown {
  const order = namedOrder(state.exchange, params);
  if (!order || !isOpen(order)) return UNKNOWN;
  state.exchange.cancel(order);
  return shown(state, order);
}

function cancelAll({ exchange }: OrderState, params: URLSearchParams): unknown {
  const symbol = params.get("symbol");
  if (symbol === null) return missing("symbol");
  for (const order of exchange.openOrders(symbol)) exchange.cancel(order);
  return ALL_CANCELLED;
}

function countdown({ deadManSwitch }: OrderState, params: URLSearchParams): unknown {
  const symbol = params.get("symbol");
  const countdownTime = Number(params.get("countdownTime"));
  if (symbol === null) return missing("symbol");
  if (!params.has("countdownTime") || !(countdownTime >= 0)) return missing("countdownTime");
  deadManSwitch.set(symbol, countdownTime);
  return { symbol, countdownTime: String(countdownTime) };
}
