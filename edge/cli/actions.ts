/**
 * What the command line can do, as functions that whoever composes the program hands in.
 * @module
 */
import type { Configuration, Environment, Registry } from "../../config/mod.ts";
import type { CalibrateOptions, CalibrationReport } from "../calibration/calibrate.ts";
import type { ExitCode } from "../exit_codes.ts";
import type { Secrets } from "../secrets.ts";
import type { RawColumns } from "../feeds/capture_reader.ts";
import type { Decimals, Findings } from "../feeds/inspect.ts";
import type { DumpFilter, ExportOptions } from "../journal/dump.ts";
import type { Examination, ExaminationInit } from "../venues/examination.ts";
import type { Machine, MetricsState, PortState } from "./doctor/machine.ts";
import type { WhyResult } from "./why/why.ts";

/** What `run` was asked for; the configuration holds what the command line changed. */
export type RunOptions = {
  readonly configuration: Configuration;
  readonly stateDirectory: string;
  /** The operator allows trading state and kill switch to be loosened at this start. */
  readonly resumeTrading: boolean;
  /** The operator knows that the journal's end is lost. */
  readonly acceptLoss: boolean;
  /** Venues whose own view of the account becomes the ledger's at this start. */
  readonly adoptAccounts: readonly string[];
  /**
   * Reads the configuration again, with what the command line changed.
   * @throws {ConfigurationRefused} If anything is wrong with it.
   */
  readonly reread: () => Configuration;
};

/** Figures by name, snake_case; null where there is none, maps and lists within. */
export type Figures = Readonly<Record<string, unknown>>;

/** What `journal verify` found: figures, and the verdict. */
export type VerifyResult = Figures & {
  readonly ok: boolean;
  /** Engine time of its last batch, microseconds. */
  readonly last_time_us?: number | null;
  /** The first bad record: what, where, and what to do. */
  readonly problem?: string;
};

/** Where `journal replay` begins: at a checkpoint, the newest or the oldest, or at the beginning. */
export const REPLAY_FROM = ["newest", "oldest", "zero"] as const;
export type ReplayFrom = (typeof REPLAY_FROM)[number];

/** What `journal replay` found: figures, and the first events that came out otherwise. */
export type ReplayResult = Figures & {
  readonly ok: boolean;
  readonly differences: readonly {
    readonly seq: number;
    readonly event_type: string;
    readonly difference: string;
  }[];
};

/** Takes one line of output, without its line break. */
export type Print = (line: string) => void;

/** The journal's tools; `directory` is the state directory. */
export interface JournalTools {
  verify(directory: string): VerifyResult;
  stat(directory: string): Figures;
  dump(directory: string, filter: DumpFilter, print: Print): void;
  export(directory: string, options: ExportOptions, print: Print): void;
  sql(directory: string, query: string, print: Print): void;
  /** Tells the story of what `name` names; `progress` takes a line now and then. */
  why(directory: string, of: { readonly name: string; readonly progress: Print }): WhyResult;
  /** Takes a checkpoint of everything; `versions: any` also of what other versions wrote. */
  checkpoint(directory: string, of: { readonly versions: "own" | "any" }): Figures;
  /** Replays with this executable and says what it makes different; changes nothing. */
  replay(directory: string, of: { readonly from: ReplayFrom }): ReplayResult;
  /** Sets aside the record at which recovery fails; returns what it did, in a sentence. */
  quarantine(directory: string, of: { readonly seq: number; readonly reason: string }): string;
}

/** What `feed calibrate` was asked for. */
export type CalibrateRequest = CalibrateOptions & {
  readonly format: string;
  readonly progress: Print;
  readonly problem: Print;
};

/** What was measured, and whether the files could be read to their end. */
export type FeedCalibration = CalibrationReport & { readonly isWhole: boolean };

/** How recorded files are to be read. */
export type InspectionChoice = {
  /** Absent: told from the first line. */
  readonly format?: string;
  readonly columns?: RawColumns;
  readonly decimals?: Decimals;
  readonly isStrict: boolean;
  readonly problem: Print;
  readonly progress: Print;
};

/** What recorded files hold, and in which format they were read. */
export type FeedInspection = Findings & { readonly format: string };

/** What is done with recorded market data. */
export interface FeedTools {
  /** @throws {UsageError} If format or mapping cannot be. */
  inspect(files: readonly string[], of: InspectionChoice): FeedInspection;
  calibrate(request: CalibrateRequest): FeedCalibration;
  /** Writes a whole file. */
  write(path: string, text: string): void;
}

/** Whom and what `doctor` asks. */
export interface DoctorTools {
  machine(): Machine;
  /** Who listens there. */
  port(address: { readonly hostname: string; readonly port: number }): Promise<PortState>;
  /** The same where metrics are to be had. */
  metrics(address: { readonly hostname: string; readonly port: number }): Promise<MetricsState>;
  /** What a venue says of itself and of the key; never fails. */
  examine(venue: ExaminationInit): Promise<Examination>;
}

/** What `top` was asked for. */
export type TopOptions = {
  /** On loopback. */
  readonly port: number;
  readonly tokenFile: string;
  readonly clientId: string;
  readonly intervalMs: number;
  /** One look, then the end. */
  readonly isOnce: boolean;
  readonly isJson: boolean;
};

/** What tells one build of a version from another. */
export type BuildFacts = {
  readonly kind: "source" | "portable" | "compiled";
  /** Commit of the sources; null: nobody can tell. */
  readonly commit: string | null;
};

/** Everything the command line calls. */
export interface Actions {
  readonly version: string;
  readonly build: BuildFacts & {
    /** Name and version of what runs it. */
    readonly runtime: string;
  };
  readonly registry: Omit<Registry, "fileExists">;
  readonly journal: JournalTools;
  readonly feed: FeedTools;
  readonly doctor: DoctorTools;
  /** For `check`, which says which are missing and shows none. */
  readonly secrets: Secrets;
  /** Runs the daemon until it stops. */
  run(options: RunOptions): Promise<ExitCode> | ExitCode;
  /** Shows a running daemon until its user ends it; a sentence says why it ended otherwise. */
  top(options: TopOptions): Promise<{ readonly code: ExitCode; readonly sentence?: string }>;
  /** The exit code of an expected failure, whose message is a sentence; undefined: a fault. */
  exitCodeOf(error: Error): ExitCode | undefined;
}

/** Where the command line speaks and looks. */
export interface Terminal {
  out: Print;
  error: Print;
  readonly environment: Environment;
}
