/**
 * What the service manager is told of the daemon, and when.
 *
 * Invariant: it is told `WATCHDOG=1` only if since the last time every vital part has given a sign
 * of life of its own. A timer that still runs says nothing about them, so a part that hangs ends the
 * process, and the restart recovers from the journal.
 * Ordering: READY, then pings and states, then STOPPING; nothing after it but why it ended.
 * Limit: a state is looked at once a second and told when it has changed.
 * @module
 */
import type { Cancel, Clock, ServiceManager, Timers } from "./ports.ts";

/** How often the state is looked at. */
const LOOK_US = 1_000_000;
/** Pings in the time after which the manager gives up: two may be lost or late. */
const PINGS_PER_PATIENCE = 3;
/** A sentence longer than this is cut: a datagram has a bound, and the log has the rest. */
const STATUS_LENGTH_MAX = 400;
/** What a start may always take, and how much of a journal is read and checked in a second. */
const RECOVERY_BASE_US = 60_000_000;
const RECOVERY_BYTES_PER_S = 20_000_000;

/** The parts that must live, as one. */
export interface Vitals {
  /** Asks each part for a sign of life; the answers come later. */
  ask(): void;
  /** True if each part has given one since. */
  hasAnswered(): boolean;
  /** How the daemon is, in a line for people. */
  status(): string;
}

export type SupervisionPorts = {
  readonly serviceManager: ServiceManager;
  readonly timers: Timers;
  readonly clock: Clock;
};

/** The daemon's side of its service manager. */
export class Supervision {
  readonly #ports: SupervisionPorts;
  readonly #vitals: Vitals;
  #told = "";
  #pingDueUs = 0;
  #cancel: Cancel = () => {};
  #state: "starting" | "ready" | "stopping" = "starting";

  constructor(ports: SupervisionPorts, vitals: Vitals) {
    this.#ports = ports;
    this.#vitals = vitals;
  }

  /** The daemon can be reached. From here on the parts are held to their signs of life. */
  ready(): void {
    if (this.#state !== "starting") return;
    this.#state = "ready";
    this.#told = statusLine(this.#vitals.status());
    this.#tell("READY=1", this.#told);
    if (this.#pingUs > 0) this.#vitals.ask();
    this.#pingDueUs = this.#ports.clock.monotonicUs() + this.#pingUs;
    this.#lookLater();
  }

  /** Runs a reload between the two messages that the manager waits for. */
  reload<Result>(run: () => Result): Result {
    if (this.#state !== "ready") return run();
    this.#tell("RELOADING=1");
    try {
      return run();
    } finally {
      this.#tell("READY=1");
    }
  }

  /** The daemon ends, and why. Said again, with more, it replaces what was said. */
  stopping(why: string): void {
    if (this.#state !== "stopping") this.#tell("STOPPING=1");
    this.#state = "stopping";
    this.#cancel();
    this.#tell(statusLine(why));
  }

  /** Between two pings; no time at all if nobody watches. */
  get #pingUs(): number {
    return (this.#ports.serviceManager.watchdogUs ?? 0) / PINGS_PER_PATIENCE;
  }

  #lookLater(): void {
    const everyUs = this.#pingUs > 0 ? Math.min(LOOK_US, this.#pingUs) : LOOK_US;
    this.#cancel = this.#ports.timers.after(everyUs, () => {
      this.#look();
      this.#lookLater();
    });
  }

  #look(): void {
    if (this.#pingUs > 0) this.#ping();
    const status = statusLine(this.#vitals.status());
    if (status === this.#told) return;
    this.#told = status;
    this.#tell(status);
  }

  #ping(): void {
    const nowUs = this.#ports.clock.monotonicUs();
    if (nowUs < this.#pingDueUs || !this.#vitals.hasAnswered()) return;
    this.#tell("WATCHDOG=1");
    this.#pingDueUs = nowUs + this.#pingUs;
    this.#vitals.ask();
  }

  #tell(...assignments: readonly string[]): void {
    this.#ports.serviceManager.tell(assignments.join("\n"));
  }
}

/**
 * Returns what the manager is told before a recovery that reads so much: how long it may take at
 * worst. Nothing can be told meanwhile, since it runs in one go.
 */
export function recoveryNotice(journalBytes: number): string {
  const extendUs = RECOVERY_BASE_US + Math.ceil(journalBytes / RECOVERY_BYTES_PER_S) * 1_000_000;
  const megabytes = Math.round(journalBytes / 1e6);
  const status = statusLine(`recovering: ${megabytes} MB of journal to check`);
  return `EXTEND_TIMEOUT_USEC=${extendUs}\n${status}`;
}

/** One assignment is one line, whatever the sentence holds. */
function statusLine(sentence: string): string {
  return `STATUS=${sentence.replace(/\s+/g, " ").slice(0, STATUS_LENGTH_MAX)}`;
}
