/**
 * What the parts of this adapter share besides: requests, the instruments by the venue's names, and the
 * orders seen.
 * @module
 */
import { ClOrdIds } from "../../../../core/command.ts";
import type { OrderRef } from "../../../../core/event.ts";
import type { Instrument } from "../../../../core/instrument.ts";
import type { OrderId } from "../../../../core/numbers.ts";
import type { BinanceTrade } from "./payloads.ts";
import type { BinanceRequests } from "./requests.ts";
import { KnownOrders } from "./known_orders.ts";
import { executionOf } from "./executions.ts";
import { qtyOf } from "../reporter.ts";
import { type Listed, SharedAccount, type SharedParts } from "../shared_account.ts";
import type { Rest } from "./rest.ts";

/** What it is made of. */
export type AccountParts = SharedParts & {
  readonly rest: Rest;
  readonly requests: BinanceRequests;
};

/** One account, as one connection to its exchange sees it. */
export class Account extends SharedAccount {
  readonly rest: Rest;
  readonly requests: BinanceRequests;
  readonly orders = new KnownOrders((key) => this.isOurs(key));
  readonly #bySymbol: ReadonlyMap<string, Listed>;
  readonly #keys = new ClOrdIds();

  constructor(parts: AccountParts) {
    super(parts);
    this.rest = parts.rest;
    this.requests = parts.requests;
    this.#bySymbol = new Map(parts.listed.map((one) => [one.symbol, one]));
    this.#keys.prefix = parts.host.clOrdIdPrefix;
  }

  /** Returns the instrument that the venue names so, if it is configured. */
  bySymbol(symbol: string): Listed | undefined {
    return this.#bySymbol.get(symbol);
  }

  /** The order whose key it is, in any version; undefined: it is none of ours. */
  orderOf(key: string): OrderId | undefined {
    return this.#keys.parse(key)?.order;
  }

  /**
   * Offers an execution under the key of its order, if that is known.
   * @throws {PayloadError} If a figure is finer than its quantum.
   */
  execute(
    trade: BinanceTrade,
    of: { readonly instrument: Instrument; readonly ref: OrderRef },
  ): void {
    const payload = executionOf(trade, of);
    if (of.ref.clOrdId !== null) {
      const seen = { key: of.ref.clOrdId, symbol: trade.symbol, side: trade.side };
      this.orders.note({ ...seen, venueOrderId: trade.orderId });
      this.orders.count(of.ref.clOrdId, {
        id: trade.tradeId,
        qty: qtyOf(trade.qty, of.instrument),
      });
    }
    const { instrument } = of;
    this.reporter.say("OrderExecuted", payload, { instrument, timeMs: trade.timeMs });
  }
}
