/**
 * The recorded reports of each client, word for word: the newest from memory, older ones from the
 * segments.
 *
 * Bounds: memory holds what `RecentReports` holds; one page reads on from the index's entry, at most
 * 256 reports of the client and one segment before the first wanted one, and no further than
 * `PASSED_BYTES_MAX` behind it.
 * @module
 */
import { type ClientIndex, clientIndex } from "../../core/numbers.ts";
import type { ReportPage } from "../../wire/backend.ts";
import type { EncodedReport } from "../../wire/encoded_report.ts";
import { type Disk, DiskError } from "../ports.ts";
import { RecentReports } from "./recent_reports.ts";
import type { BatchReports, ReportEntry, ReportIndex } from "./report_index.ts";
import { JournalRefused, RESTORE_ADVICE } from "./refusal.ts";
import { segmentName } from "./format.ts";
import { readWindow, SegmentReader } from "./segment_reader.ts";
import { firstSegment } from "./segments.ts";
import type { BatchPosition } from "./writer.ts";

/** A page ends when this many bytes were passed since its first report: 5 ms from memory. */
const PASSED_BYTES_MAX = 1 << 24;
const NOTHING = new Uint8Array(0);
const decoder = new TextDecoder();

/** A report as it stands in a truth part. */
export type RecordedReport = {
  readonly client: ClientIndex;
  readonly reportSeq: number;
  readonly text: string;
};

/** A batch that was passed; `truth` is empty if no wanted report is in it. */
type PassedBatch = { readonly truth: string; readonly bytes: number };

type Wanted = {
  readonly client: ClientIndex;
  readonly firstSeq: number;
  readonly last: number;
  readonly limitBytes: number;
};

/** The store. `remember` takes reports as they are recorded; reads give durable ones only. */
export class ReportStore {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #index: ReportIndex;
  readonly #recent = new RecentReports();
  readonly #window = readWindow();
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
    this.#recent.remember(report);
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
    const wanted = { client, firstSeq, last, limitBytes: from.limitBytes };
    const recent = this.#readRecent(wanted);
    if (recent.length > 0) return { firstSeq, texts: recent };
    const place = this.#index.placeOf(client, firstSeq);
    if (place === undefined) return { firstSeq, texts: [] };
    const texts = this.#collect(this.#passFrom(place, wanted), { wanted, place });
    return texts.length > 0 ? { firstSeq, texts } : this.read(client, from);
  }

  /** As many as are in memory, or none: a report's successors are newer and there too. */
  #readRecent(wanted: Wanted): string[] {
    const texts: string[] = [];
    let bytes = 0;
    for (let seq = wanted.firstSeq; seq <= wanted.last && bytes < wanted.limitBytes; seq++) {
      const text = this.#recent.text(wanted.client, seq);
      if (text === undefined) break;
      texts.push(text);
      bytes += text.length;
    }
    return texts;
  }

  /**
   * Fewer than wanted, none perhaps, if retention removed segments meanwhile; fewer also where they
   * are far from each other, since nothing else happens while they are looked for.
   */
  #collect(
    passed: Iterable<PassedBatch>,
    { wanted, place }: { readonly wanted: Wanted; readonly place: ReportEntry },
  ): string[] {
    const texts: string[] = [];
    let bytes = 0;
    let passedBytes = 0;
    for (const batch of passed) {
      for (const report of reportLines(batch.truth, wanted.client)) {
        if (report.reportSeq < wanted.firstSeq) continue;
        if (report.reportSeq > wanted.last) return texts;
        if (report.reportSeq !== wanted.firstSeq + texts.length) throw missing(place);
        texts.push(report.text);
        bytes += report.text.length;
        if (bytes >= wanted.limitBytes) return texts;
      }
      if (texts.length > 0) passedBytes += batch.bytes; // since the first of them
      if (passedBytes >= PASSED_BYTES_MAX) return texts;
    }
    const isKept = this.#index.placeOf(wanted.client, wanted.firstSeq) === place;
    if (isKept && wanted.firstSeq + texts.length <= wanted.last) throw missing(place);
    return texts;
  }

  /** The batches from one place of the client's on, segments without any report of it left out. */
  *#passFrom(place: ReportEntry, wanted: Wanted): Generator<PassedBatch> {
    let at: ReportEntry | undefined = place;
    while (at !== undefined) {
      const reader = this.#openSegment(at);
      if (reader === undefined) return;
      try {
        yield* this.#passIn(reader, { place: at, wanted });
      } finally {
        reader.close();
      }
      at = this.#index.entryAfter(wanted.client, at.segment);
    }
  }

  /**
   * The batches of a segment, up to the last durable one. Those with wanted reports only are
   * checked: between a client's reports are the batches of all others. What damage has made
   * unrecognisable leaves a gap in the numbers, which is refused.
   */
  *#passIn(
    reader: SegmentReader,
    { place, wanted }: { readonly place: ReportEntry; readonly wanted: Wanted },
  ): Generator<PassedBatch> {
    let { batch } = place;
    let offset = placeOf(reader, place);
    while (batch <= this.#lastBatch) {
      const found = reader.read(offset, "skimmed");
      if (found.kind === "end") return;
      if (found.kind === "bad") throw damaged(found.problem, { reader, offset, batch });
      const { bytes, header, truth } = found.batch;
      const isWanted = hasWanted(decoder.decode(truth), wanted);
      const checked = isWanted ? checkedTruth(reader, { offset, batch }) : NOTHING;
      yield { truth: decoder.decode(checked), bytes };
      offset += bytes;
      batch = header.number + 1;
    }
  }

  /**
   * The segment in which a durable batch must be. Undefined if retention removed it: its message is
   * then still on the way, but the anchor was written before.
   */
  #openSegment({ segment: number, batch }: ReportEntry): SegmentReader | undefined {
    const directory = this.#directory;
    try {
      return new SegmentReader(this.#disk, { directory, number }, this.#window);
    } catch (error) {
      if (!(error instanceof DiskError && error.code === "NotFound")) throw error;
      const first = firstSegment(this.#disk, directory);
      if (number >= first) throw missingSegment({ segment: number, batch });
      this.#index.dropBefore(first);
      return undefined;
    }
  }
}

function hasWanted(truth: string, { client, firstSeq }: Wanted): boolean {
  for (const { reportSeq } of reportLines(truth, client)) if (reportSeq >= firstSeq) return true;
  return false;
}

/** A report that is in the index and in no batch that could be read as one. */
function missing({ segment, batch }: ReportEntry): JournalRefused {
  const problem = "a client's reports must follow each other without a gap: was one missing";
  return new JournalRefused(problem, RESTORE_ADVICE, { segment: segmentName(segment), batch });
}

/** Nobody may take damage for retention: what it loses would be passed over without a word. */
function missingSegment(
  { segment, batch }: Pick<ReportEntry, "segment" | "batch">,
): JournalRefused {
  const problem = "a durable batch must be there: was missing, and no retention had dropped it";
  return new JournalRefused(problem, RESTORE_ADVICE, { segment: segmentName(segment), batch });
}

function checkedTruth(
  reader: SegmentReader,
  { offset, batch }: { readonly offset: number; readonly batch: number },
): Uint8Array {
  const found = reader.read(offset, "checked");
  if (found.kind === "batch") return found.batch.truth;
  const problem = found.kind === "bad" ? found.problem : "a batch must be whole: was cut";
  throw damaged(problem, { reader, offset, batch });
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
export function* reportLines(truth: string, only?: ClientIndex): Generator<RecordedReport> {
  for (const line of truth.matchAll(REPORT_LINE)) {
    const client = clientIndex(Number(line[1]));
    if (only !== undefined && client !== only) continue;
    yield { client, reportSeq: Number(line[2]), text: line[3] ?? "" };
  }
}
