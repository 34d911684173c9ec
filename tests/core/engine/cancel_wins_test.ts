/**
 * Cancels that win over a replace that has not left, whoever asks for them and whatever keeps it back.
 * Proves R-CORE-3, R-EXEC-3 and R-EXEC-6 as far as they concern the engine.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { brief, ref, World, type WorldOptions } from "../../support/engine_world.ts";

/** Every way in which the cancel of order 1 is asked for; in the third its ten seconds are over. */
const ASKED = [
  ["a Cancel", (w: World) => w.cancel("c1", "a1")],
  ["a CancelAll", (w: World) => w.cancelAll("all")],
  ["a lapse", (w: World) => w.wait(1000).fire()],
  ["the kill switch", (w: World) => w.control("KillSwitchSet", { on: true, reason: "test" })],
  ["a lost client", (w: World) => w.close({ cause: "goodbye" })],
] as const;

/** Replaces order 1, with what the venue needs to hear the new terms as the last request. */
function sendTerms(w: World): void {
  w.replace("r1", { orig: "a1", qty: "20" });
  if (w.lastCommand().kind === "Cancel") w.cancelled();
}

function halt(w: World): void {
  w.control("TradingStateSet", { state: "Halted", reason: "test" });
}

/** The new terms went, did not leave, and wait for a second attempt. */
function failOnce(w: World): void {
  w.wait(900);
  sendTerms(w);
  w.failed("notSent");
}

/** As `failOnce`, and the second attempt waits for the link. */
function failUntil(status: "down" | "reconciling"): (w: World) => void {
  return (w) => {
    sendTerms(w);
    w.failed("notSent");
    w.venueStatus(status);
    w.wait(600).fire();
  };
}

type KeptBack = readonly [why: string, keepBack: (w: World) => void, options?: WorldOptions];

/** Every way in which new terms do not leave before a cancel is asked for. */
const KEPT_BACK: readonly KeptBack[] = [
  ["has its next attempt to come", failOnce],
  ["has its next attempt to come on a halted account", (w) => {
    failOnce(w);
    halt(w);
  }],
  ["waits while the venue reconciles", failUntil("reconciling")],
  ["waits while the venue is down", failUntil("down")],
  ["waits behind an open breaker", (w) => {
    sendTerms(w);
    w.failed("notSent");
    w.wait(600).fire();
  }, { breaker: { failures: 1, coolMs: 30_000 } }],
  ["waits for pacing", (w) => {
    for (const id of ["a2", "a3", "a4"]) w.place(id, { orderQty: "1" });
    sendTerms(w);
  }, { pacing: { perSecond: 0.001, burst: 5 } }],
];

type LinkAfter = readonly [state: string, change: (w: World) => void, options?: WorldOptions];

/** What keeps new terms back that had left before the cancel was asked for, and come back unsent. */
const SENT_BACK: readonly LinkAfter[] = [
  ["by a venue that is up", () => {}],
  ["by a venue that reconciles", (w) => w.venueStatus("reconciling")],
  ["by a venue that is down", (w) => w.venueStatus("down")],
  ["and opens the breaker", () => {}, { breaker: { failures: 1, coolMs: 30_000 } }],
  ["on a halted account", halt],
];

/** Order 1, nine of its ten seconds old. */
function aged(options: WorldOptions = {}): World {
  const w = new World(options).start().open();
  w.place("a1", { ttlMs: 10_000 });
  w.accept();
  return w.wait(9000);
}

/** Short forms of the reports of order 1 since a number of them, without sums. */
function told(w: World, since: number): readonly string[] {
  const reports = w.reports.slice(since).filter(({ order }) => order?.orderId === 1);
  return reports.map(({ execType, ordStatus }) => `${execType}/${ordStatus}`);
}

/** What leaves about order 1 once the link is back and a minute is over. */
function goesOut(w: World, since: number): readonly string[] {
  w.venueStatus("up");
  for (let s = 0; s < 60; s += 1) w.wait(1000).fire();
  return w.commands.slice(since).filter(({ order }) => order === 1).map(({ kind }) => kind);
}

for (const [asked, ask] of ASKED) {
  const end = asked === "a lapse" ? "Expired" : "Cancelled";
  const placed = [`${end}/${end}`, `ReplaceRejected/${end}`];
  for (const [why, keepBack, options] of KEPT_BACK) {
    Deno.test(`apply() lets ${asked} win over a replace that ${why}`, () => {
      const w = aged(options);
      keepBack(w);
      const [reports, commands] = [w.reports.length, w.commands.length];
      ask(w);
      deepStrictEqual(told(w, reports).slice(0, 2), [
        "PendingCancel/CancelPending",
        "ReplaceRejected/CancelPending",
      ]);
      deepStrictEqual(goesOut(w, commands), ["Cancel"]);
    });
    Deno.test(`apply() lets ${asked} win over a new version that ${why}`, () => {
      const w = aged({ ...options, capabilities: { replace: "cancel_new" } });
      keepBack(w);
      const [reports, commands] = [w.reports.length, w.commands.length];
      ask(w);
      deepStrictEqual(told(w, reports), ["PendingCancel/CancelPending", ...placed]);
      deepStrictEqual(goesOut(w, commands), []);
    });
  }
  for (const [how, change, options] of SENT_BACK) {
    Deno.test(`apply() lets ${asked} win over a replace that comes back unsent ${how}`, () => {
      const w = aged(options);
      sendTerms(w);
      const commands = w.commands.length;
      ask(w);
      change(w);
      const reports = w.reports.length;
      w.failed("notSent");
      strictEqual(told(w, reports)[0], "ReplaceRejected/CancelPending");
      deepStrictEqual(goesOut(w, commands), ["Cancel"]);
    });
    Deno.test(`apply() lets ${asked} win over a new version that comes back unsent ${how}`, () => {
      const w = aged({ ...options, capabilities: { replace: "cancel_new" } });
      sendTerms(w);
      const commands = w.commands.length;
      ask(w);
      change(w);
      const reports = w.reports.length;
      w.failed("notSent");
      deepStrictEqual(told(w, reports), placed);
      deepStrictEqual(goesOut(w, commands), []);
    });
  }
}

Deno.test("apply() sends a cancel that must come true before a replace whose next attempt is due", () => {
  const w = aged();
  w.control("KillSwitchSet", { on: true, reason: "test" });
  w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_RATE_LIMIT", text: "slow" });
  w.control("KillSwitchSet", { on: false, reason: "test" });
  w.replace("r1", { orig: "a1", qty: "20" });
  w.failed("notSent");
  w.wait(2000);
  deepStrictEqual(w.fire().map(brief), [
    "PendingCancel/CancelPending 0+10000",
    "ReplaceRejected/CancelPending 0+10000",
  ]);
  deepStrictEqual(w.commands.map((c) => c.kind), ["Submit", "Cancel", "Replace", "Cancel"]);
});
