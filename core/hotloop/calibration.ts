/**
 * How well the probability of a fill fits what a file shows.
 *
 * At every multiple of `everyMs` of the file's time a virtual order of `orderQty` joins both touches
 * of every instrument that was told of since the multiple before; not at the next event, which is
 * just when fills come. What the model says of it then is held against whether its queue, followed
 * through the rest of the file, filled it within each horizon; where the venue holds such orders back,
 * it joins when that delay is over. It fills by trades beyond its queue, or when the other side of
 * the book reaches its price. The virtual orders trade with nobody, so a label is an estimate too
 * (model `prob`): it ranks models, it does not prove one.
 *
 * Left out: orders of which the model says nothing, and of each horizon the orders that were not seen
 * for as long: those before a suspension, the turn in play, a gap, the end of a market or of the file,
 * filled or not. To leave out only what lapsed unfilled would count every fill before the end and no
 * miss.
 * @module
 */
import { putAt } from "../by_number.ts";
import type { Draft, MarketPayloads } from "../event.ts";
import { type Instrument, type Side, SIDES } from "../instrument.ts";
import { type InstrumentId, type OrderId, orderId, type Px, type Qty } from "../numbers.ts";
import { Fit, type HorizonFit } from "./horizon_fit.ts";
import { HotLoop } from "./hot_loop.ts";
import { lapses } from "./listing_rules.ts";
import { type HotLoopSettings } from "./settings.ts";
import { perUnit } from "./units.ts";

const US_PER_MS = 1_000;
const MS_PER_S = 1_000;

/** What is measured. */
export type CalibrationOptions = {
  readonly settings: HotLoopSettings;
  readonly everyMs: number;
  readonly horizonsMs: readonly number[];
  /** Quantity of a virtual order of an instrument. */
  readonly orderQtyOf: (instrument: Instrument) => Qty;
};

export type CalibrationResult = {
  readonly instruments: number;
  readonly ordersPlaced: number;
  readonly ordersLapsed: number;
  readonly ordersFilled: number;
  readonly horizons: readonly HorizonFit[];
};

/** What was said of a virtual order within a horizon. */
type Said = { readonly p: number; readonly expected: number };

/** A virtual order that is followed. `said` by horizon. */
type Virtual = {
  readonly id: OrderId;
  readonly side: Side;
  readonly price: Px;
  readonly size: Qty;
  readonly placedUs: number;
  /** When it joins its queue; 0: it has. */
  joinsUs: number;
  readonly said: readonly Said[];
  filledUs: number | undefined;
};

type Followed = {
  readonly instrument: Instrument;
  readonly orders: Virtual[];
  /** Something was told of it since orders were last placed. */
  isTold: boolean;
  market: MarketPayloads["MarketDefined"] | undefined;
};

/** Measures over the events of one or several files, in order. */
export class Calibration {
  readonly #options: CalibrationOptions;
  readonly #loop: HotLoop;
  readonly #followed: (Followed | undefined)[] = [];
  readonly #fits: readonly Fit[];
  /** When orders are placed next. */
  #dueUs = 0;
  #lastUs = 0;
  #nextOrder = 1;
  #lapsed = 0;
  #filled = 0;

  constructor(options: CalibrationOptions) {
    this.#options = options;
    this.#loop = new HotLoop({ settings: options.settings });
    this.#fits = options.horizonsMs.map((horizonMs) => new Fit(horizonMs));
  }

  /** Applies one event of the file. */
  apply(event: Draft): void {
    if (event.eventType === "InstrumentListed") this.#list(event.payload);
    const followed = event.instrument === null ? undefined : this.#followed[event.instrument];
    if (followed === undefined || !isMarket(event)) return this.#loop.apply(event);
    this.#placeDue(event.eventTime);
    this.#enter(followed, event.eventTime);
    this.#loop.apply(event);
    this.#lastUs = event.eventTime;
    followed.isTold = true;
    if (this.#ends(followed, event)) this.#lapsed += this.#end(followed, event.eventTime);
    else this.#follow(followed, event.eventTime);
  }

  /** Returns the figures of what came so far. What is not decided yet is left out from here on. */
  result(): CalibrationResult {
    for (const followed of this.#followed) {
      if (followed !== undefined) this.#end(followed, this.#lastUs);
    }
    const instruments = this.#followed.filter((one) => one !== undefined).length;
    return {
      instruments,
      ordersPlaced: this.#nextOrder - 1,
      ordersLapsed: this.#lapsed,
      ordersFilled: this.#filled,
      horizons: this.#fits.map((fit) => fit.result()),
    };
  }

  #list(instrument: Instrument): void {
    const known = this.#followed[instrument.id];
    putAt(this.#followed, instrument.id, {
      instrument,
      orders: known?.orders ?? [],
      isTold: known?.isTold ?? false,
      market: known?.market,
    });
  }

  /** Places the orders that were due before this event, at the books before it. */
  #placeDue(nowUs: number): void {
    const everyUs = this.#options.everyMs * US_PER_MS;
    const dueUs = this.#dueUs;
    const isAnew = dueUs - nowUs > everyUs; // the next recording begins before the end of this one
    if (nowUs < dueUs && !isAnew) return;
    this.#dueUs = nowUs - nowUs % everyUs + everyUs;
    for (const followed of this.#followed) {
      if (followed?.isTold !== true) continue;
      followed.isTold = false;
      if (!isAnew) { for (const side of SIDES) this.#place(followed, { side, nowUs: dueUs }); }
    }
  }

  #place(followed: Followed, of: { readonly side: Side; readonly nowUs: number }): void {
    const { id } = followed.instrument;
    const market = this.#loop.market(id);
    const best = this.#loop.best(id, of);
    if (best === null || (market !== null && market.status !== "open")) return;
    const size = this.#options.orderQtyOf(followed.instrument);
    const asked = { side: of.side, price: best.price, orderQty: size };
    const delayMs = market?.isPassiveFree === true ? 0 : market?.betDelayMs ?? 0;
    const answers: Said[] = [];
    for (const horizonMs of this.#options.horizonsMs) {
      const said = this.#loop.pfillTtf(id, { ...asked, horizonMs });
      if (said === null || said.p === null) return;
      const need = perUnit((said.ahead ?? 0) + size, followed.instrument);
      const leftS = Math.max(0, horizonMs - delayMs) / MS_PER_S;
      answers.push({
        p: said.p,
        expected: said.mu === null ? said.p / (1 - said.p) : said.mu / need * leftS,
      });
    }
    const { side, nowUs: placedUs } = of;
    followed.orders.push({
      id: orderId(this.#nextOrder++),
      side,
      price: best.price,
      size,
      placedUs,
      joinsUs: placedUs + delayMs * US_PER_MS,
      said: answers,
      filledUs: undefined,
    });
  }

  /** Lets orders join that were held back, each before the first event after its delay. */
  #enter({ orders, instrument }: Followed, nowUs: number): void {
    for (const order of orders) {
      if (order.joinsUs === 0 || order.joinsUs > nowUs) continue;
      order.joinsUs = 0;
      const { id: orderId, side, price } = order;
      this.#loop.track({ orderId, instrument: instrument.id, side, price });
    }
  }

  /** Looks which orders filled, and counts those whose longest horizon is over. */
  #follow(followed: Followed, nowUs: number): void {
    const { orders, instrument } = followed;
    const longestUs = Math.max(...this.#options.horizonsMs) * US_PER_MS;
    let kept = 0;
    for (const order of orders) {
      if (nowUs - order.placedUs > longestUs) {
        this.#count(order, { instrument: instrument.id, endUs: nowUs });
        continue;
      }
      this.#lookAt(order, { instrument: instrument.id, nowUs });
      orders[kept++] = order;
    }
    orders.length = kept;
  }

  /** True if resting orders are gone with this event, or were not seen without a gap. */
  #ends(followed: Followed, event: Draft<keyof MarketPayloads>): boolean {
    if (event.eventType === "BookInvalidated") return true;
    if (event.eventType !== "MarketDefined") return false;
    const before = followed.market;
    followed.market = event.payload;
    return before !== undefined && lapses(before, event.payload);
  }

  /** Nothing that rests in an instrument is seen any further; returns how much of it. */
  #end(followed: Followed, endUs: number): number {
    const { orders, instrument } = followed;
    const unfilled = orders.filter((order) => order.filledUs === undefined).length;
    for (const order of orders) this.#count(order, { instrument: instrument.id, endUs });
    orders.length = 0;
    return unfilled;
  }

  /** A filled order leaves its queue; it is counted when its longest horizon is over, as others. */
  #lookAt(order: Virtual, of: { readonly instrument: InstrumentId; readonly nowUs: number }): void {
    const { id, side, price } = order;
    const place = this.#loop.queueOf(of.instrument, id);
    if (place === null) return;
    if (place.filled < order.size && !this.#loop.crosses(of.instrument, { side, price })) return;
    order.filledUs = of.nowUs;
    this.#loop.untrack({ orderId: id, instrument: of.instrument });
  }

  #count(
    order: Virtual,
    of: { readonly instrument: InstrumentId; readonly endUs: number },
  ): void {
    this.#loop.untrack({ orderId: order.id, instrument: of.instrument });
    if (order.filledUs !== undefined) this.#filled += 1;
    for (const [at, fit] of this.#fits.entries()) {
      if (of.endUs - order.placedUs < fit.horizonMs * US_PER_MS) continue;
      const isFilled = order.filledUs !== undefined &&
        order.filledUs - order.placedUs <= fit.horizonMs * US_PER_MS;
      const said = order.said[at];
      if (said !== undefined) fit.add({ ...said, isFilled, placedUs: order.placedUs });
    }
  }
}

function isMarket(event: Draft): event is Draft<keyof MarketPayloads> {
  return event.source === "market_data";
}
