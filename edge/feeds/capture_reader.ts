/**
 * What reads the lines of a capture; one implementation per format.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { CaptureSummary } from "./capture_summary.ts";

/** What a column mapping says, as configuration and command line spell it. See `row_mapping.ts`. */
export type RawColumns = Readonly<Record<string, unknown>>;

export type CaptureOptions = {
  readonly instruments: readonly Instrument[];
  /** Told of each problem, a sentence. */
  readonly problem: (text: string) => void;
  /** Makes an instrument that the lines name and nobody configured; absent: it is left out. */
  readonly discover?: (symbol: string) => Instrument | undefined;
  /** Formats of rows only. */
  readonly columns?: RawColumns;
};

/** Turns lines into drafts. */
export interface CaptureReader {
  /** What came so far. */
  readonly summary: Readonly<CaptureSummary>;
  /**
   * When the line read last was received, where the format says so: it then paces the capture and
   * orders it among others, in place of the event times.
   */
  readonly receivedUs?: number | undefined;
  /** Reads one line; `place` names it in problems. One that cannot be read gives nothing. */
  read(line: string, place: string): Draft[];
  /** Gives what waited for more lines: there are none. */
  finish?(): Draft[];
  /** Forgets the book of an instrument, where what comes next depends on what came before. */
  forget?(instrument: Instrument): void;
}
