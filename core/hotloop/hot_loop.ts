/**
 * The hot loop: books, queue signals and detectors of all instruments, beside the engine.
 *
 * It reads the events of the timeline in order, after the engine, and decides nothing: it is derived,
 * in no checkpoint and no digest, and begins anew with each `Started`. Times are those of the feeds,
 * so that a replay gives the same numbers as the live run.
 *
 * Seam: whatever is thrown while an event is applied or a question answered, a broken invariant
 * included, is counted and said through `emit`; the instrument is dropped and begins anew with its
 * next snapshot. Nothing here can stop the daemon.
 * Bounds: an instrument whose market is closed keeps its book and gives up its flows.
 * @module
 */
import { Counters } from "../counters.ts";
import type { Draft, Levels, MarketPayloads, Removal } from "../event.ts";
import type { Instrument } from "../instrument.ts";
import { type InstrumentId, type Micros, micros, type OrderId, type Qty, qty } from "../numbers.ts";
import type { BookView, PriceLevel } from "../view.ts";
import type { BigMove } from "./big_move.ts";
import { bigMoveOf, countsRemoval, removalOf, sweepOf, type Trend, trendOf } from "./detectors.ts";
import type { Emit } from "./emission.ts";
import { type Detected, InstrumentLoop, type MarketEvent } from "./instrument_loop.ts";
import { Directory } from "./directory.ts";
import { capabilitiesOf, isSame, lapses } from "./listing_rules.ts";
import { parseHotLoopSettings } from "./parse_settings.ts";
import { placeOf } from "./place.ts";
import { type Pfill, pfillOf, type PfillRequest } from "./pfill.ts";
import {
  best2SumOf,
  bestOf,
  ladderTopOf,
  lastTradedTsMsOf,
  type MarketRate,
  marketRateOf,
  matchRateEmaOf,
  type PriceOf,
  type SideOf,
  sizeAheadOf,
  spreadTicksOf,
} from "./queries.ts";
import { type QueueLevels, queueLevelsOf } from "./queue_levels.ts";
import {
  DEFAULT_SETTINGS,
  type HotLoopSettings,
  settingsOf,
  type SignalSettings,
} from "./settings.ts";
import type { Sweep } from "./sweep.ts";
import type { PlacedOrder } from "./tracking.ts";

const COUNTERS = [
  "errors",
  "time_went_back",
  "unknown_instrument",
  "crossed_spreads",
  "signals_emitted",
] as const;
type Counter = (typeof COUNTERS)[number];

export type HotLoopOptions = {
  /** Absent: the defaults. */
  readonly settings?: HotLoopSettings;
  /** Absent: nothing is said. */
  readonly emit?: Emit;
};

/** What became of `updateConfig`. */
export type UpdatedConfig =
  | { readonly ok: true; readonly version: number }
  | { readonly ok: false; readonly problems: readonly string[] };

/** The machine. Every answer is null for an instrument that it does not know or that is off. */
export class HotLoop {
  readonly #counters = new Counters<Counter>(COUNTERS);
  readonly #emit: Emit;
  #settings: HotLoopSettings;
  #version = 1;
  #events = 0;
  #loops: (InstrumentLoop | undefined)[] = [];
  #directory = new Directory();

  constructor(options: HotLoopOptions = {}) {
    this.#settings = options.settings ?? DEFAULT_SETTINGS;
    this.#emit = options.emit ?? (() => {});
  }

  /** Version of the settings in force: 1, and one more with each update. */
  get configVersion(): number {
    return this.#version;
  }

  /** Numbers of the instruments whose signals are on, ascending. */
  get instruments(): readonly InstrumentId[] {
    return this.#loops.flatMap((loop) => loop === undefined ? [] : [loop.instrument.id]);
  }

  /**
   * Applies one event of the timeline, or of a file: neither its number nor the engine's time
   * matters. Kinds that it does not need do nothing. Never throws.
   */
  apply(event: Draft): void {
    try {
      this.#apply(event);
    } catch (error) {
      this.#failed(event.instrument, error);
    }
  }

  /** Replaces a book, as a `BookSnapshot` of the instrument would. */
  applySnapshot(instrument: InstrumentId, of: Update): void {
    this.#applyBook("BookSnapshot", { ...of, instrument });
  }

  /** Changes a book, as a `BookDelta` of the instrument would. */
  applyDelta(instrument: InstrumentId, of: Update): void {
    this.#applyBook("BookDelta", { ...of, instrument });
  }

  /** Takes new settings, all or none; books stay, flows and detectors begin anew where they changed. */
  updateConfig(map: unknown): UpdatedConfig {
    const parsed = parseHotLoopSettings(map);
    if (!parsed.ok) return parsed;
    this.#settings = parsed.settings;
    this.#version += 1;
    for (const loop of this.#loops) if (loop !== undefined) this.#list(loop.instrument);
    return { ok: true, version: this.#version };
  }

  /**
   * Begins with a book that is known elsewhere: the feed need not send a snapshot soon. For an
   * instrument whose signals were off so far; its levels count as seen from now on. Never throws.
   */
  takeBook(id: InstrumentId, book: BookView): void {
    try {
      const loop = this.#loops[id];
      if (loop === undefined || loop.market.definition.status === "closed") return; // its book is over
      loop.takeBook(book);
    } catch (error) {
      this.#failed(id, error);
    }
  }

  /** Best level of a ladder. */
  best(id: InstrumentId, of: SideOf): PriceLevel | null {
    return this.#ask(id, bestOf, of);
  }

  /** Quantity at the best two levels; 0 where there is none. */
  best2Sum(id: InstrumentId, of: SideOf): Qty {
    return this.#ask(id, best2SumOf, of) ?? qty(0);
  }

  /** Ticks between the best levels. */
  spreadTicks(id: InstrumentId): number | null {
    const spread = this.#ask(id, spreadTicksOf, undefined);
    if (spread !== null && spread <= 0) this.#counters.add("crossed_spreads");
    return spread;
  }

  /** Top of a ladder, best first. */
  ladderTop(id: InstrumentId, of: SideOf & { readonly n?: number }): readonly PriceLevel[] {
    return this.#ask(id, ladderTopOf, of) ?? [];
  }

  /** When something was last traded, Unix milliseconds. */
  lastTradedTsMs(id: InstrumentId): number | null {
    return this.#ask(id, lastTradedTsMsOf, undefined);
  }

  /** Quantity before an order at a price. */
  sizeAhead(id: InstrumentId, of: PriceOf & { readonly orderId?: OrderId }): Qty | null {
    return this.#ask(id, sizeAheadOf, of);
  }

  /** One-sided quantity traded per second at a level. */
  matchRateEma(
    id: InstrumentId,
    of: Pick<PriceOf, "side"> & Partial<Pick<PriceOf, "price">>,
  ): number | null {
    return this.#ask(id, matchRateEmaOf, of);
  }

  /** Probability and time of a fill. */
  pfillTtf(id: InstrumentId, of: PfillRequest): Pfill | null {
    return this.#ask(id, pfillOf, of);
  }

  /** What the answers about queues are made of, for the best levels. */
  queueLevels(id: InstrumentId, of: { readonly depth: number }): QueueLevels | null {
    return this.#ask(id, queueLevelsOf, of);
  }

  /** Base rate of the market, a decimal. */
  getMbr(id: InstrumentId): string | null {
    return this.#ask(id, marketRateOf, undefined)?.mbr ?? null;
  }

  /** Base rate of the market, and what the account pays of it. */
  marketRate(id: InstrumentId): MarketRate | null {
    return this.#ask(id, marketRateOf, undefined);
  }

  /** The last sweep, if it is recent. */
  sweepSniffer(id: InstrumentId): Sweep | null {
    return this.#ask(id, sweepOf, undefined);
  }

  /** How far the middle moved. */
  bigMoveTrigger(id: InstrumentId): BigMove | null {
    return this.#ask(id, bigMoveOf, undefined);
  }

  /** The latest removal that counts, if it is recent. */
  rfSeenRecently(id: InstrumentId): Removal | null {
    return this.#ask(id, removalOf, undefined);
  }

  /** Slope of the middle, and weight of money. */
  trendLens(id: InstrumentId): Trend | null {
    return this.#ask(id, trendOf, undefined);
  }

  /** What of all this an instrument has. */
  capabilities(id: InstrumentId): Readonly<Record<string, boolean>> {
    return capabilitiesOf(this.#loops[id]);
  }

  /** Follows an order of ours in its queue, from its end. */
  track(order: PlacedOrder): void {
    this.#loops[order.instrument]?.track(order);
  }

  /** Follows it no more. */
  untrack(order: Pick<PlacedOrder, "orderId" | "instrument">): void {
    this.#loops[order.instrument]?.untrack(order.orderId);
  }

  /**
   * Where an order that is followed stands, and what trades would have filled of it; quanta. Null too
   * until a book shows its level.
   */
  queueOf(
    id: InstrumentId,
    order: OrderId,
  ): { readonly ahead: number; readonly filled: number } | null {
    const position = this.#loops[id]?.tracked(order)?.position;
    if (position === undefined || position.ahead === Infinity) return null;
    return { ahead: position.ahead, filled: position.filled };
  }

  /** What was last told of an instrument's market, or null before anything was. */
  market(id: InstrumentId): MarketPayloads["MarketDefined"] | null {
    const market = this.#loops[id]?.market;
    return market?.isDefined === true ? market.definition : null;
  }

  /** True if an order at a price would meet the other side. */
  crosses(id: InstrumentId, of: PriceOf): boolean {
    return this.#ask(id, (loop) => loop.isFresh && placeOf(loop, of).crosses, of) ?? false;
  }

  /** Time of an instrument's feed, or null before its first event. */
  nowUs(id: InstrumentId): Micros | null {
    const nowUs = this.#loops[id]?.time.nowUs;
    return nowUs === undefined || nowUs === 0 ? null : micros(nowUs);
  }

  /** Counts so far, snake_case names. */
  counters(): Readonly<Record<string, number>> {
    const counts: [string, number][] = COUNTERS.map((name) => [name, this.#counters.get(name)]);
    let offLadder = 0;
    for (const loop of this.#loops) {
      if (loop !== undefined) offLadder += loop.bids.offLadder + loop.asks.offLadder;
    }
    return Object.fromEntries([["events", this.#events], ...counts, ["off_ladder", offLadder]]);
  }

  #apply(event: Draft): void {
    switch (event.eventType) {
      case "BookSnapshot":
      case "BookDelta":
      case "QuoteUpdated":
      case "TradePrinted":
      case "BookInvalidated":
        return this.#applyMarket(event);
      case "MarketDefined":
        this.#applyMarket(event);
        return this.#define(event);
      case "InstrumentListed":
        return this.#list(event.payload);
      case "Started":
        return this.#restart();
      default:
        return; // derived from market data alone: other kinds change nothing
    }
  }

  #applyMarket(event: MarketEvent): void {
    if (event.instrument === null) return;
    const loop = this.#loops[event.instrument];
    if (loop === undefined) {
      this.#directory.find(event.instrument)?.clock.advance(event.eventTime);
      return this.#counters.add("unknown_instrument");
    }
    this.#events += 1;
    if (!loop.clock.advance(event.eventTime)) this.#counters.add("time_went_back");
    loop.followFeed();
    loop.apply(event);
  }

  #applyBook(
    eventType: "BookSnapshot" | "BookDelta",
    of: Update & { readonly instrument: InstrumentId },
  ): void {
    const { instrument, bids, asks, atUs } = of;
    this.apply({
      eventTime: atUs,
      source: "market_data",
      venue: this.#loops[instrument]?.instrument.venue ?? null,
      instrument,
      eventType,
      payload: { bids, asks, updateId: null },
      idempotencyKey: null,
    });
  }

  /** What is told of a market is kept, also while the signals of the instrument are off. */
  #define({ instrument, payload }: Draft<"MarketDefined">): void {
    const place = instrument === null ? undefined : this.#directory.find(instrument);
    if (place === undefined) return;
    const { market } = place;
    const { definition: before, isDefined } = market;
    market.definition = payload;
    market.isDefined = true;
    const loops = place.members.flatMap((id) => this.#loops[id] ?? []);
    if (isDefined && lapses(before, payload)) { for (const loop of loops) loop.lapse(); }
    if (payload.status === "closed" && before.status !== "closed") {
      for (const loop of loops) loop.close();
    }
    const speaker = loops.find((loop) => loop.instrument.id === instrument) ?? loops[0];
    const hasNews = before.removals.length !== payload.removals.length;
    if (hasNews && speaker !== undefined) this.#sayRemovals(speaker, before);
  }

  /** Says of each removal that is new here and counts, once for the market. */
  #sayRemovals(loop: InstrumentLoop, before: MarketPayloads["MarketDefined"]): void {
    if (!loop.settings.rfSeenRecently.on) return;
    for (const removal of loop.market.definition.removals) {
      const isKnown = before.removals.some(({ runner, atUs }) =>
        runner === removal.runner && atUs === removal.atUs
      );
      if (isKnown || !countsRemoval(loop, removal)) continue;
      const { runner, reductionPpm, atUs } = removal;
      this.#say(loop, { name: "rf_seen_recently", value: true }, {
        runner,
        reduction_ppm: reductionPpm,
        at_us: atUs,
      });
    }
  }

  #list(instrument: Instrument): void {
    const { id } = instrument;
    const settings = settingsOf(this.#settings, instrument.name);
    while (this.#loops.length <= id) this.#loops.push(undefined);
    if (!settings.signals) {
      this.#directory.list(instrument);
      this.#loops[id] = undefined;
      return;
    }
    const known = this.#loops[id];
    if (known !== undefined && isSame(known, { instrument, settings })) {
      known.instrument = instrument;
      return;
    }
    this.#loops[id] = this.#make(instrument, settings);
    if (known !== undefined) this.#loops[id].takeOver(known);
  }

  #make(instrument: Instrument, settings: SignalSettings): InstrumentLoop {
    const { market, clock, table } = this.#directory.list(instrument);
    return new InstrumentLoop({
      instrument,
      settings,
      market,
      clock,
      table,
      detected: (loop, what) => this.#detected(loop, what),
    });
  }

  #restart(): void {
    this.#loops = [];
    this.#directory = new Directory();
  }

  #ask<Of, Answer>(
    id: InstrumentId,
    answer: (loop: InstrumentLoop, of: Of) => Answer,
    of: Of,
  ): Answer | null {
    const loop = this.#loops[id];
    if (loop === undefined) return null;
    try {
      loop.followFeed();
      return answer(loop, of);
    } catch (error) {
      this.#failed(id, error);
      return null;
    }
  }

  #detected(loop: InstrumentLoop, what: Detected): void {
    switch (what.name) {
      case "sweep_sniffer": {
        const { side, levels, volume, ratio } = what.sweep;
        return this.#say(loop, { name: what.name, value: true }, {
          side,
          levels,
          volume,
          ratio,
        });
      }
      case "big_move_trigger":
        return this.#say(loop, { name: what.name, value: what.moveTicks }, {});
      case "trend_lens":
        return this.#say(loop, { name: what.name, value: what.sign }, {
          ticks_per_s: what.ticksPerS,
        });
    }
  }

  #say(
    loop: InstrumentLoop,
    of: { readonly name: Detected["name"] | "rf_seen_recently"; readonly value: boolean | number },
    args: Readonly<Record<string, string | number | null>>,
  ): void {
    this.#counters.add("signals_emitted");
    const atUs = micros(loop.time.nowUs);
    this.#emit({ kind: "signal", ...of, instrument: loop.instrument.id, atUs, args });
  }

  /** What failed begins anew; nothing goes beyond this. */
  #failed(id: InstrumentId | null, error: unknown): void {
    this.#counters.add("errors");
    const loop = id === null ? undefined : this.#loops[id];
    if (loop !== undefined) {
      this.#loops[loop.instrument.id] = this.#make(loop.instrument, loop.settings);
    }
    const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    this.#emit({ kind: "diagnostic", code: "SIGNAL_FAILED", instrument: id, text });
  }
}

type Update = { readonly bids: Levels; readonly asks: Levels; readonly atUs: Micros };
