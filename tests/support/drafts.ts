/**
 * Drafts of every source for tests of the edge: what a feed, an adapter, a session, a timer says.
 * @module
 */
import type { Draft, MarketPayloads } from "../../core/event.ts";
import { instrumentId, micros, orderId, px, qty, sessionId, venueId } from "../../core/numbers.ts";

type Book = { readonly bids?: readonly number[]; readonly asks?: readonly number[] };

/** Returns market data of an instrument (default 0) of venue 0. */
export function marketDraft<Type extends keyof MarketPayloads>(
  eventType: Type,
  payload: MarketPayloads[Type],
  instrument = 0,
): Draft {
  return {
    eventTime: micros(1),
    source: "market_data",
    venue: venueId(0),
    instrument: instrumentId(instrument),
    eventType,
    payload,
    idempotencyKey: null,
  } as Draft; // the type parameter ties payload to eventType; the union cannot say so
}

/** Returns a change of a book. */
export function deltaDraft({ bids = [], asks = [] }: Book, instrument = 0): Draft {
  return marketDraft("BookDelta", { bids, asks, updateId: null }, instrument);
}

/** Returns a whole book. */
export function snapshotDraft({ bids = [], asks = [] }: Book, instrument = 0): Draft {
  return marketDraft("BookSnapshot", { bids, asks, updateId: null }, instrument);
}

/** Returns a trade; `quantity` tells it from others. */
export function tradeDraft(quantity: number, instrument = 0): Draft {
  const payload = { price: px(100), qty: qty(quantity), side: null, tradeId: null };
  return marketDraft("TradePrinted", payload, instrument);
}

/** Returns a quote with this bid. */
export function quoteDraft(bidPx: number, instrument = 0): Draft {
  const payload = {
    bidPx: px(bidPx),
    bidQty: qty(1),
    askPx: null,
    askQty: qty(0),
    updateId: null,
  };
  return marketDraft("QuoteUpdated", payload, instrument);
}

/** Returns the news that venue 0's link changed. */
export function statusDraft(status: "up" | "down", reason = "test"): Draft {
  return {
    eventTime: micros(1),
    source: "control",
    venue: venueId(0),
    instrument: null,
    eventType: "VenueStatusChanged",
    payload: { status, reason },
    idempotencyKey: null,
  };
}

/** Returns the venue's acceptance of an order. */
export function acceptedDraft(order: number): Draft {
  return {
    eventTime: micros(1),
    source: "broker_report",
    venue: venueId(0),
    instrument: instrumentId(0),
    eventType: "OrderAccepted",
    payload: { order: orderId(order), clOrdId: `tl-${order}-1`, venueOrderId: null },
    idempotencyKey: null,
  };
}

/** Returns an intent that a session received. */
export function intentDraft(intentId: string): Draft {
  return {
    eventTime: micros(1),
    source: "intent",
    venue: null,
    instrument: null,
    eventType: "IntentReceived",
    payload: {
      session: sessionId(1),
      recvUs: micros(1),
      intent: { action: "NoOp", intentId, sentUs: micros(1), tag: null },
    },
    idempotencyKey: null,
  };
}

/** Returns what begins a run of a daemon. */
export function startedDraft(): Draft<"Started"> {
  return {
    eventTime: micros(1),
    source: "control",
    venue: null,
    instrument: null,
    eventType: "Started",
    payload: {
      engineVersion: "t",
      journalId: "t",
      mode: "paper",
      configuration: "",
      configDigest: "",
      settings: {
        invariants: "strict",
        intentHorizonMs: 1,
        intentsPerSecond: 1,
        burst: 1,
        lookupRetryMs: 1,
      },
      seed: 0,
    },
    idempotencyKey: null,
  };
}

/** Returns a request to stop; the reason `poison` makes the echo machine throw. */
export function stoppingDraft(reason: string): Draft {
  return {
    eventTime: micros(1),
    source: "control",
    venue: null,
    instrument: null,
    eventType: "Stopping",
    payload: { reason },
    idempotencyKey: null,
  };
}
