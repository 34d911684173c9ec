/**
 * Recorded Bybit streams (v5) as market events: books by their update ids, public trades. Lines are
 * bare messages, as in the venue's own archives, or begin with a receive time.
 *
 * Each delta's `u` is the one before plus 1; another one is a problem and invalidates the book until
 * the next snapshot.
 * Block trades were not made in the book, and are left out.
 * Ordering: events come in the order of the lines.
 * Source: Bybit V5 "Orderbook" and "Trade" public topics.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { Micros } from "../../core/numbers.ts";
import type { CaptureInstruments } from "./capture_instruments.ts";
import { splitLine, timeOfUs } from "./capture_line.ts";
import { type CaptureNotes, levelOf, levelsOf } from "./capture_notes.ts";
import type { CaptureOptions, CaptureReader } from "./capture_reader.ts";
import { type FormatParts, LineCapture, type LineFormat } from "./line_capture.ts";
import { marketDraft } from "./market_draft.ts";
import {
  type Fields,
  fieldsOf,
  integerOf,
  listOf,
  parseJson,
  takerOf,
  textOf,
} from "./message_fields.ts";

const SIDE_WORDS = { path: "a trade's side", buy: "Buy", sell: "Sell" };

/** Makes a reader of such captures. */
export function openReader(options: CaptureOptions): CaptureReader {
  return new LineCapture(options, (parts) => new BybitFormat(parts));
}

class BybitFormat implements LineFormat {
  readonly #notes: CaptureNotes;
  readonly #instruments: CaptureInstruments;
  /** Update id of each book that stands. */
  readonly #updateIds = new Map<Instrument, number>();
  receivedUs: Micros | undefined;

  constructor({ notes, instruments }: FormatParts) {
    this.#notes = notes;
    this.#instruments = instruments;
  }

  read(line: string, place: string): Draft[] {
    const at = line.startsWith("{") ? undefined : splitLine(line);
    this.receivedUs = at?.receivedUs;
    const message = at?.message ?? line;
    if (message === "") return this.#notes.pass();
    return this.#take(fieldsOf(parseJson(message), "the message"), place);
  }

  forget(instrument: Instrument): void {
    this.#updateIds.delete(instrument);
  }

  #take(message: Fields, place: string): Draft[] {
    const topic = typeof message["topic"] === "string" ? message["topic"] : "";
    const symbol = topic.slice(topic.lastIndexOf(".") + 1);
    const isBook = topic.startsWith("orderbook.");
    if (!isBook && !topic.startsWith("publicTrade.")) {
      return this.#notes.ignore(`topic ${topic}`, place);
    }
    const instrument = this.#instruments.find(symbol);
    if (instrument === undefined) return this.#notes.ignore(`symbol ${symbol}`, place);
    if (!isBook) return this.#trades(listOf(message["data"], "data"), { instrument, place });
    return this.#book(message, instrument, place);
  }

  #book(message: Fields, instrument: Instrument, place: string): Draft[] {
    const data = fieldsOf(message["data"], "data");
    const updateId = integerOf(data["u"], "u");
    const at = timeOfUs(integerOf(message["ts"], "ts") * 1000);
    const payload = {
      bids: levelsOf(rawLevels(data["b"]), instrument),
      asks: levelsOf(rawLevels(data["a"]), instrument),
      updateId,
    };
    const { summary } = this.#notes;
    const before = this.#updateIds.get(instrument);
    if (message["type"] === "snapshot" || updateId === 1) {
      summary.snapshots++;
      this.#updateIds.set(instrument, updateId);
      return [marketDraft(instrument, at, { eventType: "BookSnapshot", payload })];
    }
    summary.depthMessages++;
    summary.firstUpdateId ??= updateId;
    summary.lastUpdateId = updateId;
    if (before === undefined) return []; // nothing to apply it to: a snapshot comes first
    if (updateId === before + 1) {
      this.#updateIds.set(instrument, updateId);
      return [marketDraft(instrument, at, { eventType: "BookDelta", payload })];
    }
    summary.gaps++;
    this.#updateIds.delete(instrument);
    const reason = `${place}: the depth stream has a gap: the message must be update ` +
      `${before + 1}: was ${updateId}`;
    this.#notes.problem(reason);
    return [marketDraft(instrument, at, { eventType: "BookInvalidated", payload: { reason } })];
  }

  #trades(
    list: readonly unknown[],
    { instrument, place }: { readonly instrument: Instrument; readonly place: string },
  ): Draft[] {
    const drafts = list.flatMap((item) => {
      const trade = fieldsOf(item, "a trade");
      if (trade["BT"] === true) return this.#notes.ignore("a block trade", place); // not of the book
      const [price, qty] = levelOf([textOf(trade["p"], "p"), textOf(trade["v"], "v")], instrument);
      return marketDraft(instrument, timeOfUs(integerOf(trade["T"], "T") * 1000), {
        eventType: "TradePrinted",
        payload: {
          price,
          qty,
          side: takerOf(trade["S"], SIDE_WORDS),
          tradeId: textOf(trade["i"], "i"),
        },
      });
    });
    this.#notes.summary.trades += drafts.length;
    return drafts;
  }
}

function rawLevels(value: unknown): readonly (readonly [string, string])[] {
  return listOf(value, "levels").map((level) => {
    const [price, size] = listOf(level, "a level");
    return [textOf(price, "a price"), textOf(size, "a size")];
  });
}
