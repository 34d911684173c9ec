/**
 * Guard: how many orders may live at once. A Replace adds none.
 * @module
 */
import { type Guard, type Refusal, refusal, type RiskRequest } from "./guard.ts";

/** Refuses an order that would be one too many, from the narrowest scope to the widest. */
export const MAX_OPEN_ORDERS: Guard = { name: "max_open_orders", check: checkMaxOpenOrders };

/** Where a limit stands, and how many orders live there. */
type Scope = { readonly key: string; readonly orders: number };

function checkMaxOpenOrders(request: RiskRequest): Refusal | undefined {
  if (request.kept !== null) return undefined;
  const { pair, client, listed } = request;
  const { venue } = listed;
  const { exchange } = venue;
  return check(pair.limits.maxOpenOrders, { key: pair.key, orders: pair.sums.orders }) ??
    check(client.limits.maxOpenOrders, { key: client.key, orders: client.orders }) ??
    check(listed.limits.maxOpenOrders, { key: listed.key, orders: listed.sums.orders }) ??
    check(venue.limits.maxOpenOrders, { key: venue.key, orders: venue.orders }) ??
    check(exchange.limits.maxOpenOrders, { key: exchange.key, orders: exchange.orders });
}

function check(most: number | null, { key, orders }: Scope): Refusal | undefined {
  if (most === null || orders + 1 <= most) return undefined;
  const rule = `open orders must be at most ${most} (${key}.max_open_orders)`;
  return refusal("MAX_OPEN_ORDERS", `${rule}: was ${orders + 1} with this one`);
}
