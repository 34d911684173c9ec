/**
 * Big moves: the middle of the book, in ticks, now against a window ago.
 *
 * The middle is the mean of the best ticks of both sides, known while the spread is narrow enough.
 * What it was at the window's beginning is the newest that had been told by then. A move is said
 * once: the trigger arms again when the distance has fallen below half of its threshold.
 * Bound: `MIDDLES_MAX` changes of the middle are kept; with more within the window the oldest counts.
 * @module
 */
import type { BigMoveSettings } from "./settings.ts";

const MIDDLES_MAX = 1_024;
const US_PER_MS = 1_000;

/** How far the middle moved, ticks, above 0 upwards. */
export type BigMove = {
  readonly moveTicks: number;
  readonly isTriggered: boolean;
};

/** The middles of one instrument. */
export class MoveWatch {
  readonly #us = new Float64Array(MIDDLES_MAX);
  readonly #middles = new Float64Array(MIDDLES_MAX);
  #first = 0;
  #count = 0;
  #isArmed = true;
  /** False while the spread says nothing. */
  #isKnown = false;

  /** Forgets every middle. */
  clear(): void {
    this.#first = 0;
    this.#count = 0;
    this.#isArmed = true;
    this.#isKnown = false;
  }

  /**
   * Takes the middle after a change of the book; undefined: none, or too wide a spread. Returns the
   * move if it triggers now.
   */
  look(
    settings: BigMoveSettings,
    now: { readonly us: number; readonly middle: number | undefined },
  ): number | undefined {
    this.#isKnown = now.middle !== undefined;
    if (now.middle === undefined) return undefined;
    this.#push(now.us, now.middle);
    const move = this.#moveOf(settings, now.us);
    if (move === undefined) return undefined;
    const size = Math.abs(move);
    if (size < settings.ticks / 2) this.#isArmed = true;
    if (size < settings.ticks || !this.#isArmed) return undefined;
    this.#isArmed = false;
    return move;
  }

  /** Returns the move over the window that ends now, or undefined if it is not known. */
  read(settings: BigMoveSettings, nowUs: number): BigMove | undefined {
    const moveTicks = this.#moveOf(settings, nowUs);
    if (moveTicks === undefined) return undefined;
    return { moveTicks, isTriggered: Math.abs(moveTicks) >= settings.ticks };
  }

  #push(us: number, middle: number): void {
    const last = this.#indexOf(this.#count - 1);
    if (this.#count > 0 && this.#middles[last] === middle) return;
    if (this.#count > 0 && this.#us[last] === us) {
      this.#middles[last] = middle;
      return;
    }
    if (this.#count === MIDDLES_MAX) this.#first = (this.#first + 1) % MIDDLES_MAX;
    else this.#count += 1;
    const at = this.#indexOf(this.#count - 1);
    this.#us[at] = us;
    this.#middles[at] = middle;
  }

  #moveOf(settings: BigMoveSettings, nowUs: number): number | undefined {
    if (!this.#isKnown || this.#count === 0) return undefined;
    const fromUs = nowUs - settings.windowMs * US_PER_MS;
    let at = this.#count - 1;
    while (at > 0 && (this.#us[this.#indexOf(at)] ?? 0) > fromUs) at--;
    const isKnownThen = (this.#us[this.#indexOf(at)] ?? 0) <= fromUs || this.#count === MIDDLES_MAX;
    if (!isKnownThen) return undefined;
    const now = this.#middles[this.#indexOf(this.#count - 1)] ?? 0;
    return now - (this.#middles[this.#indexOf(at)] ?? 0);
  }

  #indexOf(at: number): number {
    return (this.#first + at) % MIDDLES_MAX;
  }
}
