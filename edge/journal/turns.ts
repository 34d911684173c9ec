/**
 * Turns of a Worker that follows the journal: work in thin slices, then rest, so that trading never
 * waits behind it for a processor, and a burst is left alone.
 *
 * While the journal commits, it waits for a pause of `QUIET_US`, but for no longer than `LAG_MAX_US`.
 *
 * Bounds: a slice takes about `SLICE_US` (a scheduler's own slice is ten times as long, and on a small
 * machine a commit would wait for it); at most a tenth of the time is work, and turns begin no more
 * often than every `REST_LEAST_US`. Where timers are late, slices are longer for it: what counts is
 * the rest that was taken, not the one that was asked for. Once the Worker has been behind for
 * `BEHIND_MAX_US`, at most a third of the time is work; when it is told to hurry, all of it: then it
 * only lets messages in between.
 * @module
 */
import type { Cancel, Ports } from "../ports.ts";

/** Work without a rest, at least. */
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
/** Of the time a slice took, from then on. */
const BEHIND_REST_RATIO = 2;
/** No more of a rest that was not owed counts, however late its timer was. */
const REST_COUNTED_US = 2_500;

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
  #cancelRest: Cancel | undefined;
  #isWanted = false;
  #isUrgent = false;
  #behindSinceUs: number | undefined;
  #restedSinceUs = 0;
  /** So much work has been rested for; below 0: it has still to be. */
  #creditUs = SLICE_US;

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

  /**
   * Somebody waits for all of it: no rests until it is done, and an end to the one that is on. A turn
   * that is under way does not count: what it is for may come too late for that one.
   */
  hurry(): void {
    this.#isUrgent = true;
    this.wake();
    if (this.#cancelRest === undefined) return;
    this.#cancelRest();
    this.#cancelRest = undefined;
    this.#ports.timers.soon(() => this.#rested());
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
    const ratio = this.#restRatio(startUs);
    this.#earn(startUs, ratio);
    const outcome = this.#work(this.#turn, startUs + Math.max(SLICE_US, this.#creditUs));
    const endUs = clock.monotonicUs();
    if (outcome !== "paused") this.#ended(outcome, startUs);
    this.#restedSinceUs = endUs;
    if (this.#isUrgent) return timers.soon(() => this.#rested());
    this.#creditUs -= endUs - startUs;
    const isBetweenTurns = outcome !== "paused" && ratio === REST_RATIO;
    const leastUs = isBetweenTurns ? REST_LEAST_US : SLICE_REST_US;
    const restUs = Math.max(leastUs, ratio * (SLICE_US - this.#creditUs));
    this.#cancelRest = timers.after(restUs, () => this.#rested());
  }

  #mayWork(nowUs: number): boolean {
    const commits = this.#commits();
    if (commits !== this.#seenCommits) this.#committedUs = nowUs;
    this.#seenCommits = commits;
    const isQuiet = nowUs - this.#committedUs >= QUIET_US;
    return isQuiet || this.#isUrgent || nowUs - (this.#wantedSinceUs ?? nowUs) >= LAG_MAX_US;
  }

  /** How many times as long as it works the Worker rests. */
  #restRatio(nowUs: number): number {
    const behindUs = nowUs - (this.#behindSinceUs ?? nowUs);
    return behindUs > BEHIND_MAX_US ? BEHIND_REST_RATIO : REST_RATIO;
  }

  /** The rest that was taken allows work, as a bucket fills. */
  #earn(nowUs: number, ratio: number): void {
    const earnedUs = (nowUs - this.#restedSinceUs) / ratio;
    this.#creditUs = Math.min(this.#creditUs + earnedUs, REST_COUNTED_US / ratio);
  }

  #work(turn: Turn, untilUs: number): "paused" | "behind" | "done" {
    const { clock } = this.#ports;
    for (;;) {
      const step = turn.next();
      if (step.done === true) return step.value;
      if (clock.monotonicUs() >= untilUs) return "paused";
    }
  }

  #ended(outcome: "behind" | "done", startUs: number): void {
    this.#turn = undefined;
    if (outcome === "behind") this.#behindSinceUs ??= startUs;
    else {
      this.#behindSinceUs = undefined;
      this.#wantedSinceUs = this.#isWanted ? startUs : undefined;
      // What somebody waits for came in the middle of this turn, perhaps too late for it.
      this.#isUrgent = this.#isUrgent && this.#isWanted;
    }
  }

  #rested(): void {
    this.#cancelRest = undefined;
    const isBehind = this.#turn !== undefined || this.#behindSinceUs !== undefined;
    this.#isScheduled = false;
    if (!isBehind && !this.#isWanted) return;
    this.#isScheduled = true;
    this.#slice();
  }
}
