/**
 * What the test exchange can do.
 * @module
 */
import type { Capabilities } from "../../core/instrument.ts";

/** Client order ids are unique for ever; a look-up after 1.5 s proves that it never had an order. */
export const TEST_CAPABILITIES: Capabilities = {
  ordTypes: ["Limit"],
  timeInForce: ["GTC", "IOC"],
  postOnly: false,
  reduceOnly: false,
  replace: "none",
  clientOrderId: "unique",
  lookupByClientOrderId: true,
  cancelAll: true,
  batchMax: 1,
  deadMan: false,
  orderStream: true,
  fillsReplay: true,
  book: "none",
  trades: false,
  queueSignals: false,
  assetClass: "spot",
  fillsProvisional: false,
  tradingModes: ["live", "paper"],
  params: [],
  absenceProofMs: 1500,
};

/** Name of the adapter in a configuration. */
export const TEST_ADAPTER = "test";

/**
 * A configuration whose one venue is the test exchange at `port`. `campaignDirectory` switches on
 * strikes and the check that what is sent was written.
 */
export function testVenueConfiguration(port: number, campaignDirectory?: string): string {
  const options = campaignDirectory === undefined
    ? `{ port: ${port} }`
    : `{ port: ${port}, campaign_directory: ${JSON.stringify(campaignDirectory)} }`;
  return `
mode: paper
wire: { intents_per_second: 100000, burst: 100000, heartbeat_ms: 500 }
engine: { lookup_retry_ms: 100 }
journal: { segment_bytes: 1048576, checkpoint_events: 2000, index: false }
exchanges: [{ name: test, self_match: allow }]
venues:
  - name: x
    exchange: test
    adapter: ${TEST_ADAPTER}
    options: ${options}
    limits: { check_funds: false, tripwire: { reports: 1 } }
    balances: [{ currency: USD, total: "0" }]
    instruments:
      - symbol: TST/USD
        base: TST
        quote: USD
        price: { quantum: "1" }
        quantity: { quantum: "1" }
        limits: { price_collar_ppm: null }
`;
}
