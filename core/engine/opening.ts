/**
 * How the ledger of an account begins: with what its venue says that it holds.
 *
 * The first report of an account, and one that an operator adopts, is posted to `external`; from then
 * on reports are compared (`tripwire.ts`). Positions come first: in some classes they move cash, and
 * what is shown in the end must be what was reported.
 * @module
 */
import { closePosting } from "./postings.ts";
import { raise, type Turn } from "./turn.ts";
import type { VenueState } from "./venue_state.ts";
import { decimalsOf, divideHalfEven, powerOfTen, toUnits } from "../decimal.ts";
import type { AccountPayloads } from "../event.ts";
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import { type Px, px, qty } from "../numbers.ts";

type Reported = AccountPayloads["AccountReported"];

/** True if the next report of the account is the ledger's beginning. */
export function isOpening({ declaration, isAdopting, isOpened }: VenueState): boolean {
  return declaration.simulation === null && (isAdopting || !isOpened);
}

/** Posts what a report says and the ledger does not show. */
export function openAccount(turn: Turn, venue: VenueState, reported: Reported): void {
  const { state } = turn;
  const { id } = venue.declaration;
  state.losses.takeOver(() => {
    for (const position of reported.positions) openPosition(turn, position);
  });
  for (const { currency, total } of reported.balances) {
    state.ledger.level({ venue: id, currency, total });
    closePosting(turn);
  }
  state.count("account_reports");
  state.count("accounts_adopted");
  state.risk.venue(id).mismatches = 0;
  venue.isOpened = true;
  venue.isAdopting = false;
}

function openPosition(turn: Turn, position: Reported["positions"][number]): void {
  const { state } = turn;
  const { instrument } = state.instrument(position.instrument);
  const missing = position.qty - state.ledger.positionQuanta("account", instrument.id);
  // Both ends are within the bound; what lies between them need not be.
  invariant(Number.isSafeInteger(missing), "A position must stay within 2^53 quanta");
  if (missing === 0) return;
  const at = position.avgPx ?? (position.qty === 0 ? averagePxOf(turn, instrument) : undefined);
  if (at === undefined) {
    raise(turn, {
      code: "OPENING_WITHOUT_PRICE",
      text: `Cannot book the position in ${instrument.name} at seq_id ${turn.seqId}: its venue ` +
        "must say what it was entered at: was without a price",
    });
    return;
  }
  state.ledger.book({
    venue: instrument.venue,
    client: null,
    instrument,
    side: missing > 0 ? "Buy" : "Sell",
    qty: qty(Math.abs(missing)),
    px: at,
    commission: "0",
    commissionCurrency: instrument.quote,
    booked: turn.seqId,
  });
  closePosting(turn);
}

/**
 * What the account entered a position at, to the quantum. A venue has no price for what it does not
 * hold any more: closed so, a position realises nothing, and what it brought is in the balance.
 * @throws {InvariantError} If that cannot be counted.
 */
function averagePxOf(turn: Turn, { id, venue, priceRule }: Instrument): Px | undefined {
  const position = turn.state.ledger.holdings("account", venue)?.position(id);
  const average = position?.figures(undefined).avgPx ?? null;
  if (average === null) return undefined;
  const scale = Math.max(decimalsOf(average), priceRule.scale);
  const numerator = toUnits(average, scale) ?? 0n;
  const denominator = powerOfTen(scale - priceRule.scale);
  const quanta = Number(divideHalfEven({ numerator, denominator }));
  // The cost of next to nothing is rounded, and may say more than was paid.
  invariant(Number.isSafeInteger(quanta), "A price must stay within 2^53 quanta");
  return px(quanta);
}
