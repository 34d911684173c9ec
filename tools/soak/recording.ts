/**
 * What a soak leaves to be judged: samples of the daemon, timings of its clients and of the machine
 * beside them, and how it ended.
 * @module
 */

/** The daemon at one moment, seen from outside. Bytes, counts since its start, seconds. */
export type Sample = {
  /** Since the load began, milliseconds. */
  readonly atMs: number;
  /** Resident memory of its own; pages of mapped files, which the system takes back, are not in it. */
  readonly anonymousBytes: number;
  readonly heapBytes: number;
  readonly externalBytes: number;
  readonly descriptors: number;
  /** Parts of the journal that are kept. */
  readonly truthBytes: number;
  readonly marketBytes: number;
  /** What its files take on the disk, space taken ahead included. */
  readonly journalBytes: number;
  readonly indexBytes: number;
  readonly checkpointBytes: number;
  /** Applied events, but market data. */
  readonly truthEvents: number;
  readonly marketEvents: number;
  /** Most that waits in one queue. */
  readonly queueDepth: number;
  /** Durable events that the follower, the index, have not applied yet. */
  readonly followerLag: number;
  readonly indexLag: number;
  readonly gcSeconds: number;
  readonly cpuSeconds: number;
  readonly slowConsumers: number;
};

/** Durations by when they ended, in the order in which they did. */
export type Timings = {
  readonly atMs: readonly number[];
  readonly us: readonly number[];
};

/** How it ended. */
export type Outcome = {
  /** Alarms of the log, by name. */
  readonly alarms: Readonly<Record<string, number>>;
  /** What clients found wrong: a gap in their reports, a position that differs. */
  readonly problems: readonly string[];
  /** What `journal verify` says of it. */
  readonly verified: string;
  readonly isVerified: boolean;
  readonly exitCode: number;
};

/** One soak. */
export type Recording = {
  readonly durationMs: number;
  readonly marketRetentionMs: number;
  readonly samples: readonly Sample[];
  /** From a client's write of an intent to its first report, and the machine's floors beside it. */
  readonly intents: Timings;
  readonly echo: Timings;
  readonly sync: Timings;
  readonly outcome: Outcome;
};

/** Timings while they are made. */
export class TimingLog implements Timings {
  readonly atMs: number[] = [];
  readonly us: number[] = [];

  /** Takes one. */
  add(of: { readonly atMs: number; readonly us: number }): void {
    this.atMs.push(of.atMs);
    this.us.push(of.us);
  }
}
