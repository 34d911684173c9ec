/**
 * Cancel and CancelAll, kill switch and sessions: every way in which an order is taken off.
 * Proves R-CORE-3, R-CORE-4, R-EXEC-1 and R-EXEC-6 as far as they concern the engine.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { createTimeline, px, qty, venueId } from "../../../core/mod.ts";
import {
  brief,
  CAPABILITIES,
  draft,
  ref,
  World,
  type WorldOptions,
} from "../../support/engine_world.ts";

function live(options: WorldOptions = {}): World {
  const w = new World(options).start().open();
  w.place("a1");
  w.accept();
  return w;
}

Deno.test("apply() reports a cancel under its own id, with the order's beside it", () => {
  const w = live();
  const pending = w.cancel("c1", "a1");
  deepStrictEqual(pending.map(brief), ["PendingCancel/CancelPending 0+10000"]);
  deepStrictEqual([pending[0]?.intentId, pending[0]?.origIntentId], ["c1", "a1"]);
  strictEqual(w.lastCommand().kind, "Cancel");
  strictEqual(w.lastCommand().venueOrderId, "v1");
  const done = w.cancelled();
  deepStrictEqual(done.map(brief), ["Cancelled/Cancelled 0+0"]);
  deepStrictEqual([done[0]?.intentId, done[0]?.origIntentId], ["c1", "a1"]);
});

Deno.test("apply() holds a cancel until the venue has acknowledged the order", () => {
  const w = new World().start().open();
  w.place("a1");
  deepStrictEqual(w.cancel("c1", "a1").map(brief), ["PendingCancel/CancelPending 0+10000"]);
  deepStrictEqual(w.commands.map((c) => c.kind), ["Submit"]);
  deepStrictEqual(w.accept().map(brief), ["New/CancelPending 0+10000"]);
  deepStrictEqual(w.commands.map((c) => c.kind), ["Submit", "Cancel"]);
});

Deno.test("apply() refuses a second cancel, one of an ended order and one of none", () => {
  const w = live();
  w.cancel("c1", "a1");
  const [second] = w.cancel("c2", "a1");
  strictEqual(brief(second ?? never()), "CancelRejected/CancelPending 0+10000");
  strictEqual(second?.rejectCode, "ILLEGAL_TRANSITION");
  strictEqual(second.origIntentId, "a1");
  w.cancelled();
  strictEqual(brief(w.cancel("c3", "a1")[0] ?? never()), "CancelRejected/Cancelled 0+0");
  const [none] = w.cancel("c4", "nobody");
  deepStrictEqual([none?.execType, none?.rejectCode, none?.order], [
    "Rejected",
    "UNKNOWN_ORDER",
    null,
  ]);
  strictEqual(w.cancel("c5", "c1")[0]?.rejectCode, "UNKNOWN_ORDER", "a cancel places nothing");
});

function never(): never {
  throw new Error("there must be a report");
}

Deno.test("apply() keeps a partial fill pending and lets a completing fill beat the cancel", () => {
  const w = live();
  w.cancel("c1", "a1");
  const partial = w.fill(1, { id: "e1", qty: 4000 });
  deepStrictEqual(partial.map(brief), ["Trade/CancelPending 4000+6000"]);
  strictEqual(partial[0]?.intentId, "a1", "trades bear the order's id");
  const last = w.fill(1, { id: "e2", qty: 6000 });
  deepStrictEqual(last.map(brief), ["Trade/Filled 10000+0", "CancelRejected/Filled 10000+0"]);
  strictEqual(last[1]?.intentId, "c1");
  const late = { ...ref(1), rejectCode: "VENUE_NOT_FOUND", text: "gone" } as const;
  strictEqual(w.broker("CancelRejected", late).length, 0, "it was answered already");
});

Deno.test("apply() shows the true state after the venue refused a cancel, and takes another", () => {
  const w = live();
  w.fill(1, { id: "e1", qty: 1000 });
  w.cancel("c1", "a1");
  const refusal = { ...ref(1), rejectCode: "VENUE_REJECTED", text: "no" } as const;
  const [report] = w.broker("CancelRejected", refusal);
  strictEqual(brief(report ?? never()), "CancelRejected/PartiallyFilled 1000+9000");
  deepStrictEqual([report?.intentId, report?.rejectCode], ["c1", "VENUE_REJECTED"]);
  strictEqual(w.cancel("c2", "a1")[0]?.execType, "PendingCancel");
});

Deno.test("apply() asks the venue when it cannot find the order to be cancelled", () => {
  const w = live();
  w.cancel("c1", "a1");
  w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_NOT_FOUND", text: "no" });
  strictEqual(w.lastCommand().kind, "Lookup");
});

Deno.test("apply() takes an unsolicited cancel", () => {
  const w = live();
  const [report] = w.cancelled();
  strictEqual(brief(report ?? never()), "Cancelled/Cancelled 0+0");
  strictEqual(report?.intentId, "a1");
});

Deno.test("apply() takes a cancel while the venue is down, in doubt, and sends it on its return", () => {
  const w = live();
  w.venueStatus("down");
  const [report] = w.cancel("c1", "a1");
  strictEqual(brief(report ?? never()), "PendingCancel/CancelPending 0+10000 inDoubt");
  deepStrictEqual(w.commands.map((c) => c.kind), ["Submit"]);
  w.venueStatus("up");
  deepStrictEqual(w.commands.map((c) => c.kind), ["Submit", "Cancel"]);
  strictEqual(brief(w.cancelled()[0] ?? never()), "Cancelled/Cancelled 0+0");
});

Deno.test("apply() sends cancels while the venue reconciles, but no orders", () => {
  const w = live();
  w.venueStatus("reconciling");
  w.cancel("c1", "a1");
  strictEqual(w.lastCommand().kind, "Cancel");
});

Deno.test("apply() takes all live orders by CancelAll and says so once all are settled", () => {
  const w = live();
  w.place("a2");
  w.accept(2);
  w.place("a3");
  w.accept(3);
  w.cancel("c3", "a3");
  const reports = w.cancelAll("all");
  deepStrictEqual(reports.map((r) => [r.order?.orderId, r.intentId, r.causeIntentId]), [
    [1, "a1", "all"],
    [2, "a2", "all"],
  ]);
  w.cancelAll("all");
  deepStrictEqual(w.effects.repeats, [], "the coming report answers both");
  const [cancelled] = w.cancelled(1);
  deepStrictEqual([cancelled?.intentId, cancelled?.causeIntentId], ["a1", "all"]);
  const refusal = { ...ref(2), rejectCode: "VENUE_REJECTED", text: "no" } as const;
  strictEqual(w.broker("CancelRejected", refusal)[0]?.causeIntentId, "all");
  const [, done] = w.cancelled(3);
  strictEqual(done?.execType, "IntentDone");
  strictEqual(done.intentId, "all");
  match(done.text ?? "", /taken: 3, cancelled: 2/);
  w.cancelAll("all");
  deepStrictEqual(w.effects.repeats, [{ client: 0, reportSeqs: [done.reportSeq] }]);
});

Deno.test("apply() answers a CancelAll with nothing to take at once", () => {
  const w = new World().start().open();
  deepStrictEqual(w.cancelAll("all").map((r) => [r.execType, r.ordStatus]), [["IntentDone", null]]);
  strictEqual(w.cancelAll("x", { instrument: "no:such" })[0]?.rejectCode, "UNKNOWN_INSTRUMENT");
});

Deno.test("apply() cancels everything by the kill switch and insists", () => {
  const w = live();
  w.place("a2");
  w.accept(2);
  const reports = w.control("KillSwitchSet", { on: true, reason: "test" });
  deepStrictEqual(reports.map((r) => [r.order?.orderId, r.execType]), [
    [1, "PendingCancel"],
    [2, "PendingCancel"],
  ]);
  strictEqual(w.place("a3")[0]?.rejectCode, "KILL_SWITCH");
  w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_RATE_LIMIT", text: "slow" });
  w.wait(1000);
  deepStrictEqual(w.fire().map(brief), ["PendingCancel/CancelPending 0+10000"]);
  strictEqual(w.commands.filter((c) => c.kind === "Cancel" && c.order === 1).length, 2);
});

type Refusal = "VENUE_SUSPENDED" | "VENUE_AUTH" | "VENUE_RATE_LIMIT";

/** Refuses every cancel that leaves, for so long; returns when they left, in milliseconds. */
function refuseCancels(w: World, of: { readonly code: Refusal; readonly ms: number }): number[] {
  const fromUs = w.nowUs;
  const leftMs: number[] = [];
  let answered = w.trail.length;
  for (let ms = 0; ms < of.ms; ms += 10) {
    w.wait(10).fire();
    for (; answered < w.trail.length; answered += 1) {
      const { command, atUs } = w.trail[answered] ?? never();
      if (command.kind !== "Cancel") continue;
      leftMs.push((atUs - fromUs) / 1000);
      w.broker("CancelRejected", { ...ref(command.order), rejectCode: of.code, text: "no" });
    }
  }
  return leftMs;
}

const SLOW: WorldOptions = { settings: { lookupRetryMs: 1000 }, reconcileMs: 3_600_000 };

/** A world whose order has lapsed, and whose venue has refused to cancel it for two minutes. */
function lapsedAndRefused(): World {
  const w = new World(SLOW).start().open();
  w.place("a1", { ttlMs: 1000 });
  w.accept();
  refuseCancels(w, { code: "VENUE_SUSPENDED", ms: 120_000 });
  return w;
}

for (const code of ["VENUE_SUSPENDED", "VENUE_AUTH"] as const) {
  Deno.test(`apply() tries a cancel that must come true ever more slowly while it is refused ${code}`, () => {
    const w = new World(SLOW).start().open();
    w.place("a1", { ttlMs: 1000 });
    w.accept();
    const leftMs = refuseCancels(w, { code, ms: 120_000 });
    const delays = leftMs.slice(1).map((ms, at) => ms - (leftMs[at] ?? 0));
    const most = [1000, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000];
    ok(delays.length >= 7 && delays.length <= most.length, `${leftMs}`);
    for (const [at, delay] of delays.entries()) {
      const longest = most[at] ?? 0;
      ok(delay <= longest + 10 && delay >= 0.75 * longest, `${leftMs}`);
    }
  });
}

Deno.test("apply() lets a new order leave though the venue refuses to cancel many", () => {
  const w = new World({ ...SLOW, pacing: { perSecond: 20, burst: 40 } }).start().open();
  for (let n = 1; n <= 40; n += 1) {
    w.place(`a${n}`, { ttlMs: 60_000 });
    w.wait(100).fire();
    w.accept(n);
  }
  refuseCancels(w, { code: "VENUE_SUSPENDED", ms: 90_000 });
  w.place("other");
  w.wait(1000).fire();
  deepStrictEqual([w.lastCommand().kind, w.lastCommand().order], ["Submit", 41]);
});

Deno.test("apply() lets the kill switch wait for no cancel that is tried ever more slowly", () => {
  const w = lapsedAndRefused();
  const kill = () => w.control("KillSwitchSet", { on: true, reason: "test" });
  deepStrictEqual(kill().map(brief), ["PendingCancel/CancelPending 0+10000"]);
  strictEqual(w.trail.at(-1)?.atUs, w.nowUs);
  w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_SUSPENDED", text: "no" });
  strictEqual(refuseCancels(w, { code: "VENUE_SUSPENDED", ms: 4000 }).length, 2, "and begins anew");
  const before = w.commands.length;
  for (let n = 0; n < 5; n += 1) deepStrictEqual(kill(), []);
  strictEqual(w.commands.length, before, "the same word again is no reason to try again");
});

/** The kill switch is set while the fate of a client's cancel is unknown, and the look-up's too. */
function killedInDoubt(): World {
  const w = live();
  w.cancel("c1", "a1");
  w.failed("unknown");
  w.failed("unknown"); // the look-up
  w.control("KillSwitchSet", { on: true, reason: "test" });
  return w;
}

Deno.test("apply() sends the kill switch's cancel though an earlier one waits for an answer to a look-up", () => {
  const w = killedInDoubt();
  deepStrictEqual(w.commands.map((c) => c.kind), ["Submit", "Cancel", "Lookup", "Cancel"]);
});

Deno.test("apply() asks about a cancel in doubt though the one after it is refused unlooked", () => {
  const w = killedInDoubt();
  const refusal = { ...ref(1), rejectCode: "VENUE_SUSPENDED", text: "no" } as const;
  deepStrictEqual(w.broker("CancelRejected", refusal), [], "the first may have acted");
  const beganUs = w.nowUs;
  while (w.lastCommand().kind !== "Lookup" || w.lastCommand().request < 5) {
    w.wait(100).fire();
    ok(w.nowUs < beganUs + 10_000_000, "it is asked within ten seconds");
    if (w.lastCommand().kind === "Cancel" && w.trail.at(-1)?.atUs === w.nowUs) {
      w.broker("CancelRejected", refusal);
    }
  }
});

Deno.test("apply() asks about an order before it tries again to cancel it", () => {
  const w = new World(SLOW).start().open();
  w.place("a1", { ttlMs: 1000 });
  w.accept();
  const refusal = { ...ref(1), rejectCode: "VENUE_NOT_FOUND", text: "unknown order" } as const;
  let seen = w.commands.length;
  for (let ms = 0; ms < 20_000; ms += 100) {
    w.wait(100).fire();
    for (; seen < w.commands.length; seen += 1) {
      const kind = w.commands[seen]?.kind;
      if (kind === "Cancel") w.broker("CancelRejected", refusal);
      if (kind === "Lookup") w.failed("unknown");
    }
  }
  const kinds = w.commands.map(({ kind }) => kind).join(", ");
  match(kinds, /^Submit(, Cancel, Lookup){2,}(, Cancel)?$/);
});

/** Who wants order 1 cancelled, how, and how that is taken back. */
const TOLD_AGAIN = [
  [
    "the kill switch",
    (w: World) => w.control("KillSwitchSet", { on: true, reason: "test" }),
    (w: World) => w.control("KillSwitchSet", { on: false, reason: "test" }),
  ],
  [
    "a lost client",
    (w: World) => w.close({ cause: "goodbye" }),
    (w: World) => w.open({ session: 1 }),
  ],
] as const;

for (const [asked, want, takeBack] of TOLD_AGAIN) {
  Deno.test(`apply() lets ${asked} win over a replace, though the venue has refused its earlier cancel`, () => {
    const w = live({ ...SLOW, pacing: { perSecond: 1, burst: 5 } });
    want(w);
    w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_SUSPENDED", text: "no" });
    takeBack(w);
    w.place("b1");
    w.place("b2");
    w.replace("r1", { orig: "a1", qty: "100" }); // waits for pacing
    deepStrictEqual(want(w).filter(({ order }) => order?.orderId === 1).map(brief), [
      "PendingCancel/CancelPending 0+10000",
      "ReplaceRejected/CancelPending 0+10000",
    ]);
    w.wait(60_000).fire();
    const first = w.commands.filter(({ order }) => order === 1).map(({ kind }) => kind);
    deepStrictEqual(first, ["Submit", "Cancel", "Cancel"]);
  });

  Deno.test(`apply() lets ${asked} follow a replace that has left, though its earlier cancel was refused`, () => {
    const w = live(SLOW);
    want(w);
    w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_SUSPENDED", text: "no" });
    takeBack(w);
    w.replace("r1", { orig: "a1", qty: "100" });
    deepStrictEqual(want(w).map(brief), ["PendingCancel/CancelPending 0+10000"]);
    deepStrictEqual(want(w), [], "the same word again");
    w.broker("OrderReplaced", { ...ref(1), orderQty: qty(100_000), price: px(10_000) });
    deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Cancel", "Replace", "Cancel"]);
    strictEqual(w.trail.at(-1)?.atUs, w.nowUs);
  });
}

Deno.test("apply() begins anew with refused cancels when the venue comes up", () => {
  const w = lapsedAndRefused();
  w.venueStatus("down");
  w.venueStatus("reconciling");
  const before = w.commands.length;
  deepStrictEqual(w.venueStatus("up").map(brief), ["PendingCancel/CancelPending 0+10000"]);
  deepStrictEqual(w.commands.slice(before).map((c) => c.kind), ["Cancel"]);
  w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_SUSPENDED", text: "no" });
  strictEqual(refuseCancels(w, { code: "VENUE_SUSPENDED", ms: 4000 }).length, 2);
});

Deno.test("apply() leaves the refused cancels of one venue alone when another comes up", () => {
  const w = lapsedAndRefused();
  const venue = venueId(1);
  const declared = { id: venue, name: "other", exchange: "other", capabilities: CAPABILITIES };
  const other = { ...declared, simulation: null, pacing: null };
  w.offer({ ...draft("control", "VenueDeclared", other), venue });
  const before = w.commands.length;
  const up = { status: "up", reason: "test" } as const;
  deepStrictEqual(w.offer({ ...draft("control", "VenueStatusChanged", up), venue }), []);
  deepStrictEqual(w.commands.slice(before), []);
});

Deno.test("apply() cancels a lost client's orders after its grace, also those accepted later", () => {
  const w = live();
  w.place("a2");
  w.close({ cause: "lost" });
  w.wait(4999);
  strictEqual(w.fire().length, 0);
  w.wait(1);
  deepStrictEqual(w.fire().map((r) => [r.order?.orderId, r.intentId, r.execType]), [
    [1, "a1", "PendingCancel"],
    [2, "a2", "PendingCancel"],
  ]);
  const before = w.commands.length;
  w.accept(2);
  deepStrictEqual(w.commands.slice(before).map((c) => [c.kind, c.order]), [["Cancel", 2]]);
});

const BEGUN = [
  [
    "its time is over",
    /^its time \(ttl_ms, expire_us\) is over/,
    (w: World) => w.wait(60_000).fire(),
  ],
  ["its client has left", /^its client has left/, (w: World) => w.close({ cause: "goodbye" })],
  [
    "the kill switch is on",
    /^the kill switch is on \(operator\.kill_switch\)/,
    (w: World) => w.control("KillSwitchSet", { on: true, reason: "test" }),
  ],
] as const;
for (const [what, sentence, begin] of BEGUN) {
  Deno.test(`apply() says of a cancel that nobody sent that ${what}, when it begins and at its end`, () => {
    const w = new World().start().open();
    w.place("a1", { ttlMs: 60_000 });
    w.accept();
    const [pending] = begin(w);
    match(pending?.text ?? "", sentence);
    const [done] = w.cancelled();
    match(done?.text ?? "", sentence);
    ok(done?.text?.endsWith(": cancelled"), "the venue's own words come behind it");
  });
}

const kept = [
  ["the client is back in time", (w: World) => w.close({ cause: "lost" }), 2],
  ["another connection took over", (w: World) => w.open({ session: 2 }).close({ session: 1 }), 0],
] as const;
for (const [why, act, session] of kept) {
  Deno.test(`apply() leaves orders alone when ${why}`, () => {
    const w = live();
    act(w);
    w.wait(1000);
    if (session > 0) w.open({ session });
    w.wait(60_000);
    strictEqual(w.fire().length, 0);
  });
}

Deno.test("apply() leaves orders alone when the client did not ask for their cancel", () => {
  const w = new World().start().open({ cancelOnDisconnect: false });
  w.place("a1");
  w.accept();
  w.close({ cause: "lost" });
  w.wait(60_000);
  strictEqual(w.fire().length, 0);
});

Deno.test("apply() cancels at once on GOODBYE, unless the client keeps its orders", () => {
  strictEqual(live().close({ cause: "goodbye" })[0]?.execType, "PendingCancel");
  const w = live();
  strictEqual(w.close({ cause: "goodbye", keepOrders: true }).length, 0);
  w.wait(60_000);
  strictEqual(w.fire().length, 0);
});

Deno.test("apply() begins the grace anew when the daemon is restarted", () => {
  const w = live();
  w.wait(100_000).start();
  w.wait(4999);
  strictEqual(w.fire().length, 0);
  w.wait(1);
  strictEqual(w.fire()[0]?.execType, "PendingCancel");
});

Deno.test("apply() begins a grace anew that ran when the daemon died, whenever it would have ended", () => {
  const w = live();
  w.close({ cause: "lost" });
  w.wait(60_000).start();
  deepStrictEqual(w.reports.map(brief), ["PendingNew/Submitted 0+10000", "New/Accepted 0+10000"]);
  w.wait(4999);
  strictEqual(w.fire().length, 0);
  w.wait(1);
  deepStrictEqual(w.fire().map((r) => r.execType), ["PendingCancel"]);
});

Deno.test("apply() cancels what lapsed before anything else after a restart", () => {
  const w = new World().start().open();
  w.place("a1", { ttlMs: 1000 });
  w.accept();
  w.wait(5000).start();
  const started = w.lines[w.lines.length - 4] ?? "";
  match(started, /PendingCancel/);
});

Deno.test("apply() refuses new exposure of one account only, when that account is halted", () => {
  const w = live();
  w.offer(draft("control", "TradingStateSet", { state: "Halted", reason: "test" }));
  strictEqual(w.place("a2")[0]?.rejectCode, "TRADING_HALTED");
  strictEqual(w.timeline.view.operatorState, "Active");
  strictEqual(w.timeline.view.tradingState(), "Halted");
  strictEqual(w.cancel("c1", "a1")[0]?.execType, "PendingCancel");
});

Deno.test("createTimeline() knows whose cancel it is when a CancelAll's id was forgotten and spent again", () => {
  const w = live({ settings: { intentHorizonMs: 60_000 } });
  w.cancelAll("all");
  w.wait(62_000).fire(); // the CancelAll outlives its intent
  w.cancelAll("all", { instrument: "test:NONE/USDT" }); // the id again: refused, and remembered
  w.timeline = createTimeline(JSON.parse(JSON.stringify(w.timeline.checkpoint())));
  w.wait(62_000).fire();
  w.place("b1", { orderQty: "1" }); // takes the place of what was forgotten
  strictEqual(w.cancelled()[0]?.causeIntentId, "all");
});
