/**
 * What a listing or definition means for a hot loop that is running: whether it can go on, whether
 * resting orders are gone, and what an instrument has.
 * @module
 */
import type { MarketPayloads } from "../event.ts";
import type { Instrument } from "../instrument.ts";
import { marketKey } from "./directory.ts";
import type { InstrumentLoop } from "./instrument_loop.ts";
import type { SignalSettings } from "./settings.ts";

/** True if an instrument can go on as it is: nothing changed that its books and flows count in. */
export function isSame(
  loop: InstrumentLoop,
  of: { readonly instrument: Instrument; readonly settings: SignalSettings },
): boolean {
  const { priceRule, qtyRule } = of.instrument;
  return JSON.stringify([loop.instrument.priceRule, loop.instrument.qtyRule, loop.settings]) ===
      JSON.stringify([priceRule, qtyRule, of.settings]) &&
    marketKey(loop.instrument) === marketKey(of.instrument);
}

/** A suspension and the turn in play take resting orders away. */
export function lapses(
  before: MarketPayloads["MarketDefined"],
  after: MarketPayloads["MarketDefined"],
): boolean {
  const hasStopped = before.status === "open" && after.status !== "open";
  return hasStopped || (!before.inPlay && after.inPlay);
}

/** Returns what of the hot loop an instrument has; undefined: its signals are off. */
export function capabilitiesOf(
  loop: InstrumentLoop | undefined,
): Readonly<Record<string, boolean>> {
  const isOn = loop !== undefined;
  const settings = loop?.settings;
  const isBetting = loop?.instrument.assetClass === "betting";
  return {
    best: isOn,
    best2_sum: isOn,
    spread_ticks: isOn,
    ladder_top: isOn,
    last_traded_ts_ms: isOn,
    size_ahead: isOn,
    match_rate_ema: isOn,
    pfill_ttf: isOn,
    get_mbr: isBetting,
    sweep_sniffer: settings?.sweepSniffer.on ?? false,
    big_move_trigger: settings?.bigMoveTrigger.on ?? false,
    rf_seen_recently: isBetting && (settings?.rfSeenRecently.on ?? false),
    trend_lens: settings?.trendLens.on ?? false,
  };
}
