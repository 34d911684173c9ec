/**
 * Recorded Hyperliquid streams as market events: whole books and trades.
 *
 * Ordering: events come in the order of the lines.
 * Invariant: a trade is told once. A subscription begins with trades of the past, of which those are
 * left out that were told before; the others have their own times and ids.
 * Bounded: the ids of the newest `TRADES_MAX` trades of each instrument are remembered.
 * Source: Hyperliquid "WebSocket subscriptions": l2Book, trades.
 * @module
 */
import type { Draft, Levels } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { InstrumentId, Micros } from "../../core/numbers.ts";
import type { CaptureInstruments } from "./capture_instruments.ts";
import { splitLine, timeOfUs } from "./capture_line.ts";
import { type CaptureNotes, levelOf, levelsOf } from "./capture_notes.ts";
import type { CaptureOptions, CaptureReader } from "./capture_reader.ts";
import { type FormatParts, LineCapture, type LineFormat } from "./line_capture.ts";
import { marketDraft } from "./market_draft.ts";
import { fieldsOf, integerOf, listOf, parseJson, takerOf, textOf } from "./message_fields.ts";

/** So many trades are known again. A subscription begins with some tens of them. */
export const TRADES_MAX = 1_000;

const SIDE_WORDS = { path: "side", buy: "B", sell: "A" };

type Trade = { readonly draft: Draft; readonly instrument: InstrumentId; readonly key: string };

/** Makes a reader of such captures. */
export function openReader(options: CaptureOptions): CaptureReader {
  return new LineCapture(options, (parts) => new HyperliquidFormat(parts));
}

class HyperliquidFormat implements LineFormat {
  readonly #notes: CaptureNotes;
  readonly #instruments: CaptureInstruments;
  /** Times and ids of the newest trades, oldest first. */
  readonly #told = new Map<InstrumentId, Set<string>>();
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
    const trades = listOf(data, "data").flatMap((trade) => this.#trade(trade, place));
    // Only here are they remembered: a message of which one trade cannot be read tells none of them.
    return trades.flatMap((trade) => this.#isNew(trade) ? [trade.draft] : this.#notes.pass());
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

  #trade(trade: unknown, place: string): Trade[] {
    const fields = fieldsOf(trade, "a trade");
    const { coin, time, px, sz, side } = fields;
    const instrument = this.#instruments.find(textOf(coin, "coin"));
    if (instrument === undefined) {
      this.#notes.ignore(`coin ${String(coin)}`, place);
      return [];
    }
    const [price, qty] = levelOf([textOf(px, "px"), textOf(sz, "sz")], instrument);
    const [ms, tid] = [integerOf(time, "time"), integerOf(fields["tid"], "tid")];
    const draft = marketDraft(instrument, timeOfUs(ms * 1000), {
      eventType: "TradePrinted",
      payload: { price, qty, side: takerOf(side, SIDE_WORDS), tradeId: String(tid) },
    });
    // A tid is a hash of the two orders, and unique at one time only.
    return [{ draft, instrument: instrument.id, key: `${ms} ${tid}` }];
  }

  /** True if the trade was not told before. Remembers it. */
  #isNew({ instrument, key }: Trade): boolean {
    const told = this.#told.get(instrument) ?? new Set();
    this.#told.set(instrument, told);
    if (told.has(key)) return false;
    told.add(key);
    const [oldest] = told;
    if (told.size > TRADES_MAX && oldest !== undefined) told.delete(oldest);
    this.#notes.summary.trades++;
    return true;
  }
}

function sideOf(side: unknown, instrument: Instrument): Levels {
  const levels = listOf(side, "a side").map((level) => {
    const { px, sz } = fieldsOf(level, "a level");
    return [textOf(px, "px"), textOf(sz, "sz")] as const;
  });
  return levelsOf(levels, instrument);
}
