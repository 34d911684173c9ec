/**
 * Instruments and what their venue can do: the declarations that checks, wire and adapters read.
 *
 * A price or quantity is an integer count of `quantum`; tick and lot are rules of validity on top,
 * since venues change them while orders rest.
 * @module
 */
import type { Mode } from "./event.ts";
import type { InstrumentId, VenueId } from "./numbers.ts";

/** How money and positions of an instrument are accounted. */
export type AssetClass = "spot" | "linear" | "inverse" | "binary" | "betting";

/** Valid prices. `scale`: one quantum is 10^-scale. Ticks ascend; `from` is inclusive. */
export type PriceRule = {
  readonly scale: number;
  /** Multiples of `stepQuanta` counted from `fromQuanta`, up to the next row. */
  readonly ticks: readonly { readonly fromQuanta: number; readonly stepQuanta: number }[];
  /** Highest price of a bounded ladder, on its last row; absent: there is none. */
  readonly maxQuanta?: number;
};

/** Valid quantities. `scale`: one quantum is 10^-scale. `maxQuanta` null: no maximum. */
export type QtyRule = {
  readonly scale: number;
  readonly stepQuanta: number;
  readonly minQuanta: number;
  readonly maxQuanta: number | null;
};

export const ORD_TYPES = ["Limit", "Market"] as const;
export type OrdType = (typeof ORD_TYPES)[number];
export const TIMES_IN_FORCE = ["GTC", "IOC", "FOK", "GTD", "DAY"] as const;
export type TimeInForce = (typeof TIMES_IN_FORCE)[number];

/** True if what is left of such an order may stay in the book. */
export function mayRest(
  { ordType, timeInForce }: { readonly ordType: OrdType; readonly timeInForce: TimeInForce },
): boolean {
  return ordType === "Limit" && timeInForce !== "IOC" && timeInForce !== "FOK";
}

export const SIDES = ["Buy", "Sell"] as const;
export type Side = (typeof SIDES)[number];

/** Returns the other side: that which an order of this side takes from. */
export function oppositeOf(side: Side): Side {
  return side === "Buy" ? "Sell" : "Buy";
}

/** What a venue can do, declared by its adapter; read by core, wire and tests alike. */
export type Capabilities = {
  readonly ordTypes: readonly OrdType[];
  readonly timeInForce: readonly TimeInForce[];
  readonly postOnly: boolean;
  readonly reduceOnly: boolean;
  /** A `reduceOnly` order may be worth less than `minNotional`; absent: it may not. */
  readonly reduceOnlyAnyNotional?: boolean;
  readonly replace: "native" | "cancel_new" | "reduce_only" | "none";
  readonly clientOrderId: "unique" | "echoed" | "window" | "none";
  readonly lookupByClientOrderId: boolean;
  readonly cancelAll: boolean;
  readonly batchMax: number;
  readonly deadMan: boolean;
  readonly orderStream: boolean;
  readonly fillsReplay: boolean;
  readonly book: "none" | "best" | "depth" | "full";
  readonly trades: boolean;
  readonly queueSignals: boolean;
  readonly assetClass: AssetClass;
  readonly fillsProvisional: boolean;
  readonly tradingModes: readonly Mode[];
  /** Names allowed as keys of an intent's `params`. */
  readonly params: readonly string[];
  /**
   * Milliseconds after which a look-up that does not find an order proves that the venue never
   * had it; null if the venue documents no such proof.
   */
  readonly absenceProofMs: number | null;
};

/**
 * What a contract is worth; decimals are canonical strings. Quantities count contracts (betting:
 * stake), prices are in the quote currency (binary: per contract, of `payout`; betting: decimal
 * odds).
 */
export type Contract =
  /** Worth price × `multiplier` (base units a contract is of), settled in `settlement`. */
  | { readonly kind: "linear"; readonly multiplier: string; readonly settlement: string }
  /** Worth `multiplier` quote units ÷ price, settled in `settlement`, the base currency. */
  | { readonly kind: "inverse"; readonly multiplier: string; readonly settlement: string }
  /** Pays `payout` of `collateral` if `outcome` of `condition` holds, else nothing. */
  | {
    readonly kind: "binary";
    readonly condition: string;
    readonly outcome: string;
    /** Symbol of the other outcome's instrument at the venue; null where this one counts both. */
    readonly complement: string | null;
    readonly collateral: string;
    readonly payout: string;
    /** `signed`: one count, below 0 held as the complement; `perOutcome`: each held apart, ≥ 0. */
    readonly netting: "signed" | "perOutcome";
  }
  /** A runner of `market`; commission on the market's net winnings, less the discount. */
  | {
    readonly kind: "betting";
    readonly market: string;
    readonly currency: string;
    readonly commissionPpm: number;
    readonly discountPpm: number;
    /** How many runners win together: 1, or the places of a place market. */
    readonly winners: number;
    /** How many runners the market has, removed ones too; null: not known. */
    readonly runners: number | null;
  };

/** An instrument as listed. `name` is `venue:symbol`. Decimal fields are canonical strings. */
export type Instrument = {
  readonly id: InstrumentId;
  readonly venue: VenueId;
  readonly name: string;
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly assetClass: AssetClass;
  /** Terms of the contract, of the kind of the asset class; null for spot. */
  readonly contract: Contract | null;
  readonly priceRule: PriceRule;
  readonly qtyRule: QtyRule;
  /** Least that an order is worth, quote currency; null: none. */
  readonly minNotional: string | null;
  /** Daily session end, microseconds after 00:00 UTC; null: DAY orders end at 00:00 UTC. */
  readonly sessionEndUs: number | null;
  readonly status: "open" | "suspended" | "closed";
  /** Only where they differ from the venue's. */
  readonly capabilities: Partial<Capabilities> | null;
};

/**
 * Returns the instrument with a number from a list in order of numbers, or undefined. A listing that
 * was refused leaves its number unused, so the place in the list is only where to look first.
 */
export function instrumentAt(
  instruments: readonly Instrument[],
  id: InstrumentId,
): Instrument | undefined {
  const there = instruments[id];
  return there?.id === id ? there : instruments.find((instrument) => instrument.id === id);
}
