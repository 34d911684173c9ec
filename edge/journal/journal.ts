/**
 * The journal as the live loop sees it: records go in, "durable up to" comes out.
 *
 * Group commit: one batch is being written while the next fills; the next one goes as soon as the
 * Worker is done, also while the loop is still at its turn. Records are bytes of their batch's
 * parts until it is closed, then bytes in the ring, then the Worker's. Until `handOver` this thread
 * writes itself: a start needs its first batch on the disk and not a thread.
 * Bound: while the open batch holds `batchBytes` or more and the ring has not taken the one before,
 * or a batch is under way for each row of the table of positions, `canAccept` is false and the loop
 * must stop sequencing. After a failure nothing becomes durable any more.
 * @module
 */
import type { Effects } from "../../core/effects.ts";
import type { Event } from "../../core/event.ts";
import { type ClientIndex, type Micros, type SeqId, seqId } from "../../core/numbers.ts";
import type { ReportPage } from "../../wire/backend.ts";
import { ByteWriter } from "../../wire/byte_writer.ts";
import type { EncodedReport } from "../../wire/encoded_report.ts";
import { flatHistogram } from "../metrics/flat.ts";
import { Histogram } from "../metrics/histogram.ts";
import type { MetricSource } from "../metrics/registry.ts";
import type { Samples } from "../metrics/samples.ts";
import { DiskError, type Ports } from "../ports.ts";
import { writeEffectLines } from "./effect_lines.ts";
import { writeEventLine } from "./event_lines.ts";
import { JournalRefused } from "./refusal.ts";
import { BatchReports, type ReportIndex } from "./report_index.ts";
import { type ReadFrom, ReportStore } from "./report_store.ts";
import { CELL, type CommitCells, createRingMemory, type RingMemory, RingWriter } from "./ring.ts";
import { encodeRingRecord, RECORD_BYTES, type RingRecord, STOP_RECORD } from "./ring_record.ts";
import { type JournalPorts, POSITION_COLUMNS, POSITION_ROWS } from "./worker.ts";
import {
  type BatchPosition,
  journalDirectory,
  type JournalTail,
  type SegmentSettings,
} from "./writer.ts";
import { WritingEnd } from "./writing_end.ts";

/** Sizes. Powers of two where said. */
export type JournalSettings = SegmentSettings & {
  /** Bytes of the ring to the Worker, a power of two. */
  readonly ringBytes: number;
  /** An open batch of this many bytes is closed although one is in flight. */
  readonly batchBytes: number;
};

/** What suits a daemon on a local disk. */
export const JOURNAL_DEFAULTS: JournalSettings = {
  segmentBytes: 64 << 20,
  segmentAgeUs: 86_400_000_000,
  fillBytes: 1 << 20,
  ringBytes: 32 << 20,
  batchBytes: 4 << 20,
};

export type JournalOptions = {
  readonly ports: JournalPorts & Pick<Ports, "workers">;
  readonly stateDirectory: string;
  readonly engineVersion: string;
  /** From the recovery, when its records have been replayed. */
  readonly tail: JournalTail;
  readonly reports: ReportIndex;
  readonly settings: JournalSettings;
  /** Engine clock. */
  readonly nowUs: () => Micros;
  /** Of the timeline after the last recorded event; asked once per batch. */
  readonly digest: () => string;
};

/** An applied event. `effects` is read during the call only. */
export type JournalEntry = { readonly event: Event; readonly effects: Effects };

/**
 * What was wrong: the disk, when what is new was to be written or what was written to be read; the
 * Worker that writes, which died of a fault of ours; or what was written, which is not as it was.
 */
export type JournalFault = "write" | "worker" | "read" | "altered";

type ClosedBatch = {
  readonly lastSeq: SeqId;
  /** Engine time of its first event. */
  readonly firstUs: number;
  readonly reports: BatchReports;
};

/** The open journal. */
export class Journal implements MetricSource {
  readonly journalId: string;
  readonly #options: JournalOptions;
  readonly #memory: RingMemory;
  readonly #positions: Float64Array<SharedArrayBuffer>;
  readonly #ring: RingWriter;
  readonly #writing: WritingEnd;
  readonly #store: ReportStore;

  readonly #truth = new ByteWriter();
  readonly #market = new ByteWriter();
  #firstSeq: SeqId | undefined;
  #firstUs = 0;
  #lastSeq: SeqId;
  #reports = new BatchReports();

  readonly #head = new Uint8Array(RECORD_BYTES);
  /** Bytes of a closed batch that the ring had no room for yet. */
  #outgoing: Uint8Array = new Uint8Array(0);
  #inFlight: ClosedBatch[] = [];
  #durableCount = 0;
  #durableSeq: SeqId;
  #durableBatch: number;
  #state: "open" | "stopping" | "stopped" | "failed" = "open";
  #bytesWritten = 0;
  readonly #commits = new Histogram();

  #durableHandler: (seq: SeqId, atUs: Micros) => void = () => {};
  #failureHandler: (sentence: string, fault: JournalFault) => void = () => {};
  #stoppedHandler: () => void = () => {};

  /** Opens it where a recovery found its end. */
  constructor(options: JournalOptions) {
    const { ports, tail, stateDirectory, engineVersion, settings } = options;
    this.#options = options;
    this.journalId = tail.journalId;
    this.#lastSeq = seqId(tail.seq);
    this.#durableSeq = this.#lastSeq;
    this.#durableBatch = tail.batch;
    this.#memory = createRingMemory(settings.ringBytes);
    this.#positions = new Float64Array(
      new SharedArrayBuffer(8 * POSITION_ROWS * POSITION_COLUMNS),
    );
    this.#ring = new RingWriter(this.#memory);
    this.#store = new ReportStore(ports.disk, {
      directory: journalDirectory(stateDirectory),
      lastBatch: tail.batch,
      index: options.reports,
    });
    const start = { stateDirectory, engineVersion, tail };
    this.#writing = new WritingEnd({
      ports,
      init: { memory: this.#memory, positions: this.#positions, start, settings },
      onStopped: () => this.#stoppedHandler(),
      onFailed: (sentence, fault) => this.#fail(sentence, fault),
    });
    ports.signals.watch(this.#memory.cells, CELL.progress, () => this.#onProgress());
  }

  /** Leaves writing to a Worker; until then this thread does it. */
  handOver(): void {
    this.#writing.handOver();
  }

  /** Last event that is on the disk; only its effects and earlier ones may be shown. */
  get durableSeq(): SeqId {
    return this.#durableSeq;
  }

  /** Last batch that is on the disk. */
  get durableBatch(): number {
    return this.#durableBatch;
  }

  /** Shared counters, for those who follow the journal, give way to it or wait for a commit. */
  get cells(): CommitCells {
    return this.#memory.cells;
  }

  /** Number of the commit that what is recorded next belongs to, for `isCommitted`. */
  get openCommit(): number {
    return (this.#durableCount + this.#inFlight.length + 1) | 0;
  }

  /** False: stop sequencing until `onDurable` is called. */
  get canAccept(): boolean {
    return this.#state === "open" && this.#openBytes < this.#options.settings.batchBytes;
  }

  /** `atUs`: engine time at which the news arrived. */
  onDurable(handler: (seq: SeqId, atUs: Micros) => void): void {
    this.#durableHandler = handler;
  }

  /** Called once, with a sentence for people; the daemon must end. */
  onFailure(handler: (sentence: string, fault: JournalFault) => void): void {
    this.#failureHandler = handler;
  }

  /** Records an applied event with its effects, after the one before it. */
  record({ event, effects }: JournalEntry, reports: readonly EncodedReport[]): void {
    if (this.#firstSeq === undefined) {
      this.#firstSeq = event.seqId;
      this.#firstUs = event.ingestTime;
    }
    this.#lastSeq = event.seqId;
    writeEventLine(event.source === "market_data" ? this.#market : this.#truth, event);
    writeEffectLines(this.#truth, { seqId: event.seqId, effects, reports });
    for (const report of reports) {
      this.#reports.note(report.client, report.reportSeq);
      this.#store.remember(report);
    }
    if (this.#openBytes >= this.#options.settings.batchBytes) this.#close();
  }

  /** Hands the open batch on, unless one is being written: then it goes when that one is durable. */
  flush(): void {
    if (this.#inFlight.length === this.#committed) this.#close();
  }

  /** Tells at once of what this thread has made durable. */
  settle(): void {
    if (this.#writing.isHere) this.#onProgress();
  }

  /** First report of a client that is kept; last + 1 if none is. */
  reportFirstSeq(client: ClientIndex): number {
    return this.#store.firstSeq(client);
  }

  /**
   * Durable reports from `reportSeq` on, about `limitBytes` of them, from memory alone unless it
   * `mayLook` (if not said: it may). Reports that are not as they were written are a failure: nothing
   * is given, and the daemon must end.
   */
  readReports(client: ClientIndex, from: ReadFrom): ReportPage {
    try {
      return this.#store.read(client, from);
    } catch (error) {
      if (!(error instanceof JournalRefused || error instanceof DiskError)) throw error;
      this.#fail(error.message, error instanceof DiskError ? "read" : "altered");
      return { firstSeq: from.reportSeq, texts: [], isFromMemory: false };
    }
  }

  /** Segments before `segment` have been dropped by retention. */
  segmentsDropped(segment: number): void {
    this.#store.dropBefore(segment);
  }

  /** Asks the Worker for a sign of life; it gives one between two commits. */
  probe(): void {
    Atomics.add(this.#memory.cells, CELL.asked, 1);
    this.#tellWriter();
  }

  /** True if the Worker has answered the newest probe. */
  get hasAnswered(): boolean {
    const { cells } = this.#memory;
    return Atomics.load(cells, CELL.answered) === Atomics.load(cells, CELL.asked);
  }

  /** Age of the oldest event that is not on the disk, microseconds; 0: all of them are. */
  get durableLagUs(): number {
    const [oldest] = this.#inFlight;
    const waiting = this.#firstSeq === undefined ? undefined : this.#firstUs;
    const sinceUs = oldest?.firstUs ?? waiting;
    return sinceUs === undefined ? 0 : Math.max(0, this.#options.nowUs() - sinceUs);
  }

  /** For heartbeat, log and metrics. */
  counters(): Readonly<Record<string, number>> {
    return {
      journal_durable_seq: this.#durableSeq,
      journal_batch: this.#durableBatch,
      journal_bytes_written: this.#bytesWritten,
      journal_open_bytes: this.#openBytes,
      journal_batches_in_flight: this.#inFlight.length,
      journal_ring_free_bytes: this.#ring.room,
      ...flatHistogram("journal_commit", this.#commits),
    };
  }

  measure(into: Samples): void {
    into.put("tapeline_journal_durable_lag_seconds", this.durableLagUs / 1_000_000);
    into.histogram("tapeline_journal_commit_seconds", this.#commits);
  }

  /** Writes what is open, closes the files, then calls `done`; nothing may be recorded after. */
  stop(done: () => void): void {
    if (this.#state !== "open") return done();
    this.#stoppedHandler = done;
    this.handOver();
    this.#state = "stopping";
    this.#pump();
  }

  /**
   * Ends at once: a batch that is under way is on the disk or is not, nothing comes after it. To be
   * called before another may write here.
   */
  abandon(): void {
    this.#state = "stopped";
    this.#writing.terminate();
  }

  get #isRunning(): boolean {
    return this.#state === "open" || this.#state === "stopping";
  }

  get #openBytes(): number {
    return this.#truth.length + this.#market.length;
  }

  #close(): void {
    if (this.#firstSeq === undefined || this.#outgoing.length > 0) return;
    if (this.#inFlight.length >= POSITION_ROWS) return; // a row is of one batch until it is noted
    this.#inFlight.push({
      lastSeq: this.#lastSeq,
      firstUs: this.#firstUs,
      reports: this.#reports,
    });
    this.#send({
      kind: "batch",
      truthBytes: this.#truth.length,
      marketBytes: this.#market.length,
      firstSeq: this.#firstSeq,
      lastSeq: this.#lastSeq,
      timeUs: this.#options.nowUs(),
      digest: this.#options.digest(),
    });
    this.#truth.clear();
    this.#market.clear();
    this.#firstSeq = undefined;
    this.#reports = new BatchReports();
  }

  #send(record: RingRecord): void {
    encodeRingRecord(record, this.#head);
    this.#put(this.#head);
    if (this.#truth.length > 0) this.#put(this.#truth.bytes);
    if (this.#market.length > 0) this.#put(this.#market.bytes);
    this.#tellWriter();
  }

  /** Puts bytes into the ring; what finds no room waits behind what waits already. */
  #put(bytes: Uint8Array): void {
    const count = this.#outgoing.length > 0 ? 0 : this.#ring.write(bytes);
    if (count < bytes.length) this.#outgoing = joined([this.#outgoing, bytes.subarray(count)]);
  }

  #push(): void {
    const count = this.#ring.write(this.#outgoing);
    if (count === 0) return;
    this.#outgoing = this.#outgoing.subarray(count);
    this.#tellWriter();
  }

  #tellWriter(): void {
    this.#writing.tell();
    // This thread has made room for the rest of a batch that is larger than the ring; a Worker will.
    if (this.#outgoing.length > 0 && this.#ring.room > 0) this.#push();
  }

  /** Moves on whatever waits: the rest of a batch, the open batch, the word to stop. */
  #pump(): void {
    if (this.#outgoing.length > 0) this.#push();
    if (this.#outgoing.length > 0) return;
    const isUrgent = this.#state === "stopping" ||
      this.#openBytes >= this.#options.settings.batchBytes;
    if (isUrgent) this.#close();
    else this.flush();
    const isWaiting = this.#outgoing.length > 0 || this.#firstSeq !== undefined;
    if (this.#state !== "stopping" || isWaiting) return;
    this.#state = "stopped";
    this.#send(STOP_RECORD);
  }

  /** Batches that are on the disk and not yet taken note of. */
  get #committed(): number {
    return (Atomics.load(this.#memory.cells, CELL.durable) - this.#durableCount) | 0;
  }

  #onProgress(): boolean {
    const batches = this.#committed;
    this.#durableCount = (this.#durableCount + batches) | 0;
    if (batches > 0) this.#takeDurable(batches);
    // The next batch goes first: the disk works while the effects of the last one are sent.
    if (this.#isRunning) this.#pump();
    if (batches > 0) this.#durableHandler(this.#durableSeq, this.#options.nowUs());
    return this.#isRunning || this.#inFlight.length > 0;
  }

  #takeDurable(batches: number): void {
    for (const batch of this.#inFlight.splice(0, batches)) {
      this.#durableBatch += 1;
      this.#durableSeq = batch.lastSeq;
      const position = this.#positionOf(this.#durableBatch);
      this.#commits.observe(this.#commitUsOf(this.#durableBatch));
      this.#bytesWritten += position.bytes;
      this.#store.add(batch.reports, position);
    }
  }

  #commitUsOf(batch: number): number {
    return this.#positions[(batch % POSITION_ROWS) * POSITION_COLUMNS + 4] ?? 0;
  }

  #positionOf(batch: number): BatchPosition {
    const row = (batch % POSITION_ROWS) * POSITION_COLUMNS;
    const positions = this.#positions;
    const found = positions[row];
    const [segment, offset, bytes] = [positions[row + 1], positions[row + 2], positions[row + 3]];
    if (found === batch && segment !== undefined && offset !== undefined && bytes !== undefined) {
      return { batch, segment, offset, bytes };
    }
    throw new RangeError(
      `Cannot tell where batch ${batch} is: its row must be of it: was of batch ${found}`,
    );
  }

  #fail(sentence: string, fault: JournalFault): void {
    if (this.#state === "failed") return;
    this.#state = "failed";
    this.#writing.terminate();
    this.#failureHandler(sentence, fault);
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}
