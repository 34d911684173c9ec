/**
 * What happens to a betting market beside bets: a runner is removed, the market is settled.
 *
 * Ordering: each fact leaves every book of the account with the cash that the market's state gives
 * it; account first, then clients by number, `external` takes the rest.
 * @module
 */
import type { InstrumentId } from "../numbers.ts";
import type { Account, Owner } from "./account.ts";
import type { Bets } from "./betting_bets.ts";
import type { BetsOf, BettingMarket } from "./betting_market.ts";
import type { Removal } from "./betting_reduction.ts";
import type { MarketResult } from "./betting_result.ts";
import type { Holdings } from "./holdings.ts";
import type { Touched } from "./ledger.ts";
import type { Amount } from "./money.ts";
import { bookOf, type CashMove, postBalanced, type Scope } from "./pool.ts";

/** Removes a runner: its bets are void, the prices of bets on the others fall. */
export function removeRunner(
  account: Account,
  of: { readonly market: BettingMarket; readonly removal: Removal },
): Touched {
  const { market, removal } = of;
  market.recordRemoval(removal);
  for (const book of account.books()) reprice(book, market);
  postDue(account, market, scopesOf(account));
  return touched("removal", market);
}

/** Settles a market, or again. `stated` is what the venue credited to the account for it in all. */
export function settleMarket(
  account: Account,
  of: {
    readonly market: BettingMarket;
    readonly result: MarketResult;
    readonly stated: Amount | null;
  },
): Touched {
  const { market, result, stated } = of;
  market.recordResult(result, stated);
  postDue(account, market, scopesOf(account));
  return touched("result", market);
}

/** Posts what a late bet or void changes of a settlement. Returns the currencies touched. */
export function settleLate(
  account: Account,
  of: { readonly market: BettingMarket; readonly owner: Owner },
): readonly string[] {
  const { market, owner } = of;
  if (market.result === null) return [];
  postDue(account, market, owner === null ? ["account"] : ["account", owner]);
  return [market.currency];
}

/** Returns the bets of a book by runner. */
export function betsIn(book: Holdings | undefined): BetsOf {
  return (runner: InstrumentId): Bets | undefined => {
    const position = book?.position(runner);
    return position?.kind === "betting" ? position.bets : undefined;
  };
}

function reprice(book: Holdings, market: BettingMarket): void {
  for (const { id } of market.runners) {
    const position = book.position(id);
    if (position?.kind !== "betting") continue;
    book.changePosition(position, () => position.reprice());
  }
}

function touched(kind: string, market: BettingMarket): Touched {
  const instruments = market.runners.map((runner) => runner.id);
  return { kind, owner: "all", instruments, currencies: [market.currency] };
}

function scopesOf(account: Account): Scope[] {
  return ["account", ...account.clients().map(([client]) => client)];
}

function postDue(account: Account, market: BettingMarket, scopes: readonly Scope[]): void {
  const moves: CashMove[] = scopes.map((scope) => ({
    scope,
    amount: market.due(scope, betsIn(bookOf(account, scope))),
  }));
  postBalanced(account, { currency: market.currency, moves });
}
