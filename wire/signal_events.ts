/**
 * Signals of the hot loop as events of the channel `signal`.
 *
 * `queue` holds, level by level, what every answer about queues is made of, so that a client answers
 * `size_ahead`, `match_rate_ema` and `pfill_ttf` itself and to the bit; it comes with every change.
 * The single values (`best2_sum`, `spread_ticks`, `last_traded_ts_ms`, `get_mbr`) come when they
 * change, the detectors' news when there is any. Where signals went off, a `queue` that is null is
 * said once, and nothing more; what was said before counts no longer.
 *
 * Ordering: texts are made while the state is the one after their event.
 * Bound: one remembered text per single value of each instrument that is watched.
 * @module
 */
import { fromQuanta, fromUnits } from "../core/decimal.ts";
import type { Passed, QueueLevel, QueueLevels, SignalEmission } from "../core/hotloop/mod.ts";
import type { Instrument } from "../core/instrument.ts";
import type { InstrumentId } from "../core/numbers.ts";
import type { View } from "../core/view.ts";
import type { HotLoopView, SignalSource } from "./backend.ts";
import { type ChannelEvent, type Concerned, once, wrap } from "./channel_event.ts";
import type { EventKey } from "./event_queue.ts";

/** One signal of an instrument; `payload` is `{name, value, args}` as JSON text. */
export type Signal = {
  readonly name: string;
  /** Under which a slow reader's signals replace each other; undefined: they never do. */
  readonly key: EventKey | undefined;
  readonly payload: (depth: number) => string;
};

/** Turns the state of the hot loop into signals; shared by all sessions. */
export class SignalEvents {
  readonly #source: SignalSource;
  /** Single values as they were said last; of instruments of which nothing was said there is no row. */
  readonly #said = new Map<InstrumentId, Map<EventKey, string>>();

  constructor(source: SignalSource) {
    this.#source = source;
  }

  /** Returns what the newest event changed in an instrument. */
  news(instrument: Instrument): readonly Signal[] {
    const { id } = instrument;
    if (!this.#covers(id)) return this.#said.delete(id) ? [this.queue(instrument)] : [];
    const said = this.#saidOf(id);
    const changed = this.#single(instrument).filter(({ key, payload }) => {
      if (key === undefined) return true;
      const text = payload(0);
      if (said.get(key) === text) return false;
      said.set(key, text);
      return true;
    });
    return [...this.#emitted(instrument), ...changed, this.queue(instrument)];
  }

  /** Returns everything as it is now, for one who begins to watch; nothing while signals are off. */
  now(instrument: Instrument): readonly Signal[] {
    const { id } = instrument;
    this.#said.delete(id); // they may have gone off while nobody watched: then there is no end to tell
    if (!this.#covers(id)) return [];
    const single = this.#single(instrument);
    const said = this.#saidOf(id);
    // Whoever watches from now on is told of changes against this.
    for (const { key, payload } of single) if (key !== undefined) said.set(key, payload(0));
    return [...single, this.queue(instrument)];
  }

  /** Returns the queues of an instrument as they are now. */
  queue(instrument: Instrument): Signal {
    const texts = new Map<number, string>();
    return {
      name: "queue",
      key: queueKey(instrument.id),
      payload: (depth) => {
        const known = texts.get(depth);
        if (known !== undefined) return known;
        const text = queuePayload(this.#source.hotLoop, { instrument, depth });
        texts.set(depth, text);
        return text;
      },
    };
  }

  #covers(id: InstrumentId): boolean {
    return this.#source.hotLoop.capabilities(id)["best"] === true;
  }

  #saidOf(id: InstrumentId): Map<EventKey, string> {
    const known = this.#said.get(id);
    if (known !== undefined) return known;
    const said = new Map<EventKey, string>();
    this.#said.set(id, said);
    return said;
  }

  #emitted({ id, qtyRule }: Instrument): readonly Signal[] {
    return this.#source.emissions.filter(({ instrument }) => instrument === id)
      .map((emission): Signal => {
        const text = emissionPayload(emission, qtyRule.scale);
        return { name: emission.name, key: undefined, payload: () => text };
      });
  }

  #single({ id, qtyRule }: Instrument): readonly Signal[] {
    const { hotLoop } = this.#source;
    const sum = (side: "Buy" | "Sell"): string =>
      fromQuanta(hotLoop.best2Sum(id, { side }), qtyRule.scale);
    return [
      single(id, "best2_sum", { value: sum("Buy"), args: { side: "Buy" } }),
      single(id, "best2_sum", { value: sum("Sell"), args: { side: "Sell" } }),
      single(id, "spread_ticks", { value: hotLoop.spreadTicks(id), args: {} }),
      single(id, "last_traded_ts_ms", { value: hotLoop.lastTradedTsMs(id), args: {} }),
      single(id, "get_mbr", { value: hotLoop.getMbr(id), args: {} }),
    ];
  }
}

/** Returns a signal as subscribers see it, caused by `event`. */
export function signalEvent(event: Concerned, view: View, signal: Signal): ChannelEvent {
  const { key, payload } = signal;
  if (signal.name !== "queue") {
    return { ...once(event, view, { channel: "signal", payload: payload(0) }), key };
  }
  return {
    channel: "signal",
    seq: event.seqId,
    venue: event.venue,
    instrument: event.instrument,
    key,
    isSampled: true,
    text: (depth) => wrap(event, view, { channel: "signal", payload: payload(depth) }),
  };
}

/** Returns the key of an instrument's queues. */
function queueKey(instrument: InstrumentId): EventKey {
  return `signal ${instrument} queue`;
}

type Told = { readonly value: unknown; readonly args: Readonly<Record<string, unknown>> };

function single(id: InstrumentId, name: string, { value, args }: Told): Signal {
  const text = JSON.stringify({ name, value, args });
  const side = args["side"] === undefined ? "" : ` ${args["side"]}`;
  return { name, key: `signal ${id} ${name}${side}`, payload: () => text };
}

function emissionPayload({ name, value, args }: SignalEmission, qtyScale: number): string {
  const { volume } = args;
  if (typeof volume !== "number") return JSON.stringify({ name, value, args });
  return JSON.stringify({ name, value, args: { ...args, volume: volumeText(volume, qtyScale) } });
}

function queuePayload(
  hotLoop: HotLoopView,
  of: { readonly instrument: Instrument; readonly depth: number },
): string {
  const { instrument, depth } = of;
  const queues = hotLoop.queueLevels(instrument.id, { depth });
  const value = queues === null ? null : queueValue(hotLoop, { instrument, queues });
  return JSON.stringify({ name: "queue", value, args: { depth } });
}

function queueValue(
  hotLoop: HotLoopView,
  of: { readonly instrument: Instrument; readonly queues: QueueLevels },
): Readonly<Record<string, unknown>> {
  const { instrument, queues: { settings, market, ...queues } } = of;
  return {
    now_us: queues.nowUs,
    is_fresh: queues.isFresh,
    best_bid_is: queues.isBidHighest ? "highest" : "lowest",
    qty_scale: instrument.qtyRule.scale,
    status: market.status,
    bet_delay_ms: market.betDelayMs,
    is_passive_free: market.isPassiveFree,
    latency_ms: settings.latencyMs,
    min_obs_s: settings.minObsS,
    max_ttf_ms: settings.maxTtfMs,
    spread_ticks: hotLoop.spreadTicks(instrument.id),
    last_traded_ts_ms: hotLoop.lastTradedTsMs(instrument.id),
    get_mbr: hotLoop.getMbr(instrument.id),
    effective_mbr: hotLoop.marketRate(instrument.id)?.effective ?? null,
    detectors: detectorsOf(hotLoop, instrument),
    near: passedRow(queues.near.passed),
    near_weight: queues.near.share,
    touch_sweeps: queues.near.sweeps,
    touch_life_s: queues.near.lifeS,
    bids: queues.bids.map((level) => levelRow(level, instrument)),
    asks: queues.asks.map((level) => levelRow(level, instrument)),
  };
}

/** Returns what each detector that is on would answer now; null: nothing. */
function detectorsOf(
  hotLoop: HotLoopView,
  { id, qtyRule }: Instrument,
): Readonly<Record<string, unknown>> {
  const isOn = hotLoop.capabilities(id);
  const detectors: Record<string, unknown> = {};
  if (isOn["sweep_sniffer"] === true) {
    const sweep = hotLoop.sweepSniffer(id);
    detectors["sweep_sniffer"] = sweep && {
      side: sweep.side,
      levels: sweep.levels,
      volume: volumeText(sweep.volume, qtyRule.scale),
      ratio: sweep.ratio,
      at_us: sweep.atUs,
    };
  }
  if (isOn["big_move_trigger"] === true) {
    const move = hotLoop.bigMoveTrigger(id);
    detectors["big_move_trigger"] = move &&
      { move_ticks: move.moveTicks, is_triggered: move.isTriggered };
  }
  if (isOn["rf_seen_recently"] === true) {
    const removal = hotLoop.rfSeenRecently(id);
    detectors["rf_seen_recently"] = removal &&
      { runner: removal.runner, reduction_ppm: removal.reductionPpm, at_us: removal.atUs };
  }
  if (isOn["trend_lens"] === true) {
    const trend = hotLoop.trendLens(id);
    detectors["trend_lens"] = trend &&
      { ticks_per_s: trend.ticksPerS, sign: trend.sign, weight_of_money: trend.weightOfMoney };
  }
  return detectors;
}

/** A quantity, a decimal like all others; half of what both sides staked may be half a quantum. */
function volumeText(volume: number, qtyScale: number): string {
  const tenths = Math.round(volume * 10);
  return Number.isSafeInteger(tenths)
    ? fromQuanta(tenths, qtyScale + 1)
    : fromUnits(BigInt(Math.round(volume)), qtyScale);
}

function levelRow(level: QueueLevel, { priceRule, qtyRule }: Instrument): readonly unknown[] {
  const { price, qty, tick, observedS, matchRate, passed } = level;
  return [
    fromQuanta(price, priceRule.scale),
    fromQuanta(qty, qtyRule.scale),
    tick,
    observedS,
    matchRate,
    passed && passedRow(passed),
  ];
}

function passedRow({ volume, events, exposureS }: Passed): readonly number[] {
  return [volume, events, exposureS];
}
