/**
 * One simulated machine that a test leads by hand: the whole daemon, a calm test exchange, clients.
 *
 * Unlike a seed nothing happens by chance; the few draws (delays between threads, the journal's
 * id) come from a fixed seed, so that a test takes the same path each time.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import type { Disk, Log, LogLevel, Socket, WorkerEntry } from "../../edge/ports.ts";
import { type Daemon, type End, startDaemon } from "../../daemon/mod.ts";
import { Engine } from "../../core/engine/engine.ts";
import type { EventType } from "../../core/event.ts";
import { createTimeline } from "../../core/mod.ts";
import type { Timeline } from "../../core/timeline.ts";
import { recover, replayInto } from "../../edge/journal/mod.ts";
import { NO_POISON } from "../../edge/poison.ts";
import { writeReport } from "../../wire/encode_report.ts";
import { Draws } from "../support/draws.ts";
import { MemoryDisk } from "../support/memory_disk.ts";
import { MemorySockets } from "../support/memory_sockets.ts";
import { VirtualTime } from "../support/virtual_time.ts";
import { WireClient } from "../support/wire_client.ts";
import { type SimEntry, SimProcess } from "./process.ts";
import {
  type DaemonChanges,
  daemonOptions,
  ENTRIES,
  STATE,
  VENUE_PORT,
  WIRE_PORT,
} from "./setup.ts";
import { VenueActor } from "./venue_actor.ts";
import { WrittenRequests } from "./written.ts";

const BEAT_US = 300_000;
const WAIT_US = 20_000_000;

export type Line = {
  readonly level: LogLevel;
  readonly event: string;
  readonly fields: Readonly<Record<string, unknown>>;
};

/** A daemon that was started. */
export type Run = {
  readonly process: SimProcess;
  /** undefined: it could not be started. */
  readonly daemon: Daemon | undefined;
  /** Why it could not be started. */
  readonly refusal: unknown;
  readonly ends: readonly End[];
};

export class Machine {
  readonly time: VirtualTime;
  readonly disk = new MemoryDisk();
  readonly lines: Line[] = [];
  /** What its service manager was told. */
  readonly told: string[] = [];
  /** How long the service manager waits for a sign of life; undefined: it does not watch. */
  watchdogUs: number | undefined;
  readonly #written = new WrittenRequests(this.disk);
  /** Client order ids that reached the exchange, and whether they were on the disk by then. */
  readonly placed: { readonly clientId: string; readonly isWritten: boolean }[] = [];
  readonly venue: VenueActor;
  readonly #sockets: MemorySockets;
  readonly #draws: Draws;
  readonly #wirePort: number;

  /** `beside`: a machine in whose world this one stands, with a disk and a journal of its own. */
  constructor(beside?: Machine) {
    if (beside === undefined) {
      this.time = new VirtualTime();
      this.#sockets = new MemorySockets({ timers: this.time });
      this.#draws = new Draws(20_261_120);
      this.#wirePort = WIRE_PORT;
      this.venue = this.#openVenue();
    } else {
      this.time = beside.time;
      this.#sockets = beside.#sockets;
      this.#draws = beside.#draws.fork("beside");
      this.#wirePort = beside.#wirePort + 1;
      this.venue = beside.venue;
    }
  }

  #openVenue(): VenueActor {
    const venue = new VenueActor({
      sockets: this.#sockets,
      timers: this.time,
      draws: this.#draws.fork("venue"),
      port: VENUE_PORT,
      onPlace: (clientId) => {
        this.placed.push({ clientId, isWritten: this.#written.has(clientId) });
      },
    });
    venue.isCalm = true;
    return venue;
  }

  /** Starts a daemon; `entries` take the place of the product's Workers. */
  start(
    entries: readonly (readonly [WorkerEntry, SimEntry])[] = [],
    changes: DaemonChanges = {},
  ): Run {
    const world = {
      clock: this.time,
      timers: this.time,
      sockets: this.#sockets,
      disk: this.disk as Disk,
      log: this.#log(),
      serviceManager: {
        tell: (state: string) => void this.told.push(state),
        watchdogUs: this.watchdogUs,
      },
    };
    const process = new SimProcess(world, {
      draws: this.#draws.fork("process"),
      entries: new Map([...ENTRIES, ...entries]),
    });
    const ends: End[] = [];
    try {
      const options = daemonOptions(process, (end) => ends.push(end), changes);
      const wire = { ...options.configuration.wire, port: this.#wirePort };
      const configuration = { ...options.configuration, wire };
      const daemon = startDaemon({ ...options, configuration });
      return { process, daemon, refusal: undefined, ends };
    } catch (refusal) {
      process.kill();
      return { process, daemon: undefined, refusal, ends };
    }
  }

  /** Ends a process as kill -9 does; the page cache stays. */
  kill({ process }: Run): void {
    process.kill();
    this.disk.crash("all");
  }

  /** Lets virtual time pass. */
  pass(us: number): void {
    const untilUs = this.time.monotonicUs() + us;
    while (this.time.monotonicUs() < untilUs) this.time.step();
  }

  /** Lets virtual time pass until something holds. @throws {Error} If it does not. */
  until(holds: () => boolean, what: string): void {
    const untilUs = this.time.monotonicUs() + WAIT_US;
    while (!holds()) {
      if (this.time.monotonicUs() < untilUs && this.time.step()) continue;
      const log = this.lines.slice(-12).map((line) => JSON.stringify(line)).join("\n");
      throw new Error(`Cannot go on: it must come to ${what}: was\n${log}`);
    }
  }

  /** Connects, says HELLO, and waits for the answer. */
  client(clientId: string, hello: Readonly<Record<string, unknown>> = {}): WireClient {
    const token = new TextDecoder().decode(this.disk.read(`${STATE}/token`));
    const client = new WireClient(
      this.#sockets.connect({ hostname: "127.0.0.1", port: this.#wirePort }),
    );
    client.send({
      type: "HELLO",
      wire: [1],
      client_id: clientId,
      token,
      cancel_on_disconnect: false,
      ...hello,
    });
    this.#beat(client);
    this.until(
      () => client.received.length > 0 || client.closedBecause !== undefined,
      "an answer to HELLO",
    );
    return client;
  }

  /** Opens a connection to a port of the machine without a word. */
  connect(port: number): Socket {
    return this.#sockets.connect({ hostname: "127.0.0.1", port });
  }

  /** Waits until the daemon takes connections and its venue is up. */
  ready(run: Run): void {
    const isUp = (client: WireClient): boolean => {
      const venues = client.all("HELLO_ACK")[0]?.["venues"];
      return JSON.stringify(venues ?? []).includes('"venue":"x","exchange":"test","status":"up"');
    };
    this.until(() => this.lines.some(({ event }) => event === "listening"), "listening");
    for (let tries = 0; tries < 50 && run.ends.length === 0; tries++) {
      const probe = this.client("probe");
      probe.socket.destroy();
      this.pass(50_000);
      if (isUp(probe)) return;
    }
    throw new Error("Cannot go on: the venue must come up");
  }

  /** Lines of one event, or of the engine's alarm with this code, since the last start or not. */
  said(event: string): readonly Line[] {
    return this.lines.filter((line) => line.event === event || line.fields["code"] === event);
  }

  /** Replays the journal from nothing, the events of `passedOver` left out. */
  replay(passedOver: ReadonlySet<number> = new Set()): Timeline {
    const recovery = recover({
      disk: this.disk.clone(),
      randomness: { bytes: (length) => new Uint8Array(length) },
      log: { write: () => {} },
      stateDirectory: STATE,
      engineVersion: undefined,
      from: "zero",
    });
    const timeline = createTimeline();
    replayInto(recovery, { timeline, writeReport }, { ...NO_POISON, passedOver });
    return timeline;
  }

  /** Kinds of the events that the journal holds, in order. */
  eventTypes(): readonly string[] {
    return this.disk.list(`${STATE}/journal`).flatMap((name) => {
      const text = new TextDecoder().decode(this.disk.read(`${STATE}/journal/${name}`));
      const found = text.matchAll(/"event":\{"seq_id":\d+,[^{]*?"event_type":"(\w+)"/g);
      return [...found].map(([, eventType = ""]) => eventType);
    });
  }

  #beat(client: WireClient): void {
    this.time.after(BEAT_US, () => {
      if (client.closedBecause !== undefined || client.hasEnded) return;
      client.send({ type: "HEARTBEAT", now_us: this.time.wallUs() });
      this.#beat(client);
    });
  }

  #log(): Log {
    return { write: (level, event, fields = {}) => this.lines.push({ level, event, fields }) };
  }
}

/** The next event of this type makes the machines throw when its number is taken; `atOnce`: then. */
export function failOnce(eventType: EventType, atOnce: () => void = () => {}): void {
  const { apply } = Engine.prototype;
  Engine.prototype.apply = function (event, effects): boolean {
    if (event.eventType !== eventType) return apply.call(this, event, effects);
    Engine.prototype.apply = apply;
    this.state.count = (): void => {
      atOnce();
      throw new RangeError("Array buffer allocation failed");
    };
    return apply.call(this, event, effects);
  };
}

/** Returns a Place of one at 100 on the test exchange. */
export function place(
  machine: Machine,
  intentId: string,
  fields: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  return {
    type: "QuoteIntent",
    v: 1,
    intent_id: intentId,
    action: "Place",
    sent_us: machine.time.wallUs(),
    instrument: "x:TST/USD",
    side: "Buy",
    order_qty: "1",
    price: "100",
    ...fields,
  };
}

/** True if a client has a report that holds these values. */
export function hasReport(client: WireClient, of: Readonly<Record<string, unknown>>): boolean {
  return client.all("ExecutionReport").some((report) =>
    Object.entries(of).every(([key, value]) => report[key] === value)
  );
}

/** Waits for a daemon to end, once and without a fault; returns how. */
export function endOf(machine: Machine, run: Run): Run["ends"][number] | undefined {
  machine.until(() => run.ends.length > 0, "an end");
  machine.pass(100_000);
  strictEqual(run.ends.length, 1, "it ends once");
  strictEqual(run.process.fault, undefined);
  return run.ends[0];
}

/** Returns the codes of the errors that a client was told, in order. */
export function errorCodes(client: WireClient): unknown[] {
  return client.all("ERROR").map((error) => error["code"]);
}
