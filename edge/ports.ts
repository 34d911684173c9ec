/**
 * Ports: the only ways in which `edge/` and `wire/` touch the world.
 *
 * Everything is a call or a callback, nothing is a promise: the production ports do the waiting
 * (`deno_ports.ts`), so that the whole daemon also runs as one synchronous program on in-memory
 * ports and a virtual clock (`tests/simulation/`). Faults are injected here and only here.
 * @module
 */

import type { LogEvent, LogLevelOf } from "./log_events.ts";

/** Undoes a registration; calling it twice does nothing. */
export type Cancel = () => void;

export interface Clock {
  /** Unix time, integer microseconds; may jump. For labels and for the first anchor only. */
  wallUs(): number;
  /** Integer microseconds since some start; never goes back. All timers and ages use it. */
  monotonicUs(): number;
}

export interface Timers {
  /** Runs `task` once, not before `delayUs` has passed. */
  after(delayUs: number, task: () => void): Cancel;
  /** Runs `task` when the current one and all I/O already waiting have been handled. */
  soon(task: () => void): void;
}

export interface Randomness {
  bytes(length: number): Uint8Array;
}

/** Why a disk operation failed. */
export type DiskErrorCode = "NotFound" | "Exists" | "NoSpace" | "Denied" | "Locked" | "Io";

/** A failed disk operation, told apart by `code`. */
export class DiskError extends Error {
  override readonly name = "DiskError";
  readonly code: DiskErrorCode;
  constructor(code: DiskErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** An open file. All offsets and sizes in bytes. Every method throws `DiskError`. */
export interface DiskFile {
  /** Fills `buffer` from `offset` as far as the file goes; returns the bytes read. */
  readAt(buffer: Uint8Array, offset: number): number;
  /** Writes all of `bytes` at `offset`. */
  writeAt(bytes: Uint8Array, offset: number): void;
  /** fdatasync(2). After a failure nothing about the file may be believed. */
  syncData(): void;
  size(): number;
  truncate(size: number): void;
  /** flock(2), exclusive, not waiting; false if another process holds it. */
  tryLock(): boolean;
  close(): void;
}

/** Synchronous, since only Workers, start-up and look-backs use it. Throws `DiskError`. */
export interface Disk {
  /** `read`: must exist. `write`: must exist. `create`: made if missing, mode 0600. */
  open(path: string, access: "read" | "write" | "create"): DiskFile;
  exists(path: string): boolean;
  /** Names in a directory, sorted by code unit. */
  list(directory: string): string[];
  /** Makes the directory and its parents, mode 0700; fine if it exists. */
  makeDirectory(path: string): void;
  /** rename(2): atomic, replaces. */
  rename(from: string, to: string): void;
  remove(path: string): void;
  /** fsync of the directory: makes creations, renames and removals in it durable. */
  syncDirectory(path: string): void;
  /** Free bytes where `path` lives, or undefined if the platform does not say. */
  freeBytes(path: string): number | undefined;
}

/** What a socket tells its owner. `data`'s bytes are valid during the call only. */
export interface SocketHandlers {
  /** Outgoing connections: it is open. */
  opened?(): void;
  data(bytes: Uint8Array): void;
  /** The peer has finished sending. */
  ended(): void;
  /** `bufferedBytes` fell to 0 after it had not been. */
  drained(): void;
  /** Gone, for whatever reason; last call. */
  closed(reason: string): void;
}

/** A TCP connection, TCP_NODELAY set. */
export interface Socket {
  readonly peer: string;
  /** Bytes given to `write` and not yet taken by the kernel. */
  readonly bufferedBytes: number;
  attach(handlers: SocketHandlers): void;
  /** Queues bytes; they are copied or sent before it returns. Never blocks. */
  write(bytes: Uint8Array): void;
  /** Stops reading (the kernel's window then stops the peer). */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then FIN. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}

export interface Listener {
  readonly hostname: string;
  readonly port: number;
  close(): void;
}

export interface Sockets {
  /** Throws if the address is taken. Survives EMFILE and other accept errors with back-off. */
  listen(address: { hostname: string; port: number }, accept: (socket: Socket) => void): Listener;
  connect(address: { hostname: string; port: number }): Socket;
}

/** A request, whole. Names of headers in lower case. */
export type HttpRequest = {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** null: none. Only a GET may go on the wire twice, see `PreparedRequest`. */
  readonly body: string | null;
};

/** What becomes of a request: `responded`, `data` …, then one of `ended` and `failed`, last. */
export interface HttpHandlers {
  /** Asked immediately before bytes of it go, which may be later than its `send`; true: none do. */
  isCutOff?(): boolean;
  responded(status: number, headers: ReadonlyMap<string, string>): void;
  /** A piece of the body. Valid during the call only. */
  data(bytes: Uint8Array): void;
  ended(): void;
  /** `neverConnected`: no connection came about, so that provably nothing of it was sent. */
  failed(failure: { readonly reason: string; readonly neverConnected: boolean }): void;
}

/** A request built to its last byte. */
export interface PreparedRequest {
  /**
   * Sends it: once, whatever the peer does, unless it is a GET. Redirects are not followed. The
   * handlers are called later, never from within. Returns what ends it at once and silently.
   */
  send(handlers: HttpHandlers): EndRequest;
}

/** Ends a request. `neverConnected`: as of a failure; where that is not known, it is false. */
export type EndRequest = () => { readonly neverConnected: boolean };

export interface Http {
  /** @throws {TypeError} If the request cannot be spelled. */
  prepare(request: HttpRequest): PreparedRequest;
}

/** A request to a server of ours, whole; it has no body. Names of headers in lower case. */
export type HttpQuestion = {
  readonly method: string;
  /** Path and query, as they came. */
  readonly target: string;
  readonly headers: ReadonlyMap<string, string>;
};

/** An answer, whole. */
export type HttpReply = {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
};

/** Answers a question: once, now or later. */
export type HttpHandler = (question: HttpQuestion, reply: (answer: HttpReply) => void) => void;

export interface HttpServers {
  /**
   * Listens; every connection is bounded in bytes and time and carries one question. What is no
   * question is answered without the handler, and told to `refused`. Throws if the address is taken.
   */
  serve(
    address: { hostname: string; port: number },
    handlers: { readonly asked: HttpHandler; readonly refused: () => void },
  ): Listener;
}

/**
 * Shared-memory wake-ups. `watch` calls `task` now and after every change of `cells[index]` that
 * is followed by `notify`, until `task` returns false. In a Worker it may block the thread.
 */
export interface Signals {
  notify(cells: Int32Array<SharedArrayBuffer>, index: number): void;
  /** As `notify`; whoever waited goes first, where this thread would keep it from a processor. */
  notifyFirst(cells: Int32Array<SharedArrayBuffer>, index: number): void;
  watch(cells: Int32Array<SharedArrayBuffer>, index: number, task: () => boolean): void;
}

/** Worker entry points; the one list of them is `workers.ts`. */
export type WorkerEntry = "journal" | "follower" | "index" | "feed" | "venue" | "examination";

/** The starter's end of a Worker. */
export interface WorkerLink {
  post(message: unknown): void;
  onMessage(handler: (message: unknown) => void): void;
  /** An uncaught error in it. The Worker is dead. */
  onError(handler: (reason: string) => void): void;
  terminate(): void;
}

export interface Workers {
  /** `init` is structured-cloneable and is handed to the entry's function. */
  start(entry: WorkerEntry, init: unknown): WorkerLink;
}

/** The Worker's own end. */
export interface WorkerScope {
  post(message: unknown): void;
  onMessage(handler: (message: unknown) => void): void;
  /**
   * Hands over what nobody caught, also a rejected promise, in place of the Worker's death; the
   * handler sees to that. Absent: its starter is told, as of every other Worker.
   */
  onUncaught?(handler: (cause: unknown) => void): void;
}

/**
 * The service manager of the host, which starts, watches and ends the process: systemd. Where there
 * is none, nothing is told to nobody.
 */
export interface ServiceManager {
  /** Assignments of sd_notify(3), separated by line breaks. Never throws, never blocks. */
  tell(state: string): void;
  /** It ends a process that has not said `WATCHDOG=1` for so long; undefined: it does not watch. */
  readonly watchdogUs: number | undefined;
}

export type LogLevel = "debug" | "info" | "warning" | "error" | "alarm";

/** Structured log. Never blocks, never throws; what cannot be written is counted. */
export interface Log {
  write<Event extends LogEvent>(
    level: LogLevelOf<Event>,
    event: Event,
    fields?: Readonly<Record<string, unknown>>,
  ): void;
  /** What it counts, names as the `metrics` query spells them. */
  counters?(): Readonly<Record<string, number>>;
}

/** Why the main thread stood still for garbage. */
export type GarbageKind = "minor" | "major" | "incremental" | "weak";

/** What the process has used so far, and holds now. */
export type ProcessFigures = {
  /** Unix time of its start, microseconds. */
  readonly startUs: number;
  /** Of all threads, user and system. */
  readonly cpuUs: number;
  readonly residentBytes: number;
  readonly heapUsedBytes: number;
  readonly heapLimitBytes: number;
  /** Of objects outside the heap. */
  readonly externalBytes: number;
  /** At least so many; undefined: the platform does not say. */
  readonly openDescriptors: number | undefined;
};

/** Pauses for garbage, noted until they are taken: to be taken every second or so. */
export interface GarbageWatch {
  /** Those since the last call, oldest first. */
  take(): readonly { readonly kind: GarbageKind; readonly us: number }[];
  stop(): void;
}

export interface ProcessFacts {
  /** Name and version of the runtime. */
  readonly runtime: string;
  read(): ProcessFigures;
  /** Begins to note the pauses of this thread. */
  watchGarbage(): GarbageWatch;
}

/** Memory of the calling thread. */
export interface Memory {
  /** Has all garbage collected, which takes some milliseconds; nothing where it cannot be asked. */
  collect(): void;
}

/** Everything together, as `main.ts` or a simulation hands it out. */
export type Ports = {
  readonly clock: Clock;
  readonly timers: Timers;
  readonly randomness: Randomness;
  readonly disk: Disk;
  readonly sockets: Sockets;
  readonly http: Http;
  readonly httpServers: HttpServers;
  readonly process: ProcessFacts;
  readonly memory: Memory;
  readonly signals: Signals;
  readonly workers: Workers;
  readonly serviceManager: ServiceManager;
  readonly log: Log;
};
