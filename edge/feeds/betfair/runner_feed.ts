/**
 * One runner of the stream: what is known of its book and of its traded volume, and what the message
 * at hand changes of them.
 *
 * A book is made of one kind of ladder only, the fullest that the stream has: `atb`/`atl` (every
 * level), else `batb`/`batl` (the best levels), else `bdatb`/`bdatl` (as displayed, with what the
 * venue would match across runners). When a fuller kind appears, the book begins anew with it.
 *
 * Sides: `bids` are available to lay (unmatched backs, `atl`), `asks` available to back (`atb`).
 * Invariant: a lost book says nothing until the next image.
 * Ordering: changes apply in the order of the message; its trades come before its book.
 * @module
 */
import type { Draft, Levels } from "../../../core/event.ts";
import type { Instrument } from "../../../core/instrument.ts";
import { type Micros, px, qty } from "../../../core/numbers.ts";
import { TickTable } from "../../../core/tick_ladder.ts";
import { type ChangeBuffer, LADDER } from "./change_buffer.ts";
import { LevelLadder } from "./level_ladder.ts";

/** A kind of ladder by fullness; 0: none was seen. */
const DISPLAY = 1;
const BEST = 2;
const FULL = 3;
const NO_LADDER = 0;

/** `fresh`: nothing was said of the book; `lost`: it waits for an image. */
type BookState = "fresh" | "standing" | "lost";

/** What a runner counts while it reads. */
export type RunnerCounts = { trades: number; tradedHundredths: number; offLadder: number };

/** How a row of the message is to be read. */
export type RowReading = {
  readonly eventTime: Micros;
  /** False: traded volume is taken as given, and makes no trade. */
  readonly areTradesNews: boolean;
  readonly counts: RunnerCounts;
};

/** A runner. */
export class RunnerFeed {
  #instrument: Instrument;
  #table: TickTable | undefined;
  /** Volume by price, hundredths. */
  readonly #traded = new Map<number, number>();
  #fullness = NO_LADDER;
  #state: BookState = "fresh";
  #byLevel: { readonly bids: LevelLadder; readonly asks: LevelLadder } | undefined;
  #bids: number[] = [];
  #asks: number[] = [];
  #isImage = false;
  /** True until the message that named it first is over. */
  isNew = true;
  /** Number of the message that touched it last. */
  touchedBy = 0;

  constructor(instrument: Instrument) {
    this.#instrument = instrument;
    this.#table = TickTable.of(instrument.priceRule);
  }

  get instrument(): Instrument {
    return this.#instrument;
  }

  /** Fullness of the ladders that its book is made of. */
  get fullness(): number {
    return this.#fullness;
  }

  /** Takes other terms. */
  relist(instrument: Instrument): void {
    this.#instrument = instrument;
    this.#table = TickTable.of(instrument.priceRule);
  }

  /** The message at hand says everything there is: what was known is forgotten. */
  beginImage(): void {
    this.#isImage = true;
    this.#fullness = NO_LADDER;
    this.#state = "fresh";
    this.#byLevel = undefined;
    this.#bids = [];
    this.#asks = [];
    this.#traded.clear();
  }

  /** The market has ended: of its volume nothing more is needed. */
  forgetVolume(): void {
    this.#traded.clear();
  }

  /** Changes were missed. Returns what to say, or undefined if it is known or nothing was shown. */
  lose(reason: string, eventTime: Micros): Draft | undefined {
    const wasStanding = this.#state === "standing";
    this.#state = "lost";
    this.#bids = [];
    this.#asks = [];
    if (!wasStanding) return undefined;
    return {
      eventTime,
      source: "market_data",
      venue: this.#instrument.venue,
      instrument: this.#instrument.id,
      eventType: "BookInvalidated",
      payload: { reason },
      idempotencyKey: null,
    };
  }

  /** Reads a row of the message; trades go to `drafts` at once, the book with `flush`. */
  read(
    row: { readonly buffer: ChangeBuffer; readonly at: number },
    drafts: Draft[],
    reading: RowReading,
  ): void {
    const { buffer, at } = row;
    const end = buffer.ladderEnd(at, LADDER.trd);
    if (end > 0) this.#readVolume(row, drafts, reading);
    const fullness = fullnessOf(buffer, at);
    if (fullness === NO_LADDER || fullness < this.#fullness || this.#state === "lost") return;
    if (fullness > this.#fullness) this.#beginLadders(fullness);
    if (fullness === FULL) {
      this.#readPrices(this.#asks, { ...row, ladder: LADDER.atb, counts: reading.counts });
      this.#readPrices(this.#bids, { ...row, ladder: LADDER.atl, counts: reading.counts });
    } else this.#readLevels(row, fullness);
  }

  /** Adds the change of the book that the message made, if it made one. */
  flush(drafts: Draft[], eventTime: Micros): void {
    const isImage = this.#isImage;
    this.isNew = false;
    this.#isImage = false;
    if (this.#state === "lost") return;
    this.#byLevel?.asks.flush(this.#asks);
    this.#byLevel?.bids.flush(this.#bids);
    const [bids, asks] = [this.#bids, this.#asks];
    if (!isImage && bids.length === 0 && asks.length === 0) return;
    this.#bids = [];
    this.#asks = [];
    drafts.push(this.#bookDraft({ bids, asks }, eventTime));
    this.#state = "standing";
  }

  #bookDraft(of: { readonly bids: Levels; readonly asks: Levels }, eventTime: Micros): Draft {
    return {
      eventTime,
      source: "market_data",
      venue: this.#instrument.venue,
      instrument: this.#instrument.id,
      eventType: this.#state === "standing" ? "BookDelta" : "BookSnapshot",
      payload: { bids: of.bids, asks: of.asks, updateId: null },
      idempotencyKey: null,
    };
  }

  /** Another kind of ladder: the book of the lesser kind is replaced. */
  #beginLadders(fullness: number): void {
    this.#fullness = fullness;
    this.#state = "fresh";
    this.#bids = [];
    this.#asks = [];
    this.#byLevel = fullness === FULL
      ? undefined
      : { bids: new LevelLadder(), asks: new LevelLadder() };
  }

  /** Cumulative volume by price; what it grew by was traded. */
  #readVolume(
    row: { readonly buffer: ChangeBuffer; readonly at: number },
    drafts: Draft[],
    reading: RowReading,
  ): void {
    const { buffer, at } = row;
    const { levels } = buffer;
    const end = buffer.ladderEnd(at, LADDER.trd);
    for (let next = buffer.ladderStart(at, LADDER.trd); next < end; next += 2) {
      const price = levels[next] ?? 0;
      const size = levels[next + 1] ?? 0;
      const volume = size - (this.#traded.get(price) ?? 0);
      if (size === 0) this.#traded.delete(price);
      else this.#traded.set(price, size);
      if (volume > 0 && reading.areTradesNews) {
        reading.counts.trades++;
        reading.counts.tradedHundredths += volume;
        drafts.push(this.#tradeDraft({ price, volume }, reading.eventTime));
      }
    }
  }

  #tradeDraft(
    of: { readonly price: number; readonly volume: number },
    eventTime: Micros,
  ): Draft {
    return {
      eventTime,
      source: "market_data",
      venue: this.#instrument.venue,
      instrument: this.#instrument.id,
      eventType: "TradePrinted",
      payload: { price: px(of.price), qty: qty(of.volume), side: null, tradeId: null },
      idempotencyKey: null,
    };
  }

  #readPrices(
    side: number[],
    of: {
      readonly buffer: ChangeBuffer;
      readonly at: number;
      readonly ladder: number;
      readonly counts: RunnerCounts;
    },
  ): void {
    const { buffer, at, ladder } = of;
    const { levels } = buffer;
    const table = this.#table;
    const end = buffer.ladderEnd(at, ladder);
    for (let next = buffer.ladderStart(at, ladder); next < end; next += 2) {
      const price = levels[next] ?? 0;
      if (table !== undefined && table.tickOf(price) === undefined) of.counts.offLadder++;
      side.push(price, levels[next + 1] ?? 0);
    }
  }

  #readLevels(
    { buffer, at }: { readonly buffer: ChangeBuffer; readonly at: number },
    fullness: number,
  ): void {
    const isBest = fullness === BEST;
    const sides = [
      [this.#byLevel?.asks, isBest ? LADDER.batb : LADDER.bdatb],
      [this.#byLevel?.bids, isBest ? LADDER.batl : LADDER.bdatl],
    ] as const;
    const { levels } = buffer;
    for (const [side, ladder] of sides) {
      const end = buffer.ladderEnd(at, ladder);
      for (let next = buffer.ladderStart(at, ladder); next < end; next += 3) {
        side?.set(levels[next] ?? 0, {
          price: levels[next + 1] ?? 0,
          size: levels[next + 2] ?? 0,
        });
      }
    }
  }
}

/** The fullest kind of ladder that a row has. An empty list says nothing. */
function fullnessOf(buffer: ChangeBuffer, at: number): number {
  if (hasLevels(buffer, at, LADDER.atb) || hasLevels(buffer, at, LADDER.atl)) return FULL;
  if (hasLevels(buffer, at, LADDER.batb) || hasLevels(buffer, at, LADDER.batl)) return BEST;
  if (hasLevels(buffer, at, LADDER.bdatb) || hasLevels(buffer, at, LADDER.bdatl)) return DISPLAY;
  return NO_LADDER;
}

/** Returns whether a row has a ladder with levels. */
function hasLevels(...[buffer, at, ladder]: readonly [ChangeBuffer, number, number]): boolean {
  return buffer.ladderEnd(at, ladder) > buffer.ladderStart(at, ladder);
}
