/**
 * What the simulated venue can do.
 * @module
 */
import type { Capabilities } from "../instrument.ts";

/**
 * Capabilities of the simulated venue.
 *
 * `absenceProofMs` is 0: requests reach it in order, so a look-up that does not find an order
 * proves that no earlier request made it. `reduceOnly` is enforced before the venue is reached.
 */
export const PAPER_CAPABILITIES: Capabilities = {
  ordTypes: ["Limit", "Market"],
  timeInForce: ["GTC", "IOC", "FOK", "GTD", "DAY"],
  postOnly: true,
  reduceOnly: true,
  replace: "native",
  clientOrderId: "unique",
  lookupByClientOrderId: true,
  cancelAll: false,
  batchMax: 1,
  deadMan: false,
  orderStream: true,
  fillsReplay: true,
  book: "depth",
  trades: true,
  queueSignals: false,
  assetClass: "spot",
  fillsProvisional: false,
  tradingModes: ["paper", "backtest", "replay"],
  params: [],
  absenceProofMs: 0,
};
