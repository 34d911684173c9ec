/**
 * The core's state as series: each figure under its own name and label, none for another. Proves
 * R-OPS-4: what alerts look at says what is so.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Gauges, VenueGauges } from "../../../core/gauges.ts";
import { createTimeline } from "../../../core/mod.ts";
import { micros, seqId, venueId } from "../../../core/numbers.ts";
import type { View } from "../../../core/view.ts";
import { CoreSource } from "../../../edge/metrics/core_source.ts";
import { Samples } from "../../../edge/metrics/samples.ts";
import type { SeriesName, SeriesRow } from "../../../edge/metrics/series.ts";
import { TRADING_SERIES } from "../../../edge/metrics/series_trading.ts";
import { FakeBackend } from "../../support/fake_backend.ts";
import { VirtualTime } from "../../support/virtual_time.ts";

const NOW_US = micros(90_000_000);

const VENUE: VenueGauges = {
  venue: venueId(0),
  tradingState: "Reducing",
  haltedInstruments: 1,
  openOrders: 2,
  externalOrders: 3,
  waiting: { cancels: 4, lookups: 5, orders: 6 },
  tokens: { left: 7, most: 8 },
  failures: 9,
  isPaused: true,
  isBreakerOpen: false,
  mismatches: 10,
  reconciledUs: micros(11_000_000),
  books: { fresh: 12, stale: 13, staleWithOrders: 14 },
};

const GAUGES: Gauges = {
  orders: [{ status: "Accepted", count: 15 }, { status: "CancelPending", count: 16 }],
  inDoubt: 17,
  doubtSinceUs: micros(72_000_000),
  venues: [VENUE],
  utilisation: [{ scope: "client", limit: "max_loss", ratio: 0.19 }],
};

/** Each series with a value, as `labels value`, of a view that is the toy's but for `changes`. */
function shown(changes: Partial<View> = {}): Readonly<Record<string, readonly string[]>> {
  const { view } = new FakeBackend(new VirtualTime());
  const samples = new Samples();
  const told = { seqId: seqId(20), killSwitch: true, gauges: () => GAUGES } as const;
  new CoreSource({ ...view, ...told, ...changes }, () => NOW_US).measure(samples);
  const names: readonly SeriesName[] = [
    "tapeline_trading_state",
    "tapeline_kill_switch",
    "tapeline_orders",
    "tapeline_unknown_orders",
    "tapeline_oldest_unknown_seconds",
    "tapeline_risk_limit_utilisation_ratio",
    "tapeline_journal_seq",
    "tapeline_venue_connected",
    "tapeline_venue_status",
    "tapeline_venue_trading_state",
    "tapeline_venue_instruments_halted",
    "tapeline_venue_orders_open",
    "tapeline_venue_external_orders",
    "tapeline_venue_request_failures",
    "tapeline_venue_paused",
    "tapeline_venue_breaker_open",
    "tapeline_venue_account_mismatches",
    "tapeline_venue_requests_waiting",
    "tapeline_venue_rate_limit_tokens",
    "tapeline_venue_rate_limit_tokens_max",
    "tapeline_venue_reconciled_timestamp_seconds",
    "tapeline_books",
    "tapeline_books_stale_with_orders",
  ];
  return Object.fromEntries(names.map((name) => [
    name,
    samples.valuesOf(name).map(({ labels, value }) =>
      [...Object.values(labels), String(value)].join(" ")
    ),
  ]));
}

Deno.test("CoreSource gives every figure under its own name and labels", () => {
  const tradingState: View["tradingState"] = () => "Halted";
  deepStrictEqual(shown({ tradingState }), {
    tapeline_trading_state: ["Active 0", "Reducing 0", "Halted 1"],
    tapeline_kill_switch: ["1"],
    tapeline_orders: ["Accepted 15", "CancelPending 16"],
    tapeline_unknown_orders: ["17"],
    tapeline_oldest_unknown_seconds: ["18"],
    tapeline_risk_limit_utilisation_ratio: ["client max_loss 0.19"],
    tapeline_journal_seq: ["20"],
    tapeline_venue_connected: ["paper 1"],
    tapeline_venue_status: ["paper up 1", "paper down 0", "paper reconciling 0"],
    tapeline_venue_trading_state: ["paper Active 0", "paper Reducing 1", "paper Halted 0"],
    tapeline_venue_instruments_halted: ["paper 1"],
    tapeline_venue_orders_open: ["paper 2"],
    tapeline_venue_external_orders: ["paper 3"],
    tapeline_venue_request_failures: ["paper 9"],
    tapeline_venue_paused: ["paper 1"],
    tapeline_venue_breaker_open: ["paper 0"],
    tapeline_venue_account_mismatches: ["paper 10"],
    tapeline_venue_requests_waiting: ["paper cancels 4", "paper lookups 5", "paper orders 6"],
    tapeline_venue_rate_limit_tokens: ["paper 7"],
    tapeline_venue_rate_limit_tokens_max: ["paper 8"],
    tapeline_venue_reconciled_timestamp_seconds: ["paper 11"],
    tapeline_books: ["paper fresh 12", "paper stale 13"],
    tapeline_books_stale_with_orders: ["paper 14"],
  });
});

Deno.test("CoreSource gives 0 for what does not hold, and nothing for what does not apply", () => {
  const venue: VenueGauges = {
    ...VENUE,
    isPaused: false,
    isBreakerOpen: true,
    tokens: null,
    reconciledUs: null,
  };
  const gauges: Gauges = { ...GAUGES, doubtSinceUs: null, venues: [venue] };
  const [down] = new FakeBackend(new VirtualTime()).venues;
  const venues = down === undefined ? [] : [{ ...down, status: "down" as const }];
  const series = shown({ gauges: () => gauges, killSwitch: false, venues });
  const of = (name: SeriesName): string => series[name]?.join(", ") ?? "";
  strictEqual(of("tapeline_kill_switch"), "0");
  strictEqual(of("tapeline_oldest_unknown_seconds"), "0");
  strictEqual(of("tapeline_venue_connected"), "paper 0");
  strictEqual(of("tapeline_venue_status"), "paper up 0, paper down 1, paper reconciling 0");
  strictEqual(of("tapeline_venue_paused"), "paper 0");
  strictEqual(of("tapeline_venue_breaker_open"), "paper 1");
  strictEqual(of("tapeline_venue_rate_limit_tokens"), "");
  strictEqual(of("tapeline_venue_rate_limit_tokens_max"), "");
  strictEqual(of("tapeline_venue_reconciled_timestamp_seconds"), "");
});

Deno.test("counters of what is traded are the core's, but for those that begin with the process", () => {
  const kept = new Set(Object.keys(createTimeline().view.counters()));
  const counters = Object.entries<SeriesRow>(TRADING_SERIES).filter(([, { kind }]) =>
    kind === "counter"
  );
  const others = counters.filter(([, { flat }]) => flat === undefined || !kept.has(flat));
  ok(counters.length > others.length && others.length > 0);
  deepStrictEqual(
    others.filter(([, { help }]) => !/since the start of the\s+process/.test(help)).map(([name]) =>
      name
    ),
    [],
  );
});
