/**
 * Inbound events: everything the core learns, in one closed union.
 *
 * An event is a plain, JSON-able, readonly object: integers, strings, booleans, null, arrays of
 * these. It is written to the journal before any of its effects is visible, and a replay of the
 * same events takes the identical path.
 * @module
 */
import type { Capabilities, Instrument, Side } from "./instrument.ts";
import type { Intent, TradingState } from "./intent.ts";
import type { ScopedLimits } from "./limits.ts";
import type {
  InstrumentId,
  Micros,
  OrderId,
  Px,
  Qty,
  RequestId,
  SeqId,
  SessionId,
  VenueId,
} from "./numbers.ts";
import type { VenueRejectCode } from "./reject_code.ts";
import type { Execution } from "./report.ts";

/** Where an event came from, in default order of priority. */
export const SOURCES = ["control", "timer", "broker_report", "intent", "market_data"] as const;
export type Source = (typeof SOURCES)[number];

export const MODES = ["live", "paper", "dry_run", "backtest", "replay"] as const;
export type Mode = (typeof MODES)[number];
export const VENUE_STATUSES = ["up", "down", "reconciling"] as const;
export type VenueStatus = (typeof VENUE_STATUSES)[number];

/** What the engine itself needs of the configuration. Changes are events. */
export type EngineSettings = {
  readonly invariants: "strict" | "warn";
  /** How long terminal orders and intent ids are kept; older intents are stale. */
  readonly intentHorizonMs: number;
  readonly intentsPerSecond: number;
  readonly burst: number;
  /** First delay before an unanswered look-up is repeated; doubles up to 30 s. */
  readonly lookupRetryMs: number;
};

/** Costs and delays of the simulated venue. Rates are millionths of notional; > 0 is a cost. */
export type SimulationSettings = {
  readonly orderLatencyUs: number;
  readonly reportLatencyUs: number;
  readonly makerFeePpm: number;
  readonly takerFeePpm: number;
};

/** A venue: one account at one exchange. */
export type VenueDeclaration = {
  readonly id: VenueId;
  readonly name: string;
  readonly exchange: string;
  readonly capabilities: Capabilities;
  /** Set: the venue is the simulator on this timeline. null: it is outside, behind an adapter. */
  readonly simulation: SimulationSettings | null;
  /** Most requests per second and burst; null: not paced. Cancels may use the reserve. */
  readonly pacing: Pacing | null;
  /** Refuses new exposure while the venue does not answer; absent: never. */
  readonly breaker?: CircuitBreaker;
  /** How often the account is held against the venue's; absent: only when connected or asked. */
  readonly reconcileMs?: number;
};

/** What a request costs of the pacing's tokens. */
export type RequestCosts = {
  readonly submit: number;
  readonly replace: number;
  readonly cancel: number;
  readonly lookup: number;
  readonly reconcile: number;
};

/** Requests per second and at once; absent costs are 1. */
export type Pacing = {
  readonly perSecond: number;
  readonly burst: number;
  readonly costs?: RequestCosts;
};

/** Opens after so many failed requests in a row, for so long. */
export type CircuitBreaker = { readonly failures: number; readonly coolMs: number };

export type ControlPayloads = {
  /** First event of every run of the daemon, also after a restart. */
  Started: {
    readonly engineVersion: string;
    readonly journalId: string;
    readonly mode: Mode;
    /** Canonical configuration without secrets, for people and for `journal dump`. */
    readonly configuration: string;
    readonly configDigest: string;
    readonly settings: EngineSettings;
    readonly seed: number;
    /** The end of the journal before, from this time on, is lost, and an operator has accepted it. */
    readonly lostSinceUs?: Micros;
  };
  /** The configuration was changed in what may change while the daemon runs; canonical, whole. */
  ConfigurationReloaded: { readonly configuration: string; readonly configDigest: string };
  VenueDeclared: VenueDeclaration;
  InstrumentListed: Instrument;
  /**
   * Limits of one scope, whole. Without `admin` they can only tighten: of each limit the stricter
   * of the old and the new one rules.
   */
  LimitsSet: ScopedLimits & { readonly admin: boolean };
  /** Opening balance of an account, posted to the `external` book. Decimal, currency. */
  BalanceSet: { readonly currency: string; readonly total: string };
  /**
   * Operator's state, or that of the instrument or venue in the envelope; the effective one is the
   * strictest of operator, venue, instrument and client.
   */
  TradingStateSet: { readonly state: TradingState; readonly reason: string };
  KillSwitchSet: { readonly on: boolean; readonly reason: string };
  /** Orders from now on are run dry, or not: of a client by name, else of the envelope's instrument. */
  DryRunSet: { readonly client: string | null; readonly on: boolean };
  /** The envelope's venue is to be asked for its view of the account now. */
  ReconcileAsked: { readonly reason: string };
  /** What the envelope's venue next says of the account becomes the ledger's: the rest is external. */
  AccountAdopted: { readonly reason: string };
  VenueStatusChanged: { readonly status: VenueStatus; readonly reason: string };
  SessionOpened: {
    readonly session: SessionId;
    readonly client: string;
    readonly cancelOnDisconnect: boolean;
    readonly cancelGraceMs: number;
    readonly agent:
      | { readonly name: string; readonly version: string; readonly commit?: string }
      | null;
  };
  /** `goodbye` acts at once, `lost` after the grace, `replaced` not at all. */
  SessionClosed: {
    readonly session: SessionId;
    readonly cause: "goodbye" | "lost" | "replaced";
    readonly keepOrders: boolean;
  };
  /** From here on intents are refused `SHUTTING_DOWN`. */
  Stopping: { readonly reason: string };
};

export type IntentPayloads = {
  IntentReceived: {
    readonly session: SessionId;
    /** When the frame was read. */
    readonly recvUs: Micros;
    readonly intent: Intent;
  };
};

/** Edge stamps of a request, absent where not reached. */
export type RequestStamps = {
  readonly journalUs?: Micros;
  readonly submitUs?: Micros;
  readonly ackUs?: Micros;
};

/** How a report names its order: our id when the adapter knows it, else the venue's echo of ours. */
export type OrderRef = {
  readonly order: OrderId | null;
  readonly clOrdId: string | null;
  readonly venueOrderId: string | null;
};

export type BrokerPayloads = {
  OrderAccepted: OrderRef & RequestStamps;
  OrderRejected: OrderRef & RequestStamps & {
    readonly rejectCode: VenueRejectCode;
    readonly text: string;
  };
  /** `side`: where the venue says it, so that a fill of an order unknown to us can be booked. */
  OrderExecuted: OrderRef & Execution & { readonly provisional: boolean; readonly side?: Side };
  /** The venue took back an execution (trade bust). */
  ExecutionVoided: OrderRef & { readonly execId: string; readonly execRefId: string };
  /** The venue corrected the execution `execRefId`: it stands as told here, under both ids. */
  ExecutionCorrected: OrderRef & Execution & { readonly execRefId: string };
  /** An execution that was provisional is final. */
  ExecutionConfirmed: OrderRef & { readonly execRefId: string };
  /** Also unsolicited, and the rest of IOC, FOK and Market. */
  OrderCancelled: OrderRef & { readonly reason: string };
  OrderExpired: OrderRef & { readonly reason: string };
  CancelRejected: OrderRef & { readonly rejectCode: VenueRejectCode; readonly text: string };
  OrderReplaced: OrderRef & RequestStamps & { readonly orderQty: Qty; readonly price: Px | null };
  ReplaceRejected: OrderRef & { readonly rejectCode: VenueRejectCode; readonly text: string };
  /**
   * The outcome of a request that produced no answer. `notSent`: it provably never left, or the
   * venue provably did not look at it (a rate limit, maintenance).
   */
  RequestFailed: {
    readonly request: RequestId;
    readonly order: OrderId;
    readonly outcome: "notSent" | "unknown";
    readonly text: string;
    /** The venue asked for so long a pause of all requests. */
    readonly retryAfterMs?: number;
  };
  /** Answer to a look-up; its executions, if any, were reported before it. */
  OrderFound: OrderRef & {
    readonly request: RequestId;
    readonly status: "open" | "filled" | "cancelled" | "rejected" | "expired";
    readonly orderQty: Qty;
    readonly cumQty: Qty;
    readonly price: Px | null;
  };
  OrderNotFound: { readonly request: RequestId; readonly order: OrderId };
};

/** An order that a venue shows as open. */
export type OpenOrder = {
  readonly clOrdId: string | null;
  readonly venueOrderId: string;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly orderQty: Qty;
  readonly cumQty: Qty;
  readonly price: Px | null;
};

/** Answers to a request to reconcile. */
export type ReconcilePayloads = {
  /** All was said: the executions and the account before it, here every order that is open. */
  Reconciled: { readonly request: RequestId; readonly openOrders: readonly OpenOrder[] };
  ReconcileFailed: {
    readonly request: RequestId;
    readonly text: string;
    readonly retryAfterMs?: number;
  };
};

/** Why cash came or went; says nothing to the books. Above 0 is received whatever the kind. */
export type CashKind =
  | "deposit"
  | "withdrawal"
  | "transfer"
  | "fee"
  | "rebate"
  | "interest"
  | "adjustment";

/** Of a split or merge: the client by name, or nobody we know (null). */
type OutcomesPayload = {
  readonly condition: string;
  readonly qty: string;
  readonly client: string | null;
};

/**
 * What a removed runner's factor is taken from: `price`, the whole price (one winner); `winnings`,
 * the price less 1 (several places).
 */
export type ReductionBasis = "price" | "winnings";

/** A runner that took places: 1 of 1 for a winner; `places` shared by `tied` for a dead heat. */
export type PlacedRunner = {
  readonly instrument: InstrumentId;
  readonly places: number;
  readonly tied: number;
};

/**
 * Facts about an account that concern no order. The envelope names the venue and a key; a seen key
 * changes nothing. Amounts are decimals, above 0 received.
 */
export type AccountPayloads = {
  /** Cash of a client, by name, or of nobody we know (null). A fee or rebate may bear a tag. */
  CashPosted: {
    readonly kind: CashKind;
    readonly currency: string;
    readonly amount: string;
    readonly client: string | null;
    readonly tag: string | null;
  };
  /**
   * The account as its venue sees it, all in it or in part: compared with the ledger, which it never
   * changes. `qty`: signed, quanta.
   */
  AccountReported: {
    readonly balances: readonly { readonly currency: string; readonly total: string }[];
    readonly positions: readonly {
      readonly instrument: InstrumentId;
      readonly qty: number;
      /** What it was entered at, rounded to the quantum; where the venue says it. */
      readonly avgPx?: Px;
      /** The same as the venue says it, to its last digit: a decimal. It counts before `avgPx`. */
      readonly entryPrice?: string;
    }[];
  };
  /** Funding of the envelope's instrument, paid or received by the whole account. */
  FundingPosted: { readonly currency: string; readonly amount: string };
  /** The envelope's instrument ended: every book's position is closed at this price. */
  InstrumentSettled: { readonly price: Px };
  /** Collateral became `qty` (decimal) of each of the two outcomes of a condition. */
  OutcomesSplit: OutcomesPayload;
  /** `qty` of each of the two outcomes became collateral again. */
  OutcomesMerged: OutcomesPayload;
  /**
   * The envelope's binary instrument is worth this share of its payout, its complement the rest.
   * Moves no cash; a later one replaces it.
   */
  InstrumentResolved: {
    readonly numerator: number;
    readonly denominator: number;
    /** False: the venue may still amend it. */
    readonly isFinal: boolean;
  };
  /** The envelope's binary instrument was paid at this share of its payout; a later one replaces it. */
  OutcomeSettled: {
    readonly numerator: number;
    readonly denominator: number;
    /** What the venue credited to the account for it; null: it does not say. */
    readonly amount: string | null;
  };
  /** The envelope's runner was removed: its bets are void, the prices of earlier others fall. */
  RunnerRemoved: { readonly reductionPpm: number; readonly basis: ReductionBasis };
  /** A betting market has its result; a later one replaces it. Runners not named have lost. */
  MarketSettled: {
    readonly market: string;
    readonly winners: readonly PlacedRunner[];
    readonly voided: readonly InstrumentId[];
    /** Every bet of the market is void. */
    readonly isVoid: boolean;
    /** What the venue credited to the account, commission taken; null: it does not say. */
    readonly amount: string | null;
  };
};

/** Price levels, flat: px, qty, px, qty …; a quantity of 0 removes the level in a delta. */
export type Levels = readonly number[];

/** A runner that was removed from its market. `runner`: as its source names it. */
export type Removal = {
  readonly runner: string;
  /** Reduction factor, millionths. */
  readonly reductionPpm: number;
  readonly atUs: Micros;
};

export type MarketPayloads = {
  BookSnapshot: { readonly bids: Levels; readonly asks: Levels; readonly updateId: number | null };
  BookDelta: { readonly bids: Levels; readonly asks: Levels; readonly updateId: number | null };
  /** Best bid and offer. Never changes the book; the reference where a venue has no depth. */
  QuoteUpdated: {
    readonly bidPx: Px | null;
    readonly bidQty: Qty;
    readonly askPx: Px | null;
    readonly askQty: Qty;
    readonly updateId: number | null;
  };
  TradePrinted: {
    readonly price: Px;
    readonly qty: Qty;
    /** Side of the taker. */
    readonly side: Side | null;
    readonly tradeId: string | null;
  };
  /** The feed lost its place (a gap, a disconnect): the book is no reference until a snapshot. */
  BookInvalidated: { readonly reason: string };
  /**
   * What the source says of the instrument's market, whole each time. The engine does nothing with
   * it: it is for the hot loop, the simulator's delays of bets in play and for subscribers.
   */
  MarketDefined: {
    readonly status: "open" | "suspended" | "closed";
    readonly inPlay: boolean;
    /** How long the venue holds back an order that could trade at once. */
    readonly betDelayMs: number;
    /** True: an order that does not cross rests without that delay. */
    readonly isPassiveFree: boolean;
    /** Commission on net winnings before any discount, millionths; null: not said. */
    readonly baseRatePpm: number | null;
    readonly discountAllowed: boolean;
    /** The source's number of this definition; null: it has none. */
    readonly version: number | null;
    /** Every runner of the market that is removed. */
    readonly removals: readonly Removal[];
  };
};

export type TimerPayloads = {
  /** Deadlines of the machines up to `dueUs` are due. */
  DeadlineReached: { readonly dueUs: Micros };
  /** A subscriber's interval; changes no state. */
  IntervalElapsed: { readonly intervalMs: number; readonly dueUs: Micros };
};

type Payloads =
  & { readonly [Type in keyof ControlPayloads]: readonly ["control", ControlPayloads[Type]] }
  & { readonly [Type in keyof IntentPayloads]: readonly ["intent", IntentPayloads[Type]] }
  & { readonly [Type in keyof BrokerPayloads]: readonly ["broker_report", BrokerPayloads[Type]] }
  & {
    readonly [Type in keyof ReconcilePayloads]: readonly ["broker_report", ReconcilePayloads[Type]];
  }
  & { readonly [Type in keyof AccountPayloads]: readonly ["broker_report", AccountPayloads[Type]] }
  & { readonly [Type in keyof MarketPayloads]: readonly ["market_data", MarketPayloads[Type]] }
  & { readonly [Type in keyof TimerPayloads]: readonly ["timer", TimerPayloads[Type]] };

/** The discriminant of an event. */
export type EventType = keyof Payloads;

/** What a producer offers: an event before the sequencer has numbered it (R-CORE-1). */
export type Draft<Type extends EventType = EventType> = {
  [T in Type]: {
    /** Clock of the source. */
    readonly eventTime: Micros;
    readonly source: Payloads[T][0];
    /** null where the event concerns no venue. */
    readonly venue: VenueId | null;
    readonly instrument: InstrumentId | null;
    readonly eventType: T;
    readonly payload: Payloads[T][1];
    /** Unique per source and kind; a seen one changes nothing. null: not repeatable. */
    readonly idempotencyKey: string | null;
  };
}[Type];

/** A sequenced event (R-CORE-1). `ingestTime`: engine clock, never decreasing. */
export type Event<Type extends EventType = EventType> = Draft<Type> & {
  readonly seqId: SeqId;
  readonly ingestTime: Micros;
};
