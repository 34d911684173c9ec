/**
 * What an operator measures of the state: orders by state, doubt, requests, books, shares of limits.
 * Proves the core's side of R-OPS-4.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Gauges, LimitScope, UsedLimit, VenueGauges } from "../../../core/gauges.ts";
import {
  type ExchangeLimits,
  NO_CLIENT_LIMITS,
  NO_EXCHANGE_LIMITS,
  NO_LIMITS,
  NO_ORDER_LIMITS,
  NO_VENUE_LIMITS,
  type ScopedLimits,
} from "../../../core/limits.ts";
import { type Checkpoint, instrumentId, micros, qty } from "../../../core/mod.ts";
import { draft, spotInstrument, World, type WorldOptions } from "../../support/engine_world.ts";
import * as say from "../../support/venue_words.ts";

const BTC = instrumentId(0);

function gaugesOf(w: World): Gauges {
  return w.timeline.view.gauges(micros(w.nowUs));
}

function venueOf(w: World): VenueGauges {
  const [venue] = gaugesOf(w).venues;
  if (venue === undefined) throw new RangeError("Cannot look: there must be a venue");
  return venue;
}

function shareOf(w: World, scope: LimitScope, limit: UsedLimit): number | undefined {
  return gaugesOf(w).utilisation.find((row) => row.scope === scope && row.limit === limit)?.ratio;
}

function limit(w: World, limits: ScopedLimits): void {
  const isInstrument = limits.scope === "instrument" || limits.scope === "clientInstrument";
  w.control("LimitsSet", { ...limits, admin: true }, isInstrument ? BTC : null);
}

function trading(options: WorldOptions = {}): World {
  return new World(options).start().open();
}

function market(w: World, mid: number): void {
  const levels = { bids: [mid - 1, 1000], asks: [mid + 1, 1000], updateId: null };
  w.offer(draft("market_data", "BookSnapshot", levels, BTC));
}

Deno.test("gauges() counts live orders by state and forgets those that ended", () => {
  const w = trading();
  for (const id of ["a1", "a2", "a3", "a4", "a5"]) w.place(id);
  for (const order of [2, 3, 4, 5]) w.accept(order);
  w.fill(3, { id: "e3", qty: 4_000 });
  w.cancel("c4", "a4");
  w.replace("r5", { orig: "a5", qty: "12" });
  const count = (): unknown => gaugesOf(w).orders.map(({ status, count }) => [status, count]);
  deepStrictEqual(count(), [
    ["Submitted", 1],
    ["Accepted", 1],
    ["PartiallyFilled", 1],
    ["CancelPending", 1],
    ["ReplacePending", 1],
  ]);
  w.fill(2, { id: "e2", qty: 10_000 });
  w.cancelled(4);
  deepStrictEqual(count(), [
    ["Submitted", 1],
    ["Accepted", 0],
    ["PartiallyFilled", 1],
    ["CancelPending", 0],
    ["ReplacePending", 1],
  ]);
  strictEqual(venueOf(w).openOrders, 3);
});

Deno.test("gauges() counts doubt and says since when the oldest is", () => {
  const w = trading();
  deepStrictEqual([gaugesOf(w).inDoubt, gaugesOf(w).doubtSinceUs], [0, null]);
  w.place("a1");
  w.failed("unknown");
  const sinceUs = w.nowUs;
  w.wait(5).place("a2");
  w.failed("unknown");
  deepStrictEqual([gaugesOf(w).inDoubt, gaugesOf(w).doubtSinceUs], [2, sinceUs]);
  w.accept(1);
  deepStrictEqual([gaugesOf(w).inDoubt, gaugesOf(w).doubtSinceUs], [1, w.nowUs]);
});

Deno.test("gauges() says since when an order is in doubt also after a restart", () => {
  const w = trading();
  w.place("a1");
  w.failed("unknown");
  const sinceUs = w.nowUs;
  w.wait(60_000).restart();
  strictEqual(gaugesOf(w).doubtSinceUs, sinceUs);
});

Deno.test("gauges() shows what waits for pacing, and tokens as they come back", () => {
  const w = trading({ pacing: { perSecond: 2, burst: 5 } });
  for (const id of ["a1", "a2", "a3", "a4", "a5", "a6"]) w.place(id);
  deepStrictEqual(venueOf(w).tokens, { left: 1, most: 5 });
  deepStrictEqual(venueOf(w).waiting, { cancels: 0, lookups: 0, orders: 2 });
  const laterUs = micros(w.nowUs + 1_000_000);
  strictEqual(w.timeline.view.gauges(laterUs).venues[0]?.tokens?.left, 3);
  strictEqual(venueOf(trading()).tokens, null);
});

Deno.test("gauges() shows what waits for the link, and what was answered last", () => {
  const w = trading({ reconcileMs: 60_000 });
  w.place("a1");
  w.accept(1);
  w.venueStatus("down");
  w.cancel("c1", "a1");
  deepStrictEqual(venueOf(w).waiting, { cancels: 1, lookups: 0, orders: 0 });
  strictEqual(venueOf(w).reconciledUs, null);
  w.venueStatus("reconciling");
  w.reconciled([{
    clOrdId: null,
    venueOrderId: "theirs",
    instrument: BTC,
    side: "Buy",
    orderQty: qty(1),
    cumQty: qty(0),
    price: null,
  }]);
  deepStrictEqual([venueOf(w).reconciledUs, venueOf(w).externalOrders], [w.nowUs, 1]);
});

Deno.test("gauges() shows failures, the open breaker and the pause that a venue asked for", () => {
  const w = trading({ breaker: { failures: 2, coolMs: 1000 } });
  w.place("a1");
  w.failed("unknown");
  deepStrictEqual([venueOf(w).failures, venueOf(w).isBreakerOpen], [1, false]);
  w.place("a2");
  const { request, order } = w.lastCommand();
  const failed = {
    request,
    order,
    outcome: "notSent",
    text: "slow down",
    retryAfterMs: 500,
  } as const;
  w.broker("RequestFailed", failed);
  deepStrictEqual([venueOf(w).failures, venueOf(w).isBreakerOpen], [2, true]);
  ok(venueOf(w).isPaused);
  const later = (us: number): VenueGauges | undefined =>
    w.timeline.view.gauges(micros(w.nowUs + us)).venues[0];
  ok(later(500_000)?.isPaused === false);
  deepStrictEqual(
    [later(999_999)?.isBreakerOpen, later(1_000_000)?.isBreakerOpen],
    [true, false],
    "half open, new exposure is let in",
  );
});

Deno.test("gauges() tells fresh books from stale ones, and those that have orders", () => {
  const w = trading();
  limit(w, { scope: "instrument", limits: { ...NO_LIMITS, bookStaleMs: 1000 } });
  deepStrictEqual(venueOf(w).books, { fresh: 0, stale: 1, staleWithOrders: 0 });
  market(w, 10_000);
  w.place("a1");
  deepStrictEqual(venueOf(w).books, { fresh: 1, stale: 0, staleWithOrders: 0 });
  w.wait(1001);
  deepStrictEqual(venueOf(w).books, { fresh: 0, stale: 1, staleWithOrders: 1 });
  w.control("InstrumentListed", { ...spotInstrument(), status: "closed" }, BTC);
  deepStrictEqual(venueOf(w).books, { fresh: 0, stale: 0, staleWithOrders: 0 });
});

Deno.test("gauges() shows an account that its venue sees otherwise, and its trading state", () => {
  const w = trading();
  w.control("BalanceSet", { currency: "USDT", total: "100" });
  const report = { balances: [{ currency: "USDT", total: "90" }], positions: [] };
  w.broker("AccountReported", report, "k1");
  deepStrictEqual([venueOf(w).mismatches, venueOf(w).tradingState], [1, "Active"]);
  w.broker("AccountReported", report, "k2");
  strictEqual(venueOf(w).tradingState, "Halted");
});

Deno.test("gauges() counts halted instruments until the operator lifts the halt or they close", () => {
  const w = trading();
  strictEqual(venueOf(w).haltedInstruments, 0);
  say.strangerFills(w);
  deepStrictEqual([venueOf(w).haltedInstruments, venueOf(w).tradingState], [1, "Active"]);
  w.control("TradingStateSet", { state: "Reducing", reason: "looked" }, BTC);
  strictEqual(venueOf(w).haltedInstruments, 0);
  w.control("TradingStateSet", { state: "Halted", reason: "again" }, BTC);
  strictEqual(venueOf(w).haltedInstruments, 1);
  w.control("InstrumentListed", { ...spotInstrument(), status: "closed" }, BTC);
  strictEqual(venueOf(w).haltedInstruments, 0);
});

Deno.test("utilisation() is 0 of every scope and limit while none is set", () => {
  const { utilisation } = gaugesOf(trading());
  strictEqual(utilisation.length, 15);
  deepStrictEqual(utilisation.filter(({ ratio }) => ratio !== 0), []);
});

Deno.test("utilisation() shares live orders by scope, the highest of each kind", () => {
  const w = trading().open({ session: 2, client: "bob" });
  const exchange: ExchangeLimits = { ...NO_EXCHANGE_LIMITS, maxOpenOrders: 30 };
  limit(w, { scope: "exchange", exchange: "test", limits: exchange });
  limit(w, { scope: "venue", limits: { ...NO_VENUE_LIMITS, maxOpenOrders: 12 } });
  limit(w, { scope: "instrument", limits: { ...NO_LIMITS, maxOpenOrders: 6 } });
  limit(w, { scope: "client", client: "*", limits: { ...NO_CLIENT_LIMITS, maxOpenOrders: 4 } });
  const own = { ...NO_ORDER_LIMITS, maxOpenOrders: 5 };
  limit(w, { scope: "clientInstrument", client: "*", limits: own });
  w.place("b1", {}, 2);
  for (const id of ["a1", "a2"]) w.place(id);
  const shares = (["exchange", "venue", "instrument", "client", "client_instrument"] as const)
    .map((scope) => shareOf(w, scope, "max_open_orders"));
  deepStrictEqual(shares, [3 / 30, 3 / 12, 3 / 6, 2 / 4, 2 / 5]);
});

Deno.test("utilisation() shares a position as it would be if all that is open on a side fills", () => {
  const w = trading();
  limit(w, { scope: "instrument", limits: { ...NO_LIMITS, maxPosition: qty(40_000) } });
  const own = { ...NO_ORDER_LIMITS, maxPosition: qty(20_000) };
  limit(w, { scope: "clientInstrument", client: "alice", limits: own });
  w.place("a1", { orderQty: "8" });
  w.accept(1);
  w.fill(1, { id: "e1", qty: 6_000 });
  deepStrictEqual(shareOf(w, "instrument", "max_position"), 8_000 / 40_000);
  w.place("s1", { orderQty: "18", side: "Sell" });
  strictEqual(shareOf(w, "instrument", "max_position"), 12_000 / 40_000);
  strictEqual(shareOf(w, "client_instrument", "max_position"), 12_000 / 20_000);
});

Deno.test("utilisation() shares a loss, and takes one that cannot be judged for all of it", () => {
  const w = trading();
  const maxLoss = [{ currency: "USDT", most: "40" }];
  limit(w, { scope: "instrument", limits: { ...NO_LIMITS, bookStaleMs: 1000 } });
  limit(w, { scope: "venue", limits: { ...NO_VENUE_LIMITS, maxLoss } });
  limit(w, {
    scope: "client",
    client: "alice",
    limits: { ...NO_CLIENT_LIMITS, maxLoss: [{ currency: "USDT", most: "80" }] },
  });
  market(w, 10_000);
  w.place("a1", { orderQty: "10", price: "100" });
  w.accept(1);
  w.fill(1, { id: "e1", qty: 10_000, px: 10_000 });
  strictEqual(shareOf(w, "venue", "max_loss"), 0.01 / 40, "commission is lost, too");
  market(w, 9_800);
  strictEqual(shareOf(w, "venue", "max_loss"), 20.01 / 40);
  strictEqual(shareOf(w, "client", "max_loss"), 20.01 / 80);
  w.wait(1001).open({ session: 2, client: "bob" });
  deepStrictEqual([shareOf(w, "venue", "max_loss"), shareOf(w, "client", "max_loss")], [1, 1]);
});

Deno.test("utilisation() knows a client that has not ordered since the daemon started", () => {
  const w = trading();
  limit(w, {
    scope: "client",
    client: "alice",
    limits: { ...NO_CLIENT_LIMITS, maxLoss: [{ currency: "USDT", most: "200" }] },
  });
  limit(w, {
    scope: "clientInstrument",
    client: "*",
    limits: { ...NO_ORDER_LIMITS, maxPosition: qty(40_000) },
  });
  limit(w, { scope: "instrument", limits: { ...NO_LIMITS, bookStaleMs: 1000 } });
  market(w, 10_000);
  w.place("a1");
  w.accept(1);
  w.fill(1, { id: "e1", qty: 10_000 });
  market(w, 9_000);
  const saved = JSON.parse(JSON.stringify(w.timeline.checkpoint())) as Checkpoint;
  const restored = new World({}, saved);
  restored.nowUs = w.nowUs;
  for (const world of [w, restored]) {
    strictEqual(shareOf(world, "client", "max_loss"), 100.01 / 200);
    strictEqual(shareOf(world, "client_instrument", "max_position"), 0.25);
  }
});

Deno.test("utilisation() of a limit of nothing is nothing or all of it", () => {
  const w = trading();
  limit(w, { scope: "instrument", limits: { ...NO_LIMITS, bookStaleMs: 1000 } });
  const maxLoss = [{ currency: "USDT", most: "0" }];
  limit(w, { scope: "venue", limits: { ...NO_VENUE_LIMITS, maxLoss } });
  market(w, 10_000);
  strictEqual(shareOf(w, "venue", "max_loss"), 0);
  w.place("a1", { orderQty: "10", price: "100" });
  w.accept(1);
  w.fill(1, { id: "e1", qty: 10_000, px: 10_000 });
  market(w, 9_999);
  strictEqual(shareOf(w, "venue", "max_loss"), 1);
});
