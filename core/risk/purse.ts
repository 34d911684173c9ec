/**
 * One currency of one account: what live orders hold back of it.
 *
 * Sums are in units of the finest scale that any instrument of the account needs; a finer one that
 * is listed later widens the purse.
 * @module
 */
import { powerOfTen } from "../decimal.ts";
import { ExactSum, narrowed, times, type Wide } from "./wide.ts";

const NEVER = -1;

/** A currency of an account. */
export class Purse {
  readonly currency: string;
  /** Units are 10^-scale of the currency. */
  scale = 0;
  readonly reserved: ExactSum = new ExactSum();
  /** What the account has beyond that, as of `cashAt`; undefined: never reported. */
  cash: Wide | undefined = undefined;
  /** Revision of the ledger that `cash` was read from. */
  cashAt = NEVER;

  constructor(currency: string) {
    this.currency = currency;
  }

  /** Makes the purse at least as fine as `scale`. */
  widen(scale: number): void {
    const finest = Math.max(scale, this.scale);
    this.reserved.set(narrowed(this.reserved.units * powerOfTen(finest - this.scale)));
    this.forgetCash();
    this.scale = finest;
  }

  /** Lets the cash be read again. */
  forgetCash(): void {
    this.cashAt = NEVER;
  }

  /** Returns units of `scale`, which the purse is as fine as, in its own units. */
  lifted(units: Wide, scale: number): Wide {
    if (scale === this.scale) return units;
    return times({ left: units, right: narrowed(powerOfTen(this.scale - scale)) });
  }
}
