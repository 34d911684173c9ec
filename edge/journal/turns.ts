/**
 * Turns of a Worker that follows the journal: work, then rest, so that a burst leaves the
 * processors, and the wake-ups, to trading.
 *
 * Bounds: at most one turn in `REST_LEAST_US`; of the time at most a quarter is work, until the
 * Worker has been behind for `BEHIND_MAX_US`: then it rests only as long as it must.
 * @module
 */
import type { Ports } from "../ports.ts";

/** Rest after any turn: the daemon is told of batches, and tells of them, no more often. */
const REST_LEAST_US = 20_000;
/** Of the time a turn took. */
const REST_RATIO = 3;
/** A burst that lasts longer than this is no burst. */
const BEHIND_MAX_US = 30_000_000;

/** Runs a task, again and again while there is work for it. */
export class Turns {
  readonly #ports: Pick<Ports, "clock" | "timers">;
  readonly #task: () => "behind" | "done";
  #isAwake = false;
  #isWanted = false;
  #behindSinceUs: number | undefined;

  /** `task` does one turn and says whether there is more to do. */
  constructor(ports: Pick<Ports, "clock" | "timers">, task: () => "behind" | "done") {
    this.#ports = ports;
    this.#task = task;
  }

  /** There is work. Cheap; any number of calls make one turn. */
  wake(): void {
    this.#isWanted = true;
    if (this.#isAwake) return;
    this.#isAwake = true;
    this.#ports.timers.soon(() => this.#turn());
  }

  #turn(): void {
    const { clock, timers } = this.#ports;
    const startUs = clock.monotonicUs();
    this.#isWanted = false;
    if (this.#task() === "behind") this.#behindSinceUs ??= startUs;
    else this.#behindSinceUs = undefined;
    timers.after(this.#restUs({ startUs, endUs: clock.monotonicUs() }), () => this.#rested());
  }

  #rested(): void {
    this.#isAwake = false;
    if (this.#isWanted || this.#behindSinceUs !== undefined) this.wake();
  }

  #restUs({ startUs, endUs }: { readonly startUs: number; readonly endUs: number }): number {
    const behindUs = endUs - (this.#behindSinceUs ?? endUs);
    if (behindUs > BEHIND_MAX_US) return REST_LEAST_US;
    return Math.max(REST_LEAST_US, REST_RATIO * (endUs - startUs));
  }
}
