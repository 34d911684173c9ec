/**
 * Whole small files: read at once, replaced at once.
 * @module
 */
import type { Disk } from "../ports.ts";

/** Returns all bytes of a file. */
export function readWhole(disk: Disk, path: string): Uint8Array {
  const file = disk.open(path, "read");
  try {
    const bytes = new Uint8Array(file.size());
    return bytes.subarray(0, file.readAt(bytes, 0));
  } finally {
    file.close();
  }
}

/** Replaces a file by one that holds `text`; after a crash it holds the old or the new, whole. */
export function replaceFile(
  disk: Disk,
  at: { directory: string; name: string },
  text: string,
): void {
  for (const _ of replacingFile(disk, at, [new TextEncoder().encode(text)]));
}

/**
 * {@link replaceFile} with pieces of bytes, one at a step: the caller may rest between them. Where it
 * fails, what was written so far is removed: on a full disk it would take the last room there is.
 */
export function* replacingFile(
  disk: Disk,
  at: { readonly directory: string; readonly name: string },
  pieces: Iterable<Uint8Array>,
): Generator<void, void> {
  const path = `${at.directory}/${at.name}`;
  const draft = `${path}.tmp`;
  const file = disk.open(draft, "create");
  let isWhole = false;
  try {
    file.truncate(0);
    let size = 0;
    for (const bytes of pieces) {
      if (bytes.length > 0) file.writeAt(bytes, size);
      size += bytes.length;
      yield;
    }
    file.syncData();
    disk.rename(draft, path);
    isWhole = true;
  } finally {
    file.close();
    if (!isWhole) disk.remove(draft);
  }
  disk.syncDirectory(at.directory);
}
