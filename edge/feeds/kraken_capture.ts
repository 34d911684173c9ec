/**
 * Recorded Kraken streams (WebSocket v1) as market events: books with their checksums, trades,
 * tickers.
 *
 * Each update of a book carries the CRC-32 of its ten best levels on both sides. It is compared with
 * the book as it was built here; a difference means that something is missing before it: a problem,
 * and the book is invalid until the next snapshot. So it is after a change that cannot be read. A line
 * of which pair and channel cannot be read, such as one that is cut, may have been a change of any
 * book, below the levels that checksums cover: all books are invalid then.
 *
 * A book has a fixed depth: levels that fall below it are removed here, since the venue sends no
 * more of them.
 * Ordering: events come in the order of the lines. An update's time is that of its newest level.
 * Source: Kraken "WebSockets API v1", book, trade, ticker; "Book Checksum".
 * @module
 */
import type { Draft, Levels } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import { type Micros, micros } from "../../core/numbers.ts";
import type { CaptureInstruments } from "./capture_instruments.ts";
import { LineError, splitLine, timeOfUs } from "./capture_line.ts";
import { type CaptureNotes, levelOf } from "./capture_notes.ts";
import type { CaptureOptions, CaptureReader } from "./capture_reader.ts";
import { ChecksumBook } from "./kraken_checksum.ts";
import { type FormatParts, LineCapture, type LineFormat } from "./line_capture.ts";
import { marketDraft } from "./market_draft.ts";
import { type Fields, fieldsOf, listOf, parseJson, textOf } from "./message_fields.ts";
import { quantaOf } from "./venue_decimal.ts";

/** Makes a reader of such captures. */
export function openReader(options: CaptureOptions): CaptureReader {
  return new LineCapture(options, (parts) => new KrakenFormat(parts));
}

/** Where and of what a message is. */
type MessageAt = { readonly instrument: Instrument; readonly place: string };

class KrakenFormat implements LineFormat {
  readonly #notes: CaptureNotes;
  readonly #instruments: CaptureInstruments;
  readonly #books = new Map<Instrument, ChecksumBook>();
  /** Whose book the line at hand changes. */
  #changing: Instrument | undefined;
  /** Pair and channel of the line at hand could be read. */
  #isPlaced = false;
  receivedUs: Micros | undefined;

  constructor({ notes, instruments }: FormatParts) {
    this.#notes = notes;
    this.#instruments = instruments;
  }

  read(line: string, place: string): Draft[] {
    this.#changing = undefined;
    this.#isPlaced = false;
    const { receivedUs, message } = splitLine(line);
    this.receivedUs = receivedUs ?? this.receivedUs;
    return this.#take(message, place);
  }

  /** A part of the change may be in the book here already: the next checksum would prove nothing. */
  lose(reason: string): Draft[] {
    const news = { eventType: "BookInvalidated", payload: { reason } } as const;
    const known = this.#changing === undefined ? [] : [this.#changing];
    return (this.#isPlaced ? known : [...this.#books.keys()])
      .filter((instrument) => this.#books.delete(instrument))
      .map((instrument) => marketDraft(instrument, this.receivedUs ?? micros(0), news));
  }

  forget(instrument: Instrument): void {
    this.#books.delete(instrument);
  }

  /** Only messages of channels are lists: `[number, payload …, channel, pair]`. */
  #take(text: string, place: string): Draft[] {
    const message = text === "" ? undefined : parseJson(text);
    if (!Array.isArray(message)) return this.#notes.pass();
    const symbol = textOf(message.at(-1), "the pair");
    const [channel = ""] = textOf(message.at(-2), "the channel").split("-");
    this.#isPlaced = true;
    const instrument = this.#instruments.find(symbol);
    if (instrument === undefined) return this.#notes.ignore(`symbol ${symbol}`, place);
    const payloads = message.slice(1, -2);
    switch (channel) {
      case "book":
        return this.#book(payloads, { instrument, place }, textOf(message.at(-2), "the channel"));
      case "trade":
        return this.#trades(payloads, instrument);
      case "ticker":
        return this.#ticker(payloads, instrument);
      default:
        return this.#notes.ignore(`channel ${channel}`, place);
    }
  }

  #book(payloads: readonly unknown[], at: MessageAt, channel: string): Draft[] {
    this.#changing = at.instrument;
    const parts = payloads.map((part) => fieldsOf(part, "a book's part"));
    const [first = {}] = parts;
    if (first["as"] !== undefined || first["bs"] !== undefined) {
      return this.#snapshot(first, at, Number(channel.split("-")[1] ?? 10));
    }
    return this.#update(parts, at);
  }

  #snapshot(part: Fields, { instrument }: MessageAt, depth: number): Draft[] {
    const book = new ChecksumBook(depth);
    const [asks, askUs] = takeSide(book, { side: "ask", levels: part["as"] ?? [], instrument });
    const [bids, bidUs] = takeSide(book, { side: "bid", levels: part["bs"] ?? [], instrument });
    this.#books.set(instrument, book);
    this.#notes.summary.snapshots++;
    return [
      marketDraft(instrument, micros(Math.max(askUs, bidUs, 0)), {
        eventType: "BookSnapshot",
        payload: { bids, asks, updateId: null },
      }),
    ];
  }

  #update(parts: readonly Fields[], { instrument, place }: MessageAt): Draft[] {
    const { summary } = this.#notes;
    summary.depthMessages++;
    const book = this.#books.get(instrument);
    if (book === undefined) return []; // nothing to apply it to: a snapshot comes first
    const [asks, bids]: [number[], number[]] = [[], []];
    let [us, checksum] = [0, undefined as string | undefined];
    for (const part of parts) {
      const [changedAsks, askUs] = takeSide(book, { side: "ask", levels: part["a"], instrument });
      const [changedBids, bidUs] = takeSide(book, { side: "bid", levels: part["b"], instrument });
      asks.push(...changedAsks);
      bids.push(...changedBids);
      us = Math.max(us, askUs, bidUs);
      if (part["c"] !== undefined) checksum = textOf(part["c"], "c");
    }
    asks.push(...book.cut("ask"));
    bids.push(...book.cut("bid"));
    const at = micros(us);
    const own = book.checksum();
    if (checksum === undefined || Number(checksum) === own) {
      const payload = { bids, asks, updateId: null };
      return [marketDraft(instrument, at, { eventType: "BookDelta", payload })];
    }
    summary.gaps++;
    this.#books.delete(instrument);
    const reason =
      `${place}: the book of ${instrument.symbol} must have the checksum ${checksum}: ` +
      `was ${own}`;
    this.#notes.problem(reason);
    return [marketDraft(instrument, at, { eventType: "BookInvalidated", payload: { reason } })];
  }

  #trades([list]: readonly unknown[], instrument: Instrument): Draft[] {
    const drafts = listOf(list, "the trades").map((trade) => {
      const [price, size, time, side] = listOf(trade, "a trade").map((part) => textOf(part, "it"));
      if (side !== "b" && side !== "s") throw new LineError("Cannot read a trade: side: b or s");
      const [px, qty] = levelOf([price ?? "", size ?? ""], instrument);
      return marketDraft(instrument, secondsOf(time), {
        eventType: "TradePrinted",
        payload: { price: px, qty, side: side === "b" ? "Buy" : "Sell", tradeId: null },
      });
    });
    this.#notes.summary.trades += drafts.length;
    return drafts;
  }

  /** A ticker has no time of its own. */
  #ticker([ticker]: readonly unknown[], instrument: Instrument): Draft[] {
    const fields = fieldsOf(ticker, "the ticker");
    const [askPx, askQty] = bestOf(fields["a"], instrument);
    const [bidPx, bidQty] = bestOf(fields["b"], instrument);
    this.#notes.summary.quotes++;
    return [
      marketDraft(instrument, this.receivedUs ?? micros(0), {
        eventType: "QuoteUpdated",
        payload: { bidPx, bidQty, askPx, askQty, updateId: null },
      }),
    ];
  }
}

function bestOf(value: unknown, instrument: Instrument): ReturnType<typeof levelOf> {
  const [price, , size] = listOf(value, "a best price");
  return levelOf([textOf(price, "a price"), textOf(size, "a size")], instrument);
}

/** Puts levels into the book; returns them flat, and the time of the newest. */
function takeSide(
  book: ChecksumBook,
  of: { readonly side: "bid" | "ask"; readonly levels: unknown; readonly instrument: Instrument },
): readonly [Levels, number] {
  const flat: number[] = [];
  let newest = 0;
  if (of.levels === undefined) return [flat, newest];
  for (const level of listOf(of.levels, "levels")) {
    const [price, size, time] = listOf(level, "a level").map((part) => textOf(part, "a level"));
    const text = [price ?? "", size ?? ""] as const;
    const [px, qty] = levelOf(text, of.instrument);
    book.set(of.side, { px, qty, text: withoutPoint(text[0]) + withoutPoint(text[1]) });
    flat.push(px, qty);
    newest = Math.max(newest, secondsOf(time));
  }
  return [flat, newest];
}

/** As the checksum has numbers: digits without point and leading zeros. */
function withoutPoint(decimal: string): string {
  return decimal.replace(".", "").replace(/^0+/, "");
}

function secondsOf(text: string | undefined): Micros {
  return timeOfUs(text === undefined ? undefined : quantaOf(text, 6));
}
