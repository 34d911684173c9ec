/**
 * Checkpoints on disk: `checkpoints/<seq, 16 digits>.json`, each whole or absent, the newest three.
 *
 * A checkpoint names the journal, the batch after which it was taken and the chain there. One that
 * is damaged is passed over for an older one: recovery then takes longer and loses nothing.
 * @module
 */
import type { Checkpoint } from "../../core/timeline.ts";
import type { Disk } from "../ports.ts";
import { readWhole, replaceFile } from "./files.ts";
import { sha256 } from "./format.ts";
import type { ReportIndexDocument } from "./report_index.ts";
import type { JournalTail } from "./writer.ts";

const KEEP = 3;
const NAME = /^\d{16}\.json$/;
const SEAL = ',"sha256":"';

/** A checkpoint with its place in the journal. */
export type StoredCheckpoint = {
  readonly format: 1;
  /** Where the journal stood: its last batch is the one after which this was taken. */
  readonly tail: JournalTail;
  readonly reports: ReportIndexDocument;
  readonly state: Checkpoint;
};

/** Returns the directory of the checkpoints. */
export function checkpointDirectory(stateDirectory: string): string {
  return `${stateDirectory}/checkpoints`;
}

/** Writes a checkpoint durably and removes all but the newest three. */
export function writeCheckpoint(
  disk: Disk,
  stateDirectory: string,
  checkpoint: StoredCheckpoint,
): void {
  const directory = checkpointDirectory(stateDirectory);
  disk.makeDirectory(directory);
  const text = `{"checkpoint":${JSON.stringify(checkpoint)}`;
  const name = `${String(checkpoint.tail.seq).padStart(16, "0")}.json`;
  replaceFile(disk, { directory, name }, `${text}${SEAL}${sha256(text)}"}\n`);
  for (const old of checkpointNames(disk, directory).slice(0, -KEEP)) {
    disk.remove(`${directory}/${old}`);
  }
}

/** Yields the intact checkpoints of a journal, newest first; `onDamaged` hears of the others. */
export function* readCheckpoints(
  disk: Disk,
  stateDirectory: string,
  onDamaged: (name: string) => void,
): Generator<StoredCheckpoint> {
  const directory = checkpointDirectory(stateDirectory);
  if (!disk.exists(directory)) return;
  for (const name of checkpointNames(disk, directory).reverse()) {
    const checkpoint = parseCheckpoint(
      new TextDecoder().decode(readWhole(disk, `${directory}/${name}`)),
    );
    if (checkpoint === undefined) onDamaged(name);
    else yield checkpoint;
  }
}

/** Returns the sequence number of the oldest checkpoint that is kept. */
export function oldestCheckpointSeq(disk: Disk, stateDirectory: string): number | undefined {
  const directory = checkpointDirectory(stateDirectory);
  const name = disk.exists(directory) ? checkpointNames(disk, directory)[0] : undefined;
  return name === undefined ? undefined : Number(name.slice(0, 16));
}

function checkpointNames(disk: Disk, directory: string): string[] {
  return disk.list(directory).filter((name) => NAME.test(name));
}

function parseCheckpoint(text: string): StoredCheckpoint | undefined {
  const end = text.lastIndexOf(SEAL);
  const sealed = text.slice(0, Math.max(end, 0));
  if (text.slice(end) !== `${SEAL}${sha256(sealed)}"}\n`) return undefined;
  // The seal vouches for what this program wrote; a later format is not ours to read.
  const { checkpoint } = JSON.parse(`${sealed}}`) as { checkpoint: StoredCheckpoint };
  return checkpoint.format === 1 ? checkpoint : undefined;
}
