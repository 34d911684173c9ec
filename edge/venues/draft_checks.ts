/**
 * The parser of an adapter's drafts: every field of every kind that an adapter may offer, by type
 * and range (R-VENUE-1). What does not pass is never sequenced.
 *
 * What needs the state (is there such an order, is the quantity possible) is the core's to judge.
 * @module
 */
import type {
  AccountPayloads,
  BrokerPayloads,
  MarketPayloads,
  ReconcilePayloads,
} from "../../core/event.ts";
import { SIDES } from "../../core/instrument.ts";
import { VENUE_REJECT_CODES } from "../../core/reject_code.ts";
import type { VenueId } from "../../core/numbers.ts";
import {
  type Check,
  decimal,
  type FieldScope,
  flag,
  instrument,
  isMap,
  levelPrice,
  levels,
  list,
  mapOf,
  name,
  orNull,
  sentence,
  type Shape,
  shape,
  signed,
  whole,
  word,
  wrong,
} from "./fields.ts";

/** What a venue may speak of: itself and its instruments. */
export type DraftScope = FieldScope & { readonly venue: VenueId };

const count = whole(0);
const number = whole(1);
const side = word(SIDES);
const nameOrNull = orNull(name);
const instrumentOrNull = orNull(instrument);
const rejectCode = word(VENUE_REJECT_CODES);
const ref = { order: orNull(number), clOrdId: orNull(name), venueOrderId: orNull(name) };
const stamps = { journalUs: count, submitUs: count, ackUs: count };
const execution = {
  execId: name,
  lastQty: number,
  lastPx: signed,
  liquidity: orNull(word(["Maker", "Taker"])),
  commission: decimal,
  commissionCurrency: name,
};

const BROKER: Readonly<Record<keyof BrokerPayloads, Shape>> = {
  OrderAccepted: shape(ref, stamps),
  OrderRejected: shape({ ...ref, rejectCode, text: sentence }, stamps),
  OrderExecuted: shape({ ...ref, ...execution, provisional: flag }, { side }),
  ExecutionVoided: shape({ ...ref, execId: name, execRefId: name }),
  ExecutionCorrected: shape({ ...ref, ...execution, execRefId: name }),
  ExecutionConfirmed: shape({ ...ref, execRefId: name }),
  OrderCancelled: shape({ ...ref, reason: sentence }),
  OrderExpired: shape({ ...ref, reason: sentence }),
  CancelRejected: shape({ ...ref, rejectCode, text: sentence }),
  OrderReplaced: shape({ ...ref, orderQty: count, price: orNull(signed) }, stamps),
  ReplaceRejected: shape({ ...ref, rejectCode, text: sentence }),
  RequestFailed: shape(
    { request: number, order: number, outcome: word(["notSent", "unknown"]), text: sentence },
    { retryAfterMs: count },
  ),
  OrderFound: shape({
    ...ref,
    request: number,
    status: word(["open", "filled", "cancelled", "rejected", "expired"]),
    orderQty: count,
    cumQty: count,
    price: orNull(signed),
  }),
  OrderNotFound: shape({ request: number, order: number }),
};

const OPEN_ORDER = shape({
  clOrdId: orNull(name),
  venueOrderId: name,
  instrument,
  side,
  orderQty: count,
  cumQty: count,
  price: orNull(signed),
});

const RECONCILE: Readonly<Record<keyof ReconcilePayloads, Shape>> = {
  Reconciled: shape({ request: number, openOrders: list(mapOf(OPEN_ORDER)) }),
  ReconcileFailed: shape({ request: number, text: sentence }, { retryAfterMs: count }),
};

const outcomes = shape({ condition: name, qty: decimal, client: orNull(name) });
const CASH_KINDS = [
  "deposit",
  "withdrawal",
  "transfer",
  "fee",
  "rebate",
  "interest",
  "adjustment",
];

const ACCOUNT: Readonly<Record<keyof AccountPayloads, Shape>> = {
  CashPosted: shape({
    kind: word(CASH_KINDS),
    currency: name,
    amount: decimal,
    client: orNull(name),
    tag: orNull(name),
  }),
  AccountReported: shape({
    balances: list(mapOf(shape({ currency: name, total: decimal }))),
    positions: list(
      mapOf(shape({ instrument, qty: signed }, { avgPx: signed, entryPrice: decimal })),
    ),
  }),
  FundingPosted: shape({ currency: name, amount: decimal }),
  InstrumentSettled: shape({ price: signed }),
  OutcomesSplit: outcomes,
  OutcomesMerged: outcomes,
  InstrumentResolved: shape({ numerator: count, denominator: number, isFinal: flag }),
  OutcomeSettled: shape({ numerator: count, denominator: number, amount: orNull(decimal) }),
  RunnerRemoved: shape({ reductionPpm: count, basis: word(["price", "winnings"]) }),
  MarketSettled: shape({
    market: name,
    winners: list(mapOf(shape({ instrument, places: number, tied: number }))),
    voided: list(instrument),
    isVoid: flag,
    amount: orNull(decimal),
  }),
};

const updateId = orNull(count);
const MARKET: Readonly<Record<keyof MarketPayloads, Shape>> = {
  BookSnapshot: shape({ bids: levels, asks: levels, updateId }),
  BookDelta: shape({ bids: levels, asks: levels, updateId }),
  QuoteUpdated: shape({
    bidPx: orNull(levelPrice),
    bidQty: count,
    askPx: orNull(levelPrice),
    askQty: count,
    updateId,
  }),
  TradePrinted: shape({ price: signed, qty: count, side: orNull(side), tradeId: orNull(name) }),
  BookInvalidated: shape({ reason: sentence }),
  MarketDefined: shape({
    status: word(["open", "suspended", "closed"]),
    inPlay: flag,
    betDelayMs: count,
    isPassiveFree: flag,
    baseRatePpm: orNull(count),
    discountAllowed: flag,
    version: orNull(count),
    removals: list(mapOf(shape({ runner: name, reductionPpm: count, atUs: count }))),
  }),
};

const REPORTS = checksOf({ ...BROKER, ...RECONCILE, ...ACCOUNT });
const MARKETS = checksOf(MARKET);

/** Kinds whose envelope names the instrument that they are about; market data always does. */
const OF_INSTRUMENT: ReadonlySet<string> = new Set([
  ...MARKETS.keys(),
  "FundingPosted",
  "InstrumentSettled",
  "InstrumentResolved",
  "OutcomeSettled",
  "RunnerRemoved",
]);

/** Kinds that are known by their key: a fact told twice must be seen to be one. */
const WITH_KEY: ReadonlySet<string> = new Set(Object.keys(ACCOUNT));

/** Says what is wrong with what an adapter offers as a report or a fact, or nothing. */
export function reportProblem(draft: unknown, scope: DraftScope): string | undefined {
  return draftProblem(draft, { kinds: REPORTS, source: "broker_report" }, scope);
}

/** Says what is wrong with what an adapter offers as market data, or nothing. */
export function marketProblem(draft: unknown, scope: DraftScope): string | undefined {
  return draftProblem(draft, { kinds: MARKETS, source: "market_data" }, scope);
}

function draftProblem(
  draft: unknown,
  of: { readonly kinds: ReadonlyMap<string, Check>; readonly source: string },
  scope: DraftScope,
): string | undefined {
  if (!isMap(draft)) return `the draft${wrong("a map", draft)}`;
  const kind = String(draft["eventType"]);
  const payload = of.kinds.get(kind);
  if (payload === undefined) {
    return `eventType${wrong(`one of ${[...of.kinds.keys()].join(", ")}`, draft["eventType"])}`;
  }
  const problem = envelopeProblem(draft, { source: of.source, kind }, scope) ??
    within("payload", payload(draft["payload"], scope));
  return problem === undefined ? undefined : `${kind}: ${problem}`;
}

function envelopeProblem(
  draft: Readonly<Record<string, unknown>>,
  of: { readonly source: string; readonly kind: string },
  scope: DraftScope,
): string | undefined {
  const [source, venue] = [draft["source"], draft["venue"]];
  if (source !== of.source) return `source${wrong(of.source, source)}`;
  if (venue !== scope.venue) return `venue${wrong(`${scope.venue}, its own`, venue)}`;
  const place = OF_INSTRUMENT.has(of.kind) ? instrument : instrumentOrNull;
  return within("eventTime", count(draft["eventTime"], scope)) ??
    within("instrument", place(draft["instrument"], scope)) ??
    within(
      "idempotencyKey",
      (WITH_KEY.has(of.kind) ? name : nameOrNull)(draft["idempotencyKey"], scope),
    );
}

function within(key: string, problem: string | undefined): string | undefined {
  return problem === undefined ? undefined : `${key}${problem}`;
}

function checksOf(shapes: Readonly<Record<string, Shape>>): ReadonlyMap<string, Check> {
  return new Map(Object.entries(shapes).map(([kind, inner]) => [kind, mapOf(inner)] as const));
}
