/**
 * How an order is found, and its executions, on an exchange whose lists are not what they claim to be.
 *
 * Proves: R-EXEC-5, R-REC-2 for experimental exchanges.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { loadCcxt } from "../../../../../edge/venues/ccxt/library.ts";
import { PREFIX } from "../../../../support/ccxt_rig.ts";
import { Looked } from "./looked.ts";

const KEY = `${PREFIX}x1x1`;
async function theirs(name: string): Promise<() => never> {
  const library = await loadCcxt() as unknown as Record<string, new (words: string) => Error>;
  const Type = library[name];
  if (Type === undefined) throw new Error(`Cannot find ${name}`);
  return () => {
    throw new Type(`some ${name}`);
  };
}

const ROW = {
  ...{ id: "987", clientOrderId: KEY, side: "buy", status: "canceled", amount: "0.5" },
  ...{ filled: "0.1", price: "2000.1", timestamp: 1_794_999_990_000 },
};
const TRADE = {
  ...{ id: "11", order: "987", side: "buy", amount: "0.1", price: "2000.1" },
  ...{ timestamp: 1_794_999_991_000, fee: { cost: "0.1", currency: "USDT" } },
};

Deno.test("lookup() goes through the next lists where the library refuses one that it claims", async () => {
  const refuse = await theirs("NotSupported");
  const at = new Looked({
    ...{ fetchOpenOrders: () => [], fetchOrders: refuse, fetchOrder: () => ROW },
    ...{ fetchCanceledAndClosedOrders: () => [ROW], fetchMyTrades: () => [TRADE] },
  });
  const { eventType, payload } = await at.lookup();
  strictEqual(eventType, "OrderFound");
  match(JSON.stringify(payload), /"status":"cancelled".*"cumQty":10000/);
  strictEqual(at.said[0]?.eventType, "OrderExecuted");
});

Deno.test("lookup() says an order is not there only where a list was read to its end", async () => {
  const lists = { fetchOpenOrders: () => [], fetchCanceledAndClosedOrders: () => [] };
  strictEqual((await new Looked(lists).lookup()).eventType, "OrderNotFound");
  const broken = await theirs("NetworkError");
  const refused = await theirs("NotSupported");
  for (
    const answers of [
      { fetchOpenOrders: broken, fetchOrders: () => [] },
      { fetchOpenOrders: () => "no list", fetchOrders: () => [] },
      { fetchOpenOrders: () => [] },
      // What cannot be read now is not looked for in a list that may hold less.
      { fetchOpenOrders: () => [], fetchOrders: broken, fetchClosedOrders: () => [] },
      { fetchOpenOrders: () => [], fetchOrders: () => [{}], fetchClosedOrders: () => [] },
      { fetchOpenOrders: () => [], fetchOrders: refused },
    ]
  ) {
    const { eventType, payload } = await new Looked(answers).lookup();
    strictEqual(eventType, "RequestFailed");
    match(JSON.stringify(payload), /"outcome":"unknown"/);
  }
});

/** Orders of others, a minute apart, the newest last. */
const OTHERS = Array.from({ length: 12 }, (_, at) => ({
  ...ROW,
  ...{ id: `${at}`, clientOrderId: `other${at}`, timestamp: ROW.timestamp + (at - 12) * 60_000 },
}));

Deno.test("lookup() takes no list for a proof that takes no notice of the end it is asked for", async () => {
  const at = (rows: readonly unknown[]): Looked =>
    new Looked({
      ...{ fetchOpenOrders: () => [], fetchClosedOrders: () => rows, fetchOrder: () => ROW },
      fetchMyTrades: () => [TRADE],
    });
  const { eventType, payload } = await at(OTHERS).lookup();
  strictEqual(eventType, "RequestFailed");
  match(JSON.stringify(payload), /"outcome":"unknown".*takes no notice of the end/);
  strictEqual((await at([...OTHERS, ROW]).lookup()).eventType, "OrderFound");
});

Deno.test("lookup() finds an order in what was read of a list that cannot be read to its end", async () => {
  const broken = await theirs("NetworkError");
  for (const [row, outcome] of [[ROW, "OrderFound"], [OTHERS[0], "RequestFailed"]] as const) {
    let pages = 0;
    const at = new Looked({
      ...{ fetchOpenOrders: () => [], fetchOrder: () => ROW, fetchMyTrades: () => [TRADE] },
      fetchOrders: () => ++pages === 1 ? [row] : broken(),
    });
    strictEqual((await at.lookup()).eventType, outcome);
  }
});

Deno.test("complete() counts what was read of a list that cannot be read to its end", async () => {
  const broken = await theirs("NetworkError");
  let pages = 0;
  const at = new Looked({
    ...{ fetchOpenOrders: () => [ROW], fetchOrder: () => ROW },
    fetchMyTrades: () => ++pages === 1 ? [TRADE] : broken(),
  });
  strictEqual((await at.lookup()).eventType, "OrderFound");
});

Deno.test("lookup() looks in both lists of what has ended", async () => {
  const at = new Looked({
    ...{ fetchOpenOrders: () => [], fetchClosedOrders: () => [], fetchOrder: () => ROW },
    ...{ fetchCanceledOrders: () => [ROW], fetchMyTrades: () => [TRADE] },
  });
  strictEqual((await at.lookup()).eventType, "OrderFound");
});

Deno.test("lookup() takes no order for ours by a part of its key, or another of ours", async () => {
  const others = [{ ...ROW, clientOrderId: `${KEY}1` }, { ...ROW, clientOrderId: `x-${KEY}` }];
  const at = new Looked({ fetchOpenOrders: () => others, fetchOrders: () => others });
  strictEqual((await at.lookup()).eventType, "OrderNotFound");
});

Deno.test("lookup() says nothing of an order whose executions are fewer than it counts", async () => {
  const at = new Looked({
    ...{ fetchOpenOrders: () => [ROW], fetchOrder: () => ROW, fetchMyTrades: () => [] },
  });
  const { eventType, payload } = await at.lookup();
  strictEqual(eventType, "RequestFailed");
  match(JSON.stringify(payload), /do not agree yet/);
});

Deno.test("complete() reads all executions where those of one order are refused", async () => {
  for (const name of ["ArgumentsRequired", "NetworkError"]) {
    const at = new Looked({
      ...{ fetchOpenOrders: () => [ROW], fetchOrder: () => ROW },
      ...{ fetchOrderTrades: await theirs(name), fetchMyTrades: () => [TRADE] },
    });
    strictEqual((await at.lookup()).eventType, "OrderFound", name);
    deepStrictEqual(at.called.filter((method) => method === "fetchOrderTrades").length, 1);
  }
});

Deno.test("complete() reads what the first page of an order's own list does not hold", async () => {
  const later = { ...TRADE, id: "12", timestamp: TRADE.timestamp + 1 };
  const row = { ...ROW, filled: "0.2" };
  const at = new Looked({
    ...{ fetchOpenOrders: () => [row], fetchOrder: () => row },
    ...{ fetchOrderTrades: () => [later], fetchMyTrades: () => [TRADE, later] },
  });
  strictEqual((await at.lookup()).eventType, "OrderFound");
  strictEqual(at.said.filter(({ eventType }) => eventType === "OrderExecuted").length, 2);
});

Deno.test("complete() counts an execution once, however many lists have it", async () => {
  const stranger = { ...TRADE, id: "12", order: "555" };
  const at = new Looked({
    ...{ fetchOpenOrders: () => [ROW], fetchOrder: () => ROW },
    fetchOrderTrades: () => [TRADE, TRADE, stranger],
  });
  strictEqual((await at.lookup()).eventType, "OrderFound");
  strictEqual((await at.lookup()).eventType, "OrderFound");
  strictEqual(at.said.filter(({ eventType }) => eventType === "OrderExecuted").length, 1);
});

Deno.test("lookup() reads the executions of an order that is listed without a time", async () => {
  const { timestamp: _, ...timeless } = ROW;
  const at = new Looked({
    ...{ fetchOpenOrders: () => [timeless], fetchOrder: () => timeless },
    // A day's, as some exchanges answer.
    fetchMyTrades: (_symbol, sinceMs) =>
      Math.abs(TRADE.timestamp - Number(sinceMs)) < 86_400_000 ? [TRADE] : [],
  });
  strictEqual((await at.lookup()).eventType, "OrderFound");
  ok(at.called.length < 50, `${at.called.length} questions`);
});

Deno.test("lookup() takes no other order for the one that was asked for", async () => {
  const others = [
    { ...ROW, clientOrderId: `${PREFIX}x2x1` },
    { ...ROW, id: "986", clientOrderId: `${PREFIX}x2x1` },
    { ...ROW, id: "986", clientOrderId: null },
  ];
  for (const other of others) {
    const at = new Looked({
      ...{ fetchOpenOrders: () => [ROW], fetchOrder: () => other, fetchMyTrades: () => [TRADE] },
    });
    const { eventType, payload } = await at.lookup();
    strictEqual(eventType, "RequestFailed");
    match(JSON.stringify(payload), /another order/);
  }
  // Some spell an order's number in two ways.
  const same = new Looked({
    ...{ fetchOpenOrders: () => [ROW], fetchOrder: () => ({ ...ROW, id: "0x987" }) },
    fetchMyTrades: () => [TRADE],
  });
  strictEqual((await same.lookup()).eventType, "OrderFound");
});

Deno.test("lookup() goes back a week from when the account was last known, and waits until it is", async () => {
  const WEEK_MS = 7 * 86_400_000;
  const since: unknown[] = [];
  const fetchOrders = (_symbol: unknown, sinceMs: unknown): unknown[] => {
    since.push(sinceMs);
    return [];
  };
  const unknown = new Looked({ fetchOpenOrders: () => [], fetchOrders });
  unknown.account.beganMs = Infinity;
  strictEqual((await unknown.lookup()).eventType, "RequestFailed");
  const at = new Looked({ fetchOpenOrders: () => [], fetchOrders });
  at.account.beganMs = at.account.venueMs - 2 * WEEK_MS; // it stood still for so long
  since.length = 0;
  strictEqual((await at.lookup()).eventType, "OrderNotFound");
  ok(Number(since[0]) <= at.account.beganMs - WEEK_MS, String(since[0]));
});
