/**
 * The service manager over the datagram socket that `NOTIFY_SOCKET` names, as sd_notify(3) has it.
 *
 * Ordering: messages leave in order, one at a time. Never throws and never blocks: what cannot be
 * sent is dropped, and of what waits the oldest goes first when there is too much.
 * Limit: a message leaves when the event loop next turns, not while the thread is kept busy; a
 * sender needs an address of its own, a socket in the runtime directory of the unit.
 * @module
 */
import { waitAtMost } from "./deno_time.ts";
import type { Log, ServiceManager } from "./ports.ts";

/** Messages that may wait; a manager that takes none for so long is not listening. */
const WAITING_MAX = 16;
/** Longest wait for the last message. */
const FLUSH_MS = 200;

/** A service manager that can be waited for, by whoever is about to keep the thread busy or to end. */
export interface ProcessManager extends ServiceManager {
  /** Waits until what was told has left, or for a moment. */
  flush(): Promise<void>;
}

/** The variables by which systemd says where it listens; undefined where one is not set. */
export type ManagerEnvironment = (name: string) => string | undefined;

/** Nobody is told anything. */
export const NO_SERVICE_MANAGER: ProcessManager = {
  tell: () => {},
  watchdogUs: undefined,
  flush: () => Promise.resolve(),
};

/** Returns the manager that the environment names; where it names none, one that is told nothing. */
export function denoServiceManager(environment: ManagerEnvironment, log: Log): ProcessManager {
  const address = environment("NOTIFY_SOCKET");
  if (address === undefined || !/^[@/]/.test(address)) return NO_SERVICE_MANAGER;
  const path = address.replace(/^@/, "\0");
  const watchdogUs = watchdogOf(environment);
  try {
    const sender = new Sender({ socket: openSocket(environment), path, log });
    return {
      tell: (state) => sender.tell(state),
      watchdogUs,
      flush: () => sender.flush(),
    };
  } catch (error) {
    log.write("warning", "service_manager_unreachable", { error: String(error) });
    return { ...NO_SERVICE_MANAGER, watchdogUs };
  }
}

/** The interval, if it is meant for this process and not for the one that started it. */
function watchdogOf(environment: ManagerEnvironment): number | undefined {
  const us = Number(environment("WATCHDOG_USEC"));
  const pid = environment("WATCHDOG_PID");
  if (!Number.isSafeInteger(us) || us <= 0) return undefined;
  return pid === undefined || pid === String(Deno.pid) ? us : undefined;
}

/** Only who has an address of its own can send; a path that an earlier run left is taken over. */
function openSocket(environment: ManagerEnvironment): Deno.DatagramConn {
  const directory = environment("RUNTIME_DIRECTORY")?.split(":")[0];
  if (directory === undefined || directory === "") {
    throw new Error(
      "Cannot tell the service manager anything: RUNTIME_DIRECTORY must name a directory: was " +
        "not set; give the unit RuntimeDirectory=",
    );
  }
  const path = `${directory}/notify.sock`;
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return Deno.listenDatagram({ transport: "unixpacket", path });
}

class Sender {
  readonly #socket: Deno.DatagramConn;
  readonly #address: Deno.UnixAddr;
  readonly #log: Log;
  readonly #encoder = new TextEncoder();
  #waiting: string[] = [];
  #sending: Promise<void> | undefined;
  #hasFailed = false;

  constructor(
    { socket, path, log }: {
      readonly socket: Deno.DatagramConn;
      readonly path: string;
      readonly log: Log;
    },
  ) {
    this.#socket = socket;
    this.#address = { transport: "unixpacket", path };
    this.#log = log;
  }

  tell(state: string): void {
    this.#waiting.push(state);
    if (this.#waiting.length > WAITING_MAX) this.#waiting.shift();
    this.#sending ??= this.#send();
  }

  flush(): Promise<void> {
    return waitAtMost(this.#sending ?? Promise.resolve(), FLUSH_MS);
  }

  async #send(): Promise<void> {
    for (let state = this.#waiting.shift(); state !== undefined; state = this.#waiting.shift()) {
      try {
        await this.#socket.send(this.#encoder.encode(state), this.#address);
        this.#hasFailed = false;
      } catch (error) {
        this.#failed(error);
      }
    }
    this.#sending = undefined;
  }

  /** Said once, until it works again: a manager that is gone is gone for every message. */
  #failed(error: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    this.#log.write("warning", "service_manager_unreachable", { error: String(error) });
  }
}
