/**
 * The prices at which our own orders may trade. Proves R-CORE-7 (self-match).
 * @module
 */
import { ok, strictEqual } from "node:assert/strict";
import { px } from "../../../core/numbers.ts";
import { OwnOrders } from "../../../core/risk/own_orders.ts";

Deno.test("OwnOrders.remove() forgets one order of a level, and the level with its last", () => {
  const own = new OwnOrders("spot");
  own.add("Sell", px(100));
  own.add("Sell", px(100));
  own.add("Sell", px(105));
  own.remove("Sell", px(100));
  strictEqual(own.bestOf("Sell"), 100);
  own.remove("Sell", px(100));
  strictEqual(own.bestOf("Sell"), 105);
  own.remove("Sell", px(105));
  strictEqual(own.bestOf("Sell"), undefined);
  ok(!own.meets("Buy", px(200)));
});

Deno.test("OwnOrders.meets() anything while an order without a price is there", () => {
  const own = new OwnOrders("spot");
  own.add("Buy", null);
  ok(own.meets("Sell", px(999)));
  ok(!own.meets("Buy", px(999)));
  own.remove("Buy", null);
  ok(!own.meets("Sell", px(1)));
});

Deno.test("OwnOrders.meets() by odds: a back takes higher ones, a lay lower ones", () => {
  const own = new OwnOrders("betting");
  own.add("Sell", px(300));
  own.add("Sell", px(320));
  own.add("Buy", px(250));
  own.add("Buy", px(240));
  strictEqual(own.bestOf("Sell"), 320, "who lays at 3.20 gives the most");
  strictEqual(own.bestOf("Buy"), 240, "who backs at 2.40 asks the least");
  ok(own.meets("Buy", px(320)));
  ok(!own.meets("Buy", px(321)));
  ok(own.meets("Sell", px(240)));
  ok(!own.meets("Sell", px(239)));
});

Deno.test("OwnOrders.clear() forgets orders with and without a price", () => {
  const own = new OwnOrders("spot");
  for (const side of ["Buy", "Sell"] as const) {
    own.add(side, px(100));
    own.add(side, null);
  }
  own.clear();
  for (const side of ["Buy", "Sell"] as const) {
    strictEqual(own.bestOf(side), undefined);
    ok(!own.meets(side, null));
  }
});

Deno.test("OwnOrders.meets() at the furthest prices that count", () => {
  const far = Number.MAX_SAFE_INTEGER;
  const own = new OwnOrders("spot");
  for (const price of [far, 100]) own.add("Sell", px(price));
  for (const price of [-far, 100]) own.add("Buy", px(price));
  for (const side of ["Buy", "Sell"] as const) own.remove(side, px(100));
  strictEqual(own.bestOf("Sell"), far);
  strictEqual(own.bestOf("Buy"), -far);
  ok(!own.meets("Buy", px(far - 1)));
  ok(!own.meets("Sell", px(1 - far)));
});
