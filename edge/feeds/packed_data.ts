/**
 * What the decompressors of recorded files have in common.
 * @module
 */

/** Fills the buffer from its start; returns the bytes read, 0 at the end. */
export type ReadBytes = (buffer: Uint8Array) => number;

/** Returns the next piece, valid until the next call, or undefined at the end. */
export type NextPiece = () => Uint8Array | undefined;

/** Damaged or cut compressed data, or a line without an end. */
export class PackedDataError extends Error {
  override readonly name = "PackedDataError";
}

/** Says that data of a format is not what it must be. */
export function damagedData(
  format: "gzip" | "bzip2" | "zstd" | "zip",
  rule: string,
): PackedDataError {
  return new PackedDataError(`Cannot decompress ${format} data: ${rule}`);
}
