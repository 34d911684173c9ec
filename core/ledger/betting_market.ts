/**
 * One betting market of an account: its runners, removals and result, and the bets of every book.
 *
 * Bets move no cash; a result does. The cash of a book is a function of its bets and the result, so
 * a bet that comes or is voided after settlement, a removal reported late and a second settlement
 * each post just the difference. Account = Σ clients + external: `external` takes what rounding,
 * commission by client and the venue's own figure leave.
 *
 * Ordering: the state does not depend on the order of bets; removals apply in order of events.
 * @module
 */
import { powerOfTen } from "../decimal.ts";
import type { Side } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import type { ClientIndex, InstrumentId, Px, Qty, SeqId } from "../numbers.ts";
import { type Bet, Bets, type PriceNow } from "./betting_bets.ts";
import { epochOf, reducedPx, type Removal } from "./betting_reduction.ts";
import {
  type Claim,
  commissionOn,
  type MarketResult,
  netWinnings,
  type Share,
  shareOf,
} from "./betting_result.ts";
import { type Amount, negated, NOTHING, sum } from "./money.ts";
import { NO_PROFITS, plus, type Profits, worstProfit } from "./outcomes.ts";
import { balanced, type CashMove, type Scope, scopeOf, scopeRank } from "./pool.ts";

/** What all runners of a market share. */
export type MarketTerms = {
  readonly market: string;
  readonly currency: string;
  readonly commissionPpm: number;
  readonly discountPpm: number;
  readonly winners: number;
  readonly runners: number | null;
  readonly priceScale: number;
  readonly qtyScale: number;
};

/** An execution on a runner. `Buy` backs, `Sell` lays. */
export type MatchedBet = {
  readonly instrument: InstrumentId;
  /** null: `external`. */
  readonly owner: ClientIndex | null;
  readonly side: Side;
  readonly px: Px;
  readonly qty: Qty;
  /** The event that booked it. */
  readonly booked: SeqId;
};

/** The result and the account's own figure. */
export type Settlement = {
  readonly result: MarketResult;
  /** What the venue credited to the account in all, commission taken; null: not said. */
  readonly amount: Amount | null;
};

/** The bets of one book. */
export type BookOfBets = {
  readonly runners: Map<InstrumentId, Bets>;
  /** Cash that the result has moved so far. */
  posted: Amount;
};

/** Bets of every book on the runners of one market. */
export class BettingMarket {
  terms: MarketTerms;
  readonly #listed = new Set<InstrumentId>();
  readonly #removals: Removal[] = [];
  readonly #books = new Map<Scope, BookOfBets>();
  #result: MarketResult | null = null;
  /** What the venue's figure was above ours when it was given. */
  #adjustment: Amount = NOTHING;

  constructor(terms: MarketTerms) {
    this.terms = terms;
  }

  /** The result in force, or null while the market is not settled. */
  get result(): MarketResult | null {
    return this.#result;
  }

  /** Removed runners, oldest first. */
  get removals(): readonly Removal[] {
    return this.#removals;
  }

  /** Counts a runner among those that are known. */
  list(runner: InstrumentId): void {
    this.#listed.add(runner);
  }

  /** Books a bet. @throws {InvariantError} If it cannot be counted exactly; nothing changed. */
  book(bet: MatchedBet): CashMove[] {
    return this.#post(bet, 1);
  }

  /** Takes a booked bet out again, exactly. @throws {InvariantError} If it was not booked. */
  revoke(bet: MatchedBet): CashMove[] {
    return this.#post(bet, -1);
  }

  /**
   * Removes a runner: its bets are void, the prices of the others fall. A second removal of a
   * runner replaces the factor of the first.
   */
  remove(removal: Removal): CashMove[] {
    const at = this.#removals.findIndex((known) => known.runner === removal.runner);
    const known = this.#removals[at];
    if (known === undefined) this.#removals.push(removal);
    else this.#removals[at] = { ...removal, seqId: known.seqId };
    for (const { runners } of this.#books.values()) {
      for (const bets of runners.values()) bets.reprice(this.#priceNow);
    }
    return this.#moves(this.#books.keys());
  }

  /** Settles the market, or settles it again: what was posted before is taken back. */
  settle(settlement: Settlement): CashMove[] {
    this.#result = settlement.result;
    this.#adjustment = NOTHING;
    if (settlement.amount !== null) {
      const ours = this.#target("account");
      this.#adjustment = sum({ left: settlement.amount, right: negated(ours) });
    }
    this.#book("account");
    return this.#moves(this.#books.keys());
  }

  /** What the venue's figure is above ours, for an operator to judge. */
  get adjustment(): Amount {
    return this.#adjustment;
  }

  /** Books with bets, in order. */
  scopes(): Scope[] {
    return [...this.#books.keys()].sort((left, right) => scopeRank(left) - scopeRank(right));
  }

  /** Bets of a book on a runner, or undefined before the first. */
  bets(scope: Scope, runner: InstrumentId): Bets | undefined {
    return this.#books.get(scope)?.runners.get(runner);
  }

  /** Runners on which a book has had bets. */
  runners(scope: Scope): Iterable<InstrumentId> {
    return this.#books.get(scope)?.runners.keys() ?? [];
  }

  /** The part of a stake on a runner that wins; undefined while that is not known. */
  shareOf(runner: InstrumentId): Share | undefined {
    if (this.#isRemoved(runner)) return null;
    return this.#result === null ? undefined : shareOf(this.#result, runner);
  }

  /** Profit of a book if a runner wins and if it loses; nothing once that is settled. */
  profits(scope: Scope, runner: InstrumentId): Profits {
    if (this.shareOf(runner) !== undefined) return NO_PROFITS;
    return this.bets(scope, runner)?.profits(this.#one) ?? NO_PROFITS;
  }

  /**
   * Returns the least profit of a book over the ways the market can end, before commission, in
   * price quanta × stake quanta. `openOf` gives the worst part of open orders on a runner.
   */
  worstProfit(scope: Scope, openOf: (runner: InstrumentId) => Profits): bigint {
    const rows: Profits[] = [];
    for (const runner of this.#listed) {
      if (this.shareOf(runner) !== undefined) continue;
      rows.push(plus({ left: this.profits(scope, runner), right: openOf(runner) }));
    }
    const { winners, runners } = this.terms;
    const isComplete = runners !== null && rows.length + this.#removals.length >= runners;
    return worstProfit(rows, { winners, isComplete });
  }

  /** @throws {InvariantError} If the account's bets are not those of its books. */
  assertConserved(): void {
    for (const [runner, whole] of this.#books.get("account")?.runners ?? []) {
      let { netQuanta, gross } = whole;
      for (const [scope, book] of this.#books) {
        if (scope === "account") continue;
        netQuanta -= book.runners.get(runner)?.netQuanta ?? 0;
        gross -= book.runners.get(runner)?.gross ?? 0n;
      }
      const isWhole = netQuanta === 0 && gross === 0n;
      invariant(isWhole, "Bets of an account must be those of its sub-books and external");
    }
  }

  get #one(): bigint {
    return powerOfTen(this.terms.priceScale);
  }

  readonly #priceNow: PriceNow = (traded, epoch) =>
    reducedPx(traded, {
      removals: this.#removals,
      epoch,
      priceScale: this.terms.priceScale,
    });

  #isRemoved(runner: InstrumentId): boolean {
    return this.#removals.some((removal) => removal.runner === runner);
  }

  #post(matched: MatchedBet, sign: 1 | -1): CashMove[] {
    const { instrument, side, px, qty } = matched;
    const bet: Bet = { side, px, qty, epoch: epochOf(this.#removals, matched.booked) };
    const scopes: readonly Scope[] = ["account", scopeOf(matched.owner)];
    const books = scopes.map((scope) => this.#betsOf(scope, instrument));
    for (const bets of books) bets.check(bet, sign);
    for (const bets of books) {
      if (sign > 0) bets.apply(bet, this.#priceNow);
      else bets.revoke(bet, this.#priceNow);
    }
    return this.#moves(scopes);
  }

  /** Moves the cash of books to what it must be. */
  #moves(scopes: Iterable<Scope>): CashMove[] {
    const moves: CashMove[] = [];
    for (const scope of scopes) {
      if (scope === "external") continue;
      const book = this.#book(scope);
      const target = this.#target(scope);
      moves.push({ scope, amount: sum({ left: target, right: negated(book.posted) }) });
      book.posted = target;
    }
    return balanced(moves);
  }

  /** Cash that the result gives a book: net winnings less commission. */
  #target(scope: Scope): Amount {
    if (this.#result === null) return NOTHING;
    const claims: Claim[] = [];
    for (const [runner, bets] of this.#books.get(scope)?.runners ?? []) {
      const share = this.shareOf(runner) ?? null;
      claims.push({ netQuanta: bets.netQuanta, gross: bets.gross, share });
    }
    const winnings = netWinnings(claims, this.#one);
    const units = winnings - commissionOn(winnings, this.terms);
    const amount = { units, scale: this.terms.qtyScale };
    return scope === "account" ? sum({ left: amount, right: this.#adjustment }) : amount;
  }

  #book(scope: Scope): BookOfBets {
    const known = this.#books.get(scope);
    if (known !== undefined) return known;
    const book = { runners: new Map<InstrumentId, Bets>(), posted: NOTHING };
    this.#books.set(scope, book);
    return book;
  }

  #betsOf(scope: Scope, runner: InstrumentId): Bets {
    const { runners } = this.#book(scope);
    const known = runners.get(runner);
    if (known !== undefined) return known;
    const bets = new Bets();
    runners.set(runner, bets);
    return bets;
  }
}
