/**
 * What `doctor` sees of the machine, and what it knows when it judges. Reading only: the one thing
 * that is written is the file of a measurement, which is gone afterwards.
 * @module
 */
import type { Configuration } from "../../../config/mod.ts";
import type { Secrets } from "../../secrets.ts";
import type { Examination } from "../../venues/examination.ts";
import type { VerifyResult } from "../actions.ts";

/** A file or directory. */
export type Entry = {
  readonly kind: "file" | "directory" | "other";
  /** Permission bits. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
};

/** `absent`: there is no lock, or no state directory; `denied`: it may be there, and held. */
export type LockState = "free" | "held" | "absent" | "denied";

/** What answers at a port. */
export type PortState = "free" | "tapeline" | "other";

/** What answers where metrics are to be had, and how a daemon says who it is. */
export type MetricsState =
  | { readonly state: Exclude<PortState, "tapeline"> }
  | { readonly state: "tapeline"; readonly version: string; readonly mode: string };

/** The machine. */
export interface Machine {
  /** Of this process; null: the platform has none. */
  readonly uid: number | null;
  readonly runtimeVersion: string;
  /** Most that the runtime lets a heap grow to, bytes. */
  readonly heapLimitBytes: number;
  readonly wallMs: number;
  /** `denied`: it may be there. */
  entry(path: string): Entry | "absent" | "denied";
  /** undefined: it cannot be read. */
  readText(path: string): string | undefined;
  /** Names in a directory; none if it cannot be read. */
  list(path: string): readonly string[];
  /** Free bytes where the path lives, if the platform says. */
  freeBytes(path: string): number | undefined;
  lockOf(stateDirectory: string): LockState;
  /** Durations of synced writes of 4 KiB in a directory, microseconds; or why there are none. */
  syncTimes(directory: string): readonly number[] | string;
  /** `none`: there has never been one. @throws {DiskError} If it cannot be read. */
  verifyJournal(stateDirectory: string): VerifyResult | "none";
}

/** A configuration, or every reason against it. */
export type ConfigurationState =
  | { readonly kind: "read"; readonly configuration: Configuration }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Everything that the checks look at. */
export type Facts = {
  readonly machine: Machine;
  /** undefined: the built-in one. */
  readonly configurationPath: string | undefined;
  readonly configuration: ConfigurationState;
  /** undefined: nobody says where it is. */
  readonly stateDirectory: string | undefined;
  readonly secrets: Secrets;
  /** Names of the secrets that an adapter needs. */
  readonly credentialsOf: (
    venue: Pick<Configuration["venues"][number], "adapter" | "options">,
  ) => readonly string[];
  /** undefined: any free one will be taken. */
  readonly port: PortState | undefined;
  /** undefined: any free one will be taken, or none. */
  readonly metrics: MetricsState | undefined;
  /** By venue; undefined: nobody was asked. */
  readonly examinations: ReadonlyMap<string, Examination> | undefined;
  /** undefined: wherever systemd finds it. */
  readonly unitPath: string | undefined;
};
