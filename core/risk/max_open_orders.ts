/**
 * Guard: how many orders may live at once. A Replace adds none.
 * @module
 */
import { type Guard, type Refusal, refusal, type RiskRequest } from "./guard.ts";

/** Refuses an order that would be one too many, from the narrowest scope to the widest. */
export const MAX_OPEN_ORDERS: Guard = { name: "max_open_orders", check: checkMaxOpenOrders };

type Scope = {
  readonly limits: { readonly maxOpenOrders: number | null };
  readonly key: string;
};

function checkMaxOpenOrders(request: RiskRequest): Refusal | undefined {
  if (request.kept !== null) return undefined;
  const { pair, client, listed } = request;
  const { venue } = listed;
  return checkScope(pair, pair.sums.orders) ?? checkScope(client, client.orders) ??
    checkScope(listed, listed.sums.orders) ?? checkScope(venue, venue.orders) ??
    checkScope(venue.exchange, venue.exchange.orders);
}

function checkScope(scope: Scope, orders: number): Refusal | undefined {
  const most = scope.limits.maxOpenOrders;
  if (most === null || orders + 1 <= most) return undefined;
  const rule = `open orders must be at most ${most} (${scope.key}.max_open_orders)`;
  return refusal("MAX_OPEN_ORDERS", `${rule}: was ${orders + 1} with this one`);
}
