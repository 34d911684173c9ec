/**
 * The lock on a state directory: taken before anything in it is read, held until the process ends.
 * The kernel frees it however the process ends, so a lock is never stale.
 * @module
 */
import type { Disk } from "../ports.ts";
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
  const file = disk.open(`${stateDirectory}/lock`, "create");
  if (!file.tryLock()) {
    file.close();
    throw new StateLocked(stateDirectory);
  }
  return { release: () => file.close() };
}
