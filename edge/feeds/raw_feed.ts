/**
 * Raw lines that a client publishes, read by the reader of a capture format.
 *
 * One reader for each venue: it keeps the state of its books (sequence numbers, images) from line to
 * line, whoever publishes. A line may be about any of the venue's instruments.
 * @module
 */
import type { Instrument } from "../../core/instrument.ts";
import type { InstrumentId, Micros } from "../../core/numbers.ts";
import type { RawOutcome } from "../../wire/backend.ts";
import type { CaptureOptions, CaptureReader } from "./capture_reader.ts";

/** Formats whose recorded lines begin with a receive time, which the venue does not send. */
const STAMPED: readonly string[] = ["binance", "hyperliquid", "kraken"];

/** Opens the reader of a capture format. */
export type OpenFormat = (format: string, options: CaptureOptions) => CaptureReader;

/** Reads the lines of one venue. */
export class RawFeed {
  readonly #reader: CaptureReader;
  readonly #instruments: readonly Instrument[];
  readonly #isStamped: boolean;
  #problem: string | undefined;

  constructor(
    of: {
      readonly format: string;
      readonly instruments: readonly Instrument[];
      readonly open: OpenFormat;
    },
  ) {
    this.#instruments = of.instruments;
    this.#isStamped = STAMPED.includes(of.format);
    this.#reader = of.open(of.format, {
      instruments: of.instruments,
      problem: (text) => this.#problem = text,
    });
  }

  /** Reads one line as the venue sent it, received at `tsUs`. */
  read(line: string, tsUs: Micros): RawOutcome {
    this.#problem = undefined;
    const drafts = this.#reader.read(this.#isStamped ? `${tsUs}000 ${line}` : line, "payload");
    // A problem with something to say of it, such as a gap that makes a book invalid, is data.
    return this.#problem === undefined || drafts.length > 0
      ? { ok: true, drafts }
      : { ok: false, problem: this.#problem };
  }

  /** What was read of these books did not all arrive: they wait for their next snapshots. */
  forget(instruments: ReadonlySet<InstrumentId>): void {
    for (const instrument of this.#instruments) {
      if (instruments.has(instrument.id)) this.#reader.forget?.(instrument);
    }
  }
}
