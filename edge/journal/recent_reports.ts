/**
 * The newest reports of all clients, in memory: what a repeated intent is answered from, and the end
 * of a resume.
 *
 * Limits: `MEMORY_BYTES` for all clients together, `REPORTS_MAX` of each; older ones are read from
 * the segments.
 * @module
 */
import { putAt } from "../../core/by_number.ts";
import type { ClientIndex } from "../../core/numbers.ts";
import type { EncodedReport } from "../../wire/encoded_report.ts";

const MEMORY_BYTES = 1 << 20;
/** A power of two: a report's number gives its row. */
const REPORTS_MAX = 512;

/** Where one client's newest reports are: positions count all bytes ever remembered. */
type Places = { last: number; readonly starts: Float64Array; readonly lengths: Int32Array };

const decoder = new TextDecoder();

/** A ring of bytes, and where each client's reports are in it. */
export class RecentReports {
  readonly #memory = new Uint8Array(MEMORY_BYTES);
  /** Bytes ever remembered, waste included. */
  #position = 0;
  readonly #places: (Places | undefined)[] = [];

  /** Copies a report. Numbers of a client ascend without gaps. */
  remember(report: EncodedReport): void {
    const length = report.to - report.from;
    if (length > MEMORY_BYTES) return;
    let at = this.#position % MEMORY_BYTES;
    if (at + length > MEMORY_BYTES) { // a report is never in two pieces
      this.#position += MEMORY_BYTES - at;
      at = 0;
    }
    this.#memory.set(report.memory.subarray(report.from, report.to), at);
    const places = this.#placesOf(report.client);
    const row = report.reportSeq % REPORTS_MAX;
    places.last = report.reportSeq;
    places.starts[row] = this.#position;
    places.lengths[row] = length;
    this.#position += length;
  }

  /** Returns the text of a report, or undefined if it is not here any more. */
  text(client: ClientIndex, reportSeq: number): string | undefined {
    const places = this.#places[client];
    if (places === undefined || reportSeq > places.last) return undefined;
    if (reportSeq <= places.last - REPORTS_MAX) return undefined;
    const row = reportSeq % REPORTS_MAX;
    const start = places.starts[row] ?? -1;
    if (start < 0 || start < this.#position - MEMORY_BYTES) return undefined;
    const at = start % MEMORY_BYTES;
    return decoder.decode(this.#memory.subarray(at, at + (places.lengths[row] ?? 0)));
  }

  #placesOf(client: ClientIndex): Places {
    const known = this.#places[client];
    if (known !== undefined) return known;
    const starts = new Float64Array(REPORTS_MAX).fill(-1);
    const made = { last: 0, starts, lengths: new Int32Array(REPORTS_MAX) };
    putAt(this.#places, client, made);
    return made;
  }
}
