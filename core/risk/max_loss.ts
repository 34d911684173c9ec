/**
 * Guard: the most that may be lost since 00:00 UTC, of one client and of one account.
 *
 * What is compared is `LossMeter`: realised and unrealised profit since the day began, per currency,
 * less commission and funding. Once more than the limit is lost only orders pass that bring the
 * position of the book in question nearer to 0; of bets and binary contracts those that leave its
 * worst outcome as it is. Fails closed: a position without a fresh price cannot be judged.
 * @module
 */
import { type Amount, amountOf, decimalOf, unitsAt } from "../ledger/money.ts";
import type { CurrencyLimit } from "../limits.ts";
import type { ClientIndex, VenueId } from "../numbers.ts";
import {
  type BookOf,
  type Guard,
  othersQty,
  type Refusal,
  refusal,
  type RiskRequest,
} from "./guard.ts";

/** What a book has lost since the day began: above 0 is a loss. */
export interface LossMeter {
  /** Of a client at all venues; undefined: a position in the currency has no fresh price. */
  clientLoss(client: ClientIndex, currency: string): Amount | undefined;
  /** Of an account. */
  venueLoss(venue: VenueId, currency: string): Amount | undefined;
}

/** Refuses what adds exposure once too much is lost. */
export const MAX_LOSS: Guard = { name: "max_loss", check: checkMaxLoss };

function checkMaxLoss(request: RiskRequest): Refusal | undefined {
  const { client, losses, listed: { instrument, venue } } = request;
  for (const limit of client.limits.maxLoss) {
    const loss = losses.clientLoss(client.index, limit.currency);
    const refused = checkLoss(request, { book: "client", key: client.key, limit, loss });
    if (refused !== undefined) return refused;
  }
  for (const limit of venue.limits.maxLoss) {
    const loss = losses.venueLoss(instrument.venue, limit.currency);
    const refused = checkLoss(request, { book: "account", key: venue.key, limit, loss });
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function checkLoss(
  request: RiskRequest,
  of: {
    readonly limit: CurrencyLimit;
    readonly loss: Amount | undefined;
    readonly book: BookOf;
    readonly key: string;
  },
): Refusal | undefined {
  const { limit, loss, key, book } = of;
  if (loss !== undefined && isWithin(loss, limit.most)) return undefined;
  if (onlyReduces(request, book)) return undefined;
  const { currency, most } = limit;
  const rule = `the loss since 00:00 UTC must be at most ${most} ${currency} (${key}.max_loss)`;
  if (loss === undefined) {
    return refusal("MAX_LOSS", `${rule}: was not known, since a position has no fresh price`);
  }
  return refusal("MAX_LOSS", `${rule}: was ${decimalOf(loss)} ${currency}`);
}

/** Of the client's book as `REDUCE_ONLY` judges it: with the same answer. */
function onlyReduces(request: RiskRequest, book: BookOf): boolean {
  const isKept = request.outcomes.isWorstKept(request, book);
  if (isKept !== undefined) return isKept;
  const { side, leavesQty, clientPosition, accountPosition } = request;
  const [position, { sums }] = book === "client"
    ? [clientPosition, request.pair]
    : [accountPosition, request.listed];
  const towards = side === "Buy" ? -position : position;
  return leavesQty <= towards - othersQty(request, { open: sums.openQty(side) });
}

function isWithin(loss: Amount, most: string): boolean {
  const limit = amountOf(most);
  const scale = Math.max(loss.scale, limit.scale);
  return unitsAt(loss, scale) <= unitsAt(limit, scale);
}
