/**
 * How the ledger of an account begins: with what its venue says that it holds.
 *
 * The first report of an account, and one that an operator adopts, is posted to `external`; from then
 * on reports are compared (`tripwire.ts`). Positions come first: in some classes they move cash, and
 * what is shown in the end must be what was reported.
 *
 * Invariants: no book of a client changes; of a position either all executions are booked or none.
 * Known limit: what a client holds and the account does not is `external`'s until somebody corrects it.
 * @module
 */
import { closePosting } from "./postings.ts";
import { raise, type Turn } from "./turn.ts";
import type { VenueState } from "./venue_state.ts";
import { powerOfTen } from "../decimal.ts";
import type { AccountPayloads } from "../event.ts";
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import type { LedgerExecution } from "../ledger/ledger.ts";
import { type Amount, amountOf, amountShown, negated, sum, unitsAt } from "../ledger/money.ts";
import { type Portion, portionsOf } from "../ledger/portions.ts";
import { qty, type VenueId } from "../numbers.ts";

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
    // Balances of an account that opens are no positions: our fills before it are not their difference.
    if (venue.isOpened) reduceSpot(turn, id, reported);
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
  const held = state.ledger.positionQuanta("account", instrument.id);
  const missing = position.qty - held;
  // Both ends are within the bound; what lies between them need not be.
  invariant(Number.isSafeInteger(missing), "A position must stay within 2^53 quanta");
  if (position.qty === 0 && held === 0) return;
  const price = priceOf(turn, instrument, position);
  if (price === undefined) {
    if (missing !== 0) raiseWithoutPrice(turn, instrument);
    return;
  }
  if (isCarriedAtCost(instrument)) {
    const opened = portionsOf(instrument, { quanta: position.qty, price });
    if (missing === 0 && isHeldAtCostOf(turn, instrument, opened)) return;
    // A difference booked at the entry price of the whole would leave the old cost in the average.
    bookAll(turn, instrument, [...portionsOf(instrument, { quanta: -held, price }), ...opened]);
  } else {
    bookAll(turn, instrument, portionsOf(instrument, { quanta: missing, price }));
  }
}

/**
 * What the venue says that a position was entered at. It has no price for what it does not hold any
 * more: closed at what the account entered it at, a position realises nothing, and what it brought is
 * in the balance.
 */
function priceOf(
  turn: Turn,
  instrument: Instrument,
  { qty: quanta, avgPx, entryPrice }: Reported["positions"][number],
): Amount | undefined {
  if (entryPrice !== undefined) return amountOf(entryPrice);
  if (avgPx !== undefined) return { units: avgPx, scale: instrument.priceRule.scale };
  return quanta === 0 ? averagePriceOf(turn, instrument) : undefined;
}

function raiseWithoutPrice(turn: Turn, { name }: Instrument): void {
  raise(turn, {
    code: "OPENING_WITHOUT_PRICE",
    text: `Cannot book the position in ${name} at seq_id ${turn.seqId}: its venue ` +
      "must say what it was entered at: was without a price",
  });
}

/** True where a position moves cash by what it realises, so that its cost decides on cash to come. */
function isCarriedAtCost({ assetClass }: Instrument): boolean {
  return assetClass === "linear" || assetClass === "inverse";
}

/** True if what the account holds has cost just what executions are worth. */
function isHeldAtCostOf(
  turn: Turn,
  instrument: Instrument,
  opened: readonly Portion[],
): boolean {
  const { ledger } = turn.state;
  const position = ledger.holdings("account", instrument.venue)?.position(instrument.id);
  if (position?.kind !== "cost") return false;
  const accounting = ledger.accountingOf(instrument);
  const beyond = opened.reduce(
    (left, portion) => sum({ left, right: accounting.valueOf(portion) }),
    negated(position.cost),
  );
  return BigInt(beyond.units) === 0n;
}

/**
 * Takes off spot positions what the balances say is gone: a venue of spot reports no positions, and
 * one that nobody holds would be measured for good. At what it was entered at, since nobody knows
 * what was made of it. Never more than is held: a deposit is no position.
 */
function reduceSpot(turn: Turn, venue: VenueId, reported: Reported): void {
  const totals = new Map(reported.balances.map(({ currency, total }) => [currency, total]));
  const reducible = reducibleSpot(turn, venue, reported);
  for (const [currency, total] of inTurn(totals, reducible)) {
    let left = missingOf(turn, { venue, currency, total });
    for (const instrument of reducible.filter(({ base }) => base === currency)) {
      left = reduceBy(turn, instrument, left);
    }
  }
}

/** What is held of spot at a venue, where the balance of its quote is told and no position. */
function reducibleSpot(
  turn: Turn,
  venue: VenueId,
  { balances, positions }: Reported,
): readonly Instrument[] {
  const { ledger, risk } = turn.state;
  const told = new Set(balances.map(({ currency }) => currency));
  const named = new Set(positions.map(({ instrument }) => instrument));
  return risk.instruments.flatMap((listed) => {
    const instrument = listed?.instrument;
    if (instrument?.venue !== venue || instrument.assetClass !== "spot") return [];
    const { id, quote } = instrument;
    const isUntold = told.has(quote) && !named.has(id);
    return isUntold && ledger.positionQuanta("account", id) !== 0 ? [instrument] : [];
  });
}

/**
 * Balances in the order in which they are compared: to close a position pays or brings its quote, so
 * a currency comes after the bases that are quoted in it. In a circle the one it is entered with is
 * the last. It recurses once per currency at most.
 */
function inTurn(
  totals: ReadonlyMap<string, string>,
  reducible: readonly Instrument[],
): readonly (readonly [currency: string, total: string])[] {
  const begun = new Set<string>();
  const turns: (readonly [string, string])[] = [];
  const take = (currency: string): void => {
    const total = totals.get(currency);
    if (total === undefined || begun.has(currency)) return;
    begun.add(currency);
    for (const { base } of reducible.filter(({ quote }) => quote === currency)) take(base);
    turns.push([currency, total]);
  };
  for (const currency of totals.keys()) take(currency);
  return turns;
}

/** What a balance has beyond what the account shows. */
function missingOf(
  turn: Turn,
  of: { readonly venue: VenueId; readonly currency: string; readonly total: string },
): Amount {
  const shown = turn.state.ledger.cash("account", of);
  return sum({ left: amountOf(of.total), right: negated(shown) });
}

/** Moves a position towards zero by whole quanta of an amount of its base; returns what is left of it. */
function reduceBy(turn: Turn, instrument: Instrument, amount: Amount): Amount {
  const { scale } = instrument.qtyRule;
  const closing = -turn.state.ledger.positionQuanta("account", instrument.id);
  const [least, most] = [Math.min(0, closing), Math.max(0, closing)];
  const quanta = Math.min(most, Math.max(least, wholeQuantaOf(amount, scale)));
  const price = averagePriceOf(turn, instrument);
  if (price === undefined) return amount;
  bookAll(turn, instrument, portionsOf(instrument, { quanta, price }));
  return sum({ left: amount, right: negated({ units: quanta, scale }) });
}

/** An amount in quanta of a scale, without the fraction of one; beyond 2^53 about so many. */
function wholeQuantaOf(amount: Amount, scale: number): number {
  const units = unitsAt(amount, Math.max(amount.scale, scale));
  return Number(units / powerOfTen(Math.max(amount.scale - scale, 0)));
}

/**
 * Books executions to `external`, each a posting of its own.
 * @throws {InvariantError} If one of them could not be booked, before any is.
 */
function bookAll(turn: Turn, instrument: Instrument, portions: readonly Portion[]): void {
  const { ledger } = turn.state;
  const executions = portions.filter(({ quanta }) => quanta !== 0);
  let quanta = 0;
  for (const portion of executions) {
    quanta += portion.quanta;
    ledger.toPosting(executionOf(turn, instrument, { ...portion, quanta }));
  }
  for (const portion of executions) {
    ledger.book(executionOf(turn, instrument, portion));
    closePosting(turn);
  }
}

function executionOf(turn: Turn, instrument: Instrument, portion: Portion): LedgerExecution {
  const { quanta, px: at } = portion;
  return {
    venue: instrument.venue,
    client: null,
    instrument,
    side: quanta > 0 ? "Buy" : "Sell",
    qty: qty(Math.abs(quanta)),
    px: at,
    commission: "0",
    commissionCurrency: instrument.quote,
    booked: turn.seqId,
  };
}

/** What the account entered a position at, as it is shown; undefined: it holds nothing. */
function averagePriceOf({ state }: Turn, { id, venue }: Instrument): Amount | undefined {
  const position = state.ledger.holdings("account", venue)?.position(id);
  const average = position?.figures(undefined).avgPx ?? null;
  return average === null ? undefined : amountShown(average);
}
