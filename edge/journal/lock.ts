/**
 * The lock on a state directory: taken before anything in it is read, held until the process ends.
 * The kernel frees it however the process ends, so a lock is never stale, and not before its last
 * thread is gone: a write that hangs in one may still come true.
 *
 * The directory itself is locked, and the file `lock` in it. The file is what people look at and other
 * versions lock; somebody may take it for stale and remove it while a daemon runs, and two that write
 * one journal destroy it.
 * Known limit: where the file system locks no directories (NFS), the file alone counts.
 * @module
 */
import { type Disk, DiskError, type DiskFile } from "../ports.ts";
import { StateLocked } from "./refusal.ts";

/** A held lock. */
export type StateLock = { release(): void };

/**
 * Takes the lock of `stateDirectory`, making the directory if it is missing.
 * @throws {StateLocked} If another process holds it.
 * @throws {DiskError} If the directory cannot be used.
 */
export function lockState(disk: Disk, stateDirectory: string): StateLock {
  disk.makeDirectory(stateDirectory);
  const directory = disk.open(stateDirectory, "read");
  let file: DiskFile | undefined;
  const release = (): void => {
    file?.close();
    directory.close();
  };
  try {
    if (isHeldByAnother(directory)) throw new StateLocked(stateDirectory);
    file = disk.open(`${stateDirectory}/lock`, "create");
    if (!file.tryLock()) throw new StateLocked(stateDirectory);
    return { release };
  } catch (error) {
    release();
    throw error;
  }
}

function isHeldByAnother(directory: DiskFile): boolean {
  try {
    return !directory.tryLock();
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    return false; // not to be locked at all: the file says it
  }
}
