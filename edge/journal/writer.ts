/**
 * The writing end: puts one batch after the other into segments, each durable before it is said so.
 *
 * One fdatasync per batch, never two batches under one: so a power cut can tear only the last batch,
 * and an intact batch after a damaged one always means corruption. Space is filled with zeros ahead
 * of the batches, so that a commit overwrites and changes no metadata. After any failure the writer
 * is dead: what a failed sync left on the disk is unknown, and a second sync would hide it.
 * @module
 */
import { sha256 } from "../../sha256.ts";
import { ByteWriter } from "../../wire/byte_writer.ts";
import type { Disk, DiskFile } from "../ports.ts";
import {
  type BatchFields,
  EMPTY_SHA256,
  encodeSegmentHeader,
  HEADER_BYTES_MAX,
  segmentName,
  writeBatchHeader,
} from "./format.ts";
import { highWaterPath, HighWaterWriter } from "./high_water.ts";

/** Where a journal ends: where its next batch goes and what it follows. */
export type JournalTail = {
  readonly journalId: string;
  /** Number of the open segment; 0: the journal has none yet. */
  readonly segment: number;
  /** Bytes from the start of the segment. */
  readonly offset: number;
  /** Engine time at which the open segment got its first batch; 0: it has none. */
  readonly segmentSinceUs: number;
  /** Last batch; 0: none yet. */
  readonly batch: number;
  /** Last event; 0: none yet. */
  readonly seq: number;
  readonly chain: string;
};

/** Sizes of the files. */
export type SegmentSettings = {
  /** A segment is sealed before it grows beyond this many bytes … */
  readonly segmentBytes: number;
  /** … or when its first batch is older than this. */
  readonly segmentAgeUs: number;
  /** Step in which space ahead is filled with zeros. */
  readonly fillBytes: number;
};

/** A batch to be written. */
export type BatchDraft =
  & Pick<
    BatchFields,
    "firstSeq" | "lastSeq" | "timeUs" | "truthBytes" | "marketBytes" | "digest"
  >
  & {
    /** `HEADER_BYTES_MAX` free bytes, then the truth part, then the market part. */
    readonly buffer: Uint8Array;
  };

/** Where a batch was written. */
export type BatchPosition = {
  readonly batch: number;
  readonly segment: number;
  readonly offset: number;
  /** Bytes of header and parts. */
  readonly bytes: number;
};

const MARK_SYNC_US = 1_000_000;
/** A batch of this size is of a burst: its time goes into its bytes, not into its metadata. */
const LARGE_BATCH_BYTES = 1 << 16;

/** Returns the directory of the segments. */
export function journalDirectory(stateDirectory: string): string {
  return `${stateDirectory}/journal`;
}

/** Writes batches. Every method throws `DiskError`; after that only `close` may be called. */
export class JournalWriter {
  readonly #disk: Disk;
  readonly #directory: string;
  readonly #engineVersion: string;
  readonly #settings: SegmentSettings;
  readonly #mark: HighWaterWriter;
  readonly #header = new ByteWriter();
  #markSyncedUs = 0;
  #zeroBytes = new Uint8Array(0);
  #tail: JournalTail;
  #file: DiskFile | undefined;
  /** End of the zero-filled space. */
  #filled = 0;
  /** Bytes of the last batch. */
  #lastBytes = 0;

  constructor(
    disk: Disk,
    start: { stateDirectory: string; engineVersion: string; tail: JournalTail },
    settings: SegmentSettings,
  ) {
    this.#disk = disk;
    this.#directory = journalDirectory(start.stateDirectory);
    this.#engineVersion = start.engineVersion;
    this.#settings = settings;
    this.#tail = start.tail;
    this.#mark = new HighWaterWriter(disk, highWaterPath(start.stateDirectory));
    if (start.tail.segment === 0) return;
    this.#file = disk.open(`${this.#directory}/${segmentName(start.tail.segment)}`, "write");
    this.#filled = this.#file.size();
  }

  /** Where the journal ends now. */
  get tail(): JournalTail {
    return this.#tail;
  }

  /** Writes a batch and makes it durable. */
  commit(draft: BatchDraft): BatchPosition {
    const header = this.#header;
    header.clear();
    const chain = writeBatchHeader(header, this.#fields(draft));
    const bytes = header.length + draft.truthBytes + draft.marketBytes;
    const file = this.#segmentFor(bytes, draft.timeUs);
    const from = HEADER_BYTES_MAX - header.length;
    draft.buffer.set(header.bytes, from);
    const { segment, offset } = this.#tail;
    file.writeAt(draft.buffer.subarray(from, from + bytes), offset);
    this.#lastBytes = bytes;
    this.#fillAfter(file, offset + bytes);
    file.syncData();
    const batch = this.#tail.batch + 1;
    const since = this.#tail.segmentSinceUs === 0 ? draft.timeUs : this.#tail.segmentSinceUs;
    this.#tail = {
      journalId: this.#tail.journalId,
      segment,
      offset: offset + bytes,
      segmentSinceUs: since,
      batch,
      seq: draft.lastSeq,
      chain,
    };
    return { batch, segment, offset, bytes };
  }

  /** Writes the high-water mark; makes it durable if a second has passed since the last time. */
  mark(monotonicUs: number): void {
    this.#mark.write(this.#tail);
    if (monotonicUs - this.#markSyncedUs < MARK_SYNC_US) return;
    this.#mark.sync();
    this.#markSyncedUs = monotonicUs;
  }

  /** Fills space ahead; to be called when no batch waits. Not in a burst: it would write all twice. */
  prepare(): void {
    const file = this.#file;
    if (this.#lastBytes >= LARGE_BATCH_BYTES) return;
    if (file === undefined || this.#tail.offset >= this.#settings.segmentBytes) return;
    if (this.#filled - this.#tail.offset >= this.#settings.fillBytes / 2) return;
    file.writeAt(this.#zeros(this.#settings.fillBytes), this.#filled);
    this.#filled += this.#settings.fillBytes;
    file.syncData();
  }

  /** Makes the mark durable and closes the files. */
  close(): void {
    this.#mark.sync();
    this.#mark.close();
    this.#file?.close();
  }

  #fields(draft: BatchDraft): BatchFields {
    const market = HEADER_BYTES_MAX + draft.truthBytes;
    const hash = (from: number, bytes: number): string =>
      bytes === 0 ? EMPTY_SHA256 : sha256(draft.buffer.subarray(from, from + bytes));
    return {
      number: this.#tail.batch + 1,
      firstSeq: draft.firstSeq,
      lastSeq: draft.lastSeq,
      engineVersion: this.#engineVersion,
      timeUs: draft.timeUs,
      truthBytes: draft.truthBytes,
      truthSha256: hash(HEADER_BYTES_MAX, draft.truthBytes),
      marketBytes: draft.marketBytes,
      marketSha256: hash(market, draft.marketBytes),
      digest: draft.digest,
      previous: this.#tail.chain,
    };
  }

  /** The open segment, a new one if the batch does not belong into it any more. */
  #segmentFor(bytes: number, timeUs: number): DiskFile {
    const { segmentBytes, segmentAgeUs } = this.#settings;
    const { offset, segmentSinceUs } = this.#tail;
    const isOld = segmentSinceUs !== 0 && timeUs - segmentSinceUs >= segmentAgeUs;
    const isFull = segmentSinceUs !== 0 && offset + bytes > segmentBytes;
    if (this.#file !== undefined && !isOld && !isFull) return this.#file;
    if (this.#file !== undefined) this.#seal(this.#file);
    return this.#startSegment();
  }

  #seal(file: DiskFile): void {
    file.truncate(this.#tail.offset);
    file.syncData();
    file.close();
  }

  /** A segment appears under its name only when its header is durable. */
  #startSegment(): DiskFile {
    const number = this.#tail.segment + 1;
    const header = new TextEncoder().encode(encodeSegmentHeader({
      journalId: this.#tail.journalId,
      number,
      firstBatch: this.#tail.batch + 1,
      firstSeq: this.#tail.seq + 1,
      previousChain: this.#tail.chain,
    }));
    const path = `${this.#directory}/${segmentName(number)}`;
    const file = this.#disk.open(`${path}.tmp`, "create");
    file.truncate(0);
    file.writeAt(header, 0);
    this.#filled = 0;
    this.#fillAfter(file, header.length);
    file.syncData();
    this.#disk.rename(`${path}.tmp`, path);
    this.#disk.syncDirectory(this.#directory);
    this.#file = file;
    this.#tail = { ...this.#tail, segment: number, offset: header.length, segmentSinceUs: 0 };
    return file;
  }

  /** Fills up to the next step when what was written reached beyond it, except in a burst. */
  #fillAfter(file: DiskFile, end: number): void {
    if (end <= this.#filled) return;
    this.#filled = end;
    if (this.#lastBytes >= LARGE_BATCH_BYTES) return;
    const { fillBytes } = this.#settings;
    this.#filled = (Math.floor(end / fillBytes) + 1) * fillBytes;
    file.writeAt(this.#zeros(this.#filled - end), end);
  }

  #zeros(bytes: number): Uint8Array {
    if (this.#zeroBytes.length < bytes) this.#zeroBytes = new Uint8Array(bytes);
    return this.#zeroBytes.subarray(0, bytes);
  }
}
