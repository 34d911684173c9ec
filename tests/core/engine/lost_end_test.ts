/**
 * Going on after the journal's end was lost. Proves R-JRN-2 (`--accept-loss`) and the part of R-WIRE-2
 * that is left then: an intent that may have acted does not act again.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { clientIndex, micros, qty } from "../../../core/mod.ts";
import { brief, draft, ref, World, type WorldOptions } from "../../support/engine_world.ts";
import { found } from "../../support/venue_words.ts";

/** Two live orders and one that has ended; then a restart, so much time later. */
function lossOf(ms: number): World {
  const w = new World().start().open({ cancelOnDisconnect: false });
  for (const [order, intentId] of [[1, "live"], [2, "ended"], [3, "waiting"]] as const) {
    w.place(intentId);
    if (order < 3) w.accept(order);
  }
  w.fill(2, { id: "t1", qty: 10_000 });
  const lostSinceUs = micros(w.nowUs);
  w.wait(ms);
  w.restart({ lostSinceUs });
  w.venueStatus("up");
  w.open({ session: 2, cancelOnDisconnect: false });
  return w;
}

/** The operator's state, not a venue's. */
function resume(w: World): void {
  const seen = draft("control", "TradingStateSet", { state: "Active", reason: "seen" });
  w.offer({ ...seen, venue: null });
}

/** An operator has looked. */
function resumed(ms: number): World {
  const w = lossOf(ms);
  resume(w);
  w.wait(1);
  return w;
}

for (const [ms, first] of [[0, 4], [1, 14], [1500, 15_004], [60_000, 600_004]] as const) {
  Deno.test(`applyLostEnd() numbers the next order ${first} when ${ms} ms are lost`, () => {
    const w = resumed(ms);
    w.place("next", {}, 2);
    strictEqual(w.lastCommand().clOrdId, `tl01234567-${first}-1`);
  });
}

for (const [ms, version] of [[0, 2], [1, 3], [10, 3], [11, 4], [60_000, 6_002]] as const) {
  Deno.test(`applyLostEnd() gives a live order's next version ${version} when ${ms} ms are lost`, () => {
    const w = resumed(ms);
    w.replace("bigger", { orig: "live", qty: "20" }, 2);
    const replace = w.commands.findLast(({ kind }) => kind === "Replace");
    ok(replace?.kind === "Replace");
    strictEqual(replace.newClOrdId, `tl01234567-1-${version}`);
  });
}

Deno.test("applyLostEnd() takes a clock that went back for no time lost", () => {
  const w = new World().start().open();
  w.place("before");
  w.restart({ lostSinceUs: micros(w.nowUs + 5_000_000) });
  w.venueStatus("up");
  w.open({ session: 2 });
  resume(w);
  w.wait(1).place("next", {}, 2);
  strictEqual(w.lastCommand().clOrdId, "tl01234567-2-1");
});

Deno.test("applyLostEnd() halts the operator's state; cancels still go", () => {
  const w = lossOf(1_000);
  strictEqual(w.timeline.view.operatorState, "Halted");
  w.wait(1);
  const [refused] = w.place("new", {}, 2);
  strictEqual(refused?.rejectCode, "TRADING_HALTED");
  deepStrictEqual(w.cancel("c1", "live", 2).map(brief), ["PendingCancel/CancelPending 0+10000"]);
});

Deno.test("applyLostEnd() has intents refused that were sent up to now, and no later ones", () => {
  const w = resumed(1_000);
  const restartUs = w.nowUs - 1_000;
  const codes = [restartUs - 1, restartUs, restartUs + 1].map((sentUs, at) =>
    w.place(`i${at}`, { sentUs: micros(sentUs) }, 2)[0]?.rejectCode
  );
  deepStrictEqual(codes, ["STALE_INTENT", "STALE_INTENT", undefined]);
  const again = w.replace("r", { orig: "live", qty: "20", sentUs: micros(restartUs) }, 2);
  strictEqual(again[0]?.rejectCode, "STALE_INTENT");
});

Deno.test("applyLostEnd() repeats the answer of an intent that is not lost", () => {
  const w = resumed(1_000);
  strictEqual(w.place("live", { sentUs: micros(w.nowUs - 60_000_000) }, 2).length, 0);
  ok(w.effects.repeats.length === 1, "its report goes out again");
});

/** A Submit and a Replace wait for pacing at the cut, and may have left in what was lost. */
function waitingAtTheLoss(options: WorldOptions = {}): World {
  const w = new World({ pacing: { perSecond: 1, burst: 1 }, ...options }).start();
  w.open({ cancelOnDisconnect: false });
  w.place("rests");
  w.accept();
  w.replace("bigger", { orig: "rests", qty: "20" });
  w.place("waits", { ttlMs: 60_000 });
  const lostSinceUs = micros(w.nowUs);
  w.wait(30_000).restart({ lostSinceUs });
  w.venueStatus("up");
  w.open({ session: 2, cancelOnDisconnect: false });
  return w;
}

Deno.test("a loss leaves in doubt what waited, so that nothing of it is taken back or sent again", () => {
  const w = waitingAtTheLoss();
  resume(w);
  for (let round = 0; round < 3; round += 1) w.wait(1000).fire();
  deepStrictEqual(w.commands.map(({ kind, order }) => [kind, order]), [
    ["Submit", 1],
    ["Lookup", 1],
    ["Lookup", 2],
  ]);
  const live = w.timeline.view.orders(clientIndex(0), { open: true, limit: 10 });
  deepStrictEqual(live.map(({ ordStatus, inDoubt }) => [ordStatus, inDoubt]), [
    ["ReplacePending", true],
    ["Submitted", true],
  ]);
});

Deno.test("a loss leaves nothing in doubt that waits for a simulated venue: it lost as much", () => {
  const latencies = { orderLatencyUs: 1000, reportLatencyUs: 1000 };
  const simulation = { ...latencies, makerFeePpm: 0, takerFeePpm: 0 };
  const w = waitingAtTheLoss({ simulation });
  const live = w.timeline.view.orders(clientIndex(0), { open: true, limit: 10 });
  deepStrictEqual(live.map(({ ordStatus, inDoubt }) => [ordStatus, inDoubt]), [
    ["ReplacePending", undefined],
  ], "what was not sent yet is turned back by the halt");
});

/** The look-up after a loss shows that the second order had left, and rests. */
function foundResting(w: World): void {
  const asked = w.commands.findLast(({ kind, order }) => kind === "Lookup" && order === 2);
  ok(asked !== undefined, "the venue is asked");
  found(w, { ...ref(2), status: "open", request: asked.request });
  w.wait(3000).fire();
}

Deno.test("a cancel of what waited at a loss goes to the venue once it was found there", () => {
  const w = waitingAtTheLoss();
  deepStrictEqual(w.cancel("c", "waits", 2).map(brief), [
    "PendingCancel/CancelPending 0+10000 inDoubt",
  ]);
  w.wait(3000).fire();
  foundResting(w);
  deepStrictEqual([w.lastCommand().kind, w.lastCommand().order], ["Cancel", 2]);
});

Deno.test("what lapsed in a loss while it waited is cancelled at the venue, not ended here", () => {
  const w = new World({ pacing: { perSecond: 1, burst: 1 } }).start();
  w.open({ cancelOnDisconnect: false });
  w.place("first");
  w.place("waits", { ttlMs: 1000 });
  const lostSinceUs = micros(w.nowUs);
  w.wait(30_000).restart({ lostSinceUs });
  const [lapsed] = w.reports.filter(({ order }) => order?.orderId === 2).slice(-1);
  strictEqual(lapsed && brief(lapsed), "PendingCancel/CancelPending 0+10000 inDoubt");
  w.venueStatus("up");
  w.wait(3000).fire();
  foundResting(w);
  deepStrictEqual([w.lastCommand().kind, w.lastCommand().order], ["Cancel", 2]);
});

Deno.test("a replace that had left before a loss ends under its own key", () => {
  const w = new World().start().open({ cancelOnDisconnect: false });
  w.place("a1");
  w.accept();
  w.replace("r1", { orig: "a1", qty: "20" });
  w.restart({ lostSinceUs: micros(w.nowUs - 60_000_000) });
  w.venueStatus("up");
  w.open({ session: 2, cancelOnDisconnect: false });
  found(w, { status: "open", clOrdId: "tl01234567-1-2", orderQty: qty(20_000) });
  w.cancel("c1", "a1", 2);
  strictEqual(w.lastCommand().clOrdId, "tl01234567-1-2");
});

Deno.test("a restart that lost nothing numbers on and trades on", () => {
  const w = new World().start().open();
  w.place("before");
  w.wait(60_000).restart();
  w.venueStatus("up");
  w.open({ session: 2 }).place("next", {}, 2);
  strictEqual(w.lastCommand().clOrdId, "tl01234567-2-1");
  strictEqual(w.timeline.view.operatorState, "Active");
});
