/**
 * Sweeps: trades that took several levels of one side, one behind the other, within a window.
 *
 * A sweep is `minLevels` distinct levels hit within `windowMs`, of which at least `minRatio` of what
 * they displayed when they were first hit was traded, and the touch of the side stands at or beyond
 * the last of them afterwards: so nothing was left out between. It is looked for after a change of
 * the book, not after a snapshot, and said once.
 * Bound: the last `PRINTS_MAX` trades of a side are looked at.
 * @module
 */
import type { Side } from "../instrument.ts";
import type { SweepSettings } from "./settings.ts";

const PRINTS_MAX = 256;
const US_PER_MS = 1_000;

type Print = {
  readonly us: number;
  readonly price: number;
  readonly qty: number;
  readonly before: number;
};

/** A sweep that was seen. */
export type Sweep = {
  /** Side of the taker. */
  readonly side: Side;
  readonly levels: number;
  /** One-sided, quanta. */
  readonly volume: number;
  /** Share of what the levels displayed. */
  readonly ratio: number;
  readonly atUs: number;
};

/** Looks for sweeps of one side of a book. */
export class SweepWatch {
  readonly #taker: Side;
  readonly #towardsBest: 1 | -1;
  readonly #prints: Print[] = [];
  #isFresh = false;

  constructor(of: { readonly taker: Side; readonly towardsBest: 1 | -1 }) {
    this.#taker = of.taker;
    this.#towardsBest = of.towardsBest;
  }

  /** A trade took from the side. */
  print(print: Print): void {
    if (this.#prints.length === PRINTS_MAX) this.#prints.shift();
    this.#prints.push(print);
    this.#isFresh = true;
  }

  /** Forgets what was traded. */
  clear(): void {
    this.#prints.length = 0;
    this.#isFresh = false;
  }

  /** Looks after a change of the book; `best`: the side's best price now, if it has one. */
  look(
    settings: SweepSettings,
    now: { readonly us: number; readonly best: number | undefined },
  ): Sweep | undefined {
    if (!this.#isFresh) return undefined;
    this.#isFresh = false;
    const fromUs = now.us - settings.windowMs * US_PER_MS;
    while ((this.#prints[0]?.us ?? now.us) < fromUs) this.#prints.shift();
    const found = this.#sum(now);
    if (found === undefined) return undefined;
    if (found.levels < settings.minLevels || found.ratio < settings.minRatio) return undefined;
    this.#prints.length = 0;
    return found;
  }

  #sum(now: { readonly us: number; readonly best: number | undefined }): Sweep | undefined {
    const seen = new Set<number>();
    let [volume, displayed] = [0, 0];
    let last: number | undefined;
    for (const print of this.#prints) {
      volume += print.qty;
      if (seen.has(print.price)) continue;
      seen.add(print.price);
      displayed += print.before;
      if (last === undefined || (print.price - last) * this.#towardsBest < 0) last = print.price;
    }
    if (last === undefined || displayed === 0) return undefined;
    const isLeft = now.best !== undefined && (now.best - last) * this.#towardsBest > 0;
    if (isLeft) return undefined;
    const ratio = volume / displayed;
    return { side: this.#taker, levels: seen.size, volume, ratio, atUs: now.us };
  }
}
