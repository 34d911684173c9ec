/**
 * Facts about binary conditions and betting markets: split and merge, resolution, settlement,
 * removed runners, results.
 *
 * Invariant: everything is checked before anything changes. What a venue says it credited is
 * booked to the account as said; where that is not what the rules give at the settlement, an alarm
 * tells. What is told late raises none: it closes such a difference as often as it opens one.
 * @module
 */
import { raise, type Turn } from "./turn.ts";
import { toQuanta } from "../decimal.ts";
import type { AccountPayloads, Event } from "../event.ts";
import type { Instrument } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import { resolveOutcome, settleOutcome, splitOutcomes } from "../ledger/binary_facts.ts";
import { shareProblem } from "../ledger/binary_terms.ts";
import { betsIn, removeRunner, settleMarket } from "../ledger/betting_facts.ts";
import { resultProblem } from "../ledger/betting_result.ts";
import { type Amount, amountOf, decimalOf, unitsAt } from "../ledger/money.ts";
import type { ClientIndex, VenueId } from "../numbers.ts";

const REDUCTION_PPM_MAX = 999_999;

/** Splits collateral into a pair of outcomes, or merges the pair. */
export function postSplit(
  turn: Turn,
  event: Event<"OutcomesSplit" | "OutcomesMerged">,
  owner: ClientIndex | null,
): void {
  const { ledger } = turn.state;
  const { venue, payload } = event;
  invariant(venue !== null, "A split must name its venue");
  const outcomes = ledger.pools.conditionNamed(venue, payload.condition)?.pair;
  invariant(outcomes !== undefined, "A split must be of a condition with two outcomes held apart");
  const qty = toQuanta(payload.qty, outcomes[0].instrument.qtyRule.scale);
  invariant(qty !== undefined && qty > 0, "A split must be of a quantity above 0 in quanta");
  const quanta = event.eventType === "OutcomesSplit" ? qty : -qty;
  const pair = outcomes.map((outcome) => ({
    outcome,
    accounting: ledger.accountingOf(turn.state.instrument(outcome.instrument.id).instrument),
  }));
  ledger.post(venue, (account) => splitOutcomes(account, { owner, pair, quanta }));
}

/** Marks an outcome and its complement. */
export function postResolution(
  turn: Turn,
  instrument: Instrument,
  share: AccountPayloads["InstrumentResolved"],
): void {
  const { ledger } = turn.state;
  invariant(instrument.assetClass === "binary", "What is resolved must be a binary contract");
  invariant(shareProblem(share) === undefined, "A share of a payout must be from 0 to 1");
  const { numerator, denominator } = share;
  const pool = ledger.pools.outcome(instrument);
  ledger.post(
    instrument.venue,
    () => resolveOutcome({ ...pool, share: { numerator, denominator } }),
  );
}

/** Pays an outcome. */
export function postOutcome(
  turn: Turn,
  instrument: Instrument,
  payload: AccountPayloads["OutcomeSettled"],
): void {
  const { ledger } = turn.state;
  invariant(instrument.assetClass === "binary", "What is settled at a share must be binary");
  invariant(shareProblem(payload) === undefined, "A share of a payout must be from 0 to 1");
  const { numerator, denominator } = payload;
  const { outcome } = ledger.pools.outcome(instrument);
  const stated = payload.amount === null ? null : amountOf(payload.amount);
  const share = { numerator, denominator };
  ledger.post(instrument.venue, (account) => settleOutcome(account, { outcome, share, stated }));
  tellDifference(turn, { what: instrument.name, adjustment: outcome.adjustment });
}

/** Removes a runner from its market. */
export function postRemoval(
  turn: Turn,
  runner: Instrument,
  { reductionPpm, basis }: AccountPayloads["RunnerRemoved"],
): void {
  const { ledger } = turn.state;
  invariant(runner.assetClass === "betting", "What is removed must be a runner");
  const isFactor = Number.isSafeInteger(reductionPpm) && reductionPpm >= 0 &&
    reductionPpm <= REDUCTION_PPM_MAX;
  invariant(isFactor, "A reduction must be from 0 to below 1");
  const market = ledger.pools.market(runner);
  const removal = { runner: runner.id, reductionPpm, basis, seqId: turn.seqId };
  ledger.post(runner.venue, (account) => removeRunner(account, { market, removal }));
}

/** Settles a market. */
export function postResult(
  turn: Turn,
  venue: VenueId,
  payload: AccountPayloads["MarketSettled"],
): void {
  const { ledger } = turn.state;
  const market = ledger.pools.marketNamed(venue, payload.market);
  invariant(market !== undefined, "A market that is settled must have a listed runner");
  const { winners, voided, isVoid } = payload;
  const result = { winners, voided, isVoid };
  invariant(
    resultProblem(result) === undefined,
    "A result must name each runner once, with places",
  );
  for (const { instrument } of winners) {
    invariant(market.has(instrument), "A winner must be a listed runner of its market");
  }
  for (const instrument of voided) {
    invariant(market.has(instrument), "A voided runner must be listed in its market");
  }
  const stated = payload.amount === null ? null : amountOf(payload.amount);
  ledger.post(venue, (account) => settleMarket(account, { market, result, stated }));
  const adjustment = market.adjustment(betsIn(ledger.holdings("account", venue)));
  tellDifference(turn, { what: `market ${market.name}`, adjustment });
}

/** An alarm from one hundredth of the currency on: less is rounding by fill or bet. */
function tellDifference(
  turn: Turn,
  { what, adjustment }: { readonly what: string; readonly adjustment: Amount },
): void {
  const scale = Math.max(2, adjustment.scale);
  const units = unitsAt(adjustment, scale);
  const hundredth = unitsAt({ units: 1, scale: 2 }, scale);
  if (units < hundredth && units > -hundredth) return;
  raise(turn, {
    code: "SETTLEMENT_DIFFERS",
    text: `Settled ${what} at seq_id ${turn.seqId}: what the venue credited must be what the ` +
      `rules give: differs by ${decimalOf(adjustment)}`,
  });
}
