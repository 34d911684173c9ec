/**
 * The faults that the core alone must survive, one test each, in the order of the catalogue of
 * faults (rows 5 to 25 of those a daemon must survive): lost and late answers, fills in any order,
 * crossed and repeated requests, what a venue changes by itself, disagreement. Proves R-CORE-5 and
 * R-EXEC-3.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { clientIndex, type ExecutionReport, px, qty } from "../../../core/mod.ts";
import { ref, World } from "../../support/engine_world.ts";
import * as say from "../../support/venue_words.ts";

const CANCEL_NEW = { capabilities: { replace: "cancel_new" } } as const;

function kinds(w: World): readonly string[] {
  return w.commands.map(({ kind }) => kind);
}

function order(w: World): ReturnType<World["timeline"]["view"]["orders"]>[number] | undefined {
  return w.timeline.view.orders("account", { open: false, limit: 1 })[0];
}

function count(w: World, name: string): number | undefined {
  return w.timeline.view.counters()[name];
}

Deno.test("row 5: apply() keeps an order in doubt when the venue's acceptance is lost, and adopts it", () => {
  const w = say.placed();
  deepStrictEqual(say.briefs(w.failed("unknown")), ["OrderStatus/Submitted 0+10000 inDoubt"]);
  w.fill(1, { id: "e1", qty: 1000 });
  const reports = say.briefs(w.reports.slice(-2));
  deepStrictEqual(reports, [
    "New/Accepted 0+10000 inferred",
    "Trade/PartiallyFilled 1000+9000",
  ]);
  deepStrictEqual(kinds(w), ["Submit", "Lookup"], "nothing is sent twice");
});

Deno.test("row 6: apply() rejects once when the venue's refusal is lost and then found", () => {
  const w = say.placed();
  w.failed("unknown");
  deepStrictEqual(say.briefs(say.found(w, { status: "rejected" })), ["Rejected/Rejected 0+0"]);
  strictEqual(say.rejected(w).length, 0);
  strictEqual(count(w, "stale_reports"), 1);
});

Deno.test("row 7: apply() takes an acknowledgement that comes after its time-out to the same order", () => {
  const w = say.placed();
  w.failed("unknown");
  w.wait(20_000);
  deepStrictEqual(say.briefs(w.accept()), ["New/Accepted 0+10000"]);
  strictEqual(say.notFound(w).length, 0, "what was asked before proves nothing now");
  strictEqual(order(w)?.ordStatus, "Accepted");
  strictEqual(order(w)?.inDoubt, undefined);
});

Deno.test("row 8: apply() does nothing by a repeated report of any kind, and counts it", () => {
  const w = say.worldIn("Accepted");
  w.fill(1, { id: "e1", qty: 1000 });
  const digests = [w.timeline.view.orders("account", { open: false, limit: 1 })];
  strictEqual(w.fill(1, { id: "e1", qty: 1000 }).length, 0);
  const repeated = { ...ref(1), venueOrderId: "v1" };
  w.broker("OrderAccepted", repeated, "k1");
  w.broker("OrderAccepted", repeated, "k1");
  ok(w.effects.isEmpty);
  deepStrictEqual(w.timeline.view.orders("account", { open: false, limit: 1 })[0]?.order, {
    ...digests[0]?.[0]?.order,
  });
  strictEqual(count(w, "duplicate_reports"), 2);
});

Deno.test("row 9: apply() sets aside a report for an unknown order (fills: see external_test.ts)", () => {
  const w = say.placed();
  w.broker("OrderCancelled", { order: null, clOrdId: "x", venueOrderId: "y", reason: "z" });
  deepStrictEqual(say.alarms(w), ["ORPHAN_REPORT"]);
  strictEqual(order(w)?.ordStatus, "Submitted");
});

Deno.test("row 10: apply() ends in the same place whether fill, fill from a look-up or ack comes first", () => {
  const words = [
    (w: World) => w.accept(),
    (w: World) => w.fill(1, { id: "e1", qty: 1000 }),
    (w: World) => w.fill(1, { id: "e1", qty: 1000 }),
  ];
  const orders = [[0, 1, 2], [1, 0, 2], [1, 2, 0]];
  const ends = orders.map((path) => {
    const w = say.placed();
    for (const at of path) words[at]?.(w);
    return [order(w)?.ordStatus, order(w)?.order?.cumQty, order(w)?.order?.leavesQty];
  });
  deepStrictEqual(ends, Array(3).fill(["PartiallyFilled", 1000, 9000]));
});

Deno.test("row 11: apply() sums unique executions in any order; AvgPx does not depend on the last", () => {
  const fills = [
    { id: "e1", qty: 1000, px: 10_000 },
    { id: "e2", qty: 3000, px: 9_900 },
    { id: "e3", qty: 2000, px: 10_050 },
  ];
  const paths = [[0, 1, 2], [2, 1, 0], [1, 1, 0, 2, 0]];
  const notionals = paths.map((path) => {
    const w = say.worldIn("Accepted");
    for (const at of path) {
      const fill = fills[at];
      if (fill !== undefined) w.fill(1, fill);
    }
    return [order(w)?.order?.cumQty, order(w)?.order?.notional];
  });
  deepStrictEqual(notionals, Array(3).fill([6000, 59_800_000n]));
});

Deno.test("row 12: apply() keeps the higher sum when a look-up shows less, counts it and asks again", () => {
  const w = say.worldIn("PartiallyFilled");
  w.cancel("c1", "a1");
  w.failed("unknown");
  const before = count(w, "stale_reports") ?? 0;
  strictEqual(say.found(w, { status: "cancelled", cumQty: qty(1000) }).length, 0);
  strictEqual(count(w, "stale_reports"), before + 1);
  strictEqual(order(w)?.order?.cumQty, 4000);
  w.wait(500).fire();
  strictEqual(w.lastCommand().kind, "Lookup");
  deepStrictEqual(say.briefs(say.found(w, { status: "cancelled", cumQty: qty(4000) })), [
    "Cancelled/Cancelled 4000+0",
  ]);
});

Deno.test("row 13: apply() restates position and P&L when a trade is voided (more in corrections_test.ts)", () => {
  const w = say.worldIn("Filled");
  const [report] = say.voided(w, "e0");
  strictEqual(report?.execRefId, "e0");
  const [row] = w.timeline.view.positions(clientIndex(0));
  deepStrictEqual([row?.qty, row?.realisedPnl], ["0", "0"]);
});

Deno.test("row 14: apply() keeps a cancel pending through a partial fill and ends Cancelled with it", () => {
  const w = say.worldIn("CancelPending");
  deepStrictEqual(say.briefs(w.fill(1, { id: "e1", qty: 1000 })), [
    "Trade/CancelPending 1000+9000",
  ]);
  deepStrictEqual(say.briefs(w.cancelled()), ["Cancelled/Cancelled 1000+0"]);
});

Deno.test("row 15: apply() fills an order whose cancel is pending; the venue's too-late says nothing new", () => {
  const w = say.worldIn("CancelPending");
  deepStrictEqual(say.briefs(w.fill(1, { id: "e1", qty: 10_000 })), [
    "Trade/Filled 10000+0",
    "CancelRejected/Filled 10000+0",
  ]);
  strictEqual(say.cancelRefused(w).length, 0);
});

Deno.test("row 16: apply() takes a refused cancel of an unknown order as no proof and asks", () => {
  const w = say.worldIn("CancelPending");
  deepStrictEqual(say.briefs(say.cancelRefused(w)), ["CancelRejected/Accepted 0+10000"]);
  strictEqual(w.lastCommand().kind, "Lookup");
  deepStrictEqual(say.briefs(say.found(w, { status: "cancelled" })), ["Cancelled/Cancelled 0+0"]);
});

Deno.test("row 17: apply() counts a fill during a replace against the old quantity, then the new", () => {
  const w = say.worldIn("ReplacePending");
  deepStrictEqual(say.briefs(w.fill(1, { id: "e1", qty: 3000 })), [
    "Trade/ReplacePending 3000+7000",
  ]);
  deepStrictEqual(say.briefs(say.replacedTo(w, { qty: 12_000 })), [
    "Replaced/PartiallyFilled 3000+9000",
  ]);
});

for (
  const [there, quantity, report] of [
    ["the new version", 12_000, "Replaced/Accepted 0+12000 inferred"],
    ["the old version", 10_000, undefined],
  ] as const
) {
  Deno.test(`row 18: apply() keeps both versions possible when the link is lost mid-replace; ${there} is found`, () => {
    const w = say.worldIn("ReplacePending");
    w.venueStatus("down");
    deepStrictEqual(say.briefs(w.failed("unknown")), [
      "OrderStatus/ReplacePending 0+10000 inDoubt",
    ]);
    strictEqual(w.replace("r2", { orig: "a1", qty: "13" })[0]?.execType, "ReplaceRejected");
    w.venueStatus("up");
    strictEqual(w.lastCommand().kind, "Lookup");
    const reports = say.found(w, { status: "open", orderQty: qty(quantity) });
    deepStrictEqual(say.briefs(reports), report === undefined ? [] : [report]);
    if (report === undefined) ok(order(w)?.inDoubt, "the old terms prove nothing");
  });
}

Deno.test("row 19: apply() fills an order that is replaced to less than is filled; nothing is negative", () => {
  const w = say.worldIn("PartiallyFilled");
  w.replace("r1", { orig: "a1", qty: "5" });
  w.fill(1, { id: "e1", qty: 3000 });
  const [report] = say.replacedTo(w, { qty: 5000 });
  deepStrictEqual(
    [report?.ordStatus, report?.order?.orderQty, report?.order?.leavesQty],
    ["Filled", 7000, 0],
  );
});

Deno.test("row 20: apply() lets a cancel win over a replace that has not left", () => {
  const w = new World({ pacing: { perSecond: 1, burst: 5 } }).start().open();
  for (let n = 1; n <= 4; n += 1) w.place(`a${n}`);
  w.accept(1);
  w.replace("r1", { orig: "a1", qty: "12" });
  strictEqual(w.lastCommand().kind, "Submit", "the replace waits for pacing");
  deepStrictEqual(w.cancel("c1", "a1").map(({ execType, intentId }) => [execType, intentId]), [
    ["PendingCancel", "c1"],
    ["ReplaceRejected", "r1"],
  ]);
  strictEqual(w.lastCommand().kind, "Cancel");
  w.wait(60_000).fire();
  ok(!kinds(w).includes("Replace"), "the replace never leaves");
});

Deno.test("row 20: apply() sends the cancel once the replace in flight is answered, either way", () => {
  for (const answer of [say.replaceRefused, (w: World) => say.replacedTo(w, { qty: 12_000 })]) {
    const w = say.worldIn("ReplacePending");
    w.cancel("c1", "a1");
    strictEqual(w.lastCommand().kind, "Replace");
    answer(w);
    ok(kinds(w).includes("Cancel"));
    strictEqual(order(w)?.ordStatus, "CancelPending");
    deepStrictEqual(w.cancelled().map(({ execType, intentId }) => [execType, intentId]), [
      ["Cancelled", "c1"],
    ]);
  }
});

Deno.test("row 20: apply() refuses a second cancel and a replace while a cancel is pending", () => {
  const w = say.worldIn("CancelPending");
  const [second] = w.cancel("c2", "a1");
  const [replace] = w.replace("r1", { orig: "a1", qty: "12" });
  deepStrictEqual([second?.execType, second?.rejectCode, second?.ordStatus], [
    "CancelRejected",
    "ILLEGAL_TRANSITION",
    "CancelPending",
  ]);
  deepStrictEqual([replace?.execType, replace?.rejectCode, replace?.ordStatus], [
    "ReplaceRejected",
    "ILLEGAL_TRANSITION",
    "CancelPending",
  ]);
});

Deno.test("row 21: apply() takes a cancel nobody asked for, keeps its reason and tells the client", () => {
  const w = say.worldIn("PartiallyFilled");
  const [report] = w.broker("OrderCancelled", { ...ref(1), reason: "self-match prevention" });
  deepStrictEqual([report?.ordStatus, report?.intentId, report?.text], [
    "Cancelled",
    "a1",
    "self-match prevention",
  ]);
});

const restatements = [
  ["up", 12_000, "Restated/PartiallyFilled 4000+8000"],
  ["down", 7000, "Restated/PartiallyFilled 4000+3000"],
  ["down to what is filled", 4000, "Restated/Filled 4000+0"],
  ["below what is filled", 1000, "Restated/Filled 4000+0"],
] as const;
for (const [where, quantity, expected] of restatements) {
  Deno.test(`row 21: apply() takes the venue's own change of quantity ${where}`, () => {
    const w = say.worldIn("PartiallyFilled");
    deepStrictEqual(say.briefs(say.replacedTo(w, { qty: quantity })), [expected]);
  });
}

Deno.test("row 21: apply() takes the venue's own change of price, once", () => {
  const w = say.worldIn("Accepted");
  const [report] = say.replacedTo(w, { qty: 10_000, px: 9_990 });
  deepStrictEqual([report?.execType, report?.order?.price], ["Restated", 9_990]);
  strictEqual(say.replacedTo(w, { qty: 10_000, px: 9_990 }).length, 0);
});

Deno.test("row 21: apply() does not take the venue's own change for the answer to a replace that waits", () => {
  const w = new World({ pacing: { perSecond: 1, burst: 5 } }).start().open();
  for (let n = 1; n <= 4; n += 1) w.place(`a${n}`);
  w.accept(1);
  w.replace("r1", { orig: "a1", qty: "12" });
  deepStrictEqual(say.briefs(say.replacedTo(w, { qty: 9000 })), ["Restated/ReplacePending 0+9000"]);
  strictEqual(say.replaceRefused(w).length, 0, "what was not asked cannot be refused");
  w.wait(60_000).fire();
  const command = w.lastCommand();
  strictEqual(command.kind === "Replace" ? command.orderQty : 0, 12_000);
  deepStrictEqual(say.briefs(say.replacedTo(w, { qty: 12_000 })), ["Replaced/Accepted 0+12000"]);
});

Deno.test("row 24: apply() sends nothing while the venue is away, and a cancel on its return", () => {
  const w = say.worldIn("Accepted");
  w.venueStatus("down");
  strictEqual(w.place("a2")[0]?.rejectCode, "VENUE_DOWN");
  deepStrictEqual(say.briefs(w.cancel("c1", "a1")), [
    "PendingCancel/CancelPending 0+10000 inDoubt",
  ]);
  deepStrictEqual(kinds(w), ["Submit"]);
  w.venueStatus("reconciling");
  deepStrictEqual(kinds(w), ["Submit", "Cancel"], "cancels need no reconciled account");
  strictEqual(w.place("a3")[0]?.rejectCode, "RECONCILING");
  deepStrictEqual(say.briefs(w.cancelled()), ["Cancelled/Cancelled 0+0"]);
});

Deno.test("row 25: apply() asks again when the venue has fills that we lack, until they have come", () => {
  const w = say.placed();
  w.failed("unknown");
  strictEqual(say.found(w, { status: "filled", cumQty: qty(10_000) }).length, 0);
  deepStrictEqual(say.alarms(w), ["FILLS_MISSING"]);
  w.fill(1, { id: "e1", qty: 10_000 });
  strictEqual(order(w)?.ordStatus, "Filled");
});

Deno.test("row 25: apply() believes the venue that an order has ended which is live here", () => {
  const w = say.worldIn("CancelPending");
  say.cancelRefused(w);
  deepStrictEqual(say.briefs(say.found(w, { status: "expired" })), ["Expired/Expired 0+0"]);
});

Deno.test("row 25: apply() alarms when the venue has an order live that has ended here", () => {
  const w = say.worldIn("Cancelled");
  strictEqual(say.found(w, { status: "open" }).length, 0);
  deepStrictEqual(say.alarms(w), ["LIVE_AFTER_END"]);
  match(w.effects.alarms[0]?.text ?? "", /cancel tl01234567-1-1 at the venue/);
});

Deno.test("apply() alarms of a replaced order that has ended only if the venue has more than was executed", () => {
  for (const [orderQty, codes] of [[5000, []], [5001, ["LIVE_AFTER_END"]]] as const) {
    const w = say.worldIn("PartiallyFilled");
    w.fill(1, { id: "e1", qty: 1000 });
    w.cancelled();
    say.corrected(w, { ref: "e0", id: "x0", qty: 3000 });
    say.voided(w, "e1");
    strictEqual(order(w)?.order?.cumQty, 3000, "2000 were executed and count no more");
    strictEqual(say.replacedTo(w, { qty: orderQty }).length, 0);
    deepStrictEqual(say.alarms(w), codes);
  }
});

Deno.test("apply() asks what the venue means when it rejects an order that has traded", () => {
  const w = say.worldIn("PartiallyFilled");
  strictEqual(say.rejected(w).length, 0);
  deepStrictEqual(say.alarms(w), ["ILLEGAL_TRANSITION"]);
  strictEqual(w.lastCommand().kind, "Lookup");
  const reports = say.found(w, { status: "rejected", cumQty: qty(4000) });
  deepStrictEqual(say.briefs(reports), ["Cancelled/Cancelled 4000+0"], "its rest is lost");
});

Deno.test("apply() books to the old version what is said without a key before the new one left", () => {
  const w = say.worldIn("ReplacePending", { ...CANCEL_NEW, pacing: { perSecond: 1, burst: 2 } });
  w.cancelled();
  strictEqual(w.lastCommand().kind, "Cancel", "the new version waits");
  deepStrictEqual(say.briefs(w.fill(1, { id: "e1", qty: 4000 })), [
    "Trade/ReplacePending 4000+6000",
  ]);
  strictEqual(w.accept().length, 0);
  w.wait(1000).fire();
  strictEqual(w.lastCommand().kind, "Submit");
  deepStrictEqual(say.briefs(w.accept()), ["Replaced/PartiallyFilled 4000+8000"]);
});

/** The venue takes the new version of a cancel-and-new, under a name of its own. */
function placedAnew(w: World): readonly ExecutionReport[] {
  return w.broker("OrderAccepted", { ...ref(1, "tl01234567-1-2"), venueOrderId: "v2" });
}

Deno.test("apply() does not end a cancel-and-new by a late fill of the old version", () => {
  const w = say.worldIn("ReplacePending", CANCEL_NEW);
  w.cancelled();
  strictEqual(w.lastCommand().kind, "Submit", "the new version is on its way");
  const old = { order: null, clOrdId: "tl01234567-1-1", venueOrderId: null };
  const late = w.broker("OrderExecuted", {
    ...old,
    execId: "e1",
    lastQty: qty(10_000),
    lastPx: px(10_000),
    liquidity: null,
    commission: "0",
    commissionCurrency: "USDT",
    provisional: false,
  });
  deepStrictEqual(say.briefs(late), ["Trade/ReplacePending 10000+0"]);
  deepStrictEqual(say.briefs(placedAnew(w)), ["Replaced/PartiallyFilled 10000+2000"]);
});

Deno.test("apply() knows the old version by its former name where no key is said", () => {
  const w = say.worldIn("ReplacePending", CANCEL_NEW);
  w.cancelled();
  const named = (venueOrderId: string) => ({ order: null, clOrdId: null, venueOrderId });
  const fill = {
    lastPx: px(10_000),
    liquidity: null,
    commission: "0",
    commissionCurrency: "USDT",
    provisional: false,
  } as const;
  const late = { ...named("v1"), ...fill, execId: "e1", lastQty: qty(4000) };
  deepStrictEqual(say.briefs(w.broker("OrderExecuted", late)), ["Trade/ReplacePending 4000+6000"]);
  strictEqual(w.broker("OrderCancelled", { ...named("v1"), reason: "said again" }).length, 0);
  deepStrictEqual(say.briefs(placedAnew(w)), ["Replaced/PartiallyFilled 4000+8000"]);
  strictEqual(w.broker("OrderExpired", { ...named("v1"), reason: "said again" }).length, 0);
  const young = { ...named("v2"), ...fill, execId: "e2", lastQty: qty(8000) };
  deepStrictEqual(say.briefs(w.broker("OrderExecuted", young)), ["Trade/Filled 12000+0"]);
});

Deno.test("apply() alarms when a cancel-and-new is filled by late fills while its new version is placed", () => {
  const w = say.worldIn("ReplacePending", CANCEL_NEW);
  w.cancelled();
  w.fill(1, { id: "e1", qty: 10 }); // of the new version: it is placed, and takes its terms
  strictEqual(order(w)?.ordStatus, "PartiallyFilled");
  const again = say.worldIn("ReplacePending", CANCEL_NEW);
  again.cancelled();
  const old = { order: null, clOrdId: "tl01234567-1-1", venueOrderId: null };
  for (const [execId, quantity] of [["e1", 10_000], ["e2", 2000]] as const) {
    again.broker("OrderExecuted", {
      ...old,
      execId,
      lastQty: qty(quantity),
      lastPx: px(10_000),
      liquidity: null,
      commission: "0",
      commissionCurrency: "USDT",
      provisional: false,
    });
  }
  deepStrictEqual(say.briefs(placedAnew(again)), ["Replaced/Filled 12000+0"]);
  deepStrictEqual(say.alarms(again), ["LIVE_AFTER_END"]);
});

Deno.test("apply() keeps an order in doubt through days of timers until evidence comes", () => {
  const w = say.placed({ capabilities: { absenceProofMs: null } });
  w.failed("unknown");
  const endUs = w.nowUs + 10 * 86_400_000_000;
  let asked = 0;
  while (w.nowUs < endUs) {
    const dueUs = w.timeline.nextDeadlineUs() ?? endUs;
    w.wait((Math.min(dueUs, endUs) - w.nowUs) / 1000);
    w.fire();
    if (w.lastCommand().kind !== "Lookup" || w.commands.length === asked) continue;
    asked = w.commands.length;
    if (asked % 3 === 0) w.failed("unknown");
    else say.notFound(w);
  }
  ok(asked > 28_000, `asked ${asked} times, every 30 s`);
  deepStrictEqual([order(w)?.ordStatus, order(w)?.inDoubt], ["Submitted", true]);
  strictEqual(w.reports.length, 2, "nothing was said but the placing and the doubt");
  strictEqual(kinds(w).filter((kind) => kind === "Submit").length, 1);
  deepStrictEqual(say.briefs(w.fill(1, { id: "e1", qty: 10_000 })), [
    "New/Accepted 0+10000 inferred",
    "Trade/Filled 10000+0",
  ]);
});
