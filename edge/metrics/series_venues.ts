/**
 * Series of the venues, their books and requests, and of the queues in front of the sequencer.
 * @module
 */
import type { SeriesSection } from "./series.ts";

const VENUE = ["venue"] as const;

/** See `series.ts`. */
export const VENUE_SERIES = {
  tapeline_venue_connected: {
    kind: "gauge",
    help: "1 while the venue is up: connected, its account reconciled.",
    labels: VENUE,
  },
  tapeline_venue_status: {
    kind: "gauge",
    help: "1 for the status of the venue's link, 0 for the others.",
    labels: ["venue", "status"],
  },
  tapeline_venue_status_changes_total: {
    kind: "counter",
    help: "Times that the venue's link came into a status since the process began: " +
      "reconciling also with its stream lost.",
    labels: ["venue", "status"],
  },
  tapeline_venue_trading_state: {
    kind: "gauge",
    help: "1 for the trading state of the venue's account, 0 for the others.",
    labels: ["venue", "state"],
  },
  tapeline_venue_instruments_halted: {
    kind: "gauge",
    help: "Instruments of the venue that are halted by themselves, closed ones apart.",
    labels: VENUE,
  },
  tapeline_venue_last_message_timestamp_seconds: {
    kind: "gauge",
    help: "When the venue's last report or market data was numbered, engine clock; before the " +
      "first, when the process began.",
    labels: VENUE,
  },
  tapeline_venue_orders_open: {
    kind: "gauge",
    help: "Live orders at the venue, dry runs apart.",
    labels: VENUE,
  },
  tapeline_venue_external_orders: {
    kind: "gauge",
    help: "Orders open at the venue that are not ours, as last listed.",
    labels: VENUE,
  },
  tapeline_venue_requests_total: {
    kind: "counter",
    help: "Requests that the core decided to send since the start of the process, by kind.",
    labels: ["venue", "kind"],
  },
  tapeline_venue_requests_waiting: {
    kind: "gauge",
    help:
      "Requests that wait for the link or for pacing: cancels, look-ups, and orders (placed or " +
      "replaced).",
    labels: ["venue", "kind"],
  },
  tapeline_venue_requests_unanswered: {
    kind: "gauge",
    help: "Requests handed to the venue's adapter and not answered yet.",
    labels: VENUE,
  },
  tapeline_venue_request_failures: {
    kind: "gauge",
    help: "Failed requests in a row; the circuit breaker looks at it.",
    labels: VENUE,
  },
  tapeline_venue_rate_limit_tokens: {
    kind: "gauge",
    help: "Tokens that the venue's pacing has left; absent where it is not paced.",
    labels: VENUE,
  },
  tapeline_venue_rate_limit_tokens_max: {
    kind: "gauge",
    help: "Most tokens that it holds: pacing.burst.",
    labels: VENUE,
  },
  tapeline_venue_paused: {
    kind: "gauge",
    help: "1 while nothing leaves because the venue asked for a pause.",
    labels: VENUE,
  },
  tapeline_venue_breaker_open: {
    kind: "gauge",
    help: "1 while the circuit breaker refuses new exposure.",
    labels: VENUE,
  },
  tapeline_venue_account_mismatches: {
    kind: "gauge",
    help:
      "Reports of the account in a row that differed from the ledger; the tripwire looks at it.",
    labels: VENUE,
  },
  tapeline_venue_account_reported_timestamp_seconds: {
    kind: "gauge",
    help:
      "When the venue last reported its account, to be compared with the ledger, engine clock; " +
      "before the first, when the process began.",
    labels: VENUE,
  },
  tapeline_venue_reconciled_timestamp_seconds: {
    kind: "gauge",
    help: "When the account was last reconciled, engine clock; absent before the first time.",
    labels: VENUE,
  },
  tapeline_venue_adapter_deaths_total: {
    kind: "counter",
    help: "Times that the venue's adapter died or hung and was started again.",
    labels: VENUE,
  },
  tapeline_venue_market_data_merged_total: {
    kind: "counter",
    help: "Market data merged in the adapter for want of room; nothing was lost.",
    labels: VENUE,
  },
  tapeline_venue_market_data_dropped_total: {
    kind: "counter",
    help: "Market data dropped in the adapter for want of room; the book was invalidated.",
    labels: VENUE,
  },
  tapeline_venue_clock_skew_seconds: {
    kind: "gauge",
    help:
      "The venue's clock minus the engine's, by the shortest of the newest round trips; absent " +
      "where it was not measured.",
    labels: VENUE,
  },
  tapeline_venue_round_trip_seconds: {
    kind: "gauge",
    help: "That round trip.",
    labels: VENUE,
  },
  tapeline_venue_dead_man_timestamp_seconds: {
    kind: "gauge",
    help: "When the venue last confirmed its dead-man switch, or its adapter began; absent where " +
      "none is configured.",
    labels: VENUE,
  },
  tapeline_venue_dead_man_period_seconds: {
    kind: "gauge",
    help:
      "After so long without renewal the venue cancels what rests, as it was last told: longer " +
      "than configured where markets that were left behind need it; absent where none is configured.",
    labels: VENUE,
  },
  tapeline_books: {
    kind: "gauge",
    help: "Open instruments whose book is fresh (there is a price to measure by) or stale.",
    labels: ["venue", "state"],
  },
  tapeline_books_stale_with_orders: {
    kind: "gauge",
    help: "Of the stale ones, those with live orders.",
    labels: VENUE,
  },
  tapeline_queue_depth: {
    kind: "gauge",
    help: "Events that wait before the sequencer, by queue; all sessions together are session.",
    labels: ["queue", "policy"],
  },
  tapeline_queue_depth_max: {
    kind: "gauge",
    help: "Bound of the queue; of session: of each.",
    labels: ["queue", "policy"],
  },
  tapeline_queue_high_water: {
    kind: "gauge",
    help: "Most events that waited at once since the start; of session: in one of them.",
    labels: ["queue", "policy"],
  },
  tapeline_queue_dropped_total: {
    kind: "counter",
    help: "Market data dropped at the bound; the book was invalidated.",
    labels: ["queue", "policy"],
  },
  tapeline_queue_conflated_total: {
    kind: "counter",
    help: "Market data merged at the bound.",
    labels: ["queue", "policy"],
  },
  tapeline_queue_held_back_total: {
    kind: "counter",
    help: "Offers refused at the bound; the producer waited, nothing was lost.",
    labels: ["queue", "policy"],
  },
  tapeline_hotloop_events_total: {
    kind: "counter",
    help: "Market data that the hot loop read.",
    flat: "hotloop_events",
  },
  tapeline_hotloop_errors_total: {
    kind: "counter",
    help: "Faults of the hot loop; the instrument begins anew with its next snapshot.",
    flat: "hotloop_errors",
  },
  tapeline_hotloop_signals_emitted_total: {
    kind: "counter",
    help: "What the detectors said.",
    flat: "hotloop_signals_emitted",
  },
  tapeline_hotloop_crossed_spreads_total: {
    kind: "counter",
    help: "Questions for the spread of a crossed book.",
    flat: "hotloop_crossed_spreads",
  },
  tapeline_hotloop_off_ladder_total: {
    kind: "counter",
    help: "Prices that the instrument's ladder does not have.",
    flat: "hotloop_off_ladder",
  },
  tapeline_hotloop_time_went_back_total: {
    kind: "counter",
    help: "Events whose source clock was behind that of the one before.",
    flat: "hotloop_time_went_back",
  },
  tapeline_hotloop_unknown_instrument_total: {
    kind: "counter",
    help: "Events and questions about an instrument that is not listed.",
    flat: "hotloop_unknown_instrument",
  },
  tapeline_hotloop_orders_followed: {
    kind: "gauge",
    help: "Own orders that are followed in their queues.",
    flat: "hotloop_orders_followed",
  },
} as const satisfies SeriesSection;
