/**
 * The report streams of all clients that had reports or sessions since the start.
 * @module
 */
import type { ClientIndex } from "../core/numbers.ts";
import type { Backend } from "./backend.ts";
import type { EncodedReport } from "./encoded_report.ts";
import { ReportStream } from "./report_stream.ts";

/** Streams by client, and which of them wait for the disk. */
export class ReportStreams {
  readonly #backend: Backend;
  readonly #streams: (ReportStream | undefined)[] = [];
  readonly #waiting = new Set<ReportStream>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** Returns a client's stream. Made when nothing of the client has been held: all is durable. */
  of(client: ClientIndex): ReportStream {
    return this.#find(client, this.#backend.view.reportSeq(client));
  }

  /** Takes an applied report, caused by event `seq`. */
  hold(report: EncodedReport, seq: number): void {
    const stream = this.#find(report.client, report.reportSeq - 1);
    stream.hold(seq, report);
    this.#waiting.add(stream);
  }

  /** Everything up to event `upTo` is durable. */
  release(upTo: number): void {
    for (const stream of this.#waiting) stream.release(upTo);
  }

  /** Forgets the durable reports of clients that nobody reads for. */
  settle(isRead: (client: ClientIndex) => boolean): void {
    for (const stream of this.#waiting) {
      if (!isRead(stream.client)) stream.drop();
      if (stream.applied === stream.durable) this.#waiting.delete(stream);
    }
  }

  #find(client: ClientIndex, durable: number): ReportStream {
    const known = this.#streams[client];
    if (known !== undefined) return known;
    const stream = new ReportStream(client, durable);
    this.#streams[client] = stream;
    return stream;
  }
}
