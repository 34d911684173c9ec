/**
 * Fills are facts: early, late, repeated, too large, voided, of orders we do not know. Proves
 * R-CORE-5 and the engine's side of R-CORE-6.
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import {
  clientIndex,
  type Draft,
  type InstrumentId,
  instrumentId,
  px,
  qty,
} from "../../../core/mod.ts";
import { inverseInstrument } from "../../support/contract_instruments.ts";
import { brief, draft, ref, spotInstrument, World } from "../../support/engine_world.ts";

function placed(): World {
  const w = new World().start().open();
  w.place("a1");
  return w;
}

/** The newest order as it is shown, less its last report. */
function newest(w: World): unknown {
  const [row] = w.timeline.view.orders("account", { open: false, limit: 1 });
  return [row?.ordStatus, row?.order];
}

/** An execution, told of an instrument. */
function executed(
  order: number,
  of: { readonly id: string; readonly qty: number; readonly on: InstrumentId },
): Draft {
  const fee = { commission: "0", commissionCurrency: "USDT" } as const;
  const terms = { execId: of.id, lastQty: qty(of.qty), lastPx: px(10_000), liquidity: null };
  const payload = { ...ref(order), ...terms, ...fee, provisional: false };
  return draft("broker_report", "OrderExecuted", payload, of.on);
}

Deno.test("apply() infers the acceptance from a fill that came first", () => {
  const w = placed();
  const reports = w.fill(1, { id: "e1", qty: 4000 });
  deepStrictEqual(reports.map(brief), [
    "New/Accepted 0+10000 inferred",
    "Trade/PartiallyFilled 4000+6000",
  ]);
  strictEqual(w.accept().length, 0, "the acceptance itself says nothing new");
});

Deno.test("apply() infers no acceptance from a fill at a price that has no value", () => {
  const w = new World().start().open();
  const listed = { ...inverseInstrument(), id: instrumentId(1), name: "test:INV" };
  w.control("InstrumentListed", listed, listed.id);
  w.place("a1", { instrument: listed.name });
  for (const price of [0, -1]) {
    strictEqual(w.fill(1, { id: "e1", qty: 1, px: price }).length, 0);
    strictEqual(w.effects.alarms[0]?.code, "INVARIANT");
  }
  deepStrictEqual(w.accept().map(brief), ["New/Accepted 0+10"]);
});

Deno.test("apply() never counts a report in the quanta of another instrument than its order's", () => {
  const w = placed();
  const finer = instrumentId(1);
  const qtyRule = { scale: 5, stepQuanta: 1, minQuanta: 1, maxQuanta: null };
  w.control("InstrumentListed", { ...spotInstrument(), id: finer, name: "test:X", qtyRule }, finer);
  w.accept();
  w.replace("r1", { orig: "a1", qty: "12" });
  const terms = { orderQty: qty(12_000), price: px(10_000) };
  const fill = executed(1, { id: "e1", qty: 1000, on: finer });
  const replaced = draft("broker_report", "OrderReplaced", { ...ref(1), ...terms }, finer);
  const gone = draft("broker_report", "OrderCancelled", { ...ref(1), reason: "gone" }, finer);
  const before = newest(w);
  for (const report of [fill, replaced, gone]) {
    strictEqual(w.offer(report).length, 0);
    deepStrictEqual(w.effects.alarms.map(({ code }) => code), ["INVARIANT"]);
    strictEqual(w.effects.transitions[0]?.kind, "AccountHalted");
    deepStrictEqual(newest(w), before);
  }
  deepStrictEqual(w.timeline.view.positions("account"), []);
});

Deno.test("apply() takes an execution that is told again under another instrument for a repetition", () => {
  const w = placed();
  const renamed = instrumentId(1);
  w.control("InstrumentListed", { ...spotInstrument(), id: renamed, name: "test:X" }, renamed);
  w.fill(1, { id: "e1", qty: 1000 });
  strictEqual(w.offer(executed(1, { id: "e1", qty: 1000, on: renamed })).length, 0);
  deepStrictEqual([w.effects.alarms, w.effects.transitions], [[], []]);
  strictEqual(w.timeline.view.counters()["duplicate_reports"], 1);
});

Deno.test("apply() infers neither acceptance nor increase from a fill that cannot be booked", () => {
  const w = placed();
  w.place("b1");
  w.accept(2);
  w.replace("r1", { orig: "b1", qty: "12" });
  w.broker("OrderExecuted", {
    order: null,
    clOrdId: null,
    venueOrderId: "theirs",
    execId: "s1",
    lastQty: qty(Number.MAX_SAFE_INTEGER - 500),
    lastPx: px(10_000),
    liquidity: null,
    commission: "0",
    commissionCurrency: "USDT",
    provisional: false,
    side: "Buy",
  });
  for (const [order, lots] of [[1, 1000], [2, 11_000]] as const) {
    strictEqual(w.fill(order, { id: "e1", qty: lots }).length, 0);
    strictEqual(w.effects.alarms[0]?.code, "INVARIANT");
  }
  deepStrictEqual(w.accept().map(brief), ["New/Accepted 0+10000"]);
  deepStrictEqual(w.fill(2, { id: "e1", qty: 500 }).map(brief), ["Trade/ReplacePending 500+9500"]);
  strictEqual(w.timeline.view.counters()["stale_reports"], 0);
});

Deno.test("apply() reports a fill with its execution and moves cash and position", () => {
  const w = placed();
  w.accept();
  const [report] = w.fill(1, { id: "e1", qty: 10_000, px: 9_950 });
  strictEqual(report === undefined ? "" : brief(report), "Trade/Filled 10000+0");
  strictEqual(report?.order?.notional, 99_500_000n);
  deepStrictEqual([report?.execution?.execId, report?.execution?.commission], ["e1", "0.01"]);
  const alice = clientIndex(0);
  const [position] = w.timeline.view.positions(alice);
  deepStrictEqual([position?.qty, position?.avgPx], ["10", "99.5"]);
  const [, usdt] = w.timeline.view.balances();
  deepStrictEqual([usdt?.currency, usdt?.total], ["USDT", "-995.01"]);
  deepStrictEqual(
    w.timeline.view.fills(alice, { limit: 9 }).map((row) => row.execution.execId),
    ["e1"],
  );
});

Deno.test("apply() changes nothing by a repeated execution or a repeated key", () => {
  const w = placed();
  w.accept();
  w.fill(1, { id: "e1", qty: 1000 });
  strictEqual(w.fill(1, { id: "e1", qty: 1000 }).length, 0);
  const cancelled = { ...ref(1), reason: "x" };
  strictEqual(w.broker("OrderCancelled", cancelled, "k1").length, 1);
  strictEqual(w.broker("OrderCancelled", cancelled, "k1").length, 0);
  strictEqual(w.timeline.view.counters()["duplicate_reports"], 2);
});

Deno.test("apply() books a late fill; the order stays as it ended", () => {
  const w = placed();
  w.accept();
  w.cancelled();
  const reports = w.fill(1, { id: "e1", qty: 2000 });
  deepStrictEqual(reports.map(brief), ["Trade/Cancelled 2000+0 late"]);
  strictEqual(w.timeline.view.positions(clientIndex(0))[0]?.qty, "2");
});

Deno.test("apply() books a fill above the quantity, halts the account and alarms", () => {
  const w = placed();
  w.accept();
  const reports = w.fill(1, { id: "e1", qty: 11_000 });
  deepStrictEqual(reports.map(brief), ["Trade/Filled 11000+0"]);
  strictEqual(w.effects.alarms[0]?.code, "OVERFILL");
  strictEqual(w.effects.transitions.at(-1)?.kind, "AccountHalted");
  strictEqual(w.place("a2")[0]?.rejectCode, "TRADING_HALTED");
});

Deno.test("apply() books a voided execution back; the order does not re-open", () => {
  const w = placed();
  w.accept();
  w.fill(1, { id: "e1", qty: 10_000 });
  const voided = { ...ref(1), execId: "x1", execRefId: "e1" };
  const [report] = w.broker("ExecutionVoided", voided);
  strictEqual(report === undefined ? "" : brief(report), "TradeCancel/Filled 0+0");
  deepStrictEqual([report?.execRefId, report?.execution?.execId, report?.execution?.lastQty], [
    "e1",
    "x1",
    0,
  ]);
  strictEqual(report?.order?.notional, 0n);
  strictEqual(w.timeline.view.positions(clientIndex(0))[0]?.qty, "0");
  strictEqual(w.broker("ExecutionVoided", voided).length, 0);
});

Deno.test("apply() does not give a voided quantity back to a live order", () => {
  const w = placed();
  w.accept();
  w.fill(1, { id: "e1", qty: 4000 });
  const [report] = w.broker("ExecutionVoided", { ...ref(1), execId: "x1", execRefId: "e1" });
  strictEqual(report === undefined ? "" : brief(report), "TradeCancel/Accepted 0+6000");
});

Deno.test("apply() alarms about a report of an order that it does not keep", () => {
  const w = placed();
  strictEqual(w.fill(99, { id: "e1", qty: 1 }).length, 0);
  strictEqual(w.effects.alarms[0]?.code, "ORPHAN_REPORT");
  match(w.effects.alarms[0]?.text ?? "", /OrderExecuted of venue test .* order 99/);
});

Deno.test("apply() fails closed on an illegal report and names order, state, report and seq", () => {
  const w = placed();
  w.accept();
  w.fill(1, { id: "e1", qty: 1000 });
  const refused = { ...ref(1), rejectCode: "VENUE_REJECTED", text: "no" } as const;
  strictEqual(w.broker("OrderRejected", refused).length, 0);
  strictEqual(w.effects.alarms[0]?.code, "ILLEGAL_TRANSITION");
  match(w.effects.alarms[0]?.text ?? "", /Rejected at seq_id \d+ .*order 1 .*was PartiallyFilled/);
});

Deno.test("apply() finds orders by our key, by the venue's name, and tells foreign ones apart", () => {
  const w = placed();
  const by = { order: null, clOrdId: "tl01234567-1-1", venueOrderId: "v1" };
  strictEqual(w.broker("OrderAccepted", by).length, 1);
  const named = { order: null, clOrdId: null, venueOrderId: "v1", reason: "x" };
  const foreign = { ...named, clOrdId: "tlffffffff-1-1", venueOrderId: null };
  strictEqual(w.broker("OrderCancelled", foreign).length, 0);
  strictEqual(w.broker("OrderCancelled", named).length, 1);
});

Deno.test("apply() finds the newer of two orders with one name at the venue, also from a checkpoint", () => {
  for (const first of [1, 2]) {
    const w = placed();
    w.place("a2");
    for (const order of [first, 3 - first]) {
      w.broker("OrderAccepted", { ...ref(order), venueOrderId: "same" });
    }
    const again = new World({}, w.timeline.checkpoint());
    const [report] = w.broker("OrderCancelled", {
      order: null,
      clOrdId: null,
      venueOrderId: "same",
      reason: "x",
    });
    strictEqual(report?.order?.orderId, 2);
    const event = w.events.at(-1);
    if (event !== undefined) again.apply(event);
    deepStrictEqual(again.lines, w.lines.slice(-1));
  }
});
