/**
 * An operator's decision to pass over an event at which the machines throw (`journal quarantine`).
 *
 * Invariant: only an event of which no effects are recorded is passed over. What they are was shown
 * and sent, and a journal that went on without it would give out its numbers again and act twice.
 * What the mark says does not matter, since a loss may be accepted after it.
 * @module
 */
import { PoisonNotes } from "../poison.ts";
import type { Disk } from "../ports.ts";
import { batchLines, type EventLines } from "./batch_lines.ts";
import { effectCounts } from "./effect_lines.ts";
import { lockState } from "./lock.ts";
import { EFFECTS_ADVICE } from "./refusal.ts";
import { JournalScan, journalStart } from "./scan.ts";
import { listSegments } from "./segments.ts";
import { journalDirectory } from "./writer.ts";

/**
 * Lets the next start pass over event `seq`.
 * @throws {RangeError} If nothing failed there, the journal does not hold it, or it had effects.
 * @throws {JournalRefused} If the journal cannot be read up to it.
 * @throws {StateLocked} If a daemon runs on it.
 */
export function quarantine(disk: Disk, stateDirectory: string, seq: number): void {
  if (!disk.exists(stateDirectory)) {
    throw new RangeError(
      `Cannot pass over event ${seq}: there must be a directory ${stateDirectory}`,
    );
  }
  const lock = lockState(disk, stateDirectory);
  try {
    const notes = new PoisonNotes(disk, stateDirectory);
    if (notes.known().met.has(seq)) requireNoEffects(seq, recordedLines(disk, stateDirectory, seq));
    notes.quarantine(seq);
  } finally {
    lock.release();
  }
}

function requireNoEffects(seq: number, lines: EventLines | undefined): void {
  if (lines === undefined) {
    throw new RangeError(`Cannot pass over event ${seq}: the journal must hold it: was without it`);
  }
  if (lines.effects === "") return;
  throw new RangeError(
    `Cannot pass over event ${seq}: it must have caused nothing, since that was shown and sent: was ` +
      `${effectCounts(lines.effects)}. ${EFFECTS_ADVICE}`,
  );
}

/** Returns what is recorded of an event; undefined if the journal does not hold it. */
function recordedLines(disk: Disk, stateDirectory: string, seq: number): EventLines | undefined {
  const all = listSegments(disk, journalDirectory(stateDirectory));
  const segments = all.slice(all.findLastIndex(({ firstSeq }) => firstSeq <= seq));
  const [first] = segments;
  if (first === undefined) return undefined;
  const from = journalStart(first);
  const scan = new JournalScan({
    disk,
    stateDirectory,
    segments,
    from,
    mark: undefined,
    depth: "checked",
  });
  for (const batch of scan.batches()) {
    if (batch.header.lastSeq < seq) continue;
    for (const lines of batchLines(batch)) if (lines.seq === seq) return lines;
    return undefined;
  }
  return undefined;
}
