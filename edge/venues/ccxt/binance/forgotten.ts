/**
 * Orders that the exchange had and shows no more.
 *
 * USD-M forgets an order that ended unfilled three days after it was placed, not after it ended, so
 * an older one is gone with its cancel; both products forget all orders after some months. An order
 * that the exchange once numbered is taken for ended only if it was neither shown by that number nor
 * listed as open, twice, as far apart as a look-up may miss an order that is there.
 * Source: "Query Order" of the USD-M documentation; error -2026 of spot.
 * @module
 */
import type { Account } from "./account.ts";
import { type BinanceTrade, parseOrders, parseTrades } from "./payloads.ts";
import { PayloadError } from "../payload.ts";
import type { Numbered } from "./requests.ts";
import { type CallResult, reasonOf } from "./rest.ts";
import { isFull } from "./spans.ts";

/** What became of such an order. `there`: the exchange shows it by its number, in this answer. */
export type Forgotten =
  | { readonly kind: "ended"; readonly trades: readonly BinanceTrade[] }
  | { readonly kind: "there"; readonly result: CallResult }
  | { readonly kind: "unclear"; readonly text: string };

/** Establishes that an order has ended; `done` is called once, later. */
export function establishForgotten(
  account: Account,
  order: Numbered,
  of: { readonly propagationMs: number; readonly done: (found: Forgotten) => void },
): void {
  const reading = new Reading(account, order, of.done);
  reading.whenAbsent(() => {
    account.timers.after(of.propagationMs * 1000, () => {
      reading.whenAbsent(() => reading.executions());
    });
  });
}

/** The questions about one order; each goes on, or says why nothing follows. */
class Reading {
  readonly #account: Account;
  readonly #order: Numbered;
  readonly #done: (found: Forgotten) => void;

  constructor(account: Account, order: Numbered, done: (found: Forgotten) => void) {
    this.#account = account;
    this.#order = order;
    this.#done = done;
  }

  whenAbsent(next: () => void): void {
    const { rest, requests } = this.#account;
    rest.call(requests.orderById(this.#order), (result) => {
      if (result.kind === "error" && result.error.outcome === "absent") {
        return this.#whenNotOpen(next);
      }
      if (result.kind === "ok") return this.#done({ kind: "there", result });
      this.#unclear(reasonOf(result));
    });
  }

  executions(): void {
    const { rest, requests } = this.#account;
    rest.call(requests.tradesOf(this.#order), (result) => {
      if (result.kind !== "ok") return this.#unclear(reasonOf(result));
      this.#read(() => {
        const trades = parseTrades(result.body);
        if (isFull(trades)) this.#unclear("not all of its executions can be read");
        else this.#done({ kind: "ended", trades });
      });
    });
  }

  #whenNotOpen(next: () => void): void {
    const { rest, requests } = this.#account;
    const { symbol, orderId } = this.#order;
    rest.call(requests.openOrders(symbol), (result) => {
      if (result.kind !== "ok") return this.#unclear(reasonOf(result));
      this.#read(() => {
        const isOpen = parseOrders(result.body).some((order) => order.orderId === orderId);
        if (isOpen) this.#unclear("it is listed as open");
        else next();
      });
    });
  }

  #read(task: () => void): void {
    try {
      task();
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      this.#unclear(error.message);
    }
  }

  #unclear(why: string): void {
    this.#done({ kind: "unclear", text: `the exchange does not find the order: ${why}` });
  }
}
