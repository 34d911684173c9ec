/**
 * Follows a journal that is being written: the batches after a place, up to the last one that is
 * known to be durable. The same checks as a recovery, a segment after the other.
 * @module
 */
import type { Disk } from "../ports.ts";
import { segmentName } from "./format.ts";
import { JournalRefused, RESTORE_ADVICE } from "./refusal.ts";
import { advanced, checkBatch, checkSegment, entered } from "./scan.ts";
import { type Batch, type ReadWindow, readWindow, SegmentReader } from "./segment_reader.ts";
import type { JournalTail } from "./writer.ts";

/** One follower's place in a journal. */
export class BatchTail {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #window: ReadWindow;
  #tail: JournalTail;
  #reader: SegmentReader | undefined;

  /** Begins after `from`, a place of this journal. */
  constructor(
    disk: Disk,
    { directory, from }: { readonly directory: string; readonly from: JournalTail },
    window = readWindow(),
  ) {
    this.#disk = disk;
    this.#directory = directory;
    this.#tail = from;
    this.#window = window;
  }

  /** The last batch that was taken. */
  get tail(): JournalTail {
    return this.#tail;
  }

  /**
   * Takes the next batch; undefined when `durableBatch` has been taken. Its bytes hold until the
   * next call.
   * @throws {JournalRefused} If the journal is not as it was written.
   */
  next(durableBatch: number): Batch | undefined {
    if (this.#tail.batch >= durableBatch) return undefined;
    for (;;) {
      const reader = this.#openReader();
      const found = reader.read(this.#tail.offset, "checked");
      switch (found.kind) {
        case "batch":
          checkBatch(found.batch, this.#tail);
          this.#tail = advanced(this.#tail, found.batch);
          return found.batch;
        case "end":
          this.#leave(reader);
          break;
        case "bad":
          throw this.#refusal(found.problem);
      }
    }
  }

  /** What was read ahead may since have been written: reads it again. */
  refresh(): void {
    this.#reader?.refresh();
  }

  close(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }

  #openReader(): SegmentReader {
    if (this.#reader !== undefined) return this.#reader;
    const place = { directory: this.#directory, number: Math.max(1, this.#tail.segment) };
    const reader = new SegmentReader(this.#disk, place, this.#window);
    if (this.#tail.segment === 0 || this.#tail.offset === 0) {
      checkSegment(reader, this.#tail);
      this.#tail = entered(this.#tail, reader);
    }
    this.#reader = reader;
    return reader;
  }

  #leave(reader: SegmentReader): void {
    const number = reader.number + 1;
    if (!this.#disk.exists(`${this.#directory}/${segmentName(number)}`)) {
      throw this.#refusal("a durable batch must be there: was missing");
    }
    this.close();
    this.#tail = { ...this.#tail, segment: number, offset: 0 };
  }

  #refusal(problem: string): JournalRefused {
    const { segment, offset, batch, seq } = this.#tail;
    const place = { segment: segmentName(segment), offset, batch: batch + 1, seq: seq + 1 };
    return new JournalRefused(problem, RESTORE_ADVICE, place);
  }
}
