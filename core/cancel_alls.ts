/**
 * CancelAlls of one client whose orders have not all settled.
 *
 * CancelAlls are exempt from the client's rate and wait for as long as a venue is down, so that there
 * may be many: those between which nothing changed share one set of orders. Each is answered as if
 * it were alone.
 *
 * Ordering: in order of arrival, whatever they share.
 * Bound: one costs what its intent costs; a set is made where, since the last of the same instrument,
 * an order was placed or a cancel refused.
 * @module
 */
import { invariant } from "./invariant.ts";
import type { OrderId } from "./numbers.ts";
import type { IntentRecord } from "./order.ts";

/** Orders that have not settled, for which at least one CancelAll waits. */
export type AwaitedOrders = {
  /** The instrument that was named; null: all. It tells where to look, no more. */
  readonly instrument: string | null;
  readonly waitingFor: Set<OrderId>;
  /** How many ended cancelled so far. */
  cancelled: number;
};

/** A CancelAll whose orders have not all settled. */
export type PendingCancelAll = {
  readonly by: IntentRecord;
  readonly taken: number;
  /** What had ended cancelled of its orders' set before it took them. */
  readonly cancelledBefore: number;
  readonly orders: AwaitedOrders;
};

/** What a CancelAll takes. */
export type OrdersTaken = {
  readonly instrument: string | null;
  readonly orders: readonly OrderId[];
};

/** A pending CancelAll as a checkpoint holds it. */
export type SavedCancelAll = Pick<AwaitedOrders, "instrument" | "cancelled"> & {
  readonly taken: number;
  /** Null: those of the newest before it that named the same. */
  readonly waitingFor: readonly OrderId[] | null;
};

/** The CancelAlls of one client that wait. */
export class CancelAlls {
  #pending: PendingCancelAll[] = [];
  /** What they wait for, each set once; oldest first. */
  #awaited: AwaitedOrders[] = [];

  get size(): number {
    return this.#pending.length;
  }

  [Symbol.iterator](): Iterator<PendingCancelAll> {
    return this.#pending.values();
  }

  /** Adds one that takes its orders now: at least one. */
  take(by: IntentRecord, { instrument, orders }: OrdersTaken): void {
    const newest = this.#newestOf(instrument);
    const isShared = newest !== undefined && isSame(newest.waitingFor, orders);
    const awaited = isShared ? newest : this.#expect(orders, { instrument, cancelled: 0 });
    const { cancelled } = awaited;
    this.#pending.push({ by, taken: orders.length, cancelledBefore: cancelled, orders: awaited });
  }

  /** Adds one of a checkpoint, in order of arrival. */
  restore(by: IntentRecord, saved: SavedCancelAll): void {
    const { instrument, cancelled, taken, waitingFor } = saved;
    const orders = waitingFor === null
      ? this.#newestOf(instrument)
      : this.#expect(waitingFor, { instrument, cancelled });
    invariant(orders !== undefined, "A CancelAll that shares its orders must follow another");
    this.#pending.push({ by, taken, cancelledBefore: orders.cancelled - cancelled, orders });
  }

  /** Takes an order off all that wait for it; returns those that wait for nothing more, taken out. */
  settle(order: OrderId, of: { readonly isCancelled: boolean }): readonly PendingCancelAll[] {
    let isAnyDone = false;
    for (const awaited of this.#awaited) {
      if (!awaited.waitingFor.delete(order)) continue;
      if (of.isCancelled) awaited.cancelled += 1;
      if (awaited.waitingFor.size === 0) isAnyDone = true;
    }
    if (!isAnyDone) return [];
    const done = this.#pending.filter(({ orders }) => orders.waitingFor.size === 0);
    this.#pending = this.#pending.filter(({ orders }) => orders.waitingFor.size > 0);
    this.#awaited = this.#awaited.filter(({ waitingFor }) => waitingFor.size > 0);
    return done;
  }

  #newestOf(instrument: string | null): AwaitedOrders | undefined {
    return this.#awaited.findLast((awaited) => awaited.instrument === instrument);
  }

  #expect(
    orders: readonly OrderId[],
    of: Pick<AwaitedOrders, "instrument" | "cancelled">,
  ): AwaitedOrders {
    const awaited = { ...of, waitingFor: new Set(orders) };
    this.#awaited.push(awaited);
    return awaited;
  }
}

function isSame(set: ReadonlySet<OrderId>, orders: readonly OrderId[]): boolean {
  return set.size === orders.length && orders.every((order) => set.has(order));
}
