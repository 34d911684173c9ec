/**
 * What readers of captures share: counting, and telling what they leave out.
 * @module
 */
import type { Draft, Levels } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import { px, qty } from "../../core/numbers.ts";
import type { Px, Qty } from "../../core/numbers.ts";
import { LineError } from "./capture_line.ts";
import type { CaptureOptions } from "./capture_reader.ts";
import { emptySummary } from "./capture_summary.ts";
import type { CaptureSummary } from "./capture_summary.ts";
import { priceQuantaOf, quantaOf } from "./venue_decimal.ts";

/** So many different things that are left out are told. */
const UNKNOWN_MAX = 100;

/** Counts and problems of one reader. */
export class CaptureNotes {
  readonly summary: CaptureSummary = emptySummary();
  readonly problem: CaptureOptions["problem"];
  readonly #unknown = new Set<string>();

  constructor({ problem }: Pick<CaptureOptions, "problem">) {
    this.problem = problem;
  }

  /**
   * Runs the reading of one line. If it cannot be read, that is a problem, and gives what `lose` makes
   * of the reason: nothing, where it is left out.
   */
  line(place: string, read: () => Draft[], lose?: (reason: string) => Draft[]): Draft[] {
    this.summary.lines++;
    try {
      return read();
    } catch (error) {
      if (!(error instanceof LineError)) throw error;
      this.summary.badLines++;
      const reason = `${place}: ${error.message}`;
      this.problem(reason);
      return lose?.(reason) ?? [];
    }
  }

  /** Counts what is left out; each kind is told once. */
  ignore(what: string, place: string): Draft[] {
    if (this.#unknown.size < UNKNOWN_MAX && !this.#unknown.has(what)) {
      this.#unknown.add(what);
      this.problem(`${place}: ${what} is not used by this feed and is left out`);
    }
    return this.pass();
  }

  /** Counts a line in which nothing is for a feed, as an empty one or one of the recorder's own. */
  pass(): Draft[] {
    this.summary.ignored++;
    return [];
  }
}

/** Returns price and quantity of a level in quanta. @throws {LineError} If they are finer, or too large. */
export function levelOf(
  [price, size]: readonly [string, string],
  instrument: Instrument,
): [Px, Qty] {
  const priceQuanta = priceQuantaOf(price, instrument.priceRule.scale);
  const sizeQuanta = quantaOf(size, instrument.qtyRule.scale);
  if (priceQuanta === undefined || sizeQuanta === undefined || sizeQuanta < 0) {
    throw new LineError(
      `Cannot read a level of ${instrument.name}: price and quantity must be decimals of at most ` +
        `${instrument.priceRule.scale} and ${instrument.qtyRule.scale} places, the price within ` +
        `2^52 quanta: was ${price} and ${size}`,
    );
  }
  return [px(priceQuanta), qty(sizeQuanta)];
}

/** Returns levels in quanta, flat. @throws {LineError} If one is finer than a quantum, or too large. */
export function levelsOf(
  levels: readonly (readonly [string, string])[],
  instrument: Instrument,
): Levels {
  const flat: number[] = [];
  for (const level of levels) flat.push(...levelOf(level, instrument));
  return flat;
}
