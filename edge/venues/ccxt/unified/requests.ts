/**
 * How a new order is asked of the library, and what its request must hold.
 * @module
 */
import type { Side, TimeInForce } from "../../../../core/instrument.ts";
import type { Method } from "./calls.ts";
import type { Figures } from "./figures.ts";
import type { Listed } from "./markets.ts";

/** A limit order, decimals canonical. */
export type PlainOrder = {
  readonly side: Side;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly quantity: string;
  readonly price: string;
};

/** Returns what places an order under a key, as the venue is told it. */
export function placing(
  order: PlainOrder,
  { listed: { symbol }, key }: { readonly listed: Listed; readonly key: string },
): { readonly figures: Figures; readonly method: Method } {
  const { side, timeInForce, postOnly, quantity, price } = order;
  const params = {
    clientOrderId: key,
    ...(timeInForce === "GTC" ? {} : { timeInForce }), // what a limit order is everywhere
    ...(postOnly ? { postOnly } : {}),
  };
  const decimals = [{ name: "the quantity", value: quantity }, { name: "the price", value: price }];
  const way = side === "Buy" ? "buy" : "sell";
  return {
    figures: { key, decimals },
    method: (exchange) => exchange.createOrder(symbol, "limit", way, quantity, price, params),
  };
}
