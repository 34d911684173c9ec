/**
 * Executions that the venue takes back, corrects or makes final, in every order of arrival. Proves
 * R-CORE-5 (CumQty falls only by name, the order does not re-open) and the engine's side of R-CORE-6.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { fromQuanta } from "../../../core/decimal.ts";
import type { Instrument } from "../../../core/instrument.ts";
import { NO_VENUE_LIMITS } from "../../../core/limits.ts";
import { clientIndex, instrumentId } from "../../../core/mod.ts";
import { draft, ref, SETTINGS, World, type WorldOptions } from "../../support/engine_world.ts";
import { runner, token } from "../../support/outcome_instruments.ts";
import * as say from "../../support/venue_words.ts";

const ALICE = clientIndex(0);

/** Order 1 with 4 of 10 filled at 100.00. */
function partFilled(): World {
  return say.worldIn("PartiallyFilled");
}

function position(w: World): string | undefined {
  return w.timeline.view.positions(ALICE)[0]?.qty;
}

function cash(w: World): string | undefined {
  return w.timeline.view.balances().find(({ currency }) => currency === "USDT")?.total;
}

Deno.test("apply() reverses an execution and books it as corrected, under a report that names it", () => {
  const w = partFilled();
  strictEqual(cash(w), "-400.01");
  const [report, ...others] = say.corrected(w, { ref: "e0", id: "x1", qty: 3000, px: 10_100 });
  strictEqual(others.length, 0);
  deepStrictEqual(say.briefs(report === undefined ? [] : [report]), [
    "TradeCorrect/PartiallyFilled 3000+6000",
  ]);
  deepStrictEqual([report?.execRefId, report?.execution], ["e0", {
    execId: "x1",
    lastQty: 3000,
    lastPx: 10_100,
    liquidity: "Maker",
    commission: "0.01",
    commissionCurrency: "USDT",
  }]);
  strictEqual(report?.order?.notional, 30_300_000n);
  deepStrictEqual([position(w), cash(w)], ["3", "-303.01"]);
});

Deno.test("apply() knows a corrected execution by each of its ids", () => {
  const w = partFilled();
  say.corrected(w, { ref: "e0", id: "x1", qty: 3000 });
  deepStrictEqual(say.briefs(say.corrected(w, { ref: "x1", id: "x2", qty: 3500 })), [
    "TradeCorrect/PartiallyFilled 3500+6000",
  ]);
  deepStrictEqual(say.briefs(say.voided(w, "x2")), ["TradeCancel/Accepted 0+6000"]);
  strictEqual(say.voided(w, "e0").length, 0, "it is the same one");
});

Deno.test("apply() names an execution by the id that its client has seen first", () => {
  const w = partFilled();
  say.corrected(w, { ref: "e0", id: "x1", qty: 3000 });
  strictEqual(say.corrected(w, { ref: "x1", id: "x2", qty: 3500 })[0]?.execRefId, "e0");
  strictEqual(say.voided(w, "x2")[0]?.execRefId, "e0");
});

Deno.test("View.fills() shows executions as they stand, and none that was voided", () => {
  const w = partFilled();
  w.fill(1, { id: "e1", qty: 1000 });
  say.corrected(w, { ref: "e0", id: "x1", qty: 3000, px: 9_900 });
  say.voided(w, "e1");
  const rows = w.timeline.view.fills(ALICE, { limit: 9 });
  deepStrictEqual(rows.map(({ execution }) => [execution.execId, execution.lastQty]), [
    ["e0", 3000],
  ]);
});

Deno.test("View.fills() goes on behind an execution that was voided since", () => {
  const w = partFilled();
  w.fill(1, { id: "e1", qty: 1000 });
  w.fill(1, { id: "e2", qty: 1000 });
  say.voided(w, "e1");
  const after = (execId: string): readonly string[] =>
    w.timeline.view.fills(ALICE, { limit: 9, after: { execId } })
      .map(({ execution }) => execution.execId);
  deepStrictEqual(["e0", "e1", "e2"].map(after), [["e2"], ["e2"], []]);
  deepStrictEqual(after("kept no more"), ["e0", "e2"]);
});

Deno.test("View.fills() never shows a voided fill again, whatever is forgotten", () => {
  const w = say.worldIn("Cancelled");
  const shown = (): readonly string[] =>
    w.timeline.view.fills(ALICE, { limit: 9 }).map(({ execution }) => execution.execId);
  w.wait(60_000).fill(1, { id: "e1", qty: 1000 });
  w.fill(1, { id: "e2", qty: 2000 });
  say.voided(w, "e2");
  deepStrictEqual(shown(), ["e1"]);
  w.wait(SETTINGS.intentHorizonMs - 57_000).fire();
  deepStrictEqual(shown(), ["e1"], "a horizon after the end");
  w.wait(60_000);
  w.broker("OrderCancelled", { ...ref(1), reason: "one event forgets but two things" });
  deepStrictEqual(say.alarms(w), ["ORPHAN_REPORT"]);
  deepStrictEqual(shown(), [], "the order went, and a row is left");
});

Deno.test("apply() changes nothing by a repeated correction, nor by an earlier one after a later", () => {
  const w = partFilled();
  say.corrected(w, { ref: "e0", id: "x1", qty: 3000 });
  strictEqual(say.corrected(w, { ref: "e0", id: "x1", qty: 3000 }).length, 0);
  say.corrected(w, { ref: "e0", id: "x2", qty: 2000 });
  strictEqual(say.corrected(w, { ref: "e0", id: "x1", qty: 3000 }).length, 0);
  strictEqual(say.corrected(w, { ref: "e0", id: "x3", qty: 2000 }).length, 0, "as it stands");
  strictEqual(w.fill(1, { id: "x2", qty: 2000 }).length, 0, "nor by the correction as a fill");
  strictEqual(w.timeline.view.counters()["duplicate_reports"], 4);
  strictEqual(position(w), "2");
});

Deno.test("apply() gives back to an execution what an earlier correction took off it, no more", () => {
  const w = partFilled();
  say.corrected(w, { ref: "e0", id: "x1", qty: 1000 });
  deepStrictEqual(say.briefs(say.corrected(w, { ref: "e0", id: "x2", qty: 4000 })), [
    "TradeCorrect/PartiallyFilled 4000+6000",
  ]);
  deepStrictEqual(say.briefs(say.corrected(w, { ref: "e0", id: "x3", qty: 5000 })), [
    "TradeCorrect/PartiallyFilled 5000+5000",
  ]);
});

Deno.test("apply() fills an order by a correction that brings its rest", () => {
  const w = partFilled();
  deepStrictEqual(say.briefs(say.corrected(w, { ref: "e0", id: "x1", qty: 10_000 })), [
    "TradeCorrect/Filled 10000+0",
  ]);
});

Deno.test("apply() infers an increase in flight from a correction above the old quantity", () => {
  const w = partFilled();
  w.replace("r1", { orig: "a1", qty: "12" });
  deepStrictEqual(say.briefs(say.corrected(w, { ref: "e0", id: "x1", qty: 11_000 })), [
    "Replaced/PartiallyFilled 4000+8000 inferred",
    "TradeCorrect/PartiallyFilled 11000+1000",
  ]);
});

Deno.test("apply() books a correction above the order's quantity, halts the account and alarms", () => {
  const w = partFilled();
  const reports = say.corrected(w, { ref: "e0", id: "x1", qty: 10_001 });
  deepStrictEqual(say.briefs(reports), ["TradeCorrect/Filled 10001+0"]);
  deepStrictEqual(say.alarms(w), ["OVERFILL"]);
  strictEqual(w.effects.transitions.at(-1)?.kind, "AccountHalted");
});

for (const status of ["Filled", "Cancelled", "Rejected", "Expired"] as const) {
  Deno.test(`apply() corrects and voids an execution of an order that is ${status}: it stays so`, () => {
    const w = say.worldIn(status);
    if (status !== "Filled") w.fill(1, { id: "e0", qty: 10_000 });
    deepStrictEqual(say.briefs(say.corrected(w, { ref: "e0", id: "x1", qty: 6000 })), [
      `TradeCorrect/${status} 6000+0`,
    ]);
    strictEqual(position(w), "6");
    deepStrictEqual(say.briefs(say.voided(w, "e0")), [`TradeCancel/${status} 0+0`]);
    strictEqual(position(w), "0");
  });
}

Deno.test("apply() refuses to correct or confirm a voided execution, and alarms", () => {
  const w = partFilled();
  say.voided(w, "e0");
  strictEqual(say.corrected(w, { ref: "e0", id: "x1", qty: 4000 }).length, 0);
  deepStrictEqual(say.alarms(w), ["CORRECTION_REFUSED"]);
  strictEqual(say.confirmed(w, "e0").length, 0);
  deepStrictEqual(say.alarms(w), ["CORRECTION_REFUSED"]);
  strictEqual(position(w), "0");
});

const unknown = [
  ["void", (w: World) => say.voided(w, "e9")],
  ["correct", (w: World) => say.corrected(w, { ref: "e9", id: "x1", qty: 1 })],
  ["confirm", (w: World) => say.confirmed(w, "e9")],
] as const;
for (const [action, act] of unknown) {
  Deno.test(`apply() alarms when it is to ${action} an execution that is not booked`, () => {
    const w = partFilled();
    strictEqual(act(w).length, 0);
    deepStrictEqual(say.alarms(w), ["ORPHAN_REPORT"]);
    strictEqual(position(w), "4");
  });
}

Deno.test("apply() reports once that a provisional execution is final, without an execution", () => {
  const w = say.worldIn("Accepted");
  const [trade] = say.provisionalFill(w, { id: "e1", qty: 10_000 });
  deepStrictEqual([trade?.ordStatus, trade?.provisional], ["Filled", true]);
  const [report, ...others] = say.confirmed(w, "e1");
  strictEqual(others.length, 0);
  deepStrictEqual(
    [report?.execType, report?.ordStatus, report?.execRefId, report?.execution],
    ["OrderStatus", "Filled", "e1", undefined],
  );
  strictEqual(report?.provisional, undefined);
  strictEqual(say.confirmed(w, "e1").length, 0);
  strictEqual(w.timeline.view.counters()["duplicate_reports"], 1);
});

Deno.test("apply() keeps a correction of a provisional execution provisional until it is confirmed", () => {
  const w = say.worldIn("Accepted");
  say.provisionalFill(w, { id: "e1", qty: 4000 });
  ok(say.corrected(w, { ref: "e1", id: "x1", qty: 3000 })[0]?.provisional);
  say.confirmed(w, "x1");
  strictEqual(say.corrected(w, { ref: "e1", id: "x2", qty: 2000 })[0]?.provisional, undefined);
});

type Words = readonly (readonly [string, number])[];

/** Order 1 of 20, with `e0` of 10 that the venue corrected to 8 as `x1`, told in some order. */
function toldTwice(words: readonly ("trade" | "correction")[], options: WorldOptions = {}): World {
  const w = new World(options).start().open();
  w.place("a1", { orderQty: "20" });
  w.accept();
  w.fill(1, { id: "e0", qty: 10_000 });
  for (const word of words) {
    if (word === "trade") w.fill(1, { id: "x1", qty: 8000 });
    else say.corrected(w, { ref: "e0", id: "x1", qty: 8000 });
  }
  return w;
}

Deno.test("apply() counts a corrected trade once that was told by itself before its correction", () => {
  const w = toldTwice(["trade"]);
  strictEqual(position(w), "18");
  const reports = say.corrected(w, { ref: "e0", id: "x1", qty: 8000 });
  deepStrictEqual(say.briefs(reports), [
    "TradeCancel/PartiallyFilled 8000+2000",
    "Restated/PartiallyFilled 8000+10000",
  ]);
  deepStrictEqual([reports[0]?.execRefId, reports[0]?.execution?.execId], ["e0", "x1"]);
  deepStrictEqual(say.alarms(w), []);
  deepStrictEqual(books(w), books(toldTwice(["correction", "trade"])), "as in their order");
  const rows = w.timeline.view.fills(ALICE, { limit: 9 });
  deepStrictEqual(rows.map(({ execution }) => execution.execId), ["x1"]);
});

Deno.test("apply() knows an execution that was told twice by each of its ids", () => {
  const w = toldTwice(["trade", "correction", "correction", "trade"]);
  w.fill(1, { id: "e0", qty: 10_000 });
  const again = new World({}, w.timeline.checkpoint());
  const from = w.events.length;
  strictEqual(w.timeline.view.counters()["duplicate_reports"], 3);
  deepStrictEqual(say.briefs(say.corrected(w, { ref: "e0", id: "x2", qty: 9000 })), [
    "TradeCorrect/PartiallyFilled 9000+10000",
  ]);
  const [report] = say.voided(w, "e0");
  deepStrictEqual([report?.execRefId, position(w)], ["x1", "0"]);
  strictEqual(say.voided(w, "x1").length, 0, "it is the same one");
  for (const event of w.events.slice(from)) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(from));
});

Deno.test("apply() takes an execution out that was told twice though the other is voided or the same", () => {
  const w = toldTwice(["trade"]);
  say.voided(w, "x1");
  say.corrected(w, { ref: "e0", id: "x1", qty: 8000 });
  deepStrictEqual([position(w), say.briefs(w.reports.slice(-1))], [
    "0",
    ["Restated/Accepted 0+10000"],
  ]);
  const again = partFilled();
  again.fill(1, { id: "x1", qty: 4000 });
  say.corrected(again, { ref: "e0", id: "x1", qty: 4000 });
  strictEqual(position(again), "4");
});

/** Order 1 of 100 on the first of these instruments, which are listed beside that of the world. */
function ordered(...instruments: readonly Instrument[]): World {
  const w = new World().start().open();
  for (const instrument of instruments) {
    const { id, symbol } = instrument;
    w.control("InstrumentListed", { ...instrument, name: `test:${symbol}` }, id);
  }
  w.place("a1", {
    instrument: `test:${instruments[0]?.symbol}`,
    orderQty: "100",
    price: instruments[0]?.assetClass === "betting" ? "12" : "0.6",
    tag: "alpha",
  });
  w.accept();
  return w;
}

const trade = (w: World): unknown => w.fill(1, { id: "x1", qty: 800, px: 1150 });
const correction = (w: World): unknown =>
  say.corrected(w, { ref: "e0", id: "x1", qty: 800, px: 1150 });

/** Quantity and fees of each tag that has any. */
function byTag(w: World): unknown {
  const rows = w.timeline.view.tags(ALICE).map(({ tag, instruments, fees }) => [
    tag,
    ...instruments.map(({ qty }) => qty),
    ...fees.map(({ amount }) => amount),
  ]);
  return rows.filter(([, ...figures]) => figures.some((figure) => figure !== "0"));
}

function factOf(w: World, kind: "RunnerRemoved" | "MarketSettled", payload: object): void {
  const of = kind === "RunnerRemoved" ? instrumentId(2) : null;
  const told = draft("broker_report", kind, payload as never, of);
  w.offer({ ...told, idempotencyKey: `k${w.events.length}` });
}

Deno.test("apply() books a bet that was told before its correction in the epoch of the one corrected", () => {
  const [told, inOrder] = [[trade, correction], [correction, trade]].map((words) => {
    const w = ordered(runner(1), runner(2));
    w.fill(1, { id: "e0", qty: 1000, px: 1200 });
    factOf(w, "RunnerRemoved", { reductionPpm: 211_000, basis: "price" });
    for (const word of words) word(w);
    const row = w.timeline.view.positions("account").find(({ qty }) => qty !== "0");
    deepStrictEqual([row?.qty, row?.avgPx], ["8", "9.07"], "11.50, reduced");
    const winners = [{ instrument: instrumentId(1), places: 1, tied: 1 }];
    factOf(w, "MarketSettled", { market: "1.1", winners, voided: [], isVoid: false, amount: null });
    deepStrictEqual(say.alarms(w), []);
    return books(w);
  });
  deepStrictEqual(told, inOrder);
});

Deno.test("apply() counts a trade that was told before its correction for the tag of the one corrected", () => {
  const [told, inOrder] = [[trade, correction], [correction, trade]].map((words) => {
    const w = ordered(token("YES"));
    w.fill(1, { id: "e0", qty: 1000, px: 6000 });
    w.replace("r1", { orig: "a1", qty: "100", tag: "beta", hasTag: true });
    say.replacedTo(w, { qty: 10_000, px: 6000 });
    for (const word of words) word(w);
    const tags = byTag(w);
    const again = new World({}, w.timeline.checkpoint());
    const from = w.events.length;
    say.voided(w, "x1");
    for (const event of w.events.slice(from)) again.apply(event);
    deepStrictEqual(again.lines, w.lines.slice(from));
    strictEqual(w.timeline.view.counters()["invariant_failures"], 0);
    return [books(w), tags, byTag(w)];
  });
  deepStrictEqual(told, inOrder);
});

Deno.test("apply() makes a trade final that was told before its correction, if the one corrected is", () => {
  const w = ordered(token("YES"));
  w.control("BalanceSet", { currency: "USD", total: "1000" });
  w.control("LimitsSet", {
    scope: "venue",
    admin: true,
    limits: { ...NO_VENUE_LIMITS, checkFunds: true },
  });
  say.provisionalFill(w, { id: "e0", qty: 1000 });
  say.confirmed(w, "e0");
  say.provisionalFill(w, { id: "x1", qty: 800 });
  const reports = say.corrected(w, { ref: "e0", id: "x1", qty: 800 });
  deepStrictEqual(say.briefs(reports), [
    "TradeCancel/PartiallyFilled 800+8200",
    "Restated/PartiallyFilled 800+9000",
    "OrderStatus/PartiallyFilled 800+9000",
  ]);
  const [, , final] = reports;
  deepStrictEqual([final?.execRefId, final?.execution, final?.provisional], [
    "x1",
    undefined,
    undefined,
  ]);
  strictEqual(say.confirmed(w, "x1").length, 0, "it is final already");
  const sold = w.place("s1", { instrument: "test:YES", side: "Sell", price: "0.7", orderQty: "8" });
  deepStrictEqual(say.briefs(sold), ["PendingNew/Submitted 0+800"], "final tokens can be sold");
});

Deno.test("apply() keeps a trade final that was told before the correction of a provisional one", () => {
  const w = ordered(token("YES"));
  say.provisionalFill(w, { id: "e0", qty: 1000 });
  w.fill(1, { id: "x1", qty: 800 });
  strictEqual(say.corrected(w, { ref: "e0", id: "x1", qty: 800 }).length, 2);
  strictEqual(say.confirmed(w, "x1").length, 0);
  strictEqual(w.timeline.view.counters()["duplicate_reports"], 1);
});

Deno.test("apply() leaves a voided trade out that was told before its correction, on a runner too", () => {
  const w = ordered(runner(1), runner(2));
  w.fill(1, { id: "e0", qty: 1000, px: 1200 });
  trade(w);
  say.voided(w, "x1");
  correction(w);
  deepStrictEqual([w.timeline.view.positions("account")[0]?.qty, say.alarms(w)], ["0", []]);
});

Deno.test("apply() does not move what a trade earned that was told before its correction", () => {
  const [told, inOrder] = [true, false].map((isToldFirst) => {
    const w = new World().start().open();
    w.place("b1");
    w.fill(1, { id: "b", qty: 10_000, px: 9000 });
    w.place("a1", { orderQty: "20" });
    w.fill(2, { id: "e0", qty: 5000, px: 10_000 });
    const corrects = () =>
      say.corrected(w, { ref: "e0", id: "x1", qty: 5000, px: 11_000, order: 2 });
    if (isToldFirst) w.fill(2, { id: "x1", qty: 5000, px: 11_000 });
    else corrects();
    w.place("s1", { side: "Sell" });
    w.fill(3, { id: "s", qty: 10_000, px: 12_000 });
    if (isToldFirst) corrects();
    return books(w);
  });
  deepStrictEqual(told, inOrder);
});

for (const [ref, id] of [["e0", "x1"], ["x1", "e0"]] as const) {
  Deno.test(`apply() changes nothing by a correction of ${ref} to ${id} if one cannot be taken out`, () => {
    const w = ordered(token("YES"));
    for (const sale of ["s1", "s2"]) {
      w.place(sale, { instrument: "test:YES", side: "Sell", price: "0.7", orderQty: "1" });
    }
    w.fill(1, { id: "e0", qty: 1000 });
    w.replace("r1", { orig: "a1", qty: "100", tag: "beta", hasTag: true });
    say.replacedTo(w, { qty: 10_000, px: 6000 });
    w.fill(1, { id: "x1", qty: 800 });
    w.fill(2, { id: "s", qty: MOST });
    w.fill(3, { id: "t", qty: 900 });
    breaks(w, () => say.corrected(w, { ref, id, qty: 1 }));
    say.voided(w, "t", 3);
    strictEqual(say.corrected(w, { ref, id, qty: 1 }).length, 2);
  });
}

Deno.test("apply() counts a trade once wherever a history tells it between its corrections", () => {
  const lots = fc.integer({ min: 1, max: 5000 });
  const at = fc.nat(4);
  fc.assert(
    fc.property(lots, lots, lots, fc.array(at, { maxLength: 4 }), fc.constantFrom("e0", "x1"), (
      first,
      second,
      third,
      told,
      ref,
    ) => {
      const trades: Words = [["e0", first], ["x1", second], ["x2", third]];
      const stream = [
        (w: World) => w.fill(1, { id: "e0", qty: first }),
        (w: World) => say.corrected(w, { ref: "e0", id: "x1", qty: second }),
        (w: World) => say.corrected(w, { ref, id: "x2", qty: third }),
      ];
      const [w, inOrder] = [0, 1].map(() => {
        const world = new World().start().open();
        world.place("a1", { orderQty: "40" });
        world.accept();
        return world;
      });
      ok(w !== undefined && inOrder !== undefined);
      for (const [when, word] of stream.entries()) {
        for (const [n, each] of told.entries()) {
          const [id, qty] = trades[n % 3] ?? ["e0", first];
          if (each === when) w.fill(1, { id, qty });
        }
        word(w);
        word(inOrder);
      }
      deepStrictEqual(books(w), books(inOrder));
      strictEqual(w.timeline.view.counters()["invariant_failures"], 0);
    }),
    { numRuns: 300 },
  );
});

Deno.test("apply() alarms of an order that only an execution told twice has filled", () => {
  const w = say.worldIn("Accepted");
  w.fill(1, { id: "e0", qty: 6000 });
  w.fill(1, { id: "x1", qty: 4000 });
  const reports = say.corrected(w, { ref: "e0", id: "x1", qty: 4000 });
  deepStrictEqual(say.briefs(reports), ["TradeCancel/Filled 4000+0"]);
  deepStrictEqual([position(w), say.alarms(w)], ["4", ["LIVE_AFTER_END"]]);
  strictEqual(w.fill(1, { id: "e2", qty: 4000 }).length, 1);
  deepStrictEqual(say.alarms(w), [], "no more than was ordered");
});

Deno.test("apply() refuses to count once in an order that was placed anew with both, and alarms", () => {
  const w = toldTwice(["trade"], { capabilities: { replace: "cancel_new" } });
  w.replace("r1", { orig: "a1", qty: "21" });
  w.cancelled();
  breaks(w, () => say.corrected(w, { ref: "e0", id: "x1", qty: 8000 }), "CORRECTION_REFUSED");
});

Deno.test("apply() refuses a correction of a voided execution that was told by itself, and alarms", () => {
  const w = toldTwice(["trade"]);
  say.voided(w, "e0");
  breaks(w, () => say.corrected(w, { ref: "e0", id: "x1", qty: 8000 }), "CORRECTION_REFUSED");
});

Deno.test("apply() knows an execution by the id of a correction that changes nothing", () => {
  const w = partFilled();
  say.corrected(w, { ref: "e0", id: "x1", qty: 3000 });
  say.corrected(w, { ref: "e0", id: "x2", qty: 3000 });
  strictEqual(w.fill(1, { id: "x2", qty: 3000 }).length, 0);
  strictEqual(position(w), "3");
});

const MOST = Number.MAX_SAFE_INTEGER;

/** What must be as it was after an event that broke a rule. */
function books(w: World): unknown {
  const { view } = w.timeline;
  const orders = view.orders(ALICE, { limit: 9 }).map(({ order, ordStatus }) => [order, ordStatus]);
  return [view.positions("account"), view.positions(ALICE), view.balances(), orders];
}

/** Expects an alarm, of a broken rule unless told otherwise, and that nothing else changed. */
function breaks(w: World, act: () => unknown, code = "INVARIANT"): void {
  const before = books(w);
  act();
  deepStrictEqual([say.alarms(w), w.effects.reports.length], [[code], 0]);
  deepStrictEqual(books(w), before);
}

Deno.test("apply() changes nothing by a correction whose second posting would break a bound", () => {
  const w = partFilled();
  w.replace("r1", { orig: "a1", qty: "12" });
  w.place("b1");
  w.fill(2, { id: "b", qty: MOST - 4000 });
  breaks(w, () => say.corrected(w, { ref: "e0", id: "x1", qty: 11_000 }));
  breaks(w, () => say.corrected(w, { ref: "e0", id: "x1", qty: 4001 }));
  const still = say.corrected(w, { ref: "e0", id: "x1", qty: 3999 });
  deepStrictEqual(say.briefs(still), ["TradeCorrect/ReplacePending 3999+6000"]);
});

Deno.test("apply() changes nothing by an execution that its order could not count", () => {
  const w = partFilled();
  w.place("b1", { side: "Sell", orderQty: "9007199254740.991" });
  w.fill(2, { id: "b", qty: MOST });
  w.fill(1, { id: "e1", qty: 1 });
  say.corrected(w, { ref: "e0", id: "x1", qty: 1 });
  breaks(w, () => w.fill(1, { id: "e2", qty: MOST - 4000 }));
  breaks(w, () => say.corrected(w, { ref: "e0", id: "x2", qty: MOST }));
  strictEqual(w.fill(1, { id: "e2", qty: MOST - 4001 }).length, 1);
});

Deno.test("apply() remembers corrections across a checkpoint", () => {
  const w = partFilled();
  say.corrected(w, { ref: "e0", id: "x1", qty: 3000 });
  const again = new World({}, w.timeline.checkpoint());
  again.nowUs = w.nowUs;
  const events = w.events.length;
  say.corrected(w, { ref: "x1", id: "x2", qty: 5000 });
  say.corrected(w, { ref: "e0", id: "x1", qty: 3000 });
  for (const event of w.events.slice(events)) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(events));
});

type Word = { readonly fill: number; readonly qty: number; readonly kind: "correct" | "void" };

Deno.test("apply() keeps every sum exact through any stream of fills, corrections and voids", () => {
  const word: fc.Arbitrary<Word> = fc.record({
    fill: fc.nat(3),
    qty: fc.integer({ min: 1, max: 4000 }),
    kind: fc.constantFrom("correct", "correct", "void"),
  });
  fc.assert(
    fc.property(fc.array(word, { maxLength: 30, size: "max" }), (words) => {
      const w = say.worldIn("Accepted");
      const stands = [2000, 1500, 1000, 500];
      stands.forEach((qty, at) => w.fill(1, { id: `e${at}`, qty }));
      const peaks = [...stands];
      const isVoided = stands.map(() => false);
      for (const [at, { fill, qty, kind }] of words.entries()) {
        if (kind === "void") say.voided(w, `e${fill}`);
        else say.corrected(w, { ref: `e${fill}`, id: `x${at}`, qty });
        if (isVoided[fill] === true) continue;
        stands[fill] = kind === "void" ? 0 : qty;
        isVoided[fill] = kind === "void";
        peaks[fill] = Math.max(peaks[fill] ?? 0, stands[fill] ?? 0);
      }
      const cum = stands.reduce((sum, qty) => sum + qty, 0);
      const taken = peaks.reduce((sum, qty) => sum + qty, 0);
      const order = w.timeline.view.orders("account", { open: false, limit: 1 })[0]?.order;
      strictEqual(order?.cumQty, cum);
      strictEqual(order?.notional, BigInt(cum) * 10_000n);
      strictEqual(order?.leavesQty, taken >= 10_000 ? 0 : 10_000 - taken);
      strictEqual(position(w), fromQuanta(cum, 3));
      strictEqual(w.timeline.view.counters()["invariant_failures"], 0);
    }),
    { numRuns: 200 },
  );
});
