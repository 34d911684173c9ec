/**
 * The scopes that limits belong to, each with its limits and with the sums over its live orders
 * that they are compared with.
 *
 * Owns the data; `engine/exposure.ts` keeps the sums, `engine/limits.ts` the limits. A scope's `key`
 * is where its limits stand in the configuration.
 *
 * Invariant: the sums are safe integers, so they are exact.
 * @module
 */
import type { Instrument, Side } from "../instrument.ts";
import {
  type ClientLimits,
  type ExchangeLimits,
  type InstrumentLimits,
  NO_CLIENT_LIMITS,
  NO_EXCHANGE_LIMITS,
  NO_LIMITS,
  NO_ORDER_LIMITS,
  NO_VENUE_LIMITS,
  type OrderLimits,
  type VenueLimits,
} from "../limits.ts";
import type { ClientIndex } from "../numbers.ts";
import type { Bucket } from "../pacing.ts";
import type { BookView } from "../view.ts";
import type { OwnOrders } from "./own_orders.ts";
import type { Purse } from "./purse.ts";
import { type Reserve, reserveOf, type Valuation, valuationOf } from "./valuation.ts";
import type { Wide } from "./wide.ts";

/** Live orders and what they may still fill at worst, quanta by side. */
export class OpenSums {
  orders = 0;
  buyQty = 0;
  sellQty = 0;

  /** Quantity open on a side. */
  openQty(side: Side): number {
    return side === "Buy" ? this.buyQty : this.sellQty;
  }

  /** Forgets every order. */
  clear(): void {
    this.orders = 0;
    this.buyQty = 0;
    this.sellQty = 0;
  }
}

/** One client in one instrument. */
export class PairScope {
  readonly sums = new OpenSums();
  limits: OrderLimits = NO_ORDER_LIMITS;
  /** `maxOrderNotional` as a product of factor and quantity; null: no limit. */
  notionalMost: Wide | null = null;
  key = "";
}

/** One client at all venues. */
export class ClientScope {
  readonly index: ClientIndex;
  readonly name: string;
  orders = 0;
  limits: ClientLimits = NO_CLIENT_LIMITS;
  bucket: Bucket | null = null;
  key = "";
  /** By instrument number; undefined until the client first orders there. */
  readonly pairs: (PairScope | undefined)[] = [];

  constructor(index: ClientIndex, name: string) {
    this.index = index;
    this.name = name;
  }
}

/** One venue: one account at one exchange. */
export class VenueScope {
  readonly key: string;
  exchange: ExchangeScope;
  orders = 0;
  limits: VenueLimits = NO_VENUE_LIMITS;
  bucket: Bucket | null = null;
  /** What live orders hold back, by currency. */
  readonly purses: Map<string, Purse> = new Map();
  /** Reports of the account in a row that differed from the ledger. */
  mismatches = 0;

  constructor(name: string, exchange: ExchangeScope) {
    this.key = `venues[${name}].limits`;
    this.exchange = exchange;
  }
}

/** One exchange: the venues whose declarations name it. */
export class ExchangeScope {
  readonly key: string;
  orders = 0;
  limits: ExchangeLimits = NO_EXCHANGE_LIMITS;
  bucket: Bucket | null = null;
  /** By asset class, price scale and symbol. */
  readonly groups: Map<string, SymbolGroup> = new Map();

  constructor(name: string) {
    this.key = `exchanges[${name}]`;
  }
}

/**
 * The instruments of one exchange that are the same market: one symbol, asset class and price scale.
 * Spot and a perpetual of one symbol are two. Quantities may be counted in different quanta.
 */
export type SymbolGroup = {
  readonly own: OwnOrders;
  /** By number, ascending. */
  readonly members: InstrumentScope[];
};

/** What orders on one side of an instrument hold back, and of which purse. */
export type Held = { readonly reserve: Reserve; readonly purse: Purse };

/** One instrument: the account's book and all clients together. */
export class InstrumentScope {
  instrument: Instrument;
  readonly key: string;
  readonly book: BookView;
  readonly venue: VenueScope;
  group: SymbolGroup;
  readonly sums = new OpenSums();
  limits: InstrumentLimits = NO_LIMITS;
  notionalMost: Wide | null = null;
  valuation: Valuation;
  /** null: orders on that side hold no cash back. */
  buyHeld: Held | null = null;
  sellHeld: Held | null = null;

  constructor(of: {
    readonly instrument: Instrument;
    readonly venueName: string;
    readonly book: BookView;
    readonly venue: VenueScope;
    readonly group: SymbolGroup;
  }) {
    this.instrument = of.instrument;
    this.key = `venues[${of.venueName}].instruments[${of.instrument.symbol}].limits`;
    this.book = of.book;
    this.venue = of.venue;
    this.group = of.group;
    this.valuation = valuationOf(of.instrument);
  }

  /** What orders on a side hold back; null: no cash. */
  heldOn(side: Side): Held | null {
    return side === "Buy" ? this.buyHeld : this.sellHeld;
  }

  /** What orders on a side hold back under the limits in force, or undefined. */
  reserveOn(side: Side): Reserve | undefined {
    return reserveOf(this.instrument, side, this.limits.initialMarginPpm);
  }
}
