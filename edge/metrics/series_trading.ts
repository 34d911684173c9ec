/**
 * Series of what is traded: events, intents, orders, reports, risk, and how long it takes.
 * @module
 */
import type { SeriesSection } from "./series.ts";

/** See `series.ts`. */
export const TRADING_SERIES = {
  tapeline_trading_state: {
    kind: "gauge",
    help: "1 for the effective trading state of the daemon (strictest of operator and venues), " +
      "0 for the others.",
    labels: ["state"],
  },
  tapeline_kill_switch: {
    kind: "gauge",
    help: "1 while the kill switch is on: nothing is placed, everything is cancelled.",
  },
  tapeline_events_total: {
    kind: "counter",
    help: "Events applied since the start of the process, by source.",
    labels: ["source"],
    covers: ["events"],
  },
  tapeline_intents_total: {
    kind: "counter",
    help: "Intents taken from clients, also those that were refused. Counted since the journal " +
      "began.",
    flat: "intents",
  },
  tapeline_intents_refused_total: {
    kind: "counter",
    help: "Intents refused by a check of the daemon; tapeline_rejects_total says which.",
    flat: "refused_intents",
  },
  tapeline_intents_duplicate_total: {
    kind: "counter",
    help: "Intents that were known: answered again, never acted on again.",
    flat: "duplicate_intents",
  },
  tapeline_intents_dropped_total: {
    kind: "counter",
    help: "Intents of a session that another one had replaced: not acted on, not answered.",
    flat: "dropped_intents",
  },
  tapeline_ttl_prevented_total: {
    kind: "counter",
    help: "Intents that were older than their ttl_ms, or than the horizon, when they arrived.",
    flat: "ttl_prevented",
  },
  tapeline_rejects_total: {
    kind: "counter",
    help: "Reports with a reject_code since the start of the process, refusals made here and by " +
      "venues, by code.",
    labels: ["code"],
  },
  tapeline_reports_total: {
    kind: "counter",
    help: "Execution reports since the start of the process, by exec_type.",
    labels: ["exec_type"],
  },
  tapeline_reports_repeated_total: {
    kind: "counter",
    help: "Execution reports sent again for an intent that was repeated, since the start of the " +
      "process.",
  },
  tapeline_order_transitions_total: {
    kind: "counter",
    help: "Changes of an order's state since the start of the process, by the state that followed.",
    labels: ["to"],
  },
  tapeline_orders: {
    kind: "gauge",
    help: "Live orders by state, dry runs included.",
    labels: ["state"],
    covers: ["orders_open"],
  },
  tapeline_orders_kept: {
    kind: "gauge",
    help: "Orders in memory: live ones, and ended ones within engine.intent_horizon_ms.",
    flat: "orders_kept",
  },
  tapeline_clients: {
    kind: "gauge",
    help: "Clients that the journal knows.",
    flat: "clients",
  },
  tapeline_unknown_orders: {
    kind: "gauge",
    help: "Live orders in doubt: the outcome of their last request is not known.",
    covers: ["orders_in_doubt"],
  },
  tapeline_oldest_unknown_seconds: {
    kind: "gauge",
    help: "For how long the oldest of them has been in doubt; 0 while none is.",
  },
  tapeline_doubts_total: {
    kind: "counter",
    help: "Times that an order came into doubt.",
    flat: "in_doubt",
  },
  tapeline_external_orders: {
    kind: "gauge",
    help: "Orders open at venues that are not ours, as last listed.",
    flat: "external_orders",
  },
  tapeline_fills_total: {
    kind: "counter",
    help: "Executions booked to orders of ours.",
    flat: "fills",
  },
  tapeline_late_fills_total: {
    kind: "counter",
    help: "Of these, booked after their order had ended.",
    flat: "late_fills",
  },
  tapeline_external_fills_total: {
    kind: "counter",
    help: "Executions on our account that belong to no order of ours.",
    flat: "external_fills",
  },
  tapeline_restated_total: {
    kind: "counter",
    help: "Orders restated as a look-up found them at the venue.",
    flat: "restated",
  },
  tapeline_duplicate_reports_total: {
    kind: "counter",
    help: "Venue reports that had been seen before; they change nothing.",
    flat: "duplicate_reports",
  },
  tapeline_stale_reports_total: {
    kind: "counter",
    help: "Venue reports that were overtaken by what is known; they change nothing.",
    flat: "stale_reports",
  },
  tapeline_orphan_reports_total: {
    kind: "counter",
    help: "Venue reports for an order that nobody here knows.",
    flat: "orphan_reports",
  },
  tapeline_transition_failures_total: {
    kind: "counter",
    help: "Reports that the life cycle of their order does not allow; each raises an alarm.",
    flat: "transition_failures",
  },
  tapeline_invariant_failures_total: {
    kind: "counter",
    help: "Broken invariants: a fault of the program. Under engine.invariants strict each halts.",
    flat: "invariant_failures",
  },
  tapeline_halts_total: {
    kind: "counter",
    help: "Accounts and instruments halted by the core since the start of the process.",
    labels: ["of"],
  },
  tapeline_alarms_total: {
    kind: "counter",
    help:
      "Alarms raised by the core since the start of the process, by code; a code appears with " +
      "its first alarm.",
    labels: ["code"],
  },
  tapeline_pacing_trips_total: {
    kind: "counter",
    help: "Requests that had to wait for their venue's pacing.",
    flat: "pacing_trips",
  },
  tapeline_account_reports_total: {
    kind: "counter",
    help: "Reports of a venue about its account that were compared with the ledger.",
    flat: "account_reports",
  },
  tapeline_account_mismatches_total: {
    kind: "counter",
    help: "Of these, those that differed by more than the tolerance.",
    flat: "account_mismatches",
  },
  tapeline_tripwire_halts_total: {
    kind: "counter",
    help: "Accounts halted because such differences repeated.",
    flat: "tripwire_halts",
  },
  tapeline_accounts_adopted_total: {
    kind: "counter",
    help: "Times that a venue's view of its account became the ledger's, as an operator asked.",
    flat: "accounts_adopted",
  },
  tapeline_reconcile_runs_total: {
    kind: "counter",
    help: "Reconciliations that were answered.",
    flat: "reconciliations",
  },
  tapeline_reconcile_mismatches_total: {
    kind: "counter",
    help: "Orders that a reconciliation found otherwise than they are known here.",
    flat: "reconcile_differences",
  },
  tapeline_venue_pauses_total: {
    kind: "counter",
    help: "Times that a venue asked for a pause (HTTP 429 and its kin).",
    flat: "venue_pauses",
  },
  tapeline_breaker_trips_total: {
    kind: "counter",
    help: "Times that a venue's circuit breaker opened.",
    flat: "breaker_trips",
  },
  tapeline_risk_limit_utilisation_ratio: {
    kind: "gauge",
    help:
      "Share of a limit that is used, by the scope of its kind that uses most; 0 where none is " +
      "set, 1 also while a loss cannot be judged. The risk query names the scope.",
    labels: ["scope", "limit"],
  },
  tapeline_event_lag_seconds: {
    kind: "histogram",
    help:
      "From the time that the source gave an event to its number. Holds the difference of the " +
      "clocks; below 0 counts as 0.",
    labels: ["source"],
  },
  tapeline_intent_durable_seconds: {
    kind: "histogram",
    help: "From an intent read off its socket to its event known to be on the disk.",
    covers: ["intent_durable_count", "intent_durable_p50_us", "intent_durable_p99_us"],
  },
  tapeline_intent_report_seconds: {
    kind: "histogram",
    help: "From an intent read off its socket to its first report handed to the socket.",
    covers: ["intent_report_count", "intent_report_p50_us", "intent_report_p99_us"],
  },
  tapeline_intent_submit_seconds: {
    kind: "histogram",
    help:
      "From an intent read off its socket to its request written to the venue, waits for pacing " +
      "included.",
    labels: ["venue"],
  },
  tapeline_venue_answer_seconds: {
    kind: "histogram",
    help: "From a request written to the venue to its answer.",
    labels: ["venue"],
  },
  tapeline_intent_ack_seconds: {
    kind: "histogram",
    help: "From an intent read off its socket to the venue's answer.",
    labels: ["venue"],
  },
  tapeline_fill_report_seconds: {
    kind: "histogram",
    help: "From a trade, by the venue's clock, to its report handed to the client's socket.",
    covers: ["fill_report_count", "fill_report_p50_us", "fill_report_p99_us"],
  },
} as const satisfies SeriesSection;
