/**
 * Levels of rows: lists and columns of levels give a whole book; single levels are gathered into
 * one message as long as time, instrument, kind and update id stay the same.
 *
 * A row that cannot be read may be of the message before it or of the one after it. What is left of a
 * snapshot then is no book, so neither is emitted.
 * Bounded: a message has at most `LEVELS_MAX` levels.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import type { Instrument } from "../../core/instrument.ts";
import type { Micros } from "../../core/numbers.ts";
import { LineError } from "./capture_line.ts";
import { marketDraft } from "./market_draft.ts";
import type { Cells } from "./row_cells.ts";
import { textOf } from "./row_cells.ts";
import type { RowField, RowMapping } from "./row_mapping.ts";
import { isYes, priceOf, sideOf, sizeOf } from "./row_values.ts";

const LEVELS_MAX = 100_000;

/** A message in the making. */
type Group = {
  readonly instrument: Instrument;
  readonly eventTime: Micros;
  readonly isSnapshot: boolean;
  /** False if a row of it may be missing. */
  readonly isWhole: boolean;
  readonly updateId: number | null;
  readonly bids: number[];
  readonly asks: number[];
};

/** Of which instrument and time a row is. */
export type RowAt = { readonly instrument: Instrument; readonly eventTime: Micros };

/** Gathers levels. */
export class DepthRows {
  readonly #cells: Cells;
  readonly #mapping: RowMapping;
  #group: Group | undefined;
  /** The row before could not be read. */
  #isCut = false;

  constructor(cells: Cells, mapping: RowMapping) {
    this.#cells = cells;
    this.#mapping = mapping;
  }

  /** Takes a row; returns the messages that are whole now. @throws {LineError} */
  take(at: RowAt): Draft[] {
    const { fields } = this.#cells;
    if (fields.has("bids") || fields.has("bid_price")) {
      const group = this.#wholeBook(at);
      return [...this.finish(), draftOf(group)];
    }
    return this.#takeLevel(at);
  }

  /** Returns the message in the making, if any. */
  finish(): Draft[] {
    const group = this.#group;
    this.#group = undefined;
    if (group === undefined || (group.isSnapshot && !group.isWhole)) return [];
    return [draftOf(group)];
  }

  /** A row could not be read: forgets the message in the making, and does not trust the next. */
  drop(): void {
    this.#group = undefined;
    this.#isCut = true;
  }

  /** Forgets the message in the making if it is one of the instrument. */
  forget(instrument: Instrument): void {
    if (this.#group?.instrument === instrument) this.#group = undefined;
  }

  #takeLevel(at: RowAt): Draft[] {
    const cells = this.#cells;
    const isSnapshot = isYes(cells.text("is_snapshot"));
    const updateId = updateIdOf(cells.text("update_id"));
    const side = sideOf(cells.text("side"));
    if (side === null) throw new LineError("Cannot read a level: it must have a side");
    const level = this.#level(at.instrument, [cells.text("price"), cells.text("size")]);
    const before = this.#group;
    const isSame = before !== undefined && before.instrument === at.instrument &&
      before.eventTime === at.eventTime && before.isSnapshot === isSnapshot &&
      before.updateId === updateId && before.bids.length + before.asks.length < 2 * LEVELS_MAX;
    const done = isSame ? [] : this.finish();
    const isWhole = !this.#isCut;
    const group = isSame ? before : { ...at, isSnapshot, isWhole, updateId, bids: [], asks: [] };
    this.#isCut = false;
    (side === "Buy" ? group.bids : group.asks).push(...level);
    this.#group = group;
    return done;
  }

  #wholeBook(at: RowAt): Group {
    const cells = this.#cells;
    const isDelta = cells.fields.has("is_snapshot") && !isYes(cells.text("is_snapshot"));
    return {
      ...at,
      isSnapshot: !isDelta,
      isWhole: true,
      updateId: updateIdOf(cells.text("update_id")),
      bids: this.#side(at.instrument, ["bids", "bid_price", "bid_size"]),
      asks: this.#side(at.instrument, ["asks", "ask_price", "ask_size"]),
    };
  }

  #side(
    instrument: Instrument,
    [list, price, size]: readonly [RowField, RowField, RowField],
  ): number[] {
    const cells = this.#cells;
    const flat: number[] = [];
    if (cells.fields.has(list)) {
      for (const level of levelsOf(cells.list(list), list)) {
        flat.push(...this.#level(instrument, level));
      }
      return flat;
    }
    for (let at = 0; at < LEVELS_MAX; at++) {
      const text = cells.textAt(price, at);
      if (text === undefined) break;
      flat.push(...this.#level(instrument, [text, cells.textAt(size, at)]));
    }
    return flat;
  }

  #level(
    instrument: Instrument,
    [price, size]: readonly [string | undefined, string | undefined],
  ): readonly [number, number] {
    const { priceDecimals: decimals, rounding } = this.#mapping;
    return [
      priceOf(price, { instrument, decimals, field: "price" }),
      sizeOf(size, { instrument, rounding, field: "size" }),
    ];
  }
}

function draftOf(group: Group): Draft {
  const { instrument, eventTime, isSnapshot, updateId, bids, asks } = group;
  return marketDraft(instrument, eventTime, {
    eventType: isSnapshot ? "BookSnapshot" : "BookDelta",
    payload: { bids, asks, updateId },
  });
}

function updateIdOf(text: string | undefined): number | null {
  if (text === undefined) return null;
  const id = Number(text);
  if (Number.isSafeInteger(id) && id >= 0) return id;
  throw new LineError(`Cannot read a row: update_id must be an integer >= 0: was "${text}"`);
}

type LevelText = readonly [string | undefined, string | undefined];

/** Levels are `[price, size]`, or objects with a price and a size. */
function levelsOf(value: unknown, field: string): readonly LevelText[] {
  if (!Array.isArray(value)) {
    throw new LineError(`Cannot read a row: ${field} must be a list of levels`);
  }
  return value.map((level: unknown) => {
    if (Array.isArray(level)) return [textOf(level[0]), textOf(level[1])];
    const named = (level ?? {}) as Readonly<Record<string, unknown>>;
    return [
      textOf(named["price"] ?? named["px"]),
      textOf(named["size"] ?? named["sz"] ?? named["amount"] ?? named["qty"]),
    ];
  });
}
