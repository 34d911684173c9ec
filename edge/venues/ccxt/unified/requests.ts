/**
 * How a new order is asked of the library, and what its request must hold.
 * @module
 */
import type { Side, TimeInForce } from "../../../../core/instrument.ts";
import type { Method } from "./calls.ts";
import type { Figures } from "./figures.ts";
import type { Listed } from "../shared_account.ts";

/** A limit order, decimals canonical. */
export type PlainOrder = {
  readonly side: Side;
  readonly timeInForce: TimeInForce;
  readonly postOnly: boolean;
  readonly quantity: string;
  readonly price: string;
};

/** Parameters of an order that the library is given by name. */
export type ParamName = "clientOrderId" | "timeInForce" | "postOnly";

/** Returns what places an order under a key, as the venue is told it. `misnamed`: that
 * parameter goes under a word that no library knows. */
export function placing(
  order: PlainOrder,
  { listed: { symbol }, key, misnamed }: {
    readonly listed: Listed;
    readonly key: string;
    readonly misnamed?: ParamName;
  },
): { readonly figures: Figures; readonly method: Method } {
  const { side, timeInForce, postOnly, quantity, price } = order;
  const nameOf = (name: ParamName): string => name === misnamed ? misnamedAs(name) : name;
  const params = {
    [nameOf("clientOrderId")]: key,
    ...(timeInForce === "GTC" ? {} : { [nameOf("timeInForce")]: timeInForce }), // else as everywhere
    ...(postOnly ? { [nameOf("postOnly")]: postOnly } : {}),
  };
  const decimals = [{ name: "the quantity", value: quantity }, { name: "the price", value: price }];
  const way = side === "Buy" ? "buy" : "sell";
  return {
    figures: { key, decimals },
    method: (exchange) => exchange.createOrder(symbol, "limit", way, quantity, price, params),
  };
}

/** Returns a word that no library knows. Its place in a sorted list is that of the name. */
export function misnamedAs(name: ParamName): string {
  return `${name}x`;
}
