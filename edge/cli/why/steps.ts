/**
 * The steps of a story, bounded: the first and the last are kept, the middle is counted.
 * @module
 */

/** What a step is: who acted, or what the daemon made of it. */
export type StepKind =
  | "intent"
  | "venue"
  | "timer"
  | "market"
  | "daemon"
  | "client"
  | "refused"
  | "state"
  | "request"
  | "report"
  | "doubt"
  | "certain"
  | "alarm";

/** One line of a story. */
export type Step = {
  readonly seq_id: number;
  /** Engine time. */
  readonly time_us: number;
  readonly kind: StepKind;
  readonly text: string;
  /** What was recorded, as it stands; null where the line says something about others. */
  readonly record: unknown;
};

/** Steps kept at either end. */
const KEPT_EACH = 5000;

/** Steps in order. */
export class Steps {
  readonly #first: Step[] = [];
  #last: Step[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  get leftOut(): number {
    return this.#count - this.list.length;
  }

  get list(): readonly Step[] {
    return [...this.#first, ...this.#last.slice(-KEPT_EACH)];
  }

  add(step: Step): void {
    this.#count += 1;
    if (this.#first.length < KEPT_EACH) {
      this.#first.push(step);
      return;
    }
    this.#last.push(step);
    if (this.#last.length >= 2 * KEPT_EACH) this.#last = this.#last.slice(-KEPT_EACH);
  }
}
