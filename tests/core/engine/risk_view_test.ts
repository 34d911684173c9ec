/**
 * The `risk` query: limits in force and how far they are used, by scope. Proves R-CORE-7.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { limitedClients, limitsMap } from "../../../core/engine/risk_view.ts";
import {
  NO_CLIENT_LIMITS,
  NO_EXCHANGE_LIMITS,
  NO_LIMITS,
  NO_ORDER_LIMITS,
  NO_VENUE_LIMITS,
} from "../../../core/limits.ts";
import { instrumentId, qty } from "../../../core/mod.ts";
import type { RiskRow } from "../../../core/view.ts";
import { EngineTimeline } from "../../support/engine_timeline.ts";
import { spotInstrument, World, type WorldOptions } from "../../support/engine_world.ts";
import * as say from "../../support/venue_words.ts";

const [BTC, ETH] = [instrumentId(0), instrumentId(2)];
const RATE = { perSecond: 5, burst: 7 };
const MAX_LOSS = [{ currency: "USDT", most: "10" }];

/** Alice has an order; bob has none. Instrument 1 was never listed. */
function world(
  options: WorldOptions = {},
): { readonly w: World; readonly engine: EngineTimeline } {
  const engine = new EngineTimeline(() => {});
  const w = new World(options);
  w.timeline = engine;
  w.start().open().open({ session: 2, client: "bob" });
  const eth = {
    ...spotInstrument(),
    id: ETH,
    name: "test:ETH/USDT",
    symbol: "ETH/USDT",
    base: "ETH",
  };
  w.control("InstrumentListed", eth, ETH);
  w.place("a1", { orderQty: "3" });
  return { w, engine };
}

function mapFor(engine: EngineTimeline, client?: string): RiskRow {
  const found = engine.state.clients.all.find(({ name }) => name === client);
  return limitsMap(engine.state, found);
}

function firstOf(map: RiskRow, name: string): unknown {
  const rows = map[name];
  return Array.isArray(rows) ? rows[0] : undefined;
}

Deno.test("limitsMap() says null where nothing is limited, and nothing of a client it does not know", () => {
  const { engine } = world();
  const map = mapFor(engine);
  strictEqual(map["client"], null);
  deepStrictEqual(firstOf(map, "instruments"), {
    instrument: "test:BTC/USDT",
    status: "open",
    trading_state: "Active",
    dry_run: false,
    max_order_qty: null,
    max_order_notional: null,
    max_position: null,
    max_open_orders: null,
    price_collar: null,
    book_stale_ms: 0,
    initial_margin: null,
    open_orders: 1,
    open_buy_qty: "3",
    open_sell_qty: "0",
    client: null,
  });
  const instruments = map["instruments"];
  strictEqual(Array.isArray(instruments) ? instruments.length : 0, 2, "no row for number 1");
});

Deno.test("limitsMap() tells the limits of each scope and how far they are used", () => {
  const { w, engine } = world();
  const flow = { maxOpenOrders: 4, orderRate: RATE };
  const client = { ...NO_CLIENT_LIMITS, ...flow, maxLoss: MAX_LOSS };
  w.control("LimitsSet", { scope: "client", client: "alice", admin: true, limits: client });
  const venue = { ...NO_VENUE_LIMITS, ...flow, maxLoss: MAX_LOSS, checkFunds: true };
  w.control("LimitsSet", { scope: "venue", admin: true, limits: venue });
  const exchange = { ...NO_EXCHANGE_LIMITS, ...flow, selfMatch: "refuse" } as const;
  w.control("LimitsSet", { scope: "exchange", exchange: "test", admin: true, limits: exchange });
  const used = { max_open_orders: 4, orders_per_second: 5, orders_burst: 7, open_orders: 1 };
  const losses = { max_loss: [{ currency: "USDT", amount: "10" }] };
  const map = mapFor(engine, "alice");
  deepStrictEqual(map["client"], { dry_run: false, ...used, ...losses });
  deepStrictEqual(firstOf(map, "venues"), {
    venue: "test",
    status: "up",
    trading_state: "Active",
    ...used,
    ...losses,
    check_funds: true,
    tripwire_reports: 2,
    tripwire_mismatches: 0,
    failures: 0,
    paused_until_us: null,
    breaker_open_until_us: null,
  });
  deepStrictEqual(firstOf(map, "exchanges"), { exchange: "test", ...used, self_match: "refuse" });
});

Deno.test("limitsMap() tells a client's limits in an instrument, whether it ever ordered there or not", () => {
  const { w, engine } = world();
  const limits = {
    ...NO_ORDER_LIMITS,
    maxOrderQty: qty(5_000),
    maxOrderNotional: "9",
    maxOpenOrders: 2,
  };
  w.control("LimitsSet", { scope: "clientInstrument", client: "bob", admin: true, limits }, BTC);
  const whole = { ...NO_LIMITS, priceCollarPpm: 25_000, initialMarginPpm: 200_000 };
  w.control("LimitsSet", { scope: "instrument", admin: true, limits: whole }, BTC);
  const row = firstOf(mapFor(engine, "bob"), "instruments") as RiskRow;
  strictEqual(row["price_collar"], "0.025");
  strictEqual(row["initial_margin"], "0.2");
  deepStrictEqual(row["client"], {
    max_order_qty: "5",
    max_order_notional: "9",
    max_position: null,
    max_open_orders: 2,
    open_orders: 0,
    open_buy_qty: "0",
    open_sell_qty: "0",
  });
  const bob = mapFor(engine, "bob")["client"] as RiskRow;
  strictEqual(bob["open_orders"], 0);
});

Deno.test("limitsMap() tells what state an instrument was put in by itself, and that it has closed", () => {
  const { w, engine } = world();
  say.strangerFills(w);
  const states = (): unknown => {
    const map = mapFor(engine);
    const row = firstOf(map, "instruments") as RiskRow;
    const venue = firstOf(map, "venues") as RiskRow;
    return [row["status"], row["trading_state"], venue["trading_state"]];
  };
  deepStrictEqual(states(), ["open", "Halted", "Active"]);
  w.control("InstrumentListed", { ...spotInstrument(), status: "closed" }, BTC);
  deepStrictEqual(states(), ["closed", "Halted", "Active"]);
});

Deno.test("limitsMap() tells what holds requests back, and who is run dry", () => {
  const { w, engine } = world({ breaker: { failures: 1, coolMs: 500 } });
  const { request, order } = w.lastCommand();
  const failed = { request, order, outcome: "notSent", text: "no", retryAfterMs: 2000 } as const;
  w.broker("RequestFailed", failed);
  w.control("DryRunSet", { client: "alice", on: true });
  w.control("DryRunSet", { client: null, on: true }, BTC);
  const map = mapFor(engine, "alice");
  const venue = firstOf(map, "venues") as RiskRow;
  deepStrictEqual(
    [venue["failures"], venue["paused_until_us"], venue["breaker_open_until_us"]],
    [1, w.nowUs + 2_000_000, w.nowUs + 500_000],
  );
  const instrument = firstOf(map, "instruments") as RiskRow;
  deepStrictEqual([(map["client"] as RiskRow)["dry_run"], instrument["dry_run"]], [true, true]);
});

Deno.test("limitedClients() names every client with limits of its own, its instruments by number", () => {
  const { w, engine } = world();
  const limits = { ...NO_ORDER_LIMITS, maxOpenOrders: 2 };
  for (const id of [ETH, BTC]) {
    w.control("LimitsSet", { scope: "clientInstrument", client: "zoe", admin: true, limits }, id);
  }
  const client = { ...NO_CLIENT_LIMITS, maxOpenOrders: 1 };
  w.control("LimitsSet", { scope: "client", client: "adam", admin: true, limits: client });
  deepStrictEqual(limitedClients(engine.state), [
    { client: "adam", isLimited: true, instruments: [] },
    { client: "zoe", isLimited: false, instruments: [0, 2] },
  ]);
});
