/**
 * What a run of the daemon tells the core first: that it started, and the venues, instruments,
 * limits and operator's states of its configuration, as events.
 *
 * Numbers belong to a journal: a venue or instrument that the journal knows keeps its number, a new
 * one gets the next; one that left the configuration is listed as closed. What is already so in
 * the state is not said again.
 * @module
 */
import type { DeclaredClient, DeclaredInstrument, DeclaredVenue } from "../config/mod.ts";
import type { ControlPayloads, Draft } from "../core/event.ts";
import type { Contract, Instrument } from "../core/instrument.ts";
import { unreachable } from "../core/invariant.ts";
import type { TradingState } from "../core/intent.ts";
import type { ScopedLimits } from "../core/limits.ts";
import {
  type InstrumentId,
  instrumentId,
  type Micros,
  type VenueId,
  venueId,
} from "../core/numbers.ts";
import type { View } from "../core/view.ts";
import { controlDraft, type Said } from "./control_draft.ts";

/**
 * States an operator set in the configuration. They tighten what the journal holds; only with
 * `resume`, which an operator gives by hand at a start, do they loosen it, and lift every halt of a
 * venue or instrument.
 */
export type OperatorStates = {
  readonly tradingState: TradingState;
  readonly killSwitch: boolean;
  readonly resume: boolean;
};

/** How careful a trading state is; a larger number is more so. */
export const SEVERITY: Readonly<Record<TradingState, number>> = {
  Active: 0,
  Reducing: 1,
  Halted: 2,
};

/** A configuration that contradicts what the journal holds. */
export class DeclarationError extends Error {
  override readonly name = "DeclarationError";
}

/**
 * Returns the configuration's venues with the numbers of this journal. Of an instrument of a venue
 * outside, what the venue listed last goes on to rule until it lists it again.
 * @throws {DeclarationError} If an instrument changed in a way that its orders cannot survive.
 */
export function renumber(declared: readonly DeclaredVenue[], view: View): readonly DeclaredVenue[] {
  const nextVenue = numbering(view.venues, venueId);
  const nextInstrument = numbering(view.instruments, instrumentId);
  return declared.map((venue) => {
    assertSameKind(venue, view);
    const id = nextVenue(venue.declaration.name);
    const instruments = venue.instruments.map((listed) => {
      assertSameScales(listed.instrument, view);
      const instrument = {
        ...listed.instrument,
        ...(venue.declaration.simulation === null ? lastListed(listed.instrument, view) : {}),
        id: nextInstrument(listed.instrument.name),
        venue: id,
      };
      return { ...listed, instrument };
    });
    return { ...venue, declaration: { ...venue.declaration, id }, instruments };
  });
}

/** What is the venue's to say. */
function lastListed({ name }: Instrument, view: View): Partial<Instrument> {
  const known = view.instrumentByName(name);
  if (known === undefined) return {};
  const { priceRule, qtyRule, minNotional, capabilities } = known;
  return { priceRule, qtyRule, minNotional, capabilities };
}

/** True of a simulated venue whose feed lists what it finds. */
function findsInstruments({ declaration, instruments }: DeclaredVenue): boolean {
  return declaration.simulation !== null && instruments.length === 0;
}

/**
 * Returns the drafts that declare the venues (renumbered), in the order in which they must come.
 * Instruments that the journal knows and the configuration does not are listed as closed; where a
 * feed lists its own, as suspended, until it says more: a market that closes ends its orders.
 */
export function declarationDrafts(
  venues: readonly DeclaredVenue[],
  options: {
    readonly view: View;
    readonly clients: readonly DeclaredClient[];
    readonly operator: OperatorStates;
    readonly nowUs: Micros;
  },
): Draft[] {
  const { view, clients, operator, nowUs } = options;
  const say = drafter(nowUs);
  const named = new Set(
    venues.flatMap(({ instruments }) => instruments.map(({ instrument }) => instrument.name)),
  );
  const finding = new Set(venues.filter(findsInstruments).map(({ declaration }) => declaration.id));
  const gone = view.instruments.filter(({ name, status }) =>
    !named.has(name) && status !== "closed"
  ).map((instrument) => {
    const status = finding.has(instrument.venue) ? "suspended" : "closed";
    return listing({ ...instrument, status }, say);
  });
  const declared = venues.flatMap((venue) => [
    say({
      eventType: "VenueDeclared",
      payload: venue.declaration,
      venue: venue.declaration.id,
    }),
    limiting({ scope: "venue", limits: venue.limits }, { venue: venue.declaration.id }, say),
    limiting(
      {
        scope: "exchange",
        exchange: venue.declaration.exchange,
        limits: venue.exchangeLimits,
      },
      {},
      say,
    ),
    ...openingBalances(venue, { view, say }),
    ...venue.instruments.flatMap((listed) => instrumentDrafts(listed, say)),
  ]);
  return [
    ...declared,
    ...gone,
    ...clientDrafts(clients, venues, { view, say }),
    ...dryRunDrafts(clients, venues, { view, say }),
    ...operatorDrafts(view, operator, say),
  ];
}

/** Returns the most events that a start says: `Started`, the declarations, each venue's status. */
export function declarationsMax(
  venues: readonly DeclaredVenue[],
  of: { readonly clients: readonly DeclaredClient[]; readonly view: View },
): number {
  const declared = venues.reduce((sum, { instruments, balances }) => {
    const pairs = instruments.reduce((count, { clientLimits }) => count + clientLimits.length, 0);
    return sum + 4 + 2 * instruments.length + pairs + balances.length;
  }, 0);
  const gone = of.view.limitedClients.reduce(
    (sum, { instruments }) => sum + 1 + instruments.length,
    of.view.instruments.length,
  );
  const { venues: haltedVenues, instruments: haltedInstruments } = of.view.halts;
  const operator = 2 + haltedVenues.length + haltedInstruments.length;
  const { clients, instruments } = of.view.dryRuns;
  const listed = venues.reduce((sum, venue) => sum + venue.instruments.length, 0);
  const dryRuns = of.clients.length + listed + clients.length + instruments.length;
  return 1 + declared + of.clients.length + gone + operator + dryRuns;
}

function instrumentDrafts(
  { instrument, limits, clientLimits }: DeclaredInstrument,
  say: Say,
): Draft[] {
  const place = placeOf(instrument);
  return [
    listing(instrument, say),
    limiting({ scope: "instrument", limits }, place, say),
    ...clientLimits.map((own) => limiting({ scope: "clientInstrument", ...own }, place, say)),
  ];
}

/** The limits of clients; what is no longer in the configuration is taken from them. */
function clientDrafts(
  clients: readonly DeclaredClient[],
  venues: readonly DeclaredVenue[],
  { view, say }: { readonly view: View; readonly say: Say },
): Draft[] {
  const listed = venues.flatMap(({ instruments }) => instruments);
  const gone = view.limitedClients.flatMap(({ client, isLimited, instruments }) => {
    const isNamed = clients.some((known) => known.client === client);
    const whole = isLimited && !isNamed
      ? [limiting({ scope: "client", client, limits: null }, {}, say)]
      : [];
    const single = instruments.filter((id) => !isLimitedIn(listed, { client, id }));
    const pairs = single.map((id) => {
      const venue = view.instruments.find((instrument) => instrument.id === id)?.venue;
      const place = venue === undefined ? { instrument: id } : { instrument: id, venue };
      return limiting({ scope: "clientInstrument", client, limits: null }, place, say);
    });
    return [...whole, ...pairs];
  });
  return [...clients.map((own) => limiting({ scope: "client", ...own }, {}, say)), ...gone];
}

/** What is switched on or off against the journal; what is so already is not said again. */
function dryRunDrafts(
  clients: readonly DeclaredClient[],
  venues: readonly DeclaredVenue[],
  { view, say }: { readonly view: View; readonly say: Say },
): Draft[] {
  const { dryRuns } = view;
  const dryClients = clients.filter(({ isDryRun }) => isDryRun).map(({ client }) => client);
  const listed = venues.flatMap(({ instruments }) => instruments);
  const dry = listed.filter(({ isDryRun }) => isDryRun).map(({ instrument }) => instrument.id);
  const without = <Value>(all: readonly Value[], known: readonly Value[]): readonly Value[] =>
    all.filter((one) => !known.includes(one));
  const payloads = [
    ...without(dryClients, dryRuns.clients).map((client) => ({ client, on: true })),
    ...without(dryRuns.clients, dryClients).map((client) => ({ client, on: false })),
  ];
  const switched = [
    ...without(dry, dryRuns.instruments).map((instrument) => ({ instrument, on: true })),
    ...without(dryRuns.instruments, dry).map((instrument) => ({ instrument, on: false })),
  ];
  return [
    ...payloads.map((payload) => say({ eventType: "DryRunSet", payload })),
    ...switched.map(({ instrument, on }) =>
      say({ eventType: "DryRunSet", payload: { client: null, on }, instrument })
    ),
  ];
}

function isLimitedIn(
  listed: readonly DeclaredInstrument[],
  of: { readonly client: string; readonly id: InstrumentId },
): boolean {
  const found = listed.find(({ instrument }) => instrument.id === of.id);
  return found?.clientLimits.some(({ client }) => client === of.client) === true;
}

/** What an operator configured and started with may also loosen. */
function limiting(
  limits: ScopedLimits,
  place: { readonly venue?: VenueId; readonly instrument?: InstrumentId },
  say: Say,
): Draft {
  return say({ eventType: "LimitsSet", payload: { ...limits, admin: true }, ...place });
}

function listing(instrument: Instrument, say: Say): Draft {
  return say({ eventType: "InstrumentListed", payload: instrument, ...placeOf(instrument) });
}

function placeOf(instrument: Instrument): { venue: VenueId; instrument: InstrumentId } {
  return { venue: instrument.venue, instrument: instrument.id };
}

/**
 * What an account is given once: afterwards the ledger has its own. A start may end between any two
 * of its events. The balances come before the account's instruments, so one that is opened and has
 * an instrument was given all of them. Any other is given them again: a repetition posts nothing.
 */
function openingBalances(
  { declaration, balances }: DeclaredVenue,
  { view, say }: { readonly view: View; readonly say: Say },
): Draft[] {
  const { id } = declaration;
  const hasInstrument = view.instruments.some(({ venue }) => venue === id);
  if (hasInstrument && view.openedVenues.includes(id)) return [];
  return balances.map((balance) => say({ eventType: "BalanceSet", payload: balance, venue: id }));
}

type Say = <Type extends keyof ControlPayloads>(of: Said<Type>) => Draft;

function drafter(nowUs: Micros): Say {
  return (of) => controlDraft(of, nowUs);
}

function operatorDrafts(view: View, operator: OperatorStates, say: Say): Draft[] {
  const reason = operator.resume ? "resumed by the operator" : "configuration";
  const { tradingState, killSwitch, resume } = operator;
  const isLooser = SEVERITY[tradingState] < SEVERITY[view.operatorState];
  const drafts: Draft[] = [];
  if (view.operatorState !== tradingState && (resume || !isLooser)) {
    drafts.push(say({ eventType: "TradingStateSet", payload: { state: tradingState, reason } }));
  }
  if (view.killSwitch !== killSwitch && (resume || killSwitch)) {
    drafts.push(say({ eventType: "KillSwitchSet", payload: { on: killSwitch, reason } }));
  }
  return resume ? [...drafts, ...liftedHalts(view, say)] : drafts;
}

/** Venues and instruments that were halted trade again. */
function liftedHalts(view: View, say: Say): Draft[] {
  const payload = { state: "Active", reason: "resumed by the operator" } as const;
  const { venues, instruments } = view.halts;
  const halted = view.instruments.filter(({ id }) => instruments.includes(id));
  return [
    ...venues.map((venue) => say({ eventType: "TradingStateSet", payload, venue })),
    ...halted.map((instrument) =>
      say({ eventType: "TradingStateSet", payload, ...placeOf(instrument) })
    ),
  ];
}

/** Says in what way trading is held back more than the configuration asks; undefined: it is not. */
export function heldBack(view: View, operator: OperatorStates): string | undefined {
  const { tradingState, killSwitch, resume } = operator;
  if (resume) return undefined;
  const held: string[] = [];
  if (SEVERITY[tradingState] < SEVERITY[view.operatorState]) {
    held.push(`the trading state stays ${view.operatorState}`);
  }
  if (view.killSwitch && !killSwitch) held.push("the kill switch stays on");
  const { venues, instruments } = view.halts;
  const halted = [
    ...view.venues.filter(({ id }) => venues.includes(id)),
    ...view.instruments.filter(({ id }) => instruments.includes(id)),
  ];
  held.push(...halted.map(({ name }) => `${name} stays halted`));
  if (held.length === 0) return undefined;
  return `${held.join(" and ")}, as the journal holds; start once with --resume-trading to have ` +
    "what the configuration says, and every halt lifted";
}

/** Gives a name its known number, or the next free one. */
function numbering<Id extends number>(
  known: readonly { readonly id: Id; readonly name: string }[],
  make: (n: number) => Id,
): (name: string) => Id {
  let next = 1 + Math.max(-1, ...known.map(({ id }) => id)); // a refused listing leaves a gap
  return (name) => known.find((one) => one.name === name)?.id ?? make(next++);
}

/** Orders of a simulated venue are on the timeline, those of another are not. */
function assertSameKind({ declaration }: DeclaredVenue, view: View): void {
  const known = view.venues.find(({ name }) => name === declaration.name);
  if (known === undefined) return;
  if ((known.simulation === null) === (declaration.simulation === null)) return;
  throw new DeclarationError(
    `Cannot change venue ${declaration.name}: a simulated venue must stay simulated, and another ` +
      `one must not become it; give it another name or use another state directory`,
  );
}

/** Orders and positions are kept in quanta: another quantum would change what they mean. */
function assertSameScales(instrument: Instrument, view: View): void {
  const known = view.instrumentByName(instrument.name);
  if (known === undefined) return;
  const same = known.priceRule.scale === instrument.priceRule.scale &&
    known.qtyRule.scale === instrument.qtyRule.scale &&
    known.assetClass === instrument.assetClass &&
    worthOf(known.contract) === worthOf(instrument.contract);
  if (same) return;
  throw new DeclarationError(
    `Cannot change instrument ${instrument.name}: its price quantum, quantity quantum, asset class ` +
      `and contract must stay what this state directory knows; list it under another venue name or ` +
      `use another state directory`,
  );
}

/** The terms that say what is held; a betting market's rates may change. */
function worthOf(contract: Contract | null): string {
  if (contract === null) return "";
  switch (contract.kind) {
    case "linear":
    case "inverse":
      return `${contract.kind} ${contract.multiplier} ${contract.settlement}`;
    case "binary": {
      const { condition, outcome, collateral, payout, netting } = contract;
      return JSON.stringify([condition, outcome, collateral, payout, netting]);
    }
    case "betting":
      return JSON.stringify([contract.market, contract.currency]);
    default:
      return unreachable(contract);
  }
}
