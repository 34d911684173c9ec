/**
 * What the test exchange can do.
 * @module
 */
import type { Capabilities } from "../../core/instrument.ts";
import type { AdapterDescription } from "../../edge/venue.ts";

/** Client order ids are unique for ever; a look-up after 1.5 s proves that it never had an order. */
const TEST_CAPABILITIES: Capabilities = {
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
  tradingModes: ["live", "dry_run"],
  params: [],
  absenceProofMs: 1500,
};

/**
 * What the configuration and the core are told of it. With the option `replace: cancel_new` an order
 * is replaced by cancelling it and placing it anew, which asks nothing new of the exchange.
 */
export const TEST_DESCRIPTION: AdapterDescription = {
  capabilities: ({ replace }) =>
    replace === "cancel_new" ? { ...TEST_CAPABILITIES, replace } : TEST_CAPABILITIES,
  problems: ({ port }) =>
    Number.isSafeInteger(port)
      ? []
      : [{ path: "port", problem: `must be a port: was ${JSON.stringify(port)}` }],
  deadManMinMs: () => 0,
  credentials: () => [],
};

/** Name of the adapter in a configuration. */
export const TEST_ADAPTER = "test";

/** What may differ between tests. */
export type TestVenueOptions = {
  /** Absent: it cannot replace. */
  readonly replace?: "cancel_new";
  /** Switches on strikes and the check that what is sent was written. */
  readonly campaign_directory?: string;
};

/** A configuration whose one venue is the test exchange at `port`; `pacing` as it is written there. */
export function testVenueConfiguration(
  port: number,
  more: TestVenueOptions = {},
  pacing = "null",
): string {
  return `
mode: live
wire: { intents_per_second: 100000, burst: 100000, heartbeat_ms: 500 }
engine: { lookup_retry_ms: 100 }
journal: { segment_bytes: 1048576, checkpoint_events: 2000, index: false }
exchanges: [{ name: test, self_match: allow }]
venues:
  - name: x
    exchange: test
    adapter: ${TEST_ADAPTER}
    options: ${JSON.stringify({ port, ...more })}
    breaker: { failures: 20, cool_ms: 200 }
    reconcile_ms: 500
    pacing: ${pacing}
    limits: { check_funds: false, tripwire: { reports: 1 } }
    instruments:
      - symbol: TST/USD
        base: TST
        quote: USD
        price: { quantum: "1" }
        quantity: { quantum: "1" }
        limits: { price_collar_ppm: null }
`;
}
