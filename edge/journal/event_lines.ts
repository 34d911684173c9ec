/**
 * The lines of events: one JSON object each, snake_case, `seq_id` first.
 *
 * The frequent kinds are written by hand; the rest go by a generic conversion of keys. Decode
 * inverts encode for every kind. Parsing is strict about the envelope, the kind and the keys that
 * a kind must have; the values themselves are vouched for by the batch's hash.
 * @module
 */
import type { Event, EventType, Source } from "../../core/event.ts";
import { seqId } from "../../core/numbers.ts";
import type { CheckpointNode } from "../../core/timeline.ts";
import { ByteWriter, fixed } from "../../wire/byte_writer.ts";
import { type PayloadOf, writePayload } from "./event_payloads.ts";
import { parseNode, toSnake } from "./json_text.ts";

type Kinds = {
  readonly [Type in EventType]: {
    readonly source: Source;
    /** Keys that a payload of this kind always has. */
    readonly keys: readonly (keyof PayloadOf<Type>)[];
  };
};

const ORDER_REF = ["order", "clOrdId", "venueOrderId"] as const;
const EXECUTION = [
  "execId",
  "lastQty",
  "lastPx",
  "liquidity",
  "commission",
  "commissionCurrency",
] as const;
const REJECTION = [...ORDER_REF, "rejectCode", "text"] as const;
const BOOK = ["bids", "asks", "updateId"] as const;

/** Every kind of event. A kind added to the core does not compile until it has its row here. */
const KINDS: Kinds = {
  Started: {
    source: "control",
    keys: [
      "engineVersion",
      "journalId",
      "mode",
      "configuration",
      "configDigest",
      "settings",
      "seed",
    ],
  },
  ConfigurationReloaded: { source: "control", keys: ["configuration", "configDigest"] },
  VenueDeclared: {
    source: "control",
    keys: ["id", "name", "exchange", "capabilities", "simulation", "pacing"],
  },
  InstrumentListed: {
    source: "control",
    keys: [
      "id",
      "venue",
      "name",
      "symbol",
      "base",
      "quote",
      "assetClass",
      "contract",
      "priceRule",
      "qtyRule",
      "minNotional",
      "sessionEndUs",
      "status",
      "capabilities",
    ],
  },
  LimitsSet: { source: "control", keys: ["scope", "admin", "limits"] },
  BalanceSet: { source: "control", keys: ["currency", "total"] },
  TradingStateSet: { source: "control", keys: ["state", "reason"] },
  KillSwitchSet: { source: "control", keys: ["on", "reason"] },
  DryRunSet: { source: "control", keys: ["client", "on"] },
  ReconcileAsked: { source: "control", keys: ["reason"] },
  AccountAdopted: { source: "control", keys: ["reason"] },
  VenueStatusChanged: { source: "control", keys: ["status", "reason"] },
  SessionOpened: {
    source: "control",
    keys: ["session", "client", "cancelOnDisconnect", "cancelGraceMs", "agent"],
  },
  SessionClosed: { source: "control", keys: ["session", "cause", "keepOrders"] },
  Stopping: { source: "control", keys: ["reason"] },
  IntentReceived: { source: "intent", keys: ["session", "recvUs", "intent"] },
  OrderAccepted: { source: "broker_report", keys: ORDER_REF },
  OrderRejected: { source: "broker_report", keys: REJECTION },
  OrderExecuted: {
    source: "broker_report",
    keys: [...ORDER_REF, ...EXECUTION, "provisional"],
  },
  ExecutionVoided: { source: "broker_report", keys: [...ORDER_REF, "execId", "execRefId"] },
  ExecutionCorrected: {
    source: "broker_report",
    keys: [...ORDER_REF, ...EXECUTION, "execRefId"],
  },
  ExecutionConfirmed: { source: "broker_report", keys: [...ORDER_REF, "execRefId"] },
  OrderCancelled: { source: "broker_report", keys: [...ORDER_REF, "reason"] },
  OrderExpired: { source: "broker_report", keys: [...ORDER_REF, "reason"] },
  CancelRejected: { source: "broker_report", keys: REJECTION },
  OrderReplaced: { source: "broker_report", keys: [...ORDER_REF, "orderQty", "price"] },
  ReplaceRejected: { source: "broker_report", keys: REJECTION },
  RequestFailed: { source: "broker_report", keys: ["request", "order", "outcome", "text"] },
  OrderFound: {
    source: "broker_report",
    keys: [...ORDER_REF, "request", "status", "orderQty", "cumQty", "price"],
  },
  OrderNotFound: { source: "broker_report", keys: ["request", "order"] },
  Reconciled: { source: "broker_report", keys: ["request", "openOrders"] },
  ReconcileFailed: { source: "broker_report", keys: ["request", "text"] },
  CashPosted: { source: "broker_report", keys: ["kind", "currency", "amount", "client", "tag"] },
  FundingPosted: { source: "broker_report", keys: ["currency", "amount"] },
  InstrumentSettled: { source: "broker_report", keys: ["price"] },
  OutcomesSplit: { source: "broker_report", keys: ["condition", "qty", "client"] },
  OutcomesMerged: { source: "broker_report", keys: ["condition", "qty", "client"] },
  InstrumentResolved: { source: "broker_report", keys: ["numerator", "denominator", "isFinal"] },
  OutcomeSettled: { source: "broker_report", keys: ["numerator", "denominator", "amount"] },
  RunnerRemoved: { source: "broker_report", keys: ["reductionPpm", "basis"] },
  AccountReported: { source: "broker_report", keys: ["balances", "positions"] },
  MarketSettled: {
    source: "broker_report",
    keys: ["market", "winners", "voided", "isVoid", "amount"],
  },
  BookSnapshot: { source: "market_data", keys: BOOK },
  BookDelta: { source: "market_data", keys: BOOK },
  QuoteUpdated: {
    source: "market_data",
    keys: ["bidPx", "bidQty", "askPx", "askQty", "updateId"],
  },
  TradePrinted: { source: "market_data", keys: ["price", "qty", "side", "tradeId"] },
  BookInvalidated: { source: "market_data", keys: ["reason"] },
  MarketDefined: {
    source: "market_data",
    keys: [
      "status",
      "inPlay",
      "betDelayMs",
      "isPassiveFree",
      "baseRatePpm",
      "discountAllowed",
      "version",
      "removals",
    ],
  },
  DeadlineReached: { source: "timer", keys: ["dueUs"] },
  IntervalElapsed: { source: "timer", keys: ["intervalMs", "dueUs"] },
};

type KindRow = { readonly source: Source; readonly keys: readonly string[] };
const KIND_ROWS: ReadonlyMap<string, KindRow> = new Map(
  Object.entries(KINDS).map(([type, kind]) => [
    type,
    { source: kind.source, keys: kind.keys.map(String) },
  ]),
);

const LINE = {
  head: fixed('{"event":{"seq_id":'),
  eventTime: fixed(',"event_time":'),
  ingestTime: fixed(',"ingest_time":'),
  source: fixed(',"source":"'),
  venue: fixed('","venue":'),
  instrument: fixed(',"instrument":'),
  eventType: fixed(',"event_type":"'),
  payload: fixed('","payload":'),
  idempotencyKey: fixed(',"idempotency_key":'),
  end: fixed("}}\n"),
} as const;

/** Returns an event's line with its line end. */
export function encodeEventLine(event: Event): string {
  const to = new ByteWriter();
  writeEventLine(to, event);
  return to.textFrom(0);
}

/** Writes an event's line with its line end. */
export function writeEventLine(to: ByteWriter, event: Event): void {
  to.fixed(LINE.head);
  to.integer(event.seqId);
  to.fixed(LINE.eventTime);
  to.integer(event.eventTime);
  to.fixed(LINE.ingestTime);
  to.integer(event.ingestTime);
  to.fixed(LINE.source);
  to.plain(event.source);
  to.fixed(LINE.venue);
  to.integerOrNull(event.venue);
  to.fixed(LINE.instrument);
  to.integerOrNull(event.instrument);
  to.fixed(LINE.eventType);
  to.plain(event.eventType);
  to.fixed(LINE.payload);
  writePayload(to, event);
  to.fixed(LINE.idempotencyKey);
  to.stringOrNull(event.idempotencyKey);
  to.fixed(LINE.end);
}

/** An event's line that does not say what an event must say. */
export class EventLineError extends Error {
  override readonly name = "EventLineError";
}

type RawEvent = {
  readonly seq_id: number;
  readonly event_time: number;
  readonly ingest_time: number;
  readonly source: string;
  readonly venue: number | null;
  readonly instrument: number | null;
  readonly event_type: string;
  readonly payload: { readonly [key: string]: CheckpointNode };
  readonly idempotency_key: string | null;
};

/**
 * Reads an event's line (with or without its line end).
 * @throws {EventLineError} If it is no event of a known kind with all that the kind must have.
 */
export function parseEventLine(line: string): Event {
  const raw = parseEnvelope(line);
  const kind = KIND_ROWS.get(raw.event_type);
  if (kind === undefined) throw problem("event_type must be known", raw.event_type);
  if (raw.source !== kind.source) throw problem(`source must be ${kind.source}`, raw.source);
  const payload = parsePayload(raw.event_type, raw.payload);
  for (const key of kind.keys) {
    if (payload[key] === undefined) throw problem(`payload must have ${toSnake(key)}`, "absent");
  }
  // The kind's row has been checked above, so the parts belong together.
  return {
    seqId: seqId(raw.seq_id),
    eventTime: raw.event_time,
    ingestTime: raw.ingest_time,
    source: raw.source,
    venue: raw.venue,
    instrument: raw.instrument,
    eventType: raw.event_type,
    payload,
    idempotencyKey: raw.idempotency_key,
  } as unknown as Event;
}

function parseEnvelope(line: string): RawEvent {
  let parsed: unknown;
  try {
    parsed = JSON.parse(line);
  } catch (error) {
    throw new EventLineError(`Cannot read an event: it must be JSON: was ${String(error)}`);
  }
  const raw = (parsed as { event?: Partial<RawEvent> } | null)?.event;
  if (typeof raw !== "object" || raw === null) throw problem("the line must hold one", line);
  const { seq_id, event_time, ingest_time, venue, instrument, payload, idempotency_key } = raw;
  if (!Number.isSafeInteger(seq_id)) throw problem("seq_id must be an integer", seq_id);
  if (!Number.isSafeInteger(event_time)) throw problem("event_time must be an integer", event_time);
  if (!Number.isSafeInteger(ingest_time)) {
    throw problem("ingest_time must be an integer", ingest_time);
  }
  if (venue === undefined) throw problem("venue must be there", venue);
  if (instrument === undefined) throw problem("instrument must be there", instrument);
  if (idempotency_key === undefined) throw problem("idempotency_key must be there", undefined);
  if (typeof payload !== "object" || payload === null) throw problem("payload", payload);
  return raw as RawEvent;
}

type Fields = { readonly [key: string]: unknown };

function parsePayload(type: string, raw: RawEvent["payload"]): Fields {
  switch (type) {
    case "BookSnapshot":
    case "BookDelta":
      return { bids: raw["bids"], asks: raw["asks"], updateId: raw["update_id"] };
    case "DeadlineReached":
      return { dueUs: raw["due_us"] };
    case "QuoteUpdated":
      return {
        bidPx: raw["bid_px"],
        bidQty: raw["bid_qty"],
        askPx: raw["ask_px"],
        askQty: raw["ask_qty"],
        updateId: raw["update_id"],
      };
    case "TradePrinted":
      return { price: raw["price"], qty: raw["qty"], side: raw["side"], tradeId: raw["trade_id"] };
    case "OrderAccepted":
      return parseAcceptance(raw);
    case "OrderExecuted":
      return parseExecution(raw);
    case "IntentReceived":
      return {
        session: raw["session"],
        recvUs: raw["recv_us"],
        intent: parseIntent(raw["intent"] ?? null),
      };
    default:
      return parseNode(raw) as Fields;
  }
}

function parseAcceptance(raw: RawEvent["payload"]): Fields {
  const { order, cl_ord_id, venue_order_id, journal_us, submit_us, ack_us } = raw;
  return {
    order,
    clOrdId: cl_ord_id,
    venueOrderId: venue_order_id,
    ...(journal_us === undefined ? {} : { journalUs: journal_us }),
    ...(submit_us === undefined ? {} : { submitUs: submit_us }),
    ...(ack_us === undefined ? {} : { ackUs: ack_us }),
  };
}

function parseExecution(raw: RawEvent["payload"]): Fields {
  return {
    order: raw["order"],
    clOrdId: raw["cl_ord_id"],
    venueOrderId: raw["venue_order_id"],
    execId: raw["exec_id"],
    lastQty: raw["last_qty"],
    lastPx: raw["last_px"],
    liquidity: raw["liquidity"],
    commission: raw["commission"],
    commissionCurrency: raw["commission_currency"],
    provisional: raw["provisional"],
    ...(raw["side"] === undefined ? {} : { side: raw["side"] }),
  };
}

function parseIntent(node: CheckpointNode): unknown {
  const raw = node as RawEvent["payload"] | null;
  if (raw?.["action"] !== "Place") return parseNode(node);
  return {
    action: "Place",
    intentId: raw["intent_id"],
    sentUs: raw["sent_us"],
    tag: raw["tag"],
    instrument: raw["instrument"],
    side: raw["side"],
    orderQty: raw["order_qty"],
    price: raw["price"],
    ordType: raw["ord_type"],
    timeInForce: raw["time_in_force"],
    expireUs: raw["expire_us"],
    postOnly: raw["post_only"],
    reduceOnly: raw["reduce_only"],
    ttlMs: raw["ttl_ms"],
    validateOnly: raw["validate_only"],
    params: raw["params"],
  };
}

function problem(rule: string, value: unknown): EventLineError {
  return new EventLineError(
    `Cannot read an event: ${rule}: was ${JSON.stringify(value)?.slice(0, 80)}`,
  );
}
