/**
 * What the daemon sends, as zod schemas: strict here, so that tests see a field too many; the
 * published JSON Schemas let further fields pass, as clients must.
 * @module
 */
import { z } from "zod";
import { MODES, VENUE_STATUSES } from "../core/event.ts";
import { REFUSAL_CODES, VENUE_REJECT_CODES } from "../core/reject_code.ts";
import { EXEC_TYPES, ORD_STATUSES } from "../core/report.ts";
import { ORD_TYPES, TIMES_IN_FORCE } from "./intent_fields.ts";
import { CHANNELS } from "./message.ts";
import {
  decimalString,
  levels,
  natural,
  requestKey,
  side,
  tradingState,
  whole,
} from "./schema_values.ts";
import { FATAL_CODES, NON_FATAL_CODES } from "./server_message.ts";

const positive = whole({ min: 1 });
const mode = z.enum(MODES);
const venueStatus = z.enum(VENUE_STATUSES);
const assetClass = z.enum(["spot", "linear", "inverse", "binary", "betting"]);
const rejectCode = z.enum([...REFUSAL_CODES, ...VENUE_REJECT_CODES]);
const errorCode = z.enum([...FATAL_CODES, ...NON_FATAL_CODES]);
const resultCode = z.enum([
  ...FATAL_CODES,
  ...NON_FATAL_CODES,
  ...REFUSAL_CODES.filter((code) => code !== "SHUTTING_DOWN" && code !== "RATE_LIMIT"),
  ...VENUE_REJECT_CODES,
  "NOT_FOUND",
  "NOT_SUBSCRIBED",
]);

const priceRule = z.strictObject({
  quantum: decimalString,
  ticks: z.array(z.strictObject({ from: decimalString, step: decimalString })),
});
const qtyRule = z.strictObject({
  quantum: decimalString,
  step: decimalString,
  min: decimalString,
  max: decimalString.nullable(),
});

/** What a venue can do; names may be added. */
const capabilitiesSchema = z.strictObject({
  ord_types: z.array(z.enum(ORD_TYPES)),
  time_in_force: z.array(z.enum(TIMES_IN_FORCE)),
  post_only: z.boolean(),
  reduce_only: z.boolean(),
  reduce_only_any_notional: z.boolean(),
  replace: z.enum(["native", "cancel_new", "reduce_only", "none"]),
  client_order_id: z.enum(["unique", "echoed", "window", "none"]),
  lookup_by_client_order_id: z.boolean(),
  cancel_all: z.boolean(),
  batch_max: natural,
  dead_man: z.boolean(),
  order_stream: z.boolean(),
  fills_replay: z.boolean(),
  book: z.enum(["none", "best", "depth", "full"]),
  trades: z.boolean(),
  queue_signals: z.boolean(),
  asset_class: assetClass,
  fills_provisional: z.boolean(),
  trading_modes: z.array(mode),
  params: z.array(z.string()),
  absence_proof_ms: natural.nullable(),
  min_notional: decimalString.nullable(),
  price_rule: priceRule,
  qty_rule: qtyRule,
}).partial();

export const helloAckSchema = z.strictObject({
  type: z.literal("HELLO_ACK"),
  wire: z.literal(1),
  session_id: z.string(),
  journal_id: z.string(),
  daemon: z.strictObject({ name: z.string(), version: z.string(), config_digest: z.string() }),
  mode,
  trading_state: tradingState,
  heartbeat_ms: positive,
  report_seq: natural,
  report_first_seq: natural,
  now_us: natural,
  limits: z.strictObject({
    max_frame_bytes: positive,
    intents_per_second: positive,
    burst: positive,
    report_buffer_bytes: positive,
    intent_horizon_ms: positive,
  }),
  venues: z.array(z.strictObject({
    venue: z.string(),
    exchange: z.string(),
    status: venueStatus,
    capabilities: capabilitiesSchema,
  })),
});

export const daemonHeartbeatSchema = z.strictObject({
  type: z.literal("HEARTBEAT"),
  now_us: natural,
  echo_us: natural.optional(),
  seq_id: natural,
  report_seq: natural,
  trading_state: tradingState,
  queue_depth: natural,
  venues: z.record(z.string(), venueStatus),
  sim_us: natural.optional(),
});

export const errorSchema = z.strictObject({
  type: z.literal("ERROR"),
  code: errorCode,
  message: z.string(),
  fatal: z.boolean(),
  ref: requestKey.optional(),
});

const execution = {
  exec_id: z.string(),
  last_qty: decimalString,
  last_px: decimalString,
  liquidity: z.enum(["Maker", "Taker"]).nullable(),
  commission: decimalString,
  commission_currency: z.string(),
};

const YES = true;
const NO = false;
const flag = z.literal(YES).optional();
const time = natural.optional();

const reportFields = {
  type: z.literal("ExecutionReport"),
  v: z.literal(1),
  seq_id: natural,
  intent_id: z.string().nullable(),
  orig_intent_id: z.string().optional(),
  cause_intent_id: z.string().optional(),
  order_id: z.string().nullable(),
  venue_order_id: z.string().nullable(),
  instrument: z.string().nullable(),
  side: side.nullable(),
  ord_type: z.enum(ORD_TYPES).nullable(),
  time_in_force: z.enum(TIMES_IN_FORCE).nullable(),
  price: decimalString.nullable(),
  order_qty: decimalString.nullable(),
  tag: z.string().nullable(),
  exec_type: z.enum(EXEC_TYPES),
  ord_status: z.enum(ORD_STATUSES).nullable(),
  cum_qty: decimalString.nullable(),
  leaves_qty: decimalString.nullable(),
  avg_px: decimalString.nullable(),
  ...z.strictObject(execution).partial().shape,
  fill_events: z.array(z.strictObject(execution)).min(2).optional(),
  exec_ref_id: z.string().optional(),
  reject_code: rejectCode.optional(),
  text: z.string().optional(),
  in_doubt: flag,
  late: flag,
  inferred: flag,
  provisional: flag,
  poss_dup: flag,
  dry_run: flag,
  event_us: time,
  transact_us: natural,
  sent_us: time,
  recv_us: time,
  journal_us: time,
  submit_us: time,
  ack_us: time,
};

export const executionReportSchema = z.strictObject({ ...reportFields, report_seq: positive });
/** A row of the `orders` query. */
export const orderRowSchema = z.strictObject(reportFields);

/** What a contract is worth; absent for spot. */
const contract = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.enum(["linear", "inverse"]),
    multiplier: decimalString,
    settlement: z.string(),
  }),
  z.strictObject({
    kind: z.literal("binary"),
    condition: z.string(),
    outcome: z.string(),
    complement: z.string().nullable(),
    collateral: z.string(),
    payout: decimalString,
    netting: z.enum(["signed", "per_outcome"]),
  }),
  z.strictObject({
    kind: z.literal("betting"),
    market: z.string(),
    currency: z.string(),
    commission_ppm: natural,
    discount_ppm: natural,
    winners: positive,
    runners: positive.nullable(),
  }),
]);

export const instrumentRowSchema = z.strictObject({
  instrument: z.string(),
  venue: z.string(),
  exchange: z.string(),
  symbol: z.string(),
  base: z.string(),
  quote: z.string(),
  asset_class: assetClass,
  contract: contract.optional(),
  price_rule: priceRule,
  qty_rule: qtyRule,
  min_notional: decimalString.nullable(),
  session_end: z.string().nullable(),
  status: z.enum(["open", "suspended", "closed"]),
  capabilities: capabilitiesSchema.optional(),
});

/** The payload of each channel. */
const PAYLOAD_SCHEMAS = {
  book: z.strictObject({ bids: levels, asks: levels }),
  trade: z.strictObject({
    price: decimalString,
    qty: decimalString,
    side: side.nullable(),
    trade_id: z.string().nullable(),
  }),
  bar: z.strictObject({
    interval_ms: positive,
    start_us: natural,
    open: decimalString,
    high: decimalString,
    low: decimalString,
    close: decimalString,
    volume: decimalString,
    trades: natural,
  }),
  signal: z.strictObject({ name: z.string(), value: z.json(), args: z.json() }),
  instrument: instrumentRowSchema,
  venue: z.strictObject({ venue: z.string(), status: venueStatus, reason: z.string() }),
  timer: z.strictObject({ interval_ms: positive, due_us: natural }),
  order: z.strictObject({ client_id: z.string(), report: executionReportSchema }),
} as const;

function eventSchema<Name extends (typeof CHANNELS)[number]>(name: Name): z.ZodObject {
  return z.strictObject({
    seq_id: natural,
    event_time_us: natural,
    ingest_time_us: natural,
    source: z.enum(["control", "timer", "broker_report", "intent", "market_data"]),
    venue: z.string().nullable(),
    instrument: z.string().nullable(),
    event_type: z.literal(name),
    payload: PAYLOAD_SCHEMAS[name],
    idempotency_key: z.string().nullable(),
    conflated: flag,
  });
}

export const eventsSchema = z.strictObject({
  type: z.literal("EVENTS"),
  seq_id: natural,
  events: z.array(z.discriminatedUnion("event_type", [
    eventSchema("book"),
    eventSchema("trade"),
    eventSchema("bar"),
    eventSchema("signal"),
    eventSchema("instrument"),
    eventSchema("venue"),
    eventSchema("timer"),
    eventSchema("order"),
  ])),
  reports: z.array(executionReportSchema).optional(),
  await: flag,
  end: flag,
});

const resultHead = {
  type: z.literal("RESULT"),
  id: requestKey.nullable(),
  seq_id: natural,
  report_seq: natural.optional(),
};

export const resultSchema = z.discriminatedUnion("ok", [
  z.strictObject({
    ...resultHead,
    ok: z.literal(YES),
    result: z.json().optional(),
    next_cursor: z.string().optional(),
  }),
  z.strictObject({ ...resultHead, ok: z.literal(NO), code: resultCode, message: z.string() }),
]);
