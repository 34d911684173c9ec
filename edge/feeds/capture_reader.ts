/**
 * What reads the lines of a capture; one implementation per format.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { CaptureSummary } from "./capture_summary.ts";

export type CaptureOptions = {
  readonly instruments: readonly Instrument[];
  /** Told of each problem, a sentence. */
  readonly problem: (text: string) => void;
  /** Makes an instrument that the lines name and nobody configured; absent: it is left out. */
  readonly discover?: (symbol: string) => Instrument | undefined;
};

/** Turns lines into drafts. */
export interface CaptureReader {
  /** What came so far. */
  readonly summary: Readonly<CaptureSummary>;
  /** Reads one line; `place` names it in problems. One that cannot be read gives nothing. */
  read(line: string, place: string): Draft[];
}
