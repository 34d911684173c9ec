/**
 * From a configuration to what the core is told: venues, instruments, limits, balances, with ids.
 *
 * Invariant: ids count from 0 in the order of the file, instruments across all venues; the same
 * configuration gives the same declarations. Pure.
 * @module
 */
import { toQuanta } from "../core/decimal.ts";
import type { Pacing, VenueDeclaration } from "../core/event.ts";
import type { Instrument, PriceRule, QtyRule } from "../core/instrument.ts";
import { unreachable } from "../core/invariant.ts";
import type { ExchangeLimits, InstrumentLimits, OrderLimits, VenueLimits } from "../core/limits.ts";
import { type InstrumentId, instrumentId, type VenueId, venueId } from "../core/numbers.ts";
import type { FeedChoice } from "../edge/feeds/feed.ts";
import type { SecretSource } from "../edge/secrets.ts";
import type { AdapterDescription } from "../edge/venue.ts";
import type {
  ClientConfiguration,
  Configuration,
  FeedConfiguration,
  InstrumentConfiguration,
  VenueConfiguration,
} from "./configuration.ts";
import { contractOf } from "./contracts.ts";
import { scaleOf } from "./grids.ts";
import {
  exchangeLimitsOf,
  instrumentLimitsOf,
  pairLimitsOf,
  venueLimitsOf,
} from "./declare_limits.ts";

/** One venue with everything that is declared of it. */
export type DeclaredVenue = {
  readonly declaration: VenueDeclaration;
  readonly adapter: string;
  readonly options: Readonly<Record<string, unknown>>;
  /** Where its secrets are, by name. */
  readonly credentials: Readonly<Record<string, SecretSource>>;
  /** After so long without the daemon the venue cancels what rests; null: it does not. */
  readonly deadManMs: number | null;
  readonly feed: FeedConfiguration;
  /** Opening balances; decimals. */
  readonly balances: readonly { readonly currency: string; readonly total: string }[];
  readonly limits: VenueLimits;
  /** Of its exchange. */
  readonly exchangeLimits: ExchangeLimits;
  readonly instruments: readonly DeclaredInstrument[];
};

export type DeclaredInstrument = {
  readonly instrument: Instrument;
  readonly limits: InstrumentLimits;
  /** Of single clients in this instrument. */
  readonly clientLimits: readonly { readonly client: string; readonly limits: OrderLimits }[];
  /** Its orders are run dry. */
  readonly isDryRun: boolean;
  /** Where a generated market starts, decimal; null: the generator chooses. */
  readonly startPrice: string | null;
};

/**
 * Returns the venues in the order of the file.
 * @param adapters By name; every adapter of the configuration is in it, `paper` too.
 * @throws {RangeError} If an adapter is not known, or a value the schema would refuse.
 */
export function declareVenues(
  configuration: Configuration,
  adapters: DeclaringAdapters,
): readonly DeclaredVenue[] {
  let listed = 0;
  return configuration.venues.map((venue, index) => {
    const id = venueId(index);
    const instruments = venue.instruments.map((instrument) =>
      declareInstrument(instrument, {
        id: instrumentId(listed++),
        venue: id,
        name: venue.name,
        clients: configuration.clients,
      })
    );
    return {
      declaration: declareVenue(venue, id, adapters),
      adapter: venue.adapter,
      options: venue.options,
      credentials: venue.credentials,
      deadManMs: venue.deadManMs,
      feed: venue.feed,
      balances: venue.balances,
      limits: venueLimitsOf(venue.limits),
      exchangeLimits: exchangeLimitsOf(configuration.exchanges, venue.exchange),
      instruments,
    };
  });
}

/** What the declaration of a venue needs of its adapter. */
export type DeclaringAdapters = ReadonlyMap<string, Pick<AdapterDescription, "capabilities">>;

/** Returns the source of the venue's feed; undefined if a client or the adapter is the source. */
export function feedSourceOf({ feed, instruments }: DeclaredVenue): FeedChoice | undefined {
  switch (feed.kind) {
    case "generator": {
      const startPrices = instruments.flatMap(({ instrument, startPrice }) =>
        startPrice === null ? [] : [[instrument.symbol, startPrice] as const]
      );
      return { ...feed, startPrices: Object.fromEntries(startPrices) };
    }
    case "capture": {
      const { expect, ...source } = feed;
      return expect === null ? source : { ...source, expect };
    }
    case "client":
    case "adapter":
      return undefined;
    default:
      return unreachable(feed);
  }
}

function declareVenue(
  venue: VenueConfiguration,
  id: VenueId,
  adapters: DeclaringAdapters,
): VenueDeclaration {
  const known = adapters.get(venue.adapter);
  if (known === undefined) {
    throw new RangeError(
      `Cannot declare venue ${venue.name}: its adapter must be known: was ${venue.adapter}`,
    );
  }
  return {
    id,
    name: venue.name,
    exchange: venue.exchange,
    capabilities: known.capabilities(venue.options),
    simulation: venue.simulation,
    pacing: pacingOf(venue.pacing),
    ...(venue.breaker === null ? {} : { breaker: venue.breaker }),
    ...(venue.reconcileMs === null ? {} : { reconcileMs: venue.reconcileMs }),
  };
}

/** Costs of 1 throughout are not said. */
function pacingOf(pacing: VenueConfiguration["pacing"]): Pacing | null {
  if (pacing === null) return null;
  const { perSecond, burst, costs } = pacing;
  const isPlain = Object.values(costs).every((cost) => cost === 1);
  return isPlain ? { perSecond, burst } : { perSecond, burst, costs };
}

function declareInstrument(
  of: InstrumentConfiguration,
  at: {
    readonly id: InstrumentId;
    readonly venue: VenueId;
    readonly name: string;
    readonly clients: readonly ClientConfiguration[];
  },
): DeclaredInstrument {
  const instrument: Instrument = {
    id: at.id,
    venue: at.venue,
    name: `${at.name}:${of.symbol}`,
    symbol: of.symbol,
    base: of.base,
    quote: of.quote,
    assetClass: of.assetClass,
    contract: contractOf(of),
    priceRule: priceRule(of.price),
    qtyRule: qtyRule(of.quantity),
    minNotional: of.minNotional,
    sessionEndUs: of.sessionEnd === null ? null : timeOfDayUs(of.sessionEnd),
    status: "open",
    capabilities: of.assetClass === "spot" ? null : { assetClass: of.assetClass },
  };
  const { scale } = instrument.qtyRule;
  return {
    instrument,
    limits: instrumentLimitsOf(of.limits, scale),
    clientLimits: pairLimitsOf(at.clients, instrument),
    isDryRun: of.dryRun,
    startPrice: of.startPrice,
  };
}

function priceRule(price: InstrumentConfiguration["price"]): PriceRule {
  const scale = scaleOrThrow(price.quantum);
  return {
    scale,
    ticks: price.ticks.map(({ from, step }) => ({
      fromQuanta: quanta(from, scale),
      stepQuanta: quanta(step, scale),
    })),
  };
}

function qtyRule(quantity: InstrumentConfiguration["quantity"]): QtyRule {
  const scale = scaleOrThrow(quantity.quantum);
  return {
    scale,
    stepQuanta: quanta(quantity.step, scale),
    minQuanta: quanta(quantity.min, scale),
    maxQuanta: quantity.max === null ? null : quanta(quantity.max, scale),
  };
}

function timeOfDayUs(time: string): number {
  const [hours = 0, minutes = 0] = time.split(":").map(Number);
  return (hours * 60 + minutes) * 60_000_000;
}

function scaleOrThrow(quantum: string): number {
  const scale = scaleOf(quantum);
  if (scale !== undefined) return scale;
  throw new RangeError(
    `Cannot declare an instrument: its quantum must be 1, 0.1 …: was ${quantum}`,
  );
}

function quanta(decimal: string, scale: number): number {
  const count = toQuanta(decimal, scale);
  if (count !== undefined) return count;
  throw new RangeError(
    `Cannot declare an instrument: a value must be on its grid of ${scale} decimals: was ${decimal}`,
  );
}
