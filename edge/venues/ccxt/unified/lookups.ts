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
import { type Account, toFailure } from "./account.ts";
import type { FindOrder } from "./commands.ts";
import type { Executions } from "./executions.ts";
import type { KnownOrder } from "./orders.ts";
import { parseOrder, statusOf, type UnifiedOrder } from "./rows.ts";
import { BACK_MS, Searches } from "./searches.ts";

/** Answers the look-ups of one account. */
export class Lookups {
  readonly #account: Account;
  readonly #executions: Executions;
  readonly #searches: Searches;

  constructor(account: Account, executions: Executions) {
    this.#account = account;
    this.#executions = executions;
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
      const placedMs = this.#account.venueMs - BACK_MS; // it is not known when
      return done(orders.note({ key, listed, venueOrderId, placedMs }));
    }
    this.#searches.find(listed, key, (mark) => {
      if (mark === undefined || "failure" in mark) return done(mark);
      done(orders.note({ key, listed, venueOrderId: mark.id, placedMs: mark.timeMs }));
    });
  };

  #ask(command: LookupOrder, order: KnownOrder): void {
    const { venueOrderId, listed } = order;
    const { reads } = this.#account;
    reads.ask((there) => there.fetchOrder(venueOrderId ?? "", listed.symbol), (answer) => {
      // What was numbered was there: an exchange that shows it no more has forgotten it.
      if (answer.kind === "error") return this.#account.failed(command, toFailure(answer.error));
      const problem = this.#account.reading(() => {
        const row = parseOrder(answer.value);
        const executed = qtyOf(row.executed, listed.instrument);
        this.#executions.complete(order, executed, (complete) => {
          // More was executed since: the row is older than what was offered.
          if (complete === "complete" && order.executed === executed) {
            return this.#found(command, { order, row });
          }
          const text = "order and executions do not agree yet";
          this.#account.failed(command, { outcome: "unknown", text });
        });
      });
      if (problem !== undefined) {
        this.#account.failed(command, { outcome: "unknown", text: problem });
      }
    }, { isUrgent: true });
  }

  #found(
    command: LookupOrder,
    { order, row }: { readonly order: KnownOrder; readonly row: UnifiedOrder },
  ): void {
    const { instrument } = order.listed;
    const status = statusOf(row);
    if (status !== "open") order.isOver = true;
    this.#account.reporter.say("OrderFound", {
      ...this.#account.refOf(command, row.id),
      request: command.request,
      status,
      orderQty: qtyOf(row.quantity, instrument),
      cumQty: qtyOf(row.executed, instrument),
      price: row.price === null ? null : pxOf(row.price, instrument),
    }, { instrument, timeMs: null });
  }
}
