/**
 * Proves for R-WIRE-1, R-WIRE-4, R-WIRE-7: what the daemon says has the exact bytes of the vectors.
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import type { Capabilities, Contract } from "../../core/instrument.ts";
import { instrumentId, micros, orderId, px, qty, seqId, venueId } from "../../core/numbers.ts";
import { PAPER_CAPABILITIES } from "../../core/simulator/mod.ts";
import { jsonString } from "../../wire/json_text.ts";
import {
  encodeBalanceRow,
  encodeBookPayload,
  encodeFillRow,
  encodeInstrumentRow,
  encodeOrderPayload,
  encodePositionRow,
  encodeTimerPayload,
  encodeTradePayload,
  encodeVenuePayload,
} from "../../wire/rows.ts";
import {
  encodeError,
  encodeEvent,
  encodeEvents,
  encodeHeartbeat,
  encodeHelloAck,
  encodeResult,
  type WireEvent,
} from "../../wire/server_message.ts";
import { instrumentRowSchema } from "../../wire/schema_server.ts";
import { PAPER_BTC } from "../support/paper_instrument.ts";
import { readVectors } from "../support/wire_vectors.ts";

const capabilities: Capabilities = {
  ...PAPER_CAPABILITIES,
  timeInForce: ["GTC", "IOC"],
  reduceOnly: false,
  book: "full",
  tradingModes: ["paper"],
};

const vectors = readVectors<{ readonly name: string; readonly body: string }>("daemon_messages");
const bodies = new Map(vectors.vectors.map(({ name, body }) => [name, body]));
const reportText = bodies.get("report OrderStatus out of doubt") ?? "";

function event(more: Partial<WireEvent>): string {
  return encodeEvent({
    seqId: 9,
    eventTimeUs: 4,
    ingestTimeUs: 5,
    source: "market_data",
    venue: "paper",
    instrument: PAPER_BTC.name,
    eventType: "book",
    payload: "null",
    idempotencyKey: null,
    ...more,
  });
}

function level(
  price: number,
  quantity: number,
): { price: ReturnType<typeof px>; qty: ReturnType<typeof qty> } {
  return { price: px(price), qty: qty(quantity) };
}

const row = encodeInstrumentRow(PAPER_BTC, { name: "paper", exchange: "sim" });
const trade = { price: px(10_025), qty: qty(10), side: "Buy", tradeId: "77" } as const;
const book = { bids: [level(10_025, 5_000), level(10_000, 20_000)], asks: [] };

/** What each vector is the encoding of. */
const ENCODED: Readonly<Record<string, string>> = {
  "HELLO_ACK": encodeHelloAck({
    sessionId: "3",
    journalId: "0f3a9c5512345678",
    daemon: { name: "tapeline", version: "0.1.0", configDigest: "abcd" },
    mode: "paper",
    tradingState: "Active",
    heartbeatMs: 1_000,
    reportSeq: 41,
    reportFirstSeq: 1,
    nowUs: 1_700_000_000_000_000,
    limits: {
      maxFrameBytes: 1_048_576,
      intentsPerSecond: 1_000,
      burst: 2_000,
      reportBufferBytes: 8_388_608,
      intentHorizonMs: 604_800_000,
    },
    venues: [{ name: "paper", exchange: "paper", status: "up", capabilities }],
  }),
  "HEARTBEAT of the daemon": encodeHeartbeat({
    nowUs: 1_700_000_000_000_000,
    echoUs: 1_699_999_999_999_000,
    seqId: 120,
    reportSeq: 41,
    tradingState: "Reducing",
    queueDepth: 0,
    venues: [{ name: "paper", status: "up" }, { name: "b", status: "reconciling" }],
  }),
  "HEARTBEAT in simulated time": encodeHeartbeat({
    nowUs: 5,
    seqId: 0,
    reportSeq: 0,
    tradingState: "Halted",
    queueDepth: 3,
    venues: [],
    simUs: 4,
  }),
  "ERROR, fatal": encodeError({
    code: "AUTH",
    message: "The token is not this daemon's: read the token file again",
    fatal: true,
  }),
  "ERROR with ref": encodeError({
    code: "BAD_MESSAGE",
    message: "v: must be 1: was 2",
    fatal: false,
    ref: "a-1",
  }),
  "ERROR in place of reports that are no longer kept": encodeError({
    code: "INTERNAL",
    message: "Cannot repeat the intent's report: no longer kept",
    fatal: false,
    ref: "a-1",
  }),
  "EVENTS with a conflated book and a trade": encodeEvents({
    seqId: 9,
    events: [
      event({ payload: encodeBookPayload(book, PAPER_BTC), conflated: true }),
      event({
        eventType: "trade",
        payload: encodeTradePayload(trade, PAPER_BTC),
        idempotencyKey: "t:77",
      }),
    ],
  }),
  "EVENTS with a trade of unknown side": encodeEvents({
    seqId: 9,
    events: [event({
      eventType: "trade",
      payload: encodeTradePayload({ ...trade, side: null, tradeId: null }, PAPER_BTC),
    })],
  }),
  "EVENTS with venue and timer": encodeEvents({
    seqId: 9,
    events: [
      event({
        seqId: 8,
        source: "control",
        instrument: null,
        eventType: "venue",
        payload: encodeVenuePayload({ name: "paper", status: "down", reason: "test" }),
      }),
      event({
        source: "timer",
        venue: null,
        instrument: null,
        eventType: "timer",
        payload: encodeTimerPayload({ intervalMs: 1_000, dueUs: 4 }),
      }),
    ],
  }),
  "EVENTS with an instrument": encodeEvents({
    seqId: 9,
    events: [event({ eventType: "instrument", payload: row })],
  }),
  "EVENTS, the end of a run": encodeEvents({ seqId: 102, events: [], reports: [], end: true }),
  "RESULT of a SUBSCRIBE": encodeResult({ id: "s1", ok: true, seqId: 9 }),
  "RESULT with rows and a cursor": encodeResult({
    id: 1,
    ok: true,
    seqId: 9,
    reportSeq: 41,
    result: `[${row}]`,
    nextCursor: "2",
  }),
  "RESULT null": encodeResult({ id: 2, ok: true, seqId: 9, result: "null" }),
  "RESULT refused": encodeResult({
    id: "q",
    ok: false,
    seqId: 9,
    code: "BAD_MESSAGE",
    message: "args.side: must be given: was absent",
  }),
  "RESULT of a run": encodeResult({ id: null, ok: true, seqId: 102, result: '{"fills":1}' }),
};
for (const [name, text] of Object.entries(ENCODED)) {
  Deno.test(`the encoders give the bytes of the vector: ${name}`, () => {
    strictEqual(text, bodies.get(name));
  });
}

Deno.test("encodeOrderPayload() embeds the report as it was recorded", () => {
  const payload = encodeOrderPayload({ clientId: "mm", report: reportText });
  strictEqual(payload, `{"client_id":"mm","report":${reportText}}`);
});

Deno.test("encodeEvents() gives a lock-step batch its reports and await", () => {
  const text = encodeEvents({ seqId: 1, events: [], reports: [reportText], awaited: true });
  strictEqual(
    text,
    `{"type":"EVENTS","seq_id":1,"events":[],"reports":[${reportText}],"await":true}`,
  );
});

Deno.test("encodeInstrumentRow() shows a session end and what differs from the venue", () => {
  const listed = {
    ...PAPER_BTC,
    sessionEndUs: 75_600_000_000,
    capabilities: { postOnly: false, reduceOnlyAnyNotional: true },
  };
  const parsed = JSON.parse(encodeInstrumentRow(listed, { name: "paper", exchange: "sim" }));
  strictEqual(parsed.session_end, "21:00:00");
  ok(parsed.capabilities.post_only === false);
  ok(parsed.capabilities.reduce_only_any_notional === true);
  ok(!("reduce_only" in parsed.capabilities));
});

const CONTRACTS: readonly Contract[] = [
  { kind: "linear", multiplier: "0.001", settlement: "USDT" },
  { kind: "inverse", multiplier: "100", settlement: "BTC" },
  {
    kind: "binary",
    condition: "c1",
    outcome: "YES",
    complement: null,
    collateral: "USD",
    payout: "1",
    netting: "perOutcome",
  },
  {
    kind: "betting",
    market: "1.23",
    currency: "GBP",
    commissionPpm: 50_000,
    discountPpm: 0,
    winners: 1,
    runners: null,
  },
];
for (const contract of CONTRACTS) {
  Deno.test(`encodeInstrumentRow() shows the terms of a ${contract.kind} contract`, () => {
    const listed = { ...PAPER_BTC, assetClass: contract.kind, contract };
    const parsed = JSON.parse(encodeInstrumentRow(listed, { name: "paper", exchange: "sim" }));
    instrumentRowSchema.parse(parsed);
    strictEqual(parsed.contract.kind, contract.kind);
  });
}

Deno.test("encodeFillRow() spells quantities in the instrument's scales", () => {
  const text = encodeFillRow({
    seqId: seqId(5),
    eventUs: micros(7),
    orderId: orderId(17),
    intentId: "a-1",
    instrument: instrumentId(0),
    side: "Sell",
    execution: {
      execId: "t1",
      lastQty: qty(2_000),
      lastPx: px(10_025),
      liquidity: null,
      commission: "0",
      commissionCurrency: "USDT",
    },
  }, PAPER_BTC);
  strictEqual(
    text,
    '{"exec_id":"t1","order_id":"17","intent_id":"a-1","instrument":"paper:BTC/USDT",' +
      '"side":"Sell","last_qty":"0.2","last_px":"100.25","liquidity":null,"commission":"0",' +
      '"commission_currency":"USDT","event_us":7,"seq_id":5}',
  );
});

Deno.test("encodePositionRow() and encodeBalanceRow() keep the core's decimals", () => {
  const position = encodePositionRow({
    instrument: instrumentId(0),
    scope: "client",
    qty: "-0.5",
    avgPx: null,
    realisedPnl: "1.25",
    unrealisedPnl: null,
    currency: "USDT",
  }, PAPER_BTC);
  strictEqual(
    position,
    '{"instrument":"paper:BTC/USDT","scope":"client","qty":"-0.5","avg_px":null,' +
      '"realised_pnl":"1.25","unrealised_pnl":null,"currency":"USDT"}',
  );
  const balance = { venue: venueId(0), currency: "USDT", total: "3", free: "2", reserved: "1" };
  strictEqual(
    encodeBalanceRow(balance, "paper"),
    '{"venue":"paper","currency":"USDT","total":"3","free":"2","reserved":"1"}',
  );
});

Deno.test("jsonString() equals JSON.stringify() for any string, lone surrogates too", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (value) => {
      strictEqual(jsonString(value), JSON.stringify(value));
    }),
    { numRuns: 2_000 },
  );
  for (const value of ["\ud800", "\u007f", "\u2028", "\uffff", "a\u0000b"]) {
    strictEqual(jsonString(value), JSON.stringify(value));
  }
});
