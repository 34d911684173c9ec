/**
 * Reads one segment through a window, batch by batch, and says what is wrong with a batch.
 *
 * A batch's bytes are views into the window: they hold until the next read through it, by this
 * reader or another. Only what was asked for is read, so an open segment can be followed while it is
 * written: callers stop at the last batch that they know to be durable.
 * Bounds: read ahead begins with two headers and doubles to 1 MiB, since many a reader looks at one
 * header; whoever reads segment after segment lends all his readers one window, so that no memory
 * is left for a collector that a quiet Worker hears of once in many minutes.
 * @module
 */
import { sha256 } from "../../sha256.ts";
import type { Disk, DiskFile } from "../ports.ts";
import {
  type BatchHeader,
  EMPTY_SHA256,
  HEADER_BYTES_MAX,
  parseBatchHeader,
  parseSegmentHeader,
  type SegmentHeader,
  segmentName,
  skimBatchHeader,
  storedBytes,
} from "./format.ts";
import { intactBatchIn } from "./intact_batch.ts";
import { type JournalPlace, JournalRefused, RESTORE_ADVICE } from "./refusal.ts";

const AHEAD_BYTES_MIN = 2 * HEADER_BYTES_MAX;
const AHEAD_BYTES_MAX = 1 << 20;
/** Looked through at a time for a header. */
const PROBE_BYTES = 1 << 14;
const NEW_LINE = 10;
const decoder = new TextDecoder();

/** A batch as it stands in its segment. */
export type Batch = {
  readonly header: BatchHeader;
  readonly segment: number;
  readonly offset: number;
  /** Bytes of header and stored parts. */
  readonly bytes: number;
  readonly truth: Uint8Array;
  /** Empty if it was dropped. */
  readonly market: Uint8Array;
};

/** What was found where a batch was looked for. */
export type Found =
  | { readonly kind: "batch"; readonly batch: Batch }
  | { readonly kind: "end" }
  | { readonly kind: "bad"; readonly problem: string };

/**
 * Whether to check the hashes of the parts; `header` leaves the parts unread. `skimmed` and
 * `skimmed header` check no hash at all: for what is only passed by.
 */
export type ReadDepth = "checked" | "unchecked" | "header" | "skimmed" | "skimmed header";

/** Memory that readers read through; what it holds is of the one that filled it last. */
export type ReadWindow = {
  /** As large as the largest read that went through it. */
  bytes: Uint8Array;
  reader: SegmentReader | undefined;
};

/** Makes a window. */
export function readWindow(): ReadWindow {
  return { bytes: new Uint8Array(AHEAD_BYTES_MIN), reader: undefined };
}

/** One open segment. */
export class SegmentReader {
  readonly number: number;
  readonly header: SegmentHeader;
  /** Where the first batch is. */
  readonly firstOffset: number;
  readonly #file: DiskFile;
  readonly #window: ReadWindow;
  #from = 0;
  #to = 0;
  #aheadBytes = AHEAD_BYTES_MIN;

  /**
   * Opens a segment and checks its header.
   * @throws {JournalRefused} If the header is not an intact one of this number.
   */
  constructor(
    disk: Disk,
    { directory, number }: { readonly directory: string; readonly number: number },
    window = readWindow(),
  ) {
    this.number = number;
    this.#window = window;
    this.#file = disk.open(`${directory}/${segmentName(number)}`, "read");
    const line = this.#line(0);
    const header = parseSegmentHeader(line ?? "");
    if (typeof header === "string") {
      this.close();
      throw this.#refusal(header);
    }
    if (header.number !== number) {
      this.close();
      throw this.#refusal(`its header must bear its number: was ${header.number}`);
    }
    this.header = header;
    this.firstOffset = (line ?? "").length + 1;
  }

  /** Bytes of the file now. */
  size(): number {
    return this.#file.size();
  }

  /** Reads the batch at `offset`. */
  read(offset: number, depth: ReadDepth): Found {
    const line = this.#line(offset);
    if (line === undefined) {
      if (this.lastWritten(offset) <= offset) return { kind: "end" };
      return { kind: "bad", problem: "a batch must begin with its header: was something else" };
    }
    const isSkimmed = depth === "skimmed" || depth === "skimmed header";
    const header = isSkimmed ? skimBatchHeader(line) : parseBatchHeader(line);
    if (header === undefined) {
      return { kind: "bad", problem: "a batch's header must agree with its chain: was altered" };
    }
    const partsAt = offset + line.length + 1;
    const bytes = line.length + 1 + storedBytes(header);
    const isHeaderOnly = depth === "header" || depth === "skimmed header";
    const wanted = isHeaderOnly ? 0 : storedBytes(header);
    const parts = this.#bytes(partsAt, wanted);
    if (parts.length < wanted) {
      return { kind: "bad", problem: `a batch must be whole: was cut after ${parts.length} bytes` };
    }
    const truth = parts.subarray(0, header.truthBytes);
    const market = parts.subarray(truth.length);
    const batch = { header, segment: this.number, offset, bytes, truth, market };
    return depth === "checked" ? checkParts(batch) : { kind: "batch", batch };
  }

  /** True if batch `number` is at `offset`, some way off: nothing was read ahead for it. */
  isAt(number: number, offset: number): boolean {
    this.refresh();
    return this.#headed(number, offset) !== undefined;
  }

  /**
   * Finds batch `number`, looking first where it was last seen; undefined if it is not here.
   * Retention moves batches forward in a file, so a place is only a hint: what is before it is halved
   * until 1 MiB is left, since a segment may hold a hundred thousand batches.
   */
  locate(number: number, hint: number): Batch | undefined {
    const hinted = this.#headed(number, hint);
    if (hinted !== undefined) return hinted;
    let offset = this.#lookFrom(number, hint);
    for (;;) {
      const passed = this.read(offset, "skimmed header");
      if (passed.kind !== "batch" || passed.batch.header.number > number) return undefined;
      if (passed.batch.header.number === number) break;
      offset += passed.batch.bytes;
    }
    return this.#headed(number, offset);
  }

  /** Returns the offset after the last byte that is not zero, or `from` if all are from there. */
  lastWritten(from: number): number {
    let end = from;
    const size = this.size();
    for (let at = from; at < size; at += AHEAD_BYTES_MAX) {
      const bytes = this.#bytes(at, Math.min(AHEAD_BYTES_MAX, size - at));
      if (isZero(bytes)) continue;
      end = at + bytes.findLastIndex((byte) => byte !== 0) + 1;
    }
    return end;
  }

  /** Returns the number of the first intact batch header that begins after `from`. */
  intactBatchAfter(from: number): number | undefined {
    return intactBatchIn(this.#file, from + 1);
  }

  /** Returns bytes as they stand in the file; they hold until the next read. */
  raw(offset: number, length: number): Uint8Array {
    return this.#bytes(offset, length);
  }

  /** Forgets what was read ahead: the file may have been written since. */
  refresh(): void {
    this.#to = this.#from;
    this.#aheadBytes = AHEAD_BYTES_MIN;
  }

  close(): void {
    this.#file.close();
  }

  #headed(number: number, offset: number): Batch | undefined {
    if (offset < this.firstOffset) return undefined;
    // Where there is no header at all, to read would be to look through all that is behind.
    if (skimBatchHeader(this.#line(offset) ?? "")?.number !== number) return undefined;
    const found = this.read(offset, "header");
    return found.kind === "batch" ? found.batch : undefined;
  }

  /** Returns where a batch begins that is not behind `number`, close to it if that is before `hint`. */
  #lookFrom(number: number, hint: number): number {
    let low = this.firstOffset;
    let high = Math.min(hint, this.size());
    while (high - low >= AHEAD_BYTES_MAX) {
      const middle = low + Math.floor((high - low) / 2);
      const found = this.#headerIn(middle, high);
      if (found === undefined || found.number > number) high = middle;
      else low = found.offset;
    }
    this.refresh();
    return low;
  }

  /** Returns the first batch whose header begins a line behind `from` and before `to`. */
  #headerIn(from: number, to: number): { offset: number; number: number } | undefined {
    for (let at = from; at < to; at += PROBE_BYTES) {
      this.refresh(); // what was read ahead there is of no use here
      const lines = this.#bytes(at, Math.min(PROBE_BYTES, to - at)).slice();
      for (let end = lines.indexOf(NEW_LINE); end >= 0; end = lines.indexOf(NEW_LINE, end + 1)) {
        const line = this.#line(at + end + 1);
        const number = line === undefined ? undefined : skimBatchHeader(line)?.number;
        if (number !== undefined) return { offset: at + end + 1, number };
      }
    }
    return undefined;
  }

  #line(offset: number): string | undefined {
    const bytes = this.#bytes(offset, HEADER_BYTES_MAX);
    const end = bytes.indexOf(NEW_LINE);
    if (end < 0 || bytes[0] !== 0x7b) return undefined;
    const line = decoder.decode(bytes.subarray(0, end));
    // Bytes that are no ASCII make another length, and are no header.
    return line.length === end ? line : "";
  }

  #bytes(offset: number, length: number): Uint8Array {
    const isLoaded = this.#window.reader === this && offset >= this.#from &&
      offset + length <= this.#to;
    if (!isLoaded && length > 0) this.#load(offset, length);
    const start = offset - this.#from;
    return this.#window.bytes.subarray(start, Math.min(start + length, this.#to - this.#from));
  }

  #load(offset: number, length: number): void {
    const wanted = Math.max(this.#aheadBytes, 2 * length);
    this.#aheadBytes = Math.min(2 * this.#aheadBytes, AHEAD_BYTES_MAX);
    const window = this.#window;
    if (window.bytes.length < wanted) window.bytes = new Uint8Array(wanted);
    window.reader = this;
    this.#from = offset;
    this.#to = offset + this.#file.readAt(window.bytes.subarray(0, wanted), offset);
  }

  #refusal(problem: string): JournalRefused {
    const place: JournalPlace = { segment: segmentName(this.number), offset: 0 };
    const advice = problem.startsWith("its format")
      ? "It was written by a newer Tapeline: start that one"
      : RESTORE_ADVICE;
    return new JournalRefused(problem, advice, place);
  }
}

function checkParts(batch: Batch): Found {
  const { header, truth, market } = batch;
  if (hashOf(truth) !== header.truthSha256) {
    return { kind: "bad", problem: "a truth part must agree with its hash: was altered" };
  }
  if (!header.isMarketDropped && hashOf(market) !== header.marketSha256) {
    return { kind: "bad", problem: "a market part must agree with its hash: was altered" };
  }
  return { kind: "batch", batch };
}

function hashOf(bytes: Uint8Array): string {
  return bytes.length === 0 ? EMPTY_SHA256 : sha256(bytes);
}

/** Four bytes at a time: every start looks through the space taken ahead. */
function isZero(bytes: Uint8Array): boolean {
  const lead = Math.min(bytes.length, (4 - bytes.byteOffset % 4) % 4);
  const count = (bytes.length - lead) >> 2;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + lead, count);
  for (let index = 0; index < count; index++) if (words[index] !== 0) return false;
  for (let index = 0; index < lead; index++) if (bytes[index] !== 0) return false;
  for (let index = lead + 4 * count; index < bytes.length; index++) {
    if (bytes[index] !== 0) return false;
  }
  return true;
}
