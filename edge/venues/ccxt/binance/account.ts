/**
 * What the parts of one adapter share: the daemon's end, requests, reports, the instruments by the
 * venue's names, and the orders seen.
 * @module
 */
import { ClOrdIds, type OrderCommand } from "../../../../core/command.ts";
import type { OrderRef } from "../../../../core/event.ts";
import { type Instrument, instrumentAt } from "../../../../core/instrument.ts";
import type { InstrumentId, OrderId } from "../../../../core/numbers.ts";
import type { Timers } from "../../../ports.ts";
import type { VenueHost } from "../../../venue.ts";
import { PayloadError } from "../payload.ts";
import type { BinanceTrade } from "./payloads.ts";
import type { BinanceRequests, Listed } from "./requests.ts";
import { KnownOrders } from "./known_orders.ts";
import { executionOf } from "./executions.ts";
import { qtyOf, type Reporter } from "../reporter.ts";
import type { Failure } from "../error_classes.ts";
import type { Rest } from "./rest.ts";

export type AccountParts = {
  readonly host: VenueHost;
  readonly timers: Timers;
  readonly rest: Rest;
  readonly requests: BinanceRequests;
  readonly reporter: Reporter;
  /** As the venue lists them, with its own names. */
  readonly listed: readonly Listed[];
};

/** One account, as one connection to its exchange sees it. */
export class Account {
  readonly host: VenueHost;
  readonly timers: Timers;
  readonly rest: Rest;
  readonly requests: BinanceRequests;
  readonly reporter: Reporter;
  readonly orders = new KnownOrders((key) => this.isOurs(key));
  readonly listed: readonly Listed[];
  readonly #bySymbol: ReadonlyMap<string, Listed>;
  readonly #keys = new ClOrdIds();

  constructor(parts: AccountParts) {
    this.host = parts.host;
    this.timers = parts.timers;
    this.rest = parts.rest;
    this.requests = parts.requests;
    this.reporter = parts.reporter;
    this.listed = parts.listed;
    this.#bySymbol = new Map(parts.listed.map((one) => [one.symbol, one]));
    this.#keys.prefix = parts.host.clOrdIdPrefix;
  }

  /** Returns the instrument that the venue names so, if it is configured. */
  bySymbol(symbol: string): Listed | undefined {
    return this.#bySymbol.get(symbol);
  }

  /** Returns the venue's name of an instrument. */
  byId(id: InstrumentId): Listed | undefined {
    return this.listed.find(({ instrument }) => instrument.id === id);
  }

  /** True if the key was made by this journal. */
  isOurs(key: string | null): key is string {
    return key !== null && key.startsWith(`${this.#keys.prefix}-`);
  }

  /** The order whose key it is, in any version; undefined: it is none of ours. */
  orderOf(key: string): OrderId | undefined {
    return this.#keys.parse(key)?.order;
  }

  /** How the answer to a command names its order. */
  refOf(command: OrderCommand, venueOrderId: string | null): OrderRef {
    return { order: command.order, clOrdId: command.clOrdId, venueOrderId };
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

  /**
   * Reads an answer with `read`.
   * @returns Why it could not be read, which the log then has too; undefined if it could.
   */
  reading(read: () => void): string | undefined {
    try {
      read();
      return undefined;
    } catch (error) {
      if (!(error instanceof PayloadError)) throw error;
      this.host.log("warning", "answer_not_understood", { reason: error.message });
      return error.message;
    }
  }

  /** Reports that a request came to no answer. */
  failed({ request, order, instrument: id }: OrderCommand, failure: Failure): void {
    const instrument = instrumentAt(this.host.instruments, id) ?? null;
    const said = { instrument, timeMs: null };
    this.reporter.say("RequestFailed", { request, order, ...failure }, said);
  }
}
