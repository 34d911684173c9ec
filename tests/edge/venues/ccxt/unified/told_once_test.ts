/**
 * What is told of orders and executions where lists lag, lives of an adapter follow each other, and
 * others trade on the same account.
 *
 * Proves: R-EXEC-3, R-EXEC-5 for experimental exchanges.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { ReconcileAccount } from "../../../../../core/command.ts";
import { requestId, seqId, venueId } from "../../../../../core/numbers.ts";
import { Reconciliations } from "../../../../../edge/venues/ccxt/unified/reconciliation.ts";
import { PREFIX, SPOT } from "../../../../support/ccxt_rig.ts";
import { Looked } from "./looked.ts";

const LISTED = { symbol: SPOT.symbol, instrument: SPOT };
const KEY = `${PREFIX}x1x1`;
const MS = 1_794_999_990_000;
const ROW = {
  ...{ id: "987", clientOrderId: KEY, side: "buy", status: "open", amount: "0.5" },
  ...{ filled: "0.1", price: "2000.1", timestamp: MS },
};
const TRADE = {
  ...{ id: "11", order: "987", side: "buy", amount: "0.1", price: "2000.1" },
  ...{ timestamp: MS + 1000, fee: { cost: "0.1", currency: "USDT" } },
};
const RECONCILE: ReconcileAccount = {
  ...{ kind: "Reconcile", seqId: seqId(1), request: requestId(9), venue: venueId(0) },
  ...{ cause: "asked", sinceUs: null },
};

function executions(at: Looked): readonly unknown[] {
  return at.said.filter(({ eventType }) => eventType === "OrderExecuted")
    .map(({ payload }) => {
      const { clOrdId, execId } = payload as {
        readonly clOrdId: unknown;
        readonly execId: unknown;
      };
      return [clOrdId, execId];
    });
}

/** Offers what the exchange lists. */
async function offerAll(at: Looked): Promise<void> {
  let isDone = false;
  at.executions.readSince({ listed: LISTED, fromMs: MS }, (found) => {
    if ("failure" in found) throw new Error("Cannot read");
    at.executions.offer(LISTED, found, () => {
      isDone = true;
    });
  });
  await at.bench.until(() => isDone);
}

Deno.test("an order filled before this adapter began is counted from its first execution on", async () => {
  for (const status of ["open", "canceled"]) {
    const at = new Looked({
      ...{ fetchOpenOrders: () => [], fetchOrders: () => [{ ...ROW, status }] },
      ...{ fetchOrder: () => ({ ...ROW, status }), fetchOrderTrades: () => [TRADE] },
    });
    at.account.beganMs = TRADE.timestamp + 10_000;
    strictEqual((await at.lookup()).eventType, "OrderFound");
    strictEqual(executions(at).length, 1);
  }
});

Deno.test("what was executed before an account was taken over is counted, and not told", async () => {
  const at = new Looked({
    ...{ fetchOpenOrders: () => [ROW], fetchOrder: () => ROW, fetchOrderTrades: () => [TRADE] },
  });
  at.account.beganMs = at.account.takenOverMs = TRADE.timestamp + 10_000;
  strictEqual((await at.lookup()).eventType, "OrderFound");
  deepStrictEqual(executions(at), []);
});

Deno.test("both legs of a trade of the account with itself are told", async () => {
  const other = { ...TRADE, side: "sell", order: "988" };
  const at = new Looked({
    fetchMyTrades: () => [TRADE, other],
    fetchOrder: (id) =>
      id === "987" ? ROW : { ...ROW, id: "988", side: "sell", clientOrderId: null },
  });
  await offerAll(at);
  deepStrictEqual(executions(at), [
    [`${PREFIX}-1-1`, "BTC/USDT-11-B"],
    [null, "BTC/USDT-11-S"],
  ]);
});

Deno.test("an execution whose order is not shown yet is nobody's only once it is old", async () => {
  const library = await import("../../../../../edge/venues/ccxt/library.ts");
  const { OrderNotFound } = await library.loadCcxt() as unknown as Record<
    string,
    new (words: string) => Error
  >;
  if (OrderNotFound === undefined) throw new Error("the library must have it");
  for (const [agoMs, isFailure] of [[1000, true], [600_000, false]] as const) {
    const at = new Looked({
      fetchOrder: () => {
        throw new OrderNotFound("not yet");
      },
    });
    const outcomes: boolean[] = [];
    const trade = {
      ...{ id: "1", orderId: "987", side: "Buy", lastQty: "0.1", lastPx: "2000.1" } as const,
      ...{ liquidity: null, commission: "0", commissionCurrency: null },
      timeMs: at.account.venueMs - agoMs,
    };
    at.executions.offer(LISTED, [trade], (offered) => outcomes.push(offered !== undefined));
    await at.bench.until(() => outcomes.length > 0);
    deepStrictEqual(outcomes, [isFailure]);
  }
});

Deno.test("a number that was shown with our key does not become a stranger's", () => {
  const at = new Looked({});
  const key = `${PREFIX}-1-1`;
  at.account.orders.note({ key, listed: LISTED, venueOrderId: "987", placedMs: MS });
  at.account.orders.noteStranger(LISTED, "987");
  strictEqual(at.account.orders.keyOf(LISTED, "987"), key);
});

Deno.test("an odd order by hand does not keep executions from being told", async () => {
  const odd = { id: "555", clientOrderId: null, side: "buy", timestamp: MS }; // no amount, no status
  const at = new Looked({ fetchOrder: () => odd });
  let offered: unknown = "not yet";
  at.executions.offer(LISTED, [{
    ...{ id: "1", orderId: "555", side: "Buy", lastQty: "0.1", lastPx: "2000.1" } as const,
    ...{ liquidity: null, commission: "0", commissionCurrency: null, timeMs: MS },
  }], (result) => {
    offered = result;
  });
  await at.bench.until(() => offered !== "not yet");
  strictEqual(offered, undefined);
  deepStrictEqual(executions(at), [[null, "BTC/USDT-1-B"]]);
});

Deno.test("an execution is booked to no order that the exchange was not asked for", async () => {
  const at = new Looked({ fetchOrder: () => ROW }); // ours, whatever it is asked for
  let offered: unknown;
  at.executions.offer(LISTED, [{
    ...{ id: "1", orderId: "555", side: "Buy", lastQty: "0.1", lastPx: "2000.1" } as const,
    ...{ liquidity: null, commission: "0", commissionCurrency: null, timeMs: MS },
  }], (result) => {
    offered = result;
  });
  await at.bench.until(() => offered !== undefined);
  match(JSON.stringify(offered), /another order/);
  deepStrictEqual(executions(at), []);
});

Deno.test("where more orders are open than are told at once none is said to be nowhere", async () => {
  const open = Array.from({ length: 10 }, (_, at) => ({ id: `${at}`, timestamp: MS }));
  const at = new Looked({ fetchOpenOrders: () => open, fetchCanceledAndClosedOrders: () => [] });
  const { eventType, payload } = await at.lookup();
  strictEqual(eventType, "RequestFailed");
  match(JSON.stringify(payload), /more orders may be open/);
  const whole = new Looked({ fetchOpenOrders: () => open, fetchOrders: () => [] });
  strictEqual((await whole.lookup()).eventType, "OrderNotFound");
});

Deno.test("a reconciliation shows an order that rests though it was said to be over", async () => {
  const at = new Looked({ fetchOpenOrders: () => [ROW], fetchBalance: () => ({ total: {} }) });
  const key = `${PREFIX}-1-1`;
  at.account.orders.note({ key, listed: LISTED, venueOrderId: "987", placedMs: MS }).isOver = true;
  new Reconciliations(at.account, at.executions).start(RECONCILE);
  await at.bench.until(() => at.said.at(-1)?.eventType === "Reconciled");
  match(JSON.stringify(at.said.at(-1)), new RegExp(key));
});

Deno.test("a look-up does not say an end whose cancel is on its way", async () => {
  const at = new Looked({
    ...{ fetchOpenOrders: () => [], fetchOrder: () => ({ ...ROW, status: "canceled" }) },
    fetchOrderTrades: () => [TRADE],
  });
  const key = `${PREFIX}-1-1`;
  const order = at.account.orders.note({ key, listed: LISTED, venueOrderId: "987", placedMs: MS });
  order.isCancelling = true;
  const { eventType, payload } = await at.lookup();
  strictEqual(eventType, "RequestFailed");
  match(JSON.stringify(payload), /a cancel of it is on its way/);
});

Deno.test("what is in the balances that an account is taken over with is not told again", async () => {
  const trades: object[] = [];
  const executed = (id: string): void => {
    trades.push({ ...TRADE, id, timestamp: at.account.venueMs });
  };
  let balances = 0;
  const at: Looked = new Looked({
    fetchOpenOrders: () => {
      executed("1"); // by hand, while open orders are read
      return [];
    },
    fetchBalance: () => {
      if (balances++ === 0) executed("2"); // after what is told of it
      return { total: { BTC: balances === 1 ? "0.1" : "0.2" } };
    },
    ...{ fetchMyTrades: () => trades, fetchOrder: () => ({ ...ROW, clientOrderId: null }) },
  });
  at.account.beganMs = Infinity;
  new Reconciliations(at.account, at.executions).start(RECONCILE);
  await at.bench.until(() => at.said.at(-1)?.eventType === "Reconciled");
  match(JSON.stringify(at.said), /"currency":"BTC","total":"0.2"/);
  at.bench.time.advance(10_000);
  executed("3");
  await offerAll(at);
  deepStrictEqual(executions(at), [[null, "BTC/USDT-3-B"]]);
});

Deno.test("an account that never stands still is taken over as it was told last", async () => {
  let balances = 0;
  const at = new Looked({
    ...{ fetchOpenOrders: () => [], fetchBalance: () => ({ total: { BTC: `${++balances}` } }) },
  });
  at.account.beganMs = Infinity;
  new Reconciliations(at.account, at.executions).start(RECONCILE);
  await at.bench.until(() => at.said.at(-1)?.eventType === "Reconciled");
  match(JSON.stringify(at.said), new RegExp(`"currency":"BTC","total":"${balances}"`));
  ok(at.account.beganMs < Infinity);
});
