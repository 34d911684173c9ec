/**
 * Going on after the end of a journal was lost (`run --accept-loss`): a new journal begins on what
 * the old one still holds, and the old one is set aside, whole, in a directory of its own.
 *
 * The new journal has another id, so that no client resumes by numbers of the lost part; its first
 * eight digits, of which client order ids are made, stay, so that orders at the venues are still
 * known as ours. Its first event, `Started`, tells the core (`core/engine/lost_end.ts`).
 *
 * 1. the old journal is read to its end and replayed, as at every start, but for its mark
 * 2. a checkpoint of that state and the mark of the new journal are written beside it, durable
 * 3. the note `loss_accepted` is written: from here on it happens, whatever crashes
 * 4. everything of the old journal is moved aside, then the new one's files into its place
 *
 * What is damaged before its end is no loss of the end: it is refused as ever. So is a journal of
 * which no batch is left: what begins on nothing knows of no loss, and would trade.
 * @module
 */
import type { Micros } from "../../core/numbers.ts";
import type { Timeline } from "../../core/timeline.ts";
import type { KnownPoison } from "../poison.ts";
import type { Clock, Disk } from "../ports.ts";
import { writeCheckpoint } from "./checkpoint_files.ts";
import { replaceFile } from "./files.ts";
import { finishAcceptedLoss, nextOf, noteLoss } from "./accepted_loss_files.ts";
import type { FollowerMachine } from "./follower.ts";
import { genesisChain } from "./format.ts";
import { highWaterPath, HighWaterWriter, readHighWater } from "./high_water.ts";
import { restoreTimeline } from "./offline.ts";
import { inspectFiles } from "./opening.ts";
import { recover, type RecoverOptions, type Recovery } from "./recovery.ts";
import { ClockRefused, JournalRefused, NOTHING_LEFT_ADVICE } from "./refusal.ts";
import { replayInto } from "./replay.ts";
import type { ReportIndex } from "./report_index.ts";
import { emptyTail } from "./scan.ts";
import { encodeAnchor } from "./segments.ts";
import { journalDirectory, type JournalTail } from "./writer.ts";

/** Digits of the id that client order ids are made of. */
const PREFIX_DIGITS = 8;
const ID_BYTES = 16;

export type AcceptLossOptions = Pick<RecoverOptions, "disk" | "log" | "randomness"> & {
  readonly stateDirectory: string;
  readonly engineVersion: string;
  readonly clock: Pick<Clock, "wallUs">;
  readonly machine: FollowerMachine;
  readonly poison: KnownPoison;
};

/** What was accepted. */
export type AcceptedLoss = {
  readonly journalId: string;
  readonly previousJournalId: string;
  /** The last event that is not lost. */
  readonly seq: number;
  /** Name, in the state directory, of the one where the old journal lies now; the tools read it. */
  readonly aside: string;
};

/**
 * Sets the journal aside and begins another one on its state; undefined if that was done at the start
 * before, which has not come to write anything.
 * @throws {JournalRefused} If there is none, nothing of it is left, or it is damaged before its end.
 * @throws {ClockRefused} If the machine's clock is behind it; nothing is changed then.
 * @throws {PoisonEvent} If applying what is left throws; nothing is changed then.
 */
export function acceptLoss(options: AcceptLossOptions): AcceptedLoss | undefined {
  const { disk, stateDirectory, randomness, machine } = options;
  finishAcceptedLoss(disk, stateDirectory);
  const mark = readHighWater(disk, highWaterPath(stateDirectory));
  if (typeof mark === "object" && mark.segment === 0 && mark.batch > 0) return undefined;
  const recovery = recover({ ...options, mark: "ignored", access: "read" });
  if (recovery.isNew) {
    inspectFiles(disk, stateDirectory); // what is gone is said as without the flag
    throw new JournalRefused(
      `to accept a loss there must be a journal in ${stateDirectory}: was none`,
      "Put back what there is of the state directory, or start without --accept-loss",
    );
  }
  const timeline = restoreTimeline(recovery, options);
  const { writeReport } = machine;
  const lostSinceUs = replayInto(recovery, { timeline, writeReport }, options.poison);
  requireRest(recovery);
  requireLaterClock(options.clock, timeline);
  const digits = randomness.bytes(ID_BYTES).toHex();
  const journalId = recovery.journalId.slice(0, PREFIX_DIGITS) + digits.slice(PREFIX_DIGITS);
  const aside = `lost/${digits.slice(-PREFIX_DIGITS)}`;
  const { batch, seq } = recovery.tail;
  const tail = { ...emptyTail(journalId), batch, seq, chain: genesisChain(journalId) };
  const { reports } = recovery;
  reports.dropBefore(Infinity); // numbers go on; the reports themselves stay behind, in the old one
  const directory = nextOf(`${stateDirectory}/${aside}`);
  draft(disk, { directory, tail, timeline, reports, lostSinceUs });
  for (const path of [stateDirectory, `${stateDirectory}/lost`, `${stateDirectory}/${aside}`]) {
    disk.syncDirectory(path);
  }
  noteLoss(disk, stateDirectory, { aside, step: "set aside" });
  finishAcceptedLoss(disk, stateDirectory);
  return { journalId, previousJournalId: recovery.journalId, seq, aside };
}

/** @throws {JournalRefused} If no batch is left of a journal that was read to its end. */
function requireRest({ tail }: Recovery): void {
  if (tail.batch > 0) return;
  throw new JournalRefused(
    "to accept a loss there must be an event left in it: was none",
    NOTHING_LEFT_ADVICE,
  );
}

/**
 * Holds the machine's clock to the last event that is left. How long the lost part lasted is known by
 * that clock alone, and by it which numbers were given out and which intents may have acted: behind
 * the journal it would tell the core that nothing was lost.
 * Limit: a clock that is after that event and yet behind the time of the loss is not noticed.
 * @throws {ClockRefused} If it is not after that event.
 */
export function requireLaterClock(
  clock: Pick<Clock, "wallUs">,
  { nowUs, seqId }: Pick<Timeline, "nowUs" | "seqId">,
): void {
  const wallUs = clock.wallUs();
  if (wallUs > nowUs) return;
  throw new ClockRefused(
    "Cannot accept the loss: the machine's clock must be after the last event that is left " +
      `(seq ${seqId}, ${timeText(nowUs)}): was ${timeText(wallUs)}. Set it if it is ` +
      "slow; if the journal is ahead of the true time, docs/operations/clock.md leads out",
  );
}

function timeText(us: number): string {
  return new Date(Math.floor(us / 1000)).toISOString();
}

/** Writes what the new journal begins with. */
function draft(
  disk: Disk,
  of: {
    readonly directory: string;
    readonly tail: JournalTail;
    readonly timeline: Timeline;
    readonly reports: ReportIndex;
    /** Of a loss before this one, of which the core is yet to be told. */
    readonly lostSinceUs: Micros | undefined;
  },
): void {
  const { directory, tail, timeline, lostSinceUs } = of;
  const { journalId, batch, seq, chain: previousChain } = tail;
  const statePieces = timeline.checkpointPieces();
  const reports = of.reports.toDocument();
  disk.makeDirectory(directory);
  const place = { format: 1, tail, reports, lostSinceUs } as const;
  const steps = writeCheckpoint(disk, directory, { ...place, statePieces });
  while (steps.next().done !== true);
  const journal = journalDirectory(directory);
  disk.makeDirectory(journal);
  const first = { journalId, number: 1, firstBatch: batch + 1, firstSeq: seq + 1, previousChain };
  replaceFile(disk, { directory: journal, name: "anchor.json" }, encodeAnchor(first));
  const mark = new HighWaterWriter(disk, highWaterPath(directory));
  mark.write(tail);
  mark.write(tail);
  mark.sync();
  mark.close();
  disk.syncDirectory(directory);
}
