/**
 * A plain order to place, for tests.
 * @module
 */
import type { PlaceOrder } from "../../core/intent.ts";
import { micros } from "../../core/numbers.ts";

const PLACE: PlaceOrder = {
  action: "Place",
  intentId: "a",
  sentUs: micros(0),
  tag: null,
  instrument: "paper:BTC/USDT",
  side: "Buy",
  orderQty: "1",
  price: "100",
  ordType: "Limit",
  timeInForce: "GTC",
  expireUs: null,
  postOnly: false,
  reduceOnly: false,
  ttlMs: 0,
  validateOnly: false,
  params: null,
};

/** Returns a limit order to buy 1 at 100, changed as given. */
export function placeOrder(changes: Partial<PlaceOrder> = {}): PlaceOrder {
  return { ...PLACE, ...changes };
}
