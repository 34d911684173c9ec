/**
 * Kill -9 under load, and start again: the machinery of the campaign.
 *
 * A kill comes at a random time of a daemon's life, while it starts, or (with strikes) at an exact
 * moment of a request's life. Once in the campaign the daemon is stopped and continued instead, so
 * that everything is late.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import { DaemonProcess, type StartOptions } from "../support/daemon_process.ts";
import { pause } from "../support/temporary.ts";
import type { Draws } from "../support/draws.ts";
import type { Moment, Strikes } from "../venue/strikes.ts";

/** When a daemon dies: `random` and `starting` need nobody's help. */
export type KillMoment = Moment | "random" | "starting";

export type KillOptions = {
  readonly start: StartOptions;
  readonly kills: number;
  readonly draws: Draws;
  /** Bounds of the time a daemon lives, milliseconds. */
  readonly lifeMs: readonly [number, number];
  readonly moments: readonly KillMoment[];
  /** How strikes are armed; without it only the moments that need none. */
  readonly strikes?: Strikes;
  /** Most moments of a kind that pass before a strike; 60. */
  readonly strikeSkipMax?: number;
  /** Where what the daemons have logged is kept. */
  readonly logFile?: string;
  /** How long the daemon is stopped (SIGSTOP) after half of the kills, milliseconds. */
  readonly stopMs: number;
};

/** A strike that finds nothing to hit becomes a plain kill after this. */
const STRIKE_WAIT_MS = 3000;
const STARTING_MS_MAX = 500;
const STRIKE_SKIP_MAX = 60;
/** Exit code of what SIGKILL has ended; what ended by itself has another. */
const KILLED = 137;

/** Daemons of one state directory, one after the other. */
export class KillCampaign {
  readonly #options: KillOptions;
  /** What all daemons so far have logged. */
  readonly logs: string[] = [];
  /** Kills by moment; a strike that hit nothing counts as `random`. */
  readonly killed = new Map<KillMoment, number>();
  #daemon: DaemonProcess;

  constructor(options: KillOptions, daemon: DaemonProcess) {
    this.#options = options;
    this.#daemon = daemon;
  }

  /** Starts the first daemon; all that follow listen where it does. */
  static async start(options: KillOptions): Promise<KillCampaign> {
    const daemon = await DaemonProcess.start(options.start);
    const start = { ...options.start, port: daemon.listening.port };
    return new KillCampaign({ ...options, start }, daemon);
  }

  get daemon(): DaemonProcess {
    return this.#daemon;
  }

  /** Kills and restarts; the last daemon is alive at the end. */
  async run(): Promise<void> {
    const { kills, lifeMs: [least, most], draws, stopMs } = this.#options;
    // From where in the list is drawn; all of it comes, so that each moment is struck for.
    const from = draws.below(this.#options.moments.length);
    for (let kill = 0; kill < kills; kill++) {
      await pause(least + draws.below(most - least));
      if (kill === Math.floor(kills / 2)) await this.#suspend(stopMs);
      await this.#kill(this.#momentAt(from + kill));
    }
    await pause(most);
  }

  /** Stops the last daemon in order; returns its exit code. */
  async stop(): Promise<number> {
    const code = await this.#daemon.stop();
    this.#keepLog();
    return code;
  }

  /** Ends whatever runs, at once. */
  async abandon(): Promise<void> {
    await this.#daemon.stop("SIGKILL");
    this.#keepLog();
  }

  #keepLog(): void {
    this.logs.push(this.#daemon.log);
    const { logFile } = this.#options;
    if (logFile === undefined) return;
    Deno.writeTextFileSync(logFile, `${this.#daemon.log}\n`, { append: true });
  }

  #momentAt(place: number): KillMoment {
    const { moments } = this.#options;
    const moment = moments[place % moments.length];
    if (moment === undefined) throw new RangeError("Cannot kill: moments must be told");
    return moment;
  }

  async #kill(wanted: KillMoment): Promise<void> {
    const { start, draws } = this.#options;
    const moment = await this.#die(wanted);
    this.#count(moment);
    this.#keepLog();
    if (wanted === "starting") {
      await DaemonProcess.killYoung(start, draws.below(STARTING_MS_MAX));
      this.#count("starting");
    }
    this.#daemon = await DaemonProcess.start(start);
  }

  /** Returns the moment at which it really died. */
  async #die(wanted: KillMoment): Promise<KillMoment> {
    const { strikes } = this.#options;
    if (wanted === "random" || wanted === "starting" || strikes === undefined) {
      await this.#endDaemon();
      return "random";
    }
    const { draws, strikeSkipMax } = this.#options;
    const skip = draws.below(strikeSkipMax ?? STRIKE_SKIP_MAX);
    strikes.arm({ moment: wanted, pid: this.#daemon.pid, skip });
    await Promise.race([this.#daemon.ended(), pause(STRIKE_WAIT_MS)]);
    const isArmed = strikes.disarm();
    await this.#endDaemon();
    return isArmed ? "random" : wanted;
  }

  /** Kills the daemon, if no strike has. @throws {AssertionError} If it has ended by itself. */
  async #endDaemon(): Promise<void> {
    strictEqual(await this.#daemon.stop("SIGKILL"), KILLED, this.#daemon.log);
  }

  async #suspend(ms: number): Promise<void> {
    Deno.kill(this.#daemon.pid, "SIGSTOP");
    await pause(ms);
    Deno.kill(this.#daemon.pid, "SIGCONT");
    await pause(ms / 2); // so that it lives to see what it missed
  }

  #count(moment: KillMoment): void {
    this.killed.set(moment, (this.killed.get(moment) ?? 0) + 1);
  }
}
