/**
 * Instruments that a feed finds in its source: each gets the next number of the daemon, once.
 *
 * Invariant: no two feeds give the same number, and a name that has one keeps it, also across a
 * restart of the feed or the daemon. A number that was taken and never listed stays unused.
 * @module
 */
import type { Instrument } from "../../core/instrument.ts";
import { instrumentId, type VenueId } from "../../core/numbers.ts";

/** What a feed lists with. Structured-cloneable. */
export type Discovery = {
  /** One 32-bit number, the next that is free; shared by all feeds. */
  readonly numbers: SharedArrayBuffer;
  readonly venue: { readonly id: VenueId; readonly name: string };
  /** In which cash and stakes are counted. */
  readonly currency: string;
  /** What was listed before. */
  readonly known: readonly Instrument[];
};

/** The sentence about a recording that begins in a journal that has its instrument from before. */
export function playedBefore(instrument: string, means: string): string {
  return `${instrument} is in the journal from before this start: ${means}; ` +
    "play a recording again with a new state directory";
}

/** Returns the shared number, `first` being the first that is free. */
export function sharedNumbers(first: number): SharedArrayBuffer {
  const numbers = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  new Int32Array(numbers)[0] = first;
  return numbers;
}

/**
 * Returns what gives a symbol its instrument. The terms of one that is not known are the format's to
 * say: here they are those of no market. A betting market that is known from before is told, once: a
 * journal takes removals and results that it has for told, also those of a recording begun anew.
 */
export function discovererOf(
  discovery: Discovery,
  problem: (text: string) => void,
): (symbol: string) => Instrument {
  const { venue, currency } = discovery;
  const numbers = new Int32Array(discovery.numbers);
  const known = new Map(discovery.known.map((instrument) => [instrument.symbol, instrument]));
  let isTold = false;
  return (symbol) => {
    const before = known.get(symbol);
    if (before?.assetClass === "betting" && !isTold) {
      isTold = true;
      const means = "bets on it are settled by the removals and results that were told then";
      problem(playedBefore(before.name, means));
    }
    if (before !== undefined) return before;
    const instrument: Instrument = {
      id: instrumentId(Atomics.add(numbers, 0, 1)),
      venue: venue.id,
      name: `${venue.name}:${symbol}`,
      symbol,
      base: symbol,
      quote: currency,
      assetClass: "spot",
      contract: null,
      priceRule: { scale: 2, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
      qtyRule: { scale: 2, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
      minNotional: null,
      sessionEndUs: null,
      status: "closed",
      capabilities: null,
    };
    known.set(symbol, instrument);
    return instrument;
  };
}
