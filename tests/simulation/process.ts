/**
 * A simulated process: ports that die together.
 *
 * Everything a process schedules, opens or starts goes through here; after `kill` none of it runs
 * any more, its sockets break and its Workers are gone, as after kill -9. What its disk still
 * holds is the disk's business. A Worker that throws dies alone, and its starter is told.
 * @module
 */
import { httpServers } from "../../edge/http_server.ts";
import type {
  Clock,
  Disk,
  Log,
  Ports,
  ServiceManager,
  Signals,
  Sockets,
  Timers,
  WorkerEntry,
  WorkerLink,
  Workers,
  WorkerScope,
} from "../../edge/ports.ts";
import type { Draws } from "../support/draws.ts";
import { Guard } from "./guard.ts";

/** What the world outside of any process offers. */
export type World = {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly sockets: Sockets;
  readonly disk: Disk;
  readonly log: Log;
  /** Absent: there is none. */
  readonly serviceManager?: ServiceManager;
};

/** A Worker's entry as the simulation runs it: on the same thread, with ports of its own. */
export type SimEntry = (scope: WorkerScope, ports: Ports, init: unknown) => void;

/** Longest time a message between threads takes here, microseconds. */
const HOP_US_MAX = 60;

export class SimProcess {
  readonly ports: Ports;
  readonly #world: World;
  readonly #draws: Draws;
  readonly #entries: ReadonlyMap<WorkerEntry, SimEntry>;
  readonly #guard: Guard;
  /** By index alone: threads see the same memory through different objects. */
  readonly #watches = new Map<number, (() => void)[]>();
  /** Why it ended by itself, if it did. */
  fault: unknown;
  /** What its Workers threw. */
  readonly workerFaults: unknown[] = [];

  constructor(
    world: World,
    options: { readonly draws: Draws; readonly entries: ReadonlyMap<WorkerEntry, SimEntry> },
  ) {
    this.#world = world;
    this.#draws = options.draws;
    this.#entries = options.entries;
    this.#guard = new Guard((fault) => {
      this.fault = fault;
    });
    this.ports = {
      http: {
        prepare: () => {
          throw new TypeError("Cannot prepare a request: a simulated process has no HTTP");
        },
      },
      httpServers: httpServers({
        sockets: this.#guard.sockets(world.sockets),
        timers: this.#guard.timers(world.timers),
      }),
      process: {
        runtime: "simulation",
        read: () => ({
          startUs: 0,
          cpuUs: 0,
          residentBytes: 0,
          heapUsedBytes: 0,
          heapLimitBytes: 0,
          externalBytes: 0,
          openDescriptors: undefined,
        }),
        watchGarbage: () => ({ take: () => [], stop: () => {} }),
      },
      memory: { collect: () => {} },
      clock: world.clock,
      timers: this.#guard.timers(world.timers),
      randomness: {
        bytes: (length) => Uint8Array.from({ length }, () => this.#draws.below(256)),
      },
      disk: world.disk,
      sockets: this.#guard.sockets(world.sockets),
      signals: this.#signals(),
      workers: this.#workers(),
      serviceManager: world.serviceManager ?? { tell: () => {}, watchdogUs: undefined },
      log: world.log,
    };
  }

  get isAlive(): boolean {
    return this.#guard.isAlive;
  }

  /** kill -9: nothing of it runs after this. */
  kill(): void {
    this.#guard.end();
  }

  /** The main thread stands still from now until `us` later; Workers and the world do not. */
  stall(us: number): void {
    this.#guard.hold();
    this.#world.timers.after(us, () => this.#guard.release());
  }

  /** Runs a part of the process; an error ends the process, as an uncaught one does. */
  run(task: () => void): void {
    this.#guard.run(task);
  }

  #hop(task: () => void): void {
    this.#world.timers.after(1 + this.#draws.below(HOP_US_MAX), () => this.run(task));
  }

  #signals(): Signals {
    const notify: Signals["notify"] = (_cells, index) => {
      for (const wake of this.#watches.get(index) ?? []) this.#hop(wake);
    };
    return {
      notify,
      notifyFirst: notify,
      watch: (_cells, index, task) => {
        let isWatching = true;
        const wake = (): void => {
          if (isWatching) isWatching = task();
        };
        this.#watches.set(index, [...(this.#watches.get(index) ?? []), wake]);
        this.#hop(wake);
      },
    };
  }

  /** Messages are cloned, as between threads, and keep their order. */
  #workers(): Workers {
    return { start: (entry, init) => this.#startWorker(entry, init) };
  }

  #startWorker(entry: WorkerEntry, init: unknown): WorkerLink {
    const main = this.#entries.get(entry);
    if (main === undefined) throw new RangeError(`Cannot start a Worker: no entry named ${entry}`);
    let onError: (reason: string) => void = () => {};
    const guard = new Guard((fault) => {
      this.workerFaults.push(fault);
      this.#hop(() => onError(String(fault)));
    });
    const toWorker = new Lane((task) => this.#hop(() => guard.run(task)));
    const toStarter = new Lane((task) => this.#hop(task));
    const scope: WorkerScope = {
      post: (message) => toStarter.post(message),
      onMessage: (handler) => toWorker.deliverTo(handler),
    };
    this.#hop(() => guard.run(() => main(scope, this.#guardedPorts(guard), structuredClone(init))));
    return {
      post: (message) => toWorker.post(message),
      onMessage: (handler) => toStarter.deliverTo(handler),
      onError: (handler) => {
        onError = handler;
      },
      terminate: () => {
        guard.end();
        toStarter.close();
      },
    };
  }

  #guardedPorts(guard: Guard): Ports {
    const { timers, sockets, signals } = this.ports;
    return {
      ...this.ports,
      timers: guard.timers(timers),
      sockets: guard.sockets(sockets),
      signals: guard.signals(signals),
    };
  }
}

/** One direction between two threads: cloned, in order, kept until somebody listens. */
class Lane {
  readonly #hop: (task: () => void) => void;
  #handler: ((message: unknown) => void) | undefined;
  #waiting: unknown[] = [];
  #isClosed = false;

  constructor(hop: (task: () => void) => void) {
    this.#hop = hop;
  }

  post(message: unknown): void {
    this.#waiting.push(structuredClone(message));
    this.#hop(() => this.#deliver());
  }

  deliverTo(handler: (message: unknown) => void): void {
    this.#handler = handler;
    this.#hop(() => this.#deliver());
  }

  close(): void {
    this.#isClosed = true;
  }

  #deliver(): void {
    while (!this.#isClosed && this.#handler !== undefined && this.#waiting.length > 0) {
      this.#handler(this.#waiting.shift());
    }
  }
}
