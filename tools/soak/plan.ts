/**
 * What a soak does: a trading day's events within an hour, and how often what comes round in a day
 * or a week comes round in that time.
 *
 * A day here is 1 450 000 market events and 200 000 intents: twenty instruments of which each
 * changes about every 1.2 seconds, and six strategies of which each acts every 2.6. An hour
 * of soak has as many, so it goes at 24 times the pace of the day; a shorter one keeps the pace and
 * has fewer. Rhythms are parts of the run, so that they come round in any: market data is
 * kept, and finished orders are remembered, for a twelfth of it; a reload comes twenty times.
 * Known limit: `intent_horizon_ms` is a minute at least, so runs below two minutes retire nothing.
 * @module
 */
import { stringify } from "yaml";

/** Intents of all traders, a second: 200 000 an hour. */
export const INTENTS_PER_SECOND = 200_000 / 3_600;
/** Strategies at work. */
export const TRADERS = 6;
/** Instruments with a generated market; each makes some twenty events a second. */
const INSTRUMENTS = 20;
/** Events between checkpoints: twice a minute. */
const CHECKPOINT_EVENTS = 20_000;
const SEGMENT_BYTES = 4_194_304;
/** Bound of what may wait for a client that does not read: small, so that the bound is met. */
const REPORT_BUFFER_BYTES = 65_536;
const HORIZON_MS_MIN = 60_000;
const RETENTION_HOURS_MIN = 0.01;
const MS_PER_HOUR = 3_600_000;
/** Part of the run for which market data is kept, and finished orders are remembered. */
const RHYTHM = 1 / 12;

/** What one run does, and when. Times in milliseconds. */
export type Plan = {
  readonly durationMs: number;
  /** Between two samples. */
  readonly sampleMs: number;
  readonly marketRetentionHours: number;
  readonly intentHorizonMs: number;
  readonly reloadMs: number;
  /** Between two visits of the slow consumer. */
  readonly slowMs: number;
  /** Mean time for which a trader stays connected. */
  readonly sessionMs: number;
  /** Between two runs of `journal stat`. */
  readonly statMs: number;
};

/** Returns the plan of a run of so many minutes. */
export function planOf(minutes: number): Plan {
  const durationMs = Math.round(minutes * 60_000);
  return {
    durationMs,
    sampleMs: between({ least: 500, value: durationMs / 300, most: 5_000 }),
    marketRetentionHours: Math.max(RETENTION_HOURS_MIN, durationMs * RHYTHM / MS_PER_HOUR),
    intentHorizonMs: Math.max(HORIZON_MS_MIN, Math.round(durationMs * RHYTHM)),
    reloadMs: Math.max(4_000, durationMs / 20),
    slowMs: Math.max(8_000, durationMs / 12),
    sessionMs: Math.max(5_000, durationMs / 20),
    statMs: Math.max(6_000, durationMs / 8),
  };
}

/** Instruments with a generated market, `venue:symbol`. */
export function instruments(): readonly string[] {
  return symbols().map((symbol) => `paper:${symbol}`);
}

/** The instrument whose market data a client publishes. */
export const PUBLISHED = "published:PUB/USDT";

/** Returns the text of the configuration. `halfLifeS` is what reloads change. */
export function soakConfiguration(plan: Plan, halfLifeS: number): string {
  const { marketRetentionHours, intentHorizonMs } = plan;
  return stringify({
    mode: "paper",
    wire: { port: 0, heartbeat_ms: 1_000, report_buffer_bytes: REPORT_BUFFER_BYTES },
    engine: { intent_horizon_ms: intentHorizonMs },
    journal: {
      segment_bytes: SEGMENT_BYTES,
      checkpoint_events: CHECKPOINT_EVENTS,
      market_retention_hours: marketRetentionHours,
    },
    metrics: { port: 0 },
    hotloop: { half_life_s: halfLifeS },
    venues: [generated(), published()],
  });
}

function symbols(): readonly string[] {
  return Array.from({ length: INSTRUMENTS }, (_, at) => `S${String(at + 1).padStart(2, "0")}/USDT`);
}

function generated(): Readonly<Record<string, unknown>> {
  const traded = symbols().map(instrument);
  const held = traded.map(({ base }) => ({ currency: base, total: "1000000000" }));
  return {
    name: "paper",
    exchange: "paper",
    feed: { kind: "generator", seed: 7 },
    balances: [{ currency: "USDT", total: "1000000000000" }, ...held],
    instruments: traded,
  };
}

function published(): Readonly<Record<string, unknown>> {
  return {
    name: "published",
    exchange: "published",
    feed: { kind: "client" },
    balances: [{ currency: "USDT", total: "1000000" }],
    instruments: [instrument(PUBLISHED.split(":")[1] ?? "")],
  };
}

type InstrumentRow = { readonly base: string } & Readonly<Record<string, unknown>>;

function instrument(symbol: string): InstrumentRow {
  const [base = "", quote = ""] = symbol.split("/");
  const grid = { price: { quantum: "0.01" }, quantity: { quantum: "0.0001" } };
  return { symbol, base, quote, ...grid, start_price: "1000" };
}

function between(
  of: { readonly least: number; readonly value: number; readonly most: number },
): number {
  return Math.round(Math.min(of.most, Math.max(of.least, of.value)));
}
