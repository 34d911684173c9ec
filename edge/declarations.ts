/**
 * What a run of the daemon tells the core first: that it started, and the venues, instruments,
 * limits and operator's states of its configuration, as events.
 *
 * Numbers belong to a journal: a venue or instrument that the journal knows keeps its number, a new
 * one gets the next; one that left the configuration is listed as closed. What is already so in
 * the state is not said again.
 * @module
 */
import type { Draft, InstrumentLimits, VenueDeclaration } from "../core/event.ts";
import type { Instrument } from "../core/instrument.ts";
import type { TradingState } from "../core/intent.ts";
import {
  type InstrumentId,
  instrumentId,
  type Micros,
  type VenueId,
  venueId,
} from "../core/numbers.ts";
import type { View } from "../core/view.ts";

/** A configuration as the core sees it; numbers count from 0 in the order of the file. */
export type Declared = {
  readonly venues: readonly VenueDeclaration[];
  readonly instruments: readonly {
    readonly instrument: Instrument;
    readonly limits: InstrumentLimits;
  }[];
  readonly balances: readonly {
    readonly venue: VenueId;
    readonly currency: string;
    readonly total: string;
  }[];
};

/** States an operator set in the configuration. */
export type OperatorStates = { readonly tradingState: TradingState; readonly killSwitch: boolean };

/** A configuration that contradicts what the journal holds. */
export class DeclarationError extends Error {
  override readonly name = "DeclarationError";
}

/**
 * Returns the configuration with the numbers of this journal; instruments that left it come last,
 * closed.
 * @throws {DeclarationError} If an instrument changed in a way that its orders cannot survive.
 */
export function renumber(declared: Declared, view: View): Declared {
  const venueIds = numbersFor(declared.venues.map(({ name }) => name), view.venues, venueId);
  const names = declared.instruments.map(({ instrument }) => instrument.name);
  const instrumentIds = numbersFor(names, view.instruments, instrumentId);
  const venueOf = (id: VenueId): VenueId => venueIds[id] ?? id;
  const instruments = declared.instruments.map(({ instrument, limits }, at) => ({
    instrument: {
      ...instrument,
      id: instrumentIds[at] ?? instrument.id,
      venue: venueOf(instrument.venue),
    },
    limits,
  }));
  for (const { instrument } of instruments) assertSameScales(instrument, view);
  const known = new Set(names);
  const gone = view.instruments.filter(({ name, status }) =>
    !known.has(name) && status !== "closed"
  )
    .map((instrument) => ({
      instrument: { ...instrument, status: "closed" } as const,
      limits: { maxOrderQty: null, priceCollarPpm: null, bookStaleMs: 0 },
    }));
  return {
    venues: declared.venues.map((venue, at) => ({ ...venue, id: venueIds[at] ?? venue.id })),
    instruments: [...instruments, ...gone],
    balances: declared.balances.map((balance) => ({ ...balance, venue: venueOf(balance.venue) })),
  };
}

/** Returns the drafts that declare `declared` (renumbered), in the order in which they must come. */
export function declarationDrafts(
  declared: Declared,
  options: { readonly view: View; readonly operator: OperatorStates; readonly nowUs: Micros },
): Draft[] {
  const { view, operator, nowUs } = options;
  const known = new Set(view.venues.map(({ name }) => name));
  const say = drafter(nowUs);
  const venues = declared.venues.map((venue) =>
    say({ eventType: "VenueDeclared", payload: venue, venue: venue.id })
  );
  const instruments = declared.instruments.flatMap(({ instrument, limits }) => {
    const at = { venue: instrument.venue, instrument: instrument.id };
    const listed = say({ eventType: "InstrumentListed", payload: instrument, ...at });
    const limited = say({ eventType: "LimitsSet", payload: { limits }, ...at });
    return instrument.status === "closed" ? [listed] : [listed, limited];
  });
  const isNew = (venue: VenueId): boolean =>
    declared.venues.some(({ id, name }) => id === venue && !known.has(name));
  const balances = declared.balances.filter(({ venue }) => isNew(venue))
    .map(({ venue, currency, total }) =>
      say({ eventType: "BalanceSet", payload: { currency, total }, venue })
    );
  return [...venues, ...instruments, ...balances, ...operatorDrafts(view, operator, say)];
}

type Say = (
  of: Pick<Draft, "eventType" | "payload"> & {
    readonly venue?: VenueId;
    readonly instrument?: InstrumentId;
  },
) => Draft;

function drafter(nowUs: Micros): Say {
  return ({ eventType, payload, venue, instrument }) => ({
    eventTime: nowUs,
    source: "control",
    venue: venue ?? null,
    instrument: instrument ?? null,
    eventType,
    payload,
    idempotencyKey: null,
  } as Draft);
}

function operatorDrafts(view: View, operator: OperatorStates, say: Say): Draft[] {
  const reason = "configuration";
  const drafts: Draft[] = [];
  if (view.operatorState !== operator.tradingState) {
    const payload = { state: operator.tradingState, reason };
    drafts.push(say({ eventType: "TradingStateSet", payload }));
  }
  if (view.killSwitch !== operator.killSwitch) {
    drafts.push(say({ eventType: "KillSwitchSet", payload: { on: operator.killSwitch, reason } }));
  }
  return drafts;
}

function numbersFor<Id extends number>(
  names: readonly string[],
  known: readonly { readonly id: Id; readonly name: string }[],
  make: (n: number) => Id,
): Id[] {
  let next = known.length;
  return names.map((name) => known.find((one) => one.name === name)?.id ?? make(next++));
}

/** Orders and positions are kept in quanta: another quantum would change what they mean. */
function assertSameScales(instrument: Instrument, view: View): void {
  const known = view.instrumentByName(instrument.name);
  if (known === undefined) return;
  const same = known.priceRule.scale === instrument.priceRule.scale &&
    known.qtyRule.scale === instrument.qtyRule.scale &&
    known.assetClass === instrument.assetClass;
  if (same) return;
  throw new DeclarationError(
    `Cannot change instrument ${instrument.name}: its price quantum, quantity quantum and asset ` +
      `class must stay what this state directory knows; list it under another venue name or use ` +
      `another state directory`,
  );
}
