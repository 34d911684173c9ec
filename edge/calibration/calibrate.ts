/**
 * Measures fill probabilities on recorded files and puts the figures into words: the work behind
 * `tapeline feed calibrate`.
 *
 * What decides is the files' own time.
 * @module
 */
import { toQuanta } from "../../core/decimal.ts";
import type { Draft } from "../../core/event.ts";
import {
  Calibration,
  type CalibrationResult,
  type HorizonFit,
  type HotLoopSettings,
} from "../../core/hotloop/mod.ts";
import type { Instrument } from "../../core/instrument.ts";
import { type Qty, qty } from "../../core/numbers.ts";

/** How often virtual orders join, and for which horizons they are judged. */
export const CALIBRATION_DEFAULTS = {
  everyMs: 5_000,
  horizonsMs: [1_000, 5_000, 10_000, 30_000, 60_000],
} as const;

/** What is asked. */
export type CalibrateOptions = {
  readonly files: readonly string[];
  readonly settings: HotLoopSettings;
  readonly everyMs: number;
  readonly horizonsMs: readonly number[];
  /** Quantity of a virtual order, decimal; absent: the least that an instrument takes. */
  readonly orderQty?: string;
};

/** Figures, with what they were measured on. */
export type CalibrationReport = {
  readonly files: readonly string[];
  readonly everyMs: number;
  readonly result: CalibrationResult;
};

/** Measures. `drafts`: those of all files, in order; listings before what they list. */
export function calibrate(drafts: Iterable<Draft>, options: CalibrateOptions): CalibrationReport {
  const { settings, everyMs, horizonsMs } = options;
  const orderQtyOf = (instrument: Instrument): Qty => virtualQty(instrument, options.orderQty);
  const calibration = new Calibration({ settings, everyMs, horizonsMs, orderQtyOf });
  for (const draft of drafts) calibration.apply(draft);
  return { files: options.files, everyMs, result: calibration.result() };
}

/** Returns the figures as a plain map with snake_case keys. */
export function calibrationJson(report: CalibrationReport): Readonly<Record<string, unknown>> {
  const { result } = report;
  return {
    files: report.files,
    every_ms: report.everyMs,
    instruments: result.instruments,
    orders_placed: result.ordersPlaced,
    orders_lapsed: result.ordersLapsed,
    orders_filled: result.ordersFilled,
    horizons: result.horizons.map(horizonJson),
  };
}

/** Returns lines for a terminal: a sentence, then a row for each horizon. */
export function calibrationRows(report: CalibrationReport): readonly (readonly string[])[] {
  const head = ["horizon", "orders", "filled", "Brier", "skill", "error", "exponential"];
  const rows = report.result.horizons.map((fit) => [
    horizonText(fit.horizonMs),
    String(fit.samples),
    percent(fit.baseRate),
    decimals(fit.brier, 4),
    decimals(fit.skill, 3),
    decimals(fit.skillError, 3),
    decimals(fit.exponentialSkill, 3),
  ]);
  return [head, ...rows];
}

/** Returns a horizon as people say it. */
export function horizonText(ms: number): string {
  return ms < 1_000 ? `${ms} ms` : `${ms / 1_000} s`;
}

/** Returns a share as a percentage, or a dash. */
export function percent(share: number | null): string {
  return share === null ? "–" : `${(share * 100).toFixed(1)} %`;
}

/** Returns a figure with so many decimals, or a dash. */
export function decimals(figure: number | null, places: number): string {
  return figure === null ? "–" : figure.toFixed(places);
}

function horizonJson(fit: HorizonFit): Readonly<Record<string, unknown>> {
  return {
    horizon_ms: fit.horizonMs,
    samples: fit.samples,
    base_rate: fit.baseRate,
    brier: fit.brier,
    skill: fit.skill,
    skill_error: fit.skillError,
    exponential_skill: fit.exponentialSkill,
    bins: fit.bins.map((bin) => ({
      from: bin.from,
      to: bin.to,
      count: bin.count,
      mean_p: bin.meanP,
      mean_outcome: bin.meanOutcome,
    })),
  };
}

/** A quantity finer than the instrument counts is the least that it takes. */
function virtualQty({ qtyRule }: Instrument, decimal: string | undefined): Qty {
  const least = Math.max(qtyRule.minQuanta, qtyRule.stepQuanta);
  const asked = decimal === undefined ? undefined : toQuanta(decimal, qtyRule.scale);
  return qty(asked === undefined || asked <= 0 ? least : asked);
}
