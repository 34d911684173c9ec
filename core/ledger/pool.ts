/**
 * What the books of a pool share: a pool is a set of instruments of one account that are settled
 * together, the runners of a betting market or the outcomes of a binary condition.
 *
 * A pool tells what cash its postings move: for the account, for the client concerned, and for
 * `external`, which takes what is left, so that account = Σ clients + external by construction.
 * @module
 */
import type { ClientIndex } from "../numbers.ts";
import { type Amount, negated, NOTHING, sum } from "./money.ts";

/** One book of an account: the whole, a client's, or nobody's we know. */
export type Scope = "account" | "external" | ClientIndex;

/** Cash that a posting moves in one book; above 0 is received. */
export type CashMove = { readonly scope: Scope; readonly amount: Amount };

/** Returns the book of an owner; null is `external`. */
export function scopeOf(owner: ClientIndex | null): Scope {
  return owner ?? "external";
}

/** Order of books: the account, `external`, clients by number. */
export function scopeRank(scope: Scope): number {
  if (scope === "account") return -2;
  return scope === "external" ? -1 : scope;
}

/**
 * Returns the moves of the account and of clients with that of `external` added, in order of books
 * and without those of nothing. A move given for `external` is replaced by what the others leave.
 */
export function balanced(moves: readonly CashMove[]): CashMove[] {
  let rest: Amount = NOTHING;
  const kept: CashMove[] = [];
  for (const move of moves) {
    if (move.scope === "external") continue;
    const share = move.scope === "account" ? move.amount : negated(move.amount);
    rest = sum({ left: rest, right: share });
    kept.push(move);
  }
  kept.push({ scope: "external", amount: rest });
  return kept.filter((move) => move.amount.units !== 0n)
    .sort((left, right) => scopeRank(left.scope) - scopeRank(right.scope));
}
