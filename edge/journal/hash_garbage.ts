/**
 * When a thread that hashes batches has its garbage collected.
 *
 * The runtime's hash is an object on our heap that holds memory outside of it, several times its
 * own size, until a full collection; the collector sees the object only. A thread that does little
 * else would collect once in two million hashes, with 400 MB held. So it asks, by count.
 * Bound: at most four hashes a batch, about 200 bytes each: 13 MB are held. Source: measured.
 * Ordering: only where the owner says that nobody waits; a collection takes some 5 ms.
 * @module
 */
import type { Memory } from "../ports.ts";

/** Batches between two collections. */
export const COLLECT_BATCHES = 16_384;

/** Counts batches. */
export class HashGarbage {
  readonly #memory: Memory;
  #batches = 0;

  constructor(memory: Memory) {
    this.#memory = memory;
  }

  /** A batch has been hashed. */
  add(): void {
    this.#batches += 1;
  }

  /** Nobody waits for this thread: collects if that is due. */
  calm(): void {
    if (this.#batches < COLLECT_BATCHES) return;
    this.#batches = 0;
    this.#memory.collect();
  }
}
