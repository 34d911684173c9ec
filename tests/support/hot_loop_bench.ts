/**
 * A hot loop with one instrument, told step by step what its feed says.
 * @module
 */
import type { Event, MarketPayloads } from "../../core/event.ts";
import { type Emission, HotLoop, parseHotLoopSettings } from "../../core/hotloop/mod.ts";
import type { Instrument, Side } from "../../core/instrument.ts";
import { micros, px, qty, seqId, venueId } from "../../core/numbers.ts";

type News = {
  readonly [Type in keyof MarketPayloads]: {
    readonly eventType: Type;
    readonly payload: MarketPayloads[Type];
  };
}[keyof MarketPayloads];
type Sides = { readonly bids?: readonly number[]; readonly asks?: readonly number[] };

/** A definition in which nothing is special. */
export const OPEN: MarketPayloads["MarketDefined"] = {
  status: "open",
  inPlay: false,
  betDelayMs: 0,
  isPassiveFree: false,
  baseRatePpm: 50_000,
  discountAllowed: true,
  version: 1,
  removals: [],
};

/** Wraps news of an instrument into an event. */
export function marketEvent(instrument: Instrument, us: number, news: News): Event {
  return {
    seqId: seqId(1),
    eventTime: micros(us),
    ingestTime: micros(us),
    source: "market_data",
    venue: instrument.venue,
    instrument: instrument.id,
    idempotencyKey: null,
    ...news,
  };
}

/** Wraps a listing into an event. */
export function listedEvent(instrument: Instrument): Event {
  return {
    seqId: seqId(1),
    eventTime: micros(0),
    ingestTime: micros(0),
    source: "control",
    venue: venueId(0),
    instrument: instrument.id,
    eventType: "InstrumentListed",
    payload: instrument,
    idempotencyKey: null,
  };
}

/** The bench. Times are seconds of the feed. */
export class HotLoopBench {
  readonly loop: HotLoop;
  readonly emitted: Emission[] = [];
  readonly instrument: Instrument;
  atS = 1_000;

  constructor(instrument: Instrument, settings: unknown = {}) {
    const parsed = parseHotLoopSettings(settings);
    if (!parsed.ok) throw new Error(parsed.problems.join("\n"));
    this.instrument = instrument;
    this.loop = new HotLoop({
      settings: parsed.settings,
      emit: (emission) => void this.emitted.push(emission),
    });
    this.loop.apply(listedEvent(instrument));
  }

  /** Lets time of the feed pass. */
  after(seconds: number): this {
    this.atS += seconds;
    return this;
  }

  tell(news: News): this {
    this.loop.apply(marketEvent(this.instrument, Math.round(this.atS * 1_000_000), news));
    return this;
  }

  snapshot({ bids = [], asks = [] }: Sides): this {
    return this.tell({ eventType: "BookSnapshot", payload: { bids, asks, updateId: null } });
  }

  delta({ bids = [], asks = [] }: Sides): this {
    return this.tell({ eventType: "BookDelta", payload: { bids, asks, updateId: null } });
  }

  trade(price: number, of: { readonly qty: number; readonly side?: Side }): this {
    const payload = { price: px(price), qty: qty(of.qty), side: of.side ?? null, tradeId: null };
    return this.tell({ eventType: "TradePrinted", payload });
  }

  define(changes: Partial<MarketPayloads["MarketDefined"]> = {}): this {
    return this.tell({ eventType: "MarketDefined", payload: { ...OPEN, ...changes } });
  }

  get id(): Instrument["id"] {
    return this.instrument.id;
  }
}
