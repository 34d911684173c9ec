/**
 * Read-only look at the engine's state, for queries and heartbeats. Changes nothing; its answers
 * belong to `Timeline.seqId` and must not leave before that event is durable.
 * @module
 */
import type { Mode, OpenOrder, VenueDeclaration, VenueStatus } from "./event.ts";
import type { Gauges } from "./gauges.ts";
import type { Instrument, Side } from "./instrument.ts";
import type { TradingState } from "./intent.ts";
import type {
  ClientIndex,
  InstrumentId,
  Micros,
  OrderId,
  Px,
  Qty,
  SeqId,
  VenueId,
} from "./numbers.ts";
import type { Execution, ExecutionReport } from "./report.ts";

export type VenueView = VenueDeclaration & { readonly status: VenueStatus };

/** An order that is open at a venue and is not ours, as it was last listed. */
export type ExternalOrderRow = OpenOrder & {
  /** The event after which this was true. */
  readonly seqId: SeqId;
  /** When it was listed. */
  readonly listedUs: Micros;
};

export type FillRow = {
  readonly seqId: SeqId;
  readonly eventUs: Micros;
  readonly orderId: OrderId;
  readonly intentId: string;
  readonly instrument: InstrumentId;
  readonly side: Side;
  readonly execution: Execution;
};

/** Which fills to show. `after`: venues may name executions alike, the sequence number tells them apart. */
export type FillFilter = {
  readonly sinceUs?: Micros;
  readonly after?: { readonly execId: string; readonly seqId?: SeqId };
  readonly limit: number;
};

/** `avgPx` and P&L are canonical decimals in `currency`; null before the first fill or price. */
export type PositionRow = {
  readonly instrument: InstrumentId;
  readonly scope: "client" | "account";
  /** Signed decimal. */
  readonly qty: string;
  readonly avgPx: string | null;
  readonly realisedPnl: string;
  readonly unrealisedPnl: string | null;
  readonly currency: string;
};

/** What a client made with the orders of one tag, funding apart. */
export type TagRow = {
  /** null: orders without a tag, or the rest. */
  readonly tag: string | null;
  /** True: all tags beyond those that are told apart. */
  readonly isRest: boolean;
  readonly instruments: readonly {
    readonly instrument: InstrumentId;
    /** Signed decimal. */
    readonly qty: string;
    /** Realised and unrealised, commission apart; null without a mark while something is open. */
    readonly pnl: string | null;
    readonly currency: string;
  }[];
  /** Commission and fees paid, decimals, above 0 a cost; by currency. */
  readonly fees: readonly { readonly currency: string; readonly amount: string }[];
};

export type BalanceRow = {
  readonly venue: VenueId;
  readonly currency: string;
  readonly total: string;
  readonly free: string;
  readonly reserved: string;
};

export type PriceLevel = { readonly price: Px; readonly qty: Qty };

export type OrderFilter = {
  readonly instrument?: InstrumentId;
  readonly open?: boolean;
  /** Orders with an id above this one. */
  readonly after?: OrderId;
  readonly limit: number;
};

export interface BookView {
  /** False until a snapshot came, and from a gap until the next one. */
  readonly isFresh: boolean;
  /** False: it is made of quotes, one level a side at most. */
  readonly hasDepth: boolean;
  readonly lastTradeUs: Micros | null;
  readonly updatedUs: Micros | null;
  /** Best first: `Buy` reads the bids, `Sell` the asks. */
  top(side: Side, depth: number): readonly PriceLevel[];
  best(side: Side): PriceLevel | undefined;
}

/** Where a client has limits of its own. */
export type LimitedClient = {
  readonly client: string;
  readonly isLimited: boolean;
  /** By number, ascending. */
  readonly instruments: readonly InstrumentId[];
};

/** A row of the `risk` query. */
export type RiskRow = Readonly<Record<string, unknown>>;

/** The `risk` query: a map, with a row for each instrument that was ever listed, by number. */
export type RiskView = RiskRow & { readonly instruments: readonly RiskRow[] };

export interface View {
  readonly seqId: SeqId;
  readonly mode: Mode;
  readonly operatorState: TradingState;
  readonly killSwitch: boolean;
  readonly venues: readonly VenueView[];
  /** Whose ledger has begun with what the account holds; ascending by number. */
  readonly openedVenues: readonly VenueId[];
  readonly instruments: readonly Instrument[];
  instrumentByName(name: string): Instrument | undefined;
  clientIndex(name: string): ClientIndex | undefined;
  /** Every client that has ever said HELLO here, by number. */
  readonly clients: readonly ClientIndex[];
  clientName(client: ClientIndex): string;
  /** Last report number of a client; 0 if none. */
  reportSeq(client: ClientIndex): number;
  /** Strictest of operator, venues (all of them) and client; undefined client: without it. */
  tradingState(client?: ClientIndex): TradingState;
  /** Current state of an order as an `OrderStatus` report without a number (`reportSeq` 0). */
  order(client: ClientIndex, id: OrderId): ExecutionReport | undefined;
  orderByIntent(client: ClientIndex, intentId: string): ExecutionReport | undefined;
  /** Ascending by order id. `scope` account: of all clients. */
  orders(scope: ClientIndex | "account", filter: OrderFilter): readonly ExecutionReport[];
  /** By venue, in the order of its list. */
  readonly externalOrders: readonly ExternalOrderRow[];
  /** Ascending by sequence, behind the one that `after` names if it is known. */
  fills(client: ClientIndex, filter: FillFilter): readonly FillRow[];
  positions(scope: ClientIndex | "account"): readonly PositionRow[];
  balances(venue?: VenueId): readonly BalanceRow[];
  /** P&L and fees of a client by tag: untagged first, then by code unit, the rest last. */
  tags(client: ClientIndex): readonly TagRow[];
  book(instrument: InstrumentId): BookView | undefined;
  /** Clients, `*` included, that have limits of their own: at all, and in single instruments. */
  readonly limitedClients: readonly LimitedClient[];
  /** Whose orders are run dry, apart from the mode: clients by name, instruments by number. */
  readonly dryRuns: {
    readonly clients: readonly string[];
    readonly instruments: readonly InstrumentId[];
  };
  /** What is not `Active` by itself, whatever the operator's state is; ascending by number. */
  readonly halts: {
    readonly venues: readonly VenueId[];
    readonly instruments: readonly InstrumentId[];
  };
  /** Limits and states in force, for the `risk` query: snake_case, JSON-able. */
  risk(client: ClientIndex): RiskView;
  /** Counters of the core, for the `metrics` query: snake_case names. */
  counters(): Readonly<Record<string, number>>;
  /** How things stand at `nowUs`, not before the last event: for metrics. Walks what is live. */
  gauges(nowUs: Micros): Gauges;
}
