/**
 * Recorded Hyperliquid streams as market events: whole books and trades.
 *
 * Ordering: events come in the order of the lines.
 * Known limit: a subscription begins with trades of the past; they have their own times and ids.
 * Source: Hyperliquid "WebSocket subscriptions": l2Book, trades.
 * @module
 */
import type { Draft, Levels } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { Micros } from "../../core/numbers.ts";
import type { CaptureInstruments } from "./capture_instruments.ts";
import { splitLine, timeOfUs } from "./capture_line.ts";
import {
  type CaptureNotes,
  fieldsOf,
  integerOf,
  levelOf,
  levelsOf,
  listOf,
  parseJson,
  textOf,
} from "./capture_notes.ts";
import type { CaptureOptions, CaptureReader } from "./capture_reader.ts";
import { type FormatParts, LineCapture, type LineFormat } from "./line_capture.ts";
import { marketDraft } from "./market_draft.ts";

/** Makes a reader of such captures. */
export function openReader(options: CaptureOptions): CaptureReader {
  return new LineCapture(options, (parts) => new HyperliquidFormat(parts));
}

class HyperliquidFormat implements LineFormat {
  readonly #notes: CaptureNotes;
  readonly #instruments: CaptureInstruments;
  receivedUs: Micros | undefined;

  constructor({ notes, instruments }: FormatParts) {
    this.#notes = notes;
    this.#instruments = instruments;
  }

  read(line: string, place: string): Draft[] {
    const { receivedUs, message } = splitLine(line);
    this.receivedUs = receivedUs;
    if (message === "") return this.#notes.pass();
    const { channel, data } = fieldsOf(parseJson(message), "the message");
    if (channel === "l2Book") return this.#book(data, place);
    if (channel !== "trades") return this.#notes.ignore(`channel ${String(channel)}`, place);
    return listOf(data, "data").flatMap((trade) => this.#trade(trade, place));
  }

  #book(data: unknown, place: string): Draft[] {
    const { coin, time, levels } = fieldsOf(data, "data");
    const instrument = this.#instruments.find(textOf(coin, "coin"));
    if (instrument === undefined) return this.#notes.ignore(`coin ${String(coin)}`, place);
    const [bids, asks] = listOf(levels, "levels").map((side) => sideOf(side, instrument));
    this.#notes.summary.snapshots++;
    return [
      marketDraft(instrument, timeOfUs(integerOf(time, "time") * 1000), {
        eventType: "BookSnapshot",
        payload: { bids: bids ?? [], asks: asks ?? [], updateId: null },
      }),
    ];
  }

  #trade(trade: unknown, place: string): Draft[] {
    const { coin, time, px, sz, side, tid } = fieldsOf(trade, "a trade");
    const instrument = this.#instruments.find(textOf(coin, "coin"));
    if (instrument === undefined) return this.#notes.ignore(`coin ${String(coin)}`, place);
    const [price, qty] = levelOf([textOf(px, "px"), textOf(sz, "sz")], instrument);
    this.#notes.summary.trades++;
    return [
      marketDraft(instrument, timeOfUs(integerOf(time, "time") * 1000), {
        eventType: "TradePrinted",
        payload: {
          price,
          qty,
          side: side === "B" ? "Buy" : "Sell",
          tradeId: String(integerOf(tid, "tid")),
        },
      }),
    ];
  }
}

function sideOf(side: unknown, instrument: Instrument): Levels {
  const levels = listOf(side, "a side").map((level) => {
    const { px, sz } = fieldsOf(level, "a level");
    return [textOf(px, "px"), textOf(sz, "sz")] as const;
  });
  return levelsOf(levels, instrument);
}
