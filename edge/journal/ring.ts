/**
 * A byte stream through shared memory, one writer and one reader, each in its own thread.
 *
 * Bounded: what does not fit stays with the writer. Positions count all bytes ever moved, modulo
 * 2^32; the capacity is a power of two, so their difference and remainder stay right when they wrap.
 * The cells also carry the reader's answers, so that one wake-up serves both.
 * @module
 */
import type { Signals } from "../ports.ts";

/** Cells of the shared counters. */
export const CELL = {
  /** Bytes written; the reader watches it. */
  head: 0,
  /** Bytes read. */
  tail: 1,
  /** Batches durable since the start, modulo 2^32; venues' Workers watch it. */
  durable: 2,
  /** Changes whenever `tail` or `durable` did; the writer watches it. */
  progress: 3,
  /** Signs of life asked of the reader, modulo 2^32. */
  asked: 4,
  /** What `asked` was when the reader last looked. */
  answered: 5,
} as const;
const CELLS = 16;

/** The shared memory of a ring; structured-cloneable. */
export type RingMemory = {
  readonly cells: Int32Array<SharedArrayBuffer>;
  readonly bytes: Uint8Array<SharedArrayBuffer>;
};

/** Makes the memory of a ring. @throws {RangeError} If `capacity` is not a power of two. */
export function createRingMemory(capacity: number): RingMemory {
  if (capacity < 1024 || capacity > 2 ** 30 || (capacity & (capacity - 1)) !== 0) {
    throw new RangeError(
      `Cannot make a ring: its capacity must be a power of two from 2^10 to 2^30: was ${capacity}`,
    );
  }
  return {
    cells: noCommits(),
    bytes: new Uint8Array(new SharedArrayBuffer(capacity)),
  };
}

/** Counts the commits of the Worker that reads this ring: it changes with each. */
export function commitsOf({ cells }: Pick<RingMemory, "cells">): () => number {
  return () => Atomics.load(cells, CELL.durable);
}

/** The shared counters of a journal, as other threads see its commits. */
export type CommitCells = RingMemory["cells"];

/** Returns the counters of a journal that commits nothing. */
export function noCommits(): CommitCells {
  return new Int32Array(new SharedArrayBuffer(4 * CELLS));
}

/** Returns whether a commit, by its number since the start, is on the disk. */
export function isCommitted(cells: CommitCells, commit: number): boolean {
  return ((Atomics.load(cells, CELL.durable) - commit) | 0) >= 0;
}

/** Calls `task` now and after each commit, until it returns false. */
export function watchCommits(signals: Signals, cells: CommitCells, task: () => boolean): void {
  signals.watch(cells, CELL.durable, task);
}

/** The writer's end. */
export class RingWriter {
  readonly #memory: RingMemory;
  constructor(memory: RingMemory) {
    this.#memory = memory;
  }

  /** Bytes that fit now. */
  get room(): number {
    return this.#memory.bytes.length - usedBytes(this.#memory);
  }

  /** Writes what fits of `data` and returns how many bytes that was. */
  write(data: Uint8Array): number {
    const { cells, bytes } = this.#memory;
    const count = Math.min(this.room, data.length);
    const head = Atomics.load(cells, CELL.head) >>> 0;
    const at = head & (bytes.length - 1);
    const first = Math.min(count, bytes.length - at);
    if (first === data.length) bytes.set(data, at);
    else {
      bytes.set(data.subarray(0, first), at);
      bytes.set(data.subarray(first, count), 0);
    }
    Atomics.store(cells, CELL.head, (head + count) | 0);
    return count;
  }
}

/** The reader's end. */
export class RingReader {
  readonly #memory: RingMemory;
  constructor(memory: RingMemory) {
    this.#memory = memory;
  }

  /** Moves what is there into `target` as far as it goes and returns how many bytes that was. */
  read(target: Uint8Array): number {
    const { cells, bytes } = this.#memory;
    const count = Math.min(usedBytes(this.#memory), target.length);
    const tail = Atomics.load(cells, CELL.tail) >>> 0;
    const at = tail & (bytes.length - 1);
    const first = Math.min(count, bytes.length - at);
    target.set(bytes.subarray(at, at + first), 0);
    if (first < count) target.set(bytes.subarray(0, count - first), first);
    Atomics.store(cells, CELL.tail, (tail + count) | 0);
    return count;
  }
}

function usedBytes({ cells }: RingMemory): number {
  return (Atomics.load(cells, CELL.head) - Atomics.load(cells, CELL.tail)) >>> 0;
}
