/**
 * A token bucket on the monotonic clock.
 * @module
 */

/** Lets `perSecond` through on average and twice as many at once. */
export class RateLimit {
  readonly #perSecond: number;
  #tokens: number;
  #atUs: number;

  constructor(options: { readonly perSecond: number; readonly nowUs: number }) {
    this.#perSecond = options.perSecond;
    this.#tokens = options.perSecond * 2;
    this.#atUs = options.nowUs;
  }

  /** Returns whether one more may pass now; takes its token if so. */
  take(nowUs: number): boolean {
    const earned = (nowUs - this.#atUs) * this.#perSecond / 1_000_000;
    this.#tokens = Math.min(this.#perSecond * 2, this.#tokens + earned);
    this.#atUs = nowUs;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
