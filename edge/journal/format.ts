/**
 * The journal's file format, version 1: names of segments, their header line, the header line of a
 * batch, and the hash chain.
 *
 * A segment is text: one header line, then batches. A batch is one header line, then the lines of
 * its truth part, then those of its market part. `chain` is the SHA-256 of the header line's bytes
 * up to `,"chain":`; these hold the previous chain and the hash of each part, so the chain covers
 * everything, and still verifies when the market part has been dropped. Bytes after the last batch
 * of the open segment are zero: space taken ahead, never written.
 * Headers have exactly one spelling: whatever `parse*` accepts, `encode*` and `write*` give
 * back.
 * @module
 */
import { sha256 } from "../../sha256.ts";
import { ByteWriter, fixed } from "../../wire/byte_writer.ts";

/** Version of the format. A higher one is refused. */
export const FORMAT = 1;
/** SHA-256 of nothing: the hash of an absent part. */
export const EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
/** Longest header line, bytes; a longer one is no header. */
export const HEADER_BYTES_MAX = 2048;

/** First line of a segment. */
export type SegmentHeader = {
  readonly journalId: string;
  readonly number: number;
  readonly firstBatch: number;
  readonly firstSeq: number;
  /** Chain of the batch before `firstBatch`, or of the journal's beginning. */
  readonly previousChain: string;
};

/** What a batch's chain covers. */
export type BatchFields = {
  readonly number: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly engineVersion: string;
  /** Engine clock when the batch was closed. */
  readonly timeUs: number;
  readonly truthBytes: number;
  readonly truthSha256: string;
  readonly marketBytes: number;
  readonly marketSha256: string;
  /** Digest of the timeline after `lastSeq`. */
  readonly digest: string;
  /** Chain of the batch before. */
  readonly previous: string;
};

/** A parsed batch header. */
export type BatchHeader = BatchFields & {
  readonly chain: string;
  /** The market part was dropped by retention; `marketBytes` says what it was. */
  readonly isMarketDropped: boolean;
};

/** Returns the chain before the first batch of a journal. */
export function genesisChain(journalId: string): string {
  return sha256(`tapeline journal ${journalId}`);
}

/** Returns the file name of a segment. */
export function segmentName(number: number): string {
  return `${String(number).padStart(8, "0")}.log`;
}

/** Returns the number of a segment's file, or undefined if the name is not of a segment. */
export function segmentNumber(name: string): number | undefined {
  return /^\d{8}\.log$/.test(name) ? Number(name.slice(0, 8)) : undefined;
}

/** Returns the header line of a segment, with its line end. */
export function encodeSegmentHeader(header: SegmentHeader): string {
  const text = `{"segment":{"format":${FORMAT},"journal_id":"${header.journalId}",` +
    `"number":${header.number},"first_batch":${header.firstBatch},` +
    `"first_seq":${header.firstSeq},"previous_chain":"${header.previousChain}"`;
  return `${text},"check":"${sha256(text)}"}}\n`;
}

const SEGMENT_HEADER =
  /^(\{"segment":\{"format":1,"journal_id":"([0-9a-f]{32})","number":(\d{1,8}),"first_batch":(\d{1,15}),"first_seq":(\d{1,15}),"previous_chain":"([0-9a-f]{64})"),"check":"([0-9a-f]{64})"\}\}$/;

/** Reads a segment's header line; a string says what is wrong with it. */
export function parseSegmentHeader(line: string): SegmentHeader | string {
  const newer = newerFormat(line);
  if (newer !== undefined) return `its format must be at most ${FORMAT}: was ${newer}`;
  const match = SEGMENT_HEADER.exec(line);
  if (match === null) return "its first line must be a segment header: was something else";
  const [, text, journalId, number, firstBatch, firstSeq, previousChain, check] = match;
  if (sha256(text ?? "") !== check) return "its header must agree with its check: was altered";
  return {
    journalId: journalId ?? "",
    number: Number(number),
    firstBatch: Number(firstBatch),
    firstSeq: Number(firstSeq),
    previousChain: previousChain ?? "",
  };
}

/** Returns the version of a segment's format that this one cannot read; undefined if it can. */
export function newerFormat(line: string): number | undefined {
  const version = Number(/^\{"segment":\{"format":(\d+),/.exec(line)?.[1] ?? FORMAT);
  return version > FORMAT ? version : undefined;
}

/** Writes the header line of a batch with its line end, and returns the chain after it. */
export function writeBatchHeader(to: ByteWriter, fields: BatchFields): string {
  const from = to.length;
  writeHashed(to, fields);
  const chain = sha256(to.bytes.subarray(from));
  to.fixed(KEY.chain);
  to.plain(chain);
  to.fixed(KEY.end);
  return chain;
}

/** Returns the header line, with its line end, of a batch whose market part is dropped. */
export function encodeDroppedHeader(header: BatchHeader): string {
  const to = new ByteWriter();
  writeHashed(to, header);
  return `${to.textFrom(0)},"chain":"${header.chain}","market":"dropped"}}\n`;
}

/** Keys with the separators around them. */
const KEY = {
  number: fixed('{"batch":{"number":'),
  firstSeq: fixed(',"first_seq":'),
  lastSeq: fixed(',"last_seq":'),
  engineVersion: fixed(',"engine_version":'),
  timeUs: fixed(',"time_us":'),
  truthBytes: fixed(',"truth_bytes":'),
  truthSha256: fixed(',"truth_sha256":"'),
  marketBytes: fixed('","market_bytes":'),
  marketSha256: fixed(',"market_sha256":"'),
  digest: fixed('","digest":"'),
  previous: fixed('","previous":"'),
  quote: fixed('"'),
  chain: fixed(',"chain":"'),
  end: fixed('"}}\n'),
} as const;

/** Writes what the chain covers. One is written per commit: bytes, and no text to collect. */
function writeHashed(to: ByteWriter, fields: BatchFields): void {
  to.fixed(KEY.number);
  to.integer(fields.number);
  to.fixed(KEY.firstSeq);
  to.integer(fields.firstSeq);
  to.fixed(KEY.lastSeq);
  to.integer(fields.lastSeq);
  to.fixed(KEY.engineVersion);
  to.string(fields.engineVersion);
  to.fixed(KEY.timeUs);
  to.integer(fields.timeUs);
  to.fixed(KEY.truthBytes);
  to.integer(fields.truthBytes);
  to.fixed(KEY.truthSha256);
  to.plain(fields.truthSha256);
  to.fixed(KEY.marketBytes);
  to.integer(fields.marketBytes);
  to.fixed(KEY.marketSha256);
  to.plain(fields.marketSha256);
  to.fixed(KEY.digest);
  to.plain(fields.digest);
  to.fixed(KEY.previous);
  to.plain(fields.previous);
  to.fixed(KEY.quote);
}

const BATCH_HEADER =
  /^(\{"batch":\{"number":(\d{1,15}),"first_seq":(\d{1,15}),"last_seq":(\d{1,15}),"engine_version":"([^"\\]{0,64})","time_us":(\d{1,16}),"truth_bytes":(\d{1,12}),"truth_sha256":"([0-9a-f]{64})","market_bytes":(\d{1,12}),"market_sha256":"([0-9a-f]{64})","digest":"([0-9a-f]{0,64})","previous":"([0-9a-f]{64})"),"chain":"([0-9a-f]{64})"(,"market":"dropped")?\}\}$/;

/** Reads a batch's header line and checks its chain; undefined if it is no intact header. */
export function parseBatchHeader(line: string): BatchHeader | undefined {
  const match = BATCH_HEADER.exec(line);
  if (match === null || sha256(match[1] ?? "") !== match[13]) return undefined;
  return headerOf(match);
}

/** Reads a batch's header line by its form alone: for a walk to a batch that will be checked. */
export function skimBatchHeader(line: string): BatchHeader | undefined {
  const match = BATCH_HEADER.exec(line);
  return match === null ? undefined : headerOf(match);
}

function headerOf(match: RegExpExecArray): BatchHeader {
  const text = (index: number): string => match[index] ?? "";
  return {
    number: Number(match[2]),
    firstSeq: Number(match[3]),
    lastSeq: Number(match[4]),
    engineVersion: text(5),
    timeUs: Number(match[6]),
    truthBytes: Number(match[7]),
    truthSha256: text(8),
    marketBytes: Number(match[9]),
    marketSha256: text(10),
    digest: text(11),
    previous: text(12),
    chain: text(13),
    isMarketDropped: match[14] !== undefined,
  };
}

/** Returns the bytes that a batch's parts take in the file. */
export function storedBytes(header: BatchHeader): number {
  return header.truthBytes + (header.isMarketDropped ? 0 : header.marketBytes);
}
