/**
 * A capture that is read line by line: what the formats of the venues share. It counts lines, tells
 * those that cannot be read, and holds what a format needs.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { Micros } from "../../core/numbers.ts";
import { CaptureInstruments } from "./capture_instruments.ts";
import { CaptureNotes } from "./capture_notes.ts";
import type { CaptureOptions, CaptureReader } from "./capture_reader.ts";
import type { CaptureSummary } from "./capture_summary.ts";

/** What a format is given. */
export type FormatParts = {
  readonly notes: CaptureNotes;
  readonly instruments: CaptureInstruments;
};

/** What differs from format to format. */
export interface LineFormat {
  /** When the line read last was received, if lines say so. */
  readonly receivedUs: Micros | undefined;
  /** Reads one line. @throws {LineError} If it cannot be read. */
  read(line: string, place: string): Draft[];
  /** Says which books are lost because the line could not be read; absent: none. */
  lose?(reason: string): Draft[];
  /** Forgets the book of an instrument; absent: it keeps none. */
  forget?(instrument: Instrument): void;
}

/** A reader of lines of one format. */
export class LineCapture implements CaptureReader {
  readonly #notes: CaptureNotes;
  readonly #format: LineFormat;

  constructor(options: CaptureOptions, formatOf: (parts: FormatParts) => LineFormat) {
    this.#notes = new CaptureNotes(options);
    this.#format = formatOf({
      notes: this.#notes,
      instruments: new CaptureInstruments(options),
    });
  }

  get summary(): CaptureSummary {
    return this.#notes.summary;
  }

  get receivedUs(): Micros | undefined {
    return this.#format.receivedUs;
  }

  read(line: string, place: string): Draft[] {
    return this.#notes.line(
      place,
      () => this.#format.read(line, place),
      (reason) => this.#format.lose?.(reason) ?? [],
    );
  }

  forget(instrument: Instrument): void {
    this.#format.forget?.(instrument);
  }
}
