/**
 * What an operator measures of the state: how much is open, how near its limits, how well it is known.
 *
 * Derived, in no checkpoint and no digest, deciding nothing. Ratios are floats: no money is kept in
 * them.
 * @module
 */
import type { TradingState } from "./intent.ts";
import type { Micros, VenueId } from "./numbers.ts";

/** States of an order that lives, in the order of its life. */
export const LIVE_STATUSES = [
  "Submitted",
  "Accepted",
  "PartiallyFilled",
  "CancelPending",
  "ReplacePending",
] as const;
export type LiveStatus = (typeof LIVE_STATUSES)[number];

/** What a limit belongs to, from the narrowest to the widest. */
export const LIMIT_SCOPES = [
  "client_instrument",
  "client",
  "instrument",
  "venue",
  "exchange",
] as const;
export type LimitScope = (typeof LIMIT_SCOPES)[number];

/** Limits of which a share can be used up. */
export const USED_LIMITS = ["max_open_orders", "max_position", "max_loss"] as const;
export type UsedLimit = (typeof USED_LIMITS)[number];

/** Of all scopes of one kind, the share of the limit that is used where it is used most. */
export type Utilisation = {
  readonly scope: LimitScope;
  readonly limit: UsedLimit;
  /** 1 is all of it; also while a loss cannot be judged, since then the guard refuses. */
  readonly ratio: number;
};

/** One venue. */
export type VenueGauges = {
  readonly venue: VenueId;
  readonly tradingState: TradingState;
  /** Instruments that are halted by themselves and not closed. */
  readonly haltedInstruments: number;
  /** Live orders, dry runs apart. */
  readonly openOrders: number;
  /** Orders open at the venue that are not ours, as last listed. */
  readonly externalOrders: number;
  /** Requests that wait for the link or for pacing. */
  readonly waiting: {
    readonly cancels: number;
    readonly lookups: number;
    readonly orders: number;
  };
  /** Tokens that pacing has left, and most that it holds; null: the venue is not paced. */
  readonly tokens: { readonly left: number; readonly most: number } | null;
  /** Failed requests in a row. */
  readonly failures: number;
  /** Nothing leaves: the venue asked for a pause. */
  readonly isPaused: boolean;
  /** Nothing new leaves: the circuit breaker is open. */
  readonly isBreakerOpen: boolean;
  /** Reports of the account in a row that differed from the ledger. */
  readonly mismatches: number;
  /** Engine time of the last reconciliation that was answered; null: there was none. */
  readonly reconciledUs: Micros | null;
  /** Instruments with a price to measure by, without one, and of these those with live orders. */
  readonly books: {
    readonly fresh: number;
    readonly stale: number;
    readonly staleWithOrders: number;
  };
};

/** Everything, at one moment. */
export type Gauges = {
  readonly orders: readonly { readonly status: LiveStatus; readonly count: number }[];
  /** Live orders whose last request has no known outcome. */
  readonly inDoubt: number;
  /** Since when the oldest of them is in doubt; null: none is. */
  readonly doubtSinceUs: Micros | null;
  readonly venues: readonly VenueGauges[];
  /** Of each scope and limit; 0 where none is set. */
  readonly utilisation: readonly Utilisation[];
};
