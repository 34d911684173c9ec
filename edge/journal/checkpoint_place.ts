/**
 * Which checkpoint a journal is gone on from, and whether it is one of this journal. Shared by
 * recovery and `journal verify`, so that both say the same.
 * @module
 */
import type { Disk, Log } from "../ports.ts";
import { readCheckpoints, type StoredCheckpoint } from "./checkpoint_files.ts";
import type { HighWaterMark } from "./high_water.ts";
import { disagreement, endsBefore, type JournalFiles, placeAfter, placeOfMark } from "./opening.ts";
import { JournalRefused, RESTORE_ADVICE } from "./refusal.ts";
import { JournalScan, journalStart, type ScanOptions } from "./scan.ts";
import { journalDirectory, type JournalTail } from "./writer.ts";

/** Where a recovery may begin. */
export type RecoverFrom = "checkpoint" | "oldest" | "zero";

export type BeginningOptions = {
  readonly disk: Disk;
  readonly log: Log;
  readonly stateDirectory: string;
  /**
   * `zero`: from the first event, as if no checkpoint had been taken; `oldest`: from the oldest that
   * is kept. Default `checkpoint`, the newest.
   */
  readonly from?: RecoverFrom;
  /** `ignored`: checkpoints after the journal's end are passed over. Default `binding`. */
  readonly mark?: "binding" | "ignored";
};

/** What a recovery goes on from. */
export type Beginning = {
  /** undefined: from nothing. */
  readonly stored: StoredCheckpoint | undefined;
  /** Where the reading begins of what follows it. */
  readonly from: JournalTail;
};

/**
 * Finds where to begin in a journal that has segments.
 * @throws {JournalRefused} If the journal does not hold the batch of the checkpoint, needs one and has
 * none, or is damaged before its end.
 */
export function findBeginning(
  options: BeginningOptions,
  { mark, segments }: JournalFiles,
): Beginning {
  const { disk, stateDirectory } = options;
  const [first] = segments;
  if (first === undefined) {
    throw new RangeError("Cannot find the beginning: there must be a segment");
  }
  const scan = { disk, stateDirectory, segments, mark, depth: "checked" } as const;
  const start = journalStart(first);
  const endBatch = options.mark === "ignored" ? readThrough(scan, start).tail.batch : undefined;
  const stored = options.from === "zero" ? undefined : storedCheckpoint(options, endBatch);
  if (stored === undefined && first.firstSeq > 1) {
    throw new JournalRefused(
      `a journal that begins at seq ${first.firstSeq} must have a checkpoint: was without one`,
      RESTORE_ADVICE,
    );
  }
  if (stored === undefined) return { stored, from: start };
  const { tail } = stored;
  const from = placeAfterCheckpoint(tail, scan, start);
  if (tail.batch === mark?.batch && tail.chain !== mark.chain) {
    throw disagreement(tail, "another chain");
  }
  return { stored, from };
}

/**
 * Returns the checkpoint with which a journal was begun after a loss, and that has no batch yet.
 * @throws {JournalRefused} If it is gone, or another.
 */
export function checkpointOfLoss(
  options: BeginningOptions,
  mark: HighWaterMark,
): StoredCheckpoint {
  const stored = storedCheckpoint(options);
  if (stored?.tail.batch !== mark.batch || stored.tail.chain !== mark.chain) {
    throw disagreement(placeOfMark(mark), "missing");
  }
  return stored;
}

/** Damage to the journal itself is said first, and in the words of every other check. */
function placeAfterCheckpoint(
  checkpoint: JournalTail,
  scan: Omit<ScanOptions, "from">,
  start: JournalTail,
): JournalTail {
  try {
    const { disk, stateDirectory, segments } = scan;
    const directory = journalDirectory(stateDirectory);
    return placeAfter(checkpoint, { disk, directory, segments });
  } catch (error) {
    const walked = readThrough(scan, start);
    throw checkpoint.batch > walked.tail.batch ? endsBefore(checkpoint, walked) : error;
  }
}

/** Returns the walk to a journal's end. @throws {JournalRefused} If it is damaged before that. */
function readThrough(scan: Omit<ScanOptions, "from">, start: JournalTail): JournalScan {
  const whole = new JournalScan({ ...scan, from: start });
  for (const _ of whole.batches());
  return whole;
}

/** The checkpoint to begin from; those taken after `endBatch` are passed over. */
function storedCheckpoint(
  { disk, stateDirectory, log, from }: BeginningOptions,
  endBatch = Infinity,
): StoredCheckpoint | undefined {
  const found = readCheckpoints(disk, stateDirectory, (name) => {
    log.write("warning", "checkpoint_damaged", { name });
  });
  if (from === "oldest") return [...found].at(-1);
  for (const stored of found) {
    if (stored.tail.batch <= endBatch) return stored;
    log.write("warning", "checkpoint_passed_over", { seq_id: stored.tail.seq });
  }
  return undefined;
}
