/**
 * Production Workers: both ends of the link between the main thread and a Worker.
 *
 * The starter posts one `Start` with the entry's name and its `init`; then both sides exchange
 * envelopes. Log lines of a Worker travel the same way, so that one thread writes them and a
 * Worker that blocks still logs.
 *
 * Invariant: an uncaught error in a Worker reaches its own `onUncaught` if it asked for that, else
 * `onError`; while nobody listens there either it is left to the runtime, which ends the process.
 * Never is a dead Worker taken for a silent one.
 * Ordering: messages arrive in the order posted; those that came before `onMessage` wait for it.
 * @module
 */
import type { LogEvent } from "./log_events.ts";
import type { Log, LogLevel, WorkerEntry, WorkerLink, Workers, WorkerScope } from "./ports.ts";

type Start = { readonly entry: WorkerEntry; readonly init: unknown };
type Envelope =
  | { readonly kind: "message"; readonly message: unknown }
  | {
    readonly kind: "log";
    readonly level: LogLevel;
    readonly event: LogEvent;
    readonly fields: Readonly<Record<string, unknown>>;
  };

/**
 * What an entry point is: a function of its own end of the link, its log and what it was given. It
 * may take its time; what is posted to it meanwhile waits.
 */
export type WorkerMain = (scope: WorkerScope, log: Log, init: unknown) => void | Promise<void>;

/** The part of a Worker's global object that is used here. */
type WorkerGlobal = {
  postMessage(message: unknown): void;
  onmessage: ((event: MessageEvent) => void) | null;
  addEventListener(type: "error", listener: (event: ErrorEvent) => void): void;
  addEventListener(
    type: "unhandledrejection",
    listener: (event: PromiseRejectionEvent) => void,
  ): void;
};

/** Returns Workers whose one module is `module`; it must call `serveWorker`. */
export function denoWorkers(options: { readonly module: URL; readonly log: Log }): Workers {
  return {
    start: (entry, init) => {
      const worker = new Worker(options.module, { type: "module", name: entry });
      worker.postMessage({ entry, init } satisfies Start);
      return new Link(worker, options.log);
    },
  };
}

/** Runs in the Worker's module: waits for its entry's name and hands over. */
export function serveWorker(entries: Readonly<Record<WorkerEntry, WorkerMain>>): void {
  const self = workerGlobal();
  self.onmessage = (event: MessageEvent<Start>) => {
    const { entry, init } = event.data;
    const inbox = new Inbox();
    self.onmessage = (next: MessageEvent<Envelope>) => {
      if (next.data.kind === "message") inbox.push(next.data.message);
    };
    const post = (envelope: Envelope): void => self.postMessage(envelope);
    const scope: WorkerScope = {
      post: (message) => post({ kind: "message", message }),
      onMessage: (handler) => inbox.deliverTo(handler),
      onUncaught: (handler) => takeUncaught(self, handler),
    };
    entries[entry](scope, workerLog(post), init);
  };
}

/** Else the runtime prints it as it is, stack and secrets included, before anybody is asked. */
function takeUncaught(self: WorkerGlobal, handler: (cause: unknown) => void): void {
  self.addEventListener("error", (event) => {
    event.preventDefault();
    handler(event.error ?? event.message);
  });
  self.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    handler(event.reason);
  });
}

function workerLog(post: (envelope: Envelope) => void): Log {
  return {
    write: (level, event, fields) => {
      post({ kind: "log", level, event, fields: cloneable(fields ?? {}) });
    },
  };
}

/** A field that cannot be cloned (a function, a class with private state) is logged as text. */
function cloneable(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const known = Object.entries(fields).map(([name, value]) => {
    const plain = typeof value !== "function" && typeof value !== "symbol" &&
      !(value instanceof Error);
    return [name, plain ? value : String(value)] as const;
  });
  return Object.fromEntries(known);
}

function workerGlobal(): WorkerGlobal {
  return globalThis as unknown as WorkerGlobal; // the main thread's types are in force here
}

class Link implements WorkerLink {
  readonly #worker: Worker;
  readonly #inbox = new Inbox();
  #onError: ((reason: string) => void) | undefined;

  constructor(worker: Worker, log: Log) {
    this.#worker = worker;
    worker.onmessage = (event: MessageEvent<Envelope>) => {
      const envelope = event.data;
      if (envelope.kind === "message") this.#inbox.push(envelope.message);
      else log.write(envelope.level, envelope.event, envelope.fields);
    };
    worker.onmessageerror = () => this.#onError?.("a message could not be read");
    worker.onerror = (event) => {
      if (this.#onError === undefined) return;
      event.preventDefault(); // else the process ends before the owner has acted
      this.#onError(`${event.message} (${event.filename}:${event.lineno}:${event.colno})`);
    };
  }

  post(message: unknown): void {
    this.#worker.postMessage({ kind: "message", message } satisfies Envelope);
  }

  onMessage(handler: (message: unknown) => void): void {
    this.#inbox.deliverTo(handler);
  }

  onError(handler: (reason: string) => void): void {
    this.#onError = handler;
  }

  terminate(): void {
    this.#worker.terminate();
  }
}

/** Keeps what arrives until somebody asks for it. */
class Inbox {
  #waiting: unknown[] = [];
  #handler: ((message: unknown) => void) | undefined;

  push(message: unknown): void {
    if (this.#handler === undefined) this.#waiting.push(message);
    else this.#handler(message);
  }

  deliverTo(handler: (message: unknown) => void): void {
    this.#handler = handler;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const message of waiting) handler(message);
  }
}
