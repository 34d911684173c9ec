/**
 * Figures of the ledger's page that only tests ask for, from the ledger alone.
 * @module
 */
import { fromUnits } from "../../core/decimal.ts";
import type { Instrument } from "../../core/instrument.ts";
import { profitsIn, worstOfCondition } from "../../core/ledger/binary_facts.ts";
import { narrowed } from "../../core/ledger/exact_sum.ts";
import type { Ledger } from "../../core/ledger/mod.ts";
import { type Amount, negated, NOTHING, sum } from "../../core/ledger/money.ts";
import { NO_PROFITS } from "../../core/ledger/outcomes.ts";
import { NOTHING_OPEN, type OpenOf, worstProfit } from "../../core/ledger/stakes.ts";
import type { ClientIndex, InstrumentId, VenueId } from "../../core/numbers.ts";

type Who = ClientIndex | "account";

/** Profit and loss of a book in a binary condition; decimals of its collateral. */
type ConditionPnl = {
  /** Bought less sold of what is not settled. */
  readonly cost: string;
  readonly outcomes: readonly {
    readonly instrument: InstrumentId;
    /** Of the whole condition, if this outcome holds. */
    readonly profit: string;
  }[];
  readonly maxLoss: string;
  readonly lockedProfit: string;
};

/** Returns shown cash that is none of the clients'. */
export function externalCash(
  ledger: Ledger,
  of: { readonly venue: VenueId; readonly currency: string },
  clients: readonly ClientIndex[],
): Amount {
  return clients.reduce(
    (left, client) => sum({ left, right: negated(ledger.cash(client, of)) }),
    ledger.cash("account", of),
  );
}

/**
 * Returns the most that a book can lose in the pool of an instrument, open orders included, 0 or
 * above, in the pool's currency, commission apart; undefined for classes without outcomes.
 */
export function worstLoss(
  ledger: Ledger,
  instrument: Instrument,
  of: { readonly who: Who; readonly openOf: OpenOf },
): Amount | undefined {
  const profit = worstProfit(ledger, instrument, of);
  if (profit === undefined) return undefined;
  const { priceRule, qtyRule } = instrument;
  if (profit >= 0n) return NOTHING;
  return { units: narrowed(-profit), scale: priceRule.scale + qtyRule.scale };
}

/** Returns the P&L of a book in the condition of a binary instrument. */
export function conditionPnl(ledger: Ledger, instrument: Instrument, who: Who): ConditionPnl {
  const { condition } = ledger.pools.outcome(instrument);
  const scale = instrument.priceRule.scale + instrument.qtyRule.scale;
  const book = ledger.holdings(who, instrument.venue);
  const rows = profitsIn(book, condition);
  const lost = rows.reduce((left, { ifLost }) => left + ifLost, 0n);
  const worst = worstOfCondition(book, { condition, openOf: NOTHING_OPEN });
  return {
    cost: fromUnits(-lost, scale),
    outcomes: condition.outcomes.map((outcome, at) => {
      const { ifWon, ifLost } = rows[at] ?? NO_PROFITS;
      return { instrument: outcome.instrument.id, profit: fromUnits(lost + ifWon - ifLost, scale) };
    }),
    maxLoss: fromUnits(worst < 0n ? -worst : 0n, scale),
    lockedProfit: fromUnits(worst > 0n ? worst : 0n, scale),
  };
}
