/**
 * One seed: the whole daemon in a simulated world, killed, cut off from power, restarted, healed.
 *
 * Checked after every step: nothing reaches the venue that the disk does not hold; nothing is sent
 * twice, nor a version of an order while another is there; no report is lost, renumbered or changed.
 * Checked at the end, after healing: every intent is answered and every order over, the daemon's
 * ledger equals the venue's, clients were told what each order filled, and a replay of the journal
 * from nothing gives the live digest.
 * @module
 */
import { createTimeline } from "../../core/mod.ts";
import { type Daemon, type End, startDaemon } from "../../daemon/mod.ts";
import { recover, replayInto } from "../../edge/journal/mod.ts";
import { NO_POISON } from "../../edge/poison.ts";
import type { Log } from "../../edge/ports.ts";
import { writeReport } from "../../wire/encode_report.ts";
import { Draws } from "../support/draws.ts";
import { MemoryDisk } from "../support/memory_disk.ts";
import { MemorySockets } from "../support/memory_sockets.ts";
import { VirtualTime } from "../support/virtual_time.ts";
import { SimProcess } from "./process.ts";
import { daemonOptions, ENTRIES, STATE, VENUE_PORT, WIRE_PORT } from "./setup.ts";
import { TraderActor } from "./trader_actor.ts";
import { VenueActor } from "./venue_actor.ts";
import { WrittenRequests } from "./written.ts";

/** Virtual time of trouble, and at most so much more to become well. */
const TROUBLE_US = 800_000;
const HEALING_US = 30_000_000;
const STEPS_MAX = 2_000_000;

/** What happened in a seed. */
export type SeedResult = {
  readonly crashes: number;
  readonly powerCuts: number;
  readonly reports: number;
  readonly trades: number;
  /** Replaces that were done, and new versions that the exchange was sent for them. */
  readonly replaced: number;
  readonly placedAnew: number;
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
  readonly #written = new WrittenRequests(this.#disk);
  #process: SimProcess | undefined;
  #daemon: Daemon | undefined;
  #end: End | undefined;
  #crashes = 0;
  #powerCuts = 0;
  #isCalm = false;
  /** Why the adapter ended, if it did: it has no reason to. */
  #diedOf: string | undefined;

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
      onPlace: (clientId) => {
        this.#assertWritten(clientId);
        this.#assertAlone(clientId);
      },
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
        if (event === "venue_adapter_died") this.#diedOf = text(fields);
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
      const onEnd = (end: End): void => {
        this.#end = end;
      };
      this.#daemon = startDaemon(daemonOptions(process, onEnd));
    });
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
    const fault = this.#process?.fault ?? this.#process?.workerFaults[0];
    if (fault !== undefined) {
      this.#fail(`the daemon threw: ${fault instanceof Error ? fault.stack : String(fault)}`);
    }
    if (this.#diedOf !== undefined) this.#fail(`the adapter died: ${this.#diedOf}`);
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
    const settled = (): boolean =>
      this.#venue.isReconciled && this.#traders.every(({ isSettled }) => isSettled);
    this.#stepUntil(deadlineUs, settled);
    this.#stepUntil(this.#time.monotonicUs() + 20_000); // what was said last arrives
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
    replayInto(recovery, { timeline, writeReport }, NO_POISON);
    this.#compareLedgers(timeline.view.positions("account"));
    this.#compareOrders();
    this.#compareCounters(timeline.view.counters());
    const reports = this.#traders.flatMap((trader) => [...trader.reports.values()]);
    const { orders, trades } = this.#venue.exchange;
    return {
      crashes: this.#crashes,
      powerCuts: this.#powerCuts,
      reports: reports.length,
      replaced: reports.filter((report) => report["exec_type"] === "Replaced").length,
      placedAnew: [...orders.keys()].filter((clientId) => !clientId.endsWith("-1")).length,
      trades: trades.length,
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
    const { position, trades, orders } = this.#venue.exchange;
    for (const { clientId, state } of orders.values()) {
      if (state === "open") this.#fail(`${clientId} rests at the venue and nobody knows`);
    }
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

  /** What an order has filled, all its versions together, is what its client was told. */
  #compareOrders(): void {
    const filled = new Map<string, number>();
    for (const { clientId, filled: qty } of this.#venue.exchange.orders.values()) {
      const [, order = ""] = clientId.split("-");
      filled.set(order, (filled.get(order) ?? 0) + qty);
    }
    for (const [order, last] of this.#traders.flatMap(({ lasts }) => [...lasts])) {
      if (last["instrument"] !== "x:TST/USD") continue;
      const { cum_qty: told, order_qty: asked } = last;
      const qty = filled.get(order) ?? 0;
      if (told !== String(qty)) {
        this.#fail(`order ${order} filled ${qty}, its client heard ${told}`);
      }
      if (qty > Number(asked)) this.#fail(`order ${order} filled ${qty} of ${asked}`);
    }
  }

  /** The venue's account was the ledger's at every reconciliation. */
  #compareCounters(counters: Readonly<Record<string, number>>): void {
    if (counters["account_mismatches"] !== 0) this.#fail("the accounts differed");
    if (counters["reconciliations"] === 0) this.#fail("the account was never reconciled");
  }

  /** R-EXEC-2. */
  #assertWritten(clientId: string): void {
    if (this.#written.has(clientId)) return;
    this.#fail(`order ${clientId} reached the venue before it was durable`);
  }

  /** Two versions of one order are never at the venue at once. */
  #assertAlone(clientId: string): void {
    const versions = clientId.slice(0, clientId.lastIndexOf("-") + 1);
    for (const { clientId: other, state } of this.#venue.exchange.orders.values()) {
      if (state !== "open" || other === clientId || !other.startsWith(versions)) continue;
      this.#fail(`order ${clientId} reached the venue while ${other} was open`);
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
