/**
 * What every simulation of the whole daemon shares: its configuration, its Workers, its places.
 * @module
 */
import { createTimeline } from "../../core/mod.ts";
import type { Draft } from "../../core/event.ts";
import { PAPER_CAPABILITIES } from "../../core/simulator/mod.ts";
import {
  type Configuration,
  declareVenues,
  PAPER_ADAPTER,
  parseConfiguration,
} from "../../config/mod.ts";
import type { DaemonOptions, End } from "../../daemon/mod.ts";
import { runFeed } from "../../edge/feeds/feed.ts";
import { runJournalWorker } from "../../edge/journal/mod.ts";
import { runFollower } from "../../edge/journal/follower.ts";
import type { WorkerEntry } from "../../edge/ports.ts";
import { runVenue } from "../../edge/venues/host.ts";
import type { AdapterDescription, AdapterFactory } from "../../edge/venue.ts";
import type { VenueInit, VenueReportMessage } from "../../edge/venues/messages.ts";
import { writeReport } from "../../wire/encode_report.ts";
import { testVenue } from "../venue/adapter.ts";
import { TEST_ADAPTER, TEST_DESCRIPTION, testVenueConfiguration } from "../venue/capabilities.ts";
import type { SimEntry, SimProcess } from "./process.ts";

export const STATE = "state";
export const VENUE_PORT = 9000;
export const WIRE_PORT = 7411;

const CONFIGURATION = simulationConfiguration();

/**
 * Returns the configuration of a simulation, with further lines of YAML at its top; `pacing`: of the
 * test exchange, as it is written there.
 */
export function simulationConfiguration(more = "", { pacing = "null" } = {}): Configuration {
  const venue = testVenueConfiguration(VENUE_PORT, { replace: "cancel_new" }, pacing);
  const text = `${more}\n${venue}${paperVenue()}`;
  return parseConfiguration({ file: "simulation", directory: ".", text }, {
    adapters: new Map([[TEST_ADAPTER, TEST_DESCRIPTION]]),
    captureFormats: [],
    fileExists: () => false,
  });
}

function paperVenue(): string {
  return `
  - name: paper
    exchange: test
    adapter: paper
    limits: { check_funds: false }
    feed: { kind: client }
    simulation: { order_latency_us: 3000, report_latency_us: 3000 }
    balances: [{ currency: USD, total: "1000000" }]
    instruments:
      - symbol: PPR/USD
        base: PPR
        quote: USD
        price: { quantum: "1" }
        quantity: { quantum: "1" }
        limits: { price_collar_ppm: null }
`;
}

/** What a test may have otherwise. */
export type DaemonChanges = Partial<
  Pick<DaemonOptions, "configuration" | "adoptAccounts" | "acceptLoss" | "resumeTrading">
>;

/** Returns a daemon's options: the test exchange and a paper venue. */
export function daemonOptions(
  process: SimProcess,
  onEnd: (end: End) => void,
  changes: DaemonChanges = {},
): DaemonOptions {
  const { configuration = CONFIGURATION, adoptAccounts = [] } = changes;
  const { resumeTrading = false, acceptLoss = false } = changes;
  const adapters = new Map<string, Pick<AdapterDescription, "capabilities">>([
    [PAPER_ADAPTER, { capabilities: () => PAPER_CAPABILITIES }],
    [TEST_ADAPTER, TEST_DESCRIPTION],
  ]);
  return {
    ports: process.ports,
    configuration,
    stateDirectory: STATE,
    resumeTrading,
    adoptAccounts,
    acceptLoss,
    venues: declareVenues(configuration, adapters),
    onListening: () => {},
    onEnd,
  };
}

/** Returns the entry `venue`, with this adapter of the test exchange. */
export function venueEntry(adapter: AdapterFactory): SimEntry {
  return (scope, ports, init) => {
    const adapters = new Map([
      [TEST_ADAPTER, { description: TEST_DESCRIPTION, load: () => adapter }],
    ]);
    const secrets = { read: () => ({ ok: false, reason: "must be given" } as const) };
    runVenue(scope, ports, { init: init as VenueInit, adapters, secrets });
  };
}

/**
 * Returns the entry `venue` with the test exchange's adapter, whose reports change on their way from
 * the Worker to the daemon: behind the check of what an adapter may say, as a fault of ours would be.
 */
export function corruptedVenueEntry(change: (draft: Draft) => Draft): SimEntry {
  return (scope, ports, init) => {
    const post = (message: unknown): void => {
      const said = message as VenueReportMessage;
      scope.post(said.kind === "drafts" ? { ...said, drafts: said.drafts.map(change) } : said);
    };
    const through = {
      post,
      onMessage: (handler: (message: unknown) => void) => scope.onMessage(handler),
    };
    venueEntry(testVenue)(through, ports, init);
  };
}

/** The product's Worker entries, and the test exchange's adapter. */
export const ENTRIES: ReadonlyMap<WorkerEntry, SimEntry> = new Map<WorkerEntry, SimEntry>([
  ["journal", (scope, ports, init) => runJournalWorker(scope, ports, init)],
  [
    "follower",
    (scope, ports, init) =>
      runFollower(scope, ports, { init, machine: { createTimeline, writeReport } }),
  ],
  ["feed", (scope, ports, init) => runFeed(scope, ports, init as Parameters<typeof runFeed>[2])],
  ["venue", venueEntry(testVenue)],
]);
