/**
 * Reads the settings of the hot loop from a plain map, whole: every unknown key and every value out
 * of range is a problem, and with a problem nothing is taken.
 *
 * Keys are snake_case, as configuration and `update_config` write them. What a row of `instruments`
 * does not say is as the defaults beside it.
 * @module
 */
import {
  type BigMoveSettings,
  DEFAULT_SIGNALS,
  type HotLoopSettings,
  QUEUE_MODELS,
  type RemovalSettings,
  type SignalSettings,
  type SweepSettings,
  TRADE_COUNTS,
  type TrendSettings,
} from "./settings.ts";

/** Most rows of `instruments`. */
const ROWS_MAX = 10_000;

/** Settings, or every problem: `<path> must be <rule>: was <value>`. */
export type ParsedSettings =
  | { readonly ok: true; readonly settings: HotLoopSettings }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the whole map; undefined or `{}`: the defaults. */
export function parseHotLoopSettings(map: unknown): ParsedSettings {
  const problems: string[] = [];
  const at = new Fields(map ?? {}, { path: "hotloop", problems });
  const defaults = readSignals(at, DEFAULT_SIGNALS);
  const rows = at.child("instruments");
  const names = rows.names();
  if (names.length > ROWS_MAX) rows.refuse(`at most ${ROWS_MAX} rows`, names.length);
  const instruments = names.slice(0, ROWS_MAX).map((pattern) => {
    const row = rows.child(pattern);
    const settings = readSignals(row, defaults);
    row.end();
    return { pattern, settings };
  });
  at.end();
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, settings: { defaults, instruments } };
}

function readSignals(at: Fields, base: SignalSettings): SignalSettings {
  return {
    signals: at.flag("signals", base.signals),
    halfLifeS: at.number("half_life_s", { from: 0.1, to: 86_400, base: base.halfLifeS }),
    cancelWeight: at.number("cancel_weight", { from: 0, to: 1, base: base.cancelWeight }),
    minObsS: at.number("min_obs_s", { from: 0, to: 3_600, base: base.minObsS }),
    maxTtfMs: at.integer("max_ttf_ms", { from: 1, to: 86_400_000, base: base.maxTtfMs }),
    latencyMs: at.integer("latency_ms", { from: 0, to: 60_000, base: base.latencyMs }),
    queueModel: at.word("queue_model", QUEUE_MODELS, base.queueModel),
    tradeCounts: at.word("trade_counts", TRADE_COUNTS, base.tradeCounts),
    sweepSniffer: readSweep(at.child("sweep_sniffer"), base.sweepSniffer),
    bigMoveTrigger: readBigMove(at.child("big_move_trigger"), base.bigMoveTrigger),
    rfSeenRecently: readRemovals(at.child("rf_seen_recently"), base.rfSeenRecently),
    trendLens: readTrend(at.child("trend_lens"), base.trendLens),
  };
}

function readSweep(at: Fields, base: SweepSettings): SweepSettings {
  const read = {
    on: at.flag("on", base.on),
    windowMs: at.integer("window_ms", { from: 1, to: 60_000, base: base.windowMs }),
    minLevels: at.integer("min_levels", { from: 2, to: 100, base: base.minLevels }),
    minRatio: at.number("min_ratio", { from: 0, to: 10, base: base.minRatio }),
  };
  at.end();
  return read;
}

function readBigMove(at: Fields, base: BigMoveSettings): BigMoveSettings {
  const read = {
    on: at.flag("on", base.on),
    ticks: at.number("ticks", { from: 0.5, to: 1_000_000, base: base.ticks }),
    windowMs: at.integer("window_ms", { from: 1, to: 600_000, base: base.windowMs }),
    maxSpreadTicks: at.integer("max_spread_ticks", {
      from: 1,
      to: 1_000_000,
      base: base.maxSpreadTicks,
    }),
  };
  at.end();
  return read;
}

function readRemovals(at: Fields, base: RemovalSettings): RemovalSettings {
  const read = {
    on: at.flag("on", base.on),
    windowMs: at.integer("window_ms", { from: 1, to: 86_400_000, base: base.windowMs }),
    minReductionPpm: at.integer("min_reduction_ppm", {
      from: 0,
      to: 1_000_000,
      base: base.minReductionPpm,
    }),
    minReductionPlacePpm: at.integer("min_reduction_place_ppm", {
      from: 0,
      to: 1_000_000,
      base: base.minReductionPlacePpm,
    }),
  };
  at.end();
  return read;
}

function readTrend(at: Fields, base: TrendSettings): TrendSettings {
  const read = {
    on: at.flag("on", base.on),
    fastHalfLifeS: at.number("fast_half_life_s", {
      from: 0.1,
      to: 3_600,
      base: base.fastHalfLifeS,
    }),
    slowHalfLifeS: at.number("slow_half_life_s", {
      from: 0.1,
      to: 86_400,
      base: base.slowHalfLifeS,
    }),
    deadBandTicks: at.number("dead_band_ticks", { from: 0, to: 10_000, base: base.deadBandTicks }),
  };
  if (read.slowHalfLifeS <= read.fastHalfLifeS) {
    at.refuse("slower in slow_half_life_s than in fast_half_life_s", read.slowHalfLifeS);
  }
  at.end();
  return read;
}

type Range = { readonly from: number; readonly to: number; readonly base: number };

/** One map, read key by key; what was not asked for at the end is a problem. */
class Fields {
  readonly #entries: Map<string, unknown>;
  readonly #known: string[] = [];
  readonly #path: string;
  readonly #problems: string[];

  constructor(map: unknown, of: { readonly path: string; readonly problems: string[] }) {
    this.#path = of.path;
    this.#problems = of.problems;
    this.#entries = entriesOf(map);
    if (typeof map !== "object" || map === null || Array.isArray(map)) this.refuse("a map", map);
  }

  refuse(rule: string, was: unknown): void {
    this.#problems.push(`${this.#path} must be ${rule}: was ${shown(was)}`);
  }

  /** Keys that are left, sorted. */
  names(): readonly string[] {
    return [...this.#entries.keys()].sort();
  }

  child(key: string): Fields {
    return new Fields(this.#take(key) ?? {}, {
      path: `${this.#path}.${key}`,
      problems: this.#problems,
    });
  }

  flag(key: string, base: boolean): boolean {
    const value = this.#take(key);
    if (value === undefined) return base;
    if (typeof value === "boolean") return value;
    this.#wrong(key, { rule: "true or false", value });
    return base;
  }

  number(key: string, { from, to, base }: Range): number {
    const value = this.#take(key);
    if (value === undefined) return base;
    if (typeof value === "number" && value >= from && value <= to) return value;
    this.#wrong(key, { rule: `a number ${from} to ${to}`, value });
    return base;
  }

  integer(key: string, { from, to, base }: Range): number {
    const value = this.#take(key);
    if (value === undefined) return base;
    if (Number.isSafeInteger(value) && typeof value === "number" && value >= from && value <= to) {
      return value;
    }
    this.#wrong(key, { rule: `an integer ${from} to ${to}`, value });
    return base;
  }

  word<Word extends string, Base extends Word | null>(
    key: string,
    words: readonly Word[],
    base: Base,
  ): Word | Base {
    const value = this.#take(key);
    if (value === undefined) return base;
    const found = words.find((word) => word === value);
    if (found !== undefined) return found;
    this.#wrong(key, { rule: `one of ${words.join(", ")}`, value });
    return base;
  }

  /** Every key was asked for, or it is a problem. */
  end(): void {
    const rule = `a known key (${this.#known.join(", ")})`;
    for (const key of this.names()) this.#wrong(key, { rule, value: key });
  }

  #take(key: string): unknown {
    const value = this.#entries.get(key);
    this.#entries.delete(key);
    this.#known.push(key);
    return value;
  }

  #wrong(key: string, of: { readonly rule: string; readonly value: unknown }): void {
    this.#problems.push(`${this.#path}.${key} must be ${of.rule}: was ${shown(of.value)}`);
  }
}

function entriesOf(map: unknown): Map<string, unknown> {
  const entries = new Map<string, unknown>();
  if (typeof map !== "object" || map === null || Array.isArray(map)) return entries;
  for (const key of Reflect.ownKeys(map)) {
    if (typeof key === "string") entries.set(key, Reflect.get(map, key));
  }
  return entries;
}

function shown(value: unknown): string {
  const text = typeof value === "object" ? JSON.stringify(value) : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
