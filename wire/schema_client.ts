/**
 * What clients send, as zod schemas. Unknown keys are ignored, save in a QuoteIntent.
 * @module
 */
import { z } from "zod";
import { ADVANCE_INTENTS_MAX } from "./client_message.ts";
import {
  CONFLATE_MAX_MS,
  DEPTH_MAX,
  INSTRUMENTS_MAX,
  INTERVAL_MAX_MS,
  INTERVAL_MIN_MS,
  LEVELS_MAX,
  RAW_LINE_MAX,
} from "./data_parser.ts";
import { INSTRUMENT_MAX } from "./intent_fields.ts";
import { CHANNELS } from "./message.ts";
import { LADDER_MAX, PAGE_MAX } from "./query_parser.ts";
import { quoteIntentSchema } from "./schema_intent.ts";
import {
  chars,
  decimalInput,
  instrumentName,
  natural,
  requestKey,
  side,
  whole,
} from "./schema_values.ts";
import { CANCEL_GRACE_MAX_MS, CLIENT_ID_SHAPE } from "./session_parser.ts";

const name = chars(1, { max: 64 });

export const helloSchema = z.object({
  type: z.literal("HELLO"),
  wire: z.array(whole({ min: 1 })).min(1).max(16).refine((versions) => versions.includes(1))
    .meta({ contains: { const: 1 } }),
  client_id: z.string().regex(CLIENT_ID_SHAPE),
  token: chars(1, { max: 256 }),
  resume_from: natural.optional(),
  resume_journal_id: name.optional(),
  cancel_on_disconnect: z.boolean().optional(),
  cancel_grace_ms: whole({ min: 0, max: CANCEL_GRACE_MAX_MS }).optional(),
  session_mode: z.enum(["stream", "lockstep"]).optional(),
  agent: z.object({ name, version: name, commit: name.optional() }).optional(),
});

export const clientHeartbeatSchema = z.object({
  type: z.literal("HEARTBEAT"),
  now_us: natural,
  echo_us: natural.optional(),
});

export const goodbyeSchema = z.object({
  type: z.literal("GOODBYE"),
  reason: chars(0, { max: 256 }).optional(),
  keep_orders: z.boolean().optional(),
});

const selection = {
  id: requestKey,
  channels: z.array(z.enum(CHANNELS)).min(1).max(CHANNELS.length * 2),
  instruments: z.union([
    z.literal("*"),
    z.array(instrumentName).min(1).max(INSTRUMENTS_MAX),
  ]),
};

export const subscribeSchema = z.object({
  type: z.literal("SUBSCRIBE"),
  ...selection,
  depth: whole({ min: 1, max: DEPTH_MAX }).optional(),
  conflate_ms: whole({ min: 0, max: CONFLATE_MAX_MS }).optional(),
  interval_ms: whole({ min: INTERVAL_MIN_MS, max: INTERVAL_MAX_MS }).optional(),
});

export const unsubscribeSchema = z.object({ type: z.literal("UNSUBSCRIBE"), ...selection });

const cursor = chars(1, { max: 256 });
const paging = { limit: whole({ min: 1, max: PAGE_MAX }).optional(), cursor: cursor.optional() };
const scope = z.enum(["client", "account"]).optional();
const venue = chars(1, { max: INSTRUMENT_MAX }).describe("a venue's name").optional();
const onInstrument = { instrument: instrumentName };
const onSide = { ...onInstrument, side, take: z.boolean().optional() };
const atPrice = { ...onSide, price: decimalInput };
const queueAt = z.object({ ...atPrice, order_id: name.optional() });

/** Arguments of each query. `args` may be left out where none is mandatory. */
const ARGS = {
  instruments: z.object({ ...paging, venue }).optional(),
  orders: z.object({
    ...paging,
    instrument: instrumentName.optional(),
    open: z.boolean().optional(),
    scope,
  }).optional(),
  order: z.object({ order_id: name.optional(), intent_id: name.optional() })
    .refine((args) => (args.order_id === undefined) !== (args.intent_id === undefined))
    .meta({ oneOf: [{ required: ["order_id"] }, { required: ["intent_id"] }] }),
  fills: z.object({ ...paging, since_us: natural.optional(), after_exec_id: cursor.optional() })
    .optional(),
  positions: z.object({ ...paging, scope }).optional(),
  balances: z.object({ ...paging, venue }).optional(),
  capabilities: z.object(paging).optional(),
  risk: z.object(paging).optional(),
  metrics: z.object(paging).optional(),
  best: z.object(onSide),
  best2_sum: z.object(onSide),
  spread_ticks: z.object(onInstrument),
  get_mbr: z.object(onInstrument),
  last_traded_ts_ms: z.object(onInstrument),
  ladder_top: z.object({
    ...onSide,
    n: whole({ min: 1, max: LADDER_MAX }).optional(),
    raw: z.boolean().optional(),
  }),
  size_ahead: queueAt,
  match_rate_ema: queueAt,
  pfill_ttf: z.object({ ...atPrice, order_qty: decimalInput, horizon_ms: whole({ min: 1 }) }),
  hotloop_capabilities: z.object(onInstrument),
} as const;

function query<Name extends keyof typeof ARGS>(what: Name): z.ZodObject {
  return z.object({
    type: z.literal("QUERY"),
    id: requestKey,
    what: z.literal(what),
    args: ARGS[what],
  });
}

export const querySchema = z.discriminatedUnion("what", [
  query("instruments"),
  query("orders"),
  query("order"),
  query("fills"),
  query("positions"),
  query("balances"),
  query("capabilities"),
  query("risk"),
  query("metrics"),
  query("best"),
  query("best2_sum"),
  query("spread_ticks"),
  query("get_mbr"),
  query("last_traded_ts_ms"),
  query("ladder_top"),
  query("size_ahead"),
  query("match_rate_ema"),
  query("pfill_ttf"),
  query("hotloop_capabilities"),
]);

const publishedLevels = z.array(z.tuple([decimalInput, decimalInput])).max(LEVELS_MAX);
const target = { type: z.literal("PUBLISH"), instrument: instrumentName, ts_us: natural };
const bookPayload = z.object({
  bids: publishedLevels,
  asks: publishedLevels,
  trades: z.array(z.object({
    price: decimalInput,
    qty: decimalInput,
    side: side.nullable().optional(),
    trade_id: name.nullable().optional(),
  })).max(LEVELS_MAX).optional(),
  update_id: natural.nullable().optional(),
});

export const publishSchema = z.discriminatedUnion("kind", [
  z.object({ ...target, kind: z.literal("snapshot"), payload: bookPayload }),
  z.object({ ...target, kind: z.literal("delta"), payload: bookPayload }),
  z.object({ ...target, kind: z.literal("raw"), payload: chars(1, { max: RAW_LINE_MAX }) }),
]);

export const advanceSchema = z.object({
  type: z.literal("ADVANCE"),
  seq_id: natural,
  intents: z.array(quoteIntentSchema({ at_seq: natural })).max(ADVANCE_INTENTS_MAX),
});
