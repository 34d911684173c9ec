/**
 * The hot loop: books by tick, queue signals and detectors, computed from the events of the
 * timeline. A machine beside the engine; derived, and pure. `hot_loop.ts` is where to begin to read.
 *
 * Definitions of every signal, with units and sources: `docs/reference/hotloop.md`.
 * @module
 */
export type { BigMove } from "./big_move.ts";
export { Calibration, type CalibrationOptions, type CalibrationResult } from "./calibration.ts";
export type { Trend } from "./detectors.ts";
export type { DiagnosticEmission, Emission, Emit, SignalEmission } from "./emission.ts";
export type { HorizonFit, ReliabilityBin } from "./horizon_fit.ts";
export { HotLoop, type HotLoopOptions, type UpdatedConfig } from "./hot_loop.ts";
export type { Passed } from "./level_flow.ts";
export { type ParsedSettings, parseHotLoopSettings } from "./parse_settings.ts";
export type { Pfill, PfillRequest } from "./pfill.ts";
export type { MarketRate, PriceOf, SideOf } from "./queries.ts";
export type { QueueLevel, QueueLevels } from "./queue_levels.ts";
export {
  DEFAULT_SETTINGS,
  DEFAULT_SIGNALS,
  type HotLoopSettings,
  QUEUE_MODELS,
  type QueueModel,
  settingsOf,
  type SignalSettings,
  TRADE_COUNTS,
  type TradeCounts,
} from "./settings.ts";
export type { Sweep } from "./sweep.ts";
export type { PlacedOrder } from "./tracking.ts";
