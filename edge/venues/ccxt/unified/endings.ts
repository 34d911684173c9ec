/**
 * How an order is said to have ended: as the exchange answers when it is asked, after every execution
 * that it counts was offered. What replaces an order is sized by them.
 * @module
 */
import { qtyOf } from "../reporter.ts";
import type { Account } from "./account.ts";
import type { Executions } from "./executions.ts";
import type { KnownOrder } from "./orders.ts";
import { reasonOf } from "./pages.ts";
import type { OrderRows } from "./order_rows.ts";
import { statusOf, type UnifiedOrder } from "./rows.ts";

/** The reason of an end that nobody here asked for. */
export const BY_ITSELF = "the exchange shows it as ended";

/** How an order stands. */
export type Standing =
  | { readonly kind: "open" }
  /** Its end was said, or needs no word: it was filled. */
  | { readonly kind: "over" }
  /** It could not be asked, or not all of its executions could be read. */
  | { readonly kind: "unclear"; readonly text: string };

/** Who asks how an order stands. */
export type Asking = {
  /** Called immediately before its end is said. */
  readonly ending?: (status: ReturnType<typeof statusOf>) => void;
  readonly done?: (standing: Standing) => void;
};

/**
 * Returns how an order ended. What could not rest ended by itself, though an exchange calls that
 * cancelled: what replaces it must not take that for a cancel that was lost.
 */
export function endOf(
  { hasLostCancel, isOfMoment }: KnownOrder,
  row: UnifiedOrder,
): ReturnType<typeof statusOf> {
  const status = statusOf(row);
  const isByItself = hasLostCancel && (isOfMoment || row.isOfMoment);
  return isByItself && status === "cancelled" ? "expired" : status;
}

/** Asks how orders of one account stand. */
export class Endings {
  readonly #account: Account;
  readonly #executions: Executions;
  readonly #rows: OrderRows;
  /** By key. */
  readonly #waiting = new Map<string, Asking[]>();

  constructor(
    account: Account,
    also: { readonly executions: Executions; readonly rows: OrderRows },
  ) {
    this.#account = account;
    this.#executions = also.executions;
    this.#rows = also.rows;
  }

  /** Asks for an order that is numbered; says its end, if it has ended, once. `reason`: why it was asked. */
  settle(order: KnownOrder, reason: string, asking: Asking = {}): void {
    if (order.isOver) return asking.done?.({ kind: "over" });
    this.#waiting.set(order.key, [...this.#waiting.get(order.key) ?? [], asking]);
    if (order.isEnding) return;
    order.isEnding = true;
    this.#ask(order, reason);
  }

  #ask(order: KnownOrder, reason: string): void {
    if (order.venueOrderId === null) return this.#tell(order, unclear("it has no number yet"));
    this.#rows.ask(order, (row) => {
      if ("failure" in row) return this.#tell(order, unclear(reasonOf(row)));
      const problem = this.#account.reading(() => this.#found(order, { row, reason }));
      if (problem !== undefined) this.#tell(order, unclear(problem));
    });
  }

  #found(
    order: KnownOrder,
    { row, reason }: { readonly row: UnifiedOrder; readonly reason: string },
  ): void {
    if (statusOf(row) === "open") return this.#tell(order, { kind: "open" });
    const executed = qtyOf(row.cumQty, order.listed.instrument);
    this.#executions.complete(order, executed, (complete) => {
      if (complete === "incomplete") {
        return this.#tell(order, unclear("not all of its executions can be read"));
      }
      if (order.isCancelling) return this.#tell(order, unclear("a cancel of it is on its way"));
      if (!order.isOver) this.#say(order, { row, reason });
      this.#tell(order, { kind: "over" });
    });
  }

  #say(
    order: KnownOrder,
    { row, reason }: { readonly row: UnifiedOrder; readonly reason: string },
  ): void {
    const status = endOf(order, row);
    for (const { ending } of this.#waiting.get(order.key) ?? []) ending?.(status);
    order.isOver = true;
    const { key: clOrdId, venueOrderId, listed: { instrument } } = order;
    const ref = { order: null, clOrdId, venueOrderId };
    const said = { instrument, timeMs: null };
    const { reporter } = this.#account;
    switch (status) {
      case "open":
        return;
      case "filled": // its executions said so
        order.isFilled = true;
        return;
      case "cancelled":
        return reporter.say("OrderCancelled", { ...ref, reason }, said);
      case "expired":
        // What could not wait is over; what replaces it must not take that for the cancel that was lost.
        if (!order.hasLostCancel) return reporter.say("OrderCancelled", { ...ref, reason }, said);
        return reporter.say("OrderExpired", { ...ref, reason }, said);
      case "rejected": {
        const text = "The exchange shows it as rejected";
        return reporter.say("OrderRejected", { ...ref, rejectCode: "VENUE_REJECTED", text }, said);
      }
    }
  }

  #tell(order: KnownOrder, standing: Standing): void {
    order.isEnding = false;
    const waiting = this.#waiting.get(order.key) ?? [];
    this.#waiting.delete(order.key);
    for (const { done } of waiting) done?.(standing);
  }
}

function unclear(text: string): Standing {
  return { kind: "unclear", text };
}
