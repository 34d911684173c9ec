/**
 * What the wire server needs of the daemon, and what the daemon tells the server.
 *
 * The server offers drafts and reads the view; it never sees the machines. It is told of every
 * applied event before that event is durable (so that it can take what it needs of the state) and
 * again when everything up to a sequence number is durable (only then may it send).
 * @module
 */
import type { Effects } from "../core/effects.ts";
import type { Draft, Event, Mode } from "../core/event.ts";
import type { ClientIndex, InstrumentId, Micros, SeqId } from "../core/numbers.ts";
import type { HotLoop, SignalEmission } from "../core/hotloop/mod.ts";
import type { View } from "../core/view.ts";
import type { EncodedReport } from "./encoded_report.ts";

/** A bounded queue into the sequencer. Events of one producer never overtake each other. */
export interface Producer {
  /** False if the queue is full: stop reading, offer it again when `onRoom` is called. */
  offer(draft: Draft): boolean;
  readonly length: number;
  onRoom(handler: () => void): void;
  /** Drops what waits and leaves the sequencer. */
  close(): void;
}

/** How reports are read. */
export type ReadReports = {
  readonly limitBytes: number;
  /** False: what is in memory no more is not looked for, and the page is empty. */
  readonly mayLook: boolean;
};

/** Recorded reports of one client, wire JSON texts, in order. */
export type ReportPage = {
  readonly firstSeq: number;
  readonly texts: readonly string[];
  /**
   * False if the journal's files were looked into, for a few milliseconds of the thread that all share,
   * or would have to be.
   */
  readonly isFromMemory: boolean;
};

/** Which daemon this is, under which configuration. */
export type DaemonIdentity = {
  readonly name: string;
  readonly version: string;
  readonly configDigest: string;
};

/** What the server asks of the hot loop; it changes nothing there. */
export type HotLoopView = Pick<
  HotLoop,
  | "best"
  | "best2Sum"
  | "spreadTicks"
  | "ladderTop"
  | "lastTradedTsMs"
  | "sizeAhead"
  | "matchRateEma"
  | "pfillTtf"
  | "getMbr"
  | "marketRate"
  | "sweepSniffer"
  | "bigMoveTrigger"
  | "rfSeenRecently"
  | "trendLens"
  | "capabilities"
  | "queueLevels"
>;

/** The hot loop as the wire shows it. It has applied every event before the server is told of it. */
export interface SignalSource {
  readonly hotLoop: HotLoopView;
  /** What the detectors said while the newest event was applied. */
  readonly emissions: readonly SignalEmission[];
}

export interface Backend {
  readonly view: View;
  /** Absent: this daemon computes no signals. */
  readonly signals?: SignalSource;
  readonly journalId: string;
  readonly daemon: DaemonIdentity;
  readonly mode: Mode;
  readonly durableSeq: SeqId;
  /** Engine clock now; not before the last event's. */
  nowUs(): Micros;
  openProducer(name: string): Producer;
  /** Events waiting before the sequencer, all producers. */
  queueDepth(): number;
  /** First report of a client that is still kept; last + 1 if none is. */
  reportFirstSeq(client: ClientIndex): number;
  /** Durable reports from `fromSeq` on, about `limitBytes` of them, at least one if there is one. */
  readReports(client: ClientIndex, fromSeq: number, of: ReadReports): ReportPage;
  /** Asks for `IntervalElapsed` events at multiples of the interval; shared between callers. */
  watchInterval(intervalMs: number): () => void;
  /** What the daemon counts, the server's own aside: for the `metrics` query, snake_case. */
  counters(): Readonly<Record<string, number | string>>;
  /** Reads a raw line of a venue's feed; undefined: no format is configured for it. */
  readRaw?(of: RawLine): RawOutcome | undefined;
  /** What raw lines said of these books did not all arrive: they wait for their next snapshots. */
  forgetRaw?(instruments: ReadonlySet<InstrumentId>): void;
  /** Something an operator must know. */
  alarm(code: "RESUME_AHEAD", text: string): void;
}

/** A raw line of a venue's feed, received at `tsUs`. */
export type RawLine = {
  readonly venue: string;
  readonly line: string;
  readonly tsUs: Micros;
};

/** What became of a raw line that a client published. */
export type RawOutcome =
  | { readonly ok: true; readonly drafts: readonly Draft[] }
  | { readonly ok: false; readonly problem: string };

/** How the daemon's loop drives those who look at the timeline. */
export interface Observer {
  /**
   * The event was applied; nothing of it may be shown yet. `effects` and `reports` are valid during
   * the call.
   */
  applied(event: Event, effects: Effects, reports: readonly EncodedReport[]): void;
  /** Everything up to and including `upTo` is durable, as became known at `atUs`, engine time. */
  released(upTo: SeqId, atUs: Micros): void;
}
