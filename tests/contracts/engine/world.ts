/**
 * What stories are told about: venues outside the timeline, instruments of every class, settings.
 *
 * Unless a story says otherwise there is one venue, `test`, with one spot instrument: prices in cents,
 * quantities in thousandths.
 * @module
 */
import type { Draft, EngineSettings, VenueDeclaration } from "../../../core/event.ts";
import type { AssetClass, Capabilities, Contract, Instrument } from "../../../core/instrument.ts";
import { instrumentId, venueId } from "../../../core/numbers.ts";

/** When stories begin: a Tuesday, 22:13:20 UTC. */
export const START_US = 1_700_000_000_000_000;

/** What the venues of stories can do. */
export const CAPABILITIES: Capabilities = {
  ordTypes: ["Limit", "Market"],
  timeInForce: ["GTC", "IOC", "FOK", "GTD", "DAY"],
  postOnly: true,
  reduceOnly: true,
  replace: "native",
  clientOrderId: "unique",
  lookupByClientOrderId: true,
  cancelAll: false,
  batchMax: 1,
  deadMan: false,
  orderStream: true,
  fillsReplay: true,
  book: "depth",
  trades: true,
  queueSignals: false,
  assetClass: "spot",
  fillsProvisional: false,
  tradingModes: ["paper", "live"],
  params: ["iceberg"],
  absenceProofMs: 10_000,
};

/** Settings that hold nothing back. */
export const SETTINGS: EngineSettings = {
  invariants: "strict",
  intentHorizonMs: 3_600_000,
  intentsPerSecond: 1000,
  burst: 1000,
  lookupRetryMs: 500,
};

/** A venue of a story: `capabilities` only where they differ. */
export type VenueSpec = {
  readonly name: string;
  readonly exchange?: string;
  readonly capabilities?: Partial<Capabilities>;
  readonly pacing?: VenueDeclaration["pacing"];
  readonly breaker?: VenueDeclaration["breaker"];
  readonly reconcileMs?: VenueDeclaration["reconcileMs"];
};

/** What a run is for. */
export type Mode = Draft<"Started">["payload"]["mode"];

/** An instrument of a story: what differs from the spot instrument of its venue. */
export type InstrumentSpec = Partial<Omit<Instrument, "id" | "venue" | "name">> & {
  readonly symbol: string;
  /** Index in the story's list of venues; default the first. */
  readonly at?: number;
};

/** What a story may have differently. */
export type WorldSpec = {
  readonly mode?: Mode;
  readonly settings?: Partial<EngineSettings>;
  readonly venues?: readonly VenueSpec[];
  readonly instruments?: readonly InstrumentSpec[];
};

/** Returns a world with this venue alone. */
export function only(venue: VenueSpec): WorldSpec {
  return { venues: [venue] };
}

/** A venue that replaces by cancel and new. */
export const CANCEL_NEW = {
  venues: [{ name: "test", capabilities: { replace: "cancel_new" } }],
} as const;
/** A venue that finds no order by its key. */
export const NO_LOOKUP = only({ name: "test", capabilities: { lookupByClientOrderId: false } });

/** The spot instrument. */
export const SPOT: InstrumentSpec = { symbol: "BTC/USDT" };

/** Returns the declaration of a venue. */
export function declarationOf(spec: VenueSpec, at: number): VenueDeclaration {
  return {
    id: venueId(at),
    name: spec.name,
    exchange: spec.exchange ?? spec.name,
    capabilities: { ...CAPABILITIES, ...spec.capabilities },
    simulation: null,
    pacing: spec.pacing ?? null,
    ...(spec.breaker === undefined ? {} : { breaker: spec.breaker }),
    ...(spec.reconcileMs === undefined ? {} : { reconcileMs: spec.reconcileMs }),
  };
}

/** Returns the listing of an instrument. */
export function instrumentOf(
  spec: InstrumentSpec,
  of: { readonly number: number; readonly venues: readonly VenueSpec[] },
): Instrument {
  const { at = 0, symbol, ...rest } = spec;
  return {
    id: instrumentId(of.number),
    venue: venueId(at),
    name: `${of.venues[at]?.name ?? "?"}:${symbol}`,
    symbol,
    base: symbol.split("/")[0] ?? symbol,
    quote: symbol.split("/")[1] ?? "USDT",
    assetClass: "spot",
    contract: null,
    priceRule: { scale: 2, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
    qtyRule: { scale: 3, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
    minNotional: null,
    sessionEndUs: null,
    status: "open",
    capabilities: null,
    ...rest,
  };
}

/** Returns an instrument of a class with a contract. */
export function contractOf(
  symbol: string,
  contract: Contract,
  more: Partial<InstrumentSpec> = {},
): InstrumentSpec {
  const assetClass: AssetClass = contract.kind;
  return { symbol, assetClass, contract, ...more };
}
