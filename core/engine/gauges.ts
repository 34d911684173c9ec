/**
 * Measures the state for an operator: `core/gauges.ts` says what.
 *
 * Walks live orders, listed instruments and limited scopes once; nothing is kept by the way, so the
 * hot path pays nothing and the figures cannot drift from the state.
 * @module
 */
import type { Gauges, LiveStatus, VenueGauges } from "../gauges.ts";
import { LIVE_STATUSES } from "../gauges.ts";
import { type Micros, micros } from "../numbers.ts";
import { tokensAt } from "../pacing.ts";
import { referenceBook } from "../risk/mod.ts";
import { isBreakerOpen } from "./breaker.ts";
import type { EngineState } from "./state.ts";
import { utilisation } from "./utilisation.ts";
import type { VenueState } from "./venue_state.ts";

/** Returns how things stand at `nowUs`, which is not before the last event. */
export function gauges(state: EngineState, nowUs: Micros): Gauges {
  return {
    ...ordersOf(state),
    venues: state.venues.map((venue) => venueGauges(state, venue, nowUs)),
    utilisation: utilisation(state),
  };
}

function ordersOf(state: EngineState): Pick<Gauges, "orders" | "inDoubt" | "doubtSinceUs"> {
  const counts = new Map<string, number>();
  let inDoubt = 0;
  let sinceUs = Infinity;
  for (const client of state.clients.all) {
    for (const order of client.open) {
      counts.set(order.status, (counts.get(order.status) ?? 0) + 1);
      if (order.doubt === 0) continue;
      inDoubt += 1;
      sinceUs = Math.min(sinceUs, order.doubtSinceUs ?? state.nowUs);
    }
  }
  const countOf = (status: LiveStatus): number => counts.get(status) ?? 0;
  return {
    orders: LIVE_STATUSES.map((status) => ({ status, count: countOf(status) })),
    inDoubt,
    doubtSinceUs: inDoubt === 0 ? null : micros(sinceUs),
  };
}

function venueGauges(state: EngineState, venue: VenueState, nowUs: Micros): VenueGauges {
  const { declaration, queues, bucket } = venue;
  const { pacing, id } = declaration;
  const scope = state.risk.venue(id);
  const { cancels, lookups, orders } = queues;
  return {
    venue: id,
    tradingState: venue.tradingState,
    haltedInstruments: haltedOf(state, venue),
    openOrders: scope.orders,
    externalOrders: venue.externalOrders.length,
    waiting: { cancels: cancels.length, lookups: lookups.length, orders: orders.length },
    tokens: bucket === null || pacing === null
      ? null
      : { left: tokensAt(bucket, pacing, nowUs), most: pacing.burst },
    failures: venue.failures,
    isPaused: venue.pausedUntilUs > nowUs,
    isBreakerOpen: isBreakerOpen(venue, nowUs),
    mismatches: scope.mismatches,
    reconciledUs: venue.reconciledUs === 0 ? null : venue.reconciledUs,
    books: booksOf(state, venue, nowUs),
  };
}

/** What has closed is not traded, and needs nobody who lifts its halt. */
function haltedOf(state: EngineState, { declaration }: VenueState): number {
  return state.instruments.filter((entry) =>
    entry?.instrument.venue === declaration.id && entry.instrument.status !== "closed" &&
    entry.tradingState === "Halted"
  ).length;
}

/** What has closed has no price, and needs none. */
function booksOf(state: EngineState, venue: VenueState, nowUs: Micros): VenueGauges["books"] {
  const books = { fresh: 0, stale: 0, staleWithOrders: 0 };
  for (const listed of state.risk.instruments) {
    if (listed?.instrument.venue !== venue.declaration.id) continue;
    if (listed.instrument.status === "closed") continue;
    if (referenceBook(listed, nowUs) !== undefined) books.fresh += 1;
    else {
      books.stale += 1;
      if (listed.sums.orders > 0) books.staleWithOrders += 1;
    }
  }
  return books;
}
