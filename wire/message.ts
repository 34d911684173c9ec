/**
 * What a client may say, after parsing: the closed union of client messages, and the problem that
 * a frame is when it is none of them.
 *
 * Names are camelCase here and snake_case on the wire. Optional fields are absent, never null.
 * Decimals are canonical strings.
 * @module
 */
import type { Side } from "../core/instrument.ts";
import type { Intent } from "../core/intent.ts";

/** Chosen by the client; comes back in the RESULT. */
export type RequestKey = string | number;

export type Agent = { readonly name: string; readonly version: string; readonly commit?: string };

export type Hello = {
  readonly type: "HELLO";
  readonly clientId: string;
  /** Secret: never in a log or a message. */
  readonly token: string;
  readonly resumeFrom?: number;
  readonly resumeJournalId?: string;
  readonly cancelOnDisconnect?: boolean;
  readonly cancelGraceMs?: number;
  readonly sessionMode: "stream" | "lockstep";
  readonly agent?: Agent;
};

export type ClientHeartbeat = {
  readonly type: "HEARTBEAT";
  readonly nowUs: number;
  readonly echoUs?: number;
};

export type Goodbye = {
  readonly type: "GOODBYE";
  readonly reason?: string;
  readonly keepOrders: boolean;
};

export type QuoteIntentMessage = { readonly type: "QuoteIntent"; readonly intent: Intent };

/** The channels of EVENTS, fixed by the protocol. */
export const CHANNELS = [
  "book",
  "trade",
  "bar",
  "signal",
  "instrument",
  "venue",
  "timer",
  "order",
] as const;
export type Channel = (typeof CHANNELS)[number];

/** What SUBSCRIBE and UNSUBSCRIBE name. Names are not checked against the listing here. */
export type Selection = {
  readonly channels: readonly Channel[];
  readonly instruments: readonly string[] | "*";
};

export type Subscribe = Selection & {
  readonly type: "SUBSCRIBE";
  readonly id: RequestKey;
  readonly depth?: number;
  readonly conflateMs?: number;
  readonly intervalMs?: number;
};
export type Unsubscribe = Selection & { readonly type: "UNSUBSCRIBE"; readonly id: RequestKey };

/** Which part of a long answer. */
export type Paging = { readonly limit?: number; readonly cursor?: string };
type Scope = "client" | "account";
type OnInstrument = { readonly instrument: string };
type OnSide = OnInstrument & { readonly side: Side; readonly take: boolean };
type AtPrice = OnSide & { readonly price: string };

/** Arguments of each query. */
export type QueryArgs = {
  readonly instruments: Paging & { readonly venue?: string };
  readonly orders: Paging & {
    readonly instrument?: string;
    /** Default true. */
    readonly open: boolean;
    /** Default client. */
    readonly scope: Scope;
  };
  readonly order: { readonly orderId: string } | { readonly intentId: string };
  readonly fills: Paging & { readonly sinceUs?: number; readonly afterExecId?: string };
  readonly positions: Paging & { readonly scope: Scope };
  readonly balances: Paging & { readonly venue?: string };
  readonly capabilities: Paging;
  readonly risk: Paging;
  readonly metrics: Paging;
  readonly best: OnSide;
  readonly best2_sum: OnSide;
  readonly spread_ticks: OnInstrument;
  readonly get_mbr: OnInstrument;
  readonly last_traded_ts_ms: OnInstrument;
  readonly ladder_top: OnSide & { readonly n?: number; readonly raw: boolean };
  readonly size_ahead: AtPrice & { readonly orderId?: string };
  readonly match_rate_ema: AtPrice & { readonly orderId?: string };
  readonly pfill_ttf: AtPrice & { readonly orderQty: string; readonly horizonMs: number };
  readonly hotloop_capabilities: OnInstrument;
};
export type QueryName = keyof QueryArgs;

/** A query with its arguments; `what` tells which. */
export type Query<Name extends QueryName = QueryName> = {
  [N in Name]: {
    readonly type: "QUERY";
    readonly id: RequestKey;
    readonly what: N;
    readonly args: QueryArgs[N];
  };
}[Name];

/** Price and quantity, canonical decimals. */
export type DecimalLevel = readonly [price: string, qty: string];

/** A trade in a published delta. */
export type PublishedTrade = {
  readonly price: string;
  readonly qty: string;
  readonly side: Side | null;
  readonly tradeId: string | null;
};

type PublishTarget = {
  readonly type: "PUBLISH";
  readonly instrument: string;
  readonly tsUs: number;
};

/** Market data from a client that owns a feed. In a delta a quantity of "0" removes the level. */
export type Publish =
  & PublishTarget
  & (
    | {
      readonly kind: "snapshot" | "delta";
      readonly bids: readonly DecimalLevel[];
      readonly asks: readonly DecimalLevel[];
      readonly trades: readonly PublishedTrade[];
      readonly updateId: number | null;
    }
    /** One line as the venue sent it, word for word. */
    | { readonly kind: "raw"; readonly line: string }
  );

export type Advance = {
  readonly type: "ADVANCE";
  readonly seqId: number;
  readonly intents: readonly { readonly atSeq: number; readonly intent: Intent }[];
};

export type ClientMessage =
  | Hello
  | ClientHeartbeat
  | Goodbye
  | QuoteIntentMessage
  | Subscribe
  | Unsubscribe
  | Query
  | Publish
  | Advance;

/** A frame that is no client message: what to answer. */
export type MessageProblem = {
  readonly type: "problem";
  readonly code: "BAD_JSON" | "BAD_MESSAGE" | "UNKNOWN_TYPE" | "WIRE_VERSION";
  /** Names the path and what was found there; never holds a secret. */
  readonly message: string;
  /** The request's `id` or the intent's `intent_id`, if it was valid. */
  readonly ref?: RequestKey;
  /** `result`: a request with a valid id, so it gets a RESULT. */
  readonly reply: "error" | "result";
  /**
   * Present when the frame is a HELLO: the token it carried, null if none. The token is judged
   * before this problem is told.
   */
  readonly helloToken?: string | null;
};
