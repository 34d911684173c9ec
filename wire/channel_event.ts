/**
 * Applied events as the channels of EVENTS show them, encoded at most once per shape and shared by
 * all sessions.
 *
 * Ordering: a text is made while the state is the one after its event.
 * @module
 */
import type { Event } from "../core/event.ts";
import { type Instrument, instrumentAt } from "../core/instrument.ts";
import { unreachable } from "../core/invariant.ts";
import type { InstrumentId, VenueId } from "../core/numbers.ts";
import type { View } from "../core/view.ts";
import type { EventKey } from "./event_queue.ts";
import type { Channel } from "./message.ts";
import {
  encodeBookPayload,
  encodeInstrumentRow,
  encodeTimerPayload,
  encodeTradePayload,
  encodeVenuePayload,
} from "./rows.ts";
import { encodeEvent } from "./server_message.ts";

/** One event for subscribers. */
export type ChannelEvent = {
  readonly channel: Channel;
  readonly seq: number;
  readonly venue: VenueId | null;
  readonly instrument: InstrumentId | null;
  /** A state and not a happening: `conflate_ms` holds for it. */
  readonly isSampled?: boolean;
  /** Of a timer event. */
  readonly intervalMs?: number;
  /** Under which a slow reader's events replace each other; undefined: they never do. */
  readonly key: EventKey | undefined;
  /** The encoded event; `depth` matters to books and queues only. */
  readonly text: (depth: number) => string;
};

/** Returns what subscribers see of an event, or undefined if no channel shows it. */
export function toChannelEvent(event: Event, view: View): ChannelEvent | undefined {
  switch (event.eventType) {
    case "BookSnapshot":
    case "BookDelta":
    case "BookInvalidated":
      return bookEvent(event, view);
    case "QuoteUpdated":
      return showsQuotes(event, view) ? bookEvent(event, view) : undefined;
    case "TradePrinted":
      return once(event, view, { channel: "trade", payload: tradePayload(event, view) });
    case "InstrumentListed":
      return once(event, view, { channel: "instrument", payload: listingPayload(event, view) });
    case "VenueStatusChanged":
      return once(event, view, { channel: "venue", payload: statusPayload(event, view) });
    case "IntervalElapsed":
      return timerEvent(event, view);
    case "Started":
    case "ConfigurationReloaded":
    case "VenueDeclared":
    case "LimitsSet":
    case "BalanceSet":
    case "TradingStateSet":
    case "KillSwitchSet":
    case "DryRunSet":
    case "ReconcileAsked":
    case "AccountAdopted":
    case "SessionOpened":
    case "SessionClosed":
    case "Stopping":
    case "IntentReceived":
    case "OrderAccepted":
    case "OrderRejected":
    case "OrderExecuted":
    case "ExecutionVoided":
    case "ExecutionCorrected":
    case "ExecutionConfirmed":
    case "OrderCancelled":
    case "OrderExpired":
    case "CancelRejected":
    case "OrderReplaced":
    case "ReplaceRejected":
    case "RequestFailed":
    case "OrderFound":
    case "OrderNotFound":
    case "Reconciled":
    case "ReconcileFailed":
    case "CashPosted":
    case "FundingPosted":
    case "InstrumentSettled":
    case "OutcomesSplit":
    case "OutcomesMerged":
    case "InstrumentResolved":
    case "OutcomeSettled":
    case "RunnerRemoved":
    case "AccountReported":
    case "MarketSettled":
    case "MarketDefined":
    case "DeadlineReached":
      return undefined;
    default:
      return unreachable(event);
  }
}

/** A quote changes what subscribers see only where it is all the book there is. */
function showsQuotes(event: Event, view: View): boolean {
  const instrument = event.instrument === null
    ? undefined
    : instrumentAt(view.instruments, event.instrument);
  const venue = event.venue === null ? undefined : view.venues[event.venue];
  return (instrument?.capabilities?.book ?? venue?.capabilities.book) === "best";
}

function bookEvent(event: Event, view: View): ChannelEvent | undefined {
  const instrument = event.instrument === null
    ? undefined
    : instrumentAt(view.instruments, event.instrument);
  if (instrument === undefined) return undefined;
  const texts = new Map<number, string>();
  return {
    channel: "book",
    seq: event.seqId,
    venue: event.venue,
    instrument: instrument.id,
    key: bookKey(instrument.id),
    isSampled: true,
    text: (depth) => {
      const known = texts.get(depth);
      if (known !== undefined) return known;
      const payload = bookPayload(view, { instrument, depth });
      const text = wrap(event, view, { channel: "book", payload });
      texts.set(depth, text);
      return text;
    },
  };
}

/** Returns the key of an instrument's book. */
export function bookKey(instrument: InstrumentId): EventKey {
  return `book ${instrument}`;
}

/** Returns the top of a book now; empty while it is no reference. */
function bookPayload(
  view: View,
  of: { readonly instrument: Instrument; readonly depth: number },
): string {
  const book = view.book(of.instrument.id);
  if (book?.isFresh !== true) return encodeBookPayload({ bids: [], asks: [] }, of.instrument);
  const sides = { bids: book.top("Buy", of.depth), asks: book.top("Sell", of.depth) };
  return encodeBookPayload(sides, of.instrument);
}

/** Returns a book event of the state now, for a snapshot or in place of skipped updates. */
export function encodeBookNow(
  view: View,
  of: { readonly instrument: Instrument; readonly depth: number; readonly nowUs: number },
): string {
  return encodeEvent({
    seqId: view.seqId,
    eventTimeUs: view.book(of.instrument.id)?.updatedUs ?? of.nowUs,
    ingestTimeUs: of.nowUs,
    source: "market_data",
    venue: view.venues[of.instrument.venue]?.name ?? null,
    instrument: of.instrument.name,
    eventType: "book",
    payload: bookPayload(view, of),
    idempotencyKey: null,
  });
}

/** Returns an order event: a report of any client. `report` is its text. */
export function orderEvent(
  event: Event,
  view: View,
  of: {
    readonly instrument: InstrumentId | null;
    readonly payload: string;
  },
): ChannelEvent {
  const instrument = of.instrument === null
    ? undefined
    : instrumentAt(view.instruments, of.instrument);
  const concerned = {
    ...event,
    instrument: of.instrument,
    venue: instrument?.venue ?? event.venue,
  };
  return once(concerned, view, { channel: "order", payload: of.payload });
}

/** A payload and its channel. */
export type Shown = { readonly channel: Channel; readonly payload: string };
/** What an event as it is shown says besides its payload. */
export type Concerned = Pick<
  Event,
  "seqId" | "eventTime" | "ingestTime" | "source" | "venue" | "instrument" | "idempotencyKey"
>;

/** Returns an event that is encoded at once, since it is the same for all. */
export function once(event: Concerned, view: View, shown: Shown): ChannelEvent {
  const text = wrap(event, view, shown);
  const { seqId: seq, venue, instrument } = event;
  const key = shown.channel === "trade" ? `trade ${instrument}` : undefined;
  return { channel: shown.channel, seq, venue, instrument, key, text: () => text };
}

function timerEvent(event: Event<"IntervalElapsed">, view: View): ChannelEvent {
  const payload = encodeTimerPayload(event.payload);
  const { intervalMs } = event.payload;
  const shown = once(event, view, { channel: "timer", payload });
  return { ...shown, intervalMs, key: `timer ${intervalMs}` };
}

/** Returns the text of an event for EVENTS. */
export function wrap(event: Concerned, view: View, shown: Shown): string {
  const { venue, instrument } = event;
  return encodeEvent({
    seqId: event.seqId,
    eventTimeUs: event.eventTime,
    ingestTimeUs: event.ingestTime,
    source: event.source,
    venue: venue === null ? null : view.venues[venue]?.name ?? null,
    instrument: instrument === null
      ? null
      : instrumentAt(view.instruments, instrument)?.name ?? null,
    eventType: shown.channel,
    payload: shown.payload,
    idempotencyKey: event.idempotencyKey,
  });
}

function tradePayload(event: Event<"TradePrinted">, view: View): string {
  const instrument = event.instrument === null
    ? undefined
    : instrumentAt(view.instruments, event.instrument);
  return instrument === undefined ? "null" : encodeTradePayload(event.payload, instrument);
}

function listingPayload(event: Event<"InstrumentListed">, view: View): string {
  const venue = view.venues[event.payload.venue];
  const names = { name: venue?.name ?? "", exchange: venue?.exchange ?? "" };
  return encodeInstrumentRow(event.payload, names);
}

function statusPayload(event: Event<"VenueStatusChanged">, view: View): string {
  const name = event.venue === null ? "" : view.venues[event.venue]?.name ?? "";
  return encodeVenuePayload({ name, ...event.payload });
}
