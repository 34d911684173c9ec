/**
 * One side of an instrument's book as the hot loop keeps it: levels, their flows, and the tracked
 * orders that rest there.
 *
 * How a decrease is taken apart. Where the venue's trades count the taker's quantity, a trade
 * counts at once, and explains as much of the level's next decrease. Where they count both sides,
 * what a message says was traded at a level is held until the message's book change: it is one-sided
 * already if it equals the decrease (one side was matched with another market of the exchange), else
 * half of it is, and never more than the decrease. What remains of a decrease was cancelled.
 *
 * Ordering: trades of a message first, then its book change.
 * @module
 */
import { BookSide } from "../book_side.ts";
import type { Levels } from "../event.ts";
import type { Instrument, Side } from "../instrument.ts";
import type { Px } from "../numbers.ts";
import { tickIndex, TickSide, type TickTable } from "../tick_ladder.ts";
import type { PriceLevel } from "../view.ts";
import { type Flows, makeFlows } from "./flows.ts";
import type { LevelFlow } from "./level_flow.ts";
import type { QueuePosition } from "./queue_position.ts";
import type { TradeCounts } from "./settings.ts";
import type { TouchFlow } from "./touch_flow.ts";

/** Up to this difference of what was traded and what went, quanta, a print is one-sided. */
const CROSS_MATCHED_MAX = 2;

/** The moment at which something happens, and how flows decay. */
export type FlowTime = {
  readonly nowUs: number;
  readonly halfLifeUs: number;
  readonly counts: TradeCounts;
};

type Level = { readonly price: number; readonly qty: number };

/** An order that is followed in its queue. */
export type TrackedOrder = { readonly price: Px; readonly position: QueuePosition };

/** Told of the one-sided volume of each trade: where, how much, and what was displayed before. */
export type TradeHeard = (
  trade: { readonly price: number; readonly qty: number; readonly before: number },
) => void;

/** A side. Invariant: `towardsBest` × price grows towards the best. */
export class HotSide {
  readonly towardsBest: 1 | -1;
  readonly #instrument: Instrument;
  readonly #ticks: TickSide | undefined;
  readonly #window: BookSide | undefined;
  readonly #table: TickTable | undefined;
  /** Made with the first snapshot: many books stay empty. */
  #flows: Flows | undefined;
  /** Prices of this message's trades that wait for its book change. */
  readonly #unsettled: number[] = [];
  readonly #orders: TrackedOrder[] = [];
  readonly #heard: TradeHeard | undefined;
  readonly #touch: TouchFlow;
  /** As the last message left it: what is cancelled there, or before it, is at the touch. */
  #touchAt: number | undefined;

  constructor(
    of: {
      readonly instrument: Instrument;
      readonly side: Side;
      readonly table: TickTable | undefined;
      readonly touch: TouchFlow;
      readonly heard: TradeHeard | undefined;
    },
  ) {
    this.towardsBest = towardsBest(of.side, of.instrument);
    const isHighest = this.towardsBest === 1;
    this.#touch = of.touch;
    this.#instrument = of.instrument;
    this.#heard = of.heard;
    this.#table = of.table;
    if (of.table === undefined) this.#window = new BookSide(isHighest ? "Buy" : "Sell");
    else this.#ticks = new TickSide(of.table, isHighest ? "highest" : "lowest");
  }

  /** Returns the best level, or undefined if there is none. */
  best(): PriceLevel | undefined {
    return this.#ticks === undefined ? this.#window?.best() : this.#ticks.best();
  }

  /** Where the touch is: a tick on a bounded ladder, else a price; undefined: there is none. */
  get touchAt(): number | undefined {
    return this.#touchAt;
  }

  /** Returns the tick of the best level, or undefined if there is none. */
  bestTick(): number | undefined {
    if (this.#ticks !== undefined) return this.#ticks.bestTick();
    const best = this.#window?.best();
    return best === undefined ? undefined : tickIndex(this.#instrument.priceRule, best.price);
  }

  /** Returns up to `count` levels, best first. */
  top(count: number): readonly PriceLevel[] {
    const levels: PriceLevel[] = [];
    for (const level of this.#levels()) {
      if (levels.length >= count) break;
      levels.push(level);
    }
    return levels;
  }

  /** Returns the quantity displayed at a price; 0 where there is no level. */
  quantityAt(price: number): number {
    return this.#ticks === undefined
      ? this.#window?.quantityAt(price) ?? 0
      : this.#ticks.quantityAt(price);
  }

  /** Returns the quantity displayed at better prices than this. */
  quantityBefore(price: number): number {
    return this.#ticks === undefined
      ? this.#window?.quantityBefore(price) ?? 0
      : this.#ticks.quantityBefore(price);
  }

  /** Returns the tick of a price, or undefined if the ladder has no such price. */
  tickOf(price: number): number | undefined {
    return this.#table === undefined
      ? tickIndex(this.#instrument.priceRule, price)
      : this.#table.tickOf(price);
  }

  /** Returns the flow of a level, or undefined if it was never seen. */
  flowAt(price: number): LevelFlow | undefined {
    return this.#flows?.find(price);
  }

  /** Shares what is traded at a price with the other side. */
  pair(other: HotSide): void {
    const flows = this.#made();
    const others = other.#made();
    flows.partner = others;
    others.partner = flows;
  }

  /** Prices so far that the ladder does not have. */
  get offLadder(): number {
    return this.#ticks?.offLadder ?? 0;
  }

  /** Replaces every level; says nothing of trades or cancels. */
  snapshot(levels: Levels, time: FlowTime): void {
    this.#dropUnsettled();
    const flows = this.#made();
    const ladder = this.#ticks ?? this.#window;
    ladder?.clear();
    ladder?.setAll(levels);
    const isDeep = levels.length > 2 * flows.snapshotMax;
    const told = isDeep ? flat(this.top(flows.snapshotMax)) : levels;
    for (let at = 0; at < told.length; at += 2) {
      if ((told[at + 1] ?? 0) === 0) continue;
      const flow = flows.at(told[at] ?? 0, time.nowUs);
      if (flow !== undefined) flow.pending = 0;
    }
    if (isDeep) this.#dropPending(levels, { below: told.at(-2) ?? 0 });
    for (const { price, position } of this.#orders) position.cut(this.quantityAt(price));
    this.#findTouch();
  }

  /** Sets the named levels, and takes apart what went from them. */
  delta(levels: Levels, time: FlowTime): void {
    for (let at = 0; at < levels.length; at += 2) {
      this.#change({ price: levels[at] ?? 0, qty: levels[at + 1] ?? 0 }, time);
    }
    if (this.#unsettled.length > 0) this.settle(time);
    this.#findTouch();
  }

  /** A trade that took from this side. */
  trade(of: { readonly price: number; readonly qty: number }, time: FlowTime): void {
    const flow = this.#flows?.at(of.price, time.nowUs);
    if (flow === undefined) return;
    if (time.counts === "both") {
      if (flow.pending === 0) this.#unsettled.push(of.price);
      flow.pending += of.qty;
      return;
    }
    flow.pending += of.qty;
    flow.trades.add(of.qty, time);
    this.#touch.traded(of.qty, time.nowUs);
    this.#moveQueues(of.price, { oneSided: of.qty, half: of.qty });
    this.#heard?.({ ...of, before: this.quantityAt(of.price) });
  }

  /** The message is over: trades at levels that it did not change took nothing that was shown. */
  settle(time: FlowTime): void {
    for (const price of this.#unsettled) {
      const flow = this.#flows?.find(price);
      if (flow === undefined || flow.pending === 0) continue;
      this.#settleAt(price, { flow, before: this.quantityAt(price), decrease: 0, time });
    }
    this.#unsettled.length = 0;
  }

  /** Follows an order in the queue of its price. */
  track(order: TrackedOrder): void {
    this.#orders.push(order);
  }

  /** Follows it no more. */
  untrack(order: TrackedOrder): void {
    const at = this.#orders.indexOf(order);
    if (at >= 0) this.#orders.splice(at, 1);
  }

  /** Every tracked order is gone. */
  dropOrders(): void {
    this.#orders.length = 0;
  }

  /** Forgets what flowed: it was not seen without a gap. */
  clearFlows(): void {
    this.#dropUnsettled();
    this.#flows?.clear();
  }

  #change(level: Level, time: FlowTime): void {
    const flows = this.#made();
    const { price } = level;
    if (this.#ticks === undefined) {
      const before = this.#window?.swap(level) ?? 0;
      const flow = flows.at(price, time.nowUs);
      if (flow !== undefined) this.#takeApart(level, { before, flow, place: price, time });
      return;
    }
    const tick = this.#ticks.tickOf(price);
    if (tick === undefined) return;
    const before = this.#ticks.swap(tick, level);
    const flow = flows.atTick(tick, { price, nowUs: time.nowUs });
    this.#takeApart(level, { before, flow, place: tick, time });
  }

  /** Tells what of a level's decrease was traded and what was cancelled. */
  #takeApart(
    { price, qty: after }: Level,
    of: {
      readonly before: number;
      readonly flow: LevelFlow;
      readonly place: number;
      readonly time: FlowTime;
    },
  ): void {
    const { before, flow, time } = of;
    const decrease = before - after;
    let traded = flow.pending;
    if (traded === 0 && decrease <= 0 && this.#orders.length === 0) return;
    if (traded !== 0) {
      if (time.counts === "both") traded = this.#settleAt(price, { flow, before, decrease, time });
      flow.pending = 0;
    }
    if (decrease > traded) {
      flow.cancels.add(decrease - traded, time);
      const touch = this.#touchAt;
      const isAtTouch = touch !== undefined && (of.place - touch) * this.towardsBest >= 0;
      if (isAtTouch) this.#touch.cancelled(decrease - traded, time.nowUs);
    }
    for (let at = 0; at < this.#orders.length; at++) {
      const order = this.#orders[at];
      if (order?.price === price) order.position.depth({ before, after, traded });
    }
  }

  #findTouch(): void {
    this.#touchAt = this.#ticks === undefined ? this.#window?.bestPrice() : this.#ticks.bestTick();
  }

  /** Takes apart what a venue that counts both sides says was traded; returns one side of it. */
  #settleAt(
    price: number,
    of: {
      readonly flow: LevelFlow;
      readonly before: number;
      readonly decrease: number;
      readonly time: FlowTime;
    },
  ): number {
    const { flow, before, decrease, time } = of;
    const said = flow.pending;
    flow.pending = 0;
    const isCrossMatched = decrease > 0 && Math.abs(said - decrease) <= CROSS_MATCHED_MAX;
    const oneSided = isCrossMatched ? said : Math.max(0, Math.min(said / 2, decrease));
    if (oneSided > 0) {
      flow.trades.add(oneSided, time);
      this.#touch.traded(oneSided, time.nowUs);
      this.#heard?.({ price, qty: oneSided, before });
    }
    this.#moveQueues(price, { oneSided, half: said / 2 });
    return oneSided;
  }

  /** A trade at a price moves the queues at it, and those that it went through. */
  #moveQueues(
    price: number,
    volume: { readonly oneSided: number; readonly half: number },
  ): void {
    for (let at = 0; at < this.#orders.length; at++) {
      const order = this.#orders[at];
      if (order === undefined) continue;
      if ((price - order.price) * this.towardsBest <= 0) order.position.trade(volume);
    }
  }

  #made(): Flows {
    this.#flows ??= makeFlows(this.#table);
    return this.#flows;
  }

  #dropUnsettled(): void {
    for (const price of this.#unsettled) {
      const flow = this.#flows?.find(price);
      if (flow !== undefined) flow.pending = 0;
    }
    this.#unsettled.length = 0;
  }

  /** A trade before a snapshot explains nothing after it: nor below what the snapshot tells. */
  #dropPending(levels: Levels, { below }: { readonly below: number }): void {
    for (let at = 0; at < levels.length; at += 2) {
      const price = levels[at] ?? 0;
      if ((price - below) * this.towardsBest >= 0) continue;
      const flow = this.#flows?.find(price);
      if (flow !== undefined) flow.pending = 0;
    }
  }

  *#levels(): Generator<PriceLevel, void> {
    if (this.#ticks !== undefined) yield* this.#ticks.levels();
    else if (this.#window !== undefined) yield* this.#window.levels();
  }
}

/** Returns levels as a flat list. */
export function flat(levels: readonly PriceLevel[]): Levels {
  return levels.flatMap(({ price, qty }) => [price, qty]);
}

/** Returns by which sign prices of a side grow towards its best; odds of a back fall. */
export function towardsBest(side: Side, { assetClass }: Instrument): 1 | -1 {
  return (side === "Buy") !== (assetClass === "betting") ? 1 : -1;
}
