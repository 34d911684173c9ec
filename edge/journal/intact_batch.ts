/**
 * Looks for an intact batch in bytes that cannot be walked: behind a batch that is not intact, or
 * below a header that is not. Where one is found the journal is damaged; where none is, its end is
 * torn.
 * @module
 */
import type { DiskFile } from "../ports.ts";
import { HEADER_BYTES_MAX, parseBatchHeader } from "./format.ts";

/** Bytes that are looked through at a time. */
const STEP_BYTES = 1 << 20;
const decoder = new TextDecoder();

/** Returns the number of the first intact batch header that begins at `from` or after it. */
export function intactBatchIn(file: DiskFile, from: number): number | undefined {
  const size = file.size();
  const bytes = new Uint8Array(Math.max(0, Math.min(STEP_BYTES + HEADER_BYTES_MAX, size - from)));
  for (let at = from; at < size; at += STEP_BYTES) {
    const text = decoder.decode(bytes.subarray(0, file.readAt(bytes, at)));
    // What stands before a header may be lost as well, so it need not begin a line.
    for (const { index } of text.matchAll(/\{"batch":\{/g)) {
      const [line = ""] = text.slice(index, index + HEADER_BYTES_MAX).split("\n", 1);
      const header = parseBatchHeader(line);
      if (header !== undefined) return header.number;
    }
  }
  return undefined;
}
