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
 * @param engineVersion Of the running program; a batch of another one is not replayed.
 * @throws {JournalRefused} At the first difference, or at a batch of another engine version.
 * @throws {PoisonEvent} If applying an event throws.
 */
export function replayInto(recovery: Recovery, machine: Machine, engineVersion: string): void {
  const replayer = new LineReplayer(machine);
  let reports = new BatchReports();
  for (const record of recovery.records()) {
    const lines = replayer.apply(record.event);
    if (lines !== record.effectLines) throw difference(record, lines);
    for (const report of replayer.reports) reports.note(report.client, report.reportSeq);
    const { batchEnd } = record;
    if (batchEnd === undefined) continue;
    checkBatchEnd(record, machine.timeline.digest, engineVersion);
    recovery.reports.add(reports, batchEnd.position);
    reports = new BatchReports();
  }
}
