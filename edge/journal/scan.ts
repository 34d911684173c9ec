/**
 * Walks the batches of a journal in order and holds each to the chain: numbers, sequence, previous
 * chain, hashes, and the high-water mark. Recovery, verification and the follower all go this way,
 * so they all say the same of the same damage.
 *
 * The one damage that is no corruption is a torn tail: the last batch, beyond the high-water mark,
 * not intact and nothing intact after it. It was never acknowledged.
 * @module
 */
import type { Disk } from "../ports.ts";
import { genesisChain, type SegmentHeader, segmentName } from "./format.ts";
import type { HighWaterMark } from "./high_water.ts";
import { earlyEndAdvice, type JournalPlace, JournalRefused, RESTORE_ADVICE } from "./refusal.ts";
import { type Batch, type ReadDepth, readWindow, SegmentReader } from "./segment_reader.ts";
import type { JournalTail } from "./writer.ts";

/** Bytes that were being written when the process or the machine died. */
export type TornTail = {
  readonly segment: number;
  readonly offset: number;
  readonly bytes: number;
  readonly batch: number;
};

export type ScanOptions = {
  readonly disk: Disk;
  readonly directory: string;
  /** All segments, from `listSegments`. */
  readonly segments: readonly SegmentHeader[];
  /** The batch after which to begin. */
  readonly from: JournalTail;
  readonly mark: HighWaterMark | undefined;
  readonly depth: Extract<ReadDepth, "checked" | "unchecked">;
};

/** Returns the beginning of a journal as a place to scan from. */
export function journalStart(first: SegmentHeader): JournalTail {
  return {
    journalId: first.journalId,
    segment: first.number,
    offset: 0,
    segmentSinceUs: 0,
    batch: first.firstBatch - 1,
    seq: first.firstSeq - 1,
    chain: first.previousChain,
  };
}

/** Returns the tail of a journal that has nothing yet. */
export function emptyTail(journalId: string): JournalTail {
  return {
    journalId,
    segment: 0,
    offset: 0,
    segmentSinceUs: 0,
    batch: 0,
    seq: 0,
    chain: genesisChain(journalId),
  };
}

/** Returns the place before everything that is kept. */
export function beginning(journalId: string, segments: readonly SegmentHeader[]): JournalTail {
  const first = segments[0];
  return first === undefined ? emptyTail(journalId) : journalStart(first);
}

/** One walk. `tail` and `torn` say where it stands; when `batches` ends, where the journal ends. */
export class JournalScan {
  readonly #options: ScanOptions;
  #tail: JournalTail;
  #torn: TornTail | undefined;

  constructor(options: ScanOptions) {
    this.#options = options;
    this.#tail = options.from;
  }

  get tail(): JournalTail {
    return this.#tail;
  }

  get torn(): TornTail | undefined {
    return this.#torn;
  }

  /**
   * Yields the batches after `from`. A batch's bytes hold until the next one is taken.
   * @throws {JournalRefused} At the first record that is not as it was written.
   */
  *batches(): Generator<Batch> {
    const { disk, directory, segments } = this.#options;
    const window = readWindow();
    for (const header of segments) {
      const { number } = header;
      if (number < this.#tail.segment) continue;
      const reader = new SegmentReader(disk, { directory, number }, window);
      try {
        this.#enter(reader);
        yield* this.#segmentBatches(reader, header === segments.at(-1));
      } finally {
        reader.close();
      }
    }
    this.#checkMarkReached();
  }

  #enter(reader: SegmentReader): void {
    if (reader.number === this.#tail.segment && this.#tail.offset > 0) return;
    checkSegment(reader, this.#tail);
    this.#tail = entered(this.#tail, reader);
  }

  *#segmentBatches(reader: SegmentReader, isLast: boolean): Generator<Batch> {
    for (;;) {
      const found = reader.read(this.#tail.offset, this.#options.depth);
      if (found.kind === "end") return;
      if (found.kind === "bad") {
        if (this.#judge(reader, found.problem, isLast) === "torn") return;
        continue;
      }
      this.#check(found.batch);
      yield found.batch;
      this.#tail = advanced(this.#tail, found.batch);
    }
  }

  #check(batch: Batch): void {
    checkBatch(batch, this.#tail);
    const { header, segment, offset } = batch;
    const mark = this.#options.mark;
    if (mark?.batch !== header.number || mark.chain === header.chain) return;
    throw refusal(
      "the journal must be the one its high-water mark was taken of: was another chain",
      { segment: segmentName(segment), offset, batch: header.number, seq: header.firstSeq },
    );
  }

  /**
   * A damaged batch: torn if it was never acknowledged, else corruption; whole by now if a daemon
   * was writing it when it was read, for a later one is written only after it.
   */
  #judge(reader: SegmentReader, problem: string, isLast: boolean): "torn" | "whole" {
    const { offset, batch, seq } = this.#tail;
    const place = { segment: segmentName(reader.number), offset, batch: batch + 1, seq: seq + 1 };
    if (!isLast) throw refusal(problem, place);
    const mark = this.#options.mark;
    if (mark !== undefined && batch < mark.batch) {
      throw refusal(`${problem}, before the high-water mark at batch ${mark.batch}`, place);
    }
    const intact = reader.intactBatchAfter(offset);
    if (intact !== undefined) {
      reader.refresh();
      if (reader.read(offset, this.#options.depth).kind === "batch") return "whole";
      throw refusal(`${problem}, before intact batch ${intact}`, place);
    }
    const bytes = reader.lastWritten(offset) - offset;
    this.#torn = { segment: reader.number, offset, bytes, batch: batch + 1 };
    return "torn";
  }

  #checkMarkReached(): void {
    const { mark } = this.#options;
    const { batch, seq, segment, offset } = this.#tail;
    if (mark === undefined || batch >= mark.batch) return;
    throw new JournalRefused(
      `it must reach its high-water mark (batch ${mark.batch}, seq ${mark.seq}): ` +
        `was at its end after batch ${batch}, seq ${seq}`,
      earlyEndAdvice(this.#tail),
      { segment: segmentName(segment), offset, batch: batch + 1, seq: seq + 1 },
    );
  }
}

/**
 * Holds a segment's header to the batch before it.
 * @throws {JournalRefused} If it does not follow.
 */
export function checkSegment(reader: SegmentReader, { batch, seq, chain }: JournalTail): void {
  const { firstBatch, firstSeq, previousChain } = reader.header;
  const place = { segment: segmentName(reader.number), offset: 0 };
  if (firstBatch !== batch + 1 || firstSeq !== seq + 1) {
    throw refusal(`a segment must begin with batch ${batch + 1}: was batch ${firstBatch}`, place);
  }
  if (previousChain !== chain) {
    throw refusal("a segment must continue the chain before it: was another chain", place);
  }
}

/**
 * Holds a batch to the batch before it.
 * @throws {JournalRefused} If it does not follow.
 */
export function checkBatch(found: Batch, { batch, seq, chain }: JournalTail): void {
  const { header, segment, offset } = found;
  const place = { segment: segmentName(segment), offset, batch: batch + 1, seq: seq + 1 };
  if (header.number !== batch + 1 || header.firstSeq !== seq + 1) {
    throw refusal(
      `the batch here must be ${batch + 1} from seq ${seq + 1}: was ${header.number} from seq ` +
        `${header.firstSeq}`,
      place,
    );
  }
  if (header.previous !== chain) {
    throw refusal("a batch must continue the chain before it: was another chain", place);
  }
}

/** Returns the place at the first batch of a segment. */
export function entered(tail: JournalTail, reader: SegmentReader): JournalTail {
  return { ...tail, segment: reader.number, offset: reader.firstOffset, segmentSinceUs: 0 };
}

/** Returns the place after a batch. */
export function advanced(tail: JournalTail, { header, bytes }: Batch): JournalTail {
  return {
    journalId: tail.journalId,
    segment: tail.segment,
    offset: tail.offset + bytes,
    segmentSinceUs: tail.segmentSinceUs === 0 ? header.timeUs : tail.segmentSinceUs,
    batch: header.number,
    seq: header.lastSeq,
    chain: header.chain,
  };
}

function refusal(problem: string, place: JournalPlace): JournalRefused {
  return new JournalRefused(problem, RESTORE_ADVICE, place);
}
