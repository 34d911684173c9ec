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
