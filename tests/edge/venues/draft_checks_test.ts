/**
 * What an adapter may offer: every field of every kind, by type and range. Proves R-VENUE-1 (what
 * is wrong is refused with its path and never sequenced).
 * @module
 */
import { match, ok, strictEqual } from "node:assert/strict";
import { instrumentId, venueId } from "../../../core/numbers.ts";
import { marketProblem, reportProblem } from "../../../edge/venues/draft_checks.ts";

const SCOPE = { venue: venueId(3), instruments: new Set([instrumentId(7)]) };
type Payload = Readonly<Record<string, unknown>>;

const REF = { order: 1, clOrdId: "tl00000000-1-1", venueOrderId: "V1" };
const EXECUTION = {
  execId: "E1",
  lastQty: 5,
  lastPx: -3,
  liquidity: "Maker",
  commission: "0.10",
  commissionCurrency: "USDT",
};
const ROW = {
  clOrdId: null,
  venueOrderId: "V2",
  instrument: 7,
  side: "Sell",
  orderQty: 5,
  cumQty: 0,
  price: 100,
};

/** One good payload of each kind, every optional key given. */
const REPORTS: Readonly<Record<string, Payload>> = {
  OrderAccepted: { ...REF, journalUs: 1, submitUs: 2, ackUs: 3 },
  OrderRejected: { ...REF, rejectCode: "VENUE_FUNDS", text: "", ackUs: 3 },
  OrderExecuted: { ...REF, ...EXECUTION, provisional: false, side: "Buy" },
  ExecutionVoided: { ...REF, execId: "E2", execRefId: "E1" },
  ExecutionCorrected: { ...REF, ...EXECUTION, execRefId: "E1" },
  ExecutionConfirmed: { ...REF, execRefId: "E1" },
  OrderCancelled: { ...REF, reason: "" },
  OrderExpired: { ...REF, reason: "day is over" },
  CancelRejected: { ...REF, rejectCode: "VENUE_NOT_FOUND", text: "gone" },
  OrderReplaced: { ...REF, orderQty: 5, price: null },
  ReplaceRejected: { ...REF, rejectCode: "VENUE_REJECTED", text: "no" },
  RequestFailed: { request: 1, order: 1, outcome: "unknown", text: "late", retryAfterMs: 10 },
  OrderFound: { ...REF, request: 1, status: "open", orderQty: 5, cumQty: 0, price: 100 },
  OrderNotFound: { request: 1, order: 1 },
  Reconciled: { request: 1, openOrders: [ROW] },
  ReconcileFailed: { request: 1, text: "late", retryAfterMs: 10 },
  CashPosted: { kind: "deposit", currency: "USDT", amount: "-1.5", client: null, tag: null },
  AccountReported: {
    balances: [{ currency: "USDT", total: "-0.5" }],
    positions: [{ instrument: 7, qty: -5, avgPx: 100, entryPrice: "1.005" }],
  },
  FundingPosted: { currency: "USDT", amount: "0.1" },
  InstrumentSettled: { price: 100 },
  OutcomesSplit: { condition: "c", qty: "1", client: null },
  OutcomesMerged: { condition: "c", qty: "1", client: "alice" },
  InstrumentResolved: { numerator: 1, denominator: 1, isFinal: true },
  OutcomeSettled: { numerator: 1, denominator: 2, amount: null },
  RunnerRemoved: { reductionPpm: 1000, basis: "price" },
  MarketSettled: {
    market: "m",
    winners: [{ instrument: 7, places: 1, tied: 2 }],
    voided: [7],
    isVoid: false,
    amount: "1",
  },
};
const MARKETS: Readonly<Record<string, Payload>> = {
  BookSnapshot: { bids: [100, 1, 99, 0], asks: [], updateId: null },
  BookDelta: { bids: [-5, 1], asks: [1, 2], updateId: 9 },
  QuoteUpdated: { bidPx: 1, bidQty: 0, askPx: null, askQty: 3, updateId: 1 },
  TradePrinted: { price: 1, qty: 1, side: null, tradeId: "T" },
  BookInvalidated: { reason: "gap" },
  MarketDefined: {
    status: "open",
    inPlay: true,
    betDelayMs: 1000,
    isPassiveFree: false,
    baseRatePpm: 50_000,
    discountAllowed: true,
    version: 7,
    removals: [{ runner: "r", reductionPpm: 25_000, atUs: 5 }],
  },
};

function draft(eventType: string, payload: unknown, changes: Payload = {}): Payload {
  return {
    eventTime: 1,
    source: eventType in MARKETS ? "market_data" : "broker_report",
    venue: 3,
    instrument: 7,
    eventType,
    payload,
    idempotencyKey: "k",
    ...changes,
  };
}

function problemOf(value: unknown, eventType: string): string | undefined {
  return eventType in MARKETS ? marketProblem(value, SCOPE) : reportProblem(value, SCOPE);
}

const KINDS = [...Object.entries(REPORTS), ...Object.entries(MARKETS)];
for (const [kind, payload] of KINDS) {
  Deno.test(`an adapter's ${kind} passes as it should be, and with no key missing, extra or of another type`, () => {
    strictEqual(problemOf(draft(kind, payload), kind), undefined);
    match(
      problemOf(draft(kind, { ...payload, info: 1 }), kind) ?? "",
      /payload\.info must be absent/,
    );
    for (const [key, value] of Object.entries(payload)) {
      const path = new RegExp(`^${kind}: payload\\.${key}[ .[]`);
      for (const other of [Symbol.iterator, 1.5, NaN, {}, [{}], true]) {
        if (typeof value === "boolean" && other === true) continue;
        match(problemOf(draft(kind, { ...payload, [key]: other }), kind) ?? "passed", path);
      }
    }
  });
}

const OPTIONAL = ["journalUs", "submitUs", "ackUs", "side", "retryAfterMs"];
for (const [kind, payload] of KINDS) {
  Deno.test(`an adapter's ${kind} must have every key but the optional ones`, () => {
    for (const key of Object.keys(payload)) {
      const { [key]: _left, ...rest } = payload;
      const isOptional = OPTIONAL.includes(key) && !(key === "side" && kind === "TradePrinted");
      strictEqual(problemOf(draft(kind, rest), kind) === undefined, isOptional, key);
    }
  });
}

const WRONG: readonly (readonly [string, string, Payload, RegExp])[] = [
  ["a quantity of 0", "OrderExecuted", { lastQty: 0 }, /lastQty must be whole, 1 or more: was 0$/],
  ["a quantity below 0", "OrderReplaced", { orderQty: -1 }, /orderQty must be whole, 0 or more/],
  ["a quantity beyond 2^53", "OrderReplaced", { orderQty: 2 ** 53 }, /orderQty must be whole/],
  ["a bid beyond 2^52", "QuoteUpdated", { bidPx: 2 ** 52 + 1 }, /bidPx must be .* within ±2\^52/],
  ["an ask beyond 2^52", "QuoteUpdated", { askPx: -(2 ** 53) }, /askPx must be .* within ±2\^52/],
  ["an order 0", "OrderAccepted", { order: 0 }, /payload\.order must be whole, 1 or more: was 0/],
  ["an empty name", "OrderExecuted", { execId: "" }, /execId must be a text of 1 to 128/],
  ["a long name", "OrderAccepted", { clOrdId: "x".repeat(129) }, /clOrdId must be a text of 1/],
  ["a long sentence", "OrderCancelled", { reason: "x".repeat(4097) }, /reason must be a text of/],
  [
    "a commission as a number",
    "OrderExecuted",
    { commission: 0.1 },
    /a decimal in a text: was 0\.1/,
  ],
  ["a commission with an exponent", "OrderExecuted", { commission: "1e-3" }, /commission must be/],
  ["a code of our own", "OrderRejected", { rejectCode: "MAX_QTY" }, /rejectCode must be VENUE_/],
  [
    "an outcome that is none",
    "RequestFailed",
    { outcome: "refused" },
    /must be notSent or unknown/,
  ],
  ["a state that is none", "OrderFound", { status: "live" }, /status must be open or filled/],
  [
    "an open order elsewhere",
    "Reconciled",
    { openOrders: [ROW, { ...ROW, instrument: 8 }] },
    /openOrders\[1\]\.instrument must be the number of an instrument of this venue: was 8/,
  ],
  [
    "a position that is not whole",
    "AccountReported",
    { positions: [{ instrument: 7, qty: 0.5 }] },
    /payload\.positions\[0\]\.qty must be whole: was 0\.5/,
  ],
  [
    "an entry price that is no decimal",
    "AccountReported",
    { positions: [{ instrument: 7, qty: 5, entryPrice: 1.005 }] },
    /payload\.positions\[0\]\.entryPrice must be a decimal in a text: was 1\.005/,
  ],
  ["levels that do not pair", "BookDelta", { bids: [1] }, /bids must be pairs of price and quant/],
  ["a level below 0", "BookDelta", { asks: [1, 2, 3, -4] }, /asks\[3\] must be whole, 0 or more/],
  [
    "a price beyond 2^52",
    "BookDelta",
    { asks: [2 ** 52 + 1, 1] },
    /asks\[0\] must be a whole price/,
  ],
];
for (const [what, kind, payload, expected] of WRONG) {
  Deno.test(`${what} is refused with its path in ${kind}`, () => {
    const good = { ...REPORTS[kind], ...MARKETS[kind] };
    match(problemOf(draft(kind, { ...good, ...payload }), kind) ?? "passed", expected);
  });
}

const ENVELOPES: readonly (readonly [string, Payload, RegExp])[] = [
  ["another venue", { venue: 4 }, /OrderExecuted: venue must be 3, its own: was 4/],
  ["another source", { source: "control" }, /source must be broker_report: was "control"/],
  ["another's instrument", { instrument: 8 }, /instrument must be the number of an instrument/],
  ["a time that is none", { eventTime: -1 }, /eventTime must be whole, 0 or more: was -1/],
  ["an empty key", { idempotencyKey: "" }, /idempotencyKey must be a text of 1/],
  ["no payload", { payload: null }, /OrderExecuted: payload must be a map: was null/],
];
for (const [what, changes, expected] of ENVELOPES) {
  Deno.test(`an envelope with ${what} is refused`, () => {
    const good = draft("OrderExecuted", REPORTS["OrderExecuted"]);
    match(reportProblem({ ...good, ...changes }, SCOPE) ?? "passed", expected);
  });
}

Deno.test("reportProblem() and marketProblem() take no kind of each other, nor of the daemon's", () => {
  const book = draft("BookDelta", MARKETS["BookDelta"]);
  match(reportProblem(book, SCOPE) ?? "", /^eventType must be one of OrderAccepted, /);
  const fill = draft("OrderExecuted", REPORTS["OrderExecuted"]);
  match(marketProblem(fill, SCOPE) ?? "", /^eventType must be one of BookSnapshot, /);
  for (const kind of ["VenueStatusChanged", "BalanceSet", "__proto__", "constructor"]) {
    match(reportProblem({ ...fill, eventType: kind }, SCOPE) ?? "", /^eventType must be/);
  }
  for (const nothing of [null, undefined, 1, "x", [fill]]) {
    match(reportProblem(nothing, SCOPE) ?? "", /^the draft must be a map/);
  }
});

Deno.test("a report may be of no instrument, market data and facts of an instrument may not", () => {
  const of = (kind: string): boolean => {
    const payload = { ...REPORTS[kind], ...MARKETS[kind] };
    return problemOf(draft(kind, payload, { instrument: null }), kind) === undefined;
  };
  ok(of("OrderExecuted"));
  ok(of("AccountReported"));
  for (const kind of ["BookDelta", "FundingPosted", "InstrumentSettled"]) ok(!of(kind), kind);
});

Deno.test("a fact about the account must have a key, a report need not", () => {
  const of = (kind: string): boolean =>
    problemOf(draft(kind, REPORTS[kind], { idempotencyKey: null }), kind) === undefined;
  ok(of("OrderExecuted"));
  ok(of("Reconciled"));
  for (const kind of ["AccountReported", "CashPosted", "MarketSettled"]) ok(!of(kind), kind);
});
