/**
 * Market data drafts as every feed makes them.
 * @module
 */
import type { Draft, MarketPayloads } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { Micros } from "../../core/numbers.ts";

type MarketType = keyof MarketPayloads;

/** What a feed says: a kind of event and its payload. */
export type MarketNews = {
  readonly [Type in MarketType]: {
    readonly eventType: Type;
    readonly payload: MarketPayloads[Type];
  };
}[MarketType];

/** Makes the draft of a piece of news. A repeated one cannot be told, so it has no key. */
export function marketDraft(
  instrument: Pick<Instrument, "id" | "venue">,
  eventTime: Micros,
  news: MarketNews,
): Draft<MarketType> {
  const { eventType, payload } = news;
  return {
    eventTime,
    source: "market_data",
    venue: instrument.venue,
    instrument: instrument.id,
    eventType,
    payload,
    idempotencyKey: null,
  } as Draft<MarketType>; // not spread, which costs more than the rest: kind and payload are of one news
}
