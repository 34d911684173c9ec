/**
 * Whether a Worker was cut off: a shared cell for each, which its daemon sets and its thread reads.
 *
 * A thread that was ended may go on: one that stalled hears, once it wakes, what it had been told, and
 * goes on where it stood. By then its daemon has answered for all of that, so that the core may have
 * had the venue asked, and decided again.
 * Invariant: set before anything is answered for the Worker, and never taken back.
 * Limit: a thread that stands still between the last look at it and the socket sends all the same.
 * @module
 */

/** The shared memory of it; structured-cloneable. */
export type CutOff = Int32Array<SharedArrayBuffer>;

/** Returns the cell of a Worker that is not cut off. */
export function newCutOff(): CutOff {
  return new Int32Array(new SharedArrayBuffer(4));
}

/** Cuts the Worker off for good. */
export function cutOff(cell: CutOff): void {
  Atomics.store(cell, 0, 1);
}

/** Returns whether the Worker was cut off. */
export function isCutOff(cell: CutOff): boolean {
  return Atomics.load(cell, 0) !== 0;
}
