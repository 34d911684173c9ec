/**
 * Limits: what an operator allows, by scope. Plain data, as events bring them.
 *
 * A limit belongs to a scope: one client in one instrument, a client, an instrument (for the whole
 * account), a venue, an exchange. `null` is no limit. Quantities are quanta of the instrument,
 * amounts of money decimals.
 * @module
 */
import type { Qty } from "./numbers.ts";
import type { Rate } from "./pacing.ts";

/** The client that stands for every client without limits of its own. */
export const ANY_CLIENT = "*";

/** Most of one currency; a decimal of 0 or more. */
export type CurrencyLimit = { readonly currency: string; readonly most: string };

/** Limits on the orders in one instrument, of all clients or of one. */
export type OrderLimits = {
  /** Most that one order may ask for. */
  readonly maxOrderQty: Qty | null;
  /** Most that one order may be worth, in the currency that `docs/reference/risk.md` names. */
  readonly maxOrderNotional: string | null;
  /** Furthest the position may come from 0 on either side if all that is open fills. */
  readonly maxPosition: Qty | null;
  /** Most live orders. */
  readonly maxOpenOrders: number | null;
};

/** Limits of one instrument, for the account and all of its clients together. */
export type InstrumentLimits = OrderLimits & {
  /** Furthest a limit price may lie beyond the far side of the book, millionths of it. */
  readonly priceCollarPpm: number | null;
  /** A book older than this is no reference for a price. */
  readonly bookStaleMs: number;
  /** Share of the notional that an order and a position of derivatives hold back, millionths. */
  readonly initialMarginPpm: number | null;
};

/** How much may go on at once. */
export type FlowLimits = {
  readonly maxOpenOrders: number | null;
  /** Places and Replaces per second, and most at once after a pause. */
  readonly orderRate: Rate | null;
};

/** Limits of one client, at all venues. */
export type ClientLimits = FlowLimits & {
  /** Most that may be lost since 00:00 UTC. */
  readonly maxLoss: readonly CurrencyLimit[];
};

/** When the venue's own view of the account halts it. */
export type Tripwire = {
  /** Reports in a row that must differ. */
  readonly reports: number;
  /** Largest difference that is none; 0 for a currency that is not named. */
  readonly tolerances: readonly CurrencyLimit[];
};

/** Limits of one venue: one account at one exchange. */
export type VenueLimits = FlowLimits & {
  /** Most that may be lost since 00:00 UTC, over all books of the account. */
  readonly maxLoss: readonly CurrencyLimit[];
  /** Whether an order must be covered by what the account has free. */
  readonly checkFunds: boolean;
  readonly tripwire: Tripwire;
};

/** Limits of one exchange: all venues whose declaration names it. */
export type ExchangeLimits = FlowLimits & {
  /** What becomes of an order that could meet one of our own. */
  readonly selfMatch: "allow" | "refuse";
};

/** Limits of one scope. The instrument and the venue are those of the event. */
export type ScopedLimits =
  | { readonly scope: "instrument"; readonly limits: InstrumentLimits }
  | {
    readonly scope: "clientInstrument";
    /** A client's name, or `*`: every client that has none of its own here. */
    readonly client: string;
    /** null: none of its own any more. */
    readonly limits: OrderLimits | null;
  }
  | {
    readonly scope: "client";
    readonly client: string;
    /** null: none of its own any more. */
    readonly limits: ClientLimits | null;
  }
  | { readonly scope: "venue"; readonly limits: VenueLimits }
  | { readonly scope: "exchange"; readonly exchange: string; readonly limits: ExchangeLimits };

/** No limit on the orders in an instrument. */
export const NO_ORDER_LIMITS: OrderLimits = {
  maxOrderQty: null,
  maxOrderNotional: null,
  maxPosition: null,
  maxOpenOrders: null,
};

/** No limit on an instrument, in force until it is set. */
export const NO_LIMITS: InstrumentLimits = {
  ...NO_ORDER_LIMITS,
  priceCollarPpm: null,
  bookStaleMs: 0,
  initialMarginPpm: null,
};

/** No limit on a client, in force until it is set. */
export const NO_CLIENT_LIMITS: ClientLimits = {
  maxOpenOrders: null,
  orderRate: null,
  maxLoss: [],
};

/** No limit on a venue, in force until it is set. */
export const NO_VENUE_LIMITS: VenueLimits = {
  maxOpenOrders: null,
  orderRate: null,
  maxLoss: [],
  checkFunds: false,
  tripwire: { reports: 2, tolerances: [] },
};

/** No limit on an exchange, in force until it is set. */
export const NO_EXCHANGE_LIMITS: ExchangeLimits = {
  maxOpenOrders: null,
  orderRate: null,
  selfMatch: "allow",
};
