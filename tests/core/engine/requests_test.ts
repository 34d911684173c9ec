/**
 * Requests that wait for pacing. Proves R-EXEC-8.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { World } from "../../support/engine_world.ts";

Deno.test("apply() holds commands back by pacing, cancels first and from their own reserve", () => {
  const w = new World({ pacing: { perSecond: 1, burst: 5 } }).start().open();
  for (let n = 1; n <= 6; n += 1) w.place(`a${n}`);
  strictEqual(w.commands.length, 4, "one of five is kept for cancels");
  w.accept(1);
  w.cancel("c1", "a1");
  strictEqual(w.lastCommand().kind, "Cancel");
  strictEqual(w.timeline.nextDeadlineUs(), w.nowUs + 2_000_000);
  w.accept(2);
  w.cancel("c2", "a2");
  strictEqual(w.commands.length, 5);
  strictEqual(w.timeline.nextDeadlineUs(), w.nowUs + 1_000_000);
  w.wait(1000).fire();
  deepStrictEqual([w.lastCommand().kind, w.lastCommand().order], ["Cancel", 2]);
  w.wait(2000).fire();
  deepStrictEqual([w.lastCommand().kind, w.lastCommand().order], ["Submit", 5]);
});

/** Alice runs dry in session 1 and bob trades in session 2, of four tokens and the cancels' one. */
function besideDry(of: { readonly mode: "live" | "dry_run" }): World {
  const w = new World({ ...of, pacing: { perSecond: 1, burst: 5 } }).start().open();
  w.open({ session: 2, client: "bob" });
  w.control("DryRunSet", { client: "alice", on: true }, null);
  return w;
}

Deno.test("apply() takes no tokens for dry orders, which delay no real one", () => {
  const w = besideDry({ mode: "live" });
  for (let n = 1; n <= 9; n += 1) w.place(`a${n}`);
  w.accept(1);
  w.cancel("c1", "a1");
  w.failed("unknown");
  deepStrictEqual(w.commands.slice(9).map(({ kind, dryRun }) => [kind, dryRun]), [
    ["Cancel", true],
    ["Lookup", true],
  ]);
  for (let n = 1; n <= 4; n += 1) w.place(`b${n}`, {}, 2);
  deepStrictEqual(w.commands.slice(11).map(({ kind, dryRun }) => [kind, dryRun]), [
    ["Submit", undefined],
    ["Submit", undefined],
    ["Submit", undefined],
    ["Submit", undefined],
  ]);
  w.place("a10");
  ok(w.lastCommand().dryRun, "none is left, and it needs none");
  w.place("b5", {}, 2);
  w.place("a11");
  strictEqual(w.commands.length, 16, "behind what waits it waits as well");
  strictEqual(w.timeline.nextDeadlineUs(), w.nowUs + 1_000_000);
  w.wait(1000).fire();
  deepStrictEqual(w.commands.slice(16).map(({ dryRun }) => dryRun), [undefined, true]);
});

Deno.test("apply() wakes for a dry order when its venue may be sent to, not when it could pay", () => {
  const w = besideDry({ mode: "live" });
  for (let n = 1; n <= 4; n += 1) w.place(`b${n}`, {}, 2);
  const pausedUs = w.nowUs + 10_000;
  const { request, order } = w.lastCommand();
  w.accept(order);
  w.broker("RequestFailed", { request, order, outcome: "unknown", text: "", retryAfterMs: 10 });
  w.place("a1");
  strictEqual(w.commands.length, 4);
  strictEqual(w.timeline.nextDeadlineUs(), pausedUs);
  w.wait(10).fire();
  ok(w.lastCommand().dryRun);
});

Deno.test("apply() paces dry orders where everything runs dry", () => {
  const w = besideDry({ mode: "dry_run" });
  for (let n = 1; n <= 6; n += 1) w.place(`a${n}`);
  strictEqual(w.commands.length, 4);
});

Deno.test("apply() lets out what waited for pacing when a reload takes pacing away", () => {
  const w = new World({ pacing: { perSecond: 1, burst: 1 } }).start().open();
  for (const order of [1, 2, 3]) {
    w.place(`a${order}`);
    w.wait(1000).fire();
    w.accept(order);
  }
  w.control("KillSwitchSet", { on: true, reason: "test" });
  strictEqual(w.commands.filter(({ kind }) => kind === "Cancel").length, 1);
  const declared = w.events.find(({ eventType }) => eventType === "VenueDeclared");
  ok(declared?.eventType === "VenueDeclared");
  w.control("VenueDeclared", { ...declared.payload, pacing: null });
  strictEqual(w.commands.filter(({ kind }) => kind === "Cancel").length, 3);
});

Deno.test("apply() counts what pacing holds back, and not what waits for the link", () => {
  const w = new World({ pacing: { perSecond: 1, burst: 1 } }).start().open();
  const trips = (): number | undefined => w.timeline.view.counters()["pacing_trips"];
  w.place("a1");
  strictEqual(trips(), 0);
  w.place("a2");
  strictEqual(trips(), 1);
  w.accept(1);
  w.venueStatus("down");
  w.cancel("c1", "a1");
  strictEqual(trips(), 1);
});

Deno.test("apply() cancels a submit that still waits for pacing without asking the venue", () => {
  const w = new World({ pacing: { perSecond: 1, burst: 1 } }).start().open();
  w.place("a1");
  w.place("a2");
  deepStrictEqual(w.cancel("c2", "a2").map((r) => r.execType), ["PendingCancel", "Cancelled"]);
  w.wait(60_000).fire();
  strictEqual(w.commands.length, 1);
});
