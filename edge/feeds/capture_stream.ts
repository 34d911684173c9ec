/**
 * Recorded files as one stream of moments: a moment is what one line says.
 *
 * A file that cannot be opened or read ends the stream with a problem that names it; a line that
 * cannot be read is a problem that names file and line, and the stream goes on, or ends there if it
 * is `strict`; so does one before which something is missing.
 *
 * Ordering: files one after the other, lines as they stand; the times of moments never go back.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { Disk, DiskFile } from "../ports.ts";
import { DiskError } from "../ports.ts";
import { openFormat } from "./capture_formats.ts";
import type { CaptureReader, RawColumns } from "./capture_reader.ts";
import { LineReader } from "./line_reader.ts";
import { PackedDataError } from "./packed_data.ts";
import type { Compression } from "./unpack.ts";

/** Files of one recorder. */
export type CaptureFiles = {
  /** Paths, in order; together one stream. */
  readonly files: readonly string[];
  /** Name of the recorder's format; see `capture_formats.ts`. */
  readonly format: string;
  /** Of formats of rows. */
  readonly columns?: RawColumns;
};

export type CaptureStreamOptions = CaptureFiles & {
  readonly instruments: readonly Instrument[];
  readonly discover?: (symbol: string) => Instrument | undefined;
  readonly disk: Disk;
  readonly problem: (text: string) => void;
  /** Ends at the first line that cannot be read or follows a gap. */
  readonly isStrict: boolean;
};

/** What one line says, and when: receive time where the format has one, else event time. */
export type Moment = { readonly us: number; readonly drafts: readonly Draft[] };

type OpenFile = { readonly file: DiskFile; readonly lines: LineReader; readonly path: string };

/** Ends with the last file. */
export class CaptureStream {
  readonly reader: CaptureReader;
  /** How the files that were opened are compressed. */
  readonly compressions = new Set<Compression>();
  readonly #options: CaptureStreamOptions;
  readonly #paths: string[];
  #open: OpenFile | undefined;
  /** Moment of the line read last. */
  #head: Moment | undefined;
  /** Moments that lie after those of their lines, by time: some for each instrument. */
  readonly #later: Moment[] = [];
  #us = 0;
  #hasEnded = false;
  #isBroken = false;

  /** @throws {RangeError} If the format is unknown or its columns are wrong. */
  constructor(options: CaptureStreamOptions) {
    this.#options = options;
    this.#paths = [...options.files];
    this.reader = openFormat(options.format, options);
  }

  /** True if it ended before its files did. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Returns the next moment in which there are drafts, or undefined at the end. */
  next(): Moment | undefined {
    this.#head ??= this.#nextLine();
    const later = this.#later[0];
    const isLater = later !== undefined && (this.#head === undefined || later.us <= this.#head.us);
    const moment = isLater ? this.#later.shift() : this.#head;
    if (!isLater) this.#head = undefined;
    if (moment === undefined) return undefined;
    this.#us = Math.max(this.#us, moment.us);
    return { us: this.#us, drafts: moment.drafts };
  }

  /** Returns the moment of the next line that gives drafts. */
  #nextLine(): Moment | undefined {
    let path = "capture";
    try {
      while (!this.#hasEnded) {
        path = this.#paths[0] ?? path;
        this.#open ??= this.#openNext();
        path = this.#open?.path ?? path;
        const drafts = this.#open === undefined ? this.#finish() : this.#read(this.#open);
        const [first] = drafts;
        if (first !== undefined) return this.#split(drafts, first);
      }
    } catch (error) {
      if (!(error instanceof DiskError || error instanceof PackedDataError)) throw error;
      this.#break(`${path}: ${error.message}`);
    }
    return undefined;
  }

  /** What a line says of later times waits for them: a bar lies in the past when it is read. */
  #split(drafts: readonly Draft[], first: Draft): Moment {
    const { receivedUs } = this.reader;
    if (receivedUs !== undefined) return { us: receivedUs, drafts };
    const us = first.eventTime;
    const now = drafts.filter(({ eventTime }) => eventTime <= us);
    for (const draft of drafts) if (draft.eventTime > us) this.#keep(draft);
    return { us, drafts: now };
  }

  #keep(draft: Draft): void {
    const us = draft.eventTime;
    let at = this.#later.length;
    while (at > 0 && (this.#later[at - 1]?.us ?? 0) > us) at--;
    this.#later.splice(at, 0, { us, drafts: [draft] });
  }

  #read(open: OpenFile): readonly Draft[] {
    const text = open.lines.next();
    if (text === undefined) {
      this.#close();
      return [];
    }
    const { summary } = this.reader;
    const faults = summary.badLines + summary.gaps;
    const place = `${open.path}:${open.lines.lineNumber}`;
    const drafts = this.reader.read(text, place);
    if (this.#options.isStrict && summary.badLines + summary.gaps > faults) {
      this.#break(`${place}: the capture ends here, since it is read strictly`);
      return [];
    }
    return drafts;
  }

  #openNext(): OpenFile | undefined {
    const path = this.#paths[0];
    if (path === undefined) return undefined;
    const file = this.#options.disk.open(path, "read");
    this.#paths.shift();
    try {
      const lines = new LineReader(file);
      this.compressions.add(lines.compression);
      return { file, lines, path };
    } catch (error) {
      file.close();
      throw error;
    }
  }

  #finish(): readonly Draft[] {
    this.#hasEnded = true;
    return this.reader.finish?.() ?? [];
  }

  #break(text: string): void {
    this.#hasEnded = true;
    this.#isBroken = true;
    this.#close();
    this.#options.problem(text);
  }

  #close(): void {
    this.#open?.file.close();
    this.#open = undefined;
  }
}
