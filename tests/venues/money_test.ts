/**
 * The fakes' money: whatever happens, balances and positions follow from the trades the venue tells, exactly.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Draws } from "../support/draws.ts";
import { until } from "../support/temporary.ts";
import { VenueProcess } from "./control.ts";
import type { AuditReport, AuditTrade } from "./control_protocol.ts";
import { listenToUsdmUser, type Params, SignedClient } from "./signed_client.ts";
import { printUnits, times, units } from "./units.ts";

const SYMBOL = "BTCUSDT";

/** Trades at random, against a crowd, for a while; then cancels all. */
async function trade(
  venue: VenueProcess,
  of: { readonly path: string; readonly seed: number },
): Promise<void> {
  using client = new SignedClient(venue);
  const draws = new Draws(of.seed);
  for (let at = 0; at < 120; at++) {
    const side = draws.pick(["BUY", "SELL"] as const);
    const price = (50_000 + (side === "BUY" ? -1 : 1) * (draws.below(40) / 10 - 1)).toFixed(1);
    const quantity = (0.001 * (1 + draws.below(400))).toFixed(3);
    const common = { symbol: SYMBOL, side, quantity, newClientOrderId: `m-${at}` };
    const params: Params = draws.chance(30)
      ? { ...common, type: "MARKET" }
      : { ...common, type: "LIMIT", timeInForce: draws.pick(["GTC", "IOC", "FOK"]), price };
    await client.ask("POST", `${of.path}/order`, { params });
    if (draws.chance(20)) {
      const cancel = { symbol: SYMBOL, origClientOrderId: `m-${draws.below(at + 1)}` };
      await client.ask("DELETE", `${of.path}/order`, { params: cancel });
    }
  }
  const all = of.path.startsWith("/fapi") ? "/fapi/v1/allOpenOrders" : "/api/v3/openOrders";
  await client.ask("DELETE", all, { params: { symbol: SYMBOL } });
}

function filledByTrades({ trades, orders }: AuditReport): void {
  for (const order of orders) {
    const mine = trades.filter(({ orderId }) => orderId === order.orderId);
    const filled = mine.reduce((sum, { qty }) => sum + units(qty), 0n);
    strictEqual(printUnits(filled), order.filled, order.clientOrderId);
    ok(order.state !== "FILLED" || order.filled === order.qty);
  }
}

function signed({ side, qty }: AuditTrade): bigint {
  return side === "BUY" ? units(qty) : -units(qty);
}

for (const fees of [[], ["--bnb-fees"]]) {
  const how = fees.join() || "fees in what was received";
  Deno.test(`spot balances are what was there and what trades moved, exactly: ${how}`, () =>
    spotMoney(fees));
}

async function spotMoney(fees: readonly string[]): Promise<void> {
  const args = ["--speed", "2000", "--seed", "4", ...fees];
  await using venue = await VenueProcess.start("binance_spot", args);
  const before = await venue.audit();
  await trade(venue, { path: "/api/v3", seed: 4 });
  const after = await venue.audit();
  ok(after.trades.length > 30);
  filledByTrades(after);
  const balances = new Map(before.balances.map(({ asset, free }) => [asset, units(free)]));
  const add = (asset: string, amount: bigint): void => {
    balances.set(asset, (balances.get(asset) ?? 0n) + amount);
  };
  for (const made of after.trades) {
    add("BTC", signed(made));
    add("USDT", -times(units(made.price), { qty: signed(made) }));
    add(made.commissionAsset, -units(made.commission));
  }
  deepStrictEqual(
    after.balances,
    [...balances].map(([asset, free]) => ({
      asset,
      free: printUnits(free),
      locked: printUnits(0n),
    })),
  );
}

Deno.test("a futures wallet less the cost of positions is what was there, less fees and purchases", async () => {
  await using venue = await VenueProcess.start("binance_usdm", ["--speed", "2000", "--seed", "4"]);
  await trade(venue, { path: "/fapi/v1", seed: 4 });
  await venue.tell({ op: "funding", symbol: SYMBOL, rate: "0.0001" });
  const after = await venue.audit();
  ok(after.trades.length > 30);
  filledByTrades(after);
  using client = new SignedClient(venue);
  const incomes = await client.get<{ incomeType: string; income: string }[]>("/fapi/v1/income", {
    limit: "1000",
  });
  const funding = incomes.filter(({ incomeType }) => incomeType === "FUNDING_FEE")
    .reduce((sum, { income }) => sum + units(income), 0n);
  let wallet = units("1000000") + funding;
  let qty = 0n;
  for (const made of after.trades) {
    qty += signed(made);
    wallet -= times(units(made.price), { qty: signed(made) }) + units(made.commission);
  }
  const [position] = after.positions;
  strictEqual(position?.qty, printUnits(qty));
  strictEqual(after.balances[0]?.free, printUnits(wallet + units(position?.cost ?? "0")));
});

type UserEvent = {
  readonly e: string;
  readonly o?: { readonly x: string; readonly X: string; readonly c: string };
  readonly a?: { readonly m: string };
};

const LIMIT = { symbol: SYMBOL, type: "LIMIT", timeInForce: "GTC" };

Deno.test("the venue's own dead-man switch cancels when it runs out, not while it is renewed", async () => {
  await using venue = await VenueProcess.start("binance_usdm", ["--speed", "0"]);
  using client = new SignedClient(venue);
  const resting = { ...LIMIT, side: "BUY", quantity: "0.1", price: "49000" };
  await client.ask("POST", "/fapi/v1/order", { params: resting });
  const renew = (countdownTime: string): Promise<unknown> =>
    client.ask("POST", "/fapi/v1/countdownCancelAll", {
      params: { symbol: SYMBOL, countdownTime },
    });
  const state = async (at: number): Promise<string | undefined> =>
    (await venue.audit()).orders[at]?.state;
  for (let at = 0; at < 4; at++) {
    await renew("600000");
    await venue.tell({ op: "elapse", ms: 300_000 });
  }
  strictEqual(await state(0), "NEW");
  await venue.tell({ op: "elapse", ms: 300_000 });
  strictEqual(await state(0), "CANCELED");
  await client.ask("POST", "/fapi/v1/order", { params: resting });
  await renew("200");
  await until(async () => await state(1) === "CANCELED", "the strike");
});

Deno.test("the futures user stream tells orders, trades, funding and the end of its key", async () => {
  await using venue = await VenueProcess.start("binance_usdm", ["--speed", "0"]);
  using client = new SignedClient(venue);
  await using user = await listenToUsdmUser<UserEvent>(venue);
  const market = { symbol: SYMBOL, side: "BUY", type: "MARKET", quantity: "0.01" };
  await client.ask("POST", "/fapi/v1/order", { params: market });
  await venue.tell({ op: "funding", symbol: SYMBOL, rate: "0.0001" });
  await venue.tell({ op: "endUserStream" });
  await until(() => user.messages.some(({ e }) => e === "listenKeyExpired"), "the end of the key");
  deepStrictEqual(
    user.messages.map(({ e, o, a }) => [e, o?.x ?? a?.m].filter((word) => word).join(" ")),
    [
      "ORDER_TRADE_UPDATE NEW",
      "TRADE_LITE",
      "ACCOUNT_UPDATE ORDER",
      "ORDER_TRADE_UPDATE TRADE",
      "ACCOUNT_UPDATE FUNDING_FEE",
      "listenKeyExpired",
    ],
  );
});

Deno.test("an amendment keeps the order's id, and ends what is filled or would break post-only", async () => {
  await using venue = await VenueProcess.start("binance_usdm", ["--speed", "0"]);
  using client = new SignedClient(venue);
  const amend = async (id: string, to: Params): Promise<string> => {
    const params = { symbol: SYMBOL, side: "BUY", origClientOrderId: id, ...to };
    const answer = await client.ask("PUT", "/fapi/v1/order", { params });
    const { status, code } = JSON.parse(answer?.text ?? "{}") as { status: string; code: number };
    return status ?? String(code);
  };
  const place = (id: string, timeInForce: string): Promise<unknown> => {
    const order = { ...LIMIT, timeInForce, side: "BUY", quantity: "0.2", price: "49000" };
    return client.ask("POST", "/fapi/v1/order", { params: { ...order, newClientOrderId: id } });
  };
  await place("a-1", "GTC");
  strictEqual(await amend("a-1", { quantity: "0.3", price: "49001" }), "NEW");
  strictEqual(await amend("a-1", { quantity: "0.3", price: "49001" }), "-5027");
  await venue.tell({ op: "fill", order: "a-1", qty: "0.1" });
  strictEqual(await amend("a-1", { quantity: "0.1", price: "49001" }), "CANCELED");
  strictEqual(await amend("a-1", { quantity: "0.2", price: "49001" }), "-2013");
  await place("a-2", "GTX");
  strictEqual(await amend("a-2", { quantity: "0.2", price: "50100" }), "CANCELED");
  strictEqual((await venue.audit()).orders.length, 2);
});

Deno.test("reduce-only orders end when there is nothing left to reduce", async () => {
  await using venue = await VenueProcess.start("binance_usdm", ["--speed", "0"]);
  using client = new SignedClient(venue);
  const market = { symbol: SYMBOL, type: "MARKET" };
  await client.ask("POST", "/fapi/v1/order", {
    params: { ...market, side: "BUY", quantity: "0.2" },
  });
  const reduce = { ...LIMIT, side: "SELL", quantity: "0.2", price: "51000", reduceOnly: "true" };
  await client.ask("POST", "/fapi/v1/order", { params: { ...reduce, newClientOrderId: "r-1" } });
  await client.ask("POST", "/fapi/v1/order", {
    params: { ...market, side: "SELL", quantity: "0.1" },
  });
  const order = (await venue.audit()).orders.find(({ clientOrderId }) => clientOrderId === "r-1");
  strictEqual(order?.state, "EXPIRED");
});
