/**
 * Executions that were booked to `external` and turn out to be of an order of ours: they move as they
 * stand, count once, and what the venue took off them does not come back. Proves R-CORE-5 and R-CORE-6
 * as far as they concern these.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { clientIndex, type ExecutionReport, instrumentId, px, qty } from "../../../core/mod.ts";
import { runner } from "../../support/outcome_instruments.ts";
import { draft, SETTINGS, World } from "../../support/engine_world.ts";
import {
  FEE,
  position,
  stranger,
  strangerConfirms,
  strangerCorrects,
  strangerVoids,
} from "../../support/stranger_words.ts";
import * as say from "../../support/venue_words.ts";

const BTC = instrumentId(0);

type Keyed = {
  readonly id?: string;
  readonly qty?: number;
  readonly clOrdId?: string;
  readonly venueOrderId?: string;
  readonly instrument?: typeof BTC;
};

/** An execution under our key, of order 1 unless told otherwise. */
function keyed(w: World, of: Keyed = {}): readonly ExecutionReport[] {
  const { id = "e1", clOrdId = "tl01234567-1-1", venueOrderId = null, instrument = BTC } = of;
  const named = { order: null, clOrdId, venueOrderId, execId: id, provisional: false };
  const payload = { ...named, lastQty: qty(of.qty ?? 2000), lastPx: px(10_000), ...FEE };
  return w.offer(draft("broker_report", "OrderExecuted", payload, instrument));
}

function booksOf(w: World): unknown {
  const { view } = w.timeline;
  return [view.positions("account"), view.positions(clientIndex(0)), view.balances()];
}

Deno.test("apply() moves a stranger's fill to the order of ours that it turns out to be", () => {
  const [moved, told] = [true, false].map((isTold) => {
    const w = say.placed();
    if (isTold) stranger(w, { side: "Buy" });
    const again = new World({}, w.timeline.checkpoint());
    const from = w.events.length;
    const reports = say.briefs(keyed(w));
    deepStrictEqual(reports, ["New/Accepted 0+10000 inferred", "Trade/PartiallyFilled 2000+8000"]);
    deepStrictEqual(say.alarms(w), []);
    for (const event of w.events.slice(from)) again.apply(event);
    deepStrictEqual(again.lines, w.lines.slice(from));
    if (isTold) strictEqual(w.place("a2")[0]?.rejectCode, "TRADING_HALTED", "nobody has looked");
    return booksOf(w);
  });
  deepStrictEqual(moved, told);
});

Deno.test("apply() knows a moved fill however it is told again, also after a checkpoint", () => {
  const w = say.placed();
  stranger(w, { side: "Buy" });
  keyed(w);
  const before = booksOf(w);
  const again = new World({}, w.timeline.checkpoint());
  const from = w.events.length;
  keyed(w);
  stranger(w, { side: "Buy" });
  deepStrictEqual([w.timeline.view.counters()["duplicate_reports"], booksOf(w)], [2, before]);
  for (const tell of [() => strangerVoids(w, "e1"), () => strangerConfirms(w, "e1")]) {
    tell();
    deepStrictEqual([say.alarms(w), booksOf(w)], [["ORPHAN_REPORT"], before]);
  }
  stranger(w, { id: "e2", side: "Buy" });
  strangerCorrects(w, { ref: "e2", id: "e1", qty: 1000 });
  deepStrictEqual(say.alarms(w), ["ORPHAN_REPORT"], "what it names is no stranger's any more");
  strictEqual(say.briefs(say.voided(w, "e1"))[0], "TradeCancel/Accepted 0+8000");
  strictEqual(position(w), "2");
  for (const event of w.events.slice(from)) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(from));
});

Deno.test("apply() moves a stranger's fill as it was corrected, with all of its ids", () => {
  const w = say.placed();
  stranger(w, { side: "Buy" });
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  const reports = keyed(w, { venueOrderId: "v1" });
  strictEqual(say.briefs(reports)[1], "Trade/PartiallyFilled 1500+8000", "500 do not come back");
  const [, trade] = reports;
  deepStrictEqual([trade?.execution?.execId, trade?.execution?.lastQty], ["e1", 1500]);
  strictEqual(keyed(w, { id: "x1", qty: 1500 }).length, 0);
  strictEqual(position(w), "1.5");
  const again = new World({}, w.timeline.checkpoint());
  const from = w.events.length;
  strictEqual(say.briefs(say.voided(w, "x1"))[0], "TradeCancel/Accepted 0+8000");
  for (const event of w.events.slice(from)) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(from));
});

Deno.test("apply() books nothing of what was voided while it was a stranger's, nor lets it come back", () => {
  const w = say.placed();
  stranger(w, { side: "Buy" });
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  strangerVoids(w, "e1");
  const positions = (): unknown => w.timeline.view.positions("account");
  const before = positions();
  const again = new World({}, w.timeline.checkpoint());
  const from = w.events.length;
  deepStrictEqual(say.briefs(keyed(w)), [
    "New/Accepted 0+10000 inferred",
    "Restated/Accepted 0+8000",
  ]);
  deepStrictEqual([say.alarms(w), positions()], [[], before]);
  for (const id of ["e1", "x1"]) strictEqual(keyed(w, { id }).length, 0);
  stranger(w, { side: "Buy" });
  say.voided(w, "x1");
  const counters = w.timeline.view.counters();
  deepStrictEqual([counters["duplicate_reports"], counters["restated"]], [4, 0]);
  say.corrected(w, { ref: "e1", id: "x2", qty: 1000 });
  deepStrictEqual([say.alarms(w), positions()], [["CORRECTION_REFUSED"], before]);
  for (const event of w.events.slice(from)) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(from));
});

Deno.test("apply() ends an order of which all was executed, and voided while it was a stranger's", () => {
  const w = say.placed();
  stranger(w, { side: "Buy", qty: 10_000 });
  strangerVoids(w, "e1");
  deepStrictEqual(say.briefs(keyed(w, { qty: 10_000 }))[1], "Restated/Filled 0+0");
  const ended = say.worldIn("Cancelled");
  stranger(ended, { side: "Buy", qty: 10_001 });
  strangerVoids(ended, "e1");
  deepStrictEqual([keyed(ended, { qty: 10_001 }).length, say.alarms(ended)], [0, ["OVERFILL"]]);
});

Deno.test("apply() keeps an order for a horizon after a voided execution moved to it, and while it lives", () => {
  for (const [status, isKept] of [["Cancelled", false], ["Accepted", true]] as const) {
    const w = say.worldIn(status);
    const kept = (): boolean => w.timeline.view.counters()["orders_kept"] === 1;
    w.wait(60_000);
    stranger(w, { side: "Buy" });
    strangerVoids(w, "e1");
    keyed(w);
    w.wait(SETTINGS.intentHorizonMs - 57_000).fire();
    deepStrictEqual([status, kept()], [status, true], "a horizon after its end");
    w.wait(60_000).fire();
    deepStrictEqual([status, kept()], [status, isKept], "a horizon after the execution");
  }
});

Deno.test("apply() changes nothing by a voided execution that its order could not count", () => {
  const w = say.placed();
  stranger(w, { side: "Buy", qty: Number.MAX_SAFE_INTEGER });
  strangerVoids(w, "e1");
  keyed(w, { id: "e2", qty: 1 });
  strictEqual(keyed(w).length, 0);
  deepStrictEqual(say.alarms(w), ["INVARIANT"]);
  strictEqual(keyed(w, { id: "e3", qty: 1 }).length, 1, "as it was");
});

Deno.test("apply() infers an increase from the most that a moved fill ever was", () => {
  const w = say.placed();
  w.accept();
  w.replace("r1", { orig: "a1", qty: "12" });
  stranger(w, { side: "Buy", qty: 11_000 });
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 9000 });
  deepStrictEqual(say.briefs(keyed(w)), [
    "Replaced/Accepted 0+12000 inferred",
    "Trade/PartiallyFilled 9000+1000",
  ]);
});

const revised: readonly (readonly [what: string, revise: (w: World) => void, standing: number])[] =
  [
    ["voided", (w) => strangerVoids(w, "e1"), 0],
    ["corrected down", (w) => strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 }), 1500],
    ["corrected up and down", (w) => {
      strangerCorrects(w, { ref: "e1", id: "x1", qty: 2500 });
      strangerCorrects(w, { ref: "e1", id: "x2", qty: 1500 });
    }, 1500],
    ["corrected to less by a trade told first", (w) => {
      stranger(w, { id: "x1", side: "Buy", qty: 1500 });
      strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
    }, 1500],
  ];
for (const [what, revise, standing] of revised) {
  Deno.test(`apply() holds look-ups against the most that a moved fill ever was: ${what}`, () => {
    const peak = what === "corrected up and down" ? 2500 : 2000;
    for (const cumQty of [peak, standing]) {
      const w = say.placed();
      w.wait(10).failed("unknown");
      stranger(w, { side: "Buy" });
      revise(w);
      const again = new World({}, w.timeline.checkpoint());
      const from = w.events.length;
      keyed(w, { venueOrderId: "v1" });
      w.cancel("c1", "a1");
      w.failed("unknown");
      say.found(w, { status: "open", cumQty: qty(cumQty), venueOrderId: "v1" });
      deepStrictEqual([w.lastCommand().kind, say.alarms(w)], ["Cancel", []]);
      for (const event of w.events.slice(from)) again.apply(event);
      deepStrictEqual(again.lines, w.lines.slice(from));
    }
  });
}

Deno.test("apply() moves no stranger's fill that its order has by the id of its correction", () => {
  const w = say.placed();
  keyed(w, { id: "x1", qty: 1500 });
  stranger(w, { side: "Buy" });
  strangerCorrects(w, { ref: "e1", id: "x1", qty: 1500 });
  const before = booksOf(w);
  strictEqual(keyed(w).length, 0);
  deepStrictEqual(booksOf(w), before);
});

Deno.test("apply() moves no stranger's fill of the other side or of another instrument", () => {
  const w = say.placed();
  stranger(w, { side: "Sell" });
  keyed(w);
  strictEqual(position(w), "0", "both count");
  const other = say.placed();
  const { id, ...terms } = runner(1);
  other.control("InstrumentListed", { ...terms, id, name: "test:other" }, id);
  stranger(other, { side: "Buy", instrument: id });
  keyed(other);
  strictEqual(position(other), "2");
  strangerVoids(other, "e1");
  strictEqual(other.timeline.view.counters()["external_fills"], 1);
  deepStrictEqual(say.alarms(other), ["EXTERNAL_FILL"]);
});

Deno.test("apply() moves a stranger's bet in the epoch in which it was booked", () => {
  const [moved, told] = [true, false].map((isLate) => {
    const w = say.placed();
    for (const { id, symbol, ...terms } of [runner(1), runner(2)]) {
      w.control("InstrumentListed", { ...terms, id, symbol, name: `test:${symbol}` }, id);
    }
    const instrument = instrumentId(1);
    w.place("bet", { instrument: "test:runner-1", price: "100", orderQty: "50" });
    const { clOrdId } = w.lastCommand();
    if (isLate) stranger(w, { side: "Buy", instrument });
    else keyed(w, { clOrdId, instrument });
    const removal = { reductionPpm: 211_000, basis: "price" } as const;
    const fact = draft("broker_report", "RunnerRemoved", removal, instrumentId(2));
    w.offer({ ...fact, idempotencyKey: "k" });
    if (isLate) keyed(w, { clOrdId, instrument });
    strictEqual(w.timeline.view.counters()["invariant_failures"], 0);
    const bet = w.timeline.view.positions(clientIndex(0)).find(({ qty }) => qty !== "0");
    deepStrictEqual([bet?.qty, bet?.avgPx], ["20", "78.9"], "100.00, reduced");
    return booksOf(w);
  });
  deepStrictEqual(moved, told);
});

Deno.test("apply() changes nothing by a move that would break a bound", () => {
  const w = say.placed();
  stranger(w, { side: "Buy" });
  stranger(w, { id: "e2", qty: Number.MAX_SAFE_INTEGER });
  stranger(w, { id: "e3", qty: 1000 });
  const before = booksOf(w);
  strictEqual(keyed(w).length, 0, "without it the account would have sold too much");
  deepStrictEqual([say.alarms(w), booksOf(w)], [["INVARIANT"], before]);
  strictEqual(w.timeline.view.orders("account", { limit: 1 })[0]?.ordStatus, "Submitted");
});
