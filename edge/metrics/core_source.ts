/**
 * What the core counts and how its state stands, for the registry.
 * @module
 */
import { VENUE_STATUSES } from "../../core/event.ts";
import { TRADING_STATES } from "../../core/intent.ts";
import type { Micros } from "../../core/numbers.ts";
import type { VenueGauges } from "../../core/gauges.ts";
import type { View } from "../../core/view.ts";
import type { MetricSource } from "./registry.ts";
import type { Samples } from "./samples.ts";

const US_PER_S = 1_000_000;

/** The core. */
export class CoreSource implements MetricSource {
  readonly #view: View;
  readonly #nowUs: () => Micros;

  /** `nowUs`: engine clock. */
  constructor(view: View, nowUs: () => Micros) {
    this.#view = view;
    this.#nowUs = nowUs;
  }

  counters(): Readonly<Record<string, number>> {
    return this.#view.counters();
  }

  measure(into: Samples): void {
    const view = this.#view;
    const nowUs = this.#nowUs();
    const { orders, inDoubt, doubtSinceUs, venues, utilisation } = view.gauges(nowUs);
    const effective = view.tradingState();
    for (const state of TRADING_STATES) {
      into.put("tapeline_trading_state", oneIf(state === effective), { state });
    }
    into.put("tapeline_kill_switch", oneIf(view.killSwitch));
    for (const { status, count } of orders) into.put("tapeline_orders", count, { state: status });
    into.put("tapeline_unknown_orders", inDoubt);
    const doubtUs = doubtSinceUs === null ? 0 : Math.max(0, nowUs - doubtSinceUs);
    into.put("tapeline_oldest_unknown_seconds", doubtUs / US_PER_S);
    for (const { scope, limit, ratio } of utilisation) {
      into.put("tapeline_risk_limit_utilisation_ratio", ratio, { scope, limit });
    }
    into.put("tapeline_journal_seq", view.seqId);
    for (const venue of venues) this.#measureVenue(into, venue);
  }

  #measureVenue(into: Samples, gauges: VenueGauges): void {
    const declared = this.#view.venues[gauges.venue];
    if (declared === undefined) return;
    const { name: venue, status: current } = declared;
    into.put("tapeline_venue_connected", oneIf(current === "up"), { venue });
    for (const status of VENUE_STATUSES) {
      into.put("tapeline_venue_status", oneIf(status === current), { venue, status });
    }
    for (const state of TRADING_STATES) {
      const isCurrent = state === gauges.tradingState;
      into.put("tapeline_venue_trading_state", oneIf(isCurrent), { venue, state });
    }
    into.put("tapeline_venue_instruments_halted", gauges.haltedInstruments, { venue });
    into.put("tapeline_venue_orders_open", gauges.openOrders, { venue });
    into.put("tapeline_venue_external_orders", gauges.externalOrders, { venue });
    into.put("tapeline_venue_request_failures", gauges.failures, { venue });
    into.put("tapeline_venue_paused", oneIf(gauges.isPaused), { venue });
    into.put("tapeline_venue_breaker_open", oneIf(gauges.isBreakerOpen), { venue });
    into.put("tapeline_venue_account_mismatches", gauges.mismatches, { venue });
    measureRequests(into, gauges, venue);
    measureBooks(into, gauges, venue);
  }
}

function measureRequests(into: Samples, gauges: VenueGauges, venue: string): void {
  const { waiting, tokens, reconciledUs } = gauges;
  into.put("tapeline_venue_requests_waiting", waiting.cancels, { venue, kind: "cancels" });
  into.put("tapeline_venue_requests_waiting", waiting.lookups, { venue, kind: "lookups" });
  into.put("tapeline_venue_requests_waiting", waiting.orders, { venue, kind: "orders" });
  if (tokens !== null) {
    into.put("tapeline_venue_rate_limit_tokens", tokens.left, { venue });
    into.put("tapeline_venue_rate_limit_tokens_max", tokens.most, { venue });
  }
  if (reconciledUs !== null) {
    const seconds = reconciledUs / US_PER_S;
    into.put("tapeline_venue_reconciled_timestamp_seconds", seconds, { venue });
  }
}

function measureBooks(into: Samples, { books }: VenueGauges, venue: string): void {
  into.put("tapeline_books", books.fresh, { venue, state: "fresh" });
  into.put("tapeline_books", books.stale, { venue, state: "stale" });
  into.put("tapeline_books_stale_with_orders", books.staleWithOrders, { venue });
}

function oneIf(holds: boolean): number {
  return holds ? 1 : 0;
}
