/**
 * One seed: the whole daemon in a simulated world, killed, cut off from power, restarted, healed.
 *
 * Checked after every step: nothing reaches the venue that the disk does not hold; nothing is sent
 * twice; no report is lost, renumbered or changed. Checked at the end, after healing: every intent
 * is answered and every order over, the daemon's ledger equals the venue's, and a replay of the
 * journal from nothing gives the live digest.
 * @module
 */
import { createTimeline } from "../../core/mod.ts";
import { PAPER_CAPABILITIES } from "../../core/simulator/mod.ts";
import { declareVenues, PAPER_ADAPTER, parseConfiguration } from "../../config/mod.ts";
import { type Daemon, type DaemonOptions, type End, startDaemon } from "../../daemon.ts";
import { runFeed } from "../../edge/feeds/feed.ts";
import { recover, replayInto, runJournalWorker } from "../../edge/journal/mod.ts";
import { runFollower } from "../../edge/journal/follower.ts";
import type { Log, WorkerEntry } from "../../edge/ports.ts";
import { runVenue } from "../../edge/venues/host.ts";
import type { VenueInit } from "../../edge/venues/link.ts";
import { encodeReport } from "../../wire/encode_report.ts";
import { Draws } from "../support/draws.ts";
import { MemoryDisk } from "../support/memory_disk.ts";
import { MemorySockets } from "../support/memory_sockets.ts";
import { VirtualTime } from "../support/virtual_time.ts";
import { testVenue } from "../venue/adapter.ts";
import { TEST_ADAPTER, TEST_CAPABILITIES, testVenueConfiguration } from "../venue/capabilities.ts";
import { SimProcess } from "./process.ts";
import { type SimEntry } from "./process.ts";
import { TraderActor } from "./trader_actor.ts";
import { VenueActor } from "./venue_actor.ts";

const STATE = "state";
const VENUE_PORT = 9000;
const WIRE_PORT = 7411;
/** Virtual time of trouble, and at most so much more to become well. */
const TROUBLE_US = 800_000;
const HEALING_US = 30_000_000;
const STEPS_MAX = 2_000_000;

const CONFIGURATION = parseConfiguration(
  {
    file: "simulation",
    directory: ".",
    text: testVenueConfiguration(VENUE_PORT) + paperVenue(),
  },
  { adapters: [TEST_ADAPTER], captureFormats: [], fileExists: () => false },
);

function paperVenue(): string {
  return `
  - name: paper
    exchange: paper
    adapter: paper
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

/** What happened in a seed. */
export type SeedResult = {
  readonly crashes: number;
  readonly powerCuts: number;
  readonly reports: number;
  readonly trades: number;
  readonly events: number;
};

/** A guarantee was broken; the message names the seed. */
export class SeedFailure extends Error {
  override readonly name = "SeedFailure";
}

/** Runs a seed. @throws {SeedFailure} */
export function runSeed(seed: number): SeedResult {
  return new SimulatedRun(seed).run();
}

class SimulatedRun {
  readonly #seed: number;
  readonly #draws: Draws;
  readonly #time: VirtualTime;
  readonly #disk = new MemoryDisk();
  readonly #sockets: MemorySockets;
  readonly #venue: VenueActor;
  readonly #traders: readonly TraderActor[];
  readonly #lines: string[] = [];
  /** Client order ids that the disk holds, and how far each segment was read for them. */
  readonly #written = new Set<string>();
  readonly #readTo = new Map<string, number>();
  #process: SimProcess | undefined;
  #daemon: Daemon | undefined;
  #end: End | undefined;
  #crashes = 0;
  #powerCuts = 0;
  #isCalm = false;

  constructor(seed: number) {
    this.#seed = seed;
    this.#draws = new Draws(seed);
    this.#time = new VirtualTime();
    const chunks = this.#draws.fork("chunks");
    this.#sockets = new MemorySockets({
      timers: this.#time,
      chunking: (waiting) => chunks.chance(80) ? waiting : 1 + chunks.below(waiting),
    });
    this.#venue = new VenueActor({
      sockets: this.#sockets,
      timers: this.#time,
      draws: this.#draws.fork("venue"),
      port: VENUE_PORT,
      onPlace: (clientId) => this.#assertWritten(clientId),
    });
    this.#traders = ["alice", "bob"].map((clientId) => this.#trader(clientId));
  }

  run(): SeedResult {
    this.#start();
    this.#trouble();
    this.#heal();
    return this.#judge();
  }

  #trader(clientId: string): TraderActor {
    return new TraderActor({
      sockets: this.#sockets,
      timers: this.#time,
      nowUs: () => this.#time.wallUs(),
      draws: this.#draws.fork(clientId),
      port: WIRE_PORT,
      clientId,
      token: () => this.#token(),
      instruments: ["x:TST/USD", "paper:PPR/USD"],
      fail: (problem) => this.#fail(problem),
    });
  }

  #token(): string | undefined {
    const path = `${STATE}/token`;
    return this.#disk.exists(path) ? new TextDecoder().decode(this.#disk.read(path)) : undefined;
  }

  #log(): Log {
    return {
      write: (level, event, fields) => {
        if (level === "debug" || level === "info") return;
        this.#lines.push(`${this.#time.monotonicUs()} ${level} ${event} ${text(fields)}`);
        if (this.#lines.length > 200) this.#lines.shift();
      },
    };
  }

  #start(): void {
    const process = new SimProcess(
      {
        clock: this.#time,
        timers: this.#time,
        sockets: this.#sockets,
        disk: this.#disk,
        log: this.#log(),
      },
      { draws: this.#draws.fork(`process ${this.#crashes}`), entries: ENTRIES },
    );
    this.#process = process;
    this.#end = undefined;
    process.run(() => {
      this.#daemon = startDaemon(this.#daemonOptions(process));
    });
  }

  #daemonOptions(process: SimProcess): DaemonOptions {
    const capabilities = new Map([
      [PAPER_ADAPTER, PAPER_CAPABILITIES],
      [TEST_ADAPTER, TEST_CAPABILITIES],
    ]);
    return {
      ports: process.ports,
      configuration: CONFIGURATION,
      stateDirectory: STATE,
      resumeTrading: false,
      venues: declareVenues(CONFIGURATION, capabilities),
      onListening: () => {},
      onEnd: (end) => {
        this.#end = end;
      },
    };
  }

  /** Steps until `untilUs`, or until `holds`. */
  #stepUntil(untilUs: number, holds: () => boolean = () => false): void {
    for (let steps = 0; this.#time.monotonicUs() < untilUs && !holds(); steps++) {
      if (steps > STEPS_MAX) this.#fail("the daemon is busy for ever");
      if (!this.#time.step()) this.#fail("nothing is left to do");
      this.#check();
    }
  }

  #check(): void {
    const { duplicates } = this.#venue.exchange;
    if (duplicates > 0) this.#fail("an order was sent twice");
    const fault = this.#process?.fault;
    if (fault !== undefined) {
      this.#fail(`the daemon threw: ${fault instanceof Error ? fault.stack : String(fault)}`);
    }
    if (this.#end !== undefined && this.#isCalm) this.#fail(`it ended: ${text(this.#end)}`);
  }

  #trouble(): void {
    const crashes = 1 + this.#draws.below(4);
    for (let crash = 0; crash < crashes; crash++) {
      this.#stepUntil(this.#time.monotonicUs() + this.#draws.below(TROUBLE_US / crashes));
      for (let step = this.#draws.below(40); step > 0; step--) {
        this.#time.step();
        this.#check();
      }
      this.#crash();
      this.#stepUntil(this.#time.monotonicUs() + this.#draws.below(80_000));
      this.#start();
    }
    this.#stepUntil(this.#time.monotonicUs() + 60_000);
  }

  /** kill -9 with the page cache kept, or a power cut that keeps, tears or loses what was unsynced. */
  #crash(): void {
    this.#crashes++;
    this.#process?.kill();
    const kind = this.#draws.below(4);
    if (kind === 0) return this.#disk.crash("all");
    this.#powerCuts++;
    if (kind === 1) return this.#disk.crash("none");
    const draws = this.#draws.fork("sectors");
    const percent = draws.below(101);
    this.#disk.crash(() => draws.chance(percent));
  }

  #heal(): void {
    this.#isCalm = true;
    this.#venue.isCalm = true;
    const deadlineUs = this.#time.monotonicUs() + HEALING_US;
    this.#stepUntil(this.#time.monotonicUs() + 100_000);
    for (const trader of this.#traders) trader.settle();
    const settled = (): boolean => this.#traders.every(({ isSettled }) => isSettled);
    this.#stepUntil(deadlineUs, settled);
    if (settled()) return;
    this.#fail(`not settled: ${this.#traders.map(({ summary }) => summary).join("; ")}`);
  }

  #judge(): SeedResult {
    this.#stopDaemon();
    const disk = this.#disk;
    const recovery = recover({
      disk,
      randomness: { bytes: (length) => new Uint8Array(length) },
      log: this.#log(),
      stateDirectory: STATE,
      engineVersion: undefined,
      from: "zero",
    });
    const timeline = createTimeline();
    replayInto(recovery, { timeline, encodeReport }, new Set());
    this.#compareLedgers(timeline.view.positions("account"));
    return {
      crashes: this.#crashes,
      powerCuts: this.#powerCuts,
      reports: this.#traders.reduce((sum, { reports }) => sum + reports.size, 0),
      trades: this.#venue.exchange.trades.length,
      events: timeline.seqId,
    };
  }

  #stopDaemon(): void {
    this.#isCalm = false;
    this.#process?.run(() => this.#daemon?.stop("the seed is over"));
    this.#stepUntil(this.#time.monotonicUs() + 10_000_000, () => this.#end !== undefined);
    if (this.#end?.code !== 0) this.#fail(`it did not stop in order: ${text(this.#end)}`);
    this.#process?.kill();
    this.#disk.crash("all");
  }

  #compareLedgers(
    positions: readonly { readonly instrument: number; readonly qty: string }[],
  ): void {
    const own = positions.find(({ instrument }) => instrument === 0)?.qty ?? "0";
    const { position, trades } = this.#venue.exchange;
    if (own !== String(position)) {
      this.#fail(`the position must be the venue's ${position}: was ${own}`);
    }
    const reported = new Set<unknown>();
    for (const trader of this.#traders) {
      for (const report of trader.reports.values()) {
        if (report["exec_type"] !== "Trade" || report["instrument"] !== "x:TST/USD") continue;
        if (reported.has(report["exec_id"])) this.#fail(`${report["exec_id"]} was reported twice`);
        reported.add(report["exec_id"]);
      }
    }
    if (reported.size !== trades.length) {
      this.#fail(`${trades.length} trades must be reported: was ${reported.size}`);
    }
  }

  /** R-EXEC-2: the request's cause is on the disk, not only in its cache. */
  #assertWritten(clientId: string): void {
    if (!this.#written.has(clientId)) this.#readDurable();
    if (this.#written.has(clientId)) return;
    this.#fail(`order ${clientId} reached the venue before it was durable`);
  }

  /** Reads on in the segments, as far as a power cut now would leave them. */
  #readDurable(): void {
    for (const name of this.#disk.list(`${STATE}/journal`)) {
      const bytes = this.#disk.durable(`${STATE}/journal/${name}`);
      const from = this.#readTo.get(name) ?? 0;
      const end = bytes.indexOf(0, from);
      const text = new TextDecoder().decode(bytes.subarray(from, end < 0 ? bytes.length : end));
      for (const [, clOrdId = ""] of text.matchAll(/"cl_ord_id":"([^"]+)"/g)) {
        this.#written.add(clOrdId);
      }
      this.#readTo.set(name, from + text.lastIndexOf("\n") + 1); // journal lines are ASCII here
    }
  }

  #fail(problem: string): never {
    const log = this.#lines.slice(-25).join("\n");
    throw new SeedFailure(`seed ${this.#seed}: ${problem}\n${log}`);
  }
}

function text(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

/** The product's Worker entries, and the test exchange's adapter. */
const ENTRIES: ReadonlyMap<WorkerEntry, SimEntry> = new Map<WorkerEntry, SimEntry>([
  ["journal", (scope, ports, init) => runJournalWorker(scope, ports, init)],
  [
    "follower",
    (scope, ports, init) =>
      runFollower(scope, ports, { init, machine: { createTimeline, encodeReport } }),
  ],
  ["feed", (scope, ports, init) => runFeed(scope, ports, init as Parameters<typeof runFeed>[2])],
  [
    "venue",
    (scope, ports, init) => {
      const adapters = new Map([[TEST_ADAPTER, testVenue]]);
      runVenue(scope, ports, { init: init as VenueInit, adapters });
    },
  ],
]);
