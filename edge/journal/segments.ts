/**
 * The segments of a journal as a row: complete, in order, of one journal, from its anchor on.
 *
 * The anchor (`journal/anchor.json`) says where the journal begins since retention dropped its
 * oldest segments, or where it was begun after a loss; without one it begins at segment 1, batch 1.
 * Segments before the anchor are left-overs of a retention that was interrupted: they are ignored,
 * and removed by the next one. The row ends before a segment that is lost where no batch is left from
 * there on: where the journal must reach what follows, it ends too early (`scan.ts`).
 * @module
 */
import { sha256 } from "../../sha256.ts";
import type { Disk } from "../ports.ts";
import {
  genesisChain,
  HEADER_BYTES_MAX,
  newerFormat,
  parseSegmentHeader,
  type SegmentHeader,
  segmentName,
  segmentNumber,
} from "./format.ts";
import { intactBatchIn } from "./intact_batch.ts";
import { JournalRefused, RESTORE_ADVICE } from "./refusal.ts";
import { type ReadWindow, readWindow, SegmentReader } from "./segment_reader.ts";

/** Where a journal begins. */
export type JournalAnchor = SegmentHeader;

const ANCHOR =
  /^(\{"anchor":\{"journal_id":"([0-9a-f]{32})","segment":(\d{1,8}),"first_batch":(\d{1,15}),"first_seq":(\d{1,15}),"previous_chain":"([0-9a-f]{64})"\}),"check":"([0-9a-f]{64})"\}\n$/;

/** Returns the path of the anchor. */
export function anchorPath(directory: string): string {
  return `${directory}/anchor.json`;
}

/** Returns the anchor's text. */
export function encodeAnchor(anchor: JournalAnchor): string {
  const text = `{"anchor":{"journal_id":"${anchor.journalId}","segment":${anchor.number},` +
    `"first_batch":${anchor.firstBatch},"first_seq":${anchor.firstSeq},` +
    `"previous_chain":"${anchor.previousChain}"}`;
  return `${text},"check":"${sha256(text)}"}\n`;
}

/**
 * Returns the headers of the row, ascending; empty if the journal has none yet.
 * @throws {JournalRefused} If one is missing, misplaced, altered or of another journal.
 */
export function listSegments(disk: Disk, directory: string): SegmentHeader[] {
  if (!disk.exists(directory)) return [];
  const anchor = readAnchor(disk, directory);
  const first = anchor?.number ?? 1;
  const numbers = segmentNumbers(disk, directory).filter((number) => number >= first);
  const headers: SegmentHeader[] = [];
  const window = readWindow();
  for (const number of numbers) {
    const expected = first + headers.length;
    try {
      headers.push(readHeader(disk, { directory, number, expected }, window));
    } catch (error) {
      if (!(error instanceof JournalRefused) || headers.length === 0) throw error;
      // Asked only where one is refused: a start on a whole journal opens each segment once.
      if (!isEndLost(disk, directory, { from: expected, numbers })) throw error;
      break;
    }
  }
  checkFirst(headers, anchor);
  headers.forEach((header) => checkSameJournal(header, headers[0]?.journalId));
  return headers;
}

/**
 * Returns the number of the segment with which the journal begins now.
 * @throws {JournalRefused} If the anchor is altered.
 */
export function firstSegment(disk: Disk, directory: string): number {
  return readAnchor(disk, directory)?.number ?? 1;
}

/**
 * Returns the number of the first event that the journal keeps.
 * @throws {JournalRefused} If the anchor is altered.
 */
export function firstKeptSeq(disk: Disk, directory: string): number {
  return readAnchor(disk, directory)?.firstSeq ?? 1;
}

/** Returns the number of the last segment that is there, whatever is left of it. */
export function lastSegmentNumber(disk: Disk, directory: string): number | undefined {
  return segmentNumbers(disk, directory).at(-1);
}

function segmentNumbers(disk: Disk, directory: string): number[] {
  return disk.list(directory).map(segmentNumber).filter((number) => number !== undefined);
}

/** Returns whether nothing is left of a segment: no file, or neither its header nor a batch in it. */
export function isSegmentLost(disk: Disk, directory: string, number: number): boolean {
  const path = `${directory}/${segmentName(number)}`;
  if (!disk.exists(path)) return true;
  return typeof parseSegmentHeader(firstLine(disk, path)) === "string" && !mayHoldBatch(disk, path);
}

/** Returns whether the segment `from` is lost, and no batch is left in those behind it. */
function isEndLost(
  disk: Disk,
  directory: string,
  { from, numbers }: { readonly from: number; readonly numbers: readonly number[] },
): boolean {
  if (!isSegmentLost(disk, directory, from)) return false;
  const behind = numbers.filter((number) => number > from);
  return !behind.some((number) => mayHoldBatch(disk, `${directory}/${segmentName(number)}`));
}

/** Returns whether an intact batch is in a segment, or what only a newer Tapeline can read. */
function mayHoldBatch(disk: Disk, path: string): boolean {
  if (newerFormat(firstLine(disk, path)) !== undefined) return true;
  const file = disk.open(path, "read");
  try {
    return intactBatchIn(file, 0) !== undefined;
  } finally {
    file.close();
  }
}

function firstLine(disk: Disk, path: string): string {
  const file = disk.open(path, "read");
  try {
    const bytes = new Uint8Array(HEADER_BYTES_MAX);
    const text = new TextDecoder().decode(bytes.subarray(0, file.readAt(bytes, 0)));
    return text.split("\n", 1)[0] ?? "";
  } finally {
    file.close();
  }
}

/**
 * Returns the header of the next segment, `number`.
 * @throws {JournalRefused} If it is not the `expected` one, or its header is not intact.
 */
function readHeader(
  disk: Disk,
  { directory, number, expected }: {
    readonly directory: string;
    readonly number: number;
    readonly expected: number;
  },
  window: ReadWindow,
): SegmentHeader {
  if (number !== expected) throw missingSegment(expected, number);
  const reader = new SegmentReader(disk, { directory, number }, window);
  reader.close();
  return reader.header;
}

function missingSegment(expected: number, found: number): JournalRefused {
  return new JournalRefused(
    `segment ${segmentName(expected)} must be there: was missing before ${segmentName(found)}`,
    RESTORE_ADVICE,
    { segment: segmentName(expected) },
  );
}

function checkFirst(headers: readonly SegmentHeader[], anchor: JournalAnchor | undefined): void {
  const first = headers[0];
  if (first === undefined) {
    // Retention drops no segment before there is another; begun after a loss there is none at first.
    const isDue = anchor !== undefined && anchor.number > 1;
    if (isDue) throw missingSegment(anchor.number, anchor.number);
    return;
  }
  const expected = anchor ?? {
    journalId: first.journalId,
    number: 1,
    firstBatch: 1,
    firstSeq: 1,
    previousChain: genesisChain(first.journalId),
  };
  const agrees = first.journalId === expected.journalId &&
    first.firstBatch === expected.firstBatch && first.firstSeq === expected.firstSeq &&
    first.previousChain === expected.previousChain;
  if (agrees) return;
  throw new JournalRefused(
    `the first segment must begin where the journal begins (batch ${expected.firstBatch}): ` +
      `was batch ${first.firstBatch} after chain ${first.previousChain.slice(0, 16)}…`,
    RESTORE_ADVICE,
    { segment: segmentName(first.number), offset: 0 },
  );
}

function checkSameJournal(header: SegmentHeader, journalId: string | undefined): void {
  if (header.journalId === journalId) return;
  throw new JournalRefused(
    `all segments must be of journal ${journalId}: was of journal ${header.journalId}`,
    RESTORE_ADVICE,
    { segment: segmentName(header.number), offset: 0 },
  );
}

function readAnchor(disk: Disk, directory: string): JournalAnchor | undefined {
  const path = anchorPath(directory);
  if (!disk.exists(path)) return undefined;
  const file = disk.open(path, "read");
  const bytes = new Uint8Array(1024);
  const text = new TextDecoder().decode(bytes.subarray(0, file.readAt(bytes, 0)));
  file.close();
  const match = ANCHOR.exec(text);
  if (match === null || sha256(match[1] ?? "") !== match[7]) {
    throw new JournalRefused("journal/anchor.json must be intact: was altered", RESTORE_ADVICE);
  }
  return {
    journalId: match[2] ?? "",
    number: Number(match[3]),
    firstBatch: Number(match[4]),
    firstSeq: Number(match[5]),
    previousChain: match[6] ?? "",
  };
}
