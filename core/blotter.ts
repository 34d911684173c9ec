/**
 * The blotter: every order that is kept, and when what has ended is forgotten.
 *
 * Orders enter in id order and leave a horizon after they ended, so memory is bounded by what
 * happened within it. Intent ids are kept at least as long, and as long as their order.
 *
 * Invariant: what is walked is walked in order-id order.
 * @module
 */
import type { ClientFill, Clients } from "./clients.ts";
import { Fifo } from "./fifo.ts";
import { type Micros, micros, type OrderId, orderId, type VenueId } from "./numbers.ts";
import type { IntentRecord, Order } from "./order.ts";

/** Most orders, ids and fills that one event retires. */
export const RETIRED_PER_EVENT_MAX = 256;
/** A client clock may be ahead by this much: ids stay known for as long beyond the horizon. */
export const FUTURE_MAX_US = 1_000_000;
/** Retirement is due at whole seconds, so that it costs at most one timer event in each. */
const RETIRE_GRAIN_US = 1_000_000;

/** Orders by id, with the indexes by which reports find them. */
export class Blotter {
  readonly #orders = new Map<OrderId, Order>();
  /**
   * By venue number, then by the venue's name of the order. Made when a venue first reports by that
   * name alone: most never do.
   */
  readonly #byVenueOrderId: (Map<string, OrderId> | undefined)[] = [];
  /** Ended orders, oldest end first. */
  readonly ended = new Fifo<Order>();
  /** Intents, oldest first; those bound to an order that is kept move to `held`. */
  readonly intents = new Fifo<IntentRecord>();
  /** Fills of all clients, oldest first; each client's own queue has the same order. */
  readonly fills = new Fifo<ClientFill>();
  readonly held = new Map<OrderId, IntentRecord[]>();
  nextOrder: OrderId = orderId(1);

  get size(): number {
    return this.#orders.size;
  }

  get(id: OrderId): Order | undefined {
    return this.#orders.get(id);
  }

  /** All kept orders, ascending by id. */
  values(): IterableIterator<Order> {
    return this.#orders.values();
  }

  add(order: Order): void {
    this.#orders.set(order.terms.id, order);
    if (order.terms.id >= this.nextOrder) this.nextOrder = orderId(order.terms.id + 1);
  }

  /** Takes back an order whose birth was withheld. */
  drop(order: Order): void {
    this.#orders.delete(order.terms.id);
  }

  /** Remembers the venue's name of an order. */
  nameAtVenue(order: Order, venueOrderId: string): void {
    if (order.venueOrderId === venueOrderId) return;
    if (order.venueOrderId !== null) {
      order.formerVenueOrderIds ??= [];
      order.formerVenueOrderIds.push(order.venueOrderId);
    }
    order.venueOrderId = venueOrderId;
    this.#byVenueOrderId[order.terms.venue]?.set(venueOrderId, order.terms.id);
  }

  byVenueOrderId(venue: VenueId, venueOrderId: string): Order | undefined {
    const id = this.#namesAt(venue).get(venueOrderId);
    return id === undefined ? undefined : this.#orders.get(id);
  }

  /** Forgets what ended, and what was said, more than `horizonUs` ago; bounded per call. */
  retire(clients: Clients, at: { readonly nowUs: Micros; readonly horizonUs: number }): void {
    let budget = RETIRED_PER_EVENT_MAX;
    while (budget > 0 && this.#isDue(this.ended.peek()?.endedUs, at)) {
      const order = this.ended.take();
      if (order !== undefined) this.#forget(order, clients);
      budget -= 1;
    }
    while (budget > 0 && this.#isDue(this.intents.peek()?.ingestUs, at)) {
      const record = this.intents.take();
      if (record !== undefined) this.#forgetIntent(record, clients);
      budget -= 1;
    }
    while (budget > 0 && this.#isDue(this.fills.peek()?.ingestUs, at)) {
      const fill = this.fills.take();
      if (fill !== undefined) clients.all[fill.client]?.fills.take();
      budget -= 1;
    }
  }

  /** When {@link retire} next has something to do. */
  nextRetirementUs(horizonUs: number): Micros | undefined {
    const ended = this.ended.peek()?.endedUs;
    const said = this.intents.peek()?.ingestUs;
    const booked = this.fills.peek()?.ingestUs;
    const first = Math.min(ended ?? Infinity, said ?? Infinity, booked ?? Infinity);
    if (first === Infinity) return undefined;
    return dueUs(first, horizonUs);
  }

  #namesAt(venue: VenueId): Map<string, OrderId> {
    const known = this.#byVenueOrderId[venue];
    if (known !== undefined) return known;
    const names = new Map<string, OrderId>();
    for (const order of this.#orders.values()) {
      if (order.terms.venue !== venue) continue;
      for (const name of namesOf(order)) names.set(name, order.terms.id);
    }
    while (this.#byVenueOrderId.length < venue) this.#byVenueOrderId.push(undefined);
    this.#byVenueOrderId[venue] = names;
    return names;
  }

  #isDue(
    sinceUs: Micros | null | undefined,
    at: { readonly nowUs: Micros; readonly horizonUs: number },
  ): boolean {
    if (sinceUs === null || sinceUs === undefined) return false;
    return dueUs(sinceUs, at.horizonUs) <= at.nowUs;
  }

  #forget(order: Order, clients: Clients): void {
    const id = order.terms.id;
    this.#orders.delete(id);
    const names = this.#byVenueOrderId[order.terms.venue];
    if (names !== undefined) {
      for (const name of namesOf(order)) if (names.get(name) === id) names.delete(name);
    }
    const client = clients.all[order.terms.client];
    if (client === undefined) return;
    for (const record of this.held.get(id) ?? []) client.intents.delete(record.intentId);
    this.held.delete(id);
  }

  #forgetIntent(record: IntentRecord, clients: Clients): void {
    const isKept = record.order !== null && this.#orders.has(record.order);
    if (record.order === null || !isKept) {
      clients.all[record.client]?.intents.delete(record.intentId);
      return;
    }
    const held = this.held.get(record.order);
    if (held === undefined) this.held.set(record.order, [record]);
    else held.push(record);
  }
}

/** Every name that the venue gave the order, oldest first. */
function namesOf({ formerVenueOrderIds, venueOrderId }: Order): readonly string[] {
  const former = formerVenueOrderIds ?? [];
  return venueOrderId === null ? former : [...former, venueOrderId];
}

function dueUs(sinceUs: number, horizonUs: number): Micros {
  const due = sinceUs + horizonUs + FUTURE_MAX_US;
  return micros(Math.ceil(due / RETIRE_GRAIN_US) * RETIRE_GRAIN_US);
}
