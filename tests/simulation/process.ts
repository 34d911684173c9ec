/**
 * A simulated process: ports that die together.
 *
 * Everything a process schedules, opens or starts goes through here; after `kill` none of it runs
 * any more, its sockets break and its Workers are gone, as after kill -9. What its disk still
 * holds is the disk's business.
 * @module
 */
import type {
  Cancel,
  Disk,
  Listener,
  Log,
  Ports,
  Signals,
  Socket,
  SocketHandlers,
  Sockets,
  Timers,
  WorkerEntry,
  WorkerLink,
  Workers,
  WorkerScope,
} from "../../edge/ports.ts";
import type { Clock } from "../../edge/ports.ts";
import type { Draws } from "../support/draws.ts";

/** What the world outside of any process offers. */
export type World = {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly sockets: Sockets;
  readonly disk: Disk;
  readonly log: Log;
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
  readonly #sockets = new Set<Socket>();
  readonly #listeners = new Set<Listener>();
  /** By index alone: threads see the same memory through different objects. */
  readonly #watches = new Map<number, (() => void)[]>();
  #isAlive = true;
  /** Why it ended by itself, if it did. */
  fault: unknown;

  constructor(
    world: World,
    options: { readonly draws: Draws; readonly entries: ReadonlyMap<WorkerEntry, SimEntry> },
  ) {
    this.#world = world;
    this.#draws = options.draws;
    this.#entries = options.entries;
    this.ports = {
      clock: world.clock,
      timers: this.#timers(),
      randomness: {
        bytes: (length) => Uint8Array.from({ length }, () => this.#draws.below(256)),
      },
      disk: world.disk,
      sockets: this.#guardedSockets(),
      signals: this.#signals(),
      workers: this.#workers(),
      log: world.log,
    };
  }

  get isAlive(): boolean {
    return this.#isAlive;
  }

  /** kill -9: nothing of it runs after this. */
  kill(): void {
    this.#isAlive = false;
    for (const listener of this.#listeners) listener.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Runs a part of the process; an error ends the process, as an uncaught one does. */
  run(task: () => void): void {
    if (!this.#isAlive) return;
    try {
      task();
    } catch (fault) {
      this.fault = fault;
      this.kill();
    }
  }

  #timers(): Timers {
    const { timers } = this.#world;
    return {
      after: (delayUs, task): Cancel => timers.after(delayUs, () => this.run(task)),
      soon: (task) => timers.soon(() => this.run(task)),
    };
  }

  #hop(task: () => void): void {
    this.#world.timers.after(1 + this.#draws.below(HOP_US_MAX), () => this.run(task));
  }

  #signals(): Signals {
    return {
      notify: (_cells, index) => {
        for (const wake of this.#watches.get(index) ?? []) this.#hop(wake);
      },
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
    const toWorker = new Lane((task) => this.#hop(task));
    const toStarter = new Lane((task) => this.#hop(task));
    let isRunning = true;
    let onError: (reason: string) => void = () => {};
    this.#hop(() => {
      if (!isRunning) return;
      try {
        main(
          {
            post: (message) => toStarter.post(message),
            onMessage: (handler) => toWorker.deliverTo(handler),
          },
          this.ports,
          structuredClone(init),
        );
      } catch (fault) {
        isRunning = false;
        onError(String(fault));
      }
    });
    return {
      post: (message) => toWorker.post(message),
      onMessage: (handler) => toStarter.deliverTo(handler),
      onError: (handler) => {
        onError = handler;
      },
      terminate: () => {
        isRunning = false;
        toWorker.close();
        toStarter.close();
      },
    };
  }

  #guardedSockets(): Sockets {
    const { sockets } = this.#world;
    return {
      listen: (address, accept) => {
        const listener = sockets.listen(address, (socket) => {
          if (this.#isAlive) this.run(() => accept(this.#guarded(socket)));
          else socket.destroy();
        });
        this.#listeners.add(listener);
        return listener;
      },
      connect: (address) => this.#guarded(sockets.connect(address)),
    };
  }

  #guarded(socket: Socket): Socket {
    this.#sockets.add(socket);
    return {
      get peer(): string {
        return socket.peer;
      },
      get bufferedBytes(): number {
        return socket.bufferedBytes;
      },
      attach: (handlers) => socket.attach(this.#guardedHandlers(socket, handlers)),
      write: (bytes) => socket.write(bytes),
      pause: () => socket.pause(),
      resume: () => socket.resume(),
      end: () => socket.end(),
      destroy: () => socket.destroy(),
    };
  }

  #guardedHandlers(socket: Socket, handlers: SocketHandlers): SocketHandlers {
    return {
      opened: () => this.run(() => handlers.opened?.()),
      data: (bytes) => this.run(() => handlers.data(bytes)),
      ended: () => this.run(() => handlers.ended()),
      drained: () => this.run(() => handlers.drained()),
      closed: (reason) => {
        this.#sockets.delete(socket);
        this.run(() => handlers.closed(reason));
      },
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
