/**
 * Funding and settlement of derivatives: facts that concern every book of an account at once.
 * @module
 */
import { divideHalfEven } from "../decimal.ts";
import type { Px } from "../numbers.ts";
import type { Account } from "./account.ts";
import { narrowed } from "./exact_sum.ts";
import type { Holdings } from "./holdings.ts";
import type { Touched } from "./ledger.ts";
import { type Amount, negated, unitsAt } from "./money.ts";
import type { Accounting, CashLeg } from "./policy.ts";

/** Decimals to which a share is rounded, unless the amount is finer. */
const SHARE_SCALE_LEAST = 12;

/**
 * Posts funding to the account and to whom it belongs: each client its share by position now,
 * amount × its position ÷ the account's, half-even to 10^-12 (finer if the amount is); `external`
 * the rest. While the account is flat all of it is `external`'s.
 */
export function postFunding(account: Account, accounting: Accounting, leg: CashLeg): Touched {
  const { id } = accounting.instrument;
  const all = account.whole.position(id)?.quanta ?? 0;
  addFunding(account.whole, leg);
  let rest = unitsAt(leg.amount, scaleOf(leg.amount));
  for (const [, book] of account.clients()) {
    const own = book.position(id)?.quanta ?? 0;
    if (own === 0 || all === 0) continue;
    const amount = shareOf(leg.amount, { own, all });
    rest -= unitsAt(amount, amount.scale);
    addFunding(book, { currency: leg.currency, amount });
  }
  const amount = { units: narrowed(rest), scale: scaleOf(leg.amount) };
  addFunding(account.external, { currency: leg.currency, amount });
  return { kind: "funding", owner: "all", instruments: [id], currencies: [leg.currency] };
}

function addFunding(book: Holdings, leg: CashLeg): void {
  book.addCash(leg);
  book.noteCharge(leg);
}

/**
 * Closes the position of every book at a price, as an execution of it would; what rounding leaves
 * between the account and its clients is `external`'s.
 * @throws {InvariantError} If the class has no value at that price; nothing changed.
 */
export function settleInstrument(account: Account, accounting: Accounting, price: Px): Touched {
  accounting.valueOf({ quanta: 0, px: price }); // a price that has no value breaks a rule, flat or not
  const currencies = new Set<string>();
  account.settle([accounting], (book) => {
    const position = book.position(accounting.instrument.id);
    if (position === undefined || position.quanta === 0) return;
    const change = { quanta: -position.quanta, px: price };
    const legs = accounting.legsOf(change);
    book.changePosition(position, (open) => open.book(change));
    for (const leg of legs) {
      currencies.add(leg.currency);
      book.addCash(leg);
    }
  });
  const instruments = [accounting.instrument.id];
  return { kind: "settle", owner: "all", instruments, currencies: [...currencies] };
}

function shareOf(
  amount: Amount,
  of: { readonly own: number; readonly all: number },
): Amount {
  const scale = scaleOf(amount);
  const units = divideHalfEven({
    numerator: unitsAt(amount, scale) * BigInt(of.own),
    denominator: BigInt(Math.abs(of.all)),
  });
  const share = { units: narrowed(units), scale };
  return of.all < 0 ? negated(share) : share;
}

function scaleOf(amount: Amount): number {
  return Math.max(SHARE_SCALE_LEAST, amount.scale);
}
