/**
 * The `risk` query: limits and states in force, and how far they are used. snake_case, JSON-able.
 *
 * Ordering: venues and instruments by number, exchanges by code unit.
 * @module
 */
import type { Client } from "../clients.ts";
import { fromQuanta, fromUnits } from "../decimal.ts";
import type { EngineState, InstrumentState } from "./state.ts";
import type { CurrencyLimit, FlowLimits, OrderLimits } from "../limits.ts";
import type { OpenSums } from "../risk/mod.ts";
import type { VenueState } from "./venue_state.ts";
import type { LimitedClient, RiskRow, RiskView } from "../view.ts";

/** Returns what the limits of venues, exchanges and instruments say, and of the client if known. */
export function limitsMap(state: EngineState, client: Client | undefined): RiskView {
  const { risk } = state;
  return {
    client: client === undefined ? null : clientMap(state, client),
    venues: state.venues.map((held) => {
      const { declaration, status, tradingState } = held;
      const venue = risk.venue(declaration.id);
      return {
        venue: declaration.name,
        status,
        trading_state: tradingState,
        ...flowMap(venue, venue.orders),
        max_loss: amounts(venue.limits.maxLoss),
        check_funds: venue.limits.checkFunds,
        tripwire_reports: venue.limits.tripwire.reports,
        tripwire_mismatches: venue.mismatches,
        ...answersMap(held),
      };
    }),
    exchanges: [...risk.exchanges.keys()].sort().map((exchange) => {
      const { limits, orders } = risk.exchange(exchange);
      return { exchange, ...flowMap({ limits }, orders), self_match: limits.selfMatch };
    }),
    instruments: state.instruments.flatMap((entry) =>
      entry === undefined ? [] : [instrumentMap(state, entry, client)]
    ),
  };
}

/** What holds requests back: the pause that the venue asked for, and the breaker. */
function answersMap({ failures, pausedUntilUs, breakerOpenUntilUs }: VenueState): RiskRow {
  return {
    failures,
    paused_until_us: pausedUntilUs === 0 ? null : pausedUntilUs,
    breaker_open_until_us: breakerOpenUntilUs,
  };
}

function clientMap({ risk, dryClients }: EngineState, client: Client): RiskRow {
  const limits = risk.clientLimitsOf(client.name);
  const orders = risk.clients[client.index]?.orders ?? 0;
  const dryRun = dryClients.has(client.name);
  return { dry_run: dryRun, ...flowMap({ limits }, orders), max_loss: amounts(limits.maxLoss) };
}

/** Returns where clients have limits of their own, by name. */
export function limitedClients({ risk }: EngineState): LimitedClient[] {
  const names = new Set([...risk.clientLimits.keys(), ...risk.pairLimits.keys()]);
  return [...names].sort().map((client) => ({
    client,
    isLimited: risk.clientLimits.has(client),
    instruments: [...risk.pairLimits.get(client)?.keys() ?? []].sort((left, right) => left - right),
  }));
}

function instrumentMap(
  state: EngineState,
  { instrument, tradingState, isDryRun }: InstrumentState,
  client: Client | undefined,
): RiskRow {
  const { limits, sums } = state.risk.instrument(instrument.id);
  const { priceCollarPpm, initialMarginPpm } = limits;
  const pair = client === undefined
    ? undefined
    : state.risk.clients[client.index]?.pairs[instrument.id];
  const { scale } = instrument.qtyRule;
  return {
    instrument: instrument.name,
    status: instrument.status,
    trading_state: tradingState,
    dry_run: isDryRun,
    ...ordersMap(limits, scale),
    price_collar: priceCollarPpm === null ? null : fromUnits(BigInt(priceCollarPpm), 6),
    book_stale_ms: limits.bookStaleMs,
    initial_margin: initialMarginPpm === null ? null : fromUnits(BigInt(initialMarginPpm), 6),
    ...sumsMap(sums, scale),
    client: client === undefined ? null : {
      ...ordersMap(state.risk.pairLimitsOf(client.name, instrument.id), scale),
      ...sumsMap(pair?.sums ?? { orders: 0, buyQty: 0, sellQty: 0 }, scale),
    },
  };
}

function ordersMap(limits: OrderLimits, scale: number): RiskRow {
  const quantity = (quanta: number | null): string | null =>
    quanta === null ? null : fromQuanta(quanta, scale);
  return {
    max_order_qty: quantity(limits.maxOrderQty),
    max_order_notional: limits.maxOrderNotional,
    max_position: quantity(limits.maxPosition),
    max_open_orders: limits.maxOpenOrders,
  };
}

function sumsMap(
  { orders, buyQty, sellQty }: Pick<OpenSums, "orders" | "buyQty" | "sellQty">,
  scale: number,
): RiskRow {
  return {
    open_orders: orders,
    open_buy_qty: fromQuanta(buyQty, scale),
    open_sell_qty: fromQuanta(sellQty, scale),
  };
}

function flowMap({ limits }: { readonly limits: FlowLimits }, orders: number): RiskRow {
  return {
    max_open_orders: limits.maxOpenOrders,
    orders_per_second: limits.orderRate?.perSecond ?? null,
    orders_burst: limits.orderRate?.burst ?? null,
    open_orders: orders,
  };
}

function amounts(limits: readonly CurrencyLimit[]): RiskRow[] {
  return limits.map(({ currency, most }) => ({ currency, amount: most }));
}
