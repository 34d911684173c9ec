/**
 * The place of one resting order in the queue of its level, estimated from what the feed shows.
 *
 * Sources: Rigtorp, "Estimating Order Queue Position" (2013), as the `ProbQueueModel` of hftbacktest
 * has it, with f(x) = x. A trade takes from the front. Of a decrease that no trade explains the share
 * behind ÷ (behind + ahead) was behind the order; the queue is never longer than its level.
 *
 * Invariant: `ahead` is 0 or more; what a trade takes beyond it fills the order.
 * Until its level was displayed all of it is before the order, however much that will be: Infinity.
 * @module
 */
import type { QueueModel } from "./settings.ts";

/** One order in its queue. Quanta; estimates have fractions. */
export class QueuePosition {
  readonly #model: QueueModel;
  #ahead: number;
  #filled = 0;

  /** An order joins the end of a level that displays `ahead`; Infinity: no book says how much. */
  constructor(model: QueueModel, ahead: number) {
    this.#model = model;
    this.#ahead = ahead;
  }

  /** Estimated quantity before the order; Infinity before its level was displayed. */
  get ahead(): number {
    return this.#ahead;
  }

  /** What trades would have filled so far, were the order of any size. */
  get filled(): number {
    return this.#filled;
  }

  /** A trade at the order's price or through it. `half`: half of what the venue counts. */
  trade(of: { readonly oneSided: number; readonly half: number }): void {
    const quantity = this.#model === "flumine" ? of.half : of.oneSided;
    if (quantity <= this.#ahead) {
      this.#ahead -= quantity;
      return;
    }
    this.#filled += quantity - this.#ahead;
    this.#ahead = 0;
  }

  /** The level changed; `traded` of a decrease is explained by trades that were told before. */
  depth(of: { readonly before: number; readonly after: number; readonly traded: number }): void {
    if (this.#model === "flumine") return;
    const cancelled = of.before - of.after - of.traded;
    if (this.#model === "prob" && cancelled > 0) this.#ahead = this.#afterCancel(of, cancelled);
    if (this.#ahead > of.after) this.#ahead = of.after;
  }

  /** The level is told anew, and how it came to be so is not known. */
  cut(displayed: number): void {
    const isCut = this.#model !== "flumine" || this.#ahead === Infinity;
    if (isCut && this.#ahead > displayed) this.#ahead = displayed;
  }

  #afterCancel(of: { readonly before: number }, cancelled: number): number {
    const front = this.#ahead;
    const back = Math.max(0, of.before - front);
    if (front + back === 0) return 0;
    const behind = back / (back + front);
    const estimate = front - (1 - behind) * cancelled + Math.min(back - behind * cancelled, 0);
    return Math.max(0, estimate);
  }
}
