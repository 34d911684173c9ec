/**
 * Walks the batches of a journal in order and holds each to the chain: numbers, sequence, previous
 * chain, hashes, and the high-water mark. Recovery, verification and the follower all go this way,
 * so they all say the same of the same damage.
 *
 * Damage is a batch that is not intact before one that is. Where nothing after it is intact, the end
 * is torn: beyond the high-water mark, in the last segment, it was never acknowledged; before either,
 * the journal is whole up to there and ends too early.
 * @module
 */
import type { Disk } from "../ports.ts";
import { oldestCheckpointSeq } from "./checkpoint_files.ts";
import { genesisChain, type SegmentHeader, segmentName } from "./format.ts";
import type { HighWaterMark } from "./high_water.ts";
import {
  type JournalPlace,
  JournalRefused,
  LOSS_ADVICE,
  NOTHING_LEFT_ADVICE,
  RESTORE_ADVICE,
} from "./refusal.ts";
import { type Batch, type ReadDepth, readWindow, SegmentReader } from "./segment_reader.ts";
import { isSegmentLost, lastSegmentNumber } from "./segments.ts";
import { journalDirectory, type JournalTail } from "./writer.ts";

/** Bytes that were being written when the process or the machine died. */
export type TornTail = {
  readonly segment: number;
  readonly offset: number;
  readonly bytes: number;
  readonly batch: number;
};

export type ScanOptions = {
  readonly disk: Disk;
  readonly stateDirectory: string;
  /** All segments, from `listSegments`. */
  readonly segments: readonly SegmentHeader[];
  /** The batch after which to begin. */
  readonly from: JournalTail;
  /** undefined: the journal may end anywhere. */
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
    const { segments } = this.#options;
    const window = readWindow();
    for (const header of segments) {
      const { number } = header;
      if (number < this.#tail.segment) continue;
      if (this.#isTornBefore(header)) break;
      const reader = this.#open(number, window);
      try {
        this.#enter(reader);
        yield* this.#segmentBatches(reader);
      } finally {
        reader.close();
      }
    }
    this.#checkReached();
  }

  /** True where the end of the segment before is missing and nothing follows from here on. */
  #isTornBefore({ number, firstBatch }: SegmentHeader): boolean {
    if (this.#torn !== undefined) return true;
    const isMissing = number > this.#tail.segment && firstBatch > this.#tail.batch + 1;
    return isMissing && this.#intactBatchFrom(number) === undefined;
  }

  /** Returns the number of the first intact batch in the segments from `number` on. */
  #intactBatchFrom(number: number): number | undefined {
    const { segments } = this.#options;
    for (const header of segments) {
      if (header.number < number) continue;
      const reader = this.#open(header.number);
      const intact = reader.intactBatchAfter(0);
      reader.close();
      if (intact !== undefined) return intact;
    }
    return undefined;
  }

  #open(number: number, window = readWindow()): SegmentReader {
    const { disk, stateDirectory } = this.#options;
    const directory = journalDirectory(stateDirectory);
    return new SegmentReader(disk, { directory, number }, window);
  }

  #enter(reader: SegmentReader): void {
    if (reader.number === this.#tail.segment && this.#tail.offset > 0) return;
    checkSegment(reader, this.#tail);
    this.#tail = entered(this.#tail, reader);
  }

  *#segmentBatches(reader: SegmentReader): Generator<Batch> {
    for (;;) {
      const found = reader.read(this.#tail.offset, this.#options.depth);
      if (found.kind === "end") return;
      if (found.kind === "bad") {
        if (this.#judge(reader, found.problem) === "torn") return;
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
   * A batch that is not intact: torn if nothing after it is, else corruption; whole by now if a daemon
   * was writing it when it was read, for a later one is written only after it.
   */
  #judge(reader: SegmentReader, problem: string): "torn" | "whole" {
    const { offset, batch, seq } = this.#tail;
    const intact = reader.intactBatchAfter(offset) ?? this.#intactBatchFrom(reader.number + 1);
    if (intact !== undefined) {
      reader.refresh();
      if (reader.read(offset, this.#options.depth).kind === "batch") return "whole";
      const segment = segmentName(reader.number);
      const place = { segment, offset, batch: batch + 1, seq: seq + 1 };
      throw refusal(`${problem}, before intact batch ${intact}`, place);
    }
    const bytes = reader.lastWritten(offset) - offset;
    this.#torn = { segment: reader.number, offset, bytes, batch: batch + 1 };
    return "torn";
  }

  #checkReached(): void {
    const { mark } = this.#options;
    if (mark === undefined) return;
    const { batch, segment } = this.#tail;
    if (batch < mark.batch) {
      throw this.earlyEnd(`its high-water mark (batch ${mark.batch}, seq ${mark.seq})`);
    }
    // The mark lags. A segment is begun when all before it is durable, and was acknowledged then.
    const last = this.#lastSegment();
    if (segment < last) throw this.earlyEnd(`its last segment (${segmentName(last)})`);
  }

  /** The segment in which the journal must end: the last one, also if nothing is left of it. */
  #lastSegment(): number {
    const { disk, stateDirectory, segments } = this.#options;
    const directory = journalDirectory(stateDirectory);
    const last = segments.at(-1)?.number;
    if (last === undefined) return 0;
    const newest = lastSegmentNumber(disk, directory) ?? last;
    // Behind a lost one the row ends, whatever is left of later ones. Where the next one is there, it
    // was begun since, by a daemon that writes meanwhile.
    return newest > last && isSegmentLost(disk, directory, last + 1) ? newest : last;
  }

  /** Returns the refusal of a journal that is whole up to where the walk has come, before `what`. */
  earlyEnd(what: string): JournalRefused {
    const { batch, seq, segment, offset } = this.#tail;
    return new JournalRefused(
      `it must reach ${what}: was at its end after batch ${batch}, seq ${seq}`,
      this.#earlyEndAdvice(),
      { segment: segmentName(segment), offset, batch: batch + 1, seq: seq + 1 },
    );
  }

  /** A loss is offered only where there is something to begin on. */
  #earlyEndAdvice(): string {
    const { disk, stateDirectory, segments } = this.#options;
    const { batch, seq } = this.#tail;
    if (batch === 0) return NOTHING_LEFT_ADVICE;
    const isFromBeginning = segments[0]?.firstSeq === 1;
    const checkpointSeq = oldestCheckpointSeq(disk, stateDirectory) ?? Infinity;
    return isFromBeginning || checkpointSeq <= seq ? LOSS_ADVICE : RESTORE_ADVICE;
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
