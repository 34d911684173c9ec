/**
 * What travels through the ring to the journal's Worker: fixed headers of 64 bytes, each followed
 * by the parts of its batch.
 * @module
 */

/** Bytes of a header. */
export const RECORD_BYTES = 64;
const KINDS = ["batch", "stop"] as const;
const DIGEST_AT = 40;
const decoder = new TextDecoder();

/** A header. For `stop` all numbers are 0. */
export type RingRecord = {
  readonly kind: (typeof KINDS)[number];
  readonly truthBytes: number;
  readonly marketBytes: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly timeUs: number;
  /** 16 hexadecimal digits, or empty. */
  readonly digest: string;
};

/** The record after which nothing comes. */
export const STOP_RECORD: RingRecord = {
  kind: "stop",
  truthBytes: 0,
  marketBytes: 0,
  firstSeq: 0,
  lastSeq: 0,
  timeUs: 0,
  digest: "",
};

/** Writes `record` into the first 64 bytes of `target`. */
export function encodeRingRecord(record: RingRecord, target: Uint8Array): void {
  const view = new DataView(target.buffer, target.byteOffset, RECORD_BYTES);
  view.setUint32(0, KINDS.indexOf(record.kind));
  view.setUint32(4, record.truthBytes);
  view.setUint32(8, record.marketBytes);
  view.setUint32(12, record.digest.length);
  view.setFloat64(16, record.firstSeq);
  view.setFloat64(24, record.lastSeq);
  view.setFloat64(32, record.timeUs);
  for (let at = 0; at < record.digest.length; at++) {
    target[DIGEST_AT + at] = record.digest.charCodeAt(at);
  }
}

/** Reads a header. @throws {RangeError} If its kind is unknown. */
export function parseRingRecord(source: Uint8Array): RingRecord {
  const view = new DataView(source.buffer, source.byteOffset, RECORD_BYTES);
  const kind = KINDS[view.getUint32(0)];
  if (kind === undefined) {
    throw new RangeError(
      `Cannot read a ring record: its kind must be known: was ${view.getUint32(0)}`,
    );
  }
  const digest = source.subarray(DIGEST_AT, DIGEST_AT + view.getUint32(12));
  return {
    kind,
    truthBytes: view.getUint32(4),
    marketBytes: view.getUint32(8),
    firstSeq: view.getFloat64(16),
    lastSeq: view.getFloat64(24),
    timeUs: view.getFloat64(32),
    digest: decoder.decode(digest),
  };
}
