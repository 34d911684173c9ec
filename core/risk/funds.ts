/**
 * Guard: an order must be covered by what its account has free.
 *
 * Free is the account's cash less what positions and live orders hold back. What an order holds
 * back is `Reserve` of `valuation.ts`: a replace needs what it adds while both versions may trade.
 * An order in a derivative or a signed binary contract that only reduces the account's position
 * needs nothing, nor does a bet that leaves the worst outcome of its market as it is: who trades out
 * may have nothing free. Where outcomes are held apart a Sell must be covered by the outcome held.
 *
 * Fails closed: an account whose cash in the currency was never reported covers nothing.
 * @module
 */
import { fromUnits } from "../decimal.ts";
import type { Instrument } from "../instrument.ts";
import { unitsBelow } from "../ledger/money.ts";
import type { InstrumentId, Px, VenueId } from "../numbers.ts";
import { px, qty } from "../numbers.ts";
import {
  addedQty,
  type Guard,
  othersQty,
  qtyText,
  type Refusal,
  refusal,
  type RiskRequest,
} from "./guard.ts";
import type { Purse } from "./purse.ts";
import type { Held } from "./scopes.ts";
import { difference, type Wide } from "./wide.ts";

/** What the ledger says of an account. */
export interface Funds {
  /**
   * Cash of a currency less what positions hold back, in the purse's units, rounded down; undefined
   * if the account never reported any.
   */
  cashOf(venue: VenueId, purse: Purse): Wide | undefined;
  /** Quantity of an instrument that is held for certain and may be sold, quanta. */
  holdingOf(instrument: InstrumentId): number;
}

/** Where every price holds back the same. */
const ANY_PX = px(0);

/** Refuses an order that the account cannot cover. */
export const FUNDS: Guard = { name: "funds", check: checkFunds };

function checkFunds(request: RiskRequest): Refusal | undefined {
  const { listed, side } = request;
  if (!listed.venue.limits.checkFunds) return undefined;
  const held = listed.heldOn(side);
  if (held === null) return checkHolding(request);
  if (isSigned(listed.instrument) && onlyReduces(request)) return undefined;
  const added = addedUnits(request, held);
  if (added === undefined) return refusal("FUNDS", priceProblem(request));
  if (added <= 0) return undefined;
  const { purse } = held;
  const cash = request.funds.cashOf(listed.instrument.venue, purse);
  if (cash === undefined) return refusal("FUNDS", cashProblem(request, purse));
  const free = difference({ left: cash, right: purse.reserved.value });
  if (free >= added || request.outcomes.addsNoLoss(request)) return undefined;
  return refusal("FUNDS", coverProblem(request, { held, free, added }));
}

/** True where one count stands for both sides, so that to trade against it needs nothing. */
function isSigned({ contract }: Instrument): boolean {
  switch (contract?.kind) {
    case "linear":
    case "inverse":
      return true;
    case "binary":
      return contract.netting === "signed";
    case "betting":
    case undefined:
      return false;
  }
}

/** What the order adds to what is held back, purse units; undefined: it needs a price and has none. */
function addedUnits(request: RiskRequest, { reserve, purse }: Held): Wide | undefined {
  const { leavesQty, kept } = request;
  const price = request.countPx ?? (reserve.isPriced ? undefined : ANY_PX);
  if (price === undefined) return undefined;
  if (kept === null) return purse.lifted(reserve.unitsOf(price, leavesQty), reserve.scale);
  const worstPx = dearer({ held: { reserve, purse }, left: price, right: kept.dearPx });
  const worst = reserve.unitsOf(worstPx, qty(Math.max(leavesQty, kept.qty)));
  const now = reserve.unitsOf(kept.dearPx, kept.qty);
  return purse.lifted(difference({ left: worst, right: now }), reserve.scale);
}

/** Returns the price of the two at which a quantity holds back more. */
export function dearer(
  of: { readonly held: Held | null; readonly left: Px; readonly right: Px },
): Px {
  const { held, left, right } = of;
  if (held === null) return left;
  const one = qty(1);
  return held.reserve.unitsOf(right, one) > held.reserve.unitsOf(left, one) ? right : left;
}

/** True if all that is open on the order's side can only bring the account's position nearer to 0. */
function onlyReduces(request: RiskRequest): boolean {
  const { side, accountPosition, leavesQty, listed } = request;
  const towards = side === "Buy" ? -accountPosition : accountPosition;
  const open = othersQty(request, { open: listed.sums.openQty(side) });
  return leavesQty <= towards - open;
}

/** Outcomes that are held apart: what is sold must be there. */
function checkHolding(request: RiskRequest): Refusal | undefined {
  const { listed, side, funds } = request;
  const { contract, id } = listed.instrument;
  if (contract?.kind !== "binary") return undefined; // of those only a Sell holds no cash back
  const added = addedQty(request);
  if (added === 0) return undefined;
  const holding = funds.holdingOf(id);
  const open = listed.sums.openQty(side);
  if (open + added <= holding) return undefined;
  const held = qtyText(request, Math.max(0, holding));
  const rule = `what is open to sell must be at most what the account holds, ${held} ` +
    `(${listed.venue.key}.check_funds)`;
  return refusal("FUNDS", `${rule}: was ${qtyText(request, open + added)} with this order`);
}

function priceProblem({ listed }: RiskRequest): string {
  const rule = `a Market order must have a price to count with (${listed.venue.key}.check_funds)`;
  return `${rule}: was without a fresh book`;
}

function cashProblem({ listed }: RiskRequest, purse: Purse): string {
  const rule = `the account's ${purse.currency} must be known (${listed.venue.key}.check_funds)`;
  return `${rule}: was never reported`;
}

/** By the reserve's own scale: that of a purse knows which terms there were, a checkpoint does not. */
function coverProblem(
  { listed }: RiskRequest,
  of: { readonly held: Held; readonly free: Wide; readonly added: Wide },
): string {
  const { purse, reserve: { scale } } = of.held;
  const shown = (units: Wide): string => {
    const below = unitsBelow({ units, scale: purse.scale }, scale);
    return `${fromUnits(below, scale)} ${purse.currency}`;
  };
  const rule = `the account must have ${
    shown(of.added)
  } free for it (${listed.venue.key}.check_funds)`;
  return `${rule}: was ${shown(of.free)}`;
}
