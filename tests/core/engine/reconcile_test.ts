/**
 * An account held against what its venue lists: when it is asked, what differs, what is not ours.
 * Proves R-EXEC-5.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import { instrumentId, type OpenOrder, orderId, px, qty, type VenueId } from "../../../core/mod.ts";
import { EngineTimeline } from "../../support/engine_timeline.ts";
import { draft, ref, World, type WorldOptions } from "../../support/engine_world.ts";
import { alarms } from "../../support/venue_words.ts";

const BTC = instrumentId(0);

/** A row of order 1 as `accepted` leaves it, under our key. */
function row(of: Partial<OpenOrder> = {}): OpenOrder {
  return {
    clOrdId: "tl01234567-1-1",
    venueOrderId: "v1",
    instrument: BTC,
    side: "Buy",
    orderQty: qty(10_000),
    cumQty: qty(0),
    price: px(10_000),
    ...of,
  };
}

/** A world with order 1 accepted as `v1`, a request to reconcile under way. */
function asked(options: WorldOptions = {}): World {
  const w = new World(options).start().open();
  w.place("a1");
  w.accept();
  w.control("ReconcileAsked", { reason: "test" });
  return w;
}

function count(w: World, name: string): number {
  return w.timeline.view.counters()[name] ?? -1;
}

function causes(w: World): readonly string[] {
  return w.reconciles.map(({ cause }) => cause);
}

Deno.test("apply() asks for the account at every connection, after the cancels that waited", () => {
  const w = new World({ reconcileMs: 1000 }).start().open();
  w.place("a1");
  w.accept();
  w.venueStatus("down");
  w.cancel("c1", "a1");
  w.venueStatus("reconciling");
  deepStrictEqual(w.effects.commands.map(({ kind }) => kind), ["Cancel", "Reconcile"]);
  w.venueStatus("reconciling");
  deepStrictEqual(causes(w), ["connected", "connected"]);
  strictEqual(w.lastReconcile().sinceUs, null, "the account was never opened");
});

Deno.test("apply() asks in turns once the last was answered, and never while it is down", () => {
  const w = new World({ reconcileMs: 1000 }).start();
  w.wait(5000).fire();
  deepStrictEqual(causes(w), [], "nothing begins the turns before a connection");
  w.venueStatus("reconciling");
  w.wait(5000).fire();
  deepStrictEqual(causes(w), ["connected"], "the last one is not answered yet");
  w.reconciled();
  w.venueStatus("up");
  w.wait(999).fire();
  strictEqual(causes(w).length, 1);
  w.wait(1).fire();
  deepStrictEqual(causes(w), ["connected", "periodic"]);
  w.reconciled();
  w.venueStatus("down");
  w.wait(5000).fire();
  strictEqual(causes(w).length, 2);
  w.control("ReconcileAsked", { reason: "test" });
  strictEqual(causes(w).length, 2, "nobody is there to ask");
});

/** The venue is declared again, with another time between reconciliations. */
function reload(w: World, reconcileMs: number | undefined): void {
  const declared = w.events.find(({ eventType }) => eventType === "VenueDeclared");
  ok(declared?.eventType === "VenueDeclared");
  const { reconcileMs: _, ...rest } = declared.payload;
  w.control("VenueDeclared", reconcileMs === undefined ? rest : { ...rest, reconcileMs });
}

/** A venue that is up; how often it is asked in a minute from then on. */
const reloads = [
  ["sooner", 86_400_000, 1000, 60],
  ["at all", undefined, 1000, 60],
  ["no more", 1000, undefined, 0],
  ["later, once at the old time", 1000, 50_000, 2],
] as const;
for (const [what, before, after, times] of reloads) {
  Deno.test(`a reload of reconcile_ms counts at once: ${what}`, () => {
    const w = new World(before === undefined ? {} : { reconcileMs: before }).start();
    w.venueStatus("reconciling");
    w.reconciled();
    w.venueStatus("up");
    reload(w, after);
    const soonestMs = Math.min(before ?? Infinity, after ?? Infinity);
    strictEqual(w.timeline.nextDeadlineUs(), after && w.nowUs + soonestMs * 1000);
    const asked = w.reconciles.length;
    for (let second = 0; second < 60; second += 1) {
      const known = w.reconciles.length;
      w.wait(1000).fire();
      if (w.reconciles.length > known) w.reconciled();
    }
    strictEqual(w.reconciles.length - asked, times);
  });
}

Deno.test("a reload of reconcile_ms leaves alone what is asked or tried again, and a venue that is down", () => {
  const w = new World({ reconcileMs: 1000 }).start();
  w.venueStatus("reconciling");
  reload(w, 1);
  strictEqual(w.timeline.nextDeadlineUs(), undefined, "the one under way is waited for");
  w.broker("ReconcileFailed", { request: w.lastReconcile().request, text: "busy" });
  const dueUs = w.timeline.nextDeadlineUs();
  reload(w, 2);
  strictEqual(w.timeline.nextDeadlineUs(), dueUs, "by its back-off");
  w.wait(600).fire();
  strictEqual(w.reconciles.length, 2);
  w.venueStatus("down");
  reload(w, 1);
  strictEqual(w.timeline.nextDeadlineUs(), undefined);
});

Deno.test("apply() tries again with back-off when the account was not told", () => {
  const w = new World().start();
  w.venueStatus("reconciling");
  for (let attempts = 0; attempts < 4; attempts += 1) {
    w.broker("ReconcileFailed", { request: w.lastReconcile().request, text: "no" });
    const fullUs = 500_000 * (1 << Math.max(0, attempts - 1));
    const product = 2_654_435_761n + BigInt(attempts) * 40_503n; // venue 0 counts as 1
    const lot = Number((product % 2n ** 32n) / 2n ** 24n);
    const dueUs = w.nowUs + fullUs - Math.floor(fullUs * lot / 1024);
    strictEqual(w.timeline.nextDeadlineUs(), dueUs);
    w.wait((dueUs - w.nowUs) / 1000).fire();
  }
  strictEqual(w.reconciles.length, 5);
  w.venueStatus("down");
  strictEqual(w.timeline.nextDeadlineUs(), undefined);
});

Deno.test("apply() drops an answer to a request that is not the open one", () => {
  const w = asked();
  const { request } = w.lastReconcile();
  w.control("ReconcileAsked", { reason: "again" });
  w.broker("Reconciled", { request, openOrders: [] });
  w.broker("ReconcileFailed", { request, text: "no" });
  deepStrictEqual([count(w, "stale_reports"), count(w, "reconciliations")], [2, 0]);
  w.reconciled([row()]);
  w.reconciled([row()]);
  deepStrictEqual([count(w, "stale_reports"), count(w, "reconciliations")], [3, 1]);
});

Deno.test("apply() forgets what was asked before a restart", () => {
  const w = asked();
  w.start();
  w.reconciled([row()]);
  deepStrictEqual([count(w, "stale_reports"), count(w, "reconciliations")], [1, 0]);
});

const differing: readonly (readonly [string, readonly OpenOrder[], boolean])[] = [
  ["it is listed as it is", [row()], false],
  ["it is named by the venue's name alone", [row({ clOrdId: null })], false],
  ["it is named by the venue's name under a foreign key", [row({ clOrdId: "theirs" })], false],
  ["less is filled there than here is known", [row({ cumQty: qty(0) })], false],
  ["it is not listed", [], true],
  ["another is listed under its venue's name", [row({ clOrdId: "tl01234567-9-1" })], true],
  ["more is filled", [row({ cumQty: qty(1) })], true],
  ["the quantity is another", [row({ orderQty: qty(9_999) })], true],
  ["the price is another", [row({ price: px(9_999) })], true],
  ["it has no price", [row({ price: null })], true],
];
for (const [what, rows, differs] of differing) {
  Deno.test(`apply() ${differs ? "looks the order up" : "asks nothing"} when ${what}`, () => {
    const w = asked();
    w.reconciled(rows);
    deepStrictEqual(w.effects.commands.map(({ kind }) => kind), differs ? ["Lookup"] : []);
    strictEqual(count(w, "reconcile_differences") > 0, differs);
    deepStrictEqual(w.effects.reports, [], "a list alone changes nothing");
  });
}

Deno.test("apply() looks up what differs in the order of the orders, whosever they are", () => {
  const w = new World().start().open().open({ session: 2, client: "bob" });
  for (const [at, session] of [2, 1, 2, 1].entries()) w.place(`i${at}`, {}, session);
  for (const order of [1, 2, 3, 4]) w.accept(order);
  w.control("ReconcileAsked", { reason: "test" });
  w.reconciled();
  deepStrictEqual(w.commands.slice(-4).map(({ kind, order }) => [kind, order]), [
    ["Lookup", 1],
    ["Lookup", 2],
    ["Lookup", 3],
    ["Lookup", 4],
  ]);
});

Deno.test("apply() asks once while a look-up is open, and alarms where there is none", () => {
  const w = asked();
  w.reconciled();
  w.control("ReconcileAsked", { reason: "again" });
  w.reconciled();
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Lookup"]);
  const blind = asked({ capabilities: { lookupByClientOrderId: false } });
  blind.reconciled();
  deepStrictEqual(alarms(blind), ["ORDER_IN_DOUBT"]);
  strictEqual(blind.commands.length, 1);
});

Deno.test("apply() leaves out what is not at the venue in one version", () => {
  const w = new World({ capabilities: { replace: "cancel_new" } }).start().open();
  w.place("a1");
  w.place("a2");
  w.accept(2);
  w.replace("r2", { orig: "a2", qty: "12" });
  w.cancelled(2);
  w.control("ReconcileAsked", { reason: "test" });
  w.reconciled();
  strictEqual(count(w, "reconcile_differences"), 0, "1 is on its way, of 2 the new version");
});

Deno.test("apply() compares what was executed of the version at the venue, not its terms under a replace", () => {
  const w = asked();
  w.replace("r1", { orig: "a1", qty: "12" });
  w.reconciled([row({ orderQty: qty(12_000) })]);
  strictEqual(count(w, "reconcile_differences"), 0);
  w.control("ReconcileAsked", { reason: "test" });
  w.reconciled([row({ cumQty: qty(1) })]);
  strictEqual(count(w, "reconcile_differences"), 1);
});

Deno.test("apply() compares nothing that the old version of a cancel-and-new filled late", () => {
  const w = new World({ capabilities: { replace: "cancel_new" } }).start().open();
  w.place("a1");
  w.accept();
  w.replace("r1", { orig: "a1", qty: "12" });
  w.cancelled();
  w.broker("OrderAccepted", { ...ref(1, "tl01234567-1-2"), venueOrderId: "v2" });
  w.fill(1, { id: "e1", qty: 1000, clOrdId: "tl01234567-1-1" });
  const listed = { clOrdId: "tl01234567-1-2", venueOrderId: "v2", orderQty: qty(12_000) };
  for (const cumQty of [0, 1]) {
    w.control("ReconcileAsked", { reason: "test" });
    w.reconciled([row({ ...listed, cumQty: qty(cumQty) })]);
    strictEqual(count(w, "reconcile_differences"), cumQty);
  }
});

Deno.test("apply() restates an order that a look-up finds open on other terms", () => {
  const w = asked();
  w.reconciled([row({ orderQty: qty(8_000), price: px(9_900) })]);
  const found = {
    ...ref(1),
    request: w.lastCommand().request,
    status: "open",
    orderQty: qty(8_000),
    cumQty: qty(0),
    price: px(9_900),
  } as const;
  const [report, ...more] = w.broker("OrderFound", found);
  strictEqual(more.length, 0);
  deepStrictEqual(
    [report?.execType, report?.order?.orderQty, report?.order?.price, count(w, "restated")],
    ["Restated", 8_000, 9_900, 1],
  );
  w.broker("OrderFound", { ...found, orderQty: qty(7_000) });
  strictEqual(count(w, "restated"), 1, "nobody asked for that answer");
});

Deno.test("apply() takes no terms from an answer that was asked for before they changed", () => {
  const w = asked();
  w.reconciled();
  const { request } = w.lastCommand();
  w.broker("OrderReplaced", { ...ref(1), orderQty: qty(8_000), price: px(10_000) });
  const old = { ...ref(1), request, status: "open", orderQty: qty(10_000) } as const;
  deepStrictEqual(w.broker("OrderFound", { ...old, cumQty: qty(0), price: px(10_000) }), []);
  strictEqual(w.timeline.view.orders("account", { limit: 1 })[0]?.order?.orderQty, 8_000);
});

Deno.test("apply() lets no answer about the old version decide the new one of a cancel-and-new", () => {
  const w = new World({ capabilities: { replace: "cancel_new" } }).start().open();
  w.place("a1");
  w.accept();
  w.replace("r1", { orig: "a1", qty: "12" });
  w.failed("unknown");
  const { request } = w.lastCommand();
  w.cancelled();
  strictEqual(w.lastCommand().clOrdId, "tl01234567-1-2");
  w.broker("OrderFound", {
    ...ref(1, "tl01234567-1-1"),
    request,
    status: "cancelled",
    orderQty: qty(10_000),
    cumQty: qty(0),
    price: px(10_000),
  });
  deepStrictEqual(w.effects.reports, []);
  deepStrictEqual(w.accept().map(({ execType }) => execType), ["Replaced"]);
});

Deno.test("apply() shows orders that are not ours, alarms those that should not be there", () => {
  const w = asked();
  w.place("a2");
  w.accept(2);
  w.cancel("c2", "a2");
  w.cancelled(2);
  w.wait(1);
  w.control("ReconcileAsked", { reason: "test" });
  w.reconciled([
    row(),
    row({ clOrdId: "theirs", venueOrderId: "x1" }),
    row({ clOrdId: null, venueOrderId: "x2" }),
    row({ clOrdId: "tl01234567-2-1", venueOrderId: "v2" }),
    row({ clOrdId: "tl01234567-7-1", venueOrderId: "x3" }),
  ]);
  deepStrictEqual(alarms(w), ["LIVE_AFTER_END", "UNKNOWN_ORDER_AT_VENUE"]);
  const { externalOrders } = w.timeline.view;
  deepStrictEqual(externalOrders.map(({ venueOrderId }) => venueOrderId), ["x1", "x2", "v2", "x3"]);
  deepStrictEqual(externalOrders.map(({ listedUs }) => listedUs), Array(4).fill(w.nowUs));
  strictEqual(count(w, "external_orders"), 4);
  strictEqual(count(w, "reconcile_differences"), 2);
});

Deno.test("apply() leaves out what has ended since it was asked", () => {
  const w = asked();
  w.cancel("c1", "a1");
  w.wait(1);
  w.cancelled();
  w.reconciled([row()]);
  deepStrictEqual([alarms(w), count(w, "external_orders")], [[], 0]);
});

Deno.test("apply() names no order of another venue by our key", () => {
  const w = asked();
  const venue = 1 as VenueId;
  const declared = w.events.find(({ eventType }) => eventType === "VenueDeclared");
  if (declared?.eventType !== "VenueDeclared") throw new Error("Cannot go on without a venue");
  const declaration = { ...declared.payload, id: venue, name: "other", exchange: "other" };
  w.offer({ ...draft("control", "VenueDeclared", declaration), venue });
  const listed = w.events.find(({ eventType }) => eventType === "InstrumentListed");
  if (listed?.eventType !== "InstrumentListed") throw new Error("Cannot go on without a listing");
  const id = instrumentId(1);
  const instrument = { ...listed.payload, id, venue, name: "other:BTC/USDT" };
  w.offer({ ...draft("control", "InstrumentListed", instrument, id), venue });
  const status = { status: "reconciling", reason: "test" } as const;
  w.offer({ ...draft("control", "VenueStatusChanged", status), venue });
  const answer = { request: w.lastReconcile().request, openOrders: [row({ instrument: id })] };
  w.offer({ ...draft("broker_report", "Reconciled", answer), venue });
  deepStrictEqual(alarms(w), ["UNKNOWN_ORDER_AT_VENUE"]);
});

Deno.test("apply() asks for executions from the first request on, then from before the last answered one", () => {
  const w = new World().start().open();
  w.control("BalanceSet", { currency: "USDT", total: "1000" });
  const firstUs = w.nowUs;
  w.venueStatus("reconciling");
  strictEqual(w.lastReconcile().sinceUs, firstUs);
  w.wait(60_000);
  w.control("ReconcileAsked", { reason: "test" });
  strictEqual(w.lastReconcile().sinceUs, firstUs, "the first was never answered");
  const answeredUs = w.nowUs;
  w.reconciled();
  w.venueStatus("up");
  w.wait(60_000);
  w.control("ReconcileAsked", { reason: "test" });
  strictEqual(w.lastReconcile().sinceUs, answeredUs - 10_000_000);
});

Deno.test("apply() asks again for what a stream may have missed, whatever it told since", () => {
  const w = new World().start().open();
  w.control("BalanceSet", { currency: "USDT", total: "1000" });
  w.venueStatus("reconciling");
  const answeredUs = w.nowUs;
  w.reconciled();
  w.venueStatus("up");
  w.place("a1");
  w.accept();
  w.wait(60_000);
  w.offer({ ...fillDraft("e1"), eventTime: w.nowUs as never });
  w.control("ReconcileAsked", { reason: "test" });
  strictEqual(w.lastReconcile().sinceUs, Math.max(answeredUs, answeredUs - 10_000_000));
});

function fillDraft(execId: string): ReturnType<typeof draft> {
  return draft("broker_report", "OrderExecuted", {
    order: orderId(1),
    clOrdId: null,
    venueOrderId: null,
    execId,
    lastQty: qty(1_000),
    lastPx: px(10_000),
    liquidity: null,
    commission: "0",
    commissionCurrency: "USDT",
    provisional: false,
  }, BTC);
}

Deno.test("apply() lets a request that was withheld wait again, and leave later under its number", () => {
  const timeline = new EngineTimeline(() => {});
  const w = new World({ reconcileMs: 1000 });
  w.timeline = timeline;
  w.start().open();
  w.venueStatus("reconciling");
  w.reconciled();
  w.venueStatus("up");
  w.place("a1", { ttlMs: 1000 });
  const [alice] = timeline.state.clients.all;
  if (alice === undefined) throw new Error("Cannot go on without a client");
  alice.checkedReportSeq += 1; // the next report breaks the rule of report numbers
  w.wait(1000).fire();
  deepStrictEqual([alarms(w), w.reconciles.length], [["INVARIANT"], 1]);
  deepStrictEqual(timeline.state.venues[0]?.reconcile?.sentUs, null);
  w.control("TradingStateSet", { state: "Active", reason: "test" });
  w.venueStatus("up");
  strictEqual(w.reconciles.length, 2);
  strictEqual(w.lastReconcile().cause, "periodic");
});

Deno.test("apply() asks nothing of a simulated venue", () => {
  const simulation = {
    orderLatencyUs: 0,
    reportLatencyUs: 0,
    makerFeePpm: 0,
    takerFeePpm: 0,
  };
  const w = new World({ simulation, reconcileMs: 10 }).start();
  w.venueStatus("reconciling");
  w.control("ReconcileAsked", { reason: "test" });
  w.control("AccountAdopted", { reason: "test" });
  reload(w, 1);
  strictEqual(w.timeline.nextDeadlineUs(), undefined);
  strictEqual(w.reconciles.length, 0);
  strictEqual(count(w, "invariant_failures"), 0);
  throws(() => w.reconciled());
});

Deno.test("apply() refuses an answer that names no account or another's instrument, changing nothing", () => {
  const w = asked();
  const { request } = w.lastReconcile();
  const nowhere = row({ instrument: instrumentId(7) });
  w.broker("Reconciled", { request, openOrders: [nowhere] });
  deepStrictEqual(alarms(w), ["INVARIANT"]);
  strictEqual(count(w, "reconciliations"), 0);
  w.offer({ ...draft("broker_report", "Reconciled", { request, openOrders: [] }), venue: null });
  deepStrictEqual(alarms(w), ["INVARIANT"]);
  w.reconciled([row()]);
  strictEqual(count(w, "reconciliations"), 1);
});
