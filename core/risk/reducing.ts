/**
 * When an order only reduces what a book has at risk: the rule behind `reduce_only`, the state
 * `Reducing` and what a lost limit still lets pass.
 *
 * Of most classes by position: what is open on the order's side may at most bring it to 0. Of
 * outcomes, binary and betting, by the worst of them: if all that is open filled where it loses, no
 * outcome may be worse than the worst is now. Fails closed: what has no price is not known to reduce.
 * @module
 */
import type { Instrument } from "../instrument.ts";
import type { OpenLosses } from "../ledger/open_losses.ts";
import { minus, NO_PROFITS, type Profits } from "../ledger/outcomes.ts";
import type { ClientIndex } from "../numbers.ts";
import { othersQty, type RiskRequest } from "./guard.ts";
import type { OpenSums } from "./scopes.ts";

/** What the ledger says of the outcomes of a condition or market. */
export interface Stakes {
  /**
   * True if a book's live orders, and `added` in an instrument, leave the worst outcome as it is
   * without any of them, or better. False for an instrument whose outcome is settled, and while a
   * live order there has no price.
   */
  isWorstKept(
    of: {
      readonly who: ClientIndex | "account";
      readonly instrument: Instrument;
      readonly added: Profits;
    },
  ): boolean;
}

/** A book, what it holds of the order's instrument, and what is open there. */
export type Reduced = {
  readonly who: ClientIndex | "account";
  readonly position: number;
  readonly sums: OpenSums;
};

/** Tells whether the order only reduces. */
export function onlyReduces(request: RiskRequest, book: Reduced): boolean {
  const { losses } = request.listed;
  if (losses !== null) return keepsWorst(request, losses, book.who);
  return request.leavesQty <= reducibleQuanta(request, book);
}

/** What an order on this side may still take off a position, quanta; below 0: it is taken already. */
export function reducibleQuanta(
  request: RiskRequest,
  { position, sums }: Omit<Reduced, "who">,
): number {
  const { side } = request;
  const towards = side === "Buy" ? -position : position;
  return towards - othersQty(request, { open: sums.openQty(side) });
}

function keepsWorst(request: RiskRequest, losses: OpenLosses, who: Reduced["who"]): boolean {
  const { side, leavesQty, countPx, kept, listed, stakes } = request;
  if (countPx === null) return false;
  const whole = losses({ side, qty: leavesQty, px: countPx });
  const added = minus({ left: whole, right: kept?.losses ?? NO_PROFITS });
  return stakes.isWorstKept({ who, instrument: listed.instrument, added });
}
