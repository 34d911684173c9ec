/**
 * How an order is said to have ended: after every execution that its end counts.
 *
 * An end and the executions before it come by different ways (answers, the stream) and may overtake
 * each other. An order that is replaced by cancelling it is placed anew with what was left, so an end
 * that came before an execution would buy too much. What is missing is read from the venue first.
 * Limit: `READS_MAX` readings; then the end is not said, which the next look-up will find.
 * @module
 */
import type { Account } from "./account.ts";
import { parseTrades } from "./payloads.ts";
import type { Listed } from "../shared_account.ts";
import type { KnownOrder } from "./known_orders.ts";

/** An end that the venue told us of. */
export type Ending = {
  /** The order's key. */
  readonly key: string;
  readonly listed: Listed;
  /** What it had executed when it ended, quanta. */
  readonly executed: number;
  readonly reason: string;
  readonly timeMs: number | null;
  /** Called instead if its executions cannot be had. */
  readonly notEstablished?: () => void;
};

const READS_MAX = 4;
const READ_AGAIN_US = 250_000;
/** How long an execution that was counted may be on its way by itself. */
const GRACE_US = 500_000;

/** Says the ends of the orders of one account. */
export class Endings {
  readonly #account: Account;
  /** Who is told, by key, if the executions of an end cannot be had. */
  readonly #waiting = new Map<string, (() => void)[]>();

  constructor(account: Account) {
    this.#account = account;
  }

  /** Says that an order was cancelled, or ran out, once all it executed has been offered. */
  end(ending: Ending): void {
    const order = this.#account.orders.get(ending.key);
    if (order === undefined || order.isOver) return;
    if (order.executed >= ending.executed) return this.#say(ending, order);
    if (ending.notEstablished !== undefined) {
      this.#waiting.set(ending.key, [
        ...this.#waiting.get(ending.key) ?? [],
        ending.notEstablished,
      ]);
    }
    if (order.isEnding) return;
    order.isEnding = true;
    this.#read(ending, { order, reads: 1 });
  }

  /** The venue counts so much executed: what does not come by itself is read. */
  expect(counted: Pick<Ending, "key" | "listed" | "executed">): void {
    const order = this.#account.orders.get(counted.key);
    if (order === undefined || order.executed >= counted.executed || order.isWatched) return;
    order.isWatched = true;
    this.#account.timers.after(GRACE_US, () => {
      order.isWatched = false;
      if (order.executed >= counted.executed || order.venueOrderId === null) return;
      const { rest, requests } = this.#account;
      rest.call(
        requests.tradesOf({ symbol: order.symbol, orderId: order.venueOrderId }),
        (result) => {
          if (result.kind === "ok") this.#offer(result.body, counted);
        },
      );
    });
  }

  /** The order has ended otherwise: it was refused, or filled. */
  forget(key: string): void {
    const order = this.#account.orders.get(key);
    if (order !== undefined) order.isOver = true;
  }

  #say(ending: Ending, order: KnownOrder): void {
    order.isOver = true;
    const { key, listed, reason, timeMs } = ending;
    this.#waiting.delete(key);
    const ref = { order: null, clOrdId: key, venueOrderId: order.venueOrderId };
    const said = { instrument: listed.instrument, timeMs };
    this.#account.reporter.say("OrderCancelled", { ...ref, reason }, said);
  }

  #read(ending: Ending, at: { readonly order: KnownOrder; readonly reads: number }): void {
    const { order, reads } = at;
    const { rest, requests, timers } = this.#account;
    if (order.venueOrderId === null) return this.#giveUp(ending, order);
    const call = requests.tradesOf({ symbol: order.symbol, orderId: order.venueOrderId });
    rest.call(call, (result) => {
      if (result.kind === "ok") this.#offer(result.body, ending);
      if (order.executed >= ending.executed) return this.#say(ending, order);
      if (reads >= READS_MAX) return this.#giveUp(ending, order);
      timers.after(READ_AGAIN_US * reads, () => this.#read(ending, { order, reads: reads + 1 }));
    });
  }

  #offer(body: unknown, { key, listed }: Pick<Ending, "key" | "listed">): void {
    const { instrument } = listed;
    this.#account.reading(() => {
      for (const trade of parseTrades(body)) {
        const ref = { order: null, clOrdId: key, venueOrderId: trade.orderId };
        this.#account.execute(trade, { instrument, ref });
      }
    });
  }

  #giveUp(ending: Ending, order: KnownOrder): void {
    order.isEnding = false;
    this.#account.host.log("alarm", "executions_missing", {
      order: ending.key,
      executed: ending.executed,
      offered: order.executed,
    });
    const waiting = this.#waiting.get(ending.key) ?? [];
    this.#waiting.delete(ending.key);
    for (const tell of waiting) tell();
  }
}
