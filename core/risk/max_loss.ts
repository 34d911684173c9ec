/**
 * Guard: the most that may be lost since 00:00 UTC, of one client and of one account.
 *
 * What is compared is `LossMeter`: realised and unrealised profit since the day began, per currency,
 * less commission and funding. Once more than the limit is lost only orders pass that bring the
 * position of the book in question nearer to 0. Fails closed: a position without a fresh price cannot
 * be judged.
 * @module
 */
import { type Amount, amountOf, decimalOf, unitsAt } from "../ledger/money.ts";
import type { CurrencyLimit } from "../limits.ts";
import type { ClientIndex, VenueId } from "../numbers.ts";
import { type Guard, othersQty, type Refusal, refusal, type RiskRequest } from "./guard.ts";
import type { OpenSums } from "./scopes.ts";

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
  const { client, pair, listed, losses, clientPosition, accountPosition } = request;
  const { venue } = listed;
  for (const limit of client.limits.maxLoss) {
    const of = { position: clientPosition, sums: pair.sums, key: client.key, limit };
    const loss = losses.clientLoss(client.index, limit.currency);
    const refused = checkLoss(request, { ...of, loss });
    if (refused !== undefined) return refused;
  }
  for (const limit of venue.limits.maxLoss) {
    const of = { position: accountPosition, sums: listed.sums, key: venue.key, limit };
    const loss = losses.venueLoss(listed.instrument.venue, limit.currency);
    const refused = checkLoss(request, { ...of, loss });
    if (refused !== undefined) return refused;
  }
  return undefined;
}

function checkLoss(
  request: RiskRequest,
  of: {
    readonly limit: CurrencyLimit;
    readonly loss: Amount | undefined;
    readonly position: number;
    readonly sums: OpenSums;
    readonly key: string;
  },
): Refusal | undefined {
  const { limit, loss, key } = of;
  if (loss !== undefined && isWithin(loss, limit.most)) return undefined;
  if (onlyReduces(request, of)) return undefined;
  const { currency, most } = limit;
  const rule = `the loss since 00:00 UTC must be at most ${most} ${currency} (${key}.max_loss)`;
  if (loss === undefined) {
    return refusal("MAX_LOSS", `${rule}: was not known, since a position has no fresh price`);
  }
  return refusal("MAX_LOSS", `${rule}: was ${decimalOf(loss)} ${currency}`);
}

function onlyReduces(
  request: RiskRequest,
  of: { readonly position: number; readonly sums: OpenSums },
): boolean {
  const { side, leavesQty } = request;
  const towards = side === "Buy" ? -of.position : of.position;
  return leavesQty <= towards - othersQty(request, { open: of.sums.openQty(side) });
}

function isWithin(loss: Amount, most: string): boolean {
  const limit = amountOf(most);
  const scale = Math.max(loss.scale, limit.scale);
  return unitsAt(loss, scale) <= unitsAt(limit, scale);
}
