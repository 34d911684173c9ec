/**
 * Look-ups beside replaces: which answer says something of which of them.
 * Proves R-EXEC-3 as far as it concerns the engine.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { type ExecutionReport, px, qty, requestId } from "../../../core/mod.ts";
import { brief, ref, type World } from "../../support/engine_world.ts";
import { placed } from "../../support/venue_words.ts";

/**
 * An order at 100 that was replaced to 101 while a look-up was under way, and whose replace back to 100
 * is in doubt; with the two look-ups.
 */
function replacedToAndFro(): { readonly w: World; readonly old: number; readonly newest: number } {
  const w = placed();
  w.accept();
  w.cancel("c1", "a1");
  w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_REJECTED", text: "no" });
  const { kind, request: old } = w.lastCommand();
  strictEqual(kind, "Lookup");
  w.replace("r1", { orig: "a1", qty: "10", price: "101" });
  w.broker("OrderReplaced", { ...ref(1), orderQty: qty(10_000), price: px(10_100) });
  w.replace("r2", { orig: "a1", qty: "10", price: "100" });
  w.failed("unknown");
  return { w, old, newest: w.lastCommand().request };
}

/** The venue answers a look-up: the order is open at this price. */
function foundAt(
  w: World,
  of: { readonly request: number; readonly price: number; readonly venueOrderId?: string },
): readonly ExecutionReport[] {
  const { request, price, venueOrderId = "v1" } = of;
  const terms = {
    status: "open",
    orderQty: qty(10_000),
    cumQty: qty(0),
    price: px(price),
  } as const;
  return w.broker("OrderFound", { ...ref(1), ...terms, venueOrderId, request: requestId(request) });
}

Deno.test("apply() takes an outdated look-up for no proof that a newer replace was made", () => {
  const { w, old, newest } = replacedToAndFro();
  deepStrictEqual(foundAt(w, { request: old, price: 10_000 }), [], "what it shows was before r1");
  strictEqual(foundAt(w, { request: newest, price: 10_100 }).length, 0, "too early for a proof");
  w.wait(60_000).fire();
  const refused = foundAt(w, { request: w.lastCommand().request, price: 10_100 });
  deepStrictEqual(refused.map((r) => [r.execType, r.intentId, r.order?.price]), [
    ["ReplaceRejected", "r2", 10_100],
  ]);
});

Deno.test("apply() goes on asking about a replace in doubt after the answer to an outdated look-up", () => {
  const { w, old, newest } = replacedToAndFro();
  foundAt(w, { request: old, price: 10_000 });
  const replaced = foundAt(w, { request: newest, price: 10_000 });
  deepStrictEqual(replaced.map((r) => `${r.intentId} ${brief(r)}`), [
    "r2 Replaced/Accepted 0+10000 inferred",
  ]);
});

Deno.test("apply() learns no name of an order that has one from an outdated look-up", () => {
  const { w, old } = replacedToAndFro();
  w.broker("OrderReplaced", {
    ...{ order: null, clOrdId: "tl01234567-1-1", venueOrderId: "v2" },
    ...{ orderQty: qty(10_000), price: px(10_000) },
  });
  foundAt(w, { request: old, price: 10_000 });
  w.cancel("c2", "a1");
  strictEqual(w.lastCommand().venueOrderId, "v2");
});

Deno.test("apply() learns the name that a replaced order has from a look-up of its replace", () => {
  const { w, newest } = replacedToAndFro();
  foundAt(w, { request: newest, price: 10_000, venueOrderId: "v2" });
  w.cancel("c2", "a1");
  strictEqual(w.lastCommand().venueOrderId, "v2");
});

Deno.test("apply() restates nothing by a look-up beside which a replace is on its way", () => {
  const w = placed();
  w.accept();
  w.cancel("c1", "a1");
  w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_REJECTED", text: "no" });
  const { request } = w.lastCommand();
  w.replace("r1", { orig: "a1", qty: "10", price: "101" });
  deepStrictEqual(foundAt(w, { request, price: 10_100 }), []);
  const terms = { orderQty: qty(10_000), price: px(10_100) };
  deepStrictEqual(w.broker("OrderReplaced", { ...ref(1), ...terms }).map(brief), [
    "Replaced/Accepted 0+10000",
  ]);
});
