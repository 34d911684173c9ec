/**
 * What an executable makes of a journal while no daemon of it runs on it: a checkpoint, so that
 * another version can go on from there, and a dry replay, to see whether it would decide alike.
 *
 * Invariant: a checkpoint is taken only of a state that agrees with every effect and digest that
 * was recorded; a replay changes nothing, not even a torn tail.
 * @module
 */
import { InvariantError } from "../../core/invariant.ts";
import type { Timeline } from "../../core/timeline.ts";
import type { KnownPoison } from "../poison.ts";
import type { Disk, Log, Randomness } from "../ports.ts";
import { writeCheckpoint } from "./checkpoint_files.ts";
import type { RecoverFrom } from "./checkpoint_place.ts";
import type { FollowerMachine } from "./follower.ts";
import { lockState } from "./lock.ts";
import { inspectJournal } from "./opening.ts";
import { recover, type RecoveredRecord, type Recovery } from "./recovery.ts";
import { JournalRefused, PoisonEvent } from "./refusal.ts";
import { LineReplayer, replayInto } from "./replay.ts";

/** Differences that are described; more are counted. */
const DESCRIBED_MAX = 10;

/** A journal, and the executable that looks at it. */
export type OfflineOptions = {
  readonly disk: Disk;
  readonly log: Log;
  readonly stateDirectory: string;
  readonly machine: FollowerMachine;
  readonly engineVersion: string;
  readonly poison: KnownPoison;
};

/** The result of `journal checkpoint`, in the spelling in which it is printed. */
export type CheckpointResult = {
  readonly seq: number;
  /** False: there was one of this event. */
  readonly taken: boolean;
  /** Events that were replayed for it. */
  readonly replayed: number;
  readonly engine_version: string;
};

/** An event of which this executable makes something else. */
export type ReplayDifference = {
  readonly seq: number;
  readonly event_type: string;
  readonly difference: string;
};

/** The result of `journal replay`, in the spelling in which it is printed. */
export type ReplayResult = {
  readonly ok: boolean;
  readonly engine_version: string;
  /** The event after which the replay began, and the last one; equal: nothing was replayed. */
  readonly after_seq: number;
  readonly last_seq: number;
  readonly different_events: number;
  /** The first of them. What follows the first may be its consequence. */
  readonly differences: readonly ReplayDifference[];
};

/**
 * Takes a checkpoint of everything in the journal. `versions: any` also replays what other versions
 * wrote; the result must be the same to the byte all the same.
 * @throws {JournalRefused} If the journal cannot be trusted or replayed by this executable.
 * @throws {StateLocked} If a daemon runs on it.
 * @throws {PoisonEvent} If applying an event throws, or differs where it threw before.
 */
export function takeCheckpoint(
  options: OfflineOptions,
  { versions }: { readonly versions: "own" | "any" },
): CheckpointResult {
  const { disk, stateDirectory, machine, engineVersion, poison } = options;
  inspectJournal(disk, stateDirectory);
  const lock = lockState(disk, stateDirectory);
  try {
    const recovery = open(options, { versions, from: "checkpoint", access: "repair" });
    const timeline = restoreTimeline(recovery, options);
    const startSeq = timeline.seqId;
    const { writeReport } = machine;
    const lostSinceUs = replayInto(recovery, { timeline, writeReport }, poison);
    const { tail, reports, checkpoint } = recovery;
    const taken = checkpoint === undefined || tail.seq > checkpoint.seqId;
    if (taken) {
      const statePieces = timeline.checkpointPieces();
      const place = { format: 1, tail, reports: reports.toDocument(), lostSinceUs } as const;
      for (const _ of writeCheckpoint(disk, stateDirectory, { ...place, statePieces }));
    }
    const replayed = timeline.seqId - startSeq;
    return { seq: tail.seq, taken, replayed, engine_version: engineVersion };
  } finally {
    lock.release();
  }
}

/**
 * Replays what is kept and compares, also while a daemon runs and whoever wrote it.
 * @throws {JournalRefused} If the journal is damaged, or cannot be read by this executable.
 */
export function dryReplay(
  options: OfflineOptions,
  { from }: { readonly from: RecoverFrom },
): ReplayResult {
  inspectJournal(options.disk, options.stateDirectory);
  const recovery = open(options, { versions: "any", from, access: "read" });
  const timeline = restoreTimeline(recovery, options);
  const afterSeq = timeline.seqId;
  const { writeReport } = options.machine;
  const replayer = new LineReplayer({ timeline, writeReport }, options.poison);
  const found = new Differences();
  for (const record of recovery.records()) {
    if (!found.compare(replayer, record)) break;
  }
  return {
    ok: found.count === 0,
    engine_version: options.engineVersion,
    after_seq: afterSeq,
    last_seq: timeline.seqId,
    different_events: found.count,
    differences: found.described,
  };
}

/**
 * Returns the machines as the recovery's checkpoint has them, or fresh ones.
 * @throws {JournalRefused} If this executable cannot read it.
 */
export function restoreTimeline(
  { checkpoint }: Pick<Recovery, "checkpoint">,
  { machine, engineVersion }: Pick<OfflineOptions, "machine" | "engineVersion">,
): Timeline {
  try {
    return machine.createTimeline(checkpoint);
  } catch (error) {
    const isUnread = error instanceof RangeError || error instanceof InvariantError;
    if (!isUnread || checkpoint === undefined) throw error;
    throw new JournalRefused(
      `its checkpoint must be readable by engine ${engineVersion}: was taken by engine ` +
        `${checkpoint.engineVersion}, ${error.message}`,
      `Start the executable of engine ${checkpoint.engineVersion}`,
      { seq: checkpoint.seqId },
    );
  }
}

function open(
  { disk, log, stateDirectory, engineVersion }: OfflineOptions,
  of: {
    readonly versions: "own" | "any";
    readonly from: RecoverFrom;
    readonly access: "read" | "repair";
  },
): Recovery {
  return recover({
    disk,
    log,
    stateDirectory,
    randomness: NO_RANDOMNESS,
    engineVersion: of.versions === "own" ? engineVersion : undefined,
    from: of.from,
    access: of.access,
  });
}

/** Only a new journal draws any, and here there is one. */
const NO_RANDOMNESS: Randomness = { bytes: (length) => new Uint8Array(length) };

/** What was found different. */
class Differences {
  readonly described: ReplayDifference[] = [];
  count = 0;

  /** False: there is no going on. */
  compare(replayer: LineReplayer, record: RecoveredRecord): boolean {
    try {
      const problem = replayer.compare(record);
      if (problem !== undefined) this.#add(record, problem);
      return true;
    } catch (error) {
      if (!(error instanceof PoisonEvent)) throw error;
      this.#add(record, error.message);
      return false;
    }
  }

  #add({ event }: RecoveredRecord, difference: string): void {
    this.count += 1;
    if (this.described.length >= DESCRIBED_MAX) return;
    this.described.push({ seq: event.seqId, event_type: event.eventType, difference });
  }
}
