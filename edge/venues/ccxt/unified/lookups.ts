/**
 * Look-ups: how one order stands, its executions first.
 *
 * An order is asked for by its number. Where only its key is known, the exchange's lists are gone
 * through for it: what is open, then what has ended. Few exchanges let the library ask by a key, and
 * some answer such a question with another order.
 * Invariant: `OrderFound` counts exactly what was offered before it. `OrderNotFound` is said only where
 * a list of what has ended was read to its end.
 * @module
 */
import type { LookupOrder, OrderCommand } from "../../../../core/command.ts";
import { pxOf, qtyOf } from "../reporter.ts";
import { type Account, toFailure } from "./account.ts";
import type { FindOrder } from "./commands.ts";
import { claims } from "./exchange.ts";
import type { Executions } from "./executions.ts";
import type { Listed } from "./markets.ts";
import type { KnownOrder } from "./orders.ts";
import { readPages, reasonOf } from "./pages.ts";
import { type OrderMark, parseMarks, parseOrder, statusOf, type UnifiedOrder } from "./rows.ts";

/** How far back lists are gone through. */
const BACK_MS = 7 * 86_400_000;
const PAGES_MAX = 200;
/** Lists of what has ended; the first set that the exchange really has is enough. */
const ENDED_LISTS = [
  ["fetchOrders"],
  ["fetchCanceledAndClosedOrders"],
  ["fetchClosedOrders", "fetchCanceledOrders"],
  ["fetchClosedOrders"],
] as const;
type ListMethod = (typeof ENDED_LISTS)[number][number];

/** Where an order is looked for, and what is done with each list; true: it is there. */
type Searched = {
  readonly listed: Listed;
  readonly use: (marks: readonly OrderMark[]) => boolean;
};

/** Answers the look-ups of one account. */
export class Lookups {
  readonly #account: Account;
  readonly #executions: Executions;

  constructor(account: Account, executions: Executions) {
    this.#account = account;
    this.#executions = executions;
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
    this.#search(command, listed, done);
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

  #search(
    command: OrderCommand,
    listed: Listed,
    done: Parameters<FindOrder>[1],
  ): void {
    const { reads, exchange } = this.#account;
    const use = (marks: readonly OrderMark[]): boolean => {
      const mark = marks.find(({ key }) => key === command.clOrdId);
      if (mark === undefined) return false;
      const { key, id: venueOrderId, timeMs: placedMs } = mark;
      done(this.#account.orders.note({ key: key ?? "", listed, venueOrderId, placedMs }));
      return true;
    };
    reads.ask((there) => there.fetchOpenOrders(listed.symbol), (answer) => {
      if (answer.kind === "error") return done({ failure: answer.error.text });
      let isFound = false;
      const problem = this.#account.reading(() => {
        isFound = use(parseMarks(answer.value));
      });
      if (problem !== undefined) return done({ failure: problem });
      if (isFound) return;
      const sets = ENDED_LISTS.filter((all) => all.every((method) => claims(exchange, method)));
      this.#searchSets(
        { listed, sets, use, failure: "the exchange lists no orders that ended" },
        done,
      );
    }, { isUrgent: true });
  }

  /** What the library refuses to list may be in the next set: some lists are of another product. */
  #searchSets(
    of: Searched & { readonly sets: readonly (readonly ListMethod[])[]; readonly failure: string },
    done: Parameters<FindOrder>[1],
  ): void {
    const { listed, sets: [lists, ...sets], use, failure } = of;
    if (lists === undefined) return done({ failure });
    const refused = (reason: string): void => {
      this.#searchSets({ ...of, sets, failure: reason }, done);
    };
    this.#searchEnded({ listed, lists, use, refused }, done);
  }

  #searchEnded(
    of: Searched & {
      readonly lists: readonly ListMethod[];
      readonly refused: (reason: string) => void;
    },
    done: Parameters<FindOrder>[1],
  ): void {
    const { listed: { symbol }, lists: [method, ...others], use, refused } = of;
    if (method === undefined) return done(undefined);
    const { reads, venueMs } = this.#account;
    readPages({
      ...{ fromMs: venueMs - BACK_MS, toMs: venueMs, pagesMax: PAGES_MAX, parse: parseMarks },
      ask: (fromMs, told) =>
        reads.ask((there) => there[method](symbol, fromMs), told, { isUrgent: true }),
    }, (found) => {
      if ("failure" in found) {
        const { failure } = found;
        const isRefused = typeof failure !== "string" && failure.class === "rejected";
        return isRefused ? refused(failure.text) : done({ failure: reasonOf(found) });
      }
      if (!use(found)) this.#searchEnded({ ...of, lists: others }, done);
    });
  }
}
