/**
 * The instrument of the byte vectors: price quantum 0.01, quantity quantum 0.0001.
 * @module
 */
import type { Instrument } from "../../core/instrument.ts";
import { instrumentId, venueId } from "../../core/numbers.ts";

export const PAPER_BTC: Instrument = {
  id: instrumentId(0),
  venue: venueId(0),
  name: "paper:BTC/USDT",
  symbol: "BTC/USDT",
  base: "BTC",
  quote: "USDT",
  assetClass: "spot",
  priceRule: { scale: 2, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
  qtyRule: { scale: 4, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
  minNotional: "5",
  sessionEndUs: null,
  status: "open",
  capabilities: null,
};
