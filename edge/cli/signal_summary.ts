/**
 * What the settings of the hot loop come to, instrument by instrument, for `tapeline check`.
 * @module
 */
import type { Configuration } from "../../config/mod.ts";
import {
  DEFAULT_SETTINGS,
  type HotLoopSettings,
  parseHotLoopSettings,
  settingsOf,
} from "../../core/hotloop/mod.ts";

/** Returns the settings of a configuration that was checked. */
export function signalSettings({ hotloop }: Configuration): HotLoopSettings {
  const parsed = parseHotLoopSettings(hotloop);
  return parsed.ok ? parsed.settings : DEFAULT_SETTINGS;
}

/** Returns the signals of an instrument: `off`, `on`, or `on` and its detectors. */
export function signalText(settings: HotLoopSettings, instrument: string): string {
  const own = settingsOf(settings, instrument);
  if (!own.signals) return "off";
  const detectors = [
    ["sweep_sniffer", own.sweepSniffer],
    ["big_move_trigger", own.bigMoveTrigger],
    ["rf_seen_recently", own.rfSeenRecently],
    ["trend_lens", own.trendLens],
  ] as const;
  const names = detectors.filter(([, { on }]) => on).map(([name]) => name);
  return ["on", ...names].join(" ");
}

/** Returns a warning for each row that no instrument of the file fits. A feed may list others. */
export function signalWarnings(configuration: Configuration): string[] {
  const { instruments } = signalSettings(configuration);
  const names = configuration.venues.flatMap((venue) =>
    venue.instruments.map(({ symbol }) => `${venue.name}:${symbol}`)
  );
  return instruments.filter(({ pattern }) => !names.some((name) => fits(pattern, name)))
    .map(({ pattern }) => `hotloop.instruments.${pattern} fits no instrument of this file.`);
}

function fits(pattern: string, name: string): boolean {
  return pattern.endsWith("*") ? name.startsWith(pattern.slice(0, -1)) : pattern === name;
}
