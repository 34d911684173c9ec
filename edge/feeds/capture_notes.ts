/**
 * What readers of captures share: counting, and telling what they leave out.
 * @module
 */
import type { Draft, Levels } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import { px, qty } from "../../core/numbers.ts";
import type { Px, Qty } from "../../core/numbers.ts";
import { cutText } from "../../core/cut_text.ts";
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

/** What a message holds, by name. */
export type Fields = { readonly [key: string]: unknown };

/** Reads JSON. @throws {LineError} If it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new LineError(`Cannot read a message: it must be JSON: was ${cutText(text, 80)}`, {
      cause: error,
    });
  }
}

/** Returns the value as an object. @throws {LineError} If it is none. */
export function fieldsOf(value: unknown, path: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw mismatch(path, "an object", value);
}

/** Returns the value as a list. @throws {LineError} If it is none. */
export function listOf(value: unknown, path: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw mismatch(path, "a list", value);
}

/** Returns the value as text. @throws {LineError} If it is none. */
export function textOf(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  throw mismatch(path, "a text", value);
}

/** Returns the value as an integer. @throws {LineError} If it is none from 0 up. */
export function integerOf(value: unknown, path: string): number {
  if (typeof value === "number" && Number.isSafeInteger(value) && value >= 0) return value;
  throw mismatch(path, "an integer >= 0", value);
}

function mismatch(path: string, rule: string, value: unknown): LineError {
  const seen = cutText(JSON.stringify(value) ?? "absent", 80);
  return new LineError(`Cannot read a message: ${path} must be ${rule}: was ${seen}`);
}
