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
import type { Instrument, PriceRule } from "../../../core/instrument.ts";
import { type Micros, px, qty } from "../../../core/numbers.ts";
import { TickTable } from "../../../core/tick_ladder.ts";
import { marketDraft } from "../market_draft.ts";
import { BIT, type ChangeBuffer, LADDER } from "./change_buffer.ts";
import { CLASSIC } from "./listing.ts";
import { LevelLadder } from "./level_ladder.ts";

/** A kind of ladder by fullness; 0: none was seen. */
const DISPLAY = 1;
const BEST = 2;
const FULL = 3;
const NO_LADDER = 0;

const NO_LEVELS: Levels = [];

/** `fresh`: nothing was said of the book; `lost`: it waits for an image. */
type BookState = "fresh" | "standing" | "lost";

/** What a runner counts while it reads. */
export type RunnerCounts = {
  trades: number;
  tradedHundredths: number;
  volumeHundredths: number;
  offLadder: number;
  snapshots: number;
  deltas: number;
};

/** How a row of the message is to be read. */
export type RowReading = {
  readonly buffer: ChangeBuffer;
  readonly drafts: Draft[];
  readonly eventTime: Micros;
  /** The market has every level: ladders by level are passed over. */
  readonly isFull: boolean;
  /** False: volume from before may show at a price for the first time. */
  readonly isWhole: boolean;
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
  /** The most that volume was, by price, where it is less now. */
  readonly #lowered = new Map<number, number>();
  #fullness = NO_LADDER;
  #state: BookState;
  /** Its book was shown before it was lost: the next image shows it again, be it empty. */
  #isOwed = false;
  #byLevel: { readonly bids: LevelLadder; readonly asks: LevelLadder } | undefined;
  /** What the message changes of each side; undefined: nothing. */
  #bids: number[] | undefined;
  #asks: number[] | undefined;
  #isImage = false;
  /** True until the message that named it first is over. */
  isNew = true;
  /** Number of the message that touched it last. */
  touchedBy = 0;

  constructor(
    { instrument, isLost }: { readonly instrument: Instrument; readonly isLost: boolean },
  ) {
    this.#instrument = instrument;
    this.#table = tableOf(instrument.priceRule);
    this.#state = isLost ? "lost" : "fresh";
  }

  get instrument(): Instrument {
    return this.#instrument;
  }

  /** Some ladder of it came, or its book was shown without one before it was lost. */
  get hasBook(): boolean {
    return this.#fullness !== NO_LADDER || this.#isOwed;
  }

  /** Takes other terms. */
  relist(instrument: Instrument): void {
    this.#instrument = instrument;
    this.#table = tableOf(instrument.priceRule);
  }

  /** The message at hand says everything there is: what was known is forgotten. */
  beginImage(counts: RunnerCounts): void {
    this.#isImage = true;
    this.#fullness = NO_LADDER;
    this.#state = "fresh";
    this.#isOwed = false;
    this.#byLevel = undefined;
    this.#bids = undefined;
    this.#asks = undefined;
    for (const [price, size] of this.#traded) {
      counts.volumeHundredths -= size;
      this.#lowered.set(price, Math.max(size, this.#lowered.get(price) ?? 0));
    }
    this.#traded.clear();
  }

  /** An image has no ladder, as nothing before it had: the book is known again, and not shown. */
  passImage(): void {
    if (this.#state === "lost") this.#state = "fresh";
  }

  /** The market has ended: of its volume nothing more is needed. */
  forgetVolume(): void {
    this.#traded.clear();
    this.#lowered.clear();
  }

  /** Changes were missed. Returns what to say, or undefined if it is known or nothing was shown. */
  lose(reason: string, eventTime: Micros): Draft | undefined {
    const wasStanding = this.#state === "standing";
    this.#state = "lost";
    this.#isOwed ||= wasStanding;
    this.#bids = undefined;
    this.#asks = undefined;
    if (!wasStanding) return undefined;
    const news = { eventType: "BookInvalidated", payload: { reason } } as const;
    return marketDraft(this.#instrument, eventTime, news);
  }

  /** Reads a row of the message; trades are added at once, the book with `flush`. */
  read(row: number, reading: RowReading): void {
    const { buffer } = reading;
    const ladders = buffer.ladders(row);
    if ((ladders & BIT.trd) !== 0) this.#readVolume(row, reading);
    const fullness = fullnessOf(ladders);
    if (fullness === NO_LADDER || fullness < this.#fullness || this.#state === "lost") return;
    if (fullness < FULL && reading.isFull) return;
    if (fullness > this.#fullness) this.#beginLadders(fullness);
    if (fullness === FULL) this.#readPrices(row, reading);
    else this.#readLevels(row, { buffer, isBest: fullness === BEST });
  }

  /** Adds the change of the book that the message made, if it made one. */
  flush(drafts: Draft[], eventTime: Micros, counts: RunnerCounts): void {
    const isImage = this.#isImage;
    this.isNew = false;
    this.#isImage = false;
    if (this.#state === "lost") return;
    const levels = this.#byLevel;
    const bids = levels === undefined ? this.#bids : levels.bids.changes();
    const asks = levels === undefined ? this.#asks : levels.asks.changes();
    if (!isImage && bids === undefined && asks === undefined) return;
    this.#bids = undefined;
    this.#asks = undefined;
    if (this.#state === "standing") counts.deltas++;
    else counts.snapshots++;
    drafts.push(marketDraft(this.#instrument, eventTime, {
      eventType: this.#state === "standing" ? "BookDelta" : "BookSnapshot",
      payload: { bids: bids ?? NO_LEVELS, asks: asks ?? NO_LEVELS, updateId: null },
    }));
    this.#state = "standing";
  }

  /** Another kind of ladder: the book of the lesser kind is replaced. */
  #beginLadders(fullness: number): void {
    this.#fullness = fullness;
    this.#state = "fresh";
    this.#bids = undefined;
    this.#asks = undefined;
    this.#byLevel = fullness === FULL
      ? undefined
      : { bids: new LevelLadder(), asks: new LevelLadder() };
  }

  /**
   * Cumulative volume by price; what it grew by was traded. The venue restates volume in other
   * currencies by the rate of now, so it falls and rises by pennies: only what is above all that
   * was seen at the price is a trade.
   */
  #readVolume(row: number, reading: RowReading): void {
    const { buffer, drafts, counts, isWhole, areTradesNews } = reading;
    const { levels } = buffer;
    const end = buffer.ladderEnd(row, LADDER.trd);
    for (let next = buffer.ladderStart(row, LADDER.trd); next < end; next += 2) {
      const price = levels[next] ?? 0;
      const size = levels[next + 1] ?? 0;
      const isKnown = isWhole || this.#traded.has(price);
      const volume = this.#grow(price, { size, counts });
      if (volume === 0 || !areTradesNews || !isKnown) continue;
      counts.trades++;
      counts.tradedHundredths += volume;
      const payload = { price: px(price), qty: qty(volume), side: null, tradeId: null };
      drafts.push(
        marketDraft(this.#instrument, reading.eventTime, { eventType: "TradePrinted", payload }),
      );
    }
  }

  /** Sets the volume at a price; returns by how much it is above all that was seen there. */
  #grow(
    price: number,
    of: { readonly size: number; readonly counts: RunnerCounts },
  ): number {
    const { size, counts } = of;
    const before = this.#traded.get(price) ?? 0;
    counts.volumeHundredths += size - before;
    if (size === 0) {
      this.#traded.delete(price);
      this.#lowered.delete(price);
      return 0;
    }
    this.#traded.set(price, size);
    const most = this.#lowered.size === 0 ? before : this.#lowered.get(price) ?? before;
    if (size < most) {
      this.#lowered.set(price, most);
      return 0;
    }
    this.#lowered.delete(price);
    return size - most;
  }

  #readPrices(row: number, { buffer, counts }: RowReading): void {
    const table = this.#table;
    const ladders = buffer.ladders(row);
    if ((ladders & BIT.atb) !== 0) {
      this.#asks = withLevels(this.#asks, { buffer, row, ladder: LADDER.atb, table, counts });
    }
    if ((ladders & BIT.atl) !== 0) {
      this.#bids = withLevels(this.#bids, { buffer, row, ladder: LADDER.atl, table, counts });
    }
  }

  #readLevels(
    row: number,
    { buffer, isBest }: { readonly buffer: ChangeBuffer; readonly isBest: boolean },
  ): void {
    const sides = [
      [this.#byLevel?.asks, isBest ? LADDER.batb : LADDER.bdatb],
      [this.#byLevel?.bids, isBest ? LADDER.batl : LADDER.bdatl],
    ] as const;
    const { levels } = buffer;
    for (const [side, ladder] of sides) {
      if ((buffer.ladders(row) & (1 << ladder)) === 0) continue;
      const end = buffer.ladderEnd(row, ladder);
      for (let next = buffer.ladderStart(row, ladder); next < end; next += 3) {
        side?.set(levels[next] ?? 0, {
          price: levels[next + 1] ?? 0,
          size: levels[next + 2] ?? 0,
        });
      }
    }
  }
}

/** Large, and the same for nearly all runners. */
const CLASSIC_TABLE = TickTable.of(CLASSIC);

function tableOf(rule: PriceRule): TickTable | undefined {
  return rule === CLASSIC ? CLASSIC_TABLE : TickTable.of(rule);
}

/** Adds the levels of a row to those of a side. */
function withLevels(
  side: number[] | undefined,
  of: {
    readonly buffer: ChangeBuffer;
    readonly row: number;
    readonly ladder: number;
    readonly table: TickTable | undefined;
    readonly counts: RunnerCounts;
  },
): number[] | undefined {
  const { buffer, row, ladder, table, counts } = of;
  const { levels } = buffer;
  const end = buffer.ladderEnd(row, ladder);
  let all = side;
  for (let next = buffer.ladderStart(row, ladder); next < end; next += 2) {
    const price = levels[next] ?? 0;
    const size = levels[next + 1] ?? 0;
    if (table !== undefined && table.tickOf(price) === undefined) counts.offLadder++;
    if (all === undefined) all = [price, size];
    else all.push(price, size);
  }
  return all;
}

/** The fullest kind of ladder among those of a row. */
function fullnessOf(ladders: number): number {
  if ((ladders & (BIT.atb | BIT.atl)) !== 0) return FULL;
  if ((ladders & (BIT.batb | BIT.batl)) !== 0) return BEST;
  return (ladders & (BIT.bdatb | BIT.bdatl)) === 0 ? NO_LADDER : DISPLAY;
}
