/**
 * The recorded reports of each client, word for word: the newest from memory, older ones from the
 * segments.
 *
 * Bounds: memory holds what `RecentReports` holds. One page passes batches of `PASSED_BYTES_MAX`, the
 * one that reaches it included: no more stands between the index's entry and the first wanted report,
 * and from the last one before an entry it goes on at that entry. Where retention has rewritten the
 * segment, the entry's batch is looked for first, in about as many bytes.
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

/**
 * A page ends when batches of this many bytes were passed, those before its first report included: some
 * milliseconds, where they are small and many.
 */
const PASSED_BYTES_MAX = 1 << 20;
const decoder = new TextDecoder();

/** A report as it stands in a truth part. */
export type RecordedReport = {
  readonly client: ClientIndex;
  readonly reportSeq: number;
  readonly text: string;
};

/** A batch that was passed, and the wanted reports in it. */
type PassedBatch = { readonly reports: readonly RecordedReport[]; readonly bytes: number };

/** From where on reports are read; `mayLook`: also from the segments, which is so if not said. */
export type ReadFrom = {
  readonly reportSeq: number;
  readonly limitBytes: number;
  readonly mayLook?: boolean;
};

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
  read(client: ClientIndex, from: ReadFrom): ReportPage {
    const firstSeq = Math.max(from.reportSeq, this.firstSeq(client));
    const last = this.#index.lastSeq(client);
    if (firstSeq > last) return { firstSeq, texts: [], isFromMemory: true };
    const wanted = { client, firstSeq, last, limitBytes: from.limitBytes };
    const recent = this.#readRecent(wanted);
    if (recent.length > 0) return { firstSeq, texts: recent, isFromMemory: true };
    if (from.mayLook === false) return { firstSeq, texts: [], isFromMemory: false };
    const place = this.#index.placeOf(client, firstSeq);
    if (place === undefined) return { firstSeq, texts: [], isFromMemory: true };
    const texts = this.#collect(this.#passFrom(place, wanted), { wanted, place });
    if (texts.length > 0) return { firstSeq, texts, isFromMemory: false };
    return { ...this.read(client, from), isFromMemory: false };
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
   * Fewer than wanted, none perhaps, if retention removed segments meanwhile; fewer also where their
   * batches are large, or others between them, since nothing else happens while they are looked for.
   */
  #collect(
    passed: Iterable<PassedBatch>,
    { wanted, place }: { readonly wanted: Wanted; readonly place: ReportEntry },
  ): string[] {
    const texts: string[] = [];
    let bytes = 0;
    let passedBytes = 0;
    for (const batch of passed) {
      for (const { reportSeq, text } of batch.reports) {
        if (reportSeq !== wanted.firstSeq + texts.length) throw missing(place);
        texts.push(text);
        bytes += text.length;
        if (bytes >= wanted.limitBytes || reportSeq === wanted.last) return texts;
      }
      passedBytes += batch.bytes;
      if (passedBytes >= PASSED_BYTES_MAX && texts.length > 0) return texts;
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
   * The batches of a segment, up to the last durable one or the client's last in it. Those with
   * wanted reports only are checked: between a client's reports are the batches of all others. What
   * damage has made unrecognisable leaves a gap in the numbers, which is refused.
   */
  *#passIn(
    reader: SegmentReader,
    { place, wanted }: { readonly place: ReportEntry; readonly wanted: Wanted },
  ): Generator<PassedBatch> {
    let { batch } = place;
    let offset = placeOf(reader, place);
    let isMoved = offset !== place.offset;
    while (batch <= this.#lastBatch) {
      const found = reader.read(offset, "skimmed");
      if (found.kind === "end") return;
      if (found.kind === "bad") throw damaged(found.problem, { reader, offset, batch });
      const { bytes, header, truth } = found.batch;
      const isWanted = wantedReports(truth, wanted).length > 0;
      const reports = isWanted
        ? wantedReports(checkedTruth(reader, { offset, batch }), wanted)
        : [];
      yield { reports, bytes };
      offset += bytes;
      batch = header.number + 1;
      const next = this.#entryBehind(reports, wanted.client);
      if (next === undefined) continue;
      if (next.segment !== reader.number) return;
      // Where retention has moved one batch, it has moved all behind it: they are passed one by one.
      isMoved ||= !reader.isAt(next.batch, next.offset);
      if (!isMoved) ({ batch, offset } = next);
    }
  }

  /** The index's entry that begins with the report behind these; undefined if none does. */
  #entryBehind(reports: readonly RecordedReport[], client: ClientIndex): ReportEntry | undefined {
    const seen = reports.at(-1)?.reportSeq;
    if (seen === undefined) return undefined;
    const place = this.#index.placeOf(client, seen + 1);
    return place?.reportSeq === seen + 1 ? place : undefined;
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

function wantedReports(truth: Uint8Array, { client, firstSeq, last }: Wanted): RecordedReport[] {
  const reports = [...reportLines(decoder.decode(truth), client)];
  return reports.filter(({ reportSeq }) => reportSeq >= firstSeq && reportSeq <= last);
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
