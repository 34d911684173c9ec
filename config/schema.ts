/**
 * The schema of the configuration file: every key, its kind, range and default.
 *
 * `reference.yaml` says the same for people, and a test holds the two equal. Units stand last in
 * a key: `_ms`, `_us`, `_bytes`, `_ppm` (millionths). Keys are snake_case here, camelCase once read.
 *
 * Invariant: what parses is complete: every default, also one derived from another key, is filled
 * in. What no single value shows (duplicates, the registered adapters) is `checks.ts`.
 * @module
 */
import * as z from "zod";
import { SOURCES } from "../core/event.ts";
import { TRADING_STATES } from "../core/intent.ts";
import { contractProblems, LISTED_CLASSES } from "./contracts.ts";
import { PAPER_ADAPTER } from "./default.ts";
import { decimal, flag, integer, list, map, measure, name, text, word } from "./fields.ts";
import { gridProblems } from "./grids.ts";

/** What the daemon may do with orders. */
export const MODES = ["paper", "dry_run", "live"] as const;

/** Default of `wire.port`. */
export const WIRE_PORT = 7411;
const WIRE = map({
  host: word(["127.0.0.1", "::1"], "since orders never cross a network").default("127.0.0.1"),
  port: integer({ least: 0, most: 65_535 }).default(WIRE_PORT),
  heartbeat_ms: integer({ least: 100, most: 60_000 }).default(1000),
  // The least holds the largest event there is: the signal `queue` of 1000 levels a side.
  max_frame_bytes: integer({ least: 393_216, most: 1_048_576 }).default(1_048_576),
  report_buffer_bytes: integer({ least: 65_536, most: 1_073_741_824 }).default(8_388_608),
  max_sessions: integer({ least: 1, most: 1000 }).default(64),
  hello_timeout_ms: integer({ least: 100, most: 60_000 }).default(5000),
  intents_per_second: integer({ least: 1, most: 10_000_000 }).default(5000),
  burst: integer({ least: 1, most: 10_000_000 }).default(10_000),
  other_frames_per_second: integer({ least: 1, most: 10_000_000 }).default(1000),
  cancel_on_disconnect: flag({ byDefault: true }),
  cancel_grace_ms: integer({ least: 0, most: 3_600_000 }).default(5000),
});

const METRICS = map({
  host: word(["127.0.0.1", "::1"], "since state never crosses a network").default("127.0.0.1"),
  port: integer({ least: 0, most: 65_535 }).nullable().default(null),
});

const ENGINE = map({
  invariants: word(["strict", "warn"]).default("strict"),
  intent_horizon_ms: integer({ least: 60_000, most: 31_536_000_000 }).default(604_800_000),
  lookup_retry_ms: integer({ least: 10, most: 30_000 }).default(1000),
  seed: integer({ least: 0, most: 4_294_967_295 }).default(1),
});

const OPERATOR = map({
  trading_state: word(TRADING_STATES).default("Active"),
  kill_switch: flag({ byDefault: false }),
});

const JOURNAL = map({
  segment_bytes: integer({ least: 1_048_576, most: 1_073_741_824 }).default(67_108_864),
  ring_bytes: integer({ least: 1_048_576, most: 1_073_741_824 })
    .refine((bytes) => Number.isInteger(Math.log2(bytes)), { error: "must be a power of two" })
    .default(33_554_432),
  checkpoint_events: integer({ least: 100, most: 100_000_000 }).default(100_000),
  market_retention_hours: measure({ least: 0.01, most: 876_000 }).nullable().default(72),
  truth_retention_days: integer({ least: 8, most: 36_500 }).nullable().default(400),
  index: flag({ byDefault: true }),
  cancel_all_on_failure: flag({ byDefault: true }),
});

const queueMax = integer({ least: 16, most: 1_048_576 });
const PRIORITY_ERROR = `must name each of ${SOURCES.join(", ")} once, the most urgent first`;
/** What the mode allows: nothing but market data may ever be dropped. */
const QUEUES = map({
  control: map({
    max: queueMax.default(1024),
    policy: word(["fail"], "since control is never dropped and cannot wait").default("fail"),
  }).prefault({}),
  intents: map({
    max: queueMax.default(1024),
    policy: word(["block"], "since an intent is never dropped").default("block"),
  }).prefault({}),
  broker_reports: map({
    max: queueMax.default(4096),
    policy: word(["block"], "since a report is never dropped").default("block"),
  }).prefault({}),
  market_data: map({
    max: queueMax.default(8192),
    policy: word(["block", "conflate", "drop"]).default("block"),
  }).prefault({}),
  priority: z.array(z.enum(SOURCES, { error: PRIORITY_ERROR }), { error: PRIORITY_ERROR })
    .length(SOURCES.length, { error: PRIORITY_ERROR })
    .refine((sources) => new Set(sources).size === SOURCES.length, { error: PRIORITY_ERROR })
    .default([...SOURCES]),
});

const SPEED_ERROR = "must be realtime, fastest, or how many times real time, above 0 up to 100000";
/** Keys are checked by whoever reads the format. */
const COLUMNS = z.record(z.string(), z.union([z.string(), z.int()]), {
  error: "must be a map of names and numbers of columns",
}).default({});
const CAPTURE_FILES = {
  files: list(text(4096)).min(1, { error: "must name one file or more" }),
  format: name(32),
  columns: COLUMNS,
  merge: flag({ byDefault: false }),
};

const FEED = z.discriminatedUnion("kind", [
  map({
    kind: z.literal("generator"),
    seed: integer({ least: 0, most: 4_294_967_295 }).default(1),
  }),
  map({
    kind: z.literal("capture"),
    ...CAPTURE_FILES,
    beside: list(map(CAPTURE_FILES)).default([]),
    strict: flag({ byDefault: false }),
    speed: z.union([
      z.enum(["realtime", "fastest"]),
      z.number().gt(0, { error: SPEED_ERROR }).max(100_000, { error: SPEED_ERROR }),
    ], { error: SPEED_ERROR }).default("realtime"),
    expect: map({
      depth_messages: integer({ least: 0, most: Number.MAX_SAFE_INTEGER }),
      first_update_id: integer({ least: 0, most: Number.MAX_SAFE_INTEGER }),
      last_update_id: integer({ least: 0, most: Number.MAX_SAFE_INTEGER }),
    }).nullable().default(null),
  }),
  map({ kind: z.literal("client"), raw_format: name(32).nullable().default(null) }),
  map({ kind: z.literal("adapter") }),
], { error: "must be a map whose kind is generator, capture, client or adapter" });

const SIMULATION = map({
  order_latency_us: integer({ least: 0, most: 60_000_000 }).default(2000),
  report_latency_us: integer({ least: 0, most: 60_000_000 }).default(2000),
  maker_fee_ppm: integer({ least: -100_000, most: 100_000 }).default(100),
  taker_fee_ppm: integer({ least: -100_000, most: 100_000 }).default(500),
});

const PRICE = map({
  quantum: decimal("positive"),
  ticks: list(map({ from: decimal("not negative"), step: decimal("positive") }))
    .min(1, { error: "must have one row or more" }).optional(),
}).transform((price) => ({
  ...price,
  ticks: price.ticks ?? [{ from: "0", step: price.quantum }],
}));

const QUANTITY = map({
  quantum: decimal("positive"),
  step: decimal("positive").optional(),
  min: decimal("positive").optional(),
  max: decimal("positive").nullable().default(null),
}).transform((quantity) => {
  const step = quantity.step ?? quantity.quantum;
  return { ...quantity, step, min: quantity.min ?? step };
});

/** Most live orders. */
const openOrdersMost = integer({ least: 1, most: 10_000_000 }).nullable().default(null);
/** Orders per second, and at once after a pause. */
const ORDER_RATE = map({
  per_second: integer({ least: 1, most: 10_000_000 }),
  burst: integer({ least: 1, most: 10_000_000 }),
}).nullable().default(null);
const AMOUNTS = list(map({ currency: name(16), amount: decimal("not negative") })).default([]);

const ORDER_LIMITS = {
  max_order_qty: decimal("positive").nullable().default(null),
  max_order_notional: decimal("positive").nullable().default(null),
  max_position: decimal("positive").nullable().default(null),
  max_open_orders: openOrdersMost,
};

const LIMITS = map({
  ...ORDER_LIMITS,
  price_collar_ppm: integer({ least: 1, most: 1_000_000 }).nullable().default(50_000),
  book_stale_ms: integer({ least: 1, most: 86_400_000 }).default(5000),
  initial_margin_ppm: integer({ least: 1, most: 1_000_000 }).nullable().default(null),
});

const FLOW_LIMITS = { max_open_orders: openOrdersMost, order_rate: ORDER_RATE };

const VENUE_LIMITS = map({
  ...FLOW_LIMITS,
  max_loss: AMOUNTS,
  check_funds: flag({ byDefault: true }),
  tripwire: map({
    reports: integer({ least: 1, most: 1000 }).default(2),
    tolerances: AMOUNTS,
  }).prefault({}),
});

const EXCHANGE = map({
  name: name(32),
  ...FLOW_LIMITS,
  self_match: word(["refuse", "allow"]).default("refuse"),
});

const CLIENT = map({
  name: text(64).regex(/^(?:\*|[A-Za-z0-9._-]{1,64})$/, {
    error: 'must be a client id, or "*" for every client that is not listed',
  }),
  ...FLOW_LIMITS,
  max_loss: AMOUNTS,
  dry_run: flag({ byDefault: false }),
  instruments: list(map({ instrument: text(97), ...ORDER_LIMITS })).default([]),
});

const SESSION_END_ERROR = 'must be a time of day in UTC, such as "16:30"';
const INSTRUMENT = map({
  symbol: text(64).regex(/^[^\s:]+$/, { error: 'must be a symbol without blanks or ":"' }),
  base: name(16),
  quote: name(16),
  asset_class: word(LISTED_CLASSES, "since other classes are listed by the adapter of their venue")
    .default("spot"),
  contract: map({
    multiplier: decimal("positive").default("1"),
    settlement: name(16).optional(),
  }).optional(),
  price: PRICE,
  quantity: QUANTITY,
  min_notional: decimal("positive").nullable().default(null),
  session_end: z.string({ error: SESSION_END_ERROR })
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: SESSION_END_ERROR }).nullable().default(null),
  start_price: decimal("positive").nullable().default(null),
  dry_run: flag({ byDefault: false }),
  limits: LIMITS.prefault({}),
}).superRefine((instrument, context) => {
  for (const problem of [...gridProblems(instrument), ...contractProblems(instrument)]) {
    context.addIssue({ code: "custom", ...problem });
  }
});

const cost = integer({ least: 1, most: 1000 }).default(1);
const PACING = map({
  per_second: integer({ least: 1, most: 1_000_000 }),
  burst: integer({ least: 1, most: 1_000_000 }),
  costs: map({ submit: cost, replace: cost, cancel: cost, lookup: cost, reconcile: cost })
    .prefault({}),
});

const BREAKER = map({
  failures: integer({ least: 1, most: 1000 }),
  cool_ms: integer({ least: 100, most: 3_600_000 }),
});

/** Where a secret is to be had; never the secret itself. */
const CREDENTIAL = z.union([
  map({ file: text(4096) }),
  map({
    env: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]{0,127}$/, {
      error: "must be the name of an environment variable",
    }),
  }),
], {
  error: "must say where the secret is, as { file: PATH } or { env: NAME }, never the secret",
});

/** For venues outside, where the file says nothing. */
const OUTSIDE_DEFAULT = {
  breaker: { failures: 5, cool_ms: 10_000 },
  reconcile_ms: 60_000,
} as const;

const VENUE = map({
  name: name(32),
  exchange: name(32),
  adapter: name(32).default(PAPER_ADAPTER),
  feed: FEED.optional(),
  simulation: SIMULATION.optional(),
  credentials: z.record(name(64), CREDENTIAL, { error: "must be a map of names and places" })
    .default({}),
  pacing: PACING.nullable().default(null),
  breaker: BREAKER.nullable().optional(),
  reconcile_ms: integer({ least: 100, most: 86_400_000 }).nullable().optional(),
  dead_man_ms: integer({ least: 1000, most: 3_600_000 }).nullable().default(null),
  limits: VENUE_LIMITS.prefault({}),
  balances: list(map({ currency: name(16), total: decimal("not negative") })).default([]),
  options: z.record(z.string(), z.json(), { error: "must be a map of keys and values" })
    .default({}),
  instruments: list(INSTRUMENT),
}).transform((venue) => {
  const paper = venue.adapter === PAPER_ADAPTER;
  return {
    ...venue,
    feed: venue.feed ?? FEED.parse(paper ? { kind: "generator" } : { kind: "adapter" }),
    simulation: venue.simulation ?? (paper ? SIMULATION.parse({}) : null),
    breaker: venue.breaker === undefined && !paper
      ? OUTSIDE_DEFAULT.breaker
      : venue.breaker ?? null,
    reconcile_ms: venue.reconcile_ms === undefined && !paper
      ? OUTSIDE_DEFAULT.reconcile_ms
      : venue.reconcile_ms ?? null,
  };
});

const LOG_LEVELS = ["debug", "info", "warning", "error", "alarm"] as const;
const CATEGORY = word(LOG_LEVELS).nullable().default(null);
const LOG = map({
  level: word(LOG_LEVELS).default("info"),
  categories: map({
    daemon: CATEGORY,
    engine: CATEGORY,
    journal: CATEGORY,
    wire: CATEGORY,
    venue: CATEGORY,
    feed: CATEGORY,
    log: CATEGORY,
  }).prefault({}),
});

/** The whole file. */
export const SCHEMA = map({
  mode: word(MODES).default("paper"),
  wire: WIRE.prefault({}),
  state: map({ directory: text(4096).nullable().default(null) }).prefault({}),
  engine: ENGINE.prefault({}),
  operator: OPERATOR.prefault({}),
  journal: JOURNAL.prefault({}),
  queues: QUEUES.prefault({}),
  metrics: METRICS.prefault({}),
  log: LOG.prefault({}),
  hotloop: z.record(z.string(), z.json(), { error: "must be a map of keys and values" })
    .default({}),
  exchanges: list(EXCHANGE).default([]),
  clients: list(CLIENT).default([]),
  venues: list(VENUE).min(1, { error: "must list one venue or more" }),
});

/** The file as read, keys as written. */
export type ConfigurationFile = z.output<typeof SCHEMA>;
