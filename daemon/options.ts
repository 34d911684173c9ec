/**
 * What a daemon is started with, and what is to be had of it while it runs.
 * @module
 */
import type { Configuration, DeclaredVenue } from "../config/mod.ts";
import type { ReportSource } from "../edge/daemon_backend.ts";
import type { ExitCode } from "../edge/exit_codes.ts";
import type { OpenFormat } from "../edge/feeds/raw_feed.ts";
import type { CommitCells, JournalFault, JournalOptions } from "../edge/journal/mod.ts";
import type { CommitLog } from "../edge/loop.ts";
import type { Ports, Timers } from "../edge/ports.ts";

/** Where the daemon can be reached; its first line on stdout. */
export type Listening = {
  readonly event: "listening";
  readonly port: number;
  readonly state_dir: string;
  readonly token_file: string;
  readonly mode: string;
  /** Where the metrics are; absent: they are off. */
  readonly metrics_port?: number;
};

/** How the daemon ended. */
export type End = { readonly code: ExitCode; readonly sentence: string };

/** The journal as the daemon uses it; the benchmark puts a void one in its place. */
export interface DaemonJournal extends CommitLog, ReportSource {
  onFailure(handler: (sentence: string, fault: JournalFault) => void): void;
  /** Its commits, for other threads. */
  readonly cells: CommitCells;
  /** Asks its Worker for a sign of life. */
  probe(): void;
  /** True if it has given one since the newest `probe`. */
  readonly hasAnswered: boolean;
  /** Age of the oldest event that is not on the disk, microseconds. */
  readonly durableLagUs: number;
  stop(done: () => void): void;
}

export type DaemonOptions = {
  readonly ports: Ports;
  readonly configuration: Configuration;
  readonly stateDirectory: string;
  readonly venues: readonly DeclaredVenue[];
  /** The operator allows this start to loosen the trading state and the kill switch. */
  readonly resumeTrading: boolean;
  /** The operator knows that the end of the journal is lost: a new one begins on what is left. */
  readonly acceptLoss: boolean;
  /** Venues, by name, whose own view of the account becomes the ledger's. */
  readonly adoptAccounts: readonly string[];
  /** Opens a reader of what venues send; absent: no client publishes that. */
  readonly openFormat?: OpenFormat;
  readonly onListening: (listening: Listening) => void;
  /** Called once; nothing of the daemon runs after it. */
  readonly onEnd: (end: End) => void;
  /** Default: the journal on disk. */
  readonly openJournal?: (options: JournalOptions, timers: Timers) => DaemonJournal;
};

/** A configuration read again, with the venues that it declares. */
export type Reread = Pick<DaemonOptions, "configuration" | "venues">;

/** A daemon that was asked to run. */
export interface Daemon {
  /** Ends in order; asked again a second later or more, at once. */
  stop(reason: string): void;
  /** Asks every venue outside for its view of the account; one that is down is asked when it is back. */
  reconcile(reason: string): void;
  /**
   * Takes over what may change of a configuration that was read again, all of it or nothing; the log
   * says which and why. True: from now on it is the configuration that runs.
   */
  reload(reread: Reread): boolean;
}
