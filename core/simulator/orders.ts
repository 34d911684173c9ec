/**
 * Orders of the simulated venue by any client order id they ever had.
 *
 * Bounded: terminal orders stay for look-ups and duplicates until `TERMINAL_MAX` newer ones ended;
 * client order ids are never made twice, so an older one cannot come again.
 * @module
 */
import type { Micros } from "../numbers.ts";
import type { CheckpointNode } from "../timeline.ts";
import type { NodeReader } from "../node_reader.ts";
import { clOrdIdOf, parseRow, toRow } from "./sim_order.ts";
import type { SimOrder, SimStatus } from "./sim_order.ts";

/** How many terminal orders are remembered. */
export const TERMINAL_MAX = 10_000;

/** All orders that the venue remembers. */
export class Orders {
  readonly #byClOrdId = new Map<string, SimOrder>();
  /** In the order in which they ended. */
  readonly #terminal: SimOrder[] = [];
  /** Open orders that end by themselves, soonest first, then by arrival; ended ones linger. */
  readonly #expiring: SimOrder[] = [];

  find(clOrdId: string): SimOrder | undefined {
    return this.#byClOrdId.get(clOrdId);
  }

  add(order: SimOrder): void {
    for (const clOrdId of order.clOrdIds) this.#byClOrdId.set(clOrdId, order);
    if (order.status !== "open") this.#bury(order);
    else if (order.expireUs !== null) this.#insertExpiring(order);
  }

  /** Gives an order a new client order id; it is found by the old ones too. */
  rename(order: SimOrder, clOrdId: string): void {
    order.clOrdIds.push(clOrdId);
    this.#byClOrdId.set(clOrdId, order);
  }

  /** Ends an order, for good. */
  end(order: SimOrder, status: Exclude<SimStatus, "open">): void {
    order.status = status;
    this.#bury(order);
  }

  /** The open order that expires first, or undefined. */
  nextExpiring(): SimOrder & { readonly expireUs: Micros } | undefined {
    for (;;) {
      const order = this.#expiring[0];
      if (order === undefined) return undefined;
      if (order.status === "open" && isExpiring(order)) return order;
      this.#expiring.shift();
    }
  }

  /** Rows of all orders: the open ones by arrival, then the ended ones as they ended. */
  checkpoint(): CheckpointNode {
    return [...this.open(), ...this.#terminal].map(toRow);
  }

  static restore(rows: readonly NodeReader[]): Orders {
    const orders = new Orders();
    for (const row of rows) orders.add(parseRow(row));
    return orders;
  }

  /** Open orders, by arrival at the venue. */
  open(): SimOrder[] {
    const open = new Set<SimOrder>();
    for (const order of this.#byClOrdId.values()) if (order.status === "open") open.add(order);
    return [...open].sort((first, second) => first.ordinal - second.ordinal);
  }

  #bury(order: SimOrder): void {
    this.#terminal.push(order);
    if (this.#terminal.length <= TERMINAL_MAX) return;
    const oldest = this.#terminal.shift();
    for (const clOrdId of oldest?.clOrdIds ?? []) this.#byClOrdId.delete(clOrdId);
  }

  #insertExpiring(order: SimOrder): void {
    let at = this.#expiring.length;
    for (; at > 0; at--) {
      const before = this.#expiring[at - 1];
      if (before !== undefined && !expiresBefore(order, before)) break;
    }
    this.#expiring.splice(at, 0, order);
  }
}

function isExpiring(order: SimOrder): order is SimOrder & { readonly expireUs: Micros } {
  return order.expireUs !== null;
}

function expiresBefore(first: SimOrder, second: SimOrder): boolean {
  const [early, late] = [first.expireUs ?? 0, second.expireUs ?? 0];
  return early === late ? first.ordinal < second.ordinal : early < late;
}

/** How messages name an order. */
export function refOf(order: SimOrder): {
  readonly order: SimOrder["order"];
  readonly clOrdId: string | null;
  readonly venueOrderId: string;
} {
  return { order: order.order, clOrdId: clOrdIdOf(order), venueOrderId: order.venueOrderId };
}
