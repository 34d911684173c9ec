/**
 * A generated market, worth quoting against: the middle wanders, there is depth on both sides,
 * takers come from both sides, bursts follow quiet spells.
 *
 * The spread is about 300 millionths of the price, so that a maker who quotes inside it is traded
 * with on both sides and earns more than a fee of some tens of millionths.
 *
 * Invariant: same seed, instrument and start, same news; integers only. The first news is a
 * snapshot; another comes every `SNAPSHOT_STEPS` steps.
 * Known limit: takers do not see the simulated orders; a fill moves nothing here.
 * @module
 */
import type { Draft } from "../../core/event.ts";
import { type Instrument, oppositeOf, type Side } from "../../core/instrument.ts";
import { micros, px, qty } from "../../core/numbers.ts";
import type { Micros, Px, Qty } from "../../core/numbers.ts";
import { GeneratorBook } from "./generator_book.ts";
import type { Changes } from "./generator_book.ts";
import { generatorScale } from "./generator_scale.ts";
import type { GeneratorScale } from "./generator_scale.ts";
import { marketDraft } from "./market_draft.ts";
import { Prng } from "./prng.ts";

const SNAPSHOT_STEPS = 2000;
/** Spread that makers aim for, rungs. */
const SPREAD_RUNGS = 6;
/** Largest taker order, lots. */
const TAKE_MAX = 20;
/** How far the middle may wander from the start, rungs, before takers lean against it. */
const WANDER_RUNGS = 400;

/** Pace of the market: mean time between steps, and how many steps it lasts at most. */
type Pace = { readonly meanUs: number; readonly stepsMax: number };
const PACES: readonly Pace[] = [
  { meanUs: 60_000, stepsMax: 300 },
  { meanUs: 60_000, stepsMax: 300 },
  { meanUs: 1_500_000, stepsMax: 15 }, // quiet
  { meanUs: 4_000, stepsMax: 250 }, // burst
];

export type GeneratorOptions = {
  readonly instrument: Instrument;
  readonly seed: number;
  /** Where it begins, a decimal; undefined: a plausible price. */
  readonly startPrice: string | undefined;
  /** Time of the first news. */
  readonly startUs: Micros;
};

/** The market of one instrument. */
export class MarketGenerator {
  readonly #instrument: Instrument;
  readonly #scale: GeneratorScale;
  readonly #random: Prng;
  readonly #book: GeneratorBook;
  #dueUs: Micros;
  #steps = 0;
  #trades = 0;
  #pace: Pace = { meanUs: 60_000, stepsMax: 300 };
  #paceLeft = 300;
  /** Side that takers prefer at the moment, percent of them that buy. */
  #buyPercent = 50;

  /** @throws {RangeError} If the start price does not fit the instrument. */
  constructor(options: GeneratorOptions) {
    const { instrument, seed, startPrice, startUs } = options;
    this.#instrument = instrument;
    this.#scale = generatorScale(instrument, startPrice);
    this.#random = new Prng({ seed, stream: instrument.id });
    const { startRung: middle } = this.#scale;
    this.#book = new GeneratorBook({ random: this.#random, middle, spread: SPREAD_RUNGS });
    this.#dueUs = startUs;
  }

  /** When the next news comes. */
  get nextDueUs(): Micros {
    return this.#dueUs;
  }

  /** Returns all news up to and including a time, in order. */
  next(untilUs: Micros): Draft[] {
    const drafts: Draft[] = [];
    while (this.#dueUs <= untilUs) drafts.push(...this.step());
    return drafts;
  }

  /** Returns the news of one moment: the next one. */
  step(): Draft[] {
    const atUs = this.#dueUs;
    const drafts = this.#steps % SNAPSHOT_STEPS === 0 ? [this.#snapshot(atUs)] : this.#act(atUs);
    this.#steps++;
    this.#dueUs = micros(atUs + this.#nextIntervalUs());
    return drafts;
  }

  #nextIntervalUs(): number {
    if (--this.#paceLeft <= 0) this.#changePace();
    return this.#random.between({ least: 1, most: 2 * this.#pace.meanUs });
  }

  #changePace(): void {
    this.#pace = PACES[this.#random.below(PACES.length)] ?? this.#pace;
    this.#paceLeft = this.#random.between({ least: 10, most: this.#pace.stepsMax });
    const lean = this.#book.best("Buy") - this.#scale.startRung;
    const least = lean > WANDER_RUNGS ? 20 : 35;
    const most = lean < -WANDER_RUNGS ? 80 : 65;
    this.#buyPercent = this.#random.between({ least, most });
  }

  #act(atUs: Micros): Draft[] {
    const trades: Draft[] = [];
    const choice = this.#random.below(100);
    if (choice < 75) this.#quote(choice);
    else trades.push(...this.#takeSome(atUs));
    return [...trades, ...this.#delta(atUs)];
  }

  /** Makers close a wide spread; else they resize, improve or withdraw. */
  #quote(choice: number): void {
    const { spread } = this.#book;
    const side = this.#someSide();
    if (spread > 2 * SPREAD_RUNGS) {
      while (this.#book.spread > SPREAD_RUNGS) this.#book.improve(this.#someSide());
    } else if (choice < 40) this.#book.resize(side);
    else if (choice < 65 && spread > SPREAD_RUNGS / 2) this.#book.improve(side);
    else this.#book.consume(side, this.#book.lotsAt(side, this.#book.best(side)));
  }

  /** A taker order, one print per level. */
  #takeSome(atUs: Micros): Draft[] {
    const taker: Side = this.#random.chance(this.#buyPercent) ? "Buy" : "Sell";
    const maker = oppositeOf(taker);
    const drafts: Draft[] = [];
    let left = this.#random.between({ least: 1, most: TAKE_MAX });
    while (left > 0) {
      const price = this.#priceOf(this.#book.best(maker));
      const lots = this.#book.consume(maker, left);
      left -= lots;
      const tradeId = `g${++this.#trades}`;
      const payload = { price, qty: this.#qtyOf(lots), side: taker, tradeId };
      drafts.push(marketDraft(this.#instrument, atUs, { eventType: "TradePrinted", payload }));
    }
    return drafts;
  }

  #delta(atUs: Micros): Draft[] {
    const changes = this.#book.takeChanges();
    if (changes.Buy.size + changes.Sell.size === 0) return [];
    const payload = this.#depthOf(changes);
    return [marketDraft(this.#instrument, atUs, { eventType: "BookDelta", payload })];
  }

  #snapshot(atUs: Micros): Draft {
    this.#book.takeChanges(); // the snapshot says it all
    const payload = this.#depthOf({ Buy: this.#book.rungs("Buy"), Sell: this.#book.rungs("Sell") });
    return marketDraft(this.#instrument, atUs, { eventType: "BookSnapshot", payload });
  }

  #depthOf(
    levels: { readonly [side in keyof Changes]: ReadonlyMap<number, number> },
  ): { bids: number[]; asks: number[]; updateId: number } {
    return {
      bids: this.#flat(levels.Buy),
      asks: this.#flat(levels.Sell),
      updateId: this.#steps,
    };
  }

  #flat(levels: ReadonlyMap<number, number>): number[] {
    return [...levels].flatMap(([rung, lots]) => [this.#priceOf(rung), this.#qtyOf(lots)]);
  }

  #someSide(): Side {
    return this.#random.chance(50) ? "Buy" : "Sell";
  }

  #priceOf(rung: number): Px {
    return px(rung * this.#scale.rungQuanta);
  }

  #qtyOf(lots: number): Qty {
    return qty(lots * this.#scale.lotQuanta);
  }
}
