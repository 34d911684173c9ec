/**
 * What pools share. A pool is a set of instruments of one account that share a fate: the runners of
 * a betting market, the outcomes of a binary condition.
 *
 * Where a settlement is rounded, charged or stated book by book, `external` takes what is left, so
 * that account = Σ clients + external by construction.
 * @module
 */
import type { Account, Owner } from "./account.ts";
import type { Holdings } from "./holdings.ts";
import { type Amount, negated, NOTHING, plain, sum } from "./money.ts";

/** One book of an account: the whole, or its owner's. */
export type Scope = "account" | Owner;

/** Cash that a posting moves in one book; above 0 is received. */
export type CashMove = { readonly scope: Scope; readonly amount: Amount };

/** Returns the book, or undefined if nothing was ever posted to it. */
export function bookOf(account: Account, scope: Scope): Holdings | undefined {
  if (scope === "account") return account.whole;
  return scope === null ? account.external : account.client(scope);
}

/**
 * Posts moves of the account and of clients; `external` gets what they leave. Nothing is posted
 * where it is 0; a scale is that of the amount's decimal, so that it depends on the value alone.
 */
export function postBalanced(
  account: Account,
  of: { readonly currency: string; readonly moves: readonly CashMove[] },
): void {
  const { currency } = of;
  let rest: Amount = NOTHING;
  for (const { scope, amount } of of.moves) {
    if (scope === null) continue;
    const book = scope === "account" ? account.whole : account.ownerBook(scope);
    if (amount.units !== 0) book.addCash({ currency, amount: plain(amount) });
    rest = sum({ left: rest, right: scope === "account" ? amount : negated(amount) });
  }
  if (rest.units !== 0) account.external.addCash({ currency, amount: plain(rest) });
}
