/**
 * Every scope that risk looks at, found by client, instrument, venue and exchange.
 *
 * What is not in a checkpoint is made again from instruments and orders.
 * @module
 */
import { putAt } from "../by_number.ts";
import type { VenueDeclaration } from "../event.ts";
import type { Instrument, Side } from "../instrument.ts";
import { invariant } from "../invariant.ts";
import { ANY_CLIENT, type ClientLimits, NO_CLIENT_LIMITS, NO_ORDER_LIMITS } from "../limits.ts";
import type { OrderLimits } from "../limits.ts";
import type { ClientIndex, InstrumentId, VenueId } from "../numbers.ts";
import type { BookView } from "../view.ts";
import { OwnOrders } from "./own_orders.ts";
import { Purse } from "./purse.ts";
import {
  ClientScope,
  ExchangeScope,
  type Held,
  InstrumentScope,
  PairScope,
  type SymbolGroup,
  VenueScope,
} from "./scopes.ts";
import { valuationOf } from "./valuation.ts";

/** All scopes. */
export class RiskState {
  readonly clients: (ClientScope | undefined)[] = [];
  readonly venues: (VenueScope | undefined)[] = [];
  readonly instruments: (InstrumentScope | undefined)[] = [];
  readonly exchanges: Map<string, ExchangeScope> = new Map();
  /** Limits by client name, as they were set; `*` for the rest. */
  readonly clientLimits: Map<string, ClientLimits> = new Map();
  readonly pairLimits: Map<string, Map<InstrumentId, OrderLimits>> = new Map();

  /** Returns the scope of a client, made when it is first asked for. */
  client(index: ClientIndex, name: string): ClientScope {
    const known = this.clients[index];
    if (known !== undefined) return known;
    const scope = new ClientScope(index, name);
    putAt(this.clients, index, scope);
    this.#resolveClient(scope);
    return scope;
  }

  /** Returns the scope of a client in an instrument, made when it is first asked for. */
  pair(client: ClientScope, listed: InstrumentScope): PairScope {
    const { id } = listed.instrument;
    const known = client.pairs[id];
    if (known !== undefined) return known;
    const scope = new PairScope();
    putAt(client.pairs, id, scope);
    this.#resolvePair({ client, listed, scope });
    return scope;
  }

  /** Returns the scope of a declared venue. */
  venue(id: VenueId): VenueScope {
    const scope = this.venues[id];
    invariant(scope !== undefined, "A venue must be declared before risk looks at it");
    return scope;
  }

  /** Returns the scope of a listed instrument. */
  instrument(id: InstrumentId): InstrumentScope {
    const scope = this.instruments[id];
    invariant(scope !== undefined, "An instrument must be listed before risk looks at it");
    return scope;
  }

  /** Returns the scope of an exchange, made when it is first named. */
  exchange(name: string): ExchangeScope {
    const known = this.exchanges.get(name);
    if (known !== undefined) return known;
    const scope = new ExchangeScope(name);
    this.exchanges.set(name, scope);
    return scope;
  }

  /**
   * Takes in a venue, or a renewed declaration of it.
   * @returns True if sums over its orders must be made again: it is now at another exchange.
   */
  declare(declaration: VenueDeclaration): boolean {
    const exchange = this.exchange(declaration.exchange);
    const known = this.venues[declaration.id];
    if (known === undefined) {
      putAt(this.venues, declaration.id, new VenueScope(declaration.name, exchange));
      return false;
    }
    if (known.exchange === exchange) return false;
    known.exchange = exchange;
    for (const listed of this.instruments) {
      if (listed?.venue === known) this.#regroup(listed);
    }
    return true;
  }

  /** Takes in an instrument, or a renewed listing of it: what its orders are worth stays. */
  list(
    of: { readonly instrument: Instrument; readonly venueName: string; readonly book: BookView },
  ): void {
    const { instrument } = of;
    const known = this.instruments[instrument.id];
    if (known !== undefined) {
      known.instrument = instrument;
      forgetCash(known.venue); // how many runners a market has decides what its bets hold back
      return;
    }
    const venue = this.venue(instrument.venue);
    const group = groupOf(venue.exchange, instrument);
    const listed = new InstrumentScope({ ...of, venue, group });
    putAt(this.instruments, instrument.id, listed);
    join(group, listed);
    this.revalue(listed);
  }

  /** Sets the limits of a client, or of every client that has none of its own; null: takes them. */
  setClientLimits(name: string, limits: ClientLimits | null): void {
    if (limits === null) this.clientLimits.delete(name);
    else this.clientLimits.set(name, limits);
    for (const client of this.clients) if (client !== undefined) this.#resolveClient(client);
  }

  /** Sets the limits of a client, or of `*`, in one instrument; null: takes them. */
  setPairLimits(name: string, id: InstrumentId, limits: OrderLimits | null): void {
    const known = this.pairLimits.get(name) ?? new Map<InstrumentId, OrderLimits>();
    if (limits === null) known.delete(id);
    else known.set(id, limits);
    if (known.size === 0) this.pairLimits.delete(name);
    else this.pairLimits.set(name, known);
    const listed = this.instrument(id);
    for (const client of this.clients) {
      const scope = client?.pairs[id];
      if (client !== undefined && scope !== undefined) this.#resolvePair({ client, listed, scope });
    }
  }

  /** Limits in force for a client's name. */
  clientLimitsOf(name: string): ClientLimits {
    return this.clientLimits.get(name) ?? this.clientLimits.get(ANY_CLIENT) ?? NO_CLIENT_LIMITS;
  }

  /** Limits in force for a client's name in an instrument. */
  pairLimitsOf(name: string, id: InstrumentId): OrderLimits {
    return this.pairLimits.get(name)?.get(id) ?? this.pairLimits.get(ANY_CLIENT)?.get(id) ??
      NO_ORDER_LIMITS;
  }

  /** Computes again what follows from an instrument's contract and limits. */
  revalue(listed: InstrumentScope): void {
    const { limits } = listed;
    listed.valuation = valuationOf(listed.instrument);
    listed.notionalMost = mostOf(listed, limits.maxOrderNotional);
    listed.buyHeld = heldOn(listed, "Buy");
    listed.sellHeld = heldOn(listed, "Sell");
    forgetCash(listed.venue);
  }

  /** Forgets every order. */
  clearSums(): void {
    for (const client of this.clients) {
      if (client === undefined) continue;
      client.orders = 0;
      for (const pair of client.pairs) pair?.sums.clear();
    }
    for (const venue of this.venues) {
      if (venue === undefined) continue;
      venue.orders = 0;
      for (const purse of venue.purses.values()) purse.reserved.set(0);
    }
    for (const listed of this.instruments) listed?.sums.clear();
    for (const exchange of this.exchanges.values()) {
      exchange.orders = 0;
      for (const group of exchange.groups.values()) group.own.clear();
    }
  }

  #regroup(listed: InstrumentScope): void {
    const at = listed.group.members.indexOf(listed);
    listed.group.members.splice(at, 1);
    listed.group = groupOf(listed.venue.exchange, listed.instrument);
    join(listed.group, listed);
  }

  #resolveClient(client: ClientScope): void {
    const owner = this.clientLimits.has(client.name) ? client.name : ANY_CLIENT;
    client.key = `clients[${owner}]`;
    client.limits = this.clientLimitsOf(client.name);
    if (client.limits.orderRate === null) client.bucket = null;
  }

  #resolvePair(
    of: {
      readonly client: ClientScope;
      readonly listed: InstrumentScope;
      readonly scope: PairScope;
    },
  ): void {
    const { client, listed, scope } = of;
    const { id, name } = listed.instrument;
    const isOwn = this.pairLimits.get(client.name)?.has(id) === true;
    scope.key = `clients[${isOwn ? client.name : ANY_CLIENT}].instruments[${name}]`;
    scope.limits = this.pairLimitsOf(client.name, id);
    scope.notionalMost = mostOf(listed, scope.limits.maxOrderNotional);
  }
}

function forgetCash({ purses }: VenueScope): void {
  for (const purse of purses.values()) purse.forgetCash();
}

function mostOf(listed: InstrumentScope, notional: string | null): InstrumentScope["notionalMost"] {
  return notional === null ? null : listed.valuation.mostOf(notional);
}

function heldOn(listed: InstrumentScope, side: Side): Held | null {
  const reserve = listed.reserveOn(side);
  if (reserve === undefined) return null;
  const { purses } = listed.venue;
  const purse = purses.get(reserve.currency) ?? new Purse(reserve.currency);
  purses.set(reserve.currency, purse);
  purse.widen(reserve.scale);
  return { reserve, purse };
}

function groupOf(exchange: ExchangeScope, instrument: Instrument): SymbolGroup {
  const { assetClass, priceRule, symbol } = instrument;
  const key = `${assetClass} ${priceRule.scale} ${symbol}`;
  const known = exchange.groups.get(key);
  if (known !== undefined) return known;
  const group: SymbolGroup = { own: new OwnOrders(assetClass), members: [] };
  exchange.groups.set(key, group);
  return group;
}

function join(group: SymbolGroup, listed: InstrumentScope): void {
  group.members.push(listed);
  group.members.sort((left, right) => left.instrument.id - right.instrument.id);
}
