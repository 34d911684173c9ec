/**
 * A lapse beside a Replace that gives the order more time: refused before, on its way, since. Proves
 * R-CORE-4 as far as it concerns the TTL.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { px, qty } from "../../../core/mod.ts";
import { brief, ref, World } from "../../support/engine_world.ts";

function replaced(w: World, of: { readonly qty: number; readonly px: number }): readonly string[] {
  const payload = { ...ref(1), venueOrderId: "v1b", orderQty: qty(of.qty), price: px(of.px) };
  return w.broker("OrderReplaced", payload).map(brief);
}

/** A world whose order has lapsed, and whose venue has refused to cancel it. */
function lapsedAndRefused(): World {
  const w = new World().start().open();
  w.place("a1", { ttlMs: 1000 });
  w.accept();
  w.wait(1000).fire();
  refuseCancel(w);
  return w;
}

function refuseCancel(w: World): void {
  w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_SUSPENDED", text: "no" });
}

function cancels(w: World): number {
  return w.commands.filter(({ kind }) => kind === "Cancel").length;
}

for (const [why, ttlMs] of [["is longer", 3_600_000], ["is taken off", 0]] as const) {
  Deno.test(`apply() insists no more on a lapse once the order's TTL ${why}`, () => {
    const w = lapsedAndRefused();
    w.replace("r1", { orig: "a1", qty: "9", ttlMs });
    replaced(w, { qty: 9000, px: 10_000 });
    w.wait(3_599_000).fire();
    strictEqual(cancels(w), 1);
    w.cancel("c1", "a1");
    w.failed("unknown");
    strictEqual(w.lastCommand().kind, "Lookup", "its failures are forgotten");
  });
}

Deno.test("apply() insists on a lapse whose order was replaced without a later one", () => {
  const w = lapsedAndRefused();
  w.replace("r1", { orig: "a1", qty: "11" });
  replaced(w, { qty: 11_000, px: 10_000 });
  w.wait(1000).fire();
  strictEqual(cancels(w), 2);
});

Deno.test("apply() goes on with the cancel of a lapse that is pending when the TTL becomes longer", () => {
  const w = lapsedAndRefused();
  w.replace("r1", { orig: "a1", qty: "9", ttlMs: 3_600_000 });
  w.wait(1000).fire();
  replaced(w, { qty: 9000, px: 10_000 });
  deepStrictEqual(w.cancelled().map(brief), ["Expired/Expired 0+0"]);
});

Deno.test("apply() cancels what lapses while a Replace that gives it more time is on its way", () => {
  const w = new World().start().open();
  w.place("a1", { ttlMs: 1000 });
  w.accept();
  w.replace("r1", { orig: "a1", qty: "9", ttlMs: 3_600_000 });
  deepStrictEqual(w.wait(1000).fire().map(brief), ["PendingCancel/CancelPending 0+10000"]);
  strictEqual(cancels(w), 0, "it waits for the answer");
  deepStrictEqual(replaced(w, { qty: 9000, px: 10_000 }), ["Replaced/CancelPending 0+9000"]);
  strictEqual(cancels(w), 1);
  deepStrictEqual(w.cancelled().map(brief), ["Expired/Expired 0+0"]);
});

Deno.test("apply() leaves alone what lapses while a Replace gives it more time, if the venue refuses", () => {
  const w = new World().start().open();
  w.place("a1", { ttlMs: 1000 });
  w.accept();
  w.replace("r1", { orig: "a1", qty: "9", ttlMs: 3_600_000 });
  w.wait(1000).fire();
  replaced(w, { qty: 9000, px: 10_000 });
  refuseCancel(w);
  w.wait(3_590_000).fire();
  strictEqual(cancels(w), 1);
});

for (const [why, ttlMs] of [["longer", 3_600_000], ["taken off", 0]] as const) {
  Deno.test(`apply() insists no more on a lapse that is refused when the TTL is ${why} since`, () => {
    const w = lapsedAndRefused();
    w.replace("r1", { orig: "a1", qty: "9", ttlMs });
    w.wait(1000).fire();
    replaced(w, { qty: 9000, px: 10_000 });
    w.failed("notSent"); // the cancel, which waited for the replace
    w.wait(500).fire();
    w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_NOT_FOUND", text: "no" });
    strictEqual(w.lastCommand().kind, "Lookup", "a refusal proves nothing");
    w.wait(3_590_000).fire();
    strictEqual(cancels(w), 3);
  });
}

Deno.test("apply() fires no more than 1 024 deadlines by one event, and wants another for the rest", () => {
  const w = new World().start().open({ cancelOnDisconnect: false });
  for (let n = 1; n <= 1025; n += 1) {
    w.wait(1).place(`a${n}`, { ttlMs: 60_000 });
    w.accept(n);
  }
  const events = w.events.length;
  w.wait(60_000).fire();
  strictEqual(cancels(w), 1025);
  strictEqual(w.events.length - events, 2);
});
