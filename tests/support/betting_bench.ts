/**
 * A ledger with one betting market for tests: bets, removals and results, checked for conservation.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import type { PlacedRunner } from "../../core/event.ts";
import { betsIn, removeRunner, settleMarket } from "../../core/ledger/betting_facts.ts";
import type { BettingMarket } from "../../core/ledger/betting_market.ts";
import type { Removal } from "../../core/ledger/betting_reduction.ts";
import type { MarketResult } from "../../core/ledger/betting_result.ts";
import { Ledger, type LedgerExecution } from "../../core/ledger/mod.ts";
import { type Amount, amountOf, decimalOf } from "../../core/ledger/money.ts";
import { NOTHING_OPEN } from "../../core/ledger/stakes.ts";
import { clientIndex, instrumentId, px, qty, seqId, venueId } from "../../core/numbers.ts";
import { runner } from "./outcome_instruments.ts";
import { externalCash, worstLoss } from "./ledger_views.ts";

/** The account's venue. */
export const VENUE = venueId(0);
/** Clients. */
export const [ALICE, BOB] = [clientIndex(0), clientIndex(1)];
/** Runners of the market; it has a fourth. */
export const [A, B, C] = [instrumentId(0), instrumentId(1), instrumentId(2)];
type Terms = Parameters<typeof runner>[1];
type Books = "account" | "external" | typeof ALICE;

/** A ledger with one market of four runners. */
export class Bench {
  readonly ledger = new Ledger();
  readonly runners: readonly LedgerExecution["instrument"][];

  constructor(terms: Terms = {}) {
    this.runners = [0, 1, 2, 3].map((id) => runner(id, terms));
    for (const each of this.runners) strictEqual(this.ledger.list(each), undefined);
  }

  get market(): BettingMarket {
    return this.ledger.pools.market(this.runner(A));
  }

  runner(id: typeof A): LedgerExecution["instrument"] {
    return this.runners[id] ?? runner(id);
  }

  bet(of: Partial<LedgerExecution> & { readonly on?: typeof A }): LedgerExecution {
    const { on = A, ...rest } = of;
    return {
      venue: VENUE,
      client: ALICE,
      instrument: this.runner(on),
      side: "Buy",
      px: px(300),
      qty: qty(1000),
      commission: "0",
      commissionCurrency: "GBP",
      booked: seqId(1),
      ...rest,
    };
  }

  settle(result: MarketResult, stated: string | null = null): void {
    const { market } = this;
    const amount = stated === null ? null : amountOf(stated);
    this.ledger.post(VENUE, (account) => settleMarket(account, { market, result, stated: amount }));
    this.check();
  }

  remove(removal: Removal): void {
    const { market } = this;
    this.ledger.post(VENUE, (account) => removeRunner(account, { market, removal }));
    this.check();
  }

  check(): void {
    this.ledger.assertTouched();
    this.ledger.assertConserved(VENUE);
  }

  cash(book: Books): string {
    const of = { venue: VENUE, currency: "GBP" };
    const { ledger } = this;
    return decimalOf(
      book === "external" ? externalCash(ledger, of, [ALICE, BOB]) : ledger.cash(book, of),
    );
  }

  /** Cash of the account, of external, Alice and Bob. */
  get cashes(): readonly string[] {
    return (["account", "external", ALICE, BOB] as const).map((book) => this.cash(book));
  }

  get adjustment(): Amount {
    return this.market.adjustment(betsIn(this.ledger.holdings("account", VENUE)));
  }

  averagePx(of: typeof A): string | null | undefined {
    return this.ledger.positions(ALICE, () => undefined)
      .find((row) => row.instrument === of)?.avgPx;
  }

  worst(who: typeof ALICE | "account"): string | undefined {
    const loss = worstLoss(this.ledger, this.runner(A), { who, openOf: NOTHING_OPEN });
    return loss === undefined ? undefined : decimalOf(loss);
  }
}

/** A result with plain winners. */
export function won(...winners: readonly PlacedRunner["instrument"][]): MarketResult {
  const placed = winners.map((instrument) => ({ instrument, places: 1, tied: 1 }));
  return { winners: placed, voided: [], isVoid: false };
}

/** A dead heat of A with others. */
export function tied(places: number, count: number): MarketResult {
  return { winners: [{ instrument: A, places, tied: count }], voided: [], isVoid: false };
}
