/**
 * What is at stake in the pool of an instrument, its betting market or binary condition: the views
 * by which risk and clients judge it. Cost: the outcomes of the pool.
 * @module
 */
import { fromUnits } from "../decimal.ts";
import type { Instrument, Side } from "../instrument.ts";
import type { ClientIndex, InstrumentId, Px, Qty, VenueId } from "../numbers.ts";
import { betsIn } from "./betting_facts.ts";
import { profitsIn, worstOfCondition } from "./binary_facts.ts";
import { narrowed } from "./exact_sum.ts";
import type { Ledger } from "./ledger.ts";
import { type Amount, NOTHING, sum } from "./money.ts";
import { NO_PROFITS, type Profits } from "./outcomes.ts";

/** Whose book. */
type Who = ClientIndex | "account";

/** The worst part of the open orders of a book in an outcome; see {@link openProfits}. */
export type OpenOf = (instrument: InstrumentId) => Profits;

/** Nothing is open. */
export const NOTHING_OPEN: OpenOf = (): Profits => NO_PROFITS;

/** Profit and loss of a book in a binary condition; decimals of its collateral. */
export type ConditionPnl = {
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

/**
 * Returns what an open order can lose by outcome, both parts 0 or below: to be added up per
 * instrument and book. Nothing for classes without outcomes.
 */
export function openProfits(
  ledger: Ledger,
  instrument: Instrument,
  of: { readonly side: Side; readonly qty: Qty; readonly px: Px },
): Profits {
  const change = { quanta: of.side === "Buy" ? of.qty : -of.qty, px: of.px };
  return ledger.accountingOf(instrument).openProfits?.(change) ?? NO_PROFITS;
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

/**
 * Tells whether open orders leave a book's worst outcome in the pool as it is or better: what they
 * may at most do is to reduce. `openOf` includes the order that is judged. True of classes without
 * outcomes only for no orders at all, so ask by position there.
 */
export function isWorstKept(
  ledger: Ledger,
  instrument: Instrument,
  of: { readonly who: Who; readonly openOf: OpenOf },
): boolean {
  const now = worstProfit(ledger, instrument, { who: of.who, openOf: NOTHING_OPEN });
  const then = worstProfit(ledger, instrument, of);
  return now !== undefined && then !== undefined && then >= now;
}

/**
 * Returns what the matched bets of an account hold back of a currency, 0 or above: Σ over markets
 * without a result of the worst loss. Bets move no cash, so cash alone does not show it.
 */
export function betsHoldBack(
  ledger: Ledger,
  of: { readonly venue: VenueId; readonly currency: string },
): Amount {
  const betsOf = betsIn(ledger.holdings("account", of.venue));
  let held: Amount = NOTHING;
  for (const market of ledger.pools.marketsOf(of.venue)) {
    if (market.currency !== of.currency || market.result !== null) continue;
    const profit = market.worstProfit(betsOf, NOTHING_OPEN);
    if (profit >= 0n) continue;
    held = sum({ left: held, right: { units: narrowed(-profit), scale: market.scale } });
  }
  return held;
}

/** Returns what a book may sell of an instrument, quanta: held and not provisional. */
export function availableQuanta(ledger: Ledger, instrument: Instrument, who: Who): number {
  const position = ledger.holdings(who, instrument.venue)?.position(instrument.id);
  if (position?.kind === "binary") return position.availableQuanta;
  return Math.max(0, position?.heldQuanta ?? 0);
}

/** Returns what a book has bought by executions that the venue may still void, quanta. */
export function provisionalQuanta(ledger: Ledger, instrument: Instrument, who: Who): number {
  const position = ledger.holdings(who, instrument.venue)?.position(instrument.id);
  return position?.kind === "binary" ? position.provisionalQuanta : 0;
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

/** In price quanta × quantity quanta; undefined for classes without outcomes. */
function worstProfit(
  ledger: Ledger,
  instrument: Instrument,
  of: { readonly who: Who; readonly openOf: OpenOf },
): bigint | undefined {
  const { contract, venue } = instrument;
  const book = ledger.holdings(of.who, venue);
  if (contract?.kind === "betting") {
    return ledger.pools.market(instrument).worstProfit(betsIn(book), of.openOf);
  }
  if (contract?.kind !== "binary") return undefined;
  const { condition } = ledger.pools.outcome(instrument);
  return worstOfCondition(book, { condition, openOf: of.openOf });
}
