/**
 * Recorded Binance streams as market events: lines `<receive time, ns> <message>`, spot or USD-M.
 *
 * Depth messages wait for the snapshot, which a recorder fetches after it has subscribed, and are
 * then applied by the venue's rules (`depth_sequence.ts`). A message that does not follow the one
 * before it is a problem whatever its place; once the book stands, it also invalidates the book
 * until another snapshot comes.
 *
 * Invariant: deltas are emitted only when nothing is missing between them and the snapshot.
 * Ordering: events come in the order of the lines; several files are one stream.
 * Bounded: at most `HELD_MAX` depth messages wait for a snapshot, the oldest are dropped; the
 * rules then find the gap that this makes.
 * Known limits: the removal of the very first or the very last depth message leaves a valid stream;
 * only an expectation (see `capture_summary.ts`) can tell.
 * @module
 */
import type { Draft, Levels } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import { micros } from "../../core/numbers.ts";
import type { Micros } from "../../core/numbers.ts";
import { parseMessage } from "./binance_payloads.ts";
import type {
  BinanceMessage,
  BookTickerPayload,
  DepthSnapshotPayload,
  DepthUpdatePayload,
  TradePayload,
} from "./binance_payloads.ts";
import type { CaptureInstruments } from "./capture_instruments.ts";
import { splitLine, timeOfUs } from "./capture_line.ts";
import { type CaptureNotes, levelOf, levelsOf } from "./capture_notes.ts";
import type { CaptureOptions, CaptureReader } from "./capture_reader.ts";
import { DepthSequence } from "./depth_sequence.ts";
import type { DepthGap, DepthRange } from "./depth_sequence.ts";
import { type FormatParts, LineCapture, type LineFormat } from "./line_capture.ts";
import { marketDraft } from "./market_draft.ts";

const HELD_MAX = 10_000;

/** A depth message in quanta. */
type Depth = DepthRange & {
  readonly eventTime: Micros;
  readonly bids: Levels;
  readonly asks: Levels;
};

/** State of one instrument of the capture. */
type Channel = {
  readonly instrument: Instrument;
  readonly sequence: DepthSequence;
  held: Depth[];
  /** Which of the two streams of trades is read: the first that came. */
  trades: TradePayload["e"] | undefined;
};

/** Makes a reader of such captures. */
export function openReader(options: CaptureOptions): CaptureReader {
  return new LineCapture(options, (parts) => new BinanceFormat(parts));
}

/** Turns lines into drafts. */
class BinanceFormat implements LineFormat {
  readonly #instruments: CaptureInstruments;
  readonly #channels = new Map<Instrument, Channel>();
  readonly #notes: CaptureNotes;
  /** Of the line read last. */
  receivedUs: Micros | undefined;

  constructor({ notes, instruments }: FormatParts) {
    this.#notes = notes;
    this.#instruments = instruments;
  }

  read(line: string, place: string): Draft[] {
    const { receivedUs, message, symbol } = splitLine(line);
    this.receivedUs = receivedUs ?? this.receivedUs;
    if (message === "") return this.#notes.pass();
    const at = { receivedUs: receivedUs ?? micros(0), place, symbol };
    return this.#take(parseMessage(message), at);
  }

  forget(instrument: Instrument): void {
    this.#channels.delete(instrument);
  }

  #take(message: BinanceMessage, at: LinePlace): Draft[] {
    if (message.kind === "other") return this.#ignore(`stream ${message.type}`, at);
    const name = message.payload;
    const symbol = "s" in name ? name.s : name.symbol ?? at.symbol;
    const channel = this.#channelOf(symbol);
    if (channel === undefined) return this.#ignore(`symbol ${symbol ?? "(none given)"}`, at);
    switch (message.kind) {
      case "depth":
        return this.#depth(channel, message.payload, at);
      case "quote":
        return this.#quote(channel, message.payload, at);
      case "trade":
        return this.#trade(channel, message.payload, at);
      case "snapshot":
        return this.#snapshot(channel, message.payload, at);
    }
  }

  /** A bare snapshot names no symbol: then the capture must be of one instrument. */
  #channelOf(symbol: string | undefined): Channel | undefined {
    const instrument = this.#instruments.find(symbol);
    if (instrument === undefined) return undefined;
    const known = this.#channels.get(instrument);
    if (known !== undefined) return known;
    const channel: Channel = {
      instrument,
      sequence: new DepthSequence(),
      held: [],
      trades: undefined,
    };
    this.#channels.set(instrument, channel);
    return channel;
  }

  #ignore(what: string, { place }: LinePlace): Draft[] {
    return this.#notes.ignore(what, place);
  }

  #depth(channel: Channel, payload: DepthUpdatePayload, at: LinePlace): Draft[] {
    const update = depthOf(payload, channel.instrument); // all of it is read before any of it acts
    const { summary } = this.#notes;
    summary.depthMessages++;
    summary.firstUpdateId ??= payload.u;
    summary.lastUpdateId = payload.u;
    summary.quotesBeyondBook = 0;
    const gap = channel.sequence.see(update);
    if (gap === undefined) return this.#place(channel, update, at.place);
    summary.gaps++;
    const why = `${at.place}: ${sayGap(gap)}`;
    this.#notes.problem(why);
    return this.#place(channel, update, why);
  }

  /** `why`: what to say if the update does not fit the book. */
  #place(channel: Channel, update: Depth, why: string): Draft[] {
    const { instrument } = channel;
    switch (channel.sequence.place(update)) {
      case "hold":
        channel.held.push(update);
        if (channel.held.length > HELD_MAX) channel.held.shift();
        return [];
      case "old":
        return [];
      case "next":
        return [
          marketDraft(instrument, update.eventTime, {
            eventType: "BookDelta",
            payload: { bids: update.bids, asks: update.asks, updateId: update.last },
          }),
        ];
      case "gap": {
        channel.held = [update];
        const news = { eventType: "BookInvalidated", payload: { reason: why } } as const;
        return [marketDraft(instrument, update.eventTime, news)];
      }
    }
  }

  #snapshot(channel: Channel, payload: DepthSnapshotPayload, at: LinePlace): Draft[] {
    this.#notes.summary.snapshots++;
    // An older picture of a book in step adds nothing; what a newer one has may have been missed.
    if (!channel.sequence.lacks(payload.lastUpdateId)) return [];
    const { instrument } = channel;
    const snapshot = marketDraft(instrument, timeOf(payload.E, at), {
      eventType: "BookSnapshot",
      payload: {
        bids: levelsOf(payload.bids, instrument),
        asks: levelsOf(payload.asks, instrument),
        updateId: payload.lastUpdateId,
      },
    });
    channel.sequence.seed(payload.lastUpdateId);
    const held = channel.held;
    channel.held = [];
    const why =
      `${at.place}: the snapshot ends at update ${payload.lastUpdateId}, before the stream`;
    const drafts = [snapshot, ...held.flatMap((waiting) => this.#place(channel, waiting, why))];
    if (!channel.sequence.isSeeded) this.#notes.problem(why);
    return drafts;
  }

  #quote({ instrument }: Channel, payload: BookTickerPayload, at: LinePlace): Draft[] {
    const [bidPx, bidQty] = levelOf([payload.b, payload.B], instrument);
    const [askPx, askQty] = levelOf([payload.a, payload.A], instrument);
    this.#notes.summary.quotes++;
    if (payload.u > (this.#notes.summary.lastUpdateId ?? 0)) this.#notes.summary.quotesBeyondBook++;
    return [
      marketDraft(instrument, timeOf(payload.E, at), {
        eventType: "QuoteUpdated",
        payload: {
          bidPx: bidQty === 0 ? null : bidPx,
          bidQty,
          askPx: askQty === 0 ? null : askPx,
          askQty,
          updateId: payload.u,
        },
      }),
    ];
  }

  #trade(channel: Channel, payload: TradePayload, at: LinePlace): Draft[] {
    const { instrument } = channel;
    channel.trades ??= payload.e;
    if (channel.trades !== payload.e) return this.#ignore(`a second stream of trades`, at);
    // Insurance fund and auto-deleveraging prints did not come from the book.
    if ((payload.X ?? "MARKET") !== "MARKET") return this.#ignore(`trade type ${payload.X}`, at);
    const [price, size] = levelOf([payload.p, payload.q], instrument);
    this.#notes.summary.trades++;
    return [
      marketDraft(instrument, timeOfUs(payload.E * 1000), {
        eventType: "TradePrinted",
        payload: {
          price,
          qty: size,
          side: payload.m ? "Sell" : "Buy",
          tradeId: String(payload.t),
        },
      }),
    ];
  }
}

/** When and where a line was received. */
type LinePlace = {
  readonly receivedUs: Micros;
  readonly place: string;
  /** That of the request, if the line is an answer. */
  readonly symbol: string | undefined;
};

function depthOf(payload: DepthUpdatePayload, instrument: Instrument): Depth {
  return {
    first: payload.U,
    last: payload.u,
    previous: payload.pu ?? null,
    eventTime: timeOfUs(payload.E * 1000),
    bids: levelsOf(payload.b, instrument),
    asks: levelsOf(payload.a, instrument),
  };
}

function sayGap(gap: DepthGap): string {
  return `the depth stream has a gap: the message must follow update ${gap.expected}: ` +
    `was ${gap.seen}`;
}

/** Spot quotes and snapshots carry no time: then the receive time is the best there is. */
function timeOf(eventMs: number | undefined, at: LinePlace): Micros {
  return eventMs === undefined ? at.receivedUs : timeOfUs(eventMs * 1000);
}
