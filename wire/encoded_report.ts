/**
 * Reports as they are journaled and sent, encoded once.
 * @module
 */
import type { Instrument } from "../core/instrument.ts";
import type { ClientIndex } from "../core/numbers.ts";
import type { ExecutionReport } from "../core/report.ts";
import { ByteWriter } from "./byte_writer.ts";
import type { ReportWriter } from "./encode_report.ts";

/**
 * A report of an applied event. Its JSON is `memory` from `from` to `to`, as long as the call lasts
 * that hands it over: whoever needs it longer copies it.
 */
export type EncodedReport = {
  readonly client: ClientIndex;
  readonly reportSeq: number;
  readonly memory: Uint8Array;
  readonly from: number;
  readonly to: number;
};

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

const decoder = new TextDecoder();

/** Returns the bytes of an encoded report; they hold as long as it does. */
export function reportBytes({ memory, from, to }: EncodedReport): Uint8Array {
  return memory.subarray(from, to);
}

/** Returns the text of an encoded report. */
export function reportText(report: EncodedReport): string {
  return decoder.decode(reportBytes(report));
}

/** Encodes the reports of one event after the other, in memory that is used again. */
export class EncodedReports {
  readonly #write: ReportWriter;
  readonly #to = new ByteWriter();
  readonly #pool: Writable<EncodedReport>[] = [];
  readonly #encoded: EncodedReport[] = [];

  constructor(write: ReportWriter) {
    this.#write = write;
  }

  /** Encodes `reports`; the list and what it holds are valid until the next call. */
  encode(
    reports: readonly ExecutionReport[],
    instruments: readonly Instrument[],
  ): readonly EncodedReport[] {
    const encoded = this.#encoded;
    while (encoded.length > 0) encoded.pop(); // a length of 0 would give the memory away
    if (reports.length === 0) return encoded;
    const to = this.#to;
    to.clear();
    for (const report of reports) encoded.push(this.#encodeOne(report, instruments));
    // The memory may have moved while it grew: only now is it known.
    for (let at = 0; at < encoded.length; at++) {
      const one = this.#pool[at];
      if (one !== undefined) one.memory = to.memory;
    }
    return encoded;
  }

  #encodeOne(report: ExecutionReport, instruments: readonly Instrument[]): EncodedReport {
    const to = this.#to;
    const from = to.length;
    this.#write(to, report, instruments);
    const { client, reportSeq } = report;
    const { memory } = to;
    const at = this.#encoded.length;
    const one = this.#pool[at];
    if (one === undefined) {
      const made = { client, reportSeq, memory, from, to: to.length };
      this.#pool.push(made);
      return made;
    }
    one.client = client;
    one.reportSeq = reportSeq;
    one.from = from;
    one.to = to.length;
    return one;
  }
}
