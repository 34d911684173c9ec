/**
 * Settings of the hot loop: what they are, what they mean, and their defaults.
 * @module
 */
import type { AssetClass } from "../instrument.ts";

/**
 * How the place of an order in its queue is followed. `prob`: a decrease that no trade explains was
 * ahead or behind in proportion to the sizes there; `riskaverse`: it was behind as long as it can
 * have been; `flumine`: half of what the venue counts as traded, cancels never.
 */
export const QUEUE_MODELS = ["prob", "riskaverse", "flumine"] as const;
export type QueueModel = (typeof QUEUE_MODELS)[number];

/** What the volume of a trade counts: the taker's quantity, or what both sides staked. */
export const TRADE_COUNTS = ["taker", "both"] as const;
export type TradeCounts = (typeof TRADE_COUNTS)[number];

/** Trades that took several levels in one direction within a window. */
export type SweepSettings = {
  readonly on: boolean;
  readonly windowMs: number;
  readonly minLevels: number;
  /** Least share of what those levels displayed before. */
  readonly minRatio: number;
};

/** The middle of the book moved far within a window. */
export type BigMoveSettings = {
  readonly on: boolean;
  readonly ticks: number;
  readonly windowMs: number;
  /** Above this spread the middle says nothing. */
  readonly maxSpreadTicks: number;
};

/** A runner of the market was removed. */
export type RemovalSettings = {
  readonly on: boolean;
  readonly windowMs: number;
  /** Least reduction factor that counts where one runner wins, millionths. */
  readonly minReductionPpm: number;
  /** The same where several places are paid. */
  readonly minReductionPlacePpm: number;
};

/** Slope of the middle, and the weight of the two sides. */
export type TrendSettings = {
  readonly on: boolean;
  readonly fastHalfLifeS: number;
  readonly slowHalfLifeS: number;
  /** Below this distance of the two averages there is no direction. */
  readonly deadBandTicks: number;
};

/** Settings of one instrument. */
export type SignalSettings = {
  /** False: nothing is computed for the instrument. */
  readonly signals: boolean;
  /** Half-life of the rates of trades and cancels, seconds. */
  readonly halfLifeS: number;
  /** Share of cancels that counts as moving the queue. */
  readonly cancelWeight: number;
  /** A level that was seen for less says nothing, seconds. */
  readonly minObsS: number;
  /** A longer time to fill is given as this, milliseconds. */
  readonly maxTtfMs: number;
  /** How long an order takes to the venue, milliseconds: added where it would trade at once. */
  readonly latencyMs: number;
  readonly queueModel: QueueModel;
  /** null: as the class of the instrument has it. */
  readonly tradeCounts: TradeCounts | null;
  readonly sweepSniffer: SweepSettings;
  readonly bigMoveTrigger: BigMoveSettings;
  readonly rfSeenRecently: RemovalSettings;
  readonly trendLens: TrendSettings;
};

/** Settings by instrument: the first row whose pattern fits, exact names before prefixes. */
export type HotLoopSettings = {
  readonly defaults: SignalSettings;
  /** `pattern`: a name `venue:symbol`, or a prefix of names that ends in `*`. */
  readonly instruments: readonly { readonly pattern: string; readonly settings: SignalSettings }[];
};

/** What holds where nothing is configured: signals on, detectors off. */
export const DEFAULT_SIGNALS: SignalSettings = {
  signals: true,
  halfLifeS: 30,
  cancelWeight: 0.25,
  minObsS: 5,
  maxTtfMs: 600_000,
  latencyMs: 0,
  queueModel: "prob",
  tradeCounts: null,
  sweepSniffer: { on: false, windowMs: 500, minLevels: 3, minRatio: 0.8 },
  bigMoveTrigger: { on: false, ticks: 6, windowMs: 2_000, maxSpreadTicks: 10 },
  rfSeenRecently: {
    on: false,
    windowMs: 60_000,
    minReductionPpm: 25_000,
    minReductionPlacePpm: 40_000,
  },
  trendLens: { on: false, fastHalfLifeS: 5, slowHalfLifeS: 30, deadBandTicks: 1 },
};

/** Defaults for every instrument. */
export const DEFAULT_SETTINGS: HotLoopSettings = { defaults: DEFAULT_SIGNALS, instruments: [] };

/** Returns the settings of an instrument. */
export function settingsOf(settings: HotLoopSettings, name: string): SignalSettings {
  let found = settings.defaults;
  let length = 0;
  for (const { pattern, settings: row } of settings.instruments) {
    if (pattern === name) return row;
    const prefix = pattern.endsWith("*") ? pattern.slice(0, -1) : undefined;
    if (prefix === undefined || !name.startsWith(prefix) || pattern.length <= length) continue;
    found = row;
    length = pattern.length;
  }
  return found;
}

/** Returns what the volume of a trade counts. Betting exchanges count the stakes of both sides. */
export function tradeCountsOf(settings: SignalSettings, assetClass: AssetClass): TradeCounts {
  return settings.tradeCounts ?? (assetClass === "betting" ? "both" : "taker");
}
