/**
 * Retention of both kinds: market data is dropped from old segments, then old segments whole.
 *
 * Only sealed segments that every kept checkpoint covers are touched, so a recovery never needs
 * what was dropped. A segment is replaced or removed atomically; the chain verifies throughout:
 * over hashes where a market part went, from the anchor where segments went. A removal that was
 * interrupted is finished by the next call, whatever is due by then.
 * Bound: one call rewrites at most one segment.
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
import { encodeAnchor, firstSegment, listSegments } from "./segments.ts";
import { journalDirectory } from "./writer.ts";

const HOUR_US = 3_600_000_000;

/** How long what is kept. null: for ever. */
export type RetentionSettings = {
  readonly marketHours: number | null;
  readonly truthDays: number | null;
};

export type RetentionRequest = {
  readonly disk: Disk;
  readonly stateDirectory: string;
  /** What segments are read through. */
  readonly window: ReadWindow;
  readonly settings: RetentionSettings;
  /** Engine time. */
  readonly nowUs: number;
};

/** What was done. */
export type RetentionResult = {
  /** Segment whose market parts were dropped. */
  readonly rewritten: number | undefined;
  /** First segment that is left; undefined: none was removed. */
  readonly firstKept: number | undefined;
};

type Sealed = {
  readonly header: SegmentHeader;
  readonly next: SegmentHeader;
  readonly endUs: number;
};

/** Applies retention once. @throws {DiskError} If the disk fails; nothing is lost then. */
export function applyRetention(request: RetentionRequest): RetentionResult {
  const covered = coveredSegments(request);
  const firstKept = dropSegments(request, covered);
  const left = covered.filter(({ header }) => header.number >= (firstKept ?? 0));
  return { rewritten: dropMarket(request, left), firstKept };
}

/** Sealed segments that all checkpoints cover, oldest first. */
function coveredSegments(request: RetentionRequest): Sealed[] {
  const { disk, stateDirectory } = request;
  const directory = journalDirectory(stateDirectory);
  const checkpointSeq = oldestCheckpointSeq(disk, stateDirectory);
  if (checkpointSeq === undefined) return [];
  // One whose name could not be synced is gone after a power cut, and would cover nothing.
  disk.syncDirectory(checkpointDirectory(stateDirectory));
  const headers = listSegments(disk, directory);
  const sealed: Sealed[] = [];
  for (const [index, header] of headers.entries()) {
    const next = headers[index + 1];
    if (next === undefined || next.firstSeq - 1 > checkpointSeq) break;
    const endUs = firstTimeUs(request, next.number);
    if (endUs === undefined) break;
    sealed.push({ header, next, endUs });
  }
  return sealed;
}

/** Engine time of a segment's first batch: no batch of the segment before is younger. */
function firstTimeUs(request: RetentionRequest, number: number): number | undefined {
  const reader = openSegment(request, number);
  const found = reader.read(reader.firstOffset, "header");
  reader.close();
  return found.kind === "batch" ? found.batch.header.timeUs : undefined;
}

/** The anchor comes first: what is older than it is ignored, whether or not it is gone yet. */
function dropSegments(request: RetentionRequest, covered: readonly Sealed[]): number | undefined {
  const { disk, stateDirectory, settings, nowUs } = request;
  const directory = journalDirectory(stateDirectory);
  if (settings.truthDays !== null) {
    const cutUs = nowUs - settings.truthDays * 24 * HOUR_US;
    const anchor = covered.filter(({ endUs }) => endUs < cutUs).at(-1)?.next;
    const name = "anchor.json";
    if (anchor !== undefined) replaceFile(disk, { directory, name }, encodeAnchor(anchor));
  }
  const first = firstSegment(disk, directory);
  return removeBefore(disk, { directory, first }) ? first : undefined;
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

function openSegment(request: RetentionRequest, number: number): SegmentReader {
  const { disk, stateDirectory, window } = request;
  return new SegmentReader(disk, { directory: journalDirectory(stateDirectory), number }, window);
}

function dropMarket(request: RetentionRequest, covered: readonly Sealed[]): number | undefined {
  const { settings, nowUs } = request;
  if (settings.marketHours === null) return undefined;
  const cutUs = nowUs - settings.marketHours * HOUR_US;
  for (const { header, endUs } of covered) {
    if (endUs >= cutUs) return undefined;
    if (rewriteWithoutMarket(request, header)) return header.number;
  }
  return undefined;
}

/** Returns false if the segment has no market part any more. */
function rewriteWithoutMarket(request: RetentionRequest, header: SegmentHeader): boolean {
  const { disk, stateDirectory } = request;
  const directory = journalDirectory(stateDirectory);
  const reader = openSegment(request, header.number);
  try {
    if (!hasMarket(reader)) return false;
    const name = segmentName(header.number);
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
