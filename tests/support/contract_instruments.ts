/**
 * A linear and an inverse instrument for tests, as the examples of the ledger's page have them.
 * @module
 */
import type { Instrument } from "../../core/instrument.ts";
import { instrumentId } from "../../core/numbers.ts";
import { spotInstrument } from "./spot_instrument.ts";

const WHOLE = { scale: 0, stepQuanta: 1, minQuanta: 1, maxQuanta: null };
const TENTHS = { scale: 1, ticks: [{ fromQuanta: 1, stepQuanta: 1 }] };

/** Returns a contract of 0.001 BTC, settled in USDT. */
export function linearInstrument(changes: Partial<Instrument> = {}): Instrument {
  return spotInstrument({
    id: instrumentId(2),
    name: "paper:BTC-USDT-PERP",
    symbol: "BTC-USDT-PERP",
    assetClass: "linear",
    contract: { kind: "linear", multiplier: "0.001", settlement: "USDT" },
    priceRule: TENTHS,
    qtyRule: WHOLE,
    minNotional: null,
    ...changes,
  });
}

/** Returns a contract of 100 USD, settled in BTC. */
export function inverseInstrument(changes: Partial<Instrument> = {}): Instrument {
  return spotInstrument({
    id: instrumentId(3),
    name: "paper:BTC-USD-PERP",
    symbol: "BTC-USD-PERP",
    quote: "USD",
    assetClass: "inverse",
    contract: { kind: "inverse", multiplier: "100", settlement: "BTC" },
    priceRule: TENTHS,
    qtyRule: WHOLE,
    minNotional: null,
    ...changes,
  });
}
