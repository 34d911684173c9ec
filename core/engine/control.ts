/**
 * Control events: declarations, limits, the operator's switches, sessions, start and stop.
 * @module
 */
import { Book } from "../book.ts";
import { putAt } from "../by_number.ts";
import { countAll } from "./exposure.ts";
import { applyLimits } from "./limits.ts";
import { cancelAnew, cancelEverything } from "./cancel.ts";
import { closePosting } from "./postings.ts";
import { applyReconcileAsked, followLink, followReconcileMs, isOutside } from "./reconcile.ts";
import { release } from "./requests.ts";
import { applyStarted } from "./restart.ts";
import { applySessionClosed, applySessionOpened } from "./sessions.ts";
import { raise, type Turn } from "./turn.ts";
import { turnBackWaiting } from "./turn_back.ts";
import type { VenueState } from "./venue_state.ts";
import type { ControlPayloads, Event } from "../event.ts";
import { capabilitiesOf } from "../instrument_rules.ts";
import type { TradingState } from "../intent.ts";
import { invariant, unreachable } from "../invariant.ts";
import { relistingProblem } from "../listing.ts";
import { policyProblem } from "../ledger/policy.ts";
import type { VenueId } from "../numbers.ts";

/** An event about the daemon itself. */
export type ControlEvent = Event<keyof ControlPayloads>;

/** Control events of which a repetition is recognised. */
const SEEN_KEYS_MAX = 1024;

/** Applies a control event; a seen one changes nothing. */
export function applyControl(turn: Turn, event: ControlEvent): void {
  if (isSeen(turn, event)) return;
  turn.state.digest.text(event.eventType);
  switch (event.eventType) {
    case "Started":
      return applyStarted(turn, event.payload);
    case "ConfigurationReloaded":
      return turn.state.digest.text(event.payload.configDigest);
    case "VenueDeclared":
      return applyDeclared(turn, event.payload);
    case "InstrumentListed":
      return applyListed(turn, event.payload);
    case "LimitsSet":
      return applyLimits(turn, event);
    case "BalanceSet":
      return applyBalance(turn, event);
    case "TradingStateSet":
      return applyTradingState(turn, event);
    case "KillSwitchSet":
      turn.state.killSwitch = event.payload.on;
      if (event.payload.on) cancelEverything(turn);
      return;
    case "VenueStatusChanged":
      return applyVenueStatus(turn, event);
    case "SessionOpened":
      return applySessionOpened(turn, event.payload);
    case "SessionClosed":
      return applySessionClosed(turn, event.payload);
    case "DryRunSet":
      return applyDryRun(turn, event);
    case "ReconcileAsked":
      return applyReconcileAsked(turn, turn.state.venue(venueIn(event)));
    case "AccountAdopted":
      return applyAdopted(turn.state.venue(venueIn(event)));
    case "Stopping":
      turn.state.isStopping = true;
      return;
    default:
      return unreachable(event);
  }
}

function isSeen(turn: Turn, event: ControlEvent): boolean {
  const key = event.idempotencyKey;
  if (key === null) return false;
  const seen = turn.state.seenControlKeys;
  if (seen.has(key)) return true;
  seen.add(key);
  if (seen.size <= SEEN_KEYS_MAX) return false;
  for (const oldest of seen) {
    seen.delete(oldest);
    break;
  }
  return false;
}

function applyDeclared(turn: Turn, declaration: ControlPayloads["VenueDeclared"]): void {
  const { state } = turn;
  const known = state.venues[declaration.id];
  const reconcileMs = known?.declaration.reconcileMs;
  state.declare(declaration.id, declaration);
  let hasMoved = false;
  for (const risk of state.risks) hasMoved = risk.declare(declaration) || hasMoved;
  if (hasMoved) countAll(state);
  if (known === undefined) return;
  if (declaration.reconcileMs !== reconcileMs) followReconcileMs(turn, known);
  release(turn, known); // what waited for pacing may wait for nothing now
}

function applyListed(turn: Turn, instrument: ControlPayloads["InstrumentListed"]): void {
  const { state } = turn;
  const venue = state.venue(instrument.venue);
  const known = state.instruments[instrument.id];
  const isNamed = known === undefined || known.instrument.name === instrument.name;
  invariant(isNamed, "A number must keep its instrument");
  const problem = policyProblem(instrument) ??
    (known && relistingProblem({ known: known.instrument, again: instrument })) ??
    state.ledger.list(instrument);
  if (problem !== undefined) {
    raise(turn, { code: "UNSUPPORTED", text: problem });
    return;
  }
  const { name: venueName } = venue.declaration;
  const capabilities = capabilitiesOf(venue.declaration, instrument);
  state.declarations += 1;
  if (known !== undefined) {
    known.instrument = instrument;
    known.capabilities = capabilities;
    known.book.relist(instrument);
    for (const risk of state.risks) risk.list({ instrument, venueName, book: known.book });
    return;
  }
  const entry = {
    instrument,
    capabilities,
    tradingState: "Active" as const,
    isDryRun: false,
    book: new Book(instrument),
  };
  for (const risk of state.risks) risk.list({ instrument, venueName, book: entry.book });
  putAt(state.instruments, instrument.id, entry);
  state.instrumentByName.set(instrument.name, entry);
}

function applyBalance(turn: Turn, event: Event<"BalanceSet">): void {
  const { currency, total } = event.payload;
  const id = venueIn(event);
  turn.state.ledger.deposit({ venue: id, currency, total });
  closePosting(turn);
  const venue = turn.state.venues[id];
  if (venue !== undefined) venue.isOpened = true;
}

function applyAdopted(venue: VenueState): void {
  if (isOutside(venue)) venue.isAdopting = true;
}

/** For orders from now on: one that was placed stays what it is. */
function applyDryRun(turn: Turn, event: Event<"DryRunSet">): void {
  const { client, on } = event.payload;
  if (client !== null) {
    if (on) turn.state.dryClients.add(client);
    else turn.state.dryClients.delete(client);
    return;
  }
  invariant(event.instrument !== null, "A dry run must be of a client or an instrument");
  turn.state.instrument(event.instrument).isDryRun = on;
}

function applyTradingState(turn: Turn, event: Event<"TradingStateSet">): void {
  const { state } = event.payload;
  if (event.instrument !== null) turn.state.instrument(event.instrument).tradingState = state;
  else if (event.venue === null) turn.state.operatorState = state;
  else setAccountState(turn, event.venue, state);
  turn.state.digest.text(state);
}

/** An operator who lets an account trade again has looked at it: the tripwire counts anew. */
function setAccountState(turn: Turn, venue: VenueId, state: TradingState): void {
  turn.state.venue(venue).tradingState = state;
  if (state !== "Halted") turn.state.risk.venue(venue).mismatches = 0;
}

function applyVenueStatus(turn: Turn, event: Event<"VenueStatusChanged">): void {
  const venue = turn.state.venue(venueIn(event));
  venue.status = event.payload.status;
  turn.state.declarations += 1;
  turn.state.digest.text(venue.status);
  followLink(turn, venue);
  if (venue.status === "up") cancelAnew(turn, venue.declaration.id);
  turnBackWaiting(turn, venue);
  release(turn, venue);
}

function venueIn(event: ControlEvent): VenueId {
  invariant(event.venue !== null, "An event about a venue must name it");
  return event.venue;
}
