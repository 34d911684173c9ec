/**
 * A spot instrument and its venue for tests: price quantum 0.01, quantity quantum 0.0001.
 * @module
 */
import type { VenueDeclaration } from "../../core/event.ts";
import type { Capabilities, Instrument } from "../../core/instrument.ts";
import { instrumentId, venueId } from "../../core/numbers.ts";
import { PAPER_CAPABILITIES } from "../../core/simulator/mod.ts";

/** What the venue of the tests can do. */
export const CAPABILITIES: Capabilities = {
  ...PAPER_CAPABILITIES,
  timeInForce: ["GTC", "IOC"],
  book: "full",
  tradingModes: ["paper"],
  params: ["iceberg", "strategy"],
  absenceProofMs: null,
};

/** The venue of the tests. */
export const VENUE: VenueDeclaration = {
  id: venueId(0),
  name: "paper",
  exchange: "paper",
  capabilities: CAPABILITIES,
  simulation: null,
  pacing: null,
};

/** Returns the instrument of the tests, changed as given. */
export function spotInstrument(changes: Partial<Instrument> = {}): Instrument {
  return {
    id: instrumentId(0),
    venue: VENUE.id,
    name: "paper:BTC/USDT",
    symbol: "BTC/USDT",
    base: "BTC",
    quote: "USDT",
    assetClass: "spot",
    contract: null,
    priceRule: { scale: 2, ticks: [{ fromQuanta: 1, stepQuanta: 1 }] },
    qtyRule: { scale: 4, stepQuanta: 10, minQuanta: 20, maxQuanta: 5_000_000 },
    minNotional: "10",
    sessionEndUs: null,
    status: "open",
    capabilities: null,
    ...changes,
  };
}
