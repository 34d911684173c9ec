/**
 * Recovery as the daemon does it: check the journal, restore the checkpoint, replay the rest and
 * compare every effect.
 * @module
 */
import type { Micros } from "../core/numbers.ts";
import type { Timeline } from "../core/timeline.ts";
import { AHEAD_ADVICE, sayAhead } from "../edge/engine_clock.ts";
import {
  type AcceptedLoss,
  acceptLoss as acceptJournalLoss,
  requireLaterClock,
} from "../edge/journal/accepted_loss.ts";
import { JOURNAL_DEFAULTS, type JournalOptions } from "../edge/journal/journal.ts";
import { restoreTimeline } from "../edge/journal/offline.ts";
import { recover } from "../edge/journal/recovery.ts";
import { PoisonEvent } from "../edge/journal/refusal.ts";
import { replayInto } from "../edge/journal/replay.ts";
import { listSegments } from "../edge/journal/segments.ts";
import { journalDirectory } from "../edge/journal/writer.ts";
import type { Log } from "../edge/ports.ts";
import { type KnownPoison, PoisonNotes } from "../edge/poison.ts";
import type { CheckpointMark } from "../edge/shadows.ts";
import { ownMachine } from "./machine.ts";
import type { DaemonOptions } from "./options.ts";
import { VERSION } from "../version.ts";

/** Options of the journal, all but what the running daemon adds. */
type RecoveredJournal = Omit<JournalOptions, "nowUs" | "digest">;
/** Machines as the journal left them, and the journal where it ended. */
export type Recovered = {
  readonly timeline: Timeline;
  readonly journal: RecoveredJournal;
  /** Everything after this time was lost, which an operator accepted; the core is yet to be told. */
  readonly lostSinceUs: Micros | undefined;
  /** The checkpoint that it began from; seq 0: from nothing. */
  readonly checkpoint: CheckpointMark;
};
type Stuck = {
  readonly kind: "safeMode";
  readonly event: PoisonEvent;
  readonly journalId: string;
};
type Ready = { readonly kind: "ready" } & Recovered;

/**
 * Recovers the machines. Stuck: an event made them throw that did so before, when it came or in the
 * recovery before.
 * @throws {JournalRefused} If the journal cannot be trusted.
 * @throws {ClockRefused} If a loss is gone on from and the machine's clock is behind the journal.
 * @throws {PoisonEvent} The first time an event makes the machines throw.
 */
export function recoverTimeline(options: DaemonOptions): Ready | Stuck {
  const { ports: { disk }, stateDirectory } = options;
  const notes = new PoisonNotes(disk, stateDirectory);
  try {
    return replayed(options, notes.known());
  } catch (error) {
    if (!(error instanceof PoisonEvent) || !notes.meet(error.seqId)) throw error;
    const [first] = listSegments(disk, journalDirectory(stateDirectory));
    if (first === undefined) throw error;
    return { kind: "safeMode", event: error, journalId: first.journalId };
  }
}

function replayed(
  { ports, stateDirectory, configuration, acceptLoss }: DaemonOptions,
  poison: KnownPoison,
): Ready {
  const { disk, randomness, log, clock } = ports;
  const startUs = clock.monotonicUs();
  const where = { disk, randomness, log, stateDirectory, engineVersion: VERSION };
  const machine = ownMachine(randomness);
  if (acceptLoss) {
    sayLoss(log, acceptJournalLoss({ ...where, clock, machine, poison }));
  }
  const recovery = recover(where);
  const timeline = restoreTimeline(recovery, { machine, engineVersion: VERSION });
  const untoldUs = replayInto(recovery, { timeline, writeReport: machine.writeReport }, poison);
  const lostSinceUs = untoldUs ?? (recovery.isAfterLoss ? timeline.nowUs : undefined);
  if (lostSinceUs !== undefined) requireLaterClock(clock, timeline);
  log.write("info", "recovered", {
    journal_id: recovery.journalId,
    seq_id: timeline.seqId,
    digest: timeline.digest,
    took_ms: Math.round((clock.monotonicUs() - startUs) / 1000),
  });
  tellAhead(log, timeline.nowUs - clock.wallUs());
  const { segmentBytes, ringBytes } = configuration.journal;
  const journal = {
    ports,
    stateDirectory,
    engineVersion: VERSION,
    tail: recovery.tail,
    reports: recovery.reports,
    settings: { ...JOURNAL_DEFAULTS, segmentBytes, ringBytes },
  };
  const { seqId: seq = 0, ingestTime: atUs = 0 } = recovery.checkpoint ?? {};
  return { kind: "ready", timeline, journal, lostSinceUs, checkpoint: { seq, atUs } };
}

function tellAhead(log: Log, aheadUs: number): void {
  const ahead = sayAhead(aheadUs);
  if (ahead === undefined) return;
  log.write("alarm", "journal_ahead", { ahead_us: aheadUs, text: `${ahead}; ${AHEAD_ADVICE}` });
}

function sayLoss(log: Log, loss: AcceptedLoss | undefined): void {
  if (loss === undefined) return;
  log.write("alarm", "loss_accepted", {
    journal_id: loss.journalId,
    previous_journal_id: loss.previousJournalId,
    seq_id: loss.seq,
    aside: loss.aside,
    text: "What came after is lost; trading is halted until it is resumed with --resume-trading",
  });
}
