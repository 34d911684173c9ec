/**
 * Opens a recorded file whatever it is compressed with, told from its first bytes, never its name.
 * @module
 */
import { unreachable } from "../../core/invariant.ts";
import type { DiskFile } from "../ports.ts";
import { Bunzip2 } from "./bunzip2.ts";
import { Gunzip } from "./gunzip.ts";
import type { NextPiece, ReadBytes } from "./packed_data.ts";
import { Unzstd } from "./unzstd.ts";
import { zipAsGzip } from "./unzip.ts";

const PIECE = 65_536;

/** How a file is compressed. */
export type Compression = "none" | "gzip" | "bzip2" | "zstd" | "zip";

/** First bytes. A zstd file may begin with a skippable frame, whose first byte has 16 values. */
const MAGIC: readonly (readonly [Compression, readonly number[]])[] = [
  ["gzip", [0x1f, 0x8b]],
  ["bzip2", [0x42, 0x5a, 0x68]],
  ["zstd", [0x28, 0xb5, 0x2f, 0xfd]],
  ["zip", [0x50, 0x4b, 0x03, 0x04]],
];

/** A file as a stream of pieces. */
export type UnpackedFile = { readonly compression: Compression; readonly next: NextPiece };

/** Opens the content of a file. @throws {PackedDataError} If a zip archive's directory is damaged. */
export function unpack(file: DiskFile): UnpackedFile {
  const compression = compressionOf(file);
  return { compression, next: piecesOf(file, compression) };
}

function compressionOf(file: DiskFile): Compression {
  const first = new Uint8Array(4);
  file.readAt(first, 0);
  for (const [compression, magic] of MAGIC) {
    if (magic.every((byte, at) => first[at] === byte)) return compression;
  }
  const [low = 0, ...rest] = first;
  const isSkippable = (low & 0xf0) === 0x50 && [0x2a, 0x4d, 0x18].every((b, at) => rest[at] === b);
  return isSkippable ? "zstd" : "none";
}

function piecesOf(file: DiskFile, compression: Compression): NextPiece {
  switch (compression) {
    case "none":
      return plainPieces(reading(file));
    case "gzip":
      return from(new Gunzip(reading(file)));
    case "bzip2":
      return from(new Bunzip2(reading(file)));
    case "zstd":
      return from(new Unzstd(reading(file)));
    case "zip":
      return from(new Gunzip(zipAsGzip(file)));
    default:
      return unreachable(compression);
  }
}

function from(source: { next(): Uint8Array | undefined }): NextPiece {
  return () => source.next();
}

function reading(file: DiskFile): ReadBytes {
  let offset = 0;
  return (buffer) => {
    const count = file.readAt(buffer, offset);
    offset += count;
    return count;
  };
}

function plainPieces(read: ReadBytes): NextPiece {
  const buffer = new Uint8Array(PIECE);
  return () => {
    const count = read(buffer);
    return count === 0 ? undefined : buffer.subarray(0, count);
  };
}
