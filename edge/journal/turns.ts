/**
 * Turns of a Worker that follows the journal: work in thin slices, then rest, so that trading never
 * waits behind it for a processor, and a burst is left alone.
 *
 * While the journal commits, it waits for a pause of `QUIET_US`, but for no longer than `LAG_MAX_US`.
 *
 * Bounds: a slice takes about `SLICE_US` (a scheduler's own slice is ten times as long, and on a small
 * machine a commit would wait for it); at most a tenth of the time is work, and turns begin no
 * more often than every `REST_LEAST_US`, until the Worker has been behind for `BEHIND_MAX_US` or is
 * told to hurry: then it only lets messages in between.
 * @module
 */
import type { Ports } from "../ports.ts";

/** Work without a rest. */
const SLICE_US = 100;
/** Rest between two slices. */
const SLICE_REST_US = 900;
/** So long without a commit is a pause. */
const QUIET_US = 3_000;
/** How often it looks for one. */
const LOOK_US = 5_000;
/** Readers of the index wait no longer for what happened during a burst. */
const LAG_MAX_US = 2_000_000;
/** Rest between two turns: the daemon is told of batches, and tells of them, no more often. */
const REST_LEAST_US = 20_000;
/** Of the time a slice took. */
const REST_RATIO = 9;
/** A burst that lasts longer than this is no burst. */
const BEHIND_MAX_US = 30_000_000;

/** One turn: yields wherever it may pause, and says in the end whether there is more to do. */
export type Turn = Generator<void, "behind" | "done">;

/** Runs turns, again and again while there is work for them. */
export class Turns {
  readonly #ports: Pick<Ports, "clock" | "timers">;
  readonly #begin: () => Turn;
  readonly #commits: () => number;
  #seenCommits = 0;
  #committedUs = -Infinity;
  #wantedSinceUs: number | undefined;
  #turn: Turn | undefined;
  #isScheduled = false;
  #isWanted = false;
  #isUrgent = false;
  #behindSinceUs: number | undefined;

  /** `commits` changes with every commit of the journal. */
  constructor(
    ports: Pick<Ports, "clock" | "timers">,
    begin: () => Turn,
    commits: () => number = () => 0,
  ) {
    this.#ports = ports;
    this.#begin = begin;
    this.#commits = commits;
  }

  /** There is work. Cheap; any number of calls make one turn. */
  wake(): void {
    this.#isWanted = true;
    this.#wantedSinceUs ??= this.#ports.clock.monotonicUs();
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#ports.timers.soon(() => this.#slice());
  }

  /** Somebody waits for all of it: no rests until it is done. */
  hurry(): void {
    this.#isUrgent = true;
    this.wake();
  }

  #slice(): void {
    const { clock, timers } = this.#ports;
    const startUs = clock.monotonicUs();
    if (!this.#mayWork(startUs)) {
      timers.after(LOOK_US, () => this.#slice());
      return;
    }
    this.#isWanted = this.#isWanted && this.#turn !== undefined;
    this.#turn ??= this.#begin();
    const outcome = this.#work(this.#turn, startUs);
    const endUs = clock.monotonicUs();
    if (outcome !== "paused") this.#ended(outcome, startUs);
    const restUs = this.#restUs({ outcome, tookUs: endUs - startUs, endUs });
    timers.after(restUs, () => this.#rested());
  }

  #mayWork(nowUs: number): boolean {
    const commits = this.#commits();
    if (commits !== this.#seenCommits) this.#committedUs = nowUs;
    this.#seenCommits = commits;
    const isQuiet = nowUs - this.#committedUs >= QUIET_US;
    return isQuiet || this.#isUrgent || nowUs - (this.#wantedSinceUs ?? nowUs) >= LAG_MAX_US;
  }

  #work(turn: Turn, startUs: number): "paused" | "behind" | "done" {
    const { clock } = this.#ports;
    for (;;) {
      const step = turn.next();
      if (step.done === true) return step.value;
      if (clock.monotonicUs() - startUs >= SLICE_US) return "paused";
    }
  }

  #ended(outcome: "behind" | "done", startUs: number): void {
    this.#turn = undefined;
    if (outcome === "behind") this.#behindSinceUs ??= startUs;
    else {
      this.#behindSinceUs = undefined;
      this.#wantedSinceUs = this.#isWanted ? startUs : undefined;
      this.#isUrgent = false;
    }
  }

  #rested(): void {
    const isBehind = this.#turn !== undefined || this.#behindSinceUs !== undefined;
    this.#isScheduled = false;
    if (!isBehind && !this.#isWanted) return;
    this.#isScheduled = true;
    this.#slice();
  }

  #restUs(
    of: {
      readonly outcome: "paused" | "behind" | "done";
      readonly tookUs: number;
      readonly endUs: number;
    },
  ): number {
    const behindUs = of.endUs - (this.#behindSinceUs ?? of.endUs);
    if (this.#isUrgent || behindUs > BEHIND_MAX_US) return 0;
    const leastUs = of.outcome === "paused" ? SLICE_REST_US : REST_LEAST_US;
    return Math.max(leastUs, REST_RATIO * of.tookUs);
  }
}
