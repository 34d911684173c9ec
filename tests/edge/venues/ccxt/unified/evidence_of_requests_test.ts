/**
 * What is seen of an exchange, by what its library makes of an order: each way to lose a word.
 *
 * Proves: R-VENUE-2, R-EXEC-1 for experimental exchanges.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { UnifiedExchange } from "../../../../../edge/venues/ccxt/unified/exchange.ts";
import { seen } from "./call_bench.ts";

type Params = Readonly<Record<string, string | boolean>>;
type Spelling = (order: Params, params: Params) => Params;

/** An exchange object of our own, whose requests are what `spelling` makes of an order. */
function shop(
  spelling: Spelling,
  more: { readonly has?: readonly string[]; readonly cancel?: () => Promise<unknown> } = {},
): UnifiedExchange {
  const names = ["createOrder", "cancelOrder", "fetchOrder", "fetchOpenOrders", "fetchMyTrades"];
  const post = (path: string, body: object): Promise<unknown> => {
    const request = { method: "POST", body: JSON.stringify(body) };
    return exchange.fetchImplementation(`http://shop.test/${path}`, request);
  };
  const made = {
    id: "shop",
    has: Object.fromEntries((more.has ?? names).map((name) => [name, true])),
    ...{ milliseconds: () => 1, seconds: () => 1, microseconds: () => 1, nonce: () => 1 },
    createOrder(
      ...[symbol, type, side, amount, price, params]: Parameters<UnifiedExchange["createOrder"]>
    ): Promise<unknown> {
      return post("order", spelling({ symbol, type, side, amount, price }, params));
    },
    cancelOrder: more.cancel ?? ((id: string) => post("cancel", { id })),
  };
  const exchange = made as unknown as UnifiedExchange;
  return exchange;
}

/** What a good library makes of it. */
const known: Spelling = (order, { clientOrderId = "", timeInForce = "GTC", postOnly = false }) => ({
  ...order,
  ...{ cid: clientOrderId, tif: timeInForce, post: postOnly },
});

let draws = 0;
/** What a library makes of an order, and what is seen of it; undefined: nothing is traded. */
const SPELLINGS: readonly (readonly [string, Spelling, string | undefined])[] = [
  ["spells all of it in its own words", known, "GTC IOC FOK post"],
  ["passes on all of it", (order, params) => ({ ...order, ...params }), undefined],
  ["does not send the key", (order) => order, undefined],
  ["passes on the key", (order, params) => {
    const { timeInForce = "GTC", postOnly = false, ...rest } = params;
    return { ...order, ...rest, tif: timeInForce, post: postOnly };
  }, undefined],
  ["passes on times in force", (order, { clientOrderId = "", postOnly = false, ...rest }) => ({
    ...order,
    ...{ cid: clientOrderId, post: postOnly },
    ...rest,
  }), "GTC post"],
  ["passes on post-only", (order, { clientOrderId = "", timeInForce = "GTC", ...rest }) => ({
    ...order,
    ...{ cid: clientOrderId, tif: timeInForce },
    ...rest,
  }), "GTC IOC FOK"],
  ["has one word for FOK and IOC", (order, params) => {
    const { timeInForce = "GTC" } = params;
    return known(order, { ...params, timeInForce: timeInForce === "FOK" ? "IOC" : timeInForce });
  }, "GTC IOC post"],
  ["has one word for IOC and post-only", (order, { postOnly, ...params }) => {
    return known(order, { ...params, ...(postOnly === true ? { timeInForce: "IOC" } : {}) });
  }, "GTC IOC FOK"],
  [
    "drops times in force",
    (order, { timeInForce: _, ...params }) => known(order, params),
    "GTC post",
  ],
  ["drops post-only", (order, { postOnly: _, ...params }) => known(order, params), "GTC IOC FOK"],
  ["has another word in each request", (order, params) => {
    draws += 1;
    return { ...known(order, params), nonce: `n${draws}` };
  }, undefined],
  ["does not tell a sale from a purchase", ({ side: _, ...order }, params) => {
    return known(order, params);
  }, undefined],
  ["rounds the price", (order, params) => known({ ...order, price: "10.01" }, params), undefined],
  ["throws at IOC", (order, params) => {
    if (params["timeInForce"] === "IOC") throw new Error("not supported");
    return known(order, params);
  }, "GTC FOK post"],
];
for (const [what, spelling, sight] of SPELLINGS) {
  Deno.test(`seek() sees ${sight ?? "nothing"} of a library that ${what}`, async () => {
    const { evidence, bench } = await seen(shop(spelling), () => "refused");
    deepStrictEqual(bench.requests, []);
    if (sight === undefined) return ok(!evidence.ok && evidence.reason.includes("shop"));
    ok(evidence.ok);
    const { timeInForce = [], postOnly } = evidence.capabilities;
    strictEqual([...timeInForce, ...(postOnly === true ? ["post"] : [])].join(" "), sight);
  });
}

Deno.test("seek() sees nothing where an order's fate cannot be known, and says what is missing", async () => {
  const { evidence } = await seen(
    shop(known, { has: ["createOrder", "fetchOrder"] }),
    () => "lost",
  );
  ok(!evidence.ok);
  match(
    evidence.reason,
    /on shop over CCXT: CCXT has no cancelOrder, fetchOpenOrders, fetchMyTrades/,
  );
});

Deno.test("seek() ends where a method never does, and where a cancel names no order", async () => {
  const never = shop(known, { cancel: () => new Promise<never>(() => {}) });
  const { evidence } = await seen(never, () => "refused");
  ok(!evidence.ok);
  match(evidence.reason, /a cancel: .*it took too long/);
  const nameless: UnifiedExchange = shop(known, {
    cancel: () => nameless.fetchImplementation("http://shop.test/all", { method: "DELETE" }),
  });
  const { evidence: other, bench } = await seen(nameless, () => "refused");
  ok(!other.ok);
  match(other.reason, /a cancel: .*does not name the order/);
  deepStrictEqual(bench.requests, []);
});
