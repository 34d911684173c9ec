/**
 * Executions: read from the exchange's own list of them, named, and offered in order.
 *
 * Invariant: an execution is offered under the key of its order, or as a stranger's once the exchange
 * has said whose it is. What happened before the account began is not told.
 * @module
 */
import { pxOf, qtyOf } from "../reporter.ts";
import type { Account } from "./account.ts";
import { claims } from "./exchange.ts";
import type { Listed } from "../shared_account.ts";
import type { KnownOrder } from "./orders.ts";
import { EARLIER_MS, type PartlyRead, readPages, spanned, type Unread } from "./pages.ts";
import { anotherOrder, parseMark, parseTrades, type UnifiedTrade } from "./rows.ts";

/** A page moves on a day at least: more than any account's years. */
const PAGES_MAX = 10_000;
/** Strangers' executions that are remembered: lists overlap. */
const STRANGERS_MAX = 50_000;
/** An order may be shown later than its execution. */
const YOUNG_MS = 60_000;
const COMPLETE_READS_MAX = 6;
const COMPLETE_AGAIN_US = 500_000;

/** What came of offering: nothing, or why it could not be done. */
export type Offered = Unread | undefined;

/** The executions of one account. */
export class Executions {
  readonly #account: Account;
  readonly #strangers = new Set<string>();

  constructor(account: Account) {
    this.#account = account;
  }

  /** Reads what was executed from a time on, to its end; nothing is offered. */
  readSince(
    of: { readonly listed: Listed; readonly fromMs: number; readonly isUrgent?: boolean },
    done: (found: readonly UnifiedTrade[] | PartlyRead<UnifiedTrade>) => void,
  ): void {
    const { listed: { symbol }, fromMs, isUrgent = false } = of;
    const { reads, venueMs } = this.#account;
    readPages({
      ...{ fromMs, toMs: venueMs, pagesMax: PAGES_MAX, parse: parseTrades },
      nameOf: ({ id, side }) => `${id} ${side}`, // a trade of the account with itself has one number
      ask: (span, use) =>
        reads.ask((there) => there.fetchMyTrades(symbol, ...spanned(span)), use, { isUrgent }),
    }, done);
  }

  /** Offers executions of a list, each once whose it is is known; none from before the account began. */
  offer(listed: Listed, trades: readonly UnifiedTrade[], done: (offered: Offered) => void): void {
    const { beganMs } = this.#account;
    const told = trades.filter(({ timeMs }) => timeMs >= beganMs);
    this.#name(listed, told, (offered) => done(offered ?? this.#sayAll(listed, told)));
  }

  /** Offers what an order has executed, until it is as much as the exchange counts. */
  complete(
    order: KnownOrder,
    executed: number,
    done: (complete: "complete" | "incomplete") => void,
    reads = 1,
  ): void {
    const { venueOrderId, listed } = order;
    if (order.executed >= executed) return done("complete");
    if (venueOrderId === null || reads > COMPLETE_READS_MAX) {
      const counts = { order: order.key, executed, offered: order.executed };
      this.#account.host.log("alarm", "executions_missing", counts);
      return done("incomplete");
    }
    // Of an order's own list one page is read: where that was not all, the list of all tells the rest.
    const isOwnList = reads === 1 && claims(this.#account.exchange, "fetchOrderTrades");
    this.#readOf({ order, venueOrderId, isOwnList }, (trades) => {
      this.#sayAll(listed, trades); // however old: an order is counted from its first one on
      if (order.executed >= executed) return done("complete");
      this.#account.timers.after(
        COMPLETE_AGAIN_US * reads,
        () => this.complete(order, executed, done, reads + 1),
      );
    });
  }

  /** Reads the executions of one order, as far as they can be read: what is missing is tried again. */
  #readOf(
    of: {
      readonly order: KnownOrder;
      readonly venueOrderId: string;
      readonly isOwnList: boolean;
    },
    done: (trades: readonly UnifiedTrade[]) => void,
  ): void {
    const { order: { listed, placedMs }, venueOrderId, isOwnList } = of;
    const { reads } = this.#account;
    const mine = (trades: readonly UnifiedTrade[]): readonly UnifiedTrade[] =>
      trades.filter(({ orderId }) => orderId === venueOrderId);
    const readSince = (): void => {
      const fromMs = placedMs - EARLIER_MS;
      this.readSince({ listed, fromMs, isUrgent: true }, (found) => {
        done(mine("failure" in found ? found.rows : found));
      });
    };
    if (!isOwnList) return readSince();
    reads.ask((there) => there.fetchOrderTrades(venueOrderId, listed.symbol), (answer) => {
      if (answer.kind === "error") return readSince(); // some claim it, and want more than an order's number
      let trades: readonly UnifiedTrade[] = [];
      this.#account.reading(() => {
        trades = mine(parseTrades(answer.value));
      });
      done(trades);
    }, { isUrgent: true });
  }

  /** Asks whose the orders are that are not known yet, one by one. */
  #name(
    listed: Listed,
    trades: readonly UnifiedTrade[],
    done: (offered: Offered) => void,
  ): void {
    const unknown = trades.find(({ orderId }) =>
      this.#account.orders.keyOf(listed, orderId) === undefined
    );
    if (unknown === undefined) return done(undefined);
    const { orderId } = unknown;
    const { orders, reads } = this.#account;
    reads.ask((there) => there.fetchOrder(orderId, listed.symbol), (answer) => {
      if (answer.kind === "error") {
        const isYoung = unknown.timeMs > this.#account.venueMs - YOUNG_MS;
        if (answer.error.outcome !== "absent" || isYoung) return done({ failure: answer.error });
        orders.noteStranger(listed, orderId); // it does not show it any more, or never to us
        return this.#name(listed, trades, done);
      }
      const problem = this.#account.reading(() => {
        const { id, key, timeMs } = parseMark(answer.value); // no more: others' orders may be odd
        if (id !== orderId) throw anotherOrder(orderId, id);
        if (!this.#account.isOurs(key)) return orders.noteStranger(listed, orderId);
        const since = timeMs === 0 ? unknown.timeMs : timeMs;
        orders.note({ key, listed, venueOrderId: orderId, placedMs: since });
      });
      if (problem !== undefined) return done({ failure: problem });
      this.#name(listed, trades, done);
    }, { isUrgent: true });
  }

  #sayAll(listed: Listed, trades: readonly UnifiedTrade[]): Offered {
    const problem = this.#account.reading(() => {
      for (const trade of trades.toSorted(byTime)) this.#say(listed, trade);
    });
    return problem === undefined ? undefined : { failure: problem };
  }

  #say(listed: Listed, trade: UnifiedTrade): void {
    const { instrument, symbol } = listed;
    const { orders, reporter, takenOverMs } = this.#account;
    const clOrdId = orders.keyOf(listed, trade.orderId) ?? null;
    const execId = `${symbol}-${trade.id}-${trade.side === "Buy" ? "B" : "S"}`;
    const lastQty = qtyOf(trade.lastQty, instrument);
    const order = clOrdId === null ? undefined : orders.get(clOrdId);
    const seen = order?.trades ?? this.#strangers;
    if (seen.has(execId)) return;
    if (trade.timeMs >= takenOverMs) {
      reporter.say("OrderExecuted", {
        ...{ order: null, clOrdId, venueOrderId: trade.orderId },
        ...{ execId, lastQty, lastPx: pxOf(trade.lastPx, instrument) },
        liquidity: trade.liquidity,
        commission: trade.commission,
        commissionCurrency: trade.commissionCurrency ?? instrument.quote,
        provisional: false,
        side: trade.side,
      }, { instrument, timeMs: trade.timeMs });
    }
    seen.add(execId);
    if (order !== undefined) {
      order.executed += lastQty;
      return;
    }
    const [oldest = ""] = seen;
    if (seen.size > STRANGERS_MAX) seen.delete(oldest);
  }
}

function byTime(left: UnifiedTrade, right: UnifiedTrade): number {
  return left.timeMs - right.timeMs || (left.id < right.id ? -1 : 1);
}
