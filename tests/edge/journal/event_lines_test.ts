/**
 * Proves R-JRN-1: every kind of event is written as one line of JSON and read back as it was.
 * @module
 */
import { deepStrictEqual, match, strictEqual, throws } from "node:assert/strict";
import fc from "fast-check";
import type { Event, EventType } from "../../../core/event.ts";
import { encodeEventLine, parseEventLine } from "../../../edge/journal/mod.ts";

const int = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const text = fc.string({ unit: "binary", maxLength: 12, size: "max" });
const orNull = <Value>(value: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> =>
  fc.option(value, { nil: null });
type Fields = Record<string, fc.Arbitrary<unknown>>;
/** Plain objects; all keys but the optional ones are always there. */
function record(fields: Fields, optional: readonly string[] = []): fc.Arbitrary<unknown> {
  const requiredKeys = Object.keys(fields).filter((key) => !optional.includes(key));
  return fc.record(fields, { noNullPrototype: true, requiredKeys });
}
const decimal = fc.constantFrom("0", "1.5", "-0.001", "123456789012345678901234567890.5");
const side = fc.constantFrom("Buy", "Sell");
const levels = fc.array(int, { maxLength: 6 });
const params = orNull(
  fc.dictionary(
    fc.oneof(fc.string({ maxLength: 8 }), fc.constant("__proto__"), fc.constant("camelCase_key")),
    fc.oneof(text, int, fc.boolean()),
    { noNullPrototype: true },
  ),
);
const common = { intentId: text, sentUs: int, tag: orNull(text) };
const intent = fc.oneof(
  record({
    ...common,
    action: fc.constant("Place"),
    instrument: text,
    side,
    orderQty: decimal,
    price: orNull(decimal),
    ordType: fc.constant("Limit"),
    timeInForce: fc.constant("GTC"),
    expireUs: orNull(int),
    postOnly: fc.boolean(),
    reduceOnly: fc.boolean(),
    ttlMs: int,
    validateOnly: fc.boolean(),
    params,
  }),
  record({
    ...common,
    action: fc.constant("Replace"),
    origIntentId: text,
    orderQty: decimal,
    price: decimal,
    ttlMs: int,
    hasTag: fc.boolean(),
    validateOnly: fc.boolean(),
    params: params.map((value) => value ?? {}),
  }, ["price", "ttlMs", "hasTag", "params"]),
  record({ ...common, action: fc.constant("Cancel"), origIntentId: text }),
  record({ ...common, action: fc.constant("Malformed"), text, content: text }),
);
const reference = { order: orNull(int), clOrdId: orNull(text), venueOrderId: orNull(text) };
const rejection = { ...reference, rejectCode: fc.constant("VENUE_REJECTED"), text };
const capabilities = record({
  ordTypes: fc.constant(["Limit"]),
  lookupByClientOrderId: fc.boolean(),
  absenceProofMs: orNull(int),
  params: fc.array(text),
});
const costs = record({ submit: int, replace: int, cancel: int, lookup: int, reconcile: int });
const book = { bids: levels, asks: levels, updateId: orNull(int) };

/** Keys that payloads may lack; an execution may lack its side too. */
const STAMPS = ["journalUs", "submitUs", "ackUs", "retryAfterMs", "breaker", "reconcileMs"];
const execution = {
  execId: text,
  lastQty: int,
  lastPx: int,
  liquidity: orNull(fc.constant("Maker")),
  commission: decimal,
  commissionCurrency: text,
};

/** A source and a payload for every kind of event. */
const KINDS: { readonly [Type in EventType]: readonly [string, Record<string, unknown>] } = {
  Started: ["control", {
    engineVersion: text,
    journalId: text,
    mode: fc.constant("paper"),
    configuration: text,
    configDigest: text,
    settings: record({ invariants: fc.constant("strict"), intentHorizonMs: int, burst: int }),
    seed: int,
  }],
  VenueDeclared: ["control", {
    id: int,
    name: text,
    exchange: text,
    capabilities,
    simulation: orNull(record({ orderLatencyUs: int, makerFeePpm: int })),
    pacing: orNull(record({ perSecond: int, burst: int, costs }, ["costs"])),
    breaker: record({ failures: int, coolMs: int }),
    reconcileMs: int,
  }],
  ConfigurationReloaded: ["control", { configuration: text, configDigest: text }],
  InstrumentListed: ["control", {
    id: int,
    venue: int,
    name: text,
    symbol: text,
    base: text,
    quote: text,
    assetClass: fc.constant("spot"),
    contract: orNull(
      record({ kind: fc.constant("linear"), multiplier: decimal, settlement: text }),
    ),
    priceRule: record({
      scale: int,
      ticks: fc.array(record({ fromQuanta: int, stepQuanta: int })),
      maxQuanta: int,
    }, ["maxQuanta"]),
    qtyRule: record({ scale: int, stepQuanta: int, minQuanta: int, maxQuanta: orNull(int) }),
    minNotional: orNull(decimal),
    sessionEndUs: orNull(int),
    status: fc.constant("open"),
    capabilities: orNull(capabilities),
  }],
  LimitsSet: ["control", {
    scope: fc.constant("clientInstrument"),
    client: text,
    admin: fc.boolean(),
    limits: orNull(record({ maxOrderQty: orNull(int), maxOrderNotional: orNull(decimal) })),
  }],
  BalanceSet: ["control", { currency: text, total: decimal }],
  TradingStateSet: ["control", { state: fc.constant("Halted"), reason: text }],
  KillSwitchSet: ["control", { on: fc.boolean(), reason: text }],
  DryRunSet: ["control", { client: orNull(text), on: fc.boolean() }],
  ReconcileAsked: ["control", { reason: text }],
  AccountAdopted: ["control", { reason: text }],
  VenueStatusChanged: ["control", { status: fc.constant("down"), reason: text }],
  SessionOpened: ["control", {
    session: int,
    client: text,
    cancelOnDisconnect: fc.boolean(),
    cancelGraceMs: int,
    agent: orNull(record({ name: text, version: text, commit: text }, ["commit"])),
  }],
  SessionClosed: ["control", {
    session: int,
    cause: fc.constant("lost"),
    keepOrders: fc.boolean(),
  }],
  Stopping: ["control", { reason: text }],
  IntentReceived: ["intent", { session: int, recvUs: int, intent }],
  OrderAccepted: ["broker_report", { ...reference, journalUs: int, submitUs: int, ackUs: int }],
  OrderRejected: ["broker_report", rejection],
  OrderExecuted: ["broker_report", {
    ...reference,
    ...execution,
    provisional: fc.boolean(),
    side: fc.constantFrom("Buy", "Sell"),
  }],
  ExecutionVoided: ["broker_report", { ...reference, execId: text, execRefId: text }],
  ExecutionCorrected: ["broker_report", { ...reference, ...execution, execRefId: text }],
  ExecutionConfirmed: ["broker_report", { ...reference, execRefId: text }],
  OrderCancelled: ["broker_report", { ...reference, reason: text }],
  OrderExpired: ["broker_report", { ...reference, reason: text }],
  CancelRejected: ["broker_report", rejection],
  OrderReplaced: ["broker_report", { ...reference, orderQty: int, price: orNull(int) }],
  ReplaceRejected: ["broker_report", rejection],
  RequestFailed: ["broker_report", {
    request: int,
    order: int,
    outcome: fc.constant("unknown"),
    text,
    retryAfterMs: int,
  }],
  OrderFound: ["broker_report", {
    ...reference,
    request: int,
    status: fc.constant("open"),
    orderQty: int,
    cumQty: int,
    price: orNull(int),
  }],
  OrderNotFound: ["broker_report", { request: int, order: int }],
  Reconciled: ["broker_report", {
    request: int,
    openOrders: fc.array(record({
      clOrdId: orNull(text),
      venueOrderId: text,
      instrument: int,
      side,
      orderQty: int,
      cumQty: int,
      price: orNull(int),
    })),
  }],
  ReconcileFailed: ["broker_report", { request: int, text, retryAfterMs: int }],
  CashPosted: ["broker_report", {
    kind: fc.constant("deposit"),
    currency: text,
    amount: decimal,
    client: orNull(text),
    tag: orNull(text),
  }],
  FundingPosted: ["broker_report", { currency: text, amount: decimal }],
  InstrumentSettled: ["broker_report", { price: int }],
  OutcomesSplit: ["broker_report", { condition: text, qty: decimal, client: orNull(text) }],
  OutcomesMerged: ["broker_report", { condition: text, qty: decimal, client: orNull(text) }],
  InstrumentResolved: ["broker_report", {
    numerator: int,
    denominator: int,
    isFinal: fc.boolean(),
  }],
  OutcomeSettled: ["broker_report", {
    numerator: int,
    denominator: int,
    amount: orNull(decimal),
  }],
  RunnerRemoved: ["broker_report", { reductionPpm: int, basis: fc.constant("price") }],
  AccountReported: ["broker_report", {
    balances: fc.array(record({ currency: text, total: decimal })),
    positions: fc.array(
      record({ instrument: int, qty: int, avgPx: int, entryPrice: decimal }, [
        "avgPx",
        "entryPrice",
      ]),
    ),
  }],
  MarketSettled: ["broker_report", {
    market: text,
    winners: fc.array(
      fc.record({ instrument: int, places: int, tied: int }, { noNullPrototype: true }),
    ),
    voided: fc.array(int),
    isVoid: fc.boolean(),
    amount: orNull(decimal),
  }],
  BookSnapshot: ["market_data", book],
  BookDelta: ["market_data", book],
  QuoteUpdated: ["market_data", {
    bidPx: orNull(int),
    bidQty: int,
    askPx: orNull(int),
    askQty: int,
    updateId: orNull(int),
  }],
  TradePrinted: ["market_data", {
    price: int,
    qty: int,
    side: orNull(side),
    tradeId: orNull(text),
  }],
  BookInvalidated: ["market_data", { reason: text }],
  MarketDefined: ["market_data", {
    status: fc.constant("suspended"),
    inPlay: fc.boolean(),
    betDelayMs: int,
    isPassiveFree: fc.boolean(),
    baseRatePpm: orNull(int),
    discountAllowed: fc.boolean(),
    version: orNull(int),
    removals: fc.array(
      fc.record({ runner: text, reductionPpm: int, atUs: int }, { noNullPrototype: true }),
    ),
  }],
  DeadlineReached: ["timer", { dueUs: int }],
  IntervalElapsed: ["timer", { intervalMs: int, dueUs: int }],
};

function events(
  type: string,
  source: string,
  payload: Record<string, unknown>,
): fc.Arbitrary<Event> {
  return record({
    seqId: int,
    eventTime: int,
    ingestTime: int,
    source: fc.constant(source),
    venue: orNull(int),
    instrument: orNull(int),
    eventType: fc.constant(type),
    payload: record(payload as Fields, type === "OrderExecuted" ? [...STAMPS, "side"] : STAMPS),
    idempotencyKey: orNull(text),
  }) as unknown as fc.Arbitrary<Event>;
}

for (const [type, [source, payload]] of Object.entries(KINDS)) {
  Deno.test(`parseEventLine() inverts encodeEventLine() for ${type}`, () => {
    fc.assert(
      fc.property(events(type, source, payload), (event) => {
        const line = encodeEventLine(event);
        strictEqual(line.indexOf("\n"), line.length - 1);
        deepStrictEqual(parseEventLine(line), event);
        match(line, /^\{"event":\{"seq_id":\d+,"event_time":/);
      }),
      { numRuns: 50 },
    );
  });
}

Deno.test("parseEventLine() refuses an unknown kind, a wrong source and a missing key", () => {
  const line =
    '{"event":{"seq_id":1,"event_time":1,"ingest_time":1,"source":"timer","venue":null,' +
    '"instrument":null,"event_type":"DeadlineReached","payload":{"due_us":1},"idempotency_key":null}}';
  strictEqual(parseEventLine(line).seqId, 1);
  throws(() => parseEventLine(line.replace("DeadlineReached", "Deadline")), /event_type must be/);
  throws(
    () => parseEventLine(line.replace("timer", "intent")),
    /source must be timer: was "intent"/,
  );
  throws(() => parseEventLine(line.replace("due_us", "due")), /payload must have due_us/);
  throws(() => parseEventLine(line.replace('"seq_id":1', '"seq_id":1.5')), /seq_id must be/);
  throws(() => parseEventLine(line.slice(1)), /must be JSON/);
});
