/**
 * Replays what a recovery reads into a timeline, and holds the two to each other: the same effects
 * byte for byte, the same digest at the end of each batch.
 * @module
 */
import { Effects } from "../../core/effects.ts";
import type { Event } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { ExecutionReport } from "../../core/report.ts";
import type { Timeline } from "../../core/timeline.ts";
import type { EncodedReport } from "../../wire/backend.ts";
import { encodeEffectLines } from "./effect_lines.ts";
import { JournalRefused, PoisonEvent } from "./refusal.ts";
import type { RecoveredRecord, Recovery } from "./recovery.ts";
import { BatchReports } from "./report_index.ts";

/** Encodes a report as its client is sent it. */
export type ReportEncoder = (
  report: ExecutionReport,
  instruments: readonly Instrument[],
) => string;

/** What replays: a timeline and how its reports are spelt. */
export type Machine = {
  readonly timeline: Timeline;
  readonly encodeReport: ReportEncoder;
};

/** Applies events and gives the lines of their effects. */
export class LineReplayer {
  readonly #machine: Machine;
  readonly #effects = new Effects();
  #reports: readonly EncodedReport[] = [];

  constructor(machine: Machine) {
    this.#machine = machine;
  }

  /** The reports of the last event. */
  get reports(): readonly EncodedReport[] {
    return this.#reports;
  }

  /** Applies `event`. @throws {PoisonEvent} If the machine throws. */
  apply(event: Event): string {
    const { timeline, encodeReport } = this.#machine;
    try {
      timeline.apply(event, this.#effects);
    } catch (error) {
      throw new PoisonEvent(event.seqId, error);
    }
    const instruments = timeline.view.instruments;
    this.#reports = this.#effects.reports.map((report) => ({
      client: report.client,
      reportSeq: report.reportSeq,
      text: encodeReport(report, instruments),
    }));
    return encodeEffectLines(event.seqId, this.#effects, this.#reports);
  }
}

/**
 * Replays everything after the checkpoint; the timeline must stand at the checkpoint.
 * @throws {JournalRefused} At the first difference.
 * @throws {PoisonEvent} If applying an event throws.
 */
export function replayInto(recovery: Recovery, machine: Machine): void {
  const replayer = new LineReplayer(machine);
  let reports = new BatchReports();
  for (const record of recovery.records()) {
    const lines = replayer.apply(record.event);
    const problem = differenceOf(record, { lines, digest: machine.timeline.digest });
    if (problem !== undefined) throw replayRefusal(problem, record);
    for (const report of replayer.reports) reports.note(report.client, report.reportSeq);
    if (record.batchEnd === undefined) continue;
    recovery.reports.add(reports, record.batchEnd.position);
    reports = new BatchReports();
  }
}

/** Says how a replay differs from what was recorded; undefined if it does not. */
export function differenceOf(
  record: RecoveredRecord,
  replayed: { readonly lines: string; readonly digest: string },
): string | undefined {
  if (replayed.lines !== record.effectLines) {
    return firstDifference(record.effectLines, replayed.lines);
  }
  const recorded = record.batchEnd?.digest;
  if (recorded === undefined || recorded === replayed.digest) return undefined;
  return `its digest must be ${recorded}, as recorded: was ${replayed.digest}`;
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

function replayRefusal(problem: string, record: RecoveredRecord): JournalRefused {
  return new JournalRefused(
    `replaying seq ${record.event.seqId} (${record.event.eventType}) ${problem}`,
    "The program is not the one that wrote the journal, or it is not deterministic: start the " +
      "executable that wrote it, and report the difference",
    { seq: record.event.seqId },
  );
}
