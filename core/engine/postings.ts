/**
 * What is posted to the ledger beside executions, and what every posting ends with.
 *
 * Invariant: a fact whose key was seen at its venue within the horizon changes nothing, nor does one
 * that the venue may tell again, however long ago that was. Everything is checked before anything
 * changes.
 * @module
 */
import {
  postOutcome,
  postRemoval,
  postResolution,
  postResult,
  postSplit,
} from "./pool_postings.ts";
import { askedSinceUs } from "./reconcile_request.ts";
import { applyAccountReported } from "./tripwire.ts";
import { raise, type Turn } from "./turn.ts";
import type { AccountPayloads, Event } from "../event.ts";
import type { Instrument } from "../instrument.ts";
import { invariant, unreachable } from "../invariant.ts";
import { postFunding } from "../ledger/funding.ts";
import { amountOf } from "../ledger/money.ts";
import type { ClientIndex, VenueId } from "../numbers.ts";

/** How far a venue's clock may run ahead of ours, or ours be set meanwhile. */
const CLOCKS_APART_MAX_US = 60_000_000;

/** A fact about an account. */
export type AccountEvent = Event<keyof AccountPayloads>;

/** Applies a fact about an account; a seen one changes nothing. */
export function applyAccountFact(turn: Turn, event: AccountEvent): void {
  const { venue, idempotencyKey } = event;
  invariant(venue !== null, "A fact about an account must name its venue");
  invariant(idempotencyKey !== null, "A fact about an account must have a key");
  const { state } = turn;
  const sinceUs = rememberedSinceUs(turn, venue);
  const key = `${event.eventType} ${idempotencyKey}`;
  if (state.postedKeys.has(venue, { key, sinceUs })) {
    state.count("duplicate_reports");
    return;
  }
  post(turn, venue, event);
  closePosting(turn);
  tellUnknownClient(turn, event);
  state.postedKeys.add(venue, { key, nowUs: turn.nowUs, sinceUs });
}

/**
 * A key is known that was seen after this. The next reconciliation asks for what happened since the
 * last one that was answered, which a daemon that was down may have sent before the horizon.
 */
function rememberedSinceUs({ state, nowUs }: Turn, venue: VenueId): number {
  const horizonUs = nowUs - state.settings.intentHorizonMs * 1000;
  const askedUs = askedSinceUs(state.venue(venue));
  return askedUs === null ? horizonUs : Math.min(horizonUs, askedUs - CLOCKS_APART_MAX_US);
}

/**
 * Ends a posting: what it touched must be the sum of its parts, and belongs to the digest.
 * @throws {InvariantError} If it is not.
 */
export function closePosting(turn: Turn): void {
  const { digest, ledger } = turn.state;
  ledger.assertTouched();
  ledger.mixInto(digest);
}

function post(turn: Turn, venue: VenueId, event: AccountEvent): void {
  switch (event.eventType) {
    case "CashPosted":
      return postCash(turn, venue, event.payload);
    case "FundingPosted": {
      const { currency, amount } = event.payload;
      const leg = { currency, amount: amountOf(amount) };
      const accounting = turn.state.ledger.accountingOf(instrumentOf(turn, event));
      return turn.state.ledger.post(venue, (account) => postFunding(account, accounting, leg));
    }
    case "InstrumentSettled": {
      const instrument = instrumentOf(turn, event);
      const isDerivative = instrument.assetClass === "linear" ||
        instrument.assetClass === "inverse";
      invariant(isDerivative, "What is settled at a price must be a linear or inverse derivative");
      return turn.state.ledger.settle(instrument, event.payload.price);
    }
    case "OutcomesSplit":
    case "OutcomesMerged":
      return postSplit(turn, event, ownerOf(turn, event.payload.client));
    case "InstrumentResolved":
      return postResolution(turn, instrumentOf(turn, event), event.payload);
    case "OutcomeSettled":
      return postOutcome(turn, instrumentOf(turn, event), event.payload);
    case "RunnerRemoved":
      return postRemoval(turn, instrumentOf(turn, event), event.payload);
    case "MarketSettled":
      return postResult(turn, venue, event.payload);
    case "AccountReported":
      return applyAccountReported(turn, venue, event.payload);
    default:
      return unreachable(event);
  }
}

function postCash(turn: Turn, venue: VenueId, cash: AccountPayloads["CashPosted"]): void {
  const leg = { currency: cash.currency, amount: amountOf(cash.amount) };
  const owner = ownerOf(turn, cash.client);
  const isFee = cash.kind === "fee" || cash.kind === "rebate";
  const isCharge = isFee || cash.kind === "interest";
  const feeTag = isFee ? { tag: cash.tag } : null;
  turn.state.ledger.postCash(venue, { owner, leg, isCharge, feeTag });
}

/** A client that never spoke here has no book: its cash is nobody's we know. */
function ownerOf(turn: Turn, name: string | null): ClientIndex | null {
  return name === null ? null : turn.state.clients.byName(name)?.index ?? null;
}

/** Told once it is posted: of a fact that breaks a rule nothing is said but that. */
function tellUnknownClient(turn: Turn, { payload }: AccountEvent): void {
  const name = "client" in payload ? payload.client : null;
  if (name === null || turn.state.clients.byName(name) !== undefined) return;
  raise(turn, {
    code: "UNKNOWN_CLIENT",
    text: `Posted cash to external at seq_id ${turn.seqId}: its client must have said HELLO here ` +
      `before: was ${name}`,
  });
}

function instrumentOf(turn: Turn, event: AccountEvent): Instrument {
  invariant(event.instrument !== null, "A fact about an instrument must name it");
  const { instrument } = turn.state.instrument(event.instrument);
  invariant(instrument.venue === event.venue, "An instrument's fact must come from its venue");
  return instrument;
}
