/**
 * A ledger with binary contracts for tests: deals, splits, resolutions and settlements, checked for
 * conservation.
 * @module
 */
import { strictEqual } from "node:assert/strict";
import type { Instrument } from "../../core/instrument.ts";
import { resolveOutcome, settleOutcome, splitOutcomes } from "../../core/ledger/binary_facts.ts";
import type { PayoutShare } from "../../core/ledger/binary_terms.ts";
import { Ledger, type LedgerExecution } from "../../core/ledger/mod.ts";
import { amountOf, decimalOf } from "../../core/ledger/money.ts";
import { NOTHING_OPEN } from "../../core/ledger/stakes.ts";
import { clientIndex, px, qty, venueId } from "../../core/numbers.ts";
import type { PositionRow } from "../../core/view.ts";
import { signedContract, token } from "./outcome_instruments.ts";
import { worstLoss } from "./ledger_views.ts";

/** The account's venue. */
export const VENUE = venueId(0);
/** Clients. */
export const [ALICE, BOB] = [clientIndex(0), clientIndex(1)];
/** Outcomes held apart, and one counted by its sign. */
export const [YES, NO, SIGNED] = [token("YES"), token("NO"), signedContract()];
/** All of them. */
export const INSTRUMENTS = [YES, NO, SIGNED];
/** Shares of the payout. */
export const [ALL, NONE, HALF, THIRD] = [[1, 1], [0, 1], [1, 2], [1, 3]] as const;
/** Whose book. */
export type Who = typeof ALICE | "account";

/** A ledger with a pair of tokens and a signed contract. */
export class Bench {
  readonly ledger: Ledger;

  constructor(ledger: Ledger = new Ledger()) {
    this.ledger = ledger;
    for (const each of INSTRUMENTS) strictEqual(ledger.list(each), undefined);
  }

  deal(of: Partial<LedgerExecution> & { readonly q: number; readonly p: number }): LedgerExecution {
    const { q, p, ...rest } = of;
    return {
      venue: VENUE,
      client: ALICE,
      instrument: YES,
      side: "Buy",
      qty: qty(Math.round(q * 100)),
      px: px(Math.round(p * 10_000)),
      commission: "0",
      commissionCurrency: "USD",
      ...rest,
    };
  }

  split(q: number, owner: typeof ALICE | null = ALICE): void {
    const { condition } = this.ledger.pools.outcome(YES);
    const pair = (condition.pair ?? []).map((outcome) => ({
      outcome,
      accounting: this.ledger.accountingOf(outcome.instrument),
    }));
    const quanta = Math.round(q * 100);
    this.ledger.post(VENUE, (account) => splitOutcomes(account, { owner, pair, quanta }));
    this.check();
  }

  resolve(instrument: Instrument, share: readonly [number, number]): void {
    const pool = this.ledger.pools.outcome(instrument);
    this.ledger.post(VENUE, () => resolveOutcome({ ...pool, share: shareOf(share) }));
    this.check();
  }

  settle(instrument: Instrument, share: readonly [number, number], stated?: string): void {
    const { outcome } = this.ledger.pools.outcome(instrument);
    const amount = stated === undefined ? null : amountOf(stated);
    this.ledger.post(
      VENUE,
      (account) => settleOutcome(account, { outcome, share: shareOf(share), stated: amount }),
    );
    this.check();
  }

  check(): void {
    this.ledger.assertTouched();
    this.ledger.assertConserved(VENUE);
  }

  cash(who: Who): string {
    return decimalOf(this.ledger.cash(who, { venue: VENUE, currency: "USD" }));
  }

  row(instrument: Instrument, who: Who = ALICE): PositionRow | undefined {
    return this.ledger.positions(who, () => px(6000))
      .find((row) => row.instrument === instrument.id);
  }

  worst(instrument: Instrument, who: Who = ALICE): string {
    const loss = worstLoss(this.ledger, instrument, { who, openOf: NOTHING_OPEN });
    return decimalOf(loss ?? amountOf("0"));
  }
}

/** The same as the ledger takes it. */
export function shareOf([numerator, denominator]: readonly [number, number]): PayoutShare {
  return { numerator, denominator };
}
