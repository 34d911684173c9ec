/**
 * How an order is found, and its executions, on an exchange whose lists are not what they claim to be.
 *
 * Proves: R-EXEC-5, R-REC-2 for experimental exchanges.
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { LookupOrder } from "../../../../../core/command.ts";
import type { Draft, EventType } from "../../../../../core/event.ts";
import { micros, orderId, requestId, seqId, venueId } from "../../../../../core/numbers.ts";
import type { VenueHost } from "../../../../../edge/venue.ts";
import { loadCcxt } from "../../../../../edge/venues/ccxt/library.ts";
import { Reporter } from "../../../../../edge/venues/ccxt/reporter.ts";
import { Account } from "../../../../../edge/venues/ccxt/unified/account.ts";
import { Executions } from "../../../../../edge/venues/ccxt/unified/executions.ts";
import { OrderRows } from "../../../../../edge/venues/ccxt/unified/order_rows.ts";
import { Lookups } from "../../../../../edge/venues/ccxt/unified/lookups.ts";
import { Reads } from "../../../../../edge/venues/ccxt/unified/reads.ts";
import { PREFIX, SPOT } from "../../../../support/ccxt_rig.ts";
import { CallBench } from "./call_bench.ts";

const KEY = `${PREFIX}x1x1`;
type Answers = Readonly<Record<string, (...of: readonly unknown[]) => unknown>>;

/** An account at an exchange object of our own; each of its methods answers at once, or throws. */
class Looked {
  readonly bench: CallBench;
  readonly said: Draft[] = [];
  readonly called: string[] = [];
  readonly account: Account;
  readonly lookups: Lookups;
  readonly executions: Executions;

  constructor(answers: Answers) {
    const methods = Object.entries(answers).map(([name, answer]) => [
      name,
      (...of: readonly unknown[]) => {
        this.called.push(name);
        return new Promise((resolve) => resolve(answer(...of)));
      },
    ]);
    const has = Object.fromEntries(Object.keys(answers).map((name) => [name, true]));
    this.bench = new CallBench({ has, ...Object.fromEntries(methods) }, () => "lost");
    const { calls, exchange, time: timers } = this.bench;
    const nowUs = () => micros(timers.wallUs());
    const host = {
      ...{ nowUs, instruments: [SPOT], clOrdIdPrefix: PREFIX, declaration: { id: venueId(0) } },
      offer: (draft: Draft) => this.said.push(draft) > 0,
      log: () => {},
    } as unknown as VenueHost;
    this.account = new Account({
      ...{ host, timers, exchange, calls, reporter: new Reporter(host, timers) },
      reads: new Reads({ calls, timers, nowUs, gapMs: 1 }),
      listed: [{ symbol: SPOT.symbol, instrument: SPOT }],
      skewUs: () => 0,
    });
    this.account.beganMs = 0;
    this.executions = new Executions(this.account);
    const rows = new OrderRows(this.account);
    this.lookups = new Lookups(this.account, { executions: this.executions, rows });
  }

  /** Looks an order up whose number is not known, and returns what is said last. */
  async lookup(): Promise<{ readonly eventType: EventType; readonly payload: unknown }> {
    const command: LookupOrder = {
      ...{ kind: "Lookup", seqId: seqId(1), request: requestId(1), venue: venueId(0) },
      ...{ instrument: SPOT.id, order: orderId(1), clOrdId: `${PREFIX}-1-1`, venueOrderId: null },
    };
    this.lookups.lookup(command);
    const ends: readonly string[] = ["OrderFound", "OrderNotFound", "RequestFailed"];
    await this.bench.until(() => ends.includes(this.said.at(-1)?.eventType ?? ""));
    const last = this.said.at(-1);
    if (last === undefined) throw new Error("Cannot find what was said");
    return last;
  }
}

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
