/**
 * Look-ups: how one order stands, its executions first.
 *
 * An order is asked for by its number. Where only its key is known it is searched for (`searches.ts`).
 * Invariant: `OrderFound` counts exactly what was offered before it. `OrderNotFound` is said only where
 * lists were read to their end.
 * @module
 */
import type { LookupOrder } from "../../../../core/command.ts";
import { pxOf, qtyOf } from "../reporter.ts";
import { toFailure } from "../error_classes.ts";
import type { Account } from "./account.ts";
import type { FindOrder } from "./commands.ts";
import { endOf } from "./endings.ts";
import type { Executions } from "./executions.ts";
import type { KnownOrder } from "./orders.ts";
import type { OrderRows } from "./order_rows.ts";
import type { UnifiedOrder } from "./rows.ts";
import { Searches } from "./searches.ts";

/** Answers the look-ups of one account. */
export class Lookups {
  readonly #account: Account;
  readonly #executions: Executions;
  readonly #rows: OrderRows;
  readonly #searches: Searches;

  constructor(
    account: Account,
    also: { readonly executions: Executions; readonly rows: OrderRows },
  ) {
    this.#account = account;
    this.#executions = also.executions;
    this.#rows = also.rows;
    this.#searches = new Searches(account);
  }

  lookup(command: LookupOrder): void {
    const { host, reporter } = this.#account;
    if (command.dryRun === true) return host.answerDry(command);
    this.find(command, (found) => {
      if (found === undefined) {
        const { request, order, instrument: id } = command;
        const instrument = this.#account.byId(id)?.instrument ?? null;
        return reporter.say("OrderNotFound", { request, order }, { instrument, timeMs: null });
      }
      if ("failure" in found) {
        return this.#account.failed(command, { outcome: "unknown", text: found.failure });
      }
      this.#ask(command, found);
    });
  }

  /** Numbers the order of a command: from memory, from the command, or from the exchange's lists. */
  readonly find: FindOrder = (command, done) => {
    const { orders } = this.#account;
    const listed = this.#account.byId(command.instrument);
    if (listed === undefined) return done({ failure: "the exchange has not listed it yet" });
    const known = orders.get(command.clOrdId);
    if (known !== undefined && known.venueOrderId !== null) return done(known);
    const { clOrdId: key, venueOrderId } = command;
    if (venueOrderId !== null) {
      const placedMs = this.#account.sinceMs; // it is not known when
      return done(orders.note({ key, listed, venueOrderId, placedMs }));
    }
    this.#searches.find(listed, key, (mark) => {
      if (mark === undefined || "failure" in mark) return done(mark);
      const placedMs = mark.timeMs === 0 ? known?.placedMs ?? this.#account.sinceMs : mark.timeMs;
      done(orders.note({ key, listed, venueOrderId: mark.id, placedMs }));
    });
  };

  #ask(command: LookupOrder, order: KnownOrder): void {
    const unclear = (text: string): void =>
      this.#account.failed(command, { outcome: "unknown", text });
    this.#rows.ask(order, (row) => {
      if ("failure" in row) {
        // It has a number, so it was there: "not found" means forgotten, not that it never arrived.
        if (typeof row.failure === "string") return unclear(row.failure);
        return this.#account.failed(command, toFailure(row.failure));
      }
      const problem = this.#account.reading(() => {
        const executed = qtyOf(row.cumQty, order.listed.instrument);
        this.#executions.complete(order, executed, (complete) => {
          // More was executed since: the row is older than what was offered.
          if (complete === "complete" && order.executed === executed) {
            return this.#found(command, { order, row });
          }
          unclear("order and executions do not agree yet");
        });
      });
      if (problem !== undefined) unclear(problem);
    });
  }

  #found(
    command: LookupOrder,
    { order, row }: { readonly order: KnownOrder; readonly row: UnifiedOrder },
  ): void {
    const { instrument } = order.listed;
    const status = endOf(order, row);
    if (status !== "open" && order.isCancelling) {
      const text = "a cancel of it is on its way: whose end it was, its answer says";
      return this.#account.failed(command, { outcome: "unknown", text });
    }
    if (status !== "open") order.isOver = true;
    order.isFilled = status === "filled";
    this.#account.reporter.say("OrderFound", {
      ...this.#account.refOf(command, row.id),
      request: command.request,
      status,
      orderQty: qtyOf(row.orderQty, instrument),
      cumQty: qtyOf(row.cumQty, instrument),
      price: row.price === null ? null : pxOf(row.price, instrument),
    }, { instrument, timeMs: null });
  }
}
