/**
 * What the view shows: one look at a daemon, as data. Filled by `watch.ts`, drawn by `render.ts`,
 * written as JSON by `json_frame.ts`.
 *
 * Decimals are texts as the wire spells them; times are microseconds, durations carry their unit.
 * @module
 */

/** How the connection stands. */
export type LinkState =
  | { readonly kind: "connecting" }
  | { readonly kind: "connected" }
  /** `sinceUs`: wall clock. */
  | { readonly kind: "lost"; readonly reason: string; readonly sinceUs: number };

/** Which daemon is looked at. */
export type DaemonFacts = {
  readonly version: string;
  readonly mode: string;
  readonly journalId: string;
  readonly configDigest: string;
};

/** An order that is not over. `null`: the wire does not say. */
export type OrderRow = {
  /** null: not placed through this daemon. */
  readonly orderId: string | null;
  readonly venueOrderId: string | null;
  readonly client: string | null;
  readonly intentId: string | null;
  readonly instrument: string;
  readonly side: string;
  readonly price: string | null;
  readonly orderQty: string | null;
  readonly cumQty: string | null;
  readonly status: string;
  readonly tag: string | null;
  readonly isInDoubt: boolean;
  readonly isDryRun: boolean;
  /** When this state began; in doubt, when the doubt did. */
  readonly sinceUs: number;
  /** It may have begun earlier: the view was opened later. */
  readonly isSinceAtLeast: boolean;
};

/** Orders that are not over. */
export type OrdersModel = {
  /** What the daemon counts; null before it was asked. */
  readonly open: number | null;
  readonly inDoubt: number | null;
  readonly external: number | null;
  /** By state, of the rows that are known. */
  readonly states: readonly (readonly [status: string, count: number])[];
  /** In doubt first, oldest first. */
  readonly rows: readonly OrderRow[];
};

/** A position of an account. */
export type PositionModel = {
  readonly instrument: string;
  readonly qty: string;
  readonly avgPx: string | null;
  readonly realisedPnl: string;
  readonly unrealisedPnl: string | null;
  readonly currency: string;
};

/** P&L of all accounts in one currency. */
export type TotalModel = {
  readonly currency: string;
  /** null: not all positions were read. */
  readonly realised: string | null;
  /** null: a position has no price, or not all were read. */
  readonly unrealised: string | null;
  /** Above 0: a cost. */
  readonly fees: string | null;
};

/** What a client's orders of one tag have made in one currency. */
export type TagModel = {
  readonly client: string;
  readonly tag: string | null;
  readonly isRest: boolean;
  readonly currency: string;
  /** Fees apart; null: something open has no price. */
  readonly pnl: string | null;
  readonly fees: string;
};

/** A venue. */
export type VenueModel = {
  readonly venue: string;
  readonly exchange: string;
  readonly status: string;
  readonly tradingState: string | null;
  readonly openOrders: number | null;
  /** Instruments with a fresh book, and how many were asked for. */
  readonly freshBooks: number | null;
  readonly books: number | null;
  /** Instruments that have not closed; only some of many are asked for. */
  readonly openInstruments: number;
  readonly failures: number | null;
  /** Requests are held back until then; null: they are not. */
  readonly pausedUntilUs: number | null;
  readonly reason: string;
};

/** An instrument that does not trade freely, whatever its venue does. */
export type InstrumentModel = {
  readonly instrument: string;
  /** `Reducing` or `Halted`. */
  readonly tradingState: string;
};

/** A queue before the sequencer. */
export type QueueModel = {
  readonly name: string;
  readonly policy: string;
  readonly depth: number;
  readonly highWater: number;
  /** Dropped, conflated and held back since the daemon started. */
  readonly dropped: number;
  readonly conflated: number;
  readonly heldBack: number;
};

/** How long something takes: one hop of an intent's way, a commit. */
export type LatencyModel = {
  readonly hop: string;
  readonly count: number;
  readonly p50Us: number;
  readonly p99Us: number;
  /** null: nobody has kept it. */
  readonly maxUs: number | null;
};

/** Refusals. */
export type RejectsModel = {
  /** When the view began to count; null: they are the daemon's, since it started. */
  readonly sinceUs: number | null;
  readonly codes: readonly {
    readonly code: string;
    readonly count: number;
    /** The newest sentence. */
    readonly text: string;
  }[];
};

/** What there was more of than one look reads. */
export type LeftOut = {
  /** There are no totals then. */
  readonly positions: boolean;
  /** Their books are not asked for. */
  readonly instruments: boolean;
};

/** One look. */
export type TopModel = {
  readonly nowUs: number;
  readonly address: string;
  readonly link: LinkState;
  readonly daemon: DaemonFacts | null;
  readonly tradingState: string | null;
  readonly operatorState: string | null;
  readonly killSwitch: boolean | null;
  readonly seqId: number | null;
  readonly eventsPerSecond: number | null;
  readonly queueDepth: number | null;
  /** A query and its answer. */
  readonly roundTripUs: number | null;
  readonly orders: OrdersModel;
  readonly positions: readonly PositionModel[];
  readonly totals: readonly TotalModel[];
  readonly tags: readonly TagModel[];
  readonly venues: readonly VenueModel[];
  /** Those that are not `Active` by themselves, without those that have closed. */
  readonly instruments: readonly InstrumentModel[];
  readonly leftOut: LeftOut;
  readonly queues: readonly QueueModel[];
  readonly latency: readonly LatencyModel[];
  readonly rejects: RejectsModel;
  /** Every counter of the `metrics` query that is a number. */
  readonly counters: ReadonlyMap<string, number>;
};
