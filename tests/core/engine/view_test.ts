/**
 * The read-only look: orders, fills, money, books, limits, counters. Proves the engine's side of
 * R-WIRE-4's queries.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  clientIndex,
  createTimeline,
  instrumentId,
  micros,
  orderId,
  qty,
  venueId,
} from "../../../core/mod.ts";
import { NO_LIMITS } from "../../../core/limits.ts";
import { CAPABILITIES, draft, spotInstrument, World } from "../../support/engine_world.ts";

const ALICE = clientIndex(0);
const BOB = clientIndex(1);

/** Alice has a filled, a partly filled and a live order, Bob a live one. */
function busy(): World {
  const w = new World().start().open().open({ session: 2, client: "bob" });
  w.place("a1");
  w.place("a2", { side: "Sell" });
  w.place("a3", { price: "99.5" });
  w.place("b1", {}, 2);
  for (const order of [1, 2, 3, 4]) w.accept(order);
  w.fill(1, { id: "e1", qty: 10_000 });
  w.fill(2, { id: "e2", qty: 4_000 });
  return w;
}

function ids(w: World, of: Parameters<World["timeline"]["view"]["orders"]>): readonly number[] {
  return w.timeline.view.orders(...of).map((row) => row.order?.orderId ?? 0);
}

Deno.test("View.orders() gives orders by scope, state, instrument and page, by id", () => {
  const w = busy();
  deepStrictEqual(ids(w, [ALICE, { limit: 9 }]), [2, 3]);
  deepStrictEqual(ids(w, [ALICE, { open: false, limit: 9 }]), [1, 2, 3]);
  deepStrictEqual(ids(w, ["account", { open: false, limit: 9 }]), [1, 2, 3, 4]);
  deepStrictEqual(ids(w, ["account", { limit: 2, after: orderId(2) }]), [3, 4]);
  deepStrictEqual(ids(w, ["account", { limit: 2 }]), [2, 3], "no more than are asked for");
  deepStrictEqual(ids(w, ["account", { limit: 9, instrument: instrumentId(7) }]), []);
});

Deno.test("View.order() shows one's own order as an OrderStatus report without a number", () => {
  const { view } = busy().timeline;
  const row = view.order(ALICE, orderId(2));
  deepStrictEqual(
    [row?.execType, row?.ordStatus, row?.reportSeq, row?.order?.leavesQty, row?.intentId],
    ["OrderStatus", "PartiallyFilled", 0, 6000, "a2"],
  );
  strictEqual(view.order(BOB, orderId(2)), undefined);
  strictEqual(view.orderByIntent(ALICE, "a2")?.order?.orderId, 2);
  strictEqual(view.orderByIntent(BOB, "a2"), undefined);
});

Deno.test("View.fills() pages by execution and time", () => {
  const { view } = busy().timeline;
  const execIds = (of: Parameters<typeof view.fills>[1]): readonly string[] =>
    view.fills(ALICE, of).map((row) => row.execution.execId);
  deepStrictEqual(execIds({ limit: 9 }), ["e1", "e2"]);
  deepStrictEqual(execIds({ limit: 1 }), ["e1"]);
  deepStrictEqual(execIds({ limit: 9, after: { execId: "e1" } }), ["e2"]);
  deepStrictEqual(execIds({ limit: 9, after: { execId: "unknown" } }), ["e1", "e2"]);
  deepStrictEqual(execIds({ limit: 9, sinceUs: micros(8e15) }), []);
});

Deno.test("View.fills() tells executions apart that two venues name alike", () => {
  const w = new World().start().open();
  const [venue, id] = [venueId(1), instrumentId(1)];
  const declared = { id: venue, name: "other", exchange: "other", capabilities: CAPABILITIES };
  const declaration = { ...declared, simulation: null, pacing: null };
  w.offer({ ...draft("control", "VenueDeclared", declaration), venue });
  const up = { status: "up", reason: "test" } as const;
  w.offer({ ...draft("control", "VenueStatusChanged", up), venue });
  const listed = { ...spotInstrument(), id, venue, name: "other:BTC/USDT" };
  w.offer({ ...draft("control", "InstrumentListed", listed, id), venue });
  w.place("a1");
  w.place("a2", { instrument: "other:BTC/USDT" });
  for (const order of [1, 2]) {
    w.accept(order);
    w.fill(order, { id: "e1", qty: 4_000 });
  }
  const rows = w.timeline.view.fills(ALICE, { limit: 9 });
  deepStrictEqual(rows.map(({ orderId: order }) => order), [1, 2]);
  const behind = rows.map(({ execution: { execId }, seqId }) =>
    w.timeline.view.fills(ALICE, { limit: 9, after: { execId, seqId } }).length
  );
  deepStrictEqual(behind, [1, 0]);
});

Deno.test("View.balances() reserves what live orders would need", () => {
  const rows = busy().timeline.view.balances(venueId(0));
  deepStrictEqual(rows.map((row) => [row.currency, row.total, row.reserved, row.free]), [
    ["BTC", "6", "6", "0"],
    ["USDT", "-600.02", "1995", "-2595.02"],
  ]);
});

Deno.test("View.positions() values what is held at the middle of the book", () => {
  const w = busy();
  w.offer({
    eventTime: micros(w.nowUs),
    source: "market_data",
    venue: venueId(0),
    instrument: instrumentId(0),
    eventType: "BookSnapshot",
    payload: { bids: [10_900, 1], asks: [11_100, 1], updateId: null },
    idempotencyKey: null,
  });
  const [row] = w.timeline.view.positions(ALICE);
  deepStrictEqual([row?.qty, row?.avgPx, row?.unrealisedPnl], ["6", "100", "60"]);
  ok(w.timeline.view.book(instrumentId(0))?.isFresh);
});

Deno.test("View.openedVenues has a venue from its first balance on, also after a checkpoint", () => {
  const w = new World().start();
  deepStrictEqual(w.timeline.view.openedVenues, []);
  w.control("BalanceSet", { currency: "USDT", total: "5" });
  deepStrictEqual(w.timeline.view.openedVenues, [venueId(0)]);
  const restored = createTimeline(w.timeline.checkpoint());
  deepStrictEqual(restored.view.openedVenues, [venueId(0)]);
});

Deno.test("View.risk() names limits and states, View.counters() counts", () => {
  const w = busy();
  const limits = {
    ...NO_LIMITS,
    maxOrderQty: qty(50_000),
    priceCollarPpm: 50_000,
    bookStaleMs: 1000,
  };
  w.control("LimitsSet", { scope: "instrument", admin: true, limits }, instrumentId(0));
  const risk = w.timeline.view.risk(ALICE);
  deepStrictEqual(risk["instruments"], [{
    instrument: "test:BTC/USDT",
    status: "open",
    trading_state: "Active",
    dry_run: false,
    max_order_qty: "50",
    max_order_notional: null,
    max_position: null,
    max_open_orders: null,
    price_collar: "0.05",
    book_stale_ms: 1000,
    initial_margin: null,
    open_orders: 3,
    open_buy_qty: "20",
    open_sell_qty: "6",
    client: {
      max_order_qty: null,
      max_order_notional: null,
      max_position: null,
      max_open_orders: null,
      open_orders: 2,
      open_buy_qty: "10",
      open_sell_qty: "6",
    },
  }]);
  const counters = w.timeline.view.counters();
  deepStrictEqual(
    ["intents", "fills", "orders_open", "orders_kept", "clients"].map((name) => counters[name]),
    [4, 2, 3, 4, 2],
  );
});

Deno.test("View finds clients and instruments by name, and says nothing of others", () => {
  const { view } = busy().timeline;
  strictEqual(view.clientIndex("bob"), BOB);
  strictEqual(view.clientName(BOB), "bob");
  strictEqual(view.clientIndex("carol"), undefined);
  strictEqual(view.instrumentByName("test:BTC/USDT")?.id, 0);
  strictEqual(view.instrumentByName("test:X/Y"), undefined);
  strictEqual(view.reportSeq(ALICE), 8);
});

Deno.test("View says nothing of a client that never came, and names what it was asked about", () => {
  const w = busy();
  const { view } = w.timeline;
  const nobody = clientIndex(9);
  strictEqual(view.clientName(nobody), "");
  strictEqual(view.reportSeq(nobody), 0);
  strictEqual(view.tradingState(nobody), "Active");
  deepStrictEqual(view.orders(nobody, { limit: 9 }), []);
  deepStrictEqual(view.fills(nobody, { limit: 9 }), []);
  strictEqual(view.risk(nobody)["client_trading_state"], "Active");
  strictEqual(view.orderByIntent(ALICE, "never"), undefined);
});

Deno.test("View.counters() counts the live orders of which nobody knows what became", () => {
  const w = busy();
  const inDoubt = (): number | undefined => w.timeline.view.counters()["orders_in_doubt"];
  w.place("a4");
  strictEqual(inDoubt(), 0);
  w.failed("unknown");
  strictEqual(inDoubt(), 1);
});

Deno.test("View.dryRuns names the clients and instruments that are dry", () => {
  const w = busy();
  w.control("DryRunSet", { client: null, on: true }, instrumentId(0));
  w.control("DryRunSet", { client: "bob", on: true });
  deepStrictEqual(w.timeline.view.dryRuns, { clients: ["bob"], instruments: [0] });
});

Deno.test("View.halts names the venues and instruments that are not traded freely, and no others", () => {
  const w = busy();
  const { view } = w.timeline;
  deepStrictEqual(view.halts, { venues: [], instruments: [] });
  const halted = { state: "Halted", reason: "test" } as const;
  w.control("TradingStateSet", halted, instrumentId(0));
  deepStrictEqual(view.halts, { venues: [], instruments: [0] });
  w.control("TradingStateSet", { state: "Active", reason: "test" }, instrumentId(0));
  w.control("TradingStateSet", halted);
  deepStrictEqual(view.halts, { venues: [0], instruments: [] });
});

Deno.test("View.tradingState() is the strictest of operator, venues and client", () => {
  const w = busy();
  const { view } = w.timeline;
  strictEqual(view.tradingState(ALICE), "Active");
  w.control("TradingStateSet", { state: "Reducing", reason: "test" });
  deepStrictEqual([view.tradingState(), view.tradingState(ALICE)], ["Reducing", "Reducing"]);
});

Deno.test("View.positions() values nothing by an empty book, or by a middle of 0 on spot", () => {
  for (const levels of [{ bids: [], asks: [] }, { bids: [-2, 1], asks: [2, 1] }]) {
    const w = busy();
    w.offer(draft("market_data", "BookSnapshot", { ...levels, updateId: null }, instrumentId(0)));
    strictEqual(w.timeline.view.positions(ALICE)[0]?.unrealisedPnl, null);
  }
});
