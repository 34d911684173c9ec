/**
 * The instrument of the byte vectors: price quantum 0.01, quantity quantum 0.0001.
 * @module
 */
import type { Instrument } from "../../core/instrument.ts";
import { spotInstrument } from "./spot_instrument.ts";

export const PAPER_BTC: Instrument = spotInstrument({
  priceRule: { scale: 2, ticks: [{ fromQuanta: 0, stepQuanta: 1 }] },
  qtyRule: { scale: 4, stepQuanta: 1, minQuanta: 1, maxQuanta: null },
  minNotional: "5",
});
