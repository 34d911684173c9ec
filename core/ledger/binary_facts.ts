/**
 * What happens to a binary condition beside executions: split, merge, settlement; and what a book
 * has at stake in it.
 * @module
 */
import { type InstrumentId, px } from "../numbers.ts";
import type { Account, Owner, Posting } from "./account.ts";
import type { BinaryCondition, Outcome } from "./binary_condition.ts";
import { boundCollateral, type PayoutShare, settledValue, valuationOf } from "./binary_terms.ts";
import type { Holdings } from "./holdings.ts";
import { narrowed } from "./exact_sum.ts";
import type { Touched } from "./ledger.ts";
import { type Amount, negated, NOTHING, plain, sum } from "./money.ts";
import { bookOf } from "./pool.ts";
import { NO_PROFITS, plus, type Profits, worstProfit } from "./outcomes.ts";
import type { Accounting } from "./policy.ts";

/**
 * Splits collateral into `quanta` of each outcome of a pair, or merges it (below 0): each outcome
 * is booked at half the payout.
 * @throws {InvariantError} If a position would pass 2^53 quanta; nothing changed.
 */
export function splitOutcomes(
  account: Account,
  of: {
    readonly owner: Owner;
    readonly pair: readonly { readonly outcome: Outcome; readonly accounting: Accounting }[];
    readonly quanta: number;
  },
): Touched {
  const postings: Posting[] = of.pair.map(({ outcome, accounting }) => {
    const change = { quanta: of.quanta, px: px(outcome.payout / 2) };
    const legs = accounting.legsOf(change);
    return { owner: of.owner, accounting, change, legs, fee: null, charge: null, taken: NOTHING };
  });
  for (const posting of postings) account.assertBookable(posting);
  for (const posting of postings) account.book(posting);
  for (const { outcome } of of.pair) levelCredit(account, outcome);
  const instruments = postings.map(({ accounting }) => accounting.instrument.id);
  const currencies = [...new Set(postings.map(({ accounting }) => accounting.currency))];
  return { kind: "split", owner: of.owner, instruments, currencies };
}

/** Makes a provisional receipt final. @throws {InvariantError} If less is provisional. */
export function confirmReceipt(
  account: Account,
  of: { readonly owner: Owner; readonly accounting: Accounting; readonly quanta: number },
): void {
  const { owner, accounting, quanta } = of;
  if (quanta <= 0) return;
  const { id } = accounting.instrument;
  for (const scope of ["account", owner] as const) {
    const position = bookOf(account, scope)?.position(id);
    if (position?.kind === "binary") position.assertProvisional(quanta);
  }
  account.changeBoth({ owner, accounting }, (position) => {
    if (position.kind === "binary") position.confirm(quanta);
  });
}

/** Marks an outcome at a share of the payout, and its complement at the rest; moves no cash. */
export function resolveOutcome(
  of: {
    readonly condition: BinaryCondition;
    readonly outcome: Outcome;
    readonly share: PayoutShare;
  },
): Touched {
  const { condition, outcome, share } = of;
  condition.resolve(outcome, share);
  const other = condition.complementOf(outcome);
  const instruments = [outcome.instrument.id];
  if (other !== undefined) instruments.push(other.instrument.id);
  instruments.sort((left, right) => left - right);
  return { kind: "resolution", owner: "all", instruments, currencies: [] };
}

/** Settles an outcome, or again. `stated` is what the venue credited to the account for it in all. */
export function settleOutcome(
  account: Account,
  of: { readonly outcome: Outcome; readonly share: PayoutShare; readonly stated: Amount | null },
): Touched {
  const { outcome, share, stated } = of;
  const { collateral: currency } = outcome.terms;
  outcome.settled = share;
  outcome.stated = stated;
  for (const book of account.books()) noteChange(book, outcome);
  levelCredit(account, outcome);
  const instruments = [outcome.instrument.id];
  return { kind: "settlement", owner: "all", instruments, currencies: [currency] };
}

/**
 * Gives the account of a settled outcome what the venue credited, whatever its quantity has become
 * since; `external` takes what that is beyond the value that the position carries.
 */
export function levelCredit(account: Account, outcome: Outcome): void {
  const { settled, stated, terms: { collateral: currency } } = outcome;
  const adjustment = settled === null || stated === null
    ? NOTHING
    : sum({ left: stated, right: negated(creditOf(account.whole, outcome, settled)) });
  const amount = sum({ left: adjustment, right: negated(outcome.adjustment) });
  if (amount.units !== 0) account.post(null, { currency, amount: plain(amount) });
  outcome.adjustment = adjustment;
}

/**
 * Finds the figure that an old checkpoint does not say: what the account has of the settlement now.
 * One that agreed with the rules left nothing to be seen, and counts as not said.
 */
export function learnStated(account: Account, outcome: Outcome): void {
  const { settled, stated, adjustment } = outcome;
  if (settled === null || stated !== null || adjustment.units === 0) return;
  outcome.stated = sum({ left: adjustment, right: creditOf(account.whole, outcome, settled) });
}

/** A settlement changes what positions carry, and that they need not remember executions. */
function noteChange(book: Holdings, outcome: Outcome): void {
  const position = book.position(outcome.instrument.id);
  if (position?.kind !== "binary") return;
  book.changePosition(position, () => position.forgetIfSettled());
}

/** What a settlement pays a book: the value, and the collateral of a short back. */
function creditOf(book: Holdings, outcome: Outcome, share: PayoutShare): Amount {
  const { payout, instrument, terms: { netting } } = outcome;
  const quanta = book.position(instrument.id)?.quanta ?? 0;
  const { scale, costScale, fractions } = valuationOf(instrument);
  const value = settledValue({ quanta, payout, share, finer: BigInt(fractions) });
  const bound = { units: narrowed(boundCollateral({ quanta, payout, netting })), scale };
  return sum({ left: { units: narrowed(value), scale: costScale }, right: bound });
}

/** Returns the profits of a book by outcome, by number; nothing for settled ones. */
export function profitsIn(
  book: Holdings | undefined,
  condition: BinaryCondition,
): readonly Profits[] {
  return condition.outcomes.map(({ instrument }) => {
    const position = book?.position(instrument.id);
    return position?.kind === "binary" ? position.profits : NO_PROFITS;
  });
}

/**
 * Returns the least profit of a book over the outcomes of a condition, units of price × quantity.
 * `openOf` gives the worst part of open orders in an outcome.
 */
export function worstOfCondition(
  book: Holdings | undefined,
  of: {
    readonly condition: BinaryCondition;
    readonly openOf: (instrument: InstrumentId) => Profits;
  },
): bigint {
  const { condition, openOf } = of;
  const held = profitsIn(book, condition);
  const open = condition.outcomes.filter(({ settled }) => settled === null);
  const rows: Profits[] = [];
  for (const [at, outcome] of condition.outcomes.entries()) {
    if (outcome.settled !== null) continue;
    const left = held[at] ?? NO_PROFITS;
    rows.push(plus({ left, right: openOf(outcome.instrument.id) }));
  }
  const isComplete = open.length === 2 && condition.outcomes.length === 2 &&
    open[0] !== undefined && condition.complementOf(open[0]) === open[1];
  return worstProfit(rows, { winners: 1, isComplete });
}
