/**
 * Orders of spot of which self-trade prevention took a part: what is left of them may be filled, and
 * then they are over though they executed less than their quantity. In virtual time, the exchange
 * answered by hand. Proves R-EXEC-3 for what the venue calls FILLED.
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import type { LookupOrder } from "../../../../../core/command.ts";
import { instrumentId, orderId, requestId, seqId, venueId } from "../../../../../core/numbers.ts";
import { Endings } from "../../../../../edge/venues/ccxt/binance/endings.ts";
import { Lookups } from "../../../../../edge/venues/ccxt/binance/lookups.ts";
import { NewsDesk } from "../../../../../edge/venues/ccxt/binance/order_news.ts";
import { parseStreamMessage } from "../../../../../edge/venues/ccxt/binance/stream.ts";
import { PlayedExchange } from "../../../../support/played_exchange.ts";

const SYMBOL = "C0USDT";
const KEY = "tlabcdef01-1-1";
const AT_MS = 1_795_000_000_000;

/** A report of an order of 10 at 100, changed as given. */
function report(changes: Readonly<Record<string, unknown>>): unknown {
  const order = { s: SYMBOL, c: KEY, C: "", S: "BUY", o: "LIMIT", f: "GTC", q: "10", p: "100" };
  const none = { l: "0", L: "0", z: "0", n: "0", N: null, t: -1, m: false };
  const event = { e: "executionReport", i: 7, T: AT_MS, r: "NONE", ...order, ...none, ...changes };
  return { subscriptionId: 0, event };
}

/** What is told after reports, in words. */
function told(...reports: readonly unknown[]): readonly string[] {
  const exchange = new PlayedExchange("spot");
  const { account } = exchange;
  const endings = new Endings(account);
  const news = new NewsDesk(account, { endings, stampsOf: () => undefined });
  for (const one of reports) {
    const parsed = parseStreamMessage(one);
    ok(parsed.kind === "order");
    news.take(parsed.order);
  }
  return exchange.reports.map(({ eventType }) => eventType);
}

const FILL = { x: "TRADE", l: "7", L: "100", z: "7", t: 1, m: true };

Deno.test("take() ends an order that was filled but for what was prevented", () => {
  const prevented = report({ x: "TRADE_PREVENTION", X: "NEW", A: "3", B: "3" });
  deepStrictEqual(told(prevented), []);
  const fill = report({ ...FILL, X: "FILLED" });
  deepStrictEqual(told(prevented, fill), ["OrderExecuted", "OrderCancelled"]);
});

Deno.test("take() leaves an order that was filled whole to its executions", () => {
  const fill = report({ ...FILL, X: "FILLED", l: "10", z: "10" });
  deepStrictEqual(told(fill), ["OrderExecuted"]);
  const part = report({ ...FILL, X: "PARTIALLY_FILLED" });
  deepStrictEqual(told(part), ["OrderExecuted"]);
});

Deno.test("take() ends an order whose last part was prevented, whatever the venue calls it", () => {
  const part = report({ ...FILL, X: "PARTIALLY_FILLED" });
  for (const X of ["EXPIRED_IN_MATCH", "EXPIRED", "FILLED"]) {
    const last = report({ x: "TRADE_PREVENTION", X, z: "7", A: "3", B: "3" });
    deepStrictEqual(told(part, last), ["OrderExecuted", "OrderCancelled"], X);
  }
});

Deno.test("lookup() finds an order ended that was filled but for what was prevented", () => {
  const exchange = new PlayedExchange("spot");
  const { account } = exchange;
  const endings = new Endings(account);
  const lookups = new Lookups(account, { endings, propagationMs: 100, resting: () => {} });
  const order = { symbol: SYMBOL, orderId: 7, clientOrderId: KEY, side: "BUY", status: "FILLED" };
  const terms = {
    price: "100",
    origQty: "10",
    executedQty: "7",
    timeInForce: "GTC",
    type: "LIMIT",
  };
  const money = { price: "100", qty: "7", commission: "0", commissionAsset: "USDT" };
  const names = { symbol: SYMBOL, id: 1, orderId: 7, isBuyer: true, isMaker: true, time: AT_MS };
  exchange.answer = ({ path }) => ({
    body: path === "order"
      ? { ...order, ...terms, preventedQuantity: "3", time: AT_MS, updateTime: AT_MS }
      : [{ ...names, ...money }],
  });
  const command: LookupOrder = {
    ...{ kind: "Lookup", seqId: seqId(1), request: requestId(1), venue: venueId(0) },
    ...{ instrument: instrumentId(0), order: orderId(1), clOrdId: KEY, venueOrderId: "7" },
  };
  lookups.lookup(command);
  exchange.time.advance(10_000);
  const found = exchange.reports.flatMap((draft) =>
    draft.eventType === "OrderFound" ? [[draft.payload.status, draft.payload.cumQty]] : []
  );
  deepStrictEqual(found, [["cancelled", 70_000]]);
});
