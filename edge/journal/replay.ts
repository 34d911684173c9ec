/**
 * Replays what a recovery reads into a timeline, and holds the two to each other: the same effects
 * byte for byte, the same digest at the end of each batch.
 * @module
 */
import { Effects } from "../../core/effects.ts";
import type { Event } from "../../core/event.ts";
import type { Micros } from "../../core/numbers.ts";
import type { Timeline } from "../../core/timeline.ts";
import { ByteWriter } from "../../wire/byte_writer.ts";
import type { ReportWriter } from "../../wire/encode_report.ts";
import { type EncodedReport, EncodedReports } from "../../wire/encoded_report.ts";
import type { KnownPoison } from "../poison.ts";
import { effectCounts, writeEffectLines } from "./effect_lines.ts";
import { EFFECTS_ADVICE, JournalRefused, PoisonEvent } from "./refusal.ts";
import type { RecoveredRecord, Recovery } from "./recovery.ts";
import { BatchReports } from "./report_index.ts";

/** What replays: a timeline and how its reports are spelt. */
export type Machine = {
  readonly timeline: Timeline;
  readonly writeReport: ReportWriter;
};

/** Recorded without effects and with the digest of a fault, whatever comes of it in a replay. */
const THREW_WHEN_IT_CAME =
  "a throw when it came, so that nothing it caused is recorded; now it does not throw, and differs";

/** Applies events and gives the lines of their effects. */
export class LineReplayer {
  readonly #machine: Machine;
  readonly #poison: KnownPoison;
  readonly #effects = new Effects();
  readonly #encoded: EncodedReports;
  readonly #lines = new ByteWriter();
  #reports: readonly EncodedReport[] = [];
  /** True from a passed-over event to the end of its batch: its recorded digest is of a fault. */
  #isDigestVoid = false;
  #lostSinceUs: Micros | undefined;

  /** `lostSinceUs`: of a loss of which the core had not been told where the replay begins. */
  constructor(machine: Machine, poison: KnownPoison, lostSinceUs?: Micros) {
    this.#machine = machine;
    this.#lostSinceUs = lostSinceUs;
    this.#encoded = new EncodedReports(machine.writeReport);
    this.#poison = poison;
  }

  /** The reports of the last event, until the next one. */
  get reports(): readonly EncodedReport[] {
    return this.#reports;
  }

  /**
   * Since when everything was lost, as long as the core is yet to be told: the `Started` that says so
   * was passed over, and the next one must say it in its place.
   */
  get lostSinceUs(): Micros | undefined {
    return this.#lostSinceUs;
  }

  /**
   * Applies a record's event and says how the result differs from what was recorded.
   * @throws {JournalRefused} If an event is passed over of which effects were recorded.
   * @throws {PoisonEvent} If the machine throws, or differs where it threw before.
   */
  compare(record: RecoveredRecord): string | undefined {
    const { seqId } = record.event;
    const isPassedOver = this.#poison.passedOver.has(seqId);
    const hasEffects = record.effectLines !== "";
    if (isPassedOver && hasEffects) throw effectsPassedOver(record);
    const lines = this.#apply(isPassedOver ? inPlaceOf(record.event) : record.event, {
      hasEffects,
    });
    if (isPassedOver) this.#isDigestVoid = true;
    this.#noteLoss(record.event, { isTold: !isPassedOver });
    const hasDigest = record.batchEnd !== undefined && !this.#isDigestVoid;
    const digest = hasDigest ? this.#machine.timeline.digest : undefined;
    const problem = isPassedOver ? undefined : differenceOf(record, { lines, digest });
    if (record.batchEnd !== undefined) this.#isDigestVoid = false;
    if (problem === undefined) return undefined;
    // An event of which something was shown is not passed over because a replay threw there once.
    const hasThrown = this.#poison.met.has(seqId) && !hasEffects;
    if (hasThrown) throw new PoisonEvent({ seqId, hasEffects }, THREW_WHEN_IT_CAME);
    return problem;
  }

  #noteLoss({ eventType, payload }: Event, { isTold }: { readonly isTold: boolean }): void {
    if (eventType !== "Started" || payload.lostSinceUs === undefined) return;
    // One that says it again says since when it was first: nothing that was lost is left out.
    this.#lostSinceUs = isTold ? undefined : this.#lostSinceUs ?? payload.lostSinceUs;
  }

  #apply(event: Event, { hasEffects }: Pick<PoisonEvent, "hasEffects">): string {
    const { timeline } = this.#machine;
    try {
      timeline.apply(event, this.#effects);
    } catch (error) {
      throw new PoisonEvent({ seqId: event.seqId, hasEffects }, error);
    }
    const effects = this.#effects;
    const reports = this.#encoded.encode(effects.reports, timeline.view.instruments);
    this.#reports = reports;
    this.#lines.clear();
    writeEffectLines(this.#lines, { seqId: event.seqId, effects, reports });
    return this.#lines.textFrom(0);
  }
}

/**
 * Replays everything after the checkpoint; the timeline must stand at the checkpoint. Events that
 * are passed over change nothing. Returns since when everything was lost, if the core is yet to be
 * told.
 * @throws {JournalRefused} At the first difference, or where one is passed over that had effects.
 * @throws {PoisonEvent} If applying an event throws, or differs where it threw before.
 */
export function replayInto(
  recovery: Recovery,
  machine: Machine,
  poison: KnownPoison,
): Micros | undefined {
  const replayer = new LineReplayer(machine, poison, recovery.lostSinceUs);
  let reports = new BatchReports();
  for (const record of recovery.records()) {
    const problem = replayer.compare(record);
    if (problem !== undefined) throw replayRefusal(problem, record);
    for (const report of replayer.reports) reports.note(report.client, report.reportSeq);
    if (record.batchEnd === undefined) continue;
    recovery.reports.add(reports, record.batchEnd.position);
    reports = new BatchReports();
  }
  return replayer.lostSinceUs;
}

/** An event of the same number and time that changes nothing. */
function inPlaceOf({ seqId, eventTime, ingestTime }: Event): Event {
  return {
    seqId,
    eventTime,
    ingestTime,
    source: "timer",
    venue: null,
    instrument: null,
    eventType: "IntervalElapsed",
    payload: { intervalMs: 0, dueUs: ingestTime },
    idempotencyKey: null,
  };
}

/** Says how a replay differs from what was recorded; undefined if it does not. */
function differenceOf(
  record: RecoveredRecord,
  replayed: { readonly lines: string; readonly digest: string | undefined },
): string | undefined {
  if (replayed.lines !== record.effectLines) {
    return firstDifference(record.effectLines, replayed.lines);
  }
  const recorded = record.batchEnd?.digest;
  const { digest } = replayed;
  if (recorded === undefined || digest === undefined || recorded === digest) return undefined;
  return `its digest must be ${recorded}, as recorded: was ${digest}`;
}

function firstDifference(recorded: string, replayed: string): string {
  const lines = replayed.split("\n");
  const expected = recorded.split("\n");
  const at = expected.findIndex((line, index) => line !== lines[index]);
  const shown = (line: string | undefined): string =>
    line === undefined || line === "" ? "nothing" : line;
  if (at < 0) return `it must cause nothing more: was ${shown(lines[expected.length - 1])}`;
  return `it must cause ${shown(expected[at])}, as recorded: was ${shown(lines[at])}`;
}

/** The numbers of its reports and orders would be given out once more. */
function effectsPassedOver(
  { event: { seqId: seq }, effectLines }: RecoveredRecord,
): JournalRefused {
  return new JournalRefused(
    `an event that is passed over must have caused nothing: was ${effectCounts(effectLines)}`,
    `Take the line ${seq} out of the file "quarantine" in the state directory. ${EFFECTS_ADVICE}`,
    { seq },
  );
}

function replayRefusal(problem: string, record: RecoveredRecord): JournalRefused {
  return new JournalRefused(
    `replaying seq ${record.event.seqId} (${record.event.eventType}) ${problem}`,
    "The program is not the one that wrote the journal, or it is not deterministic: start the " +
      "executable that wrote it, and report the difference",
    { seq: record.event.seqId },
  );
}
