/**
 * Proves that the hot loop takes settings whole or not at all (R-HOT-4): each unknown key and each
 * value out of range is named by its path.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  DEFAULT_SETTINGS,
  DEFAULT_SIGNALS,
  parseHotLoopSettings,
  settingsOf,
} from "../../../core/hotloop/mod.ts";

function problemsOf(map: unknown): readonly string[] {
  const parsed = parseHotLoopSettings(map);
  return parsed.ok ? [] : parsed.problems;
}

Deno.test("parseHotLoopSettings() gives the defaults for nothing", () => {
  deepStrictEqual(parseHotLoopSettings(undefined), { ok: true, settings: DEFAULT_SETTINGS });
  deepStrictEqual(parseHotLoopSettings({}), { ok: true, settings: DEFAULT_SETTINGS });
});

Deno.test("parseHotLoopSettings() lets a row say only what differs, of the nearest pattern", () => {
  const parsed = parseHotLoopSettings({
    half_life_s: 20,
    instruments: {
      "a:*": { cancel_weight: 0 },
      "a:b*": { signals: false },
      "a:bc": { trend_lens: { on: true } },
    },
  });
  if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
  const { settings } = parsed;
  deepStrictEqual(settingsOf(settings, "x:y"), { ...DEFAULT_SIGNALS, halfLifeS: 20 });
  strictEqual(settingsOf(settings, "a:x").cancelWeight, 0);
  strictEqual(settingsOf(settings, "a:x").halfLifeS, 20);
  ok(!settingsOf(settings, "a:bd").signals);
  deepStrictEqual(settingsOf(settings, "a:bc").trendLens, {
    ...DEFAULT_SIGNALS.trendLens,
    on: true,
  });
});

const REFUSED: readonly (readonly [unknown, readonly string[]])[] = [
  [7, ["hotloop must be a map: was 7"]],
  [{ half_life: 3 }, [
    "hotloop.half_life must be a known key (signals, half_life_s, cancel_weight, min_obs_s, " +
    "max_ttf_ms, latency_ms, queue_model, trade_counts, sweep_sniffer, big_move_trigger, " +
    "rf_seen_recently, trend_lens, instruments): was half_life",
  ]],
  [{ half_life_s: 0 }, ["hotloop.half_life_s must be a number 0.1 to 86400: was 0"]],
  [{ half_life_s: NaN }, ["hotloop.half_life_s must be a number 0.1 to 86400: was NaN"]],
  [{ max_ttf_ms: 1.5 }, ["hotloop.max_ttf_ms must be an integer 1 to 86400000: was 1.5"]],
  [{ queue_model: "best" }, [
    "hotloop.queue_model must be one of prob, riskaverse, flumine: was best",
  ]],
  [{ trade_counts: "one" }, ["hotloop.trade_counts must be one of taker, both: was one"]],
  [{ sweep_sniffer: { on: 1, level: 3 } }, [
    "hotloop.sweep_sniffer.on must be true or false: was 1",
    "hotloop.sweep_sniffer.level must be a known key (on, window_ms, min_levels, min_ratio): " +
    "was level",
  ]],
  [{ big_move_trigger: [] }, ["hotloop.big_move_trigger must be a map: was []"]],
  [{ trend_lens: { fast_half_life_s: 40 } }, [
    "hotloop.trend_lens must be slower in slow_half_life_s than in fast_half_life_s: was 30",
  ]],
  [{ instruments: { "a:b": { cancel_weight: 2 } } }, [
    "hotloop.instruments.a:b.cancel_weight must be a number 0 to 1: was 2",
  ]],
];
for (const [map, expected] of REFUSED) {
  Deno.test(`parseHotLoopSettings() refuses ${JSON.stringify(map)}`, () => {
    deepStrictEqual(problemsOf(map), expected);
  });
}
