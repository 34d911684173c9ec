/**
 * What instruments share: their market, the clock of their venue's feed, the table of their ladder;
 * whether their signals are on or not.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import type { InstrumentId, VenueId } from "../numbers.ts";
import { TickTable } from "../tick_ladder.ts";
import { FeedClock, MarketState } from "./market_state.ts";

type Market = { readonly state: MarketState; readonly members: InstrumentId[] };

/** Where an instrument belongs. */
export type SharedPlace = {
  readonly market: MarketState;
  /** Instruments of the market, itself included, as they were listed. */
  readonly members: readonly InstrumentId[];
  readonly clock: FeedClock;
  readonly table: TickTable | undefined;
};

/** Everything shared; grows with the markets that are listed in a run. */
export class Directory {
  readonly #markets = new Map<string, Market>();
  readonly #clocks = new Map<VenueId, FeedClock>();
  readonly #tables = new Map<string, TickTable | undefined>();
  readonly #places = new Map<InstrumentId, SharedPlace>();

  /** Takes a listing; returns what the instrument shares with others, made where it is the first. */
  list(instrument: Instrument): SharedPlace {
    const { state: market, members } = this.#marketOf(instrument);
    const clock = this.#clockOf(instrument.venue);
    const place = { market, members, clock, table: this.#tableOf(instrument) };
    this.#places.set(instrument.id, place);
    return place;
  }

  /** Returns what an instrument shares as it was last listed, or undefined if it never was. */
  find(id: InstrumentId): SharedPlace | undefined {
    return this.#places.get(id);
  }

  #marketOf(instrument: Instrument): Market {
    const key = marketKey(instrument);
    const known = this.#markets.get(key) ?? { state: new MarketState(), members: [] };
    if (!known.members.includes(instrument.id)) known.members.push(instrument.id);
    this.#markets.set(key, known);
    return known;
  }

  #clockOf(venue: VenueId): FeedClock {
    const known = this.#clocks.get(venue);
    if (known !== undefined) return known;
    const clock = new FeedClock();
    this.#clocks.set(venue, clock);
    return clock;
  }

  #tableOf({ priceRule }: Instrument): TickTable | undefined {
    const key = JSON.stringify(priceRule);
    if (!this.#tables.has(key)) this.#tables.set(key, TickTable.of(priceRule));
    return this.#tables.get(key);
  }
}

/** Returns by what instruments share a market: a betting market's name, else their own. */
export function marketKey({ venue, name, contract }: Instrument): string {
  return contract?.kind === "betting" ? `${venue} ${contract.market}` : name;
}
