/**
 * What is at stake in the pool of an instrument, its betting market or binary condition: the views
 * by which risk judges it. Cost: the outcomes of the pool.
 * @module
 */
import type { Instrument, Side } from "../instrument.ts";
import type { ClientIndex, InstrumentId, Px, Qty, VenueId } from "../numbers.ts";
import { betsIn } from "./betting_facts.ts";
import { worstOfCondition } from "./binary_facts.ts";
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
 * Tells whether open orders leave a book's worst outcome in the pool as it is or better: what they
 * may at most do is to reduce. `openOf` includes the order that is judged; `heldOf` is what counts as
 * there without it, what has matched alone if it is absent. True of classes without outcomes only for
 * no orders at all, so ask by position there.
 */
export function isWorstKept(
  ledger: Ledger,
  instrument: Instrument,
  of: { readonly who: Who; readonly openOf: OpenOf; readonly heldOf?: OpenOf },
): boolean {
  const { who, openOf, heldOf = NOTHING_OPEN } = of;
  const now = worstProfit(ledger, instrument, { who, openOf: heldOf });
  const then = worstProfit(ledger, instrument, { who, openOf });
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

/**
 * Returns the least that a book can earn in the pool of an instrument, open orders included, price
 * quanta × quantity quanta; undefined for classes without outcomes.
 */
export function worstProfit(
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
