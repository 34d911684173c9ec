/**
 * The recorded reports of each client, word for word: the newest from memory, older ones from the
 * segments.
 *
 * Bounds: per client the last 256 to 512 reports are kept in memory; one page reads on from the
 * index's entry, at most 256 reports of the client before the first wanted one.
 * @module
 */
import { type ClientIndex, clientIndex } from "../../core/numbers.ts";
import type { EncodedReport, ReportPage } from "../../wire/backend.ts";
import { type Disk, DiskError } from "../ports.ts";
import type { BatchReports, ReportEntry, ReportIndex } from "./report_index.ts";
import { JournalRefused, RESTORE_ADVICE } from "./refusal.ts";
import { segmentName } from "./format.ts";
import { SegmentReader } from "./segment_reader.ts";
import type { BatchPosition } from "./writer.ts";

const RECENT_MAX = 512;
const RECENT_LEAST = 256;
const decoder = new TextDecoder();

type Recent = { firstSeq: number; readonly texts: string[] };

/** The store. `remember` takes reports as they are recorded; reads give durable ones only. */
export class ReportStore {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #index: ReportIndex;
  readonly #recent = new Map<ClientIndex, Recent>();
  #lastBatch: number;

  constructor(
    disk: Disk,
    journal: { directory: string; lastBatch: number; index: ReportIndex },
  ) {
    this.#disk = disk;
    this.#directory = journal.directory;
    this.#lastBatch = journal.lastBatch;
    this.#index = journal.index;
  }

  /** Keeps a report that was just recorded, for a while. */
  remember(report: EncodedReport): void {
    const recent = this.#recent.get(report.client);
    if (recent === undefined) {
      this.#recent.set(report.client, { firstSeq: report.reportSeq, texts: [report.text] });
      return;
    }
    recent.texts.push(report.text);
    if (recent.texts.length <= RECENT_MAX) return;
    const surplus = recent.texts.length - RECENT_LEAST;
    recent.texts.splice(0, surplus);
    recent.firstSeq += surplus;
  }

  /** A batch is durable. */
  add(reports: BatchReports, position: BatchPosition): void {
    this.#index.add(reports, position);
    this.#lastBatch = position.batch;
  }

  /** Segments before `segment` are gone. */
  dropBefore(segment: number): void {
    this.#index.dropBefore(segment);
  }

  /** First report that is kept; last + 1 if none is. */
  firstSeq(client: ClientIndex): number {
    return this.#index.firstSeq(client);
  }

  /**
   * Durable reports from `reportSeq` on, about `limitBytes` of them, at least one if there is one.
   * @throws {JournalRefused} If they are not as they were written: nobody may be told them.
   * @throws {DiskError} If they cannot be read.
   */
  read(client: ClientIndex, from: { reportSeq: number; limitBytes: number }): ReportPage {
    const firstSeq = Math.max(from.reportSeq, this.firstSeq(client));
    const last = this.#index.lastSeq(client);
    if (firstSeq > last) return { firstSeq, texts: [] };
    const recent = this.#recent.get(client);
    if (recent !== undefined && recent.firstSeq <= firstSeq) {
      const texts = recent.texts.slice(firstSeq - recent.firstSeq, last + 1 - recent.firstSeq);
      return { firstSeq, texts: limited(texts, from.limitBytes) };
    }
    const place = this.#index.placeOf(client, firstSeq);
    if (place === undefined) return { firstSeq, texts: [] };
    const reader = this.#openSegment(place.segment);
    if (reader === undefined) {
      // Retention removed the segment and its message is still on the way.
      this.#index.dropBefore(place.segment + 1);
      return this.read(client, from);
    }
    const wanted = { client, firstSeq, last, limitBytes: from.limitBytes };
    return { firstSeq, texts: this.#collect(this.#truthFrom(place, reader), wanted) };
  }

  #collect(
    truths: Iterable<string>,
    wanted: { client: ClientIndex; firstSeq: number; last: number; limitBytes: number },
  ): string[] {
    const texts: string[] = [];
    let bytes = 0;
    for (const truth of truths) {
      for (const report of reportLines(truth, wanted.client)) {
        if (report.reportSeq < wanted.firstSeq) continue;
        if (report.reportSeq > wanted.last) return texts;
        texts.push(report.text);
        bytes += report.text.length;
        if (bytes >= wanted.limitBytes) return texts;
      }
    }
    return texts;
  }

  /** The truth parts from a batch on, up to the last durable one. */
  *#truthFrom(place: ReportEntry, first: SegmentReader): Generator<string> {
    let reader: SegmentReader | undefined = first;
    try {
      let { batch } = place;
      let offset = placeOf(first, place);
      while (reader !== undefined && batch <= this.#lastBatch) {
        const found = reader.read(offset, "checked");
        if (found.kind === "bad") throw damaged(found.problem, { reader, offset, batch });
        if (found.kind === "batch") {
          yield decoder.decode(found.batch.truth);
          offset += found.batch.bytes;
          batch = found.batch.header.number + 1;
        } else {
          const next: number = reader.number + 1;
          reader.close();
          reader = this.#openSegment(next);
          offset = reader?.firstOffset ?? 0;
        }
      }
    } finally {
      reader?.close();
    }
  }

  #openSegment(number: number): SegmentReader | undefined {
    try {
      return new SegmentReader(this.#disk, this.#directory, number);
    } catch (error) {
      if (error instanceof DiskError && error.code === "NotFound") return undefined;
      throw error;
    }
  }
}

function placeOf(reader: SegmentReader, { batch, offset: hint }: ReportEntry): number {
  const located = reader.locate(batch, hint);
  if (located !== undefined) return located.offset;
  throw damaged("a batch must be where reports were recorded: was missing or altered", {
    reader,
    offset: hint,
    batch,
  });
}

function damaged(
  problem: string,
  at: { readonly reader: SegmentReader; readonly offset: number; readonly batch: number },
): JournalRefused {
  const { reader, offset, batch } = at;
  const place = { segment: segmentName(reader.number), offset, batch };
  return new JournalRefused(problem, RESTORE_ADVICE, place);
}

const REPORT_LINE =
  /(?:^|\n)\{"report":\{"seq_id":\d+,"client":(\d+),"report_seq":(\d+),"wire":([^\n]*)\}\}(?=\n)/g;

/** Yields the reports in a truth part, of one client or of all. */
export function* reportLines(truth: string, only?: ClientIndex): Generator<EncodedReport> {
  for (const line of truth.matchAll(REPORT_LINE)) {
    const client = clientIndex(Number(line[1]));
    if (only !== undefined && client !== only) continue;
    yield { client, reportSeq: Number(line[2]), text: line[3] ?? "" };
  }
}

function limited(texts: readonly string[], limitBytes: number): string[] {
  let bytes = 0;
  const end = texts.findIndex((text) => (bytes += text.length) >= limitBytes);
  return texts.slice(0, end < 0 ? texts.length : end + 1);
}
