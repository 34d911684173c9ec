/**
 * What a risk guard is: one rule, asked about one order that would add exposure.
 *
 * A guard is pure and changes nothing but to let a rate's tokens accrue. It is never asked about a
 * cancel. Its text names the value, the limit and the configuration key, in decimals; it is made
 * only when the guard refuses.
 * @module
 */
import { fromQuanta } from "../decimal.ts";
import type { Side } from "../instrument.ts";
import type { TradingState } from "../intent.ts";
import type { Micros, OrderId, Px, Qty } from "../numbers.ts";
import type { RefusalCode } from "../reject_code.ts";
import type { Funds } from "./funds.ts";
import type { LossMeter } from "./max_loss.ts";
import type { ClientScope, InstrumentScope, PairScope } from "./scopes.ts";

/** Why an order was refused. `text` is a sentence for the trader. */
export type Refusal = { readonly code: RefusalCode; readonly text: string };

/** What makes an order that is placed now a dry one: see `dry_run` in the configuration. */
export type DrySwitch = "mode" | "instrument" | "client";

/** A Place, or a Replace as the order that it would become, and what the guards look at. */
export type RiskRequest = {
  readonly side: Side;
  /** null for Market. */
  readonly px: Px | null;
  /** The price that the order is counted with: its own or a Market order's reference. */
  readonly countPx: Px | null;
  /** Total quantity, including what has been filled. */
  readonly qty: Qty;
  /** What would be open: for a Replace `qty` less what was executed. */
  readonly leavesQty: Qty;
  readonly reduceOnly: boolean;
  /** It would be run dry: the scopes are those of dry orders. */
  readonly isDryRun: boolean;
  /** What holds in all that is new of an order that was placed for real; null for any other. */
  readonly drySwitch: DrySwitch | null;
  /** The order that it would become; null for a Place. */
  readonly kept: Kept | null;
  readonly nowUs: Micros;
  readonly operatorState: TradingState;
  readonly venueState: TradingState;
  readonly instrumentState: TradingState;
  readonly clientState: TradingState;
  readonly killSwitch: boolean;
  readonly client: ClientScope;
  readonly pair: PairScope;
  readonly listed: InstrumentScope;
  /** The client's own position, quanta, signed. */
  readonly clientPosition: number;
  /** The account's position, quanta, signed. */
  readonly accountPosition: number;
  readonly funds: Funds;
  readonly losses: LossMeter;
  readonly outcomes: Outcomes;
};

/** What an order that is to be replaced counts with now, and goes on to until it is replaced. */
export type Kept = { readonly order: OrderId; readonly qty: Qty; readonly dearPx: Px };

/** Whose book is meant: that of the order's client, or its account's. */
export type BookOf = "client" | "account";

/** What an order could do to the worst outcome of a betting market or binary condition. */
export interface Outcomes {
  /**
   * Returns true if a book's worst outcome stays as it is or gets better with this order and all others
   * of the book that are open; undefined for an instrument without outcomes.
   */
  isWorstKept(request: RiskRequest, book: BookOf): boolean | undefined;
  /**
   * Returns true of a bet that leaves the account's worst outcome in its market, with all that is open
   * there, as it would be without it.
   */
  addsNoLoss(request: RiskRequest): boolean;
}

/** One rule. */
export type Guard = {
  readonly name: string;
  /** Returns why the order is refused, or undefined. */
  check(request: RiskRequest): Refusal | undefined;
};

/** Returns by how much the order would raise what is open at worst, quanta. */
export function addedQty({ leavesQty, kept }: RiskRequest): number {
  return kept === null ? leavesQty : Math.max(0, leavesQty - kept.qty);
}

/** Returns what others have open at worst on the order's side, quanta. */
export function othersQty(request: RiskRequest, of: { readonly open: number }): number {
  return of.open - (request.kept?.qty ?? 0);
}

/** Returns a quantity of the request's instrument as a decimal. */
export function qtyText({ listed }: RiskRequest, quanta: number): string {
  return fromQuanta(quanta, listed.instrument.qtyRule.scale);
}

/** Returns a price of the request's instrument as a decimal. */
export function pxText({ listed }: RiskRequest, quanta: number): string {
  return fromQuanta(quanta, listed.instrument.priceRule.scale);
}

/** Returns the refusal of an order. */
export function refusal(code: RefusalCode, problem: string): Refusal {
  return { code, text: `Cannot take the order: ${problem}` };
}
