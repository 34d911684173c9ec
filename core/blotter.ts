/**
 * The blotter: every order and intent that is kept, and when what has ended is forgotten.
 *
 * Orders enter in id order and leave a horizon after they ended, or after the last word about their
 * executions since: a venue repeats what it said last, and what it repeats must be known. So memory
 * is bounded by what happened within it. Intent ids are kept at least as long, and as long as their
 * order.
 *
 * Invariant: what is walked is walked in order-id order. Nothing here grows in one step by what it
 * holds (decision 0050).
 * @module
 */
import type { ClientFill, Clients } from "./clients.ts";
import type { ClOrdIds } from "./command.ts";
import { Fifo } from "./fifo.ts";
import {
  type InstrumentId,
  type Micros,
  micros,
  type OrderId,
  orderId,
  type VenueId,
} from "./numbers.ts";
import type { Order, OrderTerms } from "./order.ts";
import {
  IdDirectory,
  type IntentRecord,
  Intents,
  OrderList,
  OrderPool,
  VenueNames,
} from "./slots/mod.ts";

/** Most orders, ids and fills that one `DeadlineReached` retires. */
export const RETIRED_PER_DEADLINE_MAX = 32;
/** Most that any other event retires by the way: under load nothing is left for deadlines. */
export const RETIRED_PER_EVENT_MAX = 2;
/** A client clock may be ahead by this much: ids stay known for as long beyond the horizon. */
export const FUTURE_MAX_US = 1_000_000;
/** Retirement asks for deadlines at whole seconds, so that it costs few of them. */
const RETIRE_GRAIN_US = 1_000_000;

/** Orders by id, with the indexes by which reports find them. */
export class Blotter {
  /** Intents by client and id; those bound to an order that is kept are kept with it. */
  readonly intents: Intents;
  /** Ended orders, as they retire; {@link Blotter.keep} adds to it. */
  readonly ended = new OrderList();
  /** Fills of all clients, oldest first; each client's own queue has the same order. */
  readonly fills = new Fifo<ClientFill>();
  nextOrder: OrderId = orderId(1);
  readonly #pool: OrderPool;
  readonly #orders = new IdDirectory<Order>();
  readonly #names = new VenueNames();

  /** `secret`: see {@link Intents}. */
  constructor(secret: string) {
    this.intents = new Intents(secret);
    this.#pool = new OrderPool(this.intents);
  }

  /** How client order ids are spelled. */
  get keys(): ClOrdIds {
    return this.#pool.keys;
  }

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

  /** Makes an order and keeps it. Ids ascend. */
  add(terms: OrderTerms, bearer: IntentRecord): Order {
    const order = this.#pool.take(terms, bearer);
    this.#orders.set(order.id, order);
    if (terms.id >= this.nextOrder) this.nextOrder = orderId(terms.id + 1);
    return order;
  }

  /** Keeps an order that has ended for a horizon from now on, however long it was kept before. */
  keep(order: Order, nowUs: Micros): void {
    order.keptSinceUs = nowUs;
    this.ended.add(order);
  }

  /** Forgets an order: one that was kept long enough, or whose birth was withheld. */
  drop(order: Order): void {
    this.#forgetNames(order);
    this.#orders.delete(order.id);
    this.intents.unbind(order);
    this.#pool.giveBack(order);
  }

  /** Remembers the venue's name of an order. */
  nameAtVenue(order: Order, venueOrderId: string): void {
    if (order.venueOrderId === venueOrderId) return;
    const { venue, instrument, id } = order;
    if (order.venueOrderId !== null) {
      order.formerVenueOrderIds ??= [];
      order.formerVenueOrderIds.push(order.venueOrderId);
    }
    order.venueOrderId = venueOrderId;
    const of = { instrument, name: venueOrderId, order: id };
    // A name that it had before is known; its first name cannot be.
    if (order.formerVenueOrderIds === null) this.#names.addNew(venue, of);
    else this.#names.add(venue, of);
  }

  /** Finds orders of this venue by its names from now on. */
  openNames(venue: VenueId): void {
    this.#names.open(venue);
    for (const order of this.#orders.values()) {
      if (order.venue !== venue) continue;
      const { instrument, id } = order;
      for (const name of namesOf(order)) this.#names.add(venue, { instrument, name, order: id });
    }
  }

  /** The newest order on an instrument of this venue that was ever given the name. */
  byVenueOrderId(
    venue: VenueId,
    of: { readonly instrument: InstrumentId; readonly name: string },
  ): Order | undefined {
    if (!this.#names.isOpen(venue)) this.openNames(venue);
    const id = this.#names.find(of);
    return id === undefined ? undefined : this.#orders.get(id);
  }

  /** Forgets what has been kept for `horizonUs`; bounded per call. */
  retire(
    clients: Clients,
    of: { readonly nowUs: Micros; readonly horizonUs: number; readonly most: number },
  ): void {
    const untilUs = of.nowUs - of.horizonUs - FUTURE_MAX_US;
    let budget = of.most;
    while (budget > 0 && isBy(untilUs, this.ended.peek()?.keptSinceUs)) {
      const order = this.ended.take();
      if (order !== undefined) this.drop(order);
      budget -= 1;
    }
    while (budget > 0 && isBy(untilUs, this.intents.oldestUs)) {
      this.intents.retireOldest();
      budget -= 1;
    }
    while (budget > 0 && isBy(untilUs, this.fills.peek()?.ingestUs)) {
      const fill = this.fills.take();
      if (fill !== undefined) clients.all[fill.client]?.fills.take();
      budget -= 1;
    }
  }

  /** When {@link retire} next wants a deadline. */
  nextRetirementUs(horizonUs: number): Micros | undefined {
    const ended = this.ended.peek()?.keptSinceUs;
    const said = this.intents.oldestUs;
    const booked = this.fills.peek()?.ingestUs;
    const first = Math.min(ended ?? Infinity, said ?? Infinity, booked ?? Infinity);
    if (first === Infinity) return undefined;
    return dueUs(first, horizonUs);
  }

  #forgetNames(order: Order): void {
    const { venue, instrument, id } = order;
    if (!this.#names.isOpen(venue)) return;
    for (const name of namesOf(order)) this.#names.delete({ instrument, name, order: id });
  }
}

/** Every name that the venue gave the order, oldest first. */
function namesOf({ formerVenueOrderIds, venueOrderId }: Order): readonly string[] {
  const former = formerVenueOrderIds ?? [];
  return venueOrderId === null ? former : [...former, venueOrderId];
}

function isBy(untilUs: number, sinceUs: Micros | null | undefined): boolean {
  return sinceUs !== null && sinceUs !== undefined && sinceUs <= untilUs;
}

function dueUs(sinceUs: number, horizonUs: number): Micros {
  const due = sinceUs + horizonUs + FUTURE_MAX_US;
  return micros(Math.ceil(due / RETIRE_GRAIN_US) * RETIRE_GRAIN_US);
}
