/**
 * Opening a journal: is it whole, where does it end, what has to be replayed.
 *
 * `recover` checks what needs no reading of batches; `records` then reads and checks every batch,
 * once: those before the checkpoint by chain and hashes only, those after it are given out. Only when
 * it has been walked to its end is the journal known to be sound, and only then are a torn tail's
 * bytes cleared and `tail` known.
 * @module
 */
import type { Event } from "../../core/event.ts";
import type { Micros } from "../../core/numbers.ts";
import type { Checkpoint } from "../../core/timeline.ts";
import type { Randomness } from "../ports.ts";
import { batchLines } from "./batch_lines.ts";
import { type BeginningOptions, checkpointOfLoss, findBeginning } from "./checkpoint_place.ts";
import { EventLineError, parseEventLine } from "./event_lines.ts";
import { type SegmentHeader, segmentName } from "./format.ts";
import { createHighWater, type HighWaterMark } from "./high_water.ts";
import { finishAcceptedLoss } from "./accepted_loss_files.ts";
import { endsBefore, inspectFiles, segmentsLeft } from "./opening.ts";
import { JournalRefused, RESTORE_ADVICE } from "./refusal.ts";
import { ReportIndex } from "./report_index.ts";
import { emptyTail, JournalScan, journalStart, type TornTail } from "./scan.ts";
import type { Batch } from "./segment_reader.ts";
import { type BatchPosition, journalDirectory, type JournalTail } from "./writer.ts";

/** An event as it was recorded. */
export type RecoveredRecord = {
  readonly event: Event;
  /** The recorded lines of its effects, as `encodeEffectLines` spells them. */
  readonly effectLines: string;
  /** Present at the last event of a batch. */
  readonly batchEnd?: {
    readonly digest: string;
    readonly position: BatchPosition;
  };
};

export type RecoverOptions = BeginningOptions & {
  readonly randomness: Randomness;
  /** Of the running program: a batch of another one is not replayed. undefined: any is read. */
  readonly engineVersion: string | undefined;
  /** `read`: a torn tail is left as it is, since a daemon may be writing it. Default `repair`. */
  readonly access?: "read" | "repair";
  /**
   * `ignored`: it may end before its mark, or have lost it, and before checkpoints, which are passed
   * over. Default `binding`.
   */
  readonly mark?: "binding" | "ignored";
};

/** A journal that is being opened. */
export type Recovery = {
  readonly journalId: string;
  /** True if the journal was made just now. */
  readonly isNew: boolean;
  /**
   * True until the first batch of a journal that was begun after a loss is durable; known when
   * `records` has ended.
   */
  readonly isAfterLoss: boolean;
  /** State to begin from; undefined: from nothing. */
  readonly checkpoint: Checkpoint | undefined;
  /** Since when everything was lost, where the core had not been told at the checkpoint. */
  readonly lostSinceUs: Micros | undefined;
  /** Index of the reports up to the checkpoint; whoever replays adds the rest. */
  readonly reports: ReportIndex;
  /**
   * Reads what was recorded after the checkpoint; to be walked once, to its end.
   * @throws {JournalRefused} At the first record that is not as it was written.
   */
  records(): Generator<RecoveredRecord>;
  /** Where the journal ends. @throws {RangeError} Before `records` has ended. */
  readonly tail: JournalTail;
};

/**
 * Opens the journal of a state directory, or begins one if there has never been any.
 * @throws {JournalRefused} If it is damaged, incomplete, older than its mark or another one.
 */
export function recover(options: RecoverOptions): Recovery {
  const { disk, stateDirectory } = options;
  if (options.access !== "read") finishAcceptedLoss(disk, stateDirectory);
  const isMarkIgnored = options.mark === "ignored";
  const { mark, segments } = isMarkIgnored
    ? { mark: undefined, segments: segmentsLeft(disk, stateDirectory) }
    : inspectFiles(disk, stateDirectory);
  const first = segments[0];
  if (first !== undefined) return new ExistingJournal(options, { mark, segments, first });
  if (mark === undefined) return isMarkIgnored ? nothing() : beginJournal(options);
  if (mark.batch > 0) return afterLoss(options, mark);
  disk.makeDirectory(journalDirectory(stateDirectory));
  // The process that made the mark may have died before its name was durable.
  if (options.access !== "read") disk.syncDirectory(stateDirectory);
  return emptyRecovery(emptyTail(mark.journalId));
}

function beginJournal(options: RecoverOptions): Recovery {
  const { disk, stateDirectory, randomness } = options;
  const journalId = randomness.bytes(16).toHex();
  disk.makeDirectory(journalDirectory(stateDirectory));
  const tail = emptyTail(journalId);
  // The mark comes first: from here on a journal without a mark is one that lost it.
  createHighWater(disk, stateDirectory, tail);
  return emptyRecovery(tail);
}

function emptyRecovery(tail: JournalTail): Recovery {
  return {
    journalId: tail.journalId,
    isNew: true,
    isAfterLoss: false,
    checkpoint: undefined,
    lostSinceUs: undefined,
    reports: new ReportIndex(),
    *records(): Generator<RecoveredRecord> {},
    tail,
  };
}

/** What is there where there is no journal, and none is begun. */
function nothing(): Recovery {
  return emptyRecovery(emptyTail("0".repeat(32)));
}

/** A journal that was begun after a loss and has no batch yet. */
function afterLoss(options: RecoverOptions, mark: HighWaterMark): Recovery {
  const stored = checkpointOfLoss(options, mark);
  return {
    ...emptyRecovery(stored.tail),
    isNew: false,
    isAfterLoss: true,
    checkpoint: stored.state,
    lostSinceUs: stored.lostSinceUs,
    reports: ReportIndex.from(stored.reports),
  };
}

class ExistingJournal implements Recovery {
  readonly journalId: string;
  readonly isNew = false;
  readonly checkpoint: Checkpoint | undefined;
  readonly lostSinceUs: Micros | undefined;
  readonly reports: ReportIndex;
  readonly #options: RecoverOptions;
  readonly #mark: HighWaterMark | undefined;
  readonly #scan: JournalScan;
  /** Over what the checkpoint stands for; undefined without one. */
  readonly #before: JournalScan | undefined;
  /** Where the checkpoint was taken, if it is one of a loss. */
  readonly #lossBatch: number | undefined;
  #tail: JournalTail | undefined;

  constructor(
    options: RecoverOptions,
    found: {
      readonly mark: HighWaterMark | undefined;
      readonly segments: readonly SegmentHeader[];
      readonly first: SegmentHeader;
    },
  ) {
    const { mark, segments, first } = found;
    const { disk, stateDirectory } = options;
    this.#options = options;
    this.#mark = mark;
    this.journalId = first.journalId;
    const scan = { disk, stateDirectory, segments, mark, depth: "checked" } as const;
    const { stored, from } = findBeginning(options, { mark, segments });
    this.checkpoint = stored?.state;
    this.lostSinceUs = stored?.lostSinceUs;
    this.#lossBatch = stored?.tail.segment === 0 ? stored.tail.batch : undefined;
    this.reports = ReportIndex.from(stored?.reports ?? []);
    this.reports.dropBefore(first.number);
    this.#scan = new JournalScan({ ...scan, from });
    if (stored !== undefined && first.firstBatch <= from.batch) {
      this.#before = new JournalScan({ ...scan, from: journalStart(first) });
    }
  }

  get tail(): JournalTail {
    if (this.#tail !== undefined) return this.#tail;
    throw new RangeError("Cannot tell where the journal ends: its records must be read first");
  }

  get isAfterLoss(): boolean {
    return this.tail.batch === this.#lossBatch;
  }

  *records(): Generator<RecoveredRecord> {
    this.#checkBefore(this.#scan.tail);
    for (const batch of this.#scan.batches()) {
      this.#checkVersion(batch);
      yield* batchRecords(batch);
    }
    if (this.#options.access !== "read") this.#settleEnd();
    this.#tail = this.#scan.tail;
  }

  #settleEnd(): void {
    const { torn, tail } = this.#scan;
    if (torn !== undefined) this.#clear(torn);
    if (this.#mark !== undefined && tail.batch > this.#mark.batch) this.#writeAgain(this.#mark);
    // A process that died between naming its last segment and syncing the name left one that a power
    // cut takes back; batches into space that was filled before change nothing about that.
    const { disk, stateDirectory } = this.#options;
    disk.syncDirectory(journalDirectory(stateDirectory));
  }

  /**
   * What is beyond the mark was perhaps never synced with success: after a sync that failed the
   * system shows it to every reader, counts it as written, and forgets it. People are told of it
   * from now on, so it is written once more.
   */
  #writeAgain(mark: HighWaterMark): void {
    const { disk } = this.#options;
    const { segment, offset: end } = this.#scan.tail;
    const from = mark.segment === segment ? mark.offset : 0;
    const file = disk.open(this.#pathOf(segment), "write");
    try {
      const bytes = new Uint8Array(Math.max(0, end - from));
      file.writeAt(bytes.subarray(0, file.readAt(bytes, from)), from);
      file.syncData();
    } finally {
      file.close();
    }
  }

  #pathOf(segment: number): string {
    return `${journalDirectory(this.#options.stateDirectory)}/${segmentName(segment)}`;
  }

  /** Reports are read from there, and people believe it: no trading on a damaged past. */
  #checkBefore(checkpoint: JournalTail): void {
    if (this.#before === undefined) return;
    for (const { header } of this.#before.batches()) {
      if (header.number === checkpoint.batch) return;
    }
    // Its header is there and its parts are not: acknowledged, so no torn tail.
    throw endsBefore(checkpoint, this.#before);
  }

  #checkVersion({ header, segment, offset }: Batch): void {
    const { engineVersion } = this.#options;
    if (engineVersion === undefined || header.engineVersion === engineVersion) return;
    throw new JournalRefused(
      `what follows the checkpoint must be of engine ${engineVersion}: was of engine ` +
        `${header.engineVersion}`,
      `Have the executable of engine ${header.engineVersion} take a checkpoint ` +
        '("tapeline journal checkpoint"), then start this one',
      { segment: segmentName(segment), offset, batch: header.number, seq: header.firstSeq },
    );
  }

  #clear(torn: TornTail): void {
    const { disk, log } = this.#options;
    const file = disk.open(this.#pathOf(torn.segment), "write");
    try {
      file.writeAt(new Uint8Array(torn.bytes), torn.offset);
      file.syncData();
    } finally {
      file.close();
    }
    log.write("warning", "journal_torn_tail_dropped", { ...torn });
  }
}

/**
 * Yields the records of a batch.
 * @throws {JournalRefused} If the batch does not hold exactly its events.
 */
export function* batchRecords(batch: Batch): Generator<RecoveredRecord> {
  const { header } = batch;
  let seq = header.firstSeq - 1;
  for (const lines of batchLines(batch)) {
    seq += 1;
    if (lines.seq !== seq || lines.event === undefined) throw missingEvent(batch, seq);
    const record = { event: readEvent(lines.event, batch), effectLines: lines.effects };
    if (seq !== header.lastSeq) yield record;
    else yield { ...record, batchEnd: batchEnd(batch) };
  }
  if (seq !== header.lastSeq) throw missingEvent(batch, seq + 1);
}

function batchEnd(batch: Batch): Required<RecoveredRecord>["batchEnd"] {
  const { header, segment, offset, bytes } = batch;
  return {
    digest: header.digest,
    position: { batch: header.number, segment, offset, bytes },
  };
}

function missingEvent(batch: Batch, seq: number): JournalRefused {
  const { header, segment, offset } = batch;
  const place = { segment: segmentName(segment), offset, batch: header.number, seq };
  return header.isMarketDropped
    ? new JournalRefused(
      "a batch that is replayed must have its market part: was dropped by retention",
      "Restore a checkpoint that covers it",
      place,
    )
    : new JournalRefused(
      "a batch must hold each of its events: was without one",
      RESTORE_ADVICE,
      place,
    );
}

function readEvent(line: string, batch: Batch): Event {
  try {
    return parseEventLine(line);
  } catch (error) {
    if (!(error instanceof EventLineError)) throw error;
    const { header, segment, offset } = batch;
    throw new JournalRefused(
      `an event must be readable: was "${error.message}"`,
      "It was recorded by another version: start that one",
      { segment: segmentName(segment), offset, batch: header.number },
    );
  }
}
