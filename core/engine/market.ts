/**
 * Market data: into the book of its instrument. Nothing else changes.
 * @module
 */
import type { Turn } from "./turn.ts";
import type { Event, MarketPayloads } from "../event.ts";
import { unreachable } from "../invariant.ts";

/** An event of a feed. */
export type MarketEvent = Event<keyof MarketPayloads>;

/** Applies market data. That of an instrument which is not listed is ignored. */
export function applyMarket(turn: Turn, event: MarketEvent): void {
  if (event.instrument === null) return;
  const book = turn.state.instruments[event.instrument]?.book;
  if (book === undefined) return;
  switch (event.eventType) {
    case "BookSnapshot":
      return book.applySnapshot(event.payload, turn.nowUs);
    case "BookDelta":
      return book.applyDelta(event.payload, turn.nowUs);
    case "QuoteUpdated":
      return book.applyQuote(event.payload, turn.nowUs);
    case "TradePrinted":
      return book.applyTrade(turn.nowUs);
    case "BookInvalidated":
      return book.invalidate();
    case "MarketDefined":
      return;
    default:
      return unreachable(event);
  }
}
