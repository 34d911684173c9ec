/**
 * Checkpoints on disk: `checkpoints/<seq, 16 digits>.json`, each whole or absent, the newest three.
 *
 * A checkpoint names the journal, the batch after which it was taken and the chain there. One that
 * is damaged, or that the disk cannot read any more, is passed over for an older one: recovery then
 * takes longer and loses nothing.
 * @module
 */
import type { Micros } from "../../core/numbers.ts";
import type { Checkpoint } from "../../core/timeline.ts";
import { Sha256, sha256 } from "../../sha256.ts";
import { type Disk, DiskError } from "../ports.ts";
import { readWhole, replacingFile } from "./files.ts";
import { parseLargeJson } from "./large_json.ts";
import { JournalRefused } from "./refusal.ts";
import type { ReportIndexDocument } from "./report_index.ts";
import type { JournalTail } from "./writer.ts";

/** Of the file, and of the state in it; others are refused. */
const FORMAT = 1;
const STATE_VERSION = 1;
const KEEP = 3;
const NAME = /^\d{16}\.json$/;
/** What a crash left of a checkpoint. */
const DRAFT = /^\d{16}\.json\.tmp$/;
const HEAD = '{"checkpoint":';
const SEAL = ',"sha256":"';
/** Of the seal, its 64 digits and what closes the file. */
const SEALED_END_BYTES = SEAL.length + 64 + '"}\n'.length;
/** Characters that are gathered before they are written. */
const PIECE_LENGTH = 1 << 16;
const NOTHING = new Uint8Array(0);

/** A checkpoint with its place in the journal. */
export type StoredCheckpoint = {
  readonly format: 1;
  /** Where the journal stood: its last batch is the one after which this was taken. */
  readonly tail: JournalTail;
  readonly reports: ReportIndexDocument;
  /** Absent unless everything after this time was lost and the core is yet to be told. */
  readonly lostSinceUs?: Micros | undefined;
  readonly state: Checkpoint;
};

/** Returns the directory of the checkpoints. */
export function checkpointDirectory(stateDirectory: string): string {
  return `${stateDirectory}/checkpoints`;
}

/** A checkpoint whose state is given as pieces of its JSON. */
export type CheckpointWriting = Omit<StoredCheckpoint, "state"> & {
  readonly statePieces: Iterable<string>;
};

/**
 * Writes a checkpoint durably and removes all but the newest three. Takes many small steps, each
 * with little garbage: a state of many orders is as large as all else that the process holds.
 */
export function* writeCheckpoint(
  disk: Disk,
  stateDirectory: string,
  checkpoint: CheckpointWriting,
): Generator<void, void> {
  const directory = checkpointDirectory(stateDirectory);
  disk.makeDirectory(directory);
  disk.syncDirectory(stateDirectory); // else a power cut takes the directory with all that is in it
  for (const left of disk.list(directory)) {
    if (DRAFT.test(left)) disk.remove(`${directory}/${left}`);
  }
  const name = `${String(checkpoint.tail.seq).padStart(16, "0")}.json`;
  yield* replacingFile(disk, { directory, name }, sealedPieces(checkpoint));
  for (const old of checkpointNames(disk, directory).slice(0, -KEEP)) {
    disk.remove(`${directory}/${old}`);
  }
}

/** The bytes of a checkpoint's file; nothing while a piece is gathered. */
function* sealedPieces(checkpoint: CheckpointWriting): Generator<Uint8Array, void> {
  const { format, tail, reports, lostSinceUs, statePieces } = checkpoint;
  const hash = new Sha256();
  const encoder = new TextEncoder();
  const place = JSON.stringify({ format, tail, reports, lostSinceUs });
  let text = `${HEAD}${place.slice(0, -1)},"state":`;
  for (const piece of statePieces) {
    text += piece;
    if (text.length < PIECE_LENGTH) yield NOTHING;
    else {
      yield hash.update(encoder.encode(text));
      text = "";
    }
  }
  yield hash.update(encoder.encode(`${text}}`));
  yield encoder.encode(`${SEAL}${hash.hex()}"}\n`);
}

/**
 * Yields the intact checkpoints of a journal, newest first; `onDamaged` hears of the others.
 * @throws {JournalRefused} At one of a format that this program does not know.
 */
export function* readCheckpoints(
  disk: Disk,
  stateDirectory: string,
  onDamaged: (name: string) => void,
): Generator<StoredCheckpoint> {
  const directory = checkpointDirectory(stateDirectory);
  if (!disk.exists(directory)) return;
  for (const name of checkpointNames(disk, directory).reverse()) {
    const bytes = readIfLeft(disk, `${directory}/${name}`);
    const checkpoint = bytes === undefined ? undefined : parseCheckpoint(bytes);
    if (checkpoint === undefined) onDamaged(name);
    else yield checkpoint;
  }
}

/** Returns a file's bytes; undefined if the disk has lost them: another checkpoint will do. */
function readIfLeft(disk: Disk, path: string): Uint8Array | undefined {
  try {
    return readWhole(disk, path);
  } catch (error) {
    if (error instanceof DiskError && error.code === "Io") return undefined;
    throw error;
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

/** In bytes: the text may be longer than the longest string. */
function parseCheckpoint(bytes: Uint8Array): StoredCheckpoint | undefined {
  const end = Math.max(0, bytes.length - SEALED_END_BYTES);
  const sealed = bytes.subarray(0, end);
  const seal = new TextDecoder().decode(bytes.subarray(end));
  const head = new TextDecoder().decode(bytes.subarray(0, HEAD.length));
  if (head !== HEAD || seal !== `${SEAL}${sha256(sealed)}"}\n`) return undefined;
  // The seal vouches for what a program of ours wrote, if not for which one.
  const checkpoint = parseLargeJson(sealed.subarray(HEAD.length)) as StoredCheckpoint;
  checkFormat(checkpoint);
  return checkpoint;
}

/** What a later version wrote in a form of its own is whole, and no reason to go further back. */
function checkFormat({ format, tail, state }: StoredCheckpoint): void {
  const written = { format: Number(format), state: Number(state?.version) };
  if (written.format === FORMAT && written.state === STATE_VERSION) return;
  const engine = String(state?.engineVersion);
  throw new JournalRefused(
    `its checkpoint must be of format ${FORMAT}.${STATE_VERSION}: was of format ` +
      `${written.format}.${written.state}, taken by engine ${engine}`,
    `Start the executable of engine ${engine}: what it wrote, this one cannot read`,
    { seq: tail.seq },
  );
}
