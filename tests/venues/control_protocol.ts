/**
 * What tests can tell a fake venue, and what it tells them. One JSON object per `POST /` to the control port, answered
 * by one; `GET /audit` answers the whole truth. Field names are those written here.
 *
 * Decimals are text. `order` is a client order id. All of it takes effect before the answer leaves.
 * @module
 */
import type { Seen, SeenRequest } from "./audit.ts";
import type { FaultSchedule, RequestFault } from "./faults.ts";
import type { Ending } from "./http_line.ts";
import type { LimitSettings } from "./limits.ts";
import type { Side } from "./matching.ts";
import type { OrderState } from "./order.ts";
import type { Disturbance } from "./streams.ts";

export type StreamName = "user" | "market";

/** What tests can ask for. */
export type VenueControl =
  /** The next `count` requests that `match` ("METHOD /path", `*` allowed) go wrong like this. */
  | {
    readonly op: "fault";
    readonly match: string;
    readonly count?: number;
    readonly fault: RequestFault;
  }
  /** Faults at random, from a seed, until `calm`. Replaces the schedule before. */
  | ({ readonly op: "schedule" } & FaultSchedule)
  /** Ends all faults, limits, lag and skew; what was held back until now happens, in order. */
  | { readonly op: "calm" }
  /** What was held back until now happens, in order; faults stay. */
  | { readonly op: "release" }
  /** Ends connections: streams by name, or all of them with those of REST. */
  | { readonly op: "drop"; readonly stream: StreamName | "all"; readonly by: Ending }
  /** The streams' connections stay up and are dead: nothing is read, answered or sent. */
  | { readonly op: "halfOpen"; readonly stream: StreamName }
  /**
   * The next `count` messages, of the user stream reports on orders, come twice, after the next one (after `ms` without
   * one), or `ms` late. Without `ms` they wait until `release` or `calm` at the latest.
   */
  | {
    readonly op: "disturb";
    readonly stream: StreamName;
    readonly what: Disturbance;
    readonly count: number;
    readonly ms?: number;
  }
  /** The next `count` depth messages of a symbol are left out. */
  | { readonly op: "skipDepth"; readonly symbol: string; readonly count: number }
  /** Drops everything, is away for `downMs` or until `release`, keeps its books. */
  | { readonly op: "restart"; readonly downMs?: number }
  /** The venue's clock is off by this. */
  | { readonly op: "skew"; readonly ms: number }
  /** The venue's clock stands still there, until `calm`. */
  | { readonly op: "still"; readonly atMs: number }
  /** So much of every countdown that runs has passed. Futures only. */
  | { readonly op: "elapse"; readonly ms: number }
  /** Reads of orders and trades show nothing younger than this, whatever was acknowledged or streamed. */
  | { readonly op: "lag"; readonly ms: number }
  | ({ readonly op: "limits" } & LimitSettings)
  /** Steps per second of the crowd; 0: it stands still. */
  | { readonly op: "speed"; readonly stepsPerS: number }
  /** The crowd takes back its quotes; with speed 0 the book is the account's alone. */
  | { readonly op: "clear"; readonly symbol: string }
  /** The crowd quotes; what crosses trades. */
  | {
    readonly op: "quote";
    readonly symbol: string;
    readonly side: Side;
    readonly price: string;
    readonly qty: string;
  }
  /** The crowd takes, at this price or better. */
  | {
    readonly op: "trade";
    readonly symbol: string;
    readonly side: Side;
    readonly price: string;
    readonly qty: string;
  }
  /** `count` fills of one resting order that add up to `qty`, told in one write per connection. */
  | { readonly op: "fill"; readonly order: string; readonly qty: string; readonly count?: number }
  /** The venue cancels an order by itself. */
  | { readonly op: "cancel"; readonly order: string }
  /** An order placed by hand, through the venue's web page. */
  | {
    readonly op: "foreign";
    /** Absent: one like those of the venue's web page. */
    readonly clientOrderId?: string;
    readonly symbol: string;
    readonly side: Side;
    readonly type: "LIMIT" | "MARKET";
    readonly price?: string;
    readonly qty: string;
  }
  /** Undoes a trade: gone from the account's trades, its money given back. No stream tells of it. */
  | { readonly op: "bust"; readonly tradeId: number }
  /** Money comes, or goes if negative. */
  | { readonly op: "deposit"; readonly asset: string; readonly amount: string }
  /** The venue ends user streams: `eventStreamTerminated`, or the listen key expires. */
  | { readonly op: "endUserStream" }
  /** Funding is paid on positions at this rate, now and, if told, again and again. Futures only. */
  | {
    readonly op: "funding";
    readonly symbol: string;
    readonly rate: string;
    readonly everyS?: number;
  };

/** The answer to a control. */
export type ControlReply =
  | { readonly ok: true; readonly orderId?: number; readonly clientOrderId?: string }
  | { readonly ok: false; readonly error: string };

export type AuditOrder = {
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly type: string;
  readonly timeInForce: string;
  readonly price: string;
  readonly qty: string;
  readonly filled: string;
  /** Sum of price times quantity over its trades; divided by `filled` it is the average price. */
  readonly quote: string;
  readonly state: OrderState;
  readonly time: number;
  /** When it was last changed: placed, amended, traded, ended. Milliseconds, as `time` of its placing. */
  readonly updateTime: number;
};

export type AuditTrade = {
  readonly tradeId: number;
  readonly orderId: number;
  readonly clientOrderId: string;
  readonly symbol: string;
  readonly side: Side;
  readonly price: string;
  readonly qty: string;
  readonly commission: string;
  readonly commissionAsset: string;
  readonly realised: string;
  readonly isMaker: boolean;
  readonly isBusted: boolean;
  readonly time: number;
};

/** Futures: `free` is the wallet, without what positions have gained or lost. */
export type AuditBalance = {
  readonly asset: string;
  readonly free: string;
  readonly locked: string;
};
/** Futures: `cost` is what the open quantity was bought (positive) or sold (negative) for. */
export type AuditPosition = {
  readonly symbol: string;
  readonly qty: string;
  readonly cost: string;
  readonly entryPrice: string;
};

/** The whole truth. */
export type AuditReport = {
  readonly nowMs: number;
  readonly orders: readonly AuditOrder[];
  readonly trades: readonly AuditTrade[];
  readonly balances: readonly AuditBalance[];
  readonly positions: readonly AuditPosition[];
  /** Symbols whose dead man's countdown runs. */
  readonly countdowns: readonly string[];
  readonly seen: readonly Seen[];
  /** The newest 50 000 or fewer; only the newest N with `?requests=N`. */
  readonly requests: readonly SeenRequest[];
  readonly requestCount: number;
  readonly connections: number;
  /** When connections were opened, the newest of them. Connection numbers count from 1. */
  readonly connectionsOpenedUs: readonly number[];
};
