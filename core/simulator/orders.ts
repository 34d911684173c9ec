/**
 * Orders of the simulated venue by our order and the client order ids they had.
 *
 * Bounded: terminal orders stay for look-ups and duplicates until `TERMINAL_MAX` newer ones ended;
 * of an order that was renamed often its first and its newest ids are known. Client order ids are
 * never made twice, so an older one cannot come again.
 * @module
 */
import { ClOrdIds } from "../command.ts";
import { invariant } from "../invariant.ts";
import type { Micros, OrderId, VenueId } from "../numbers.ts";
import { PAGE_BITS, PAGE_MASK, PAGE_SIZE } from "../slots/pages.ts";
import { IdDirectory } from "../slots/id_directory.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { NodeReader } from "../node_reader.ts";
import { type Deadline, Deadlines } from "./deadlines.ts";
import { parseRow, SIM_ORDER_WIDTH, SimOrder, toRow } from "./sim_order.ts";
import type { SimOrderFields, SimStatus } from "./sim_order.ts";

/** How many terminal orders are remembered. */
export const TERMINAL_MAX = 10_000;
/** How many client order ids of one order are known. */
const NAMES_MAX = 16;

/** Rows, and the client order ids of each; null: the one that its order and version spell. */
type Page = { readonly rows: Float64Array; readonly names: (string[] | null)[] };

/** An order of which something is due, and when. */
export type DueOrder = { readonly order: SimOrder; readonly dueUs: Micros };
type Due = "expireUs" | "entersUs";

/** All orders that the venue remembers. */
export class Orders {
  readonly #venue: VenueId;
  readonly #pages: Page[] = [];
  /** How the keys of the engine are spelled: learned from the first of them. */
  readonly #keys = new ClOrdIds();
  /** By our order id: the newest order that came from it. */
  readonly #byOrder = new IdDirectory<number>();
  readonly #expiries = new Deadlines((expiry) => this.#isDue(expiry, "expireUs"));
  readonly #entries = new Deadlines((entry) => this.#isDue(entry, "entersUs"));
  #used = 0;
  #free: number | null = null;
  /** Ended orders, linked in the order in which they ended. */
  #firstEnded: SimOrder | null = null;
  #lastEnded: SimOrder | null = null;
  #ended = 0;

  constructor(venue: VenueId) {
    this.#venue = venue;
  }

  /** The order in a slot that is in use. */
  at(slot: number): SimOrder {
    return new SimOrder(slot, this.#pageOf(slot).rows);
  }

  /** The order that came from an order of ours under a client order id, or undefined. */
  find(of: { readonly order: OrderId; readonly clOrdId: string }): SimOrder | undefined {
    let slot = this.#byOrder.get(of.order) ?? null;
    while (slot !== null) {
      const order = this.at(slot);
      if (this.#isCalled(order, of.clOrdId)) return order;
      slot = order.older;
    }
    return undefined;
  }

  /** Adds an order under its first client order id. */
  add(fields: SimOrderFields, clOrdId: string): SimOrder {
    const order = this.at(this.#take());
    order.write(fields);
    order.keyVersion = this.#versionIn(fields.order, clOrdId) ?? null;
    this.#setNames(order, order.keyVersion === null ? [clOrdId] : null);
    order.older = this.#byOrder.get(fields.order) ?? null;
    this.#byOrder.set(fields.order, order.slot);
    if (fields.status !== "open") this.#bury(order);
    else this.#watch(order);
    return order;
  }

  /** Lets an open order expire at another time. One that never expires goes on so. */
  extend(order: SimOrder, expireUs: Micros | null): void {
    if (expireUs === order.expireUs) return;
    order.expireUs = expireUs;
    this.#watch(order);
  }

  /** Holds an open order back until a time; null: not any more. */
  hold(order: SimOrder, entersUs: Micros | null): void {
    order.entersUs = entersUs;
    this.#watch(order);
  }

  /** Gives an order a new client order id; it is found by the old ones too. */
  rename(order: SimOrder, clOrdId: string): void {
    const names = [...this.clOrdIdsOf(order), clOrdId];
    if (names.length > NAMES_MAX) names.splice(1, 1);
    order.keyVersion = null;
    this.#setNames(order, names);
  }

  /** The client order ids that are known of an order, the last is the current one. */
  clOrdIdsOf(order: SimOrder): readonly string[] {
    const { keyVersion } = order;
    if (keyVersion !== null) return [this.#keys.of(order.order, keyVersion)];
    return this.#pageOf(order.slot).names[order.slot & PAGE_MASK] ?? [];
  }

  /** Ends an order, for good. */
  end(order: SimOrder, status: Exclude<SimStatus, "open">): void {
    order.status = status;
    this.#bury(order);
  }

  /** The open order that expires first, or undefined. */
  nextExpiring(): DueOrder | undefined {
    return this.#next(this.#expiries, "expireUs");
  }

  /** The open order that is held back and enters the book first, or undefined. */
  nextEntering(): DueOrder | undefined {
    return this.#next(this.#entries, "entersUs");
  }

  /** How messages name an order. */
  refOf(order: SimOrder): {
    readonly order: OrderId;
    readonly clOrdId: string | null;
    readonly venueOrderId: string;
  } {
    const names = this.clOrdIdsOf(order);
    const clOrdId = names[names.length - 1] ?? null;
    return { order: order.order, clOrdId, venueOrderId: this.venueOrderIdOf(order) };
  }

  /** Rows of all orders: the open ones by arrival, then the ended ones as they ended. */
  *rows(): Generator<CheckpointNode, void> {
    for (const order of this.open()) yield this.#rowOf(order);
    for (let order = this.#firstEnded; order !== null;) {
      yield this.#rowOf(order);
      order = order.next === null ? null : this.at(order.next);
    }
  }

  /** Returns the orders of a checkpoint. */
  static restore(venue: VenueId, rows: readonly NodeReader[]): Orders {
    const orders = new Orders(venue);
    for (const row of rows) {
      const { fields, clOrdIds } = parseRow(row);
      const [first = "", ...others] = clOrdIds;
      const order = orders.add(fields, first);
      for (const clOrdId of others) orders.rename(order, clOrdId);
    }
    return orders;
  }

  /** Open orders, by arrival at the venue. */
  open(): SimOrder[] {
    const open: SimOrder[] = [];
    for (const newest of this.#byOrder.values()) {
      for (let slot: number | null = newest; slot !== null; slot = this.at(slot).older) {
        const order = this.at(slot);
        if (order.status === "open") open.push(order);
      }
    }
    return open.sort((first, second) => first.ordinal - second.ordinal);
  }

  /** The venue's name of an order. */
  venueOrderIdOf(order: SimOrder): string {
    return `S${this.#venue}-${order.ordinal}`;
  }

  #rowOf(order: SimOrder): CheckpointNode {
    const clOrdIds = [...this.clOrdIdsOf(order)];
    return toRow(order, { venueOrderId: this.venueOrderIdOf(order), clOrdIds });
  }

  #setNames(order: SimOrder, names: string[] | null): void {
    this.#pageOf(order.slot).names[order.slot & PAGE_MASK] = names;
  }

  #isCalled(order: SimOrder, clOrdId: string): boolean {
    if (order.keyVersion === null) return this.clOrdIdsOf(order).includes(clOrdId);
    return this.#versionIn(order.order, clOrdId) === order.keyVersion;
  }

  /** The version in a key of an order; undefined if the key is not spelled as ours are. */
  #versionIn(order: OrderId, clOrdId: string): number | undefined {
    if (this.#byOrder.size === 0) this.#keys.prefix = clOrdId.slice(0, clOrdId.indexOf("-"));
    const key = this.#keys.parse(clOrdId);
    return key?.order === order ? key.version : undefined;
  }

  #watch({ expireUs, entersUs, ordinal, slot }: SimOrder): void {
    if (expireUs !== null) this.#expiries.add({ dueUs: expireUs, ordinal, slot });
    if (entersUs !== null) this.#entries.add({ dueUs: entersUs, ordinal, slot });
  }

  #next(deadlines: Deadlines, by: Due): DueOrder | undefined {
    for (;;) {
      const deadline = deadlines.peek();
      if (deadline === undefined) return undefined;
      const { slot, dueUs } = deadline;
      if (this.#isDue(deadline, by)) return { order: this.at(slot), dueUs };
      deadlines.take();
    }
  }

  /** True if an order is open and due then: not earlier, not later, and no other in its slot. */
  #isDue({ slot, ordinal, dueUs }: Deadline, by: Due): boolean {
    const order = this.at(slot);
    return order.ordinal === ordinal && order[by] === dueUs && order.status === "open";
  }

  #bury(order: SimOrder): void {
    order.previous = null;
    order.next = null;
    if (this.#lastEnded === null) this.#firstEnded = order;
    else this.#lastEnded.next = order.slot;
    this.#lastEnded = order;
    this.#ended += 1;
    if (this.#ended > TERMINAL_MAX) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const order = this.#firstEnded;
    if (order === null || order.next === null) return;
    this.#firstEnded = this.at(order.next);
    this.#ended -= 1;
    this.#unlink(order);
    this.#setNames(order, null);
    order.next = this.#free;
    this.#free = order.slot;
  }

  /** Takes an order out of those that came from one order of ours. */
  #unlink(order: SimOrder): void {
    const newest = this.#byOrder.get(order.order);
    if (newest === order.slot) {
      if (order.older === null) this.#byOrder.delete(order.order);
      else this.#byOrder.set(order.order, order.older);
      return;
    }
    for (let slot = newest ?? null; slot !== null;) {
      const younger = this.at(slot);
      slot = younger.older;
      if (slot === order.slot) younger.older = order.older;
    }
  }

  #take(): number {
    const slot = this.#free;
    if (slot !== null) {
      this.#free = this.at(slot).next;
      return slot;
    }
    if ((this.#used & PAGE_MASK) === 0) {
      const names = new Array<string[] | null>(PAGE_SIZE).fill(null);
      this.#pages.push({ rows: new Float64Array(PAGE_SIZE * SIM_ORDER_WIDTH), names });
    }
    this.#used += 1;
    return this.#used - 1;
  }

  #pageOf(slot: number): Page {
    const page = this.#pages[slot >>> PAGE_BITS];
    invariant(page !== undefined, "A slot must be in a page that exists");
    return page;
  }
}
