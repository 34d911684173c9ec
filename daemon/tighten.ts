/**
 * From the limits of a configuration that runs to those of another, for a daemon that goes on: what
 * the core is told, and what would loosen a limit and may not.
 *
 * Stricter is what the core calls stricter (`core/risk/stricter.ts`, the same functions), limit by
 * limit; so what is let through here never raises `LIMITS_HELD` there. Pure.
 * @module
 */
import type { Draft } from "../core/event.ts";
import {
  ANY_CLIENT,
  type ClientLimits,
  NO_CLIENT_LIMITS,
  NO_ORDER_LIMITS,
  type OrderLimits,
  type ScopedLimits,
} from "../core/limits.ts";
import type { InstrumentId, VenueId } from "../core/numbers.ts";
import {
  isSame,
  stricterClient,
  stricterExchange,
  stricterInstrument,
  stricterOrders,
  stricterVenue,
} from "../core/risk/stricter.ts";
import { toSnake } from "../config/changes.ts";
import type { Configuration, DeclaredClient, DeclaredVenue } from "../config/mod.ts";

/** A configuration with what it declares; its venues have the journal's numbers. */
export type Declared = {
  readonly configuration: Configuration;
  readonly venues: readonly DeclaredVenue[];
  readonly clients: readonly DeclaredClient[];
};

/** What limits come to. Paths are of limits that would become looser. */
export type Tightening = {
  readonly drafts: readonly Draft[];
  /** In the newer file. */
  readonly looser: readonly string[];
  /** Rows of the older file that the newer one does not have. */
  readonly gone: readonly string[];
};

/** Where limits belong in an event. */
type Place = { readonly venue?: VenueId; readonly instrument?: InstrumentId };
type Say = (limits: ScopedLimits, place: Place) => Draft;

type Scope<Limits extends object> = {
  /** In the newer file. */
  readonly path: string;
  readonly old: Limits;
  readonly next: Limits;
  readonly stricter: (of: { readonly old: Limits; readonly next: Limits }) => Limits;
  readonly draft: (limits: Limits) => Draft;
};

const NOTHING: Tightening = { drafts: [], looser: [], gone: [] };

/** Returns what tells the core the newer limits. */
export function tighten(before: Declared, after: Declared, say: Say): Tightening {
  const venues = after.venues.map((venue) => {
    const old = before.venues.find(({ declaration }) => declaration.id === venue.declaration.id);
    return old === undefined ? NOTHING : joined([
      venueLimits({ old, venue, after }, say),
      ...instrumentLimits({ old, venue, after }, say),
    ]);
  });
  return joined([
    ...venues,
    ...exchangeLimits(before, after, say),
    clientLimits(before, after, say),
    pairLimits(before, after, say),
  ]);
}

function judged<Limits extends object>(of: Scope<Limits>): Tightening {
  const { path, old, next, stricter, draft } = of;
  if (isSame(old, next)) return NOTHING;
  const held = stricter({ old, next });
  const looser = Reflect.ownKeys(next).filter((key) =>
    !isSame(Reflect.get(held, key), Reflect.get(next, key))
  ).map((key) => `${path}.${toSnake(String(key))}`);
  return { drafts: [draft(next)], looser, gone: [] };
}

type VenuePair = {
  readonly old: DeclaredVenue;
  readonly venue: DeclaredVenue;
  readonly after: Declared;
};

function venueLimits({ old, venue, after }: VenuePair, say: Say): Tightening {
  const { id } = venue.declaration;
  return judged({
    path: `${pathOfVenue(after, venue)}.limits`,
    old: old.limits,
    next: venue.limits,
    stricter: stricterVenue,
    draft: (limits) => say({ scope: "venue", limits }, { venue: id }),
  });
}

function instrumentLimits({ old, venue, after }: VenuePair, say: Say): readonly Tightening[] {
  return venue.instruments.map((listed, index) => {
    const { instrument } = listed;
    const known = old.instruments.find((one) => one.instrument.id === instrument.id);
    if (known === undefined) return NOTHING;
    return judged({
      path: `${pathOfVenue(after, venue)}.instruments[${index}].limits`,
      old: known.limits,
      next: listed.limits,
      stricter: stricterInstrument,
      draft: (limits) =>
        say({ scope: "instrument", limits }, {
          venue: instrument.venue,
          instrument: instrument.id,
        }),
    });
  });
}

function pathOfVenue({ configuration }: Declared, { declaration }: DeclaredVenue): string {
  return `venues[${configuration.venues.findIndex(({ name }) => name === declaration.name)}]`;
}

/** Once for each exchange, also if its row came or went. */
function exchangeLimits(before: Declared, after: Declared, say: Say): readonly Tightening[] {
  const names = [...new Set(after.venues.map(({ declaration }) => declaration.exchange))];
  return names.map((exchange) => {
    const of = ({ venues }: Declared) =>
      venues.find(({ declaration }) => declaration.exchange === exchange)?.exchangeLimits;
    const [old, next] = [of(before), of(after)];
    if (old === undefined || next === undefined) return NOTHING;
    const newer = after.configuration.exchanges.findIndex(({ name }) => name === exchange);
    const older = before.configuration.exchanges.findIndex(({ name }) => name === exchange);
    return judged({
      path: `exchanges[${newer < 0 ? older : newer}]`,
      old,
      next,
      stricter: stricterExchange,
      draft: (limits) => say({ scope: "exchange", exchange, limits }, {}),
    });
  });
}

/** In the order of the file, as the core will take them: `*` may come before or after a name. */
function clientLimits(before: Declared, after: Declared, say: Say): Tightening {
  const inForce = new Map(before.clients.map(({ client, limits }) => [client, limits]));
  const gone = before.clients.filter(({ client }) => !hasClient(after, client))
    .map(({ client }) => pathOfClient(before, client));
  const kept = after.clients.map(({ client, limits: next }): Tightening => {
    const own = inForce.get(client);
    const old: ClientLimits = own ?? inForce.get(ANY_CLIENT) ?? NO_CLIENT_LIMITS;
    inForce.set(client, next);
    const draft = (limits: ClientLimits): Draft => say({ scope: "client", client, limits }, {});
    if (own === undefined && isSame(old, next)) return { ...NOTHING, drafts: [draft(next)] };
    const path = pathOfClient(after, client);
    return judged({ path, old, next, stricter: stricterClient, draft });
  });
  return joined([{ ...NOTHING, gone }, ...kept]);
}

type PairRow = {
  readonly key: string;
  readonly client: string;
  /** Among the instruments of its client. */
  readonly index: number;
  readonly place: { readonly venue: VenueId; readonly instrument: InstrumentId };
  readonly limits: OrderLimits;
};

function pairLimits(before: Declared, after: Declared, say: Say): Tightening {
  const newer = pairsOf(after);
  const inForce = new Map(pairsOf(before).map(({ key, limits }) => [key, limits]));
  const gone = pairsOf(before).filter(({ key }) => newer.every((row) => row.key !== key))
    .map(({ client, index }) =>
      pathOfPair(hasClient(after, client) ? after : before, client, index)
    );
  const kept = newer.map(({ key, client, index, place, limits: next }): Tightening => {
    const own = inForce.get(key);
    const others = inForce.get(keyOf(ANY_CLIENT, place.instrument));
    const old = own ?? others ?? NO_ORDER_LIMITS;
    inForce.set(key, next);
    const draft = (limits: OrderLimits): Draft =>
      say({ scope: "clientInstrument", client, limits }, place);
    if (own === undefined && isSame(old, next)) return { ...NOTHING, drafts: [draft(next)] };
    const path = pathOfPair(after, client, index);
    return judged({ path, old, next, stricter: stricterOrders, draft });
  });
  return joined([{ ...NOTHING, gone }, ...kept]);
}

/** The limits of single clients in single instruments, in the order in which a start says them. */
function pairsOf(of: Declared): readonly PairRow[] {
  return of.venues.flatMap(({ instruments }) => instruments).flatMap((listed) => {
    const { id, venue, name } = listed.instrument;
    return listed.clientLimits.map(({ client, limits }) => {
      const rows = of.configuration.clients.find((row) => row.name === client)?.instruments ?? [];
      const index = rows.findIndex(({ instrument }) => instrument === name);
      return { key: keyOf(client, id), client, index, place: { venue, instrument: id }, limits };
    });
  });
}

function keyOf(client: string, id: InstrumentId): string {
  return `${id} ${client}`;
}

function hasClient({ clients }: Declared, name: string): boolean {
  return clients.some(({ client }) => client === name);
}

function pathOfClient({ configuration }: Declared, client: string): string {
  return `clients[${configuration.clients.findIndex(({ name }) => name === client)}]`;
}

function pathOfPair(of: Declared, client: string, index: number): string {
  return `${pathOfClient(of, client)}.instruments[${index}]`;
}

function joined(all: readonly Tightening[]): Tightening {
  return {
    drafts: all.flatMap(({ drafts }) => drafts),
    looser: all.flatMap(({ looser }) => looser),
    gone: all.flatMap(({ gone }) => gone),
  };
}
