/**
 * A disk of files that are there from the start and can only be read.
 * @module
 */
import type { Disk, DiskFile } from "../../edge/ports.ts";
import { DiskError } from "../../edge/ports.ts";

function refuse(): never {
  throw new DiskError("Denied", "Cannot change a read-only disk");
}

/** An open file over bytes. */
export function fileOf(bytes: Uint8Array): DiskFile {
  return {
    readAt(buffer: Uint8Array, offset: number): number {
      const part = bytes.subarray(offset, offset + buffer.length);
      buffer.set(part);
      return part.length;
    },
    size: () => bytes.length,
    close: () => {},
    tryLock: () => true,
    writeAt: refuse,
    syncData: refuse,
    truncate: refuse,
  };
}

/** A disk that holds these files by path. */
export function diskOf(files: ReadonlyMap<string, Uint8Array>): Disk {
  return {
    open(path: string): DiskFile {
      const bytes = files.get(path);
      if (bytes === undefined) {
        throw new DiskError("NotFound", `Cannot open ${path}: it must exist`);
      }
      return fileOf(bytes);
    },
    exists: (path) => files.has(path),
    list: () => [...files.keys()].sort(),
    freeBytes: () => undefined,
    makeDirectory: refuse,
    rename: refuse,
    remove: refuse,
    syncDirectory: refuse,
  };
}
