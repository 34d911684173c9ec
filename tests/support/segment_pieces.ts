/**
 * A segment taken apart at its batches, so that a test can put it together in another way.
 * @module
 */
import { SegmentReader } from "../../edge/journal/segment_reader.ts";
import { STATE } from "./journal_rig.ts";
import type { MemoryDisk } from "./memory_disk.ts";

/** Returns a segment's header and its batches, as they stand in the file. */
export function piecesOf(
  disk: MemoryDisk,
  number: number,
): { readonly header: Uint8Array; readonly batches: readonly Uint8Array[] } {
  const reader = new SegmentReader(disk, { directory: `${STATE}/journal`, number });
  const header = reader.raw(0, reader.firstOffset).slice();
  const batches: Uint8Array[] = [];
  for (let offset = reader.firstOffset;;) {
    const found = reader.read(offset, "checked");
    if (found.kind !== "batch") return { header, batches };
    batches.push(reader.raw(offset, found.batch.bytes).slice());
    offset += found.batch.bytes;
  }
}

/** Writes a segment's file. */
export function putPieces(
  disk: MemoryDisk,
  number: number,
  pieces: readonly Uint8Array[],
): void {
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  disk.put(`${STATE}/journal/${String(number).padStart(8, "0")}.log`, bytes);
}
