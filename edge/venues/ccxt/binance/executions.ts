/**
 * An execution that Binance told, as the core is told of it.
 * @module
 */
import type { BrokerPayloads, OrderRef } from "../../../../core/event.ts";
import type { Instrument } from "../../../../core/instrument.ts";
import { pxOf, qtyOf } from "../reporter.ts";
import type { BinanceTrade } from "./payloads.ts";

/** Returns the payload of an execution. @throws {PayloadError} If a figure is finer than its quantum. */
export function executionOf(
  trade: BinanceTrade,
  of: { readonly instrument: Instrument; readonly ref: OrderRef },
): BrokerPayloads["OrderExecuted"] {
  const { instrument, ref } = of;
  return {
    ...ref,
    execId: execIdOf(trade),
    lastQty: qtyOf(trade.qty, instrument),
    lastPx: pxOf(trade.price, instrument),
    liquidity: trade.isMaker ? "Maker" : "Taker",
    commission: trade.commission,
    commissionCurrency: trade.commissionAsset === "" ? instrument.quote : trade.commissionAsset,
    provisional: false,
    side: trade.side,
  };
}

/**
 * Returns the name of an execution, unique at the venue: its trade, and our side of it, since a
 * trade of the account with itself is one number and two executions.
 */
export function execIdOf({ symbol, tradeId, side }: BinanceTrade): string {
  return `${symbol}-${tradeId}-${side === "Buy" ? "B" : "S"}`;
}
