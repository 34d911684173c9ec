/**
 * A runner of a betting market as an instrument, and the ladder of its odds.
 * @module
 */
import type { Instrument } from "../../core/instrument.ts";
import { instrumentId, venueId } from "../../core/numbers.ts";
import { CLASSIC } from "../../edge/feeds/betfair/listing.ts";

export { CLASSIC };

/** Returns a runner as an instrument. */
export function runnerOf(id: number, market = "m", winners = 1): Instrument {
  return {
    id: instrumentId(id),
    venue: venueId(0),
    name: `betfair:${market}.${id}`,
    symbol: `${market}.${id}`,
    base: String(id),
    quote: "GBP",
    assetClass: "betting",
    contract: {
      kind: "betting",
      market,
      currency: "GBP",
      commissionPpm: 50_000,
      discountPpm: 0,
      winners,
      runners: null,
    },
    priceRule: CLASSIC,
    qtyRule: { scale: 2, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
    minNotional: null,
    sessionEndUs: null,
    status: "open",
    capabilities: null,
  };
}
