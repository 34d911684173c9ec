/**
 * Says when a thread with more to do must rest all the same.
 *
 * While there is always a next task at once, the runtime looks at its sockets only once in 61 of
 * them: a thread that is busy with one queue would hear nobody for seconds, and take clients that
 * speak for silent. A timer of a millisecond lets it look.
 *
 * Bound: at most one rest in `REST_EVERY_US`, and none for a thread that gets its work done.
 * @module
 */

const REST_EVERY_US = 20_000;

/** Counts the time since the last pause. */
export class Breath {
  #restedUs = 0;

  /** Takes the end of a piece of work; returns true if the next one should wait for a timer. */
  isDue({ nowUs, hasMore }: { readonly nowUs: number; readonly hasMore: boolean }): boolean {
    if (hasMore && nowUs - this.#restedUs < REST_EVERY_US) return false;
    this.#restedUs = nowUs;
    return hasMore;
  }
}
