/**
 * Recorded files as a source: one line is one moment, paced by the receive times in the files.
 *
 * A file that cannot be opened or read ends the capture with a problem that names it; a line that
 * cannot be read is a problem that names file and line, and the capture goes on.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { Disk, DiskFile } from "../ports.ts";
import { DiskError } from "../ports.ts";
import { openReader as openBetting } from "./betfair/reader.ts";
import { openReader } from "./binance_capture.ts";
import { LineError, splitLine } from "./capture_line.ts";
import type { CaptureOptions, CaptureReader } from "./capture_reader.ts";
import { problemsOf, sayCounts } from "./capture_summary.ts";
import type { FeedChoice, FeedSource } from "./feed.ts";
import { PackedDataError } from "./packed_data.ts";
import { LineReader } from "./line_reader.ts";

type CaptureChoice = Extract<FeedChoice, { readonly kind: "capture" }>;

export type CaptureSourceOptions = {
  readonly feed: CaptureChoice;
  readonly instruments: readonly Instrument[];
  readonly discover?: (symbol: string) => Instrument | undefined;
  readonly disk: Disk;
  readonly problem: (text: string) => void;
};

type OpenFile = { readonly file: DiskFile; readonly lines: LineReader };
type Line = { readonly text: string; readonly place: string };

/** Readers by the name that configuration uses. */
const FORMATS: ReadonlyMap<string, (options: CaptureOptions) => CaptureReader> = new Map([
  ["binance", openReader],
  ["betfair", openBetting],
]);

/** Ends with the last file. */
export class CaptureSource implements FeedSource {
  readonly #options: CaptureSourceOptions;
  readonly #reader: CaptureReader;
  readonly #paths: string[];
  #open: OpenFile | undefined;
  #path = "capture";
  #line: Line | undefined;
  #firstUs: number | undefined;
  #dueUs = 0;
  #hasEnded = false;

  /** @throws {RangeError} If the format is unknown or the speed is not above 0. */
  constructor(options: CaptureSourceOptions) {
    const { speed, format } = options.feed;
    if (typeof speed === "number" && !(speed > 0)) {
      throw new RangeError(`Cannot play a capture: its speed must be above 0: was ${speed}`);
    }
    this.#options = options;
    this.#paths = [...options.feed.files];
    const open = FORMATS.get(format);
    if (open === undefined) {
      const known = [...FORMATS.keys()].join(", ");
      throw new RangeError(
        `Cannot play a capture: its format must be one of ${known}: was ${format}`,
      );
    }
    this.#reader = open(options);
  }

  nextDueUs(): number | undefined {
    if (this.#line === undefined && !this.#hasEnded) this.#advance();
    return this.#line === undefined ? undefined : this.#dueUs;
  }

  next(): readonly Draft[] {
    const line = this.#line;
    this.#line = undefined;
    return line === undefined ? [] : this.#reader.read(line.text, line.place);
  }

  summary(): string {
    return sayCounts(this.#reader.summary);
  }

  #advance(): void {
    try {
      this.#line = this.#readLine();
    } catch (error) {
      if (!(error instanceof DiskError || error instanceof PackedDataError)) throw error;
      this.#options.problem(`${this.#path}: ${error.message}`);
    }
    if (this.#line === undefined) this.#end();
    else this.#dueUs = Math.max(this.#dueUs, this.#dueOf(this.#line.text));
  }

  #readLine(): Line | undefined {
    for (;;) {
      this.#open ??= this.#openNext();
      if (this.#open === undefined) return undefined;
      const { file, lines } = this.#open;
      const text = lines.next();
      if (text !== undefined) return { text, place: `${this.#path}:${lines.lineNumber}` };
      file.close();
      this.#open = undefined;
    }
  }

  #openNext(): OpenFile | undefined {
    const path = this.#paths.shift();
    if (path === undefined) return undefined;
    this.#path = path;
    const file = this.#options.disk.open(path, "read");
    return { file, lines: new LineReader(file) };
  }

  /** A line without a receive time comes at once; reading it will say what is wrong with it. */
  #dueOf(line: string): number {
    const { speed } = this.#options.feed;
    if (speed === "fastest") return 0;
    try {
      const { receivedUs } = splitLine(line);
      this.#firstUs ??= receivedUs;
      return Math.floor((receivedUs - this.#firstUs) / (speed === "realtime" ? 1 : speed));
    } catch (error) {
      if (error instanceof LineError) return 0;
      throw error;
    }
  }

  #end(): void {
    this.#hasEnded = true;
    this.#open?.file.close();
    this.#open = undefined;
    const { feed, problem } = this.#options;
    for (const text of problemsOf(this.#reader.summary, feed.expect)) problem(text);
  }
}
