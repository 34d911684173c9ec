/**
 * The bets of one book on one runner, as a position of the ledger.
 *
 * `quanta` is the net stake, backed less laid; `flow` is less the gross return at prices of now.
 * Both conserve, through removals too. A bet moves no cash and carries none: results do, by market
 * (`betting_facts.ts`).
 * @module
 */
import { divideHalfEven, fromQuanta, fromUnits, powerOfTen } from "../decimal.ts";
import type { Digest } from "../digest.ts";
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import type { NodeReader } from "../node_reader.ts";
import { type Px, qty } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import { type Bet, Bets } from "./betting_bets.ts";
import type { BettingMarket } from "./betting_market.ts";
import { epochOf } from "./betting_reduction.ts";
import { ExactSum, narrowed } from "./exact_sum.ts";
import { type Amount, NOTHING } from "./money.ts";
import type { Change, Exposure, PositionFigures } from "./policy.ts";

/** Decimals to which a shown figure that does not end is rounded. */
const SHOWN_DECIMALS = 12;

/** Bets of one book on one runner. */
export class BettingPosition {
  readonly kind = "betting";
  readonly mayCarry = false;
  readonly instrument: Instrument;
  readonly flow: ExactSum = new ExactSum();
  readonly #market: BettingMarket;
  #bets = new Bets();

  constructor(instrument: Instrument, market: BettingMarket) {
    this.instrument = instrument;
    this.#market = market;
  }

  get currency(): string {
    return this.#market.currency;
  }

  /** Stake backed less stake laid, quanta; also after settlement, for what may still change it. */
  get quanta(): number {
    return this.#bets.netQuanta;
  }

  /** The same while the result is open. */
  get heldQuanta(): number {
    return this.#isOpen ? this.quanta : 0;
  }

  get carried(): Amount {
    return NOTHING;
  }

  get bets(): Bets {
    return this.#bets;
  }

  /** @throws {InvariantError} If a side would pass 2^53 quanta, or a bet is not there. */
  assertBookable(change: Change): void {
    invariant(change.booked !== undefined, "A bet must name the event that booked it");
    this.#bets.check(this.#betOf(change));
  }

  book(change: Change): void {
    this.#bets.apply(this.#betOf(change), this.#market.priceNow);
    this.#level();
  }

  reverse(change: Change): void {
    this.#bets.revoke(this.#betOf(change), this.#market.priceNow);
    this.#level();
  }

  /** @throws {InvariantError} If the change was not booked. */
  assertReversible(change: Change): void {
    this.#bets.checkBooked(this.#betOf(change));
  }

  /** Takes the prices of now, after a removal. */
  reprice(): void {
    this.#bets.reprice(this.#market.priceNow);
    this.#level();
  }

  /** Returns what a row shows; the mark is a price of now. */
  figures(mark: Px | undefined): PositionFigures {
    const { priceRule, qtyRule } = this.instrument;
    if (!this.#isOpen) {
      return { qty: "0", avgPx: null, realisedPnl: this.#settledProfit(), unrealisedPnl: "0" };
    }
    return {
      qty: fromQuanta(this.quanta, qtyRule.scale),
      avgPx: this.#bets.averagePx(priceRule.scale),
      realisedPnl: "0",
      unrealisedPnl: this.#tradedOutAt(mark),
    };
  }

  /** What can be lost on this runner alone, whatever the price. */
  exposure(): Exposure {
    if (!this.#isOpen) return { atEntry: NOTHING, atMark: NOTHING };
    const { ifWon, ifLost } = this.#bets.profits(this.#market.one);
    const worst = ifWon < ifLost ? ifWon : ifLost;
    const units = narrowed(worst < 0n ? -worst : 0n);
    const { priceRule, qtyRule } = this.instrument;
    const liability = { units, scale: priceRule.scale + qtyRule.scale };
    return { atEntry: liability, atMark: liability };
  }

  /** Mixes net stake and gross return. */
  mixInto(digest: Digest): void {
    digest.int(this.quanta);
    digest.mix(this.flow.value);
  }

  checkpoint(): CheckpointNode {
    return this.#bets.checkpoint();
  }

  /** Takes the state of a checkpoint; the market's removals must be there. */
  restore(saved: NodeReader): this {
    this.#bets = Bets.restore(saved, this.#market.priceNow);
    this.#level();
    return this;
  }

  get #isOpen(): boolean {
    return this.#market.shareOf(this.instrument.id) === undefined;
  }

  #betOf({ quanta, px, booked }: Change): Bet {
    invariant(booked !== undefined, "A bet must name the event that booked it");
    const side = quanta > 0 ? "Buy" : "Sell";
    return { side, px, qty: qty(Math.abs(quanta)), epoch: epochOf(this.#market.removals, booked) };
  }

  #level(): void {
    this.flow.set(narrowed(-this.#bets.gross));
  }

  /** Gross ÷ mark − net: what trading out at the mark locks in. */
  #tradedOutAt(mark: Px | undefined): string | null {
    const { gross } = this.#bets;
    if (gross === 0n && this.quanta === 0) return "0";
    if (mark === undefined || mark <= 0) return null;
    const unit = powerOfTen(SHOWN_DECIMALS);
    const numerator = (gross - BigInt(this.quanta) * BigInt(mark)) * unit;
    const denominator = BigInt(mark) * powerOfTen(this.instrument.qtyRule.scale);
    return fromUnits(divideHalfEven({ numerator, denominator }), SHOWN_DECIMALS);
  }

  #settledProfit(): string {
    const share = this.#market.shareOf(this.instrument.id) ?? null;
    if (share === null) return "0";
    const { one } = this.#market;
    const { gross, netQuanta } = this.#bets;
    const profit = gross * share.places - BigInt(netQuanta) * one * share.tied;
    const scale = this.instrument.priceRule.scale + this.instrument.qtyRule.scale;
    const denominator = share.tied * powerOfTen(scale);
    const numerator = profit * powerOfTen(SHOWN_DECIMALS);
    return fromUnits(divideHalfEven({ numerator, denominator }), SHOWN_DECIMALS);
  }
}
