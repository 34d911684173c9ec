/**
 * Queries: every one of the protocol's page, paging, refusals.
 * Proves R-WIRE-4 and the book queries of R-HOT-1, R-HOT-4, R-HOT-5.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { clientIndex, micros, orderId, px, qty, seqId } from "../../core/numbers.ts";
import type { ExecutionReport } from "../../core/report.ts";
import type { FillRow, View } from "../../core/view.ts";
import type { Query, QueryArgs } from "../../wire/message.ts";
import { answerQuery } from "../../wire/queries.ts";
import type { QueryAnswer } from "../../wire/query_answer.ts";
import { FakeBackend, instrument } from "../support/fake_backend.ts";
import { VirtualTime } from "../support/virtual_time.ts";
import { WireFixture } from "../support/wire_fixture.ts";

const ALICE = clientIndex(0);

function orderReport(id: number): ExecutionReport {
  return {
    client: ALICE,
    reportSeq: 0,
    seqId: seqId(9),
    intentId: `i${id}`,
    execType: "OrderStatus",
    ordStatus: "Accepted",
    order: {
      orderId: orderId(id),
      venueOrderId: null,
      instrument: world().instruments[0]?.id ?? fail(),
      side: "Buy",
      ordType: "Limit",
      timeInForce: "GTC",
      price: px(10_000),
      orderQty: qty(5_000),
      cumQty: qty(0),
      leavesQty: qty(5_000),
      notional: 0n,
    },
    tag: null,
    transactUs: micros(1),
  };
}

function fillRow(n: number): FillRow {
  return {
    seqId: seqId(n),
    eventUs: micros(n),
    orderId: orderId(1),
    intentId: "i1",
    instrument: world().instruments[0]?.id ?? fail(),
    side: "Buy",
    execution: {
      execId: `e${n}`,
      lastQty: qty(1),
      lastPx: px(100),
      liquidity: "Maker",
      commission: "0",
      commissionCurrency: "USDT",
    },
  };
}

function fail(): never {
  throw new Error("Cannot go on: the world has two instruments");
}

function world(): FakeBackend {
  return new FakeBackend(new VirtualTime());
}

/** A view of two books, `orders` orders and `fills` fills. */
function viewOf(backend: FakeBackend, of: { orders?: number; fills?: number } = {}): View {
  const orders = Array.from({ length: of.orders ?? 0 }, (_, at) => orderReport(at + 1));
  const fills = Array.from({ length: of.fills ?? 0 }, (_, at) => fillRow(at + 1));
  return {
    ...backend.view,
    order: (_client, id) => orders.find((row) => row.order?.orderId === id),
    orderByIntent: (_client, id) => orders.find((row) => row.intentId === id),
    orders: (_scope, { after, limit }) =>
      orders.filter((row) => (row.order?.orderId ?? 0) > (after ?? 0)).slice(0, limit),
    fills: (_client, { after, limit }) => {
      const start = fills.findIndex((row) => row.seqId === after?.seqId) + 1;
      return fills.slice(start, start + limit);
    },
  };
}

function ask<Name extends keyof QueryArgs>(
  what: Name,
  args: QueryArgs[Name],
  view: View = viewOf(world()),
): QueryAnswer {
  const query = { type: "QUERY", id: 1, what, args } as unknown as Query;
  const counters = (): Record<string, number> => ({ a: 1 });
  return answerQuery(query, { view, client: ALICE, maxFrameBytes: 8_192, counters });
}

function result(answer: QueryAnswer): unknown {
  if (!answer.ok) throw new Error(`Cannot read the answer: it must be ok: was ${answer.code}`);
  return JSON.parse(answer.result);
}

/** A backend whose first book has two bids and two asks. */
function withBook(): FakeBackend {
  const backend = world();
  const [book] = backend.books.values();
  if (book !== undefined) {
    book.bids = [[10_000, 5_000], [9_990, 10_000]];
    book.asks = [[10_030, 2_500], [10_040, 10_000]];
    book.lastTradeUs = micros(1_234_567);
  }
  return backend;
}

/** External orders of the first instrument, as last listed. */
function listed(count: number): View["externalOrders"] {
  return Array.from({ length: count }, (_, at) => ({
    clOrdId: at === 0 ? null : "theirs",
    venueOrderId: `V${at + 1}`,
    instrument: world().instruments[0]?.id ?? fail(),
    side: "Sell" as const,
    orderQty: qty(3_000),
    cumQty: qty(at * 1_000),
    price: at === 0 ? null : px(10_100),
    seqId: seqId(9),
    listedUs: micros(7),
  }));
}

Deno.test("answerQuery() lists external orders of the account after our own, page by page", () => {
  const view = { ...viewOf(world(), { orders: 2 }), externalOrders: listed(3) };
  const names: unknown[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < 10; pages += 1) {
    const args = { open: true, scope: "account" as const, limit: 2 };
    const answer = ask("orders", cursor === undefined ? args : { ...args, cursor }, view);
    const rows = result(answer) as Record<string, unknown>[];
    names.push(rows.map((row) => row["order_id"] ?? row["venue_order_id"]));
    cursor = answer.ok ? answer.nextCursor : undefined;
    if (cursor === undefined) break;
  }
  deepStrictEqual(names, [["1", "2"], ["V1", "V2"], ["V3"]]);
  const own = result(ask("orders", { open: true, scope: "client" }, view)) as unknown[];
  strictEqual(own.length, 2, "nobody else's are a client's");
});

Deno.test("answerQuery() shows an external order like an OrderStatus of nobody's intent", () => {
  const view = { ...viewOf(world()), externalOrders: listed(2) };
  const rows = result(ask("orders", { open: true, scope: "account", instrument: BTC }, view));
  const common = {
    type: "ExecutionReport",
    v: 1,
    seq_id: 9,
    intent_id: null,
    order_id: null,
    instrument: BTC,
    side: "Sell",
    ord_type: null,
    time_in_force: null,
    order_qty: "0.3",
    tag: null,
    exec_type: "OrderStatus",
    avg_px: null,
    transact_us: 7,
  };
  deepStrictEqual(rows, [
    {
      ...common,
      venue_order_id: "V1",
      price: null,
      ord_status: "Accepted",
      cum_qty: "0",
      leaves_qty: "0.3",
    },
    {
      ...common,
      venue_order_id: "V2",
      price: "101",
      ord_status: "PartiallyFilled",
      cum_qty: "0.1",
      leaves_qty: "0.2",
    },
  ]);
  const [other] = world().instruments.slice(1);
  const none = { open: true, scope: "account" as const, instrument: other?.name ?? "" };
  deepStrictEqual(result(ask("orders", none, view)), []);
});

const BTC = "paper:BTC/USDT";
const bookCases = [
  ["best", { side: "Buy", take: false }, { price: "100", qty: "0.5" }],
  ["best", { side: "Sell", take: false }, { price: "100.3", qty: "0.25" }],
  ["best", { side: "Buy", take: true }, { price: "100.3", qty: "0.25" }],
  ["best2_sum", { side: "Buy", take: false }, "1.5"],
  ["best2_sum", { side: "Buy", take: true }, "1.25"],
  ["spread_ticks", {}, 3],
  ["last_traded_ts_ms", {}, 1_234],
  ["ladder_top", { side: "Sell", take: false, raw: false, n: 1 }, [["100.3", "0.25"]]],
] as const;
for (const [what, args, expected] of bookCases) {
  Deno.test(`answerQuery() gives ${JSON.stringify(expected)} for ${what} ${JSON.stringify(args)}`, () => {
    const all = { instrument: BTC, ...args } as unknown as QueryArgs[typeof what];
    deepStrictEqual(result(ask(what, all, viewOf(withBook()))), expected);
  });
}

const emptyCases = [
  ["best", null],
  ["best2_sum", "0"],
  ["spread_ticks", null],
  ["ladder_top", []],
] as const;
for (const [what, expected] of emptyCases) {
  Deno.test(`answerQuery() gives ${JSON.stringify(expected)} for ${what} of a stale book`, () => {
    const backend = withBook();
    for (const book of backend.books.values()) book.isFresh = false;
    const args = { instrument: BTC, side: "Buy", take: false, raw: false } as const;
    deepStrictEqual(result(ask(what, args, viewOf(backend))), expected);
  });
}

for (const what of ["get_mbr", "size_ahead", "match_rate_ema", "pfill_ttf"] as const) {
  Deno.test(`answerQuery() refuses ${what} UNSUPPORTED: its engine does not exist yet`, () => {
    const answer = ask(what, { instrument: BTC } as unknown as QueryArgs[typeof what]);
    ok(!answer.ok && answer.code === "UNSUPPORTED");
  });
}

Deno.test("answerQuery() refuses an instrument that is not listed", () => {
  const answer = ask("spread_ticks", { instrument: "paper:NO" });
  ok(!answer.ok && answer.code === "UNKNOWN_INSTRUMENT");
});

Deno.test("answerQuery() says which hot-loop methods an instrument has", () => {
  const has = result(ask("hotloop_capabilities", { instrument: BTC }));
  deepStrictEqual(has, {
    best: true,
    best2_sum: true,
    spread_ticks: true,
    ladder_top: true,
    last_traded_ts_ms: true,
    get_mbr: false,
    size_ahead: false,
    match_rate_ema: false,
    pfill_ttf: false,
  });
});

Deno.test("answerQuery() lists instruments and refuses a venue that is not configured", () => {
  const rows = result(ask("instruments", { venue: "paper" }));
  ok(Array.isArray(rows) && rows.length === 2);
  const answer = ask("instruments", { venue: "nowhere" });
  ok(!answer.ok && answer.code === "NOT_FOUND");
});

Deno.test("answerQuery() gives capabilities by venue, and by instrument what it adds", () => {
  const map = result(ask("capabilities", {})) as Record<string, Record<string, unknown>>;
  deepStrictEqual(Object.keys(map), ["paper", BTC, "paper:ETH/USDT"]);
  deepStrictEqual(map["paper"]?.["ord_types"], ["Limit", "Market"]);
  deepStrictEqual(map[BTC]?.["qty_rule"], {
    quantum: "0.0001",
    step: "0.0001",
    min: "0.0001",
    max: null,
  });
});

Deno.test("answerQuery() finds an order by either id, and no other's", () => {
  const view = viewOf(world(), { orders: 3 });
  const byOrder = result(ask("order", { orderId: "2" }, view)) as Record<string, unknown>;
  const byIntent = result(ask("order", { intentId: "i2" }, view));
  deepStrictEqual(byOrder, byIntent);
  strictEqual(byOrder["order_id"], "2");
  ok(!("report_seq" in byOrder));
  for (const orderId of ["4", "0", "x", "99999999999999999999"]) {
    const answer = ask("order", { orderId }, view);
    ok(!answer.ok && answer.code === "NOT_FOUND", orderId);
  }
});

Deno.test("answerQuery() hands the core what args choose by: instrument, scope, state, time, venue", () => {
  const asked: unknown[] = [];
  const noting = (what: string) => (...of: readonly unknown[]): [] => {
    asked.push([what, ...of]);
    return [];
  };
  const view: View = {
    ...viewOf(world()),
    orders: noting("orders"),
    fills: noting("fills"),
    positions: noting("positions"),
    balances: noting("balances"),
  };
  const { id: eth } = world().instruments[1] ?? fail();
  ask("orders", { open: true, scope: "client", limit: 5 }, view);
  ask("orders", { open: false, scope: "account", limit: 5, instrument: "paper:ETH/USDT" }, view);
  ask("fills", { limit: 5 }, view);
  ask("fills", { limit: 5, sinceUs: 7, afterExecId: "e1" }, view);
  ask("positions", { scope: "client" }, view);
  ask("positions", { scope: "account" }, view);
  ask("balances", {}, view);
  ask("balances", { venue: "paper" }, view);
  deepStrictEqual(asked, [
    ["orders", ALICE, { open: true, limit: 6 }],
    ["orders", "account", { instrument: eth, open: false, limit: 6 }],
    ["fills", ALICE, { limit: 6 }],
    ["fills", ALICE, { sinceUs: micros(7), after: { execId: "e1" }, limit: 6 }],
    ["positions", ALICE],
    ["positions", "account"],
    ["balances", undefined],
    ["balances", world().venues[0]?.id],
  ]);
});

Deno.test("answerQuery() pages orders and fills without gap or repeat, whatever the limit", () => {
  const count = fc.integer({ min: 0, max: 60 });
  fc.assert(fc.property(count, fc.integer({ min: 1, max: 70 }), (rows, limit) => {
    const view = viewOf(world(), { orders: rows, fills: rows });
    const orders = pages((cursor) =>
      ask("orders", { open: true, scope: "client", limit, ...cursor }, view)
    );
    const fills = pages((cursor) => ask("fills", { limit, ...cursor }, view));
    deepStrictEqual(
      orders.map((row) => row["order_id"]),
      Array.from({ length: rows }, (_, at) => `${at + 1}`),
    );
    deepStrictEqual(
      fills.map((row) => row["exec_id"]),
      Array.from({ length: rows }, (_, at) => `e${at + 1}`),
    );
  }));
});

/** Reads every page; each fits the frame limit of 8192 bytes. */
function pages(read: (cursor: { cursor?: string }) => QueryAnswer): Record<string, unknown>[] {
  const rows: Record<string, unknown>[] = [];
  let cursor: { cursor?: string } = {};
  for (;;) {
    const answer = read(cursor);
    if (!answer.ok) throw new Error(`Cannot read a page: it must be ok: was ${answer.code}`);
    ok(answer.result.length < 8_192 - 200);
    rows.push(...JSON.parse(answer.result));
    if (answer.nextCursor === undefined) return rows;
    cursor = { cursor: answer.nextCursor };
  }
}

for (const what of ["instruments", "orders", "fills", "positions", "balances"] as const) {
  Deno.test(`answerQuery() refuses a cursor of ${what} that no RESULT gave`, () => {
    const args = { cursor: "x", open: true, scope: "client" } as QueryArgs[typeof what];
    const answer = ask(what, args);
    ok(!answer.ok && answer.code === "BAD_MESSAGE");
  });
}

/** Rows of a ladder (from, step), best bid, best ask, and the ticks from one to the other. */
const SPREADS = [
  [[[0, 1], [100, 10]], 95, 110, 6],
  [[[0, 1], [100, 10]], 110, 95, -6],
  [[[0, 1], [100, 10]], 100, 100, 0],
  [[[100, 3], [200, 5]], 199, 205, 2], // 199, then 200 although it is no step away, then 205
  [[[100, 3]], 97, 103, null],
] as const;
for (const [rows, bid, offer, expected] of SPREADS) {
  Deno.test(`spread_ticks is ${expected} from ${bid} to ${offer} over ${JSON.stringify(rows)}`, () => {
    const backend = withBook();
    const [instrument = fail()] = backend.instruments;
    const ticks = rows.map(([fromQuanta, stepQuanta]) => ({ fromQuanta, stepQuanta }));
    backend.instruments[0] = { ...instrument, priceRule: { scale: 2, ticks } };
    const [book = fail()] = backend.books.values();
    book.bids = [[bid, 1]];
    book.asks = [[offer, 1]];
    strictEqual(result(ask("spread_ticks", { instrument: BTC }, viewOf(backend))), expected);
  });
}

Deno.test("QUERY is answered with the state at arrival, after every report up to it", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  client.send(fixture.noOp("1"));
  fixture.time.runDue();
  fixture.backend.turn();
  client.send({ type: "QUERY", id: "q", what: "metrics" });
  fixture.time.runDue();
  strictEqual(client.all("RESULT").length, 0);
  fixture.settle();
  deepStrictEqual(client.received.slice(1).map((row) => row.type), ["ExecutionReport", "RESULT"]);
  const row = client.only("RESULT");
  deepStrictEqual([row["id"], row["ok"], row["seq_id"], row["report_seq"]], ["q", true, 2, 1]);
  const metrics = row["result"] as Record<string, unknown>;
  strictEqual(metrics["wire_sessions_open"], 1);
  strictEqual(metrics["events"], 2);
  strictEqual(metrics["queue_depth"], 0);
});

Deno.test("QUERY whose RESULT were longer than a frame is refused FRAME_SIZE, and the session goes on", () => {
  const fixture = new WireFixture({ settings: { maxFrameBytes: 65_536 } });
  const { instruments } = fixture.backend;
  for (let id = instruments.length; id < 1_000; id++) {
    instruments.push(instrument(id, `C${id}/USDT`));
  }
  const client = fixture.open("alice");
  client.send({ type: "QUERY", id: "q", what: "capabilities" });
  fixture.settle();
  const row = client.only("RESULT");
  deepStrictEqual([row["id"], row["ok"], row["code"]], ["q", false, "FRAME_SIZE"]);
  match(
    String(row["message"]),
    /^Cannot answer capabilities: a RESULT must not exceed wire\.max_frame_bytes \(65536\): was \d+ bytes: ask instruments, /,
  );
  client.send({ type: "QUERY", id: "r", what: "risk" });
  fixture.settle();
  ok(client.all("RESULT").at(-1)?.["ok"]);
});
