/**
 * Rows of trades, quotes, depth and bars, in CSV or JSON lines, as market events.
 *
 * What the columns mean is said by a mapping (`row_mapping.ts`) or, without one, by their names
 * (`row_header.ts`). A row that cannot be read is a problem and gives nothing; if it is one of depth
 * the books are invalid until their next snapshots.
 *
 * Ordering: events come in the order of the rows; the trades of a bar lie within it.
 * Known limits: a quoted field ends on its line; single levels before the first snapshot make a
 * book that nobody vouches for, so they are emitted and the core holds them for what they are.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Instrument, Side } from "../../core/instrument.ts";
import { unreachable } from "../../core/invariant.ts";
import { qty } from "../../core/numbers.ts";
import type { Micros, Px, Qty } from "../../core/numbers.ts";
import { barTrades, isBar } from "./bar_rows.ts";
import { CaptureInstruments } from "./capture_instruments.ts";
import { LineError, timeOfUs } from "./capture_line.ts";
import { CaptureNotes } from "./capture_notes.ts";
import type { CaptureOptions, CaptureReader } from "./capture_reader.ts";
import type { CaptureSummary } from "./capture_summary.ts";
import { DepthRows } from "./depth_rows.ts";
import type { RowAt } from "./depth_rows.ts";
import { marketDraft } from "./market_draft.ts";
import { CsvCells, JsonCells } from "./row_cells.ts";
import type { Cells } from "./row_cells.ts";
import { kindOf, parseColumns } from "./row_mapping.ts";
import type { RowField, RowKind, RowMapping } from "./row_mapping.ts";
import { timeOf } from "./row_time.ts";
import { isYes, priceOf, sideOf, sizeOf } from "./row_values.ts";

/** Length of a bar if nobody says it: a minute. */
const BAR_MS = 60_000;

/** Makes a reader of lines of separated columns. @throws {RangeError} If the mapping is wrong. */
export function openCsv(options: CaptureOptions): CaptureReader {
  const mapping = parseColumns(options.columns ?? {});
  return new RowCapture(options, { mapping, cells: new CsvCells(mapping) });
}

/** Makes a reader of one JSON object to a line. @throws {RangeError} If the mapping is wrong. */
export function openJsonLines(options: CaptureOptions): CaptureReader {
  const mapping = parseColumns(options.columns ?? {});
  return new RowCapture(options, { mapping, cells: new JsonCells(mapping) });
}

/** Turns rows into drafts. */
class RowCapture implements CaptureReader {
  readonly #notes: CaptureNotes;
  readonly #instruments: CaptureInstruments;
  readonly #mapping: RowMapping;
  readonly #cells: Cells;
  readonly #depth: DepthRows;
  /** Books that rows have been about, and the time of the last. */
  readonly #books = new Map<Instrument, Micros>();
  #kind: RowKind | undefined;

  constructor(
    options: CaptureOptions,
    of: { readonly mapping: RowMapping; readonly cells: Cells },
  ) {
    this.#notes = new CaptureNotes(options);
    this.#instruments = new CaptureInstruments(options);
    this.#mapping = of.mapping;
    this.#cells = of.cells;
    this.#depth = new DepthRows(of.cells, of.mapping);
    this.#kind = of.mapping.rows;
  }

  get summary(): CaptureSummary {
    return this.#notes.summary;
  }

  read(line: string, place: string): Draft[] {
    return this.#notes.line(
      place,
      () => this.#cells.load(line) ? this.#take(place) : [],
      (reason) => this.#rowKind() === "depth" ? this.#lose(reason) : [],
    );
  }

  /** A level that cannot be read could be one of any book. */
  #lose(reason: string): Draft[] {
    this.#depth.drop();
    return [...this.#books].map(([instrument, eventTime]) =>
      marketDraft(instrument, eventTime, { eventType: "BookInvalidated", payload: { reason } })
    );
  }

  forget(instrument: Instrument): void {
    this.#depth.forget(instrument);
  }

  finish(): Draft[] {
    return this.#counted(this.#depth.finish());
  }

  #take(place: string): Draft[] {
    const symbol = this.#mapping.instrument ?? this.#cells.text("symbol");
    if (symbol === undefined && this.#cells.fields.has("symbol")) {
      throw new LineError("Cannot read a row: its symbol must be there");
    }
    const instrument = this.#instruments.find(symbol);
    if (instrument === undefined) {
      return this.#notes.ignore(`symbol ${symbol ?? "(none given)"}`, place);
    }
    const text = this.#cells.text("time");
    const eventTime = text === undefined ? undefined : timeOf(text, this.#mapping.clock);
    if (eventTime === undefined) {
      throw new LineError(`Cannot read a row: time must be a time: was "${text ?? ""}"`);
    }
    const at = { instrument, eventTime };
    const kind = this.#needKind();
    switch (kind) {
      case "trades":
        return this.#trade(at);
      case "quotes":
        return this.#quote(at);
      case "depth":
        this.#books.set(instrument, eventTime);
        return this.#counted(this.#depth.take(at));
      case "bars":
        return this.#bar(at);
      default:
        return unreachable(kind);
    }
  }

  /** Undefined: the columns do not tell. */
  #rowKind(): RowKind | undefined {
    return this.#kind ??= kindOf(this.#cells.fields);
  }

  #needKind(): RowKind {
    const kind = this.#rowKind();
    if (kind !== undefined) return kind;
    const known = [...this.#cells.fields.keys()].join(", ") || "none";
    throw new LineError(
      "Cannot read a row: its columns must be those of trades, quotes, depth or bars: " +
        `known were ${known}`,
    );
  }

  #trade({ instrument, eventTime }: RowAt): Draft[] {
    const cells = this.#cells;
    const payload = {
      price: this.#price(instrument, "price"),
      qty: this.#size(instrument, "size"),
      side: this.#takerSide(),
      tradeId: cells.text("trade_id") ?? null,
    };
    this.summary.trades++;
    return [marketDraft(instrument, eventTime, { eventType: "TradePrinted", payload })];
  }

  #takerSide(): Side | null {
    const cells = this.#cells;
    if (!cells.fields.has("buyer_is_maker")) return sideOf(cells.text("side"));
    return isYes(cells.text("buyer_is_maker")) ? "Sell" : "Buy";
  }

  /** A side that is empty or has the price 0 is not there. */
  #quote({ instrument, eventTime }: RowAt): Draft[] {
    const [bidPx, bidQty] = this.#best(instrument, ["bid_price", "bid_size"]);
    const [askPx, askQty] = this.#best(instrument, ["ask_price", "ask_size"]);
    this.summary.quotes++;
    const at = timeOfUs(eventTime + (this.#mapping.barMs ?? 0) * 1000);
    return [marketDraft(instrument, at, {
      eventType: "QuoteUpdated",
      payload: { bidPx, bidQty, askPx, askQty, updateId: null },
    })];
  }

  #best(instrument: Instrument, [price, size]: readonly [RowField, RowField]): [Px | null, Qty] {
    const nothing = qty(0);
    if (this.#cells.text(price) === undefined) return [null, nothing];
    const value = this.#price(instrument, price);
    if (value === 0) return [null, nothing];
    return [value, this.#cells.fields.has(size) ? this.#size(instrument, size) : nothing];
  }

  #bar(at: RowAt): Draft[] {
    const price = (field: RowField): Px => this.#price(at.instrument, field);
    const bar = {
      open: price("open"),
      high: price("high"),
      low: price("low"),
      close: price("close"),
      volume: this.#size(at.instrument, "volume"),
    };
    if (!isBar(bar)) {
      throw new LineError("Cannot read a bar: open and close must lie between low and high");
    }
    this.summary.bars++;
    return barTrades(at, bar, (this.#mapping.barMs ?? BAR_MS) * 1000);
  }

  #counted(drafts: Draft[]): Draft[] {
    for (const { eventType } of drafts) {
      if (eventType === "BookSnapshot") this.summary.snapshots++;
      else this.summary.depthMessages++;
    }
    return drafts;
  }

  #price(instrument: Instrument, field: RowField): Px {
    const { priceDecimals: decimals } = this.#mapping;
    return priceOf(this.#cells.text(field), { instrument, decimals, field });
  }

  #size(instrument: Instrument, field: RowField): Qty {
    const { rounding } = this.#mapping;
    return sizeOf(this.#cells.text(field), { instrument, field, rounding });
  }
}
