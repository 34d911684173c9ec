/**
 * Look-ups: how one order stands, its executions first.
 *
 * Invariant: `OrderFound` counts exactly what was offered before it. Where order and executions do
 * not agree (one of the two is older), or the order ended or got other terms meanwhile, it is no
 * answer, and the core asks again. `OrderNotFound` is said only of an order that the venue has never
 * numbered for us. The terms that it shows are told: the stream's later word on them is passed over.
 * @module
 */
import type { LookupOrder } from "../../../../core/command.ts";
import type { BrokerPayloads } from "../../../../core/event.ts";
import { type Micros, qty } from "../../../../core/numbers.ts";
import type { Account } from "./account.ts";
import {
  type BinanceOrder,
  type BinanceTrade,
  parseOrder,
  parseTrades,
  statusOf,
} from "./payloads.ts";
import type { Listed } from "../shared_account.ts";
import { toFailure } from "../error_classes.ts";
import type { Endings } from "./endings.ts";
import { establishForgotten } from "./forgotten.ts";
import { Fields, PayloadError } from "../payload.ts";
import { execIdOf } from "./executions.ts";
import { limitPxOf, qtyOf } from "../reporter.ts";
import type { CallResult } from "./rest.ts";
import { isFull, readSpan } from "./spans.ts";
import { isOutdated, noteTerms } from "./terms.ts";

type Asked = {
  readonly command: LookupOrder;
  readonly listed: Listed;
  /** When the look-up left. */
  readonly leftUs: Micros;
};

/** Answers the look-ups of one account. */
export class Lookups {
  readonly #account: Account;
  readonly #endings: Endings;
  readonly #propagationMs: number;
  readonly #resting: (symbol: string) => void;

  constructor(
    account: Account,
    also: {
      readonly endings: Endings;
      /** How long an order may not be found although it is there. */
      readonly propagationMs: number;
      /** An order of ours was found resting on this symbol. */
      readonly resting: (symbol: string) => void;
    },
  ) {
    this.#account = account;
    this.#endings = also.endings;
    this.#propagationMs = also.propagationMs;
    this.#resting = also.resting;
  }

  lookup(command: LookupOrder): void {
    const { host, rest, requests } = this.#account;
    const listed = this.#account.byId(command.instrument);
    if (command.dryRun === true) return host.answerDry(command);
    if (listed === undefined) {
      return this.#account.failed(command, { outcome: "notSent", text: "not listed yet" });
    }
    const asked = { command, listed, leftUs: host.nowUs() };
    rest.call(requests.lookup(command, listed.symbol), (result) => this.#found(asked, result));
  }

  #found(asked: Asked, result: CallResult): void {
    const { command } = asked;
    if (result.kind === "error" && result.error.outcome === "absent") return this.#absent(asked);
    this.#reading(command, result, (body) => {
      const order = parseOrder(Fields.of(body, ""));
      if (order.clientOrderId !== command.clOrdId) {
        throw new PayloadError(`Cannot use the answer: it must name ${command.clOrdId}`);
      }
      const { clOrdId: key } = command;
      const { side, symbol, orderId: venueOrderId } = order;
      const known = this.#account.orders.note({ key, symbol, side, venueOrderId });
      const isOpen = statusOf(order) === "open";
      if (isOpen && this.#account.orders.mayRest(known)) this.#resting(symbol);
      if (order.executedQty === "0") return this.#answer(asked, { order, trades: [] });
      this.#readTrades(asked, order);
    });
  }

  /** What the exchange has numbered was there: it may have ended, and been forgotten since. */
  #absent(asked: Asked): void {
    const { command, listed: { symbol, instrument } } = asked;
    const { request, order, venueOrderId } = command;
    if (venueOrderId === null) {
      const said = { instrument, timeMs: null };
      return this.#account.reporter.say("OrderNotFound", { request, order }, said);
    }
    establishForgotten(this.#account, { symbol, orderId: venueOrderId }, {
      propagationMs: this.#propagationMs,
      done: (found) => {
        switch (found.kind) {
          case "ended":
            return this.#forgotten(asked, found.trades);
          case "there":
            return this.#there(asked, found.result);
          case "unclear":
            return this.#account.failed(command, { outcome: "unknown", text: found.text });
        }
      },
    });
  }

  /** By its number, perhaps under another key of its own: USD-M keeps the first when it amends. */
  #there(asked: Asked, result: CallResult): void {
    const { command } = asked;
    this.#reading(command, result, (body) => {
      const { clientOrderId: key } = parseOrder(Fields.of(body, ""));
      if (this.#account.orderOf(key) !== command.order) {
        throw new PayloadError(
          `Cannot use the answer: it must name order ${command.order}: was ${key}`,
        );
      }
      this.#found({ ...asked, command: { ...command, clOrdId: key } }, result);
    });
  }

  #forgotten({ command, listed }: Asked, trades: readonly BinanceTrade[]): void {
    const { instrument } = listed;
    const ref = this.#account.refOf(command, command.venueOrderId);
    let executed = 0;
    for (const trade of trades) {
      executed += qtyOf(trade.qty, instrument);
      this.#account.execute(trade, { instrument, ref });
    }
    this.#endings.forget(command.clOrdId);
    this.#account.reporter.say("OrderFound", {
      ...ref,
      request: command.request,
      status: "cancelled",
      orderQty: qty(executed), // what it was is forgotten too
      cumQty: qty(executed),
      price: null,
    }, { instrument, timeMs: null });
  }

  #readTrades(asked: Asked, order: BinanceOrder): void {
    const { rest, requests } = this.#account;
    const { command, listed: { symbol } } = asked;
    rest.call(requests.tradesOf({ symbol, orderId: order.orderId }), (result) => {
      this.#reading(command, result, (body) => {
        const trades = parseTrades(body);
        if (isFull(trades) || this.#mayBeOlder(asked, { order, trades })) {
          return this.#readAllTrades(asked, order);
        }
        this.#answer(asked, { order, trades });
      });
    });
  }

  /** Without a time USD-M gives executions of the last seven days, and an order may rest for longer. */
  #mayBeOlder(
    { listed: { instrument } }: Asked,
    of: { readonly order: BinanceOrder; readonly trades: readonly BinanceTrade[] },
  ): boolean {
    const { order, trades } = of;
    if (this.#account.requests.product === "spot" || order.createdMs === null) return false;
    const executed = trades.reduce((sum, trade) => sum + qtyOf(trade.qty, instrument), 0);
    return executed < qtyOf(order.executedQty, instrument);
  }

  /** More than the venue gives at once are asked for by the time of the order's life. */
  #readAllTrades(asked: Asked, order: BinanceOrder): void {
    const { createdMs, updatedMs, orderId } = order;
    if (createdMs === null) {
      throw new PayloadError(`Cannot use the answer: it must say when ${orderId} was placed`);
    }
    const { rest, requests } = this.#account;
    const { command, listed: { symbol } } = asked;
    const found = new Map<string, BinanceTrade>();
    readSpan({
      fromMs: createdMs,
      toMs: updatedMs,
      product: requests.product,
      read: (span, use) => {
        rest.call(requests.tradesBetween(symbol, span), (result) => {
          this.#reading(command, result, (body) => {
            const trades = parseTrades(body);
            for (const trade of trades) {
              if (trade.orderId === orderId) found.set(execIdOf(trade), trade);
            }
            use(trades);
          });
        });
      },
      done: () => this.#answer(asked, { order, trades: [...found.values()] }),
    });
  }

  /** Runs what reads a body; anything else that came is no answer. */
  #reading(command: LookupOrder, result: CallResult, read: (body: unknown) => void): void {
    const text = "the exchange answered, and not with the order";
    switch (result.kind) {
      case "error":
        return this.#account.failed(command, toFailure(result.error));
      case "failed":
        return this.#account.failed(command, { outcome: "unknown", text: result.error.message });
      case "dryRun":
        return this.#account.failed(command, { outcome: "unknown", text });
      case "ok":
        break;
    }
    const problem = this.#account.reading(() => read(result.body));
    if (problem !== undefined) this.#account.failed(command, { outcome: "unknown", text });
  }

  #answer(
    asked: Asked,
    of: { readonly order: BinanceOrder; readonly trades: readonly BinanceTrade[] },
  ): void {
    const { command, listed } = asked;
    const { order, trades } = of;
    const { instrument } = listed;
    const ref = this.#account.refOf(command, order.orderId);
    const found: BrokerPayloads["OrderFound"] = {
      ...ref,
      request: command.request,
      status: statusOf(order),
      orderQty: qtyOf(order.origQty, instrument),
      cumQty: qtyOf(order.executedQty, instrument),
      price: limitPxOf(order.price, instrument),
    };
    let executed = 0;
    for (const trade of trades) {
      executed += qtyOf(trade.qty, instrument);
      this.#account.execute(trade, { instrument, ref });
    }
    if (executed !== found.cumQty) {
      const text = `its executions come to ${executed}, the order says ${found.cumQty}`;
      return this.#account.failed(command, { outcome: "unknown", text });
    }
    const outdated = this.#outdated(asked, order);
    if (outdated !== undefined) {
      return this.#account.failed(command, { outcome: "unknown", text: outdated });
    }
    const known = this.#account.orders.get(command.clOrdId);
    if (found.status !== "open") this.#endings.forget(command.clOrdId);
    if (known !== undefined) noteTerms(known, order, this.#account.host.nowUs());
    const timeMs = order.updatedMs === 0 ? null : order.updatedMs;
    this.#account.reporter.say("OrderFound", found, { instrument, timeMs });
  }

  /** Says what has been told since an order was read that rested then; else undefined. */
  #outdated({ command, leftUs }: Asked, order: BinanceOrder): string | undefined {
    const known = this.#account.orders.get(command.clOrdId);
    if (known === undefined || statusOf(order) !== "open") return undefined;
    // The exchange does not revive orders: this was read before the end that it has told since.
    if (known.isOver) return "older than the order's end";
    const propagationMs = this.#propagationMs;
    return isOutdated(order, { order: known, leftUs, propagationMs })
      ? "older than the terms that were told"
      : undefined;
  }
}
