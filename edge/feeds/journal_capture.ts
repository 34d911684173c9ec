/**
 * Market data of our own journal as a capture: the segments of a state directory, in their order, or
 * the lines that `journal dump` prints. Intents, reports and the rest are passed over.
 *
 * Instruments have numbers there, which `InstrumentListed` names; so the first segment is needed. One
 * is played as the one of its name that is configured, or as the one of its symbol: never two. A
 * batch whose market data were dropped by retention is a gap: the books are lost until the next
 * snapshot. So they are at a line that cannot be read or is cut, whatever it was, and where the daemon
 * was started again.
 *
 * Ordering: as recorded, paced by the engine's clock.
 * Known limit: hashes are not checked here; `journal verify` does that.
 * @module
 */
import type { Draft, Event } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { InstrumentId, Micros } from "../../core/numbers.ts";
import { cutText } from "../../core/cut_text.ts";
import { isOfSource, isOfType } from "../journal/event_head.ts";
import { EventLineError, parseEventLine } from "../journal/event_lines.ts";
import type { CaptureInstruments } from "./capture_instruments.ts";
import { LineError } from "./capture_line.ts";
import type { CaptureNotes } from "./capture_notes.ts";
import type { CaptureOptions, CaptureReader } from "./capture_reader.ts";
import { type FormatParts, LineCapture, type LineFormat } from "./line_capture.ts";
import { marketDraft } from "./market_draft.ts";

const EVENT = '{"event":{';
const BATCH = '{"batch":{';
const DROPPED = ',"market":"dropped"}}';
/** How every line ends. */
const END = "}}";

/** Makes a reader of journal lines. */
export function openJournal(options: CaptureOptions): CaptureReader {
  return new LineCapture(options, (parts) => new JournalFormat(parts, options));
}

/** Turns recorded events into drafts. */
class JournalFormat implements LineFormat {
  readonly #options: CaptureOptions;
  readonly #notes: CaptureNotes;
  readonly #instruments: CaptureInstruments;
  /** By the number that the journal has for it; undefined: not used here. */
  readonly #byNumber = new Map<InstrumentId, Instrument | undefined>();
  receivedUs: Micros | undefined;

  constructor({ notes, instruments }: FormatParts, options: CaptureOptions) {
    this.#options = options;
    this.#notes = notes;
    this.#instruments = instruments;
  }

  read(line: string, place: string): Draft[] {
    if (line.startsWith(BATCH) && line.endsWith(DROPPED)) return this.#dropped(place);
    if (line.startsWith(EVENT) && isUsed(line)) return this.#take(parseEvent(line), place);
    const isWhole = line.endsWith(END) && /^\{"\w+":/.test(line);
    if (line === "" || isWhole) return this.#notes.pass();
    const seen = cutText(line, 40);
    throw new LineError(`Cannot read a line: it must be a journal's, and whole: was ${seen}`);
  }

  #take(event: Event, place: string): Draft[] {
    this.receivedUs = event.ingestTime;
    if (event.eventType === "InstrumentListed") return this.#list(event, place);
    if (event.eventType === "Started") return this.lose(`${place}: the daemon was started again`);
    const { instrument: number } = event;
    if (number === null) return this.#notes.pass();
    const instrument = this.#byNumber.get(number);
    if (instrument === undefined) {
      return this.#notes.ignore(
        this.#byNumber.has(number)
          ? `instrument ${number}`
          : `instrument ${number}, which must have been listed before its market data,`,
        place,
      );
    }
    this.#count(event);
    const { seqId: _seqId, ingestTime: _ingestTime, ...draft } = event;
    return [{ ...draft, venue: instrument.venue, instrument: instrument.id } as Draft];
  }

  /** Where nobody configured instruments they are listed as they were. */
  #list(event: Event<"InstrumentListed">, place: string): Draft[] {
    const { payload: listed } = event;
    if (this.#options.instruments.length === 0) {
      this.#byNumber.set(listed.id, listed);
      const { seqId: _seqId, ingestTime: _ingestTime, ...draft } = event;
      return [draft];
    }
    const instrument = this.#instruments.find(listed.symbol);
    this.#byNumber.delete(listed.id);
    const other = this.#numberOf(instrument);
    this.#byNumber.set(listed.id, undefined);
    if (instrument === undefined) return [];
    if (other !== undefined && listed.name !== instrument.name) {
      const what = `${listed.name}, which has its symbol in common with another instrument,`;
      return this.#notes.ignore(what, place);
    }
    const isSame = instrument.priceRule.scale === listed.priceRule.scale &&
      instrument.qtyRule.scale === listed.qtyRule.scale;
    if (!isSame) {
      throw new LineError(
        `Cannot use the journal's ${listed.name}: its quanta must be those of ${instrument.name}`,
      );
    }
    this.#byNumber.set(listed.id, instrument);
    if (other === undefined) return [];
    this.#byNumber.set(other, undefined);
    const reason = `${place}: ${listed.name} is played from here on`;
    return [this.#invalidated(instrument, { reason, us: event.ingestTime })];
  }

  /** The number under which the journal has what is played as this instrument. */
  #numberOf(instrument: Instrument | undefined): InstrumentId | undefined {
    if (instrument === undefined) return undefined;
    return [...this.#byNumber].find(([, played]) => played === instrument)?.[0];
  }

  #count({ eventType }: Event): void {
    const { summary } = this.#notes;
    if (eventType === "BookDelta") summary.depthMessages++;
    else if (eventType === "BookSnapshot") summary.snapshots++;
    else if (eventType === "QuoteUpdated") summary.quotes++;
    else if (eventType === "TradePrinted") summary.trades++;
  }

  #dropped(place: string): Draft[] {
    this.#notes.summary.gaps++;
    const reason = `${place}: the market data of this batch were dropped by retention`;
    this.#notes.problem(reason);
    return this.lose(reason);
  }

  lose(reason: string): Draft[] {
    const us = this.receivedUs;
    if (us === undefined) return [];
    return [...this.#byNumber.values()].flatMap((instrument) =>
      instrument === undefined ? [] : [this.#invalidated(instrument, { reason, us })]
    );
  }

  #invalidated(
    instrument: Instrument,
    of: { readonly reason: string; readonly us: Micros },
  ): Draft {
    const { reason, us } = of;
    return marketDraft(instrument, us, { eventType: "BookInvalidated", payload: { reason } });
  }
}

function parseEvent(line: string): Event {
  try {
    return parseEventLine(line);
  } catch (error) {
    if (!(error instanceof EventLineError)) throw error;
    throw new LineError(error.message, { cause: error });
  }
}

function isUsed(line: string): boolean {
  return isOfSource(line, "market_data") || isOfType(line, "InstrumentListed") ||
    isOfType(line, "Started");
}
