/**
 * Whose turn it is to look into the journal for reports that are in memory no more. A look takes some
 * milliseconds of the one thread that all share, so all sessions have one pace together.
 *
 * Ordering: who waits goes on in the order in which they began to.
 * Bound: one look in `REST_US`, however many sessions want one; each waits once.
 * @module
 */
import type { Cancel, Timers } from "../edge/ports.ts";

/** After a look nobody looks for so long: others have their turn. */
const REST_US = 20_000;

/** The turns of all sessions. */
export class LookBacks {
  readonly #timers: Timers;
  readonly #waiting = new Set<() => void>();
  #isResting = false;

  constructor(timers: Timers) {
    this.#timers = timers;
  }

  /** True if nobody has looked for a while. */
  get mayLook(): boolean {
    return !this.#isResting;
  }

  /** Somebody has looked. */
  looked(): void {
    if (this.#isResting) return;
    this.#isResting = true;
    this.#timers.after(REST_US, () => this.#goOn());
  }

  /** As {@link LookBacks.looked}; calls `goOn` once, when it is the caller's turn to look. */
  rest(goOn: () => void): Cancel {
    this.looked();
    this.#waiting.add(goOn);
    return () => {
      this.#waiting.delete(goOn);
    };
  }

  /** Until one looks: who has nothing more to look for passes the turn on. */
  #goOn(): void {
    this.#isResting = false;
    for (const goOn of this.#waiting) {
      if (this.#isResting) return;
      this.#waiting.delete(goOn);
      goOn();
    }
  }
}
