/**
 * The funds-mismatch tripwire: the venue's own view of an account, held against the ledger (R-CORE-7).
 *
 * What a report names must be what the ledger shows: cash within the tolerance of its currency,
 * positions exactly, but for what the venue may still void. Reports in a row that differ, so many as
 * the limit says, halt the account; a fill in flight makes one differ, a missing one all.
 *
 * Invariant: a report that is compared changes no book. What it does not name is not compared. The
 * first one of an account is where its ledger begins, see `opening.ts`.
 * @module
 */
import { isOpening, openAccount } from "./opening.ts";
import { haltAccount, raise, type Turn } from "./turn.ts";
import { fromQuanta } from "../decimal.ts";
import type { AccountPayloads } from "../event.ts";
import { invariant } from "../invariant.ts";
import {
  type Amount,
  amountOf,
  decimalOf,
  negated,
  NOTHING,
  sum,
  unitsAt,
} from "../ledger/money.ts";
import { provisionalQuanta } from "../ledger/stakes.ts";
import type { VenueId } from "../numbers.ts";

type Reported = AccountPayloads["AccountReported"];

/** Applies a report: it opens the account, or is compared with the ledger. */
export function applyAccountReported(turn: Turn, venue: VenueId, reported: Reported): void {
  assertReported(turn, venue, reported);
  const account = turn.state.venue(venue);
  if (isOpening(account)) openAccount(turn, account, reported);
  else compareAccount(turn, venue, reported);
}

/** Compares a report with the ledger and halts the account if too many in a row differ. */
function compareAccount(turn: Turn, venue: VenueId, reported: Reported): void {
  const { state } = turn;
  const scope = state.risk.venue(venue);
  state.count("account_reports");
  const difference = firstDifference(turn, venue, reported);
  if (difference === undefined) {
    scope.mismatches = 0;
    return;
  }
  state.count("account_mismatches");
  scope.mismatches += 1;
  const { reports } = scope.limits.tripwire;
  if (scope.mismatches < reports || state.venue(venue).tradingState === "Halted") return;
  state.count("tripwire_halts");
  const { name } = state.venue(venue).declaration;
  const reason = `The account of ${name} must be what the ledger shows ` +
    `(${scope.key}.tripwire): ${difference}, in ${scope.mismatches} reports in a row`;
  haltAccount(turn, { venue, reason });
  raise(turn, { code: "FUNDS_MISMATCH", text: reason });
}

/** All of it is checked before any is compared: what is wrong with a report hides behind nothing. */
function assertReported(turn: Turn, venue: VenueId, { balances, positions }: Reported): void {
  for (const { total } of balances) amountOf(total);
  for (const { instrument, entryPrice } of positions) {
    if (entryPrice !== undefined) amountOf(entryPrice);
    const isOurs = turn.state.instrument(instrument).instrument.venue === venue;
    invariant(isOurs, "A position must be reported by its instrument's venue");
  }
}

/** Returns the first difference as "was …", or undefined. */
function firstDifference(turn: Turn, venue: VenueId, reported: Reported): string | undefined {
  for (const { currency, total } of reported.balances) {
    const difference = cashDifference(turn, venue, { currency, total: amountOf(total) });
    if (difference !== undefined) return difference;
  }
  for (const position of reported.positions) {
    const difference = positionDifference(turn, position);
    if (difference !== undefined) return difference;
  }
  return undefined;
}

function cashDifference(
  turn: Turn,
  venue: VenueId,
  of: { readonly currency: string; readonly total: Amount },
): string | undefined {
  const { currency, total } = of;
  if (isProvisional(turn, venue, currency)) return undefined;
  const { ledger, risk } = turn.state;
  const shown = ledger.cash("account", { venue, currency });
  const { tolerances } = risk.venue(venue).limits.tripwire;
  const named = tolerances.find((tolerance) => tolerance.currency === currency);
  const allowed = named === undefined ? NOTHING : amountOf(named.most);
  const difference = sum({ left: total, right: negated(shown) });
  const scale = Math.max(difference.scale, allowed.scale);
  const units = unitsAt(difference, scale);
  const most = unitsAt(allowed, scale);
  if (units <= most && units >= -most) return undefined;
  return `was ${decimalOf(total)} ${currency} there and ${decimalOf(shown)} here`;
}

/** True while the account holds something in the currency that the venue may still void. */
function isProvisional(turn: Turn, venue: VenueId, currency: string): boolean {
  return turn.state.risk.instruments.some((listed) => {
    const contract = listed?.instrument.contract;
    if (listed === undefined || listed.instrument.venue !== venue) return false;
    if (contract?.kind !== "binary" || contract.collateral !== currency) return false;
    return provisionalQuanta(turn.state.ledger, listed.instrument, "account") > 0;
  });
}

function positionDifference(
  turn: Turn,
  of: Reported["positions"][number],
): string | undefined {
  const { instrument } = turn.state.instrument(of.instrument);
  const { ledger } = turn.state;
  const held = ledger.positionQuanta("account", instrument.id);
  const certain = held - provisionalQuanta(ledger, instrument, "account");
  if (of.qty >= Math.min(certain, held) && of.qty <= Math.max(certain, held)) return undefined;
  const { scale } = instrument.qtyRule;
  const there = fromQuanta(of.qty, scale);
  return `was ${there} of ${instrument.name} there and ${fromQuanta(held, scale)} here`;
}
