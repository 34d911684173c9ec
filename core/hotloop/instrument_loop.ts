/**
 * The hot loop of one instrument: its book with flows, its market, its detectors.
 *
 * Ordering: events in the order of the timeline; of one message the trades come before the change of
 * the book, all with one time. What trades of a message wait for is settled by the first event of a
 * later time at the latest.
 * Limit: after a gap (`BookInvalidated`) everything but the definition of the market begins anew with
 * the next snapshot, since flows were not seen in between.
 * @module
 */
import type { Draft, MarketPayloads } from "../event.ts";
import { type Instrument, type Side } from "../instrument.ts";
import { unreachable } from "../invariant.ts";
import type { OrderId } from "../numbers.ts";
import type { TickTable } from "../tick_ladder.ts";
import type { BookView, PriceLevel } from "../view.ts";
import { MoveWatch } from "./big_move.ts";
import { flat, type FlowTime, HotSide, towardsBest, type TrackedOrder } from "./hot_side.ts";
import type { FeedClock, MarketState } from "./market_state.ts";
import { QueuePosition } from "./queue_position.ts";
import { type SignalSettings, type TradeCounts, tradeCountsOf } from "./settings.ts";
import { type Sweep, SweepWatch } from "./sweep.ts";
import { TouchFlow } from "./touch_flow.ts";
import { TrendWatch } from "./trend.ts";
import type { PlacedOrder } from "./tracking.ts";

const US_PER_S = 1_000_000;

/** An event of a feed. */
export type MarketEvent = Draft<keyof MarketPayloads>;

/** Told of what detectors saw. */
export type Detected =
  | { readonly name: "sweep_sniffer"; readonly sweep: Sweep }
  | { readonly name: "big_move_trigger"; readonly moveTicks: number }
  | { readonly name: "trend_lens"; readonly sign: -1 | 0 | 1; readonly ticksPerS: number };

type Made = {
  readonly instrument: Instrument;
  readonly settings: SignalSettings;
  readonly market: MarketState;
  readonly clock: FeedClock;
  readonly table: TickTable | undefined;
  readonly detected: (loop: InstrumentLoop, what: Detected) => void;
};

type Depth = Pick<MarketPayloads["BookSnapshot"], "bids" | "asks">;
/** A book as another keeps it, and when something was last traded by the time that it keeps. */
type KnownBook =
  & Pick<BookView, "isFresh" | "hasDepth" | "top">
  & { readonly lastTradeUs: number | null };

/** One instrument. */
export class InstrumentLoop {
  /** As it was last listed. */
  instrument: Instrument;
  readonly settings: SignalSettings;
  readonly market: MarketState;
  readonly bids: HotSide;
  readonly asks: HotSide;
  readonly moves = new MoveWatch();
  readonly trend = new TrendWatch();
  readonly touch: TouchFlow;
  /** Of the venue's feed. */
  readonly clock: FeedClock;
  readonly #time: { nowUs: number; halfLifeUs: number; counts: TradeCounts };
  readonly #sweeps: { readonly bids: SweepWatch; readonly asks: SweepWatch };
  readonly #tracked = new Map<OrderId, TrackedOrder & { readonly side: Side }>();
  readonly #detected: Made["detected"];
  readonly #hasDetectors: boolean;
  #hasDepth = false;
  #isFresh = false;
  /** Time of the message whose trades wait for its change of the book. */
  #unsettledUs: number | undefined;
  #trendSign: -1 | 0 | 1 = 0;
  #sweep: Sweep | undefined;
  #lastTradeUs: number | null = null;
  #restarts: number;

  constructor(of: Made) {
    const { instrument, settings, table } = of;
    this.instrument = instrument;
    this.settings = settings;
    this.market = of.market;
    this.clock = of.clock;
    this.#restarts = of.clock.restarts;
    this.#detected = of.detected;
    const { sweepSniffer, bigMoveTrigger, trendLens } = settings;
    this.#hasDetectors = sweepSniffer.on || bigMoveTrigger.on || trendLens.on;
    const halfLifeUs = settings.halfLifeS * US_PER_S;
    const counts = tradeCountsOf(settings, instrument.assetClass);
    this.#time = { nowUs: 0, halfLifeUs, counts };
    const touch = new TouchFlow({
      market: of.market.touches,
      towardsBid: towardsBest("Buy", instrument),
      halfLifeUs,
    });
    this.touch = touch;
    this.bids = new HotSide({
      instrument,
      side: "Buy",
      table,
      touch,
      heard: (trade) => this.#heard(this.#sweeps.bids, trade),
    });
    this.asks = new HotSide({
      instrument,
      side: "Sell",
      table,
      touch,
      heard: (trade) => this.#heard(this.#sweeps.asks, trade),
    });
    this.#sweeps = {
      bids: new SweepWatch({ taker: "Sell", towardsBest: this.bids.towardsBest }),
      asks: new SweepWatch({ taker: "Buy", towardsBest: this.asks.towardsBest }),
    };
  }

  /** True while the book is a reference: from a snapshot (or quote) to the next gap. */
  get isFresh(): boolean {
    return this.#isFresh;
  }

  /** True if its feed has sent depth: quotes change nothing then. */
  get hasDepth(): boolean {
    return this.#hasDepth;
  }

  /** When something was last traded, microseconds, or null. */
  get lastTradeUs(): number | null {
    return this.#lastTradeUs;
  }

  /** The last sweep that was seen, or undefined. */
  get sweep(): Sweep | undefined {
    return this.#sweep;
  }

  /** The moment of a reading: the time of the venue's feed, and how flows decay. */
  get time(): FlowTime {
    this.#time.nowUs = this.clock.nowUs;
    return this.#time;
  }

  /** Returns up to `depth` levels of a side, best first. */
  top(side: Side, depth: number): readonly PriceLevel[] {
    return this.side(side).top(depth);
  }

  /** Returns the ladder of a side. */
  side(side: Side): HotSide {
    return side === "Buy" ? this.bids : this.asks;
  }

  /**
   * Begins anew if the feed did since: the book stays, what flowed is forgotten. Its times lie ahead
   * of the clock, and would neither decay nor grow old until it has caught up.
   */
  followFeed(): void {
    const { restarts, nowUs } = this.clock;
    if (restarts === this.#restarts) return;
    this.#restarts = restarts;
    if ((this.#lastTradeUs ?? 0) > nowUs) this.#lastTradeUs = null;
    this.#forgetFlows();
    if (this.#isFresh) this.#replaceBook(depthOf(this), this.time);
  }

  /** Applies what the feed says. */
  apply(event: MarketEvent): void {
    const time = this.#time;
    if (this.#unsettledUs !== undefined) this.#settleOld(event);
    time.nowUs = event.eventTime;
    switch (event.eventType) {
      case "BookDelta":
        return this.#applyDelta(event.payload, time);
      case "TradePrinted":
        return this.#applyTrade(event.payload, time);
      case "BookSnapshot":
        this.#hasDepth = true;
        return this.#replaceBook(event.payload, time);
      case "QuoteUpdated":
        if (!this.#hasDepth) this.#replaceBook(levelsOf(event.payload), time);
        return;
      case "BookInvalidated":
        return this.#invalidate();
      case "MarketDefined":
        return this.#forgetPrints(); // of the message that defines the market no sweep is told
      default:
        return unreachable(event);
    }
  }

  /** Takes over book and tracked orders of another; what flowed there is not known here. */
  takeOver(from: InstrumentLoop): void {
    for (const [orderId, order] of from.#tracked) {
      this.#tracked.set(orderId, order);
      this.side(order.side).track(order);
    }
    this.takeBook(from);
  }

  /** Goes on with a book that is known elsewhere, from now on. */
  takeBook(book: KnownBook): void {
    this.#hasDepth = book.hasDepth;
    this.#lastTradeUs = book.lastTradeUs;
    if (book.isFresh) this.#replaceBook(depthOf(book), this.time);
  }

  /** The market is closed: the book is no reference, and flows are forgotten. */
  close(): void {
    this.#invalidate();
  }

  /** Follows an order from the end of the queue of its price, as it is or the next book shows it. */
  track(order: PlacedOrder): void {
    this.untrack(order.orderId);
    const side = this.side(order.side);
    const ahead = this.#isFresh ? side.quantityAt(order.price) : Infinity;
    const position = new QueuePosition(this.settings.queueModel, ahead);
    const tracked = { price: order.price, side: order.side, position };
    this.#tracked.set(order.orderId, tracked);
    side.track(tracked);
  }

  /** Follows an order no more. */
  untrack(orderId: OrderId): void {
    const known = this.#tracked.get(orderId);
    if (known === undefined) return;
    this.side(known.side).untrack(known);
    this.#tracked.delete(orderId);
  }

  /** Returns the place of a tracked order, or undefined if it is none. */
  tracked(orderId: OrderId): TrackedOrder | undefined {
    return this.#tracked.get(orderId);
  }

  /** Resting orders lapse, as in a suspension: none is followed any more. */
  lapse(): void {
    this.#tracked.clear();
    this.bids.dropOrders();
    this.asks.dropOrders();
  }

  /** Returns the middle of the book, ticks, while both sides have levels. */
  middle(): { readonly ticks: number; readonly spread: number } | undefined {
    const bid = this.bids.bestTick();
    const ask = this.asks.bestTick();
    if (bid === undefined || ask === undefined) return undefined;
    return { ticks: (bid + ask) / 2, spread: (ask - bid) * this.bids.towardsBest };
  }

  #applyDelta(levels: MarketPayloads["BookDelta"], time: FlowTime): void {
    if (!this.#hasDepth || !this.#isFresh) return;
    this.bids.delta(levels.bids, time);
    this.asks.delta(levels.asks, time);
    this.#changed(time);
  }

  #applyTrade(trade: MarketPayloads["TradePrinted"], time: FlowTime): void {
    this.#lastTradeUs = time.nowUs;
    if (!this.#hasDepth || !this.#isFresh) return;
    this.#consumed(trade)?.trade(trade, time);
    if (time.counts === "both") this.#unsettledUs = time.nowUs;
  }

  /** Returns the side that a trade took from; where the source does not say it, by the book. */
  #consumed(trade: MarketPayloads["TradePrinted"]): HotSide | undefined {
    if (trade.side !== null) return trade.side === "Buy" ? this.asks : this.bids;
    if (this.bids.quantityAt(trade.price) > 0) return this.bids;
    if (this.asks.quantityAt(trade.price) > 0) return this.asks;
    return [this.bids, this.asks].find((side) => {
      const best = side.best();
      return best !== undefined && (trade.price - best.price) * side.towardsBest <= 0;
    });
  }

  #replaceBook(
    levels: Depth,
    time: FlowTime,
  ): void {
    if (!this.#isFresh) this.bids.pair(this.asks);
    this.bids.snapshot(levels.bids, time);
    this.asks.snapshot(levels.asks, time);
    this.#isFresh = true;
    this.#forgetPrints();
    this.#changed(time);
  }

  /** The message's change of the book is over. */
  #changed(time: FlowTime): void {
    this.#unsettledUs = undefined;
    this.touch.look({ bid: this.bids.touchAt, ask: this.asks.touchAt }, time.nowUs);
    if (this.#hasDetectors) this.#detect(time);
  }

  #invalidate(): void {
    this.#isFresh = false;
    this.#forgetFlows();
  }

  #forgetFlows(): void {
    this.#unsettledUs = undefined;
    this.#sweep = undefined;
    this.bids.clearFlows();
    this.asks.clearFlows();
    this.touch.clear();
    this.moves.clear();
    this.trend.clear();
    this.#forgetPrints();
  }

  #settleOld(event: MarketEvent): void {
    if (event.eventTime === this.#unsettledUs) return;
    this.#time.nowUs = this.#unsettledUs ?? event.eventTime;
    this.bids.settle(this.#time);
    this.asks.settle(this.#time);
    this.#unsettledUs = undefined;
  }

  #forgetPrints(): void {
    this.#sweeps.bids.clear();
    this.#sweeps.asks.clear();
  }

  #heard(
    watch: SweepWatch,
    trade: { readonly price: number; readonly qty: number; readonly before: number },
  ): void {
    if (this.settings.sweepSniffer.on) watch.print({ ...trade, us: this.#time.nowUs });
  }

  #detect(time: FlowTime): void {
    if (this.settings.sweepSniffer.on) {
      this.#lookForSweep(this.#sweeps.bids, { side: this.bids, us: time.nowUs });
      this.#lookForSweep(this.#sweeps.asks, { side: this.asks, us: time.nowUs });
    }
    const { bigMoveTrigger, trendLens } = this.settings;
    if (!bigMoveTrigger.on && !trendLens.on) return;
    const middle = this.middle();
    if (bigMoveTrigger.on) {
      const isNarrow = middle !== undefined && middle.spread <= bigMoveTrigger.maxSpreadTicks;
      const now = { us: time.nowUs, middle: isNarrow ? middle.ticks : undefined };
      const moveTicks = this.moves.look(bigMoveTrigger, now);
      if (moveTicks !== undefined) this.#detected(this, { name: "big_move_trigger", moveTicks });
    }
    if (trendLens.on && middle !== undefined) this.#lookAtTrend(time.nowUs, middle.ticks);
  }

  #lookForSweep(watch: SweepWatch, of: { readonly side: HotSide; readonly us: number }): void {
    const now = { us: of.us, best: of.side.best()?.price };
    const sweep = watch.look(this.settings.sweepSniffer, now);
    if (sweep === undefined) return;
    this.#sweep = sweep;
    this.#detected(this, { name: "sweep_sniffer", sweep });
  }

  #lookAtTrend(us: number, middle: number): void {
    const { trendLens, minObsS } = this.settings;
    this.trend.look(trendLens, { us, middle });
    const slope = this.trend.read(trendLens, { us, minObsS });
    if (slope === undefined || slope.sign === this.#trendSign) return;
    this.#trendSign = slope.sign;
    this.#detected(this, { name: "trend_lens", ...slope });
  }
}

function depthOf(book: Pick<BookView, "top">): Depth {
  return { bids: flat(book.top("Buy", Infinity)), asks: flat(book.top("Sell", Infinity)) };
}

/** A quote as a book of one level a side; a quantity of 0 is none. */
function levelsOf(quote: MarketPayloads["QuoteUpdated"]): Depth {
  return {
    bids: quote.bidPx === null ? [] : [quote.bidPx, quote.bidQty],
    asks: quote.askPx === null ? [] : [quote.askPx, quote.askQty],
  };
}
