/**
 * Reports about orders that are not ours: what can be booked is booked to `external`, its instrument
 * is halted until an operator looked, everything else alarms. Proves R-CORE-5 (a fill the venue really
 * made is never dropped), R-CORE-6 and part of R-EXEC-5.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { clientIndex, instrumentId, micros, px, qty } from "../../../core/mod.ts";
import { draft, SETTINGS, World } from "../../support/engine_world.ts";
import { runner } from "../../support/outcome_instruments.ts";
import {
  FEE,
  position,
  STRANGER,
  stranger,
  strangerConfirms,
  strangerCorrects,
  strangerVoids,
} from "../../support/stranger_words.ts";
import * as say from "../../support/venue_words.ts";

const BTC = instrumentId(0);

Deno.test("apply() books a stranger's fill to external, halts the instrument and alarms", () => {
  const w = say.placed();
  strictEqual(stranger(w).length, 0, "no client is told");
  deepStrictEqual(say.alarms(w), ["EXTERNAL_FILL"]);
  const [halt, ...others] = w.effects.transitions;
  deepStrictEqual([halt?.kind, others.length], ["InstrumentHalted", 0]);
  strictEqual(position(w), "-2");
  strictEqual(w.timeline.view.positions(clientIndex(0)).length, 0);
  const usdt = w.timeline.view.balances().find(({ currency }) => currency === "USDT");
  strictEqual(usdt?.total, "199.5");
  strictEqual(w.timeline.view.counters()["external_fills"], 1);
});

Deno.test("apply() refuses new orders on a halted instrument and lets cancels go", () => {
  const w = say.worldIn("Accepted");
  stranger(w);
  strictEqual(w.place("a2")[0]?.rejectCode, "TRADING_HALTED");
  strictEqual(w.replace("r1", { orig: "a1", qty: "12" })[0]?.rejectCode, "TRADING_HALTED");
  w.cancel("c1", "a1");
  strictEqual(w.lastCommand().kind, "Cancel");
});

Deno.test("apply() ends the halt of an instrument only by the operator's word for it", () => {
  const w = say.worldIn("Accepted");
  stranger(w);
  const active = { state: "Active", reason: "looked" } as const;
  w.control("TradingStateSet", active);
  w.restart();
  w.venueStatus("up");
  w.open({ session: 2 });
  strictEqual(w.place("a2", {}, 2)[0]?.rejectCode, "TRADING_HALTED", "it survives a restart");
  w.control("TradingStateSet", active, BTC);
  strictEqual(w.place("a3", {}, 2)[0]?.execType, "PendingNew");
});

Deno.test("apply() halts once for many fills, and again after the operator's word", () => {
  const w = say.placed();
  stranger(w);
  stranger(w, { id: "e2" });
  strictEqual(w.effects.transitions.length, 0);
  w.control("TradingStateSet", { state: "Active", reason: "looked" }, BTC);
  stranger(w, { id: "e3" });
  strictEqual(w.effects.transitions[0]?.kind, "InstrumentHalted");
});

Deno.test("apply() books a stranger's fill once, also after a checkpoint", () => {
  const w = say.placed();
  stranger(w);
  const again = new World({}, w.timeline.checkpoint());
  stranger(w);
  ok(w.effects.isEmpty);
  const event = w.events.at(-1);
  if (event !== undefined) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(-1));
  strictEqual(again.timeline.view.positions("account")[0]?.qty, "-2");
});

Deno.test("apply() takes a stranger's fill back when the venue voids it, once", () => {
  const w = say.placed();
  stranger(w);
  strangerVoids(w, "e1");
  strictEqual(position(w), "0");
  strangerVoids(w, "e1");
  ok(w.effects.isEmpty);
  strangerVoids(w, "e7");
  deepStrictEqual(say.alarms(w), ["ORPHAN_REPORT"]);
});

Deno.test("apply() corrects a stranger's fill, once", () => {
  const w = say.placed();
  stranger(w);
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  strictEqual(position(w), "-1.5");
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  ok(w.effects.isEmpty);
  strangerVoids(w, "e1");
  strangerCorrects(w, { ref: "e1", id: "x2", qty: 1 });
  deepStrictEqual([position(w), ...say.alarms(w)], ["0", "ORPHAN_REPORT"]);
});

Deno.test("apply() takes no correction of a stranger's fill to nothing: the venue voids what was none", () => {
  const w = say.placed();
  stranger(w);
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 0 });
  deepStrictEqual([position(w), ...say.alarms(w)], ["-2", "ORPHAN_REPORT"]);
});

Deno.test("apply() knows a stranger's fill by its corrections too, also after a checkpoint", () => {
  const w = say.placed();
  stranger(w);
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  strangerCorrects(w, { ref: "x1", id: "x2", qty: 1000 });
  strangerCorrects(w, { ref: "x2", id: "x2", qty: 1200 });
  strictEqual(position(w), "-1.2", "an id may correct itself");
  const again = new World({}, w.timeline.checkpoint());
  for (const id of ["x1", "x2"]) stranger(w, { id });
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  strangerVoids(w, "x1");
  strictEqual(position(w), "0");
  strangerCorrects(w, { ref: "e1", id: "x2", qty: 1000 });
  strangerVoids(w, "x2");
  strictEqual(w.timeline.view.counters()["duplicate_reports"], 5);
  for (const event of w.events.slice(-6)) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(-6));
});

Deno.test("apply() counts a stranger's trade once that was told by itself before its correction", () => {
  const w = say.placed();
  stranger(w);
  stranger(w, { id: "x1", qty: 1500 });
  strictEqual(position(w), "-3.5");
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  deepStrictEqual([position(w), ...say.alarms(w)], ["-1.5", "EXTERNAL_FILL"]);
  const again = new World({}, w.timeline.checkpoint());
  stranger(w);
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  strictEqual(w.timeline.view.counters()["duplicate_reports"], 2);
  strangerCorrects(w, { ref: "e1", id: "x2", qty: 1000 });
  strangerVoids(w, "e1");
  strictEqual(position(w), "0");
  for (const event of w.events.slice(-4)) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(-4));
});

Deno.test("apply() books a stranger's bet that was told first in the epoch of the one corrected", () => {
  const [told, inOrder] = [[0, 1], [1, 0]].map((words) => {
    const w = say.placed();
    for (const { id, symbol, ...terms } of [runner(1), runner(2)]) {
      w.control("InstrumentListed", { ...terms, id, symbol, name: `test:${symbol}` }, id);
    }
    const instrument = instrumentId(1);
    stranger(w, { instrument });
    const removal = { reductionPpm: 211_000, basis: "price" } as const;
    const fact = draft("broker_report", "RunnerRemoved", removal, instrumentId(2));
    w.offer({ ...fact, idempotencyKey: "k" });
    const terms = { lastQty: qty(1500), lastPx: px(10_000), ...FEE };
    for (const word of words) {
      if (word === 0) stranger(w, { id: "x1", qty: 1500, instrument });
      else w.broker("ExecutionCorrected", { ...STRANGER, execId: "x1", execRefId: "e1", ...terms });
    }
    const again = new World({}, w.timeline.checkpoint());
    strangerVoids(w, "nothing");
    for (const event of w.events.slice(-1)) again.apply(event);
    deepStrictEqual(again.lines, w.lines.slice(-1));
    const row = w.timeline.view.positions("account").find(({ qty }) => qty !== "0");
    deepStrictEqual([row?.qty, row?.avgPx], ["-15", "78.9"], "100.00, reduced");
    strangerVoids(w, "x1");
    strictEqual(w.timeline.view.counters()["invariant_failures"], 0);
    return w.timeline.view.positions("account");
  });
  deepStrictEqual(told, inOrder);
});

Deno.test("apply() takes no stranger's trade for another on the other side, or one that is voided", () => {
  const w = say.placed();
  stranger(w);
  stranger(w, { id: "x1", qty: 1500, side: "Buy" });
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  deepStrictEqual([position(w), ...say.alarms(w)], ["-0.5", "ORPHAN_REPORT"]);
  strangerVoids(w, "e1");
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  deepStrictEqual([position(w), ...say.alarms(w)], ["1.5", "ORPHAN_REPORT"]);
});

Deno.test("apply() forgets a stranger's trade that was told twice with all of its ids", () => {
  const w = say.placed();
  stranger(w);
  stranger(w, { id: "x1", qty: 1500 });
  w.wait(SETTINGS.intentHorizonMs);
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  w.wait(2000);
  stranger(w, { id: "e2" });
  for (const id of ["e1", "x1"]) stranger(w, { id });
  strictEqual(position(w), "-3.5", "a horizon after the correction");
  w.wait(SETTINGS.intentHorizonMs);
  stranger(w, { id: "e3" });
  for (const id of ["e1", "x1"]) stranger(w, { id });
  strictEqual(position(w), "-9.5", "and not for ever");
});

Deno.test("apply() knows a stranger's fill by the id of a correction that changes nothing", () => {
  const w = say.placed();
  stranger(w);
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  strangerCorrects(w, { ref: "e1", id: "x2", qty: 1500 });
  ok(w.effects.isEmpty);
  stranger(w, { id: "x2", qty: 1500 });
  strictEqual(position(w), "-1.5");
});

Deno.test("apply() knows a corrected fill of a stranger for a horizon after the correction", () => {
  const w = say.placed();
  stranger(w);
  w.wait(SETTINGS.intentHorizonMs);
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  w.wait(2000);
  stranger(w, { id: "e2" });
  stranger(w, { id: "x1", agoMs: 2000 });
  ok(w.effects.isEmpty);
  strictEqual(position(w), "-3.5");
});

Deno.test("apply() knows a stranger's fill for a horizon after it was confirmed", () => {
  const w = say.placed();
  stranger(w);
  w.wait(SETTINGS.intentHorizonMs);
  strangerConfirms(w, "e1");
  ok(w.effects.isEmpty);
  const again = new World({}, w.timeline.checkpoint());
  w.wait(2000);
  stranger(w, { id: "e2" });
  stranger(w, { agoMs: 2000 });
  ok(w.effects.isEmpty);
  strictEqual(position(w), "-4");
  for (const event of w.events.slice(-2)) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(-2));
});

Deno.test("apply() alarms when it is to confirm a stranger's fill that is voided or not booked", () => {
  const w = say.placed();
  stranger(w);
  strangerVoids(w, "e1");
  for (const id of ["e1", "e7"]) {
    strangerConfirms(w, id);
    deepStrictEqual(say.alarms(w), ["ORPHAN_REPORT"]);
  }
});

Deno.test("apply() books no fill that is older than the horizon: it may have been booked before", () => {
  const w = say.placed();
  stranger(w, { agoMs: SETTINGS.intentHorizonMs });
  strictEqual(position(w), "-2");
  stranger(w, { id: "e2", agoMs: SETTINGS.intentHorizonMs + 1 });
  deepStrictEqual(say.alarms(w), ["FILL_TOO_OLD"]);
  strictEqual(position(w), "-2");
});

Deno.test("apply() still knows a stranger's fill for as long as a repetition could be booked", () => {
  const w = say.placed();
  stranger(w);
  w.wait(SETTINGS.intentHorizonMs);
  stranger(w, { id: "e2" });
  stranger(w, { id: "e1", agoMs: SETTINGS.intentHorizonMs });
  ok(w.effects.isEmpty);
  w.wait(1001);
  stranger(w, { id: "e3" });
  stranger(w, { id: "e1", agoMs: SETTINGS.intentHorizonMs + 1001 });
  deepStrictEqual(say.alarms(w), ["FILL_TOO_OLD"]);
  strictEqual(position(w), "-6");
});

Deno.test("apply() still knows a stranger's fill of a venue whose clock is ahead", () => {
  const w = say.placed();
  stranger(w, { agoMs: -500 });
  w.wait(SETTINGS.intentHorizonMs + 300);
  stranger(w, { id: "e2" });
  stranger(w, { id: "e1", agoMs: SETTINGS.intentHorizonMs - 200 });
  ok(w.effects.isEmpty);
});

Deno.test("apply() books no fill that a shorter horizon may have forgotten", () => {
  const w = say.placed();
  w.accept();
  w.fill(1, { id: "e1", qty: 10_000 });
  const bookedUs = w.nowUs;
  w.wait(SETTINGS.intentHorizonMs + 1000).fire();
  w.restart({ settings: { ...SETTINGS, intentHorizonMs: 10 * SETTINGS.intentHorizonMs } });
  const again = new World({}, w.timeline.checkpoint());
  const from = w.events.length;
  stranger(w, { side: "Buy", agoMs: (w.nowUs - bookedUs) / 1000 });
  deepStrictEqual(say.alarms(w), ["FILL_TOO_OLD"]);
  strictEqual(position(w), "10");
  stranger(w, { id: "e2", side: "Buy", agoMs: SETTINGS.intentHorizonMs - 1 });
  deepStrictEqual(say.alarms(w), ["EXTERNAL_FILL"]);
  strictEqual(position(w), "12");
  for (const event of w.events.slice(from)) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(from));
});

const unbookable = [
  ["without a side", { side: null }],
  ["without an instrument", { instrument: null }],
  ["of an instrument that is not listed", { instrument: instrumentId(7) }],
  ["without a quantity", { qty: 0 }],
] as const;
for (const [what, of] of unbookable) {
  Deno.test(`apply() can only alarm about a stranger's fill ${what}`, () => {
    const w = say.placed();
    stranger(w, of);
    deepStrictEqual(say.alarms(w), ["ORPHAN_REPORT"]);
    match(w.effects.alarms[0]?.text ?? "", /OrderExecuted of venue test .*somebody-else.*v99/);
    strictEqual(position(w), undefined);
  });
}

Deno.test("apply() alarms about every other word about an order it does not keep", () => {
  const w = say.placed();
  w.broker("OrderCancelled", { ...STRANGER, reason: "x" });
  deepStrictEqual(say.alarms(w), ["ORPHAN_REPORT"]);
  strictEqual(w.timeline.view.counters()["orphan_reports"], 1);
});

/** Execution `e1` of order 1, found by our key; returns the position after it. */
function ours(w: World, eventUs: number): string | undefined {
  const execution = { execId: "e1", lastQty: qty(2000), lastPx: px(10_000), ...FEE };
  const named = { order: null, clOrdId: "tl01234567-1-1", venueOrderId: null };
  const payload = { ...named, ...execution, provisional: false, side: "Buy" } as const;
  const common = draft("broker_report", "OrderExecuted", payload, BTC);
  w.offer({ ...common, eventTime: micros(eventUs) });
  return position(w);
}

function keptOrders(w: World): number {
  return w.timeline.view.orders("account", { open: false, limit: 9 }).length;
}

Deno.test("apply() books a fill of an order of ours that has been forgotten to external", () => {
  const w = say.worldIn("Cancelled");
  w.wait(SETTINGS.intentHorizonMs + 3000).fire();
  strictEqual(keptOrders(w), 0);
  deepStrictEqual([ours(w, w.nowUs), ...say.alarms(w)], ["2", "EXTERNAL_FILL"]);
});

Deno.test("apply() knows a late fill of ours for as long as a repetition could be booked", () => {
  const w = say.worldIn("Cancelled").wait(60_000);
  const eventUs = w.nowUs;
  strictEqual(ours(w, eventUs), "2");
  w.wait(SETTINGS.intentHorizonMs - 57_000).fire();
  deepStrictEqual([ours(w, eventUs), ...say.alarms(w)], ["2"], "a horizon after the end");
  strictEqual(w.timeline.view.counters()["duplicate_reports"], 1);
  w.wait(60_000).fire();
  deepStrictEqual([keptOrders(w), ours(w, eventUs)], [0, "2"], "and after the fill");
  deepStrictEqual(say.alarms(w), ["FILL_TOO_OLD"]);
});

Deno.test("apply() knows an execution of ours for a horizon after it was confirmed", () => {
  const w = say.worldIn("Accepted");
  say.provisionalFill(w, { id: "e1", qty: 10_000 });
  w.wait(600_000);
  const eventUs = w.nowUs;
  say.confirmed(w, "e1");
  const again = new World({}, w.timeline.checkpoint());
  w.wait(SETTINGS.intentHorizonMs - 300_000).fire();
  deepStrictEqual([ours(w, eventUs), ...say.alarms(w)], ["10"]);
  w.wait(302_000).fire();
  strictEqual(keptOrders(w), 0);
  const from = w.events.findLastIndex(({ eventType }) => eventType === "ExecutionConfirmed") + 1;
  for (const event of w.events.slice(from)) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(from));
});

Deno.test("apply() goes on from a checkpoint that does not say what is kept since when", () => {
  const w = say.worldIn("Cancelled");
  stranger(w, { id: "e9" });
  const saved = JSON.stringify(w.timeline.checkpoint());
  match(saved, /"kept_since_us".*"correctedAs".*"peakQty":2000.*"isTakenOver":false/);
  const older = saved.replace("kept_since_us", "of_old").replace("correctedAs", "ofOld")
    .replace('"peakQty":2000,', "").replace(',"isTakenOver":false', "");
  const again = new World({}, JSON.parse(older));
  const from = w.events.length;
  strangerCorrects(w, { ref: "e9", id: "x9", qty: 1500 });
  stranger(w, { id: "x9" });
  w.wait(SETTINGS.intentHorizonMs + 3000).fire();
  for (const event of w.events.slice(from)) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(from));
  deepStrictEqual([keptOrders(again), position(again)], [0, "-1.5"]);
});
