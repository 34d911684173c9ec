/**
 * Under which numbers and names runners are listed.
 *
 * Rule: with instruments given, only these runners are read; else every runner is, and whoever plays
 * the stream numbers it (`discover`). A stream that is read by itself numbers its own.
 * @module
 */
import type { Instrument } from "../../../core/instrument.ts";
import { instrumentId, venueId } from "../../../core/numbers.ts";
import type { CaptureOptions } from "../capture_reader.ts";

/** What a stream cannot say of an instrument. The quote currency is that of stakes. */
export type ListingPlace = Pick<Instrument, "id" | "venue" | "name" | "quote">;

const CURRENCY_DEFAULT = "GBP";

/** Finds the place of a symbol. */
export class Directory {
  readonly #given: ReadonlyMap<string, ListingPlace>;
  readonly #discover: CaptureOptions["discover"];
  #next = 0;

  constructor({ instruments, discover }: Pick<CaptureOptions, "instruments" | "discover">) {
    this.#given = new Map(instruments.map((instrument) => [instrument.symbol, instrument]));
    this.#discover = discover;
  }

  /** Returns the place of a runner that was not asked for before; undefined: it is not read. */
  placeOf(symbol: string): ListingPlace | undefined {
    if (this.#given.size > 0) return this.#given.get(symbol);
    if (this.#discover !== undefined) return this.#discover(symbol);
    const id = instrumentId(this.#next++);
    return { id, venue: venueId(0), name: `betfair:${symbol}`, quote: CURRENCY_DEFAULT };
  }
}
