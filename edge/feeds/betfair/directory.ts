/**
 * Numbers and names of the instruments of a stream.
 * @module
 */
import type { Instrument } from "../../../core/instrument.ts";
import { type InstrumentId, instrumentId, type VenueId, venueId } from "../../../core/numbers.ts";

/** Under which venue runners are listed, and with which numbers. */
export type ListingPlace = {
  readonly venue: { readonly id: VenueId; readonly name: string };
  /** Currency of the stakes. */
  readonly currency: string;
  /** The account's discount on commission, where a market allows one. */
  readonly discountPpm: number;
  /** Instruments that have their number already. */
  readonly known: readonly Instrument[];
  /** Gives the number of an instrument that is not known. */
  readonly nextId: () => InstrumentId;
};

/** Returns a place for a stream that is read by itself: numbers count up behind those given. */
export function placeBeside(instruments: readonly Instrument[]): ListingPlace {
  let next = 1 + Math.max(-1, ...instruments.map(({ id }) => id));
  const first = instruments[0];
  return {
    venue: {
      id: first?.venue ?? venueId(0),
      name: first?.name.slice(0, first.name.indexOf(":")) ?? "betfair",
    },
    currency: "GBP",
    discountPpm: 0,
    known: instruments,
    nextId: () => instrumentId(next++),
  };
}

/** Finds and gives numbers. */
export class Directory {
  readonly place: ListingPlace;
  readonly #ids: Map<string, InstrumentId>;
  readonly #isClosed: boolean;

  /** @param of `only`: just these are read, if there are any. */
  constructor(of: { readonly place: ListingPlace; readonly only: readonly Instrument[] }) {
    this.place = of.place;
    this.#isClosed = of.only.length > 0;
    const known = this.#isClosed ? of.only : of.place.known;
    this.#ids = new Map(known.map(({ symbol, id }) => [symbol, id] as const));
  }

  /** Returns the number of a symbol, or undefined if it is not to be read. */
  idOf(symbol: string): InstrumentId | undefined {
    const known = this.#ids.get(symbol);
    if (known !== undefined || this.#isClosed) return known;
    const id = this.place.nextId();
    this.#ids.set(symbol, id);
    return id;
  }
}
