/**
 * Look-ups: how one order stands, its executions first.
 *
 * Invariant: `OrderFound` counts exactly what was offered before it. Where order and executions do
 * not agree (one of the two is older), or the order ended meanwhile, it is no answer, and the core
 * asks again.
 * @module
 */
import type { LookupOrder } from "../../../../core/command.ts";
import type { BrokerPayloads } from "../../../../core/event.ts";
import type { Account } from "./account.ts";
import {
  type BinanceOrder,
  type BinanceTrade,
  parseOrder,
  parseTrades,
  statusOf,
} from "./payloads.ts";
import type { Listed } from "./requests.ts";
import { toFailure } from "./ladder.ts";
import type { Endings } from "./endings.ts";
import { Fields, PayloadError } from "../payload.ts";
import { execIdOf, limitPxOf, qtyOf } from "./reports.ts";
import type { CallResult } from "./rest.ts";
import { isFull, readSpan } from "./spans.ts";

type Asked = { readonly command: LookupOrder; readonly listed: Listed };

/** Answers the look-ups of one account. */
export class Lookups {
  readonly #account: Account;
  readonly #endings: Endings;

  constructor(account: Account, endings: Endings) {
    this.#account = account;
    this.#endings = endings;
  }

  lookup(command: LookupOrder): void {
    const { host, rest, requests } = this.#account;
    const listed = this.#account.byId(command.instrument);
    if (command.dryRun === true) return host.answerDry(command);
    if (listed === undefined) {
      return this.#account.failed(command, { outcome: "notSent", text: "not listed yet" });
    }
    const asked = { command, listed };
    rest.call(requests.lookup(command, listed.symbol), (result) => this.#found(asked, result));
  }

  #found(asked: Asked, result: CallResult): void {
    const { command, listed } = asked;
    if (result.kind === "error" && result.error.outcome === "absent") {
      const { request, order } = command;
      const said = { instrument: listed.instrument, timeMs: null };
      return this.#account.reporter.say("OrderNotFound", { request, order }, said);
    }
    this.#reading(command, result, (body) => {
      const order = parseOrder(Fields.of(body, ""));
      if (order.clientOrderId !== command.clOrdId) {
        throw new PayloadError(`Cannot use the answer: it must name ${command.clOrdId}`);
      }
      const { clOrdId: key } = command;
      const { side, symbol, orderId: venueOrderId } = order;
      this.#account.orders.note({ key, symbol, side, venueOrderId });
      if (order.executedQty === "0") return this.#answer(asked, { order, trades: [] });
      this.#readTrades(asked, order);
    });
  }

  #readTrades(asked: Asked, order: BinanceOrder): void {
    const { rest, requests } = this.#account;
    const { command, listed: { symbol } } = asked;
    rest.call(requests.tradesOf({ symbol, orderId: order.orderId }), (result) => {
      this.#reading(command, result, (body) => {
        const trades = parseTrades(body);
        if (isFull(trades)) this.#readAllTrades(asked, order);
        else this.#answer(asked, { order, trades });
      });
    });
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
    try {
      read(result.body);
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      this.#account.host.log("warning", "answer_not_understood", { reason: error.message });
      this.#account.failed(command, { outcome: "unknown", text });
    }
  }

  #answer(
    { command, listed }: Asked,
    of: { readonly order: BinanceOrder; readonly trades: readonly BinanceTrade[] },
  ): void {
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
    if (found.status === "open" && this.#account.orders.get(command.clOrdId)?.isOver === true) {
      // The exchange does not revive orders: this was read before the end that it has told since.
      return this.#account.failed(command, {
        outcome: "unknown",
        text: "older than the order's end",
      });
    }
    if (found.status !== "open") this.#endings.forget(command.clOrdId);
    const timeMs = order.updatedMs === 0 ? null : order.updatedMs;
    this.#account.reporter.say("OrderFound", found, { instrument, timeMs });
  }
}
