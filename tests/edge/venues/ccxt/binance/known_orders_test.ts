/**
 * Which orders an adapter may act on from memory, what they have executed, and which it forgets. Proves
 * R-EXEC-6 (the switch and the last cancel concern what is ours).
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { KnownOrders } from "../../../../../edge/venues/ccxt/binance/known_orders.ts";

const KNOWN_MAX = 50_000;

function known(): KnownOrders {
  return new KnownOrders((key) => key.startsWith("ours-"));
}

function note(orders: KnownOrders, key: string): ReturnType<KnownOrders["note"]> {
  return orders.note({ key, symbol: "BTCUSDT", side: "Buy", venueOrderId: `9${key}` });
}

Deno.test("live() gives what is ours and may rest", () => {
  const orders = known();
  for (const key of ["ours-1", "theirs-1", "ours-2", "ours-3"]) note(orders, key);
  note(orders, "ours-2").isOver = true;
  note(orders, "ours-3").isGone = true;
  deepStrictEqual(orders.live().map(({ key }) => key), ["ours-1"]);
});

Deno.test("keyOf() takes no order for the one of the same number on another symbol", () => {
  const orders = known();
  const forced = { key: "adl_autoclose", side: "Sell" } as const; // one key for all of them
  note(orders, "ours-1");
  orders.note({ ...forced, symbol: "BTCUSDT", venueOrderId: "5" });
  orders.note({ ...forced, symbol: "ETHUSDT", venueOrderId: "9ours-1" });
  strictEqual(orders.keyOf({ symbol: "BTCUSDT", orderId: "9ours-1" }), "ours-1");
  strictEqual(orders.keyOf({ symbol: "ETHUSDT", orderId: "9ours-1" }), "adl_autoclose");
});

Deno.test("note() forgets the oldest that cannot rest, and never one of ours that may", () => {
  const orders = known();
  note(orders, "ours-resting");
  for (let at = 0; at < KNOWN_MAX; at++) note(orders, `theirs-${at}`);
  ok(orders.get("ours-resting") !== undefined);
  deepStrictEqual(orders.live().map(({ key }) => key), ["ours-resting"]);
  strictEqual(orders.get("theirs-0"), undefined);
  strictEqual(orders.keyOf({ symbol: "BTCUSDT", orderId: "9theirs-0" }), undefined);
  ok(orders.get("theirs-1") !== undefined);
});

Deno.test("count() counts an execution once, however often it is told", () => {
  const orders = known();
  const order = note(orders, "ours-1");
  for (const id of ["1", "1", "2", "1"]) orders.count("ours-1", { id, qty: 5 });
  strictEqual(order.executed, 10);
});
