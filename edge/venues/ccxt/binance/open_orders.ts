/**
 * Open orders as the exchange lists them, as rows of an answer to a reconciliation.
 *
 * An order of somebody else that is no count of our quanta is passed over, and alarmed about once a
 * symbol: it would only be shown, and must hold up no comparison. One of ours is refused, and so is
 * one that has its number only, since it may be ours.
 * @module
 */
import type { OpenOrder } from "../../../../core/event.ts";
import type { Account } from "./account.ts";
import type { BinanceOrder } from "./payloads.ts";
import type { Listed } from "../shared_account.ts";
import { limitPxOf, qtyOf, QuantumError } from "../reporter.ts";

/** Rows of one account. */
export class OpenOrders {
  readonly #account: Account;
  /** Symbols with an order that was passed over: quanta stay as they are. */
  readonly #alarmed = new Set<string>();

  constructor(account: Account) {
    this.#account = account;
  }

  /**
   * Returns the row of an order; undefined: it is passed over.
   * @throws {PayloadError} If a figure of an order that may be ours is finer than its quantum.
   */
  rowOf(order: BinanceOrder, listed: Listed): OpenOrder | undefined {
    try {
      return openOrderOf(order, listed);
    } catch (error) {
      if (!(error instanceof QuantumError) || this.#mayBeOurs(order)) throw error;
      this.#passOver(order, error);
      return undefined;
    }
  }

  #mayBeOurs({ clientOrderId: key }: BinanceOrder): boolean {
    return key === "" || this.#account.isOurs(key);
  }

  #passOver({ symbol, orderId }: BinanceOrder, { message }: QuantumError): void {
    if (this.#alarmed.has(symbol)) return;
    this.#alarmed.add(symbol);
    this.#account.host.log("alarm", "market_changed", {
      reason: `${message}; order ${orderId} is not ours and is not shown, nor are others like it`,
    });
  }
}

function openOrderOf(order: BinanceOrder, { instrument }: Listed): OpenOrder {
  return {
    clOrdId: order.clientOrderId === "" ? null : order.clientOrderId,
    venueOrderId: order.orderId,
    instrument: instrument.id,
    side: order.side,
    orderQty: qtyOf(order.origQty, instrument),
    cumQty: qtyOf(order.executedQty, instrument),
    price: limitPxOf(order.price, instrument),
  };
}
