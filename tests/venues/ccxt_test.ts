/**
 * An outside judge: CCXT places, fetches, cancels and watches on each fake venue, unchanged. Supports R-VENUE-2.
 * @module
 */
import { deepStrictEqual, ok, rejects, strictEqual } from "node:assert/strict";
import { until } from "../support/temporary.ts";
import { spotClient, usdmClient } from "./ccxt_client.ts";
import { VenueProcess } from "./control.ts";

const SPOT = "BTC/USDT";
const PERPETUAL = "BTC/USDT:USDT";
/** CCXT keeps timers for its sockets. */
const LOOSE = { sanitizeOps: false, sanitizeResources: false };

Deno.test(
  "CCXT lists, places, fetches, cancels and accounts on the fake spot venue",
  LOOSE,
  async () => {
    await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
    const client = spotClient(venue);
    const markets = await client.loadMarkets();
    strictEqual(markets[SPOT]?.precision.price, 0.01);
    const placed = await client.createOrder(SPOT, "limit", "buy", 0.1, 49_000, {
      clientOrderId: "a-1",
    });
    deepStrictEqual([placed.clientOrderId, placed.status, placed.filled], ["a-1", "open", 0]);
    const id = String(placed.id);
    const fetched = await client.fetchOrder(id, SPOT);
    deepStrictEqual([fetched.id, fetched.price, fetched.amount], [id, 49_000, 0.1]);
    strictEqual((await client.fetchOpenOrders(SPOT)).length, 1);
    strictEqual((await client.fetchBalance())["USDT"]?.used, 4900);
    await client.cancelOrder(id, SPOT);
    strictEqual((await client.fetchOrder(id, SPOT)).status, "canceled");
    const taken = await client.createOrder(SPOT, "market", "buy", 0.2, undefined, {
      clientOrderId: "a-2",
    });
    strictEqual(taken.filled, 0.2);
    const trades = await client.fetchMyTrades(SPOT);
    strictEqual(trades.reduce((sum, trade) => sum + (trade.amount ?? 0), 0), 0.2);
    await client.close();
  },
);

Deno.test("CCXT gets its own error classes for the fake spot venue's refusals", LOOSE, async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  const client = spotClient(venue);
  await client.loadMarkets();
  const place = (amount: number, price: number, params: object): Promise<unknown> =>
    client.createOrder(SPOT, "limit", "buy", amount, price, params);
  await place(0.1, 49_000, { clientOrderId: "b-1" });
  await rejects(place(0.1, 49_000, { clientOrderId: "b-1" }), /Duplicate order sent/);
  await rejects(place(0.1, 60_000, { postOnly: true }), { name: "OrderImmediatelyFillable" });
  await rejects(place(100, 49_000, {}), { name: "InsufficientFunds" });
  await rejects(place(0.00001, 49_000, {}), /Filter failure: NOTIONAL/);
  await rejects(client.cancelOrder("999", SPOT), { name: "OrderNotFound" });
  const stranger = spotClient(venue);
  stranger.secret = "wrong";
  await rejects(stranger.fetchBalance(), { name: "AuthenticationError" });
  await client.close();
});

Deno.test("CCXT watches the fake spot venue's book, trades and orders", LOOSE, async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "200"]);
  const client = spotClient(venue);
  let order: { readonly clientOrderId?: string | undefined } | undefined;
  const watching = client.watchOrders(SPOT).then(([first]) => order = first);
  const book = await client.watchOrderBook(SPOT);
  ok((book.bids[0]?.[0] ?? 0) < (book.asks[0]?.[0] ?? 0));
  ok((await client.watchTrades(SPOT)).length > 0);
  await until(async () => {
    await venue.tell({ op: "foreign", symbol: "BTCUSDT", side: "BUY", type: "MARKET", qty: "0.1" });
    return order !== undefined;
  }, "an order on the user stream");
  await watching;
  ok(order?.clientOrderId?.startsWith("web_"));
  await client.close();
});

Deno.test(
  "CCXT places, amends, cancels and holds a position on the fake futures venue",
  LOOSE,
  async () => {
    await using venue = await VenueProcess.start("binance_usdm", ["--speed", "0"]);
    const client = usdmClient(venue);
    const markets = await client.loadMarkets();
    strictEqual(markets[PERPETUAL]?.precision.price, 0.1);
    const params = { clientOrderId: "c-1", postOnly: true };
    const placed = await client.createOrder(PERPETUAL, "limit", "buy", 0.1, 49_000, params);
    const id = String(placed.id);
    deepStrictEqual([placed.clientOrderId, placed.status], ["c-1", "open"]);
    const amended = await client.editOrder(id, PERPETUAL, "limit", "buy", 0.2, 49_001);
    deepStrictEqual([amended.id, amended.price, amended.amount], [id, 49_001, 0.2]);
    strictEqual((await client.fetchOpenOrders(PERPETUAL)).length, 1);
    await client.cancelOrder(id, PERPETUAL);
    strictEqual((await client.fetchOrder(id, PERPETUAL)).status, "canceled");
    await client.createOrder(PERPETUAL, "market", "sell", 0.2);
    const [position] = await client.fetchPositions([PERPETUAL]);
    deepStrictEqual([position?.side, position?.contracts], ["short", 0.2]);
    const reduce = { reduceOnly: true };
    await rejects(client.createOrder(PERPETUAL, "market", "sell", 0.1, undefined, reduce), /-2022/);
    await client.createOrder(PERPETUAL, "market", "buy", 0.2, undefined, reduce);
    strictEqual((await client.fetchPositions([PERPETUAL])).length, 0);
    ok((await client.fetchMyTrades(PERPETUAL)).length >= 2);
    ok((await client.fetchBalance())["USDT"]?.total);
    await client.close();
  },
);

Deno.test(
  "CCXT gets its own error classes for the fake futures venue's refusals",
  LOOSE,
  async () => {
    await using venue = await VenueProcess.start("binance_usdm", ["--speed", "0"]);
    const client = usdmClient(venue);
    await client.loadMarkets();
    const place = (amount: number, price: number, params: object): Promise<unknown> =>
      client.createOrder(PERPETUAL, "limit", "buy", amount, price, params);
    await place(0.1, 49_000, { clientOrderId: "d-1" });
    await rejects(place(0.1, 49_000, { clientOrderId: "d-1" }), /-4116/);
    await rejects(place(0.1, 51_000, { postOnly: true }), /-5022/);
    await rejects(place(900, 49_000, {}), /-2019/);
    await rejects(place(900, 49_000, { timeInForce: "FOK" }), /-5021/);
    await rejects(client.cancelOrder("999", PERPETUAL), { name: "OrderNotFound" });
    await client.close();
  },
);

Deno.test(
  "CCXT watches the fake futures venue's book, trades, orders and positions",
  LOOSE,
  async () => {
    await using venue = await VenueProcess.start("binance_usdm", ["--speed", "200"]);
    const client = usdmClient(venue);
    await client.loadMarkets();
    let order: { readonly clientOrderId?: string | undefined } | undefined;
    let side: string | undefined;
    const watching = client.watchOrders(PERPETUAL).then(([first]) => order = first);
    const holding = (async () => {
      while (side === undefined) side = (await client.watchPositions([PERPETUAL]))[0]?.side;
    })();
    const book = await client.watchOrderBook(PERPETUAL);
    ok((book.bids[0]?.[0] ?? 0) < (book.asks[0]?.[0] ?? 0));
    ok((await client.watchTrades(PERPETUAL)).length > 0);
    await until(async () => {
      await venue.tell({
        op: "foreign",
        symbol: "BTCUSDT",
        side: "BUY",
        type: "MARKET",
        qty: "0.1",
      });
      return order !== undefined && side !== undefined;
    }, "an order and a position on the user stream");
    await Promise.all([watching, holding]);
    strictEqual(side, "long");
    ok(order?.clientOrderId?.startsWith("web_"));
    await client.close();
  },
);
