/**
 * The first look at a journal: its mark, its segments, and where a checkpoint stands in it. Shared
 * by recovery, follower and the command line, so that they all say the same.
 * @module
 */
import type { Disk } from "../ports.ts";
import { oldestCheckpointSeq } from "./checkpoint_files.ts";
import { type SegmentHeader, segmentName } from "./format.ts";
import { type HighWaterMark, highWaterPath, readHighWater } from "./high_water.ts";
import { JournalRefused, LOSS_ADVICE, RESTORE_ADVICE } from "./refusal.ts";
import type { JournalScan } from "./scan.ts";
import { SegmentReader } from "./segment_reader.ts";
import { listSegments } from "./segments.ts";
import { journalDirectory, type JournalTail } from "./writer.ts";

/** What a first look finds. */
export type JournalFiles = {
  /** undefined: there has never been a journal here. */
  readonly mark: HighWaterMark | undefined;
  /** All segments; none while nothing has been written. */
  readonly segments: readonly SegmentHeader[];
};

/** What only a journal leaves in its state directory, beside its checkpoints. */
const TRACES = ["journal/anchor.json", "events.sqlite", "poison", "quarantine", "lost"];

/** The place of a mark, where it says that there is no segment yet. */
export function placeOfMark({ journalId, batch, seq, chain }: HighWaterMark): JournalTail {
  return { journalId, segment: 0, offset: 0, segmentSinceUs: 0, batch, seq, chain };
}

/**
 * Looks at the files of a state directory's journal.
 * @throws {JournalRefused} If files are missing, damaged or do not belong together.
 */
export function inspectFiles(disk: Disk, stateDirectory: string): JournalFiles {
  const mark = readHighWater(disk, highWaterPath(stateDirectory));
  const segments = listSegments(disk, journalDirectory(stateDirectory));
  const first = segments[0];
  if (mark === "missing" && first === undefined) {
    refuseTraces(disk, stateDirectory);
    return { mark: undefined, segments };
  }
  if (mark === "missing" || mark === "damaged") {
    const advice = first === undefined ? RESTORE_ADVICE : LOSS_ADVICE;
    throw new JournalRefused(`its high-water mark must be intact: was ${mark}`, advice);
  }
  // A journal that was begun after a loss has a mark, and a checkpoint, before its first segment.
  if (first === undefined && mark.batch > 0 && mark.segment > 0) {
    throw new JournalRefused(
      `it must reach its high-water mark (batch ${mark.batch}, seq ${mark.seq}): ` +
        "was without segments",
      RESTORE_ADVICE,
    );
  }
  requireJournal(mark, first);
  return { mark, segments };
}

/**
 * Holds the first segment to the journal that the mark is of. An end may be lost; another daemon's
 * journal is nobody's loss.
 * @throws {JournalRefused} If it is another one.
 */
function requireJournal({ journalId }: HighWaterMark, first: SegmentHeader | undefined): void {
  if (first === undefined || first.journalId === journalId) return;
  throw new JournalRefused(
    `it must be journal ${journalId}, as its high-water mark says: was ${first.journalId}`,
    RESTORE_ADVICE,
    { segment: segmentName(first.number), offset: 0 },
  );
}

/**
 * Returns the segments of a journal that may have lost its end: its mark, if it is intact, says no
 * more than which journal it is.
 * @throws {JournalRefused} If files of it do not belong together.
 */
export function segmentsLeft(disk: Disk, stateDirectory: string): readonly SegmentHeader[] {
  const mark = readHighWater(disk, highWaterPath(stateDirectory));
  const segments = listSegments(disk, journalDirectory(stateDirectory));
  if (typeof mark === "object") requireJournal(mark, segments[0]);
  return segments;
}

/**
 * Returns false where there has never been a journal, so that a start begins one.
 * @throws {DiskError} If the directory cannot be read.
 */
export function hasJournal(disk: Disk, stateDirectory: string): boolean {
  try {
    return inspectFiles(disk, stateDirectory).mark !== undefined;
  } catch (error) {
    if (!(error instanceof JournalRefused)) throw error;
    return true; // what is left of it is refused
  }
}

/**
 * As `inspectFiles`, where there must be a journal.
 * @throws {JournalRefused} Also if there has never been one.
 */
export function inspectJournal(
  disk: Disk,
  stateDirectory: string,
): JournalFiles & { readonly mark: HighWaterMark } {
  const { mark, segments } = inspectFiles(disk, stateDirectory);
  if (mark !== undefined) return { mark, segments };
  throw new JournalRefused(
    `there must be one in ${stateDirectory}: was none`,
    "Name the state directory of a daemon with --state-dir",
  );
}

/** Another journal would give out anew what the one that is gone has given out. */
function refuseTraces(disk: Disk, stateDirectory: string): void {
  const hasCheckpoint = oldestCheckpointSeq(disk, stateDirectory) !== undefined;
  const trace = hasCheckpoint
    ? "checkpoints"
    : TRACES.find((name) => disk.exists(`${stateDirectory}/${name}`));
  if (trace === undefined) return;
  throw new JournalRefused(
    `a state directory that has ${trace} must have a journal: was without one`,
    RESTORE_ADVICE,
  );
}

/**
 * Finds the place in a journal after the batch that ended at `tail`, wherever retention put it.
 * @throws {JournalRefused} If the journal does not hold that batch.
 */
export function placeAfter(
  tail: JournalTail,
  journal: { disk: Disk; directory: string; segments: readonly SegmentHeader[] },
): JournalTail {
  const { disk, directory, segments } = journal;
  const segment = segments.findLast((header) => header.firstBatch <= tail.batch);
  if (segment === undefined) return afterDroppedBatch(tail, segments[0]);
  const reader = new SegmentReader(disk, { directory, number: segment.number });
  try {
    const batch = reader.locate(tail.batch, reader.firstOffset);
    if (batch === undefined) throw disagreement(tail, "missing");
    if (batch.header.chain !== tail.chain) throw disagreement(tail, "another chain");
    return { ...tail, segment: segment.number, offset: batch.offset + batch.bytes };
  } finally {
    reader.close();
  }
}

/** The refusal of a journal that a checkpoint was not taken of. */
export function disagreement(tail: JournalTail, was: string): JournalRefused {
  return new JournalRefused(
    `it must contain the batch after which its checkpoint was taken: was ${was}`,
    RESTORE_ADVICE,
    { batch: tail.batch, seq: tail.seq },
  );
}

/** The refusal of a journal that is whole up to where the walk has come, which is before its checkpoint. */
export function endsBefore({ batch, seq }: JournalTail, walked: JournalScan): JournalRefused {
  return walked.earlyEnd(`its checkpoint (batch ${batch}, seq ${seq})`);
}

function afterDroppedBatch(tail: JournalTail, first: SegmentHeader | undefined): JournalTail {
  if (first === undefined || first.firstBatch !== tail.batch + 1) {
    throw disagreement(tail, "missing");
  }
  if (first.previousChain !== tail.chain) throw disagreement(tail, "another chain");
  return { ...tail, segment: first.number, offset: 0 };
}
