/**
 * Retention of both kinds: market data is dropped from old segments, then old segments whole.
 *
 * Only sealed segments that every kept checkpoint covers are touched, so a recovery never needs
 * what was dropped. A segment is replaced or removed atomically; the chain verifies throughout:
 * over hashes where a market part went, from the anchor where segments went. A removal that was
 * interrupted is finished by the next one, whatever is due by then.
 * Bound: a step looks for market data in one segment at most, and a segment in which there is none
 * is looked at once. Where nothing is due a few files are opened, however many segments are kept.
 * @module
 */
import type { Disk } from "../ports.ts";
import { checkpointDirectory, oldestCheckpointSeq } from "./checkpoint_files.ts";
import { replaceFile, replacingFile } from "./files.ts";
import {
  encodeDroppedHeader,
  encodeSegmentHeader,
  type SegmentHeader,
  segmentName,
  segmentNumber,
} from "./format.ts";
import { type ReadWindow, SegmentReader } from "./segment_reader.ts";
import { encodeAnchor, firstSegment } from "./segments.ts";
import { journalDirectory } from "./writer.ts";

const HOUR_US = 3_600_000_000;

/** How long what is kept. null: for ever. */
export type RetentionSettings = {
  readonly marketHours: number | null;
  readonly truthDays: number | null;
};

export type RetentionOptions = {
  readonly disk: Disk;
  readonly stateDirectory: string;
  /** What segments are read through. */
  readonly window: ReadWindow;
  readonly settings: RetentionSettings;
};

/** What was done; `passed`: a segment was looked at in which there was nothing to drop. */
export type RetentionStep =
  /** The segments before this one were removed. */
  | { readonly kind: "removed"; readonly firstKept: number }
  /** The market parts of this segment were dropped. */
  | { readonly kind: "rewritten"; readonly segment: number }
  | { readonly kind: "passed" };

/** Engine time now, and the event up to which every checkpoint covers the journal. */
type Limits = { readonly nowUs: number; readonly coveredSeq: number | undefined };

type Sealed = {
  readonly next: SegmentHeader;
  readonly endUs: number;
};

/** Retention of one journal, for as long as its follower runs. */
export class Retention {
  readonly #options: RetentionOptions;
  /** No segment before this one has market parts. */
  #marketFrom = 1;

  constructor(options: RetentionOptions) {
    this.#options = options;
  }

  /** Does all that is due, step by step. @throws {DiskError} If the disk fails; nothing is lost then. */
  *apply(nowUs: number): Generator<RetentionStep, void> {
    const { disk, stateDirectory } = this.#options;
    const coveredSeq = oldestCheckpointSeq(disk, stateDirectory);
    // One whose name could not be synced is gone after a power cut, and would cover nothing.
    if (coveredSeq !== undefined) disk.syncDirectory(checkpointDirectory(stateDirectory));
    const limits = { nowUs, coveredSeq };
    const firstKept = dropSegments(this.#options, limits);
    if (firstKept !== undefined) yield { kind: "removed", firstKept };
    yield* this.#dropMarket(limits);
  }

  /** A segment is done for good: nothing that is sealed gets market parts again. */
  *#dropMarket(limits: Limits): Generator<RetentionStep, void> {
    const { disk, stateDirectory, settings } = this.#options;
    if (settings.marketHours === null) return;
    const cutUs = limits.nowUs - settings.marketHours * HOUR_US;
    const first = firstSegment(disk, journalDirectory(stateDirectory));
    this.#marketFrom = Math.max(this.#marketFrom, first);
    for (;;) {
      const segment = this.#marketFrom;
      const sealed = coveredSegment(this.#options, { ...limits, segment });
      if (sealed === undefined || sealed.endUs >= cutUs) return;
      const isRewritten = rewriteWithoutMarket(this.#options, segment);
      this.#marketFrom = segment + 1;
      yield isRewritten ? { kind: "rewritten", segment } : { kind: "passed" };
    }
  }
}

/** What follows a segment, and when it ended; undefined unless it is sealed and covered. */
function coveredSegment(
  options: RetentionOptions,
  { coveredSeq, segment }: Limits & { readonly segment: number },
): Sealed | undefined {
  const { disk, stateDirectory } = options;
  const path = `${journalDirectory(stateDirectory)}/${segmentName(segment + 1)}`;
  if (coveredSeq === undefined || !disk.exists(path)) return undefined;
  const reader = openSegment(options, segment + 1);
  try {
    const next = reader.header;
    if (next.firstSeq - 1 > coveredSeq) return undefined;
    // Of the first batch behind it: no batch of the segment is younger.
    const found = reader.read(reader.firstOffset, "header");
    return found.kind === "batch" ? { next, endUs: found.batch.header.timeUs } : undefined;
  } finally {
    reader.close();
  }
}

/**
 * Returns the first segment that is left, if any was removed. The anchor comes first: what is older
 * than it is ignored, whether or not it is gone yet.
 */
function dropSegments(options: RetentionOptions, limits: Limits): number | undefined {
  const { disk, stateDirectory, settings } = options;
  const directory = journalDirectory(stateDirectory);
  let first = firstSegment(disk, directory);
  if (settings.truthDays !== null) {
    const cutUs = limits.nowUs - settings.truthDays * 24 * HOUR_US;
    const anchor = firstAfter(options, { ...limits, first, cutUs });
    const name = "anchor.json";
    if (anchor !== undefined) {
      replaceFile(disk, { directory, name }, encodeAnchor(anchor));
      first = anchor.number;
    }
  }
  return removeBefore(disk, { directory, first }) ? first : undefined;
}

/** The first segment after those that ended before `cutUs`; undefined: none did. */
function firstAfter(
  options: RetentionOptions,
  { first, cutUs, ...limits }: Limits & { readonly first: number; readonly cutUs: number },
): SegmentHeader | undefined {
  let anchor: SegmentHeader | undefined;
  for (let segment = first;; segment += 1) {
    const sealed = coveredSegment(options, { ...limits, segment });
    if (sealed === undefined || sealed.endUs >= cutUs) return anchor;
    anchor = sealed.next;
  }
}

/**
 * Removes the segments before `first`, and drafts of them, also those that an earlier call left when
 * it was interrupted: nobody else sees them. Returns false if there are none.
 */
function removeBefore(
  disk: Disk,
  { directory, first }: { readonly directory: string; readonly first: number },
): boolean {
  const old = disk.list(directory).filter((name) => {
    const number = segmentNumber(name.replace(/\.tmp$/, ""));
    return number !== undefined && number < first;
  });
  if (old.length === 0) return false;
  disk.syncDirectory(directory); // that of an earlier call's anchor may have failed
  for (const name of old) disk.remove(`${directory}/${name}`);
  disk.syncDirectory(directory);
  return true;
}

function openSegment(options: RetentionOptions, number: number): SegmentReader {
  const { disk, stateDirectory, window } = options;
  return new SegmentReader(disk, { directory: journalDirectory(stateDirectory), number }, window);
}

/** Returns false if the segment has no market part any more. */
function rewriteWithoutMarket(options: RetentionOptions, number: number): boolean {
  const { disk, stateDirectory } = options;
  const directory = journalDirectory(stateDirectory);
  const reader = openSegment(options, number);
  try {
    if (!hasMarket(reader)) return false;
    const name = segmentName(number);
    for (const _ of replacingFile(disk, { directory, name }, withoutMarket(reader)));
    return true;
  } finally {
    reader.close();
  }
}

/** A segment is rewritten as a whole, so its first batch with market data tells. */
function hasMarket(reader: SegmentReader): boolean {
  let offset = reader.firstOffset;
  for (;;) {
    const found = reader.read(offset, "skimmed header");
    if (found.kind !== "batch") return false;
    if (found.batch.header.marketBytes > 0) return !found.batch.header.isMarketDropped;
    offset += found.batch.bytes;
  }
}

function* withoutMarket(reader: SegmentReader): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  yield encoder.encode(encodeSegmentHeader(reader.header));
  let offset = reader.firstOffset;
  for (;;) {
    const found = reader.read(offset, "checked");
    // Damage is left for recovery and verification to name; a rewrite would hide it.
    if (found.kind === "bad") {
      throw new RangeError(`Cannot drop market data of segment ${reader.number}: ${found.problem}`);
    }
    if (found.kind === "end") return;
    const { header, truth, bytes } = found.batch;
    const line = header.marketBytes === 0 ? undefined : encodeDroppedHeader(header);
    if (line === undefined) yield reader.raw(offset, bytes);
    else {
      yield encoder.encode(line);
      yield truth;
    }
    offset += bytes;
  }
}
