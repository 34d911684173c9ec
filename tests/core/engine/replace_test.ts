/**
 * Replace, in both ways that venues offer. Proves R-CORE-3, R-CORE-4 and R-EXEC-1 as far as they
 * concern Replace.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type EngineState, readEngine } from "../../../core/engine/mod.ts";
import {
  type Checkpoint,
  clientIndex,
  instrumentId,
  micros,
  orderId,
  px,
  qty,
} from "../../../core/mod.ts";
import { EngineTimeline } from "../../support/engine_timeline.ts";
import { brief, ref, World, type WorldOptions } from "../../support/engine_world.ts";
import { alarms, corrected, found, voided } from "../../support/venue_words.ts";

const CANCEL_NEW: WorldOptions = { capabilities: { replace: "cancel_new" } };

function live(options: WorldOptions = {}): World {
  const w = new World(options).start().open();
  w.place("a1", { tag: "t" });
  w.accept();
  return w;
}

/** A world into whose state one can look. */
function watched(
  options: WorldOptions = {},
): { readonly state: EngineState; readonly w: World } {
  const timeline = new EngineTimeline(() => {});
  const w = new World(options);
  w.timeline = timeline;
  return { state: timeline.state, w: w.start().open() };
}

function replaced(w: World, of: { readonly qty: number; readonly px: number }): readonly string[] {
  const payload = { ...ref(1), venueOrderId: "v1b", orderQty: qty(of.qty), price: px(of.px) };
  return w.broker("OrderReplaced", payload).map(brief);
}

Deno.test("apply() ends a filled order though an increase of it waits: it never left", () => {
  const w = new World({ pacing: { perSecond: 1, burst: 5 } }).start().open();
  for (let n = 1; n <= 4; n += 1) w.place(`a${n}`);
  w.accept(1);
  w.replace("r1", { orig: "a1", qty: "12" });
  strictEqual(w.lastCommand().kind, "Submit", "the replace waits for pacing");
  const reports = w.fill(1, { id: "e1", qty: 10_000 });
  deepStrictEqual(reports.map(brief), ["Trade/Filled 10000+0", "ReplaceRejected/Filled 10000+0"]);
  w.wait(60_000).fire();
  ok(w.commands.every(({ kind }) => kind !== "Replace"));
});

Deno.test("apply() replaces natively: pending under its id, new terms only when replaced", () => {
  const w = live();
  const [pending] = w.replace("r1", { orig: "a1", qty: "12", price: "101" });
  strictEqual(pending === undefined ? "" : brief(pending), "PendingReplace/ReplacePending 0+10000");
  deepStrictEqual([pending?.intentId, pending?.origIntentId], ["r1", "a1"]);
  const command = w.lastCommand();
  strictEqual(command.kind === "Replace" ? command.newClOrdId : "", "tl01234567-1-2");
  const trade = w.fill(1, { id: "e1", qty: 1000 });
  deepStrictEqual(trade.map(brief), ["Trade/ReplacePending 1000+9000"]);
  strictEqual(trade[0]?.intentId, "a1", "before Replaced trades bear the old id");
  deepStrictEqual(replaced(w, { qty: 12_000, px: 10_100 }), [
    "Replaced/PartiallyFilled 1000+11000",
  ]);
  const after = w.fill(1, { id: "e2", qty: 1000 });
  strictEqual(after[0]?.intentId, "r1", "after it the new");
  strictEqual(after[0]?.order?.price, 10_100);
  strictEqual(after[0]?.tag, "t", "an absent tag keeps its value");
  w.cancel("c1", "a1");
  strictEqual(w.lastCommand().clOrdId, "tl01234567-1-2");
});

Deno.test("apply() finds the order by the id that placed, replaced or tried to replace it", () => {
  const w = live();
  w.replace("r1", { orig: "a1", qty: "12" });
  w.broker("ReplaceRejected", { ...ref(1), rejectCode: "VENUE_REJECTED", text: "no" });
  strictEqual(w.replace("r2", { orig: "r1", qty: "13" })[0]?.execType, "PendingReplace");
});

const refusals = [
  ["in Submitted", "ILLEGAL_TRANSITION", (_w: World) => {}, "12"],
  ["at its cum_qty", "ILLEGAL_TRANSITION", (w: World) => {
    w.accept();
    w.fill(1, { id: "e1", qty: 4000 });
  }, "4"],
  ["when it has ended", "ILLEGAL_TRANSITION", (w: World) => {
    w.accept();
    w.cancelled();
  }, "12"],
  ["off the grid", "QTY_GRID", (w: World) => w.accept(), "1.00001"],
  ["while another is pending", "ILLEGAL_TRANSITION", (w: World) => {
    w.accept();
    w.replace("r0", { orig: "a1", qty: "11" });
  }, "12"],
] as const;
for (const [when, code, prepare, quantity] of refusals) {
  Deno.test(`apply() refuses to replace an order ${when}: ReplaceRejected ${code}`, () => {
    const w = new World().start().open();
    w.place("a1");
    prepare(w);
    const before = w.timeline.view.orders("account", { open: false, limit: 9 })[0]?.ordStatus;
    const [report] = w.replace("r1", { orig: "a1", qty: quantity });
    deepStrictEqual([report?.execType, report?.rejectCode], ["ReplaceRejected", code]);
    strictEqual(report?.ordStatus, before);
    deepStrictEqual([report?.intentId, report?.origIntentId], ["r1", "a1"]);
  });
}

Deno.test("apply() refuses a Replace where the venue cannot, and one of an unknown order", () => {
  const w = live({ capabilities: { replace: "none" } });
  strictEqual(w.replace("r1", { orig: "a1", qty: "12" })[0]?.rejectCode, "UNSUPPORTED");
  const [report] = w.replace("r2", { orig: "zz", qty: "12" });
  deepStrictEqual([report?.execType, report?.rejectCode], ["Rejected", "UNKNOWN_ORDER"]);
});

Deno.test("apply() lets a venue that only reduces lower the quantity, not raise it", () => {
  const w = live({ capabilities: { replace: "reduce_only" } });
  strictEqual(w.replace("r1", { orig: "a1", qty: "12" })[0]?.rejectCode, "UNSUPPORTED");
  strictEqual(w.replace("r2", { orig: "a1", qty: "8" })[0]?.execType, "PendingReplace");
});

Deno.test("apply() shows the true state after the venue refused a replace", () => {
  const w = live();
  w.replace("r1", { orig: "a1", qty: "12" });
  const [report] = w.broker("ReplaceRejected", {
    ...ref(1),
    rejectCode: "VENUE_REJECTED",
    text: "no",
  });
  strictEqual(report === undefined ? "" : brief(report), "ReplaceRejected/Accepted 0+10000");
  strictEqual(report?.intentId, "r1");
});

Deno.test("apply() fills an order that is replaced down to what is filled, or below", () => {
  const w = live();
  w.replace("r1", { orig: "a1", qty: "5" });
  w.fill(1, { id: "e1", qty: 6000 });
  deepStrictEqual(replaced(w, { qty: 5000, px: 10_000 }), ["Replaced/Filled 6000+0"]);
});

Deno.test("apply() does not end an order by its old quantity while an increase is on its way", () => {
  const w = live();
  w.replace("r1", { orig: "a1", qty: "12" });
  deepStrictEqual(w.fill(1, { id: "e1", qty: 10_000 }).map(brief), [
    "Trade/ReplacePending 10000+0",
  ]);
  deepStrictEqual(replaced(w, { qty: 12_000, px: 10_000 }), [
    "Replaced/PartiallyFilled 10000+2000",
  ]);
});

Deno.test("apply() ends it when that increase is refused", () => {
  const w = live();
  w.replace("r1", { orig: "a1", qty: "12" });
  w.fill(1, { id: "e1", qty: 10_000 });
  const refusal = { ...ref(1), rejectCode: "VENUE_REJECTED", text: "filled" } as const;
  deepStrictEqual(w.broker("ReplaceRejected", refusal).map(brief), [
    "ReplaceRejected/Filled 10000+0",
  ]);
});

Deno.test("apply() infers an increase from a fill above the old quantity", () => {
  const w = live();
  w.replace("r1", { orig: "a1", qty: "12" });
  deepStrictEqual(w.fill(1, { id: "e1", qty: 11_000 }).map(brief), [
    "Replaced/Accepted 0+12000 inferred",
    "Trade/PartiallyFilled 11000+1000",
  ]);
});

Deno.test("apply() infers nothing of a decrease from a fill above the old quantity: it is an overfill", () => {
  const w = live();
  w.replace("r1", { orig: "a1", qty: "8" });
  deepStrictEqual(w.fill(1, { id: "e1", qty: 11_000 }).map(brief), [
    "Trade/Filled 11000+0",
    "ReplaceRejected/Filled 11000+0",
  ]);
  deepStrictEqual(w.effects.alarms.map(({ code }) => code), ["OVERFILL"]);
});

/** A venue that keeps the first key has made an increase of which no answer came. */
function unanswered(): World {
  const w = live();
  w.replace("r1", { orig: "a1", qty: "20" });
  w.failed("unknown");
  return w;
}

Deno.test("apply() learns from the fill that proves an increase under which key the order is there", () => {
  const w = unanswered();
  w.fill(1, { id: "e1", qty: 12_000, clOrdId: "tl01234567-1-1" });
  w.cancel("c1", "a1");
  strictEqual(w.lastCommand().clOrdId, "tl01234567-1-1");
});

Deno.test("apply() learns from a look-up under which key the order is there", () => {
  const w = unanswered();
  w.fill(1, { id: "e1", qty: 12_000 });
  w.cancel("c1", "a1");
  strictEqual(w.lastCommand().clOrdId, "tl01234567-1-2", "the fill told none");
  w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_NOT_FOUND", text: "unknown" });
  const asked = w.lastCommand();
  found(w, {
    ...{ status: "open", clOrdId: "tl01234567-1-1" },
    ...{ orderQty: qty(20_000), cumQty: qty(12_000) },
  });
  w.cancel("c2", "a1");
  deepStrictEqual([asked.kind, w.lastCommand().kind, w.lastCommand().clOrdId], [
    "Lookup",
    "Cancel",
    "tl01234567-1-1",
  ]);
});

Deno.test("apply() changes no terms of an order that a look-up's answer has ended", () => {
  const w = live({ capabilities: { absenceProofMs: 0 } });
  w.replace("r1", { orig: "a1", qty: "20" });
  w.failed("unknown");
  const { request } = w.lastCommand();
  w.fill(1, { id: "e1", qty: 10_000, clOrdId: "tl01234567-1-1" });
  found(w, {
    ...{ status: "open", request, clOrdId: "tl01234567-1-1" },
    ...{ orderQty: qty(15_000), cumQty: qty(10_000) },
  });
  const order = w.timeline.view.order(clientIndex(0), orderId(1));
  deepStrictEqual([order?.ordStatus, order?.order?.orderQty], ["Filled", 10_000]);
  deepStrictEqual(w.effects.alarms.map(({ code }) => code), []);
});

Deno.test("apply() answers the replace too when a fill completes the order before it", () => {
  const w = live();
  w.replace("r1", { orig: "a1", qty: "10", price: "101" });
  deepStrictEqual(w.fill(1, { id: "e1", qty: 10_000 }).map(brief), [
    "Trade/Filled 10000+0",
    "ReplaceRejected/Filled 10000+0",
  ]);
});

Deno.test("apply() lets a cancel pass a replace in flight once that is answered", () => {
  const w = live();
  w.replace("r1", { orig: "a1", qty: "12" });
  strictEqual(w.cancel("c1", "a1")[0]?.ordStatus, "CancelPending");
  strictEqual(w.lastCommand().kind, "Replace");
  deepStrictEqual(replaced(w, { qty: 12_000, px: 10_000 }), ["Replaced/CancelPending 0+12000"]);
  strictEqual(w.lastCommand().kind, "Cancel");
});

Deno.test("apply() sizes the new order only when the cancel and its cum_qty are confirmed", () => {
  const w = live(CANCEL_NEW);
  strictEqual(
    w.replace("r1", { orig: "a1", qty: "12", price: "101" })[0]?.execType,
    "PendingReplace",
  );
  strictEqual(w.lastCommand().kind, "Cancel");
  deepStrictEqual(w.fill(1, { id: "e1", qty: 3000 }).map(brief), [
    "Trade/ReplacePending 3000+7000",
  ]);
  deepStrictEqual(w.cancelled(), []);
  const submit = w.lastCommand();
  deepStrictEqual(submit.kind === "Submit" ? [submit.orderQty, submit.price, submit.clOrdId] : [], [
    9000,
    10_100,
    "tl01234567-1-2",
  ]);
  deepStrictEqual(w.accept().map(brief), ["Replaced/PartiallyFilled 3000+9000"]);
});

Deno.test("apply() reports ReplaceRejected with Cancelled when the replace lost the old order", () => {
  const w = live(CANCEL_NEW);
  w.replace("r1", { orig: "a1", qty: "12" });
  w.cancelled();
  const reports = w.broker("OrderRejected", {
    ...ref(1),
    rejectCode: "VENUE_FUNDS",
    text: "no money",
  });
  deepStrictEqual(reports.map(brief), ["ReplaceRejected/Cancelled 0+0"]);
  strictEqual(reports[0]?.rejectCode, "VENUE_FUNDS");
});

Deno.test("apply() keeps the old order when the cancel of a cancel-and-new is refused", () => {
  const w = live(CANCEL_NEW);
  w.replace("r1", { orig: "a1", qty: "12" });
  const refusal = { ...ref(1), rejectCode: "VENUE_REJECTED", text: "no" } as const;
  deepStrictEqual(w.broker("CancelRejected", refusal).map(brief), [
    "ReplaceRejected/Accepted 0+10000",
  ]);
});

Deno.test("apply() places nothing new when a cancel came between the two halves", () => {
  const w = live(CANCEL_NEW);
  w.replace("r1", { orig: "a1", qty: "12" });
  w.cancel("c1", "a1");
  const before = w.commands.length;
  deepStrictEqual(w.cancelled().map(brief), [
    "Cancelled/Cancelled 0+0",
    "ReplaceRejected/Cancelled 0+0",
  ]);
  strictEqual(w.commands.length, before);
});

Deno.test("apply() infers Replaced from a fill of the new version and ignores the old one's end", () => {
  const w = live(CANCEL_NEW);
  w.replace("r1", { orig: "a1", qty: "12" });
  w.cancelled();
  strictEqual(
    w.broker("OrderCancelled", { ...ref(1, "tl01234567-1-1"), reason: "again" }).length,
    0,
  );
  deepStrictEqual(w.fill(1, { id: "e1", qty: 1000 }).map(brief), [
    "Replaced/Accepted 0+12000 inferred",
    "Trade/PartiallyFilled 1000+11000",
  ]);
});

const OLD_KEY = "tl01234567-1-1";

/** A new version of 12 is accepted, of which the venue said nothing else; the old one had filled 1. */
function placedAnew(w: World = live(CANCEL_NEW)): World {
  w.fill(1, { id: "e0", qty: 1000 });
  w.replace("r1", { orig: "a1", qty: "13" });
  w.cancelled();
  w.broker("OrderAccepted", { ...ref(1, "tl01234567-1-2"), venueOrderId: "v2" });
  return w;
}

/** A cancel's answer is lost; the look-up finds so much executed of the new version. */
function foundAfterLostCancel(w: World, cumQty: number): string | undefined {
  w.cancel("c1", "a1");
  w.failed("unknown");
  const venue = { clOrdId: "tl01234567-1-2", venueOrderId: "v2" } as const;
  found(w, { status: "open", orderQty: qty(12_000), cumQty: qty(cumQty), ...venue });
  return w.effects.commands[0]?.kind;
}

type Late = (w: World) => void;

const late: Late = (w) => w.fill(1, { id: "e1", qty: 3000, clOrdId: OLD_KEY });
const fresh: Late = (w) => w.fill(1, { id: "n1", qty: 2000 });
const overtaken: readonly (readonly [what: string, told: readonly Late[], cumQty: number])[] = [
  ["filled late", [late], 0],
  ["filled late and the new one as well", [late, fresh], 2000],
  ["filled late, corrected to more", [
    late,
    (w) => corrected(w, { ref: "e1", id: "x1", qty: 4000 }),
  ], 0],
  ["filled late, voided", [late, fresh, (w) => voided(w, "e1")], 2000],
  ["had filled, corrected to more", [(w) => corrected(w, { ref: "e0", id: "x0", qty: 1500 })], 0],
  ["had filled, voided beside what the venue takes off the new one", [
    fresh,
    (w) => voided(w, "e0"),
    (w) => voided(w, "n1"),
  ], 0],
];
for (const [what, told, cumQty] of overtaken) {
  Deno.test(`apply() sends a lost cancel of a new version again, whatever the old one: ${what}`, () => {
    const w = placedAnew();
    for (const tell of told) tell(w);
    const again = new World(CANCEL_NEW, w.timeline.checkpoint());
    const from = w.events.length;
    strictEqual(foundAfterLostCancel(w, cumQty), "Cancel");
    deepStrictEqual(alarms(w), []);
    for (const event of w.events.slice(from)) again.apply(event);
    deepStrictEqual(again.lines, w.lines.slice(from));
  });
}

Deno.test("apply() still sees that executions of the new version are missing, or that it has more", () => {
  for (const [cumQty, codes] of [[2001, ["FILLS_MISSING"]], [1999, []]] as const) {
    const w = placedAnew();
    late(w);
    fresh(w);
    strictEqual(foundAfterLostCancel(w, cumQty), undefined);
    deepStrictEqual(alarms(w), codes);
  }
});

const filled = (id: string, quanta: number): Late => (w) => w.fill(1, { id, qty: quanta });
const ended: readonly (readonly [how: string, told: readonly Late[], codes: readonly string[]])[] =
  [
    ["with a late fill of the old one", [late, filled("n1", 9000)], ["LIVE_AFTER_END"]],
    [
      "with one that was voided",
      [late, (w) => voided(w, "e1"), filled("n1", 9000)],
      ["LIVE_AFTER_END"],
    ],
    [
      "corrected to more, with a late fill of the old one",
      [late, filled("n1", 8000), (w) => corrected(w, { ref: "n1", id: "x1", qty: 9000 })],
      ["LIVE_AFTER_END"],
    ],
    [
      "by what the old one alone fills late",
      [late, (w) => w.fill(1, { id: "e2", qty: 9000, clOrdId: OLD_KEY })],
      ["LIVE_AFTER_END"],
    ],
    [
      "by what the old one had filled, corrected to more",
      [(w) => corrected(w, { ref: "e0", id: "x0", qty: 13_000 })],
      ["LIVE_AFTER_END"],
    ],
    ["by what it filled itself", [fresh, filled("n2", 10_000)], []],
    [
      "by a late fill beyond its quantity, after it filled all but one",
      [filled("n1", 11_999), late],
      ["LIVE_AFTER_END", "OVERFILL"],
    ],
    ["and the old one told a late fill after that", [filled("n1", 12_000), late], ["OVERFILL"]],
  ];
for (const [how, told, codes] of ended) {
  const does = codes.includes("LIVE_AFTER_END") ? "alarms" : "does not alarm";
  Deno.test(`apply() ${does} that a new version rests, which ended ${how}`, () => {
    const w = placedAnew();
    for (const tell of told) {
      deepStrictEqual(alarms(w), []);
      tell(w);
    }
    deepStrictEqual(alarms(w), codes);
    strictEqual(
      w.timeline.view.orders("account", { open: false, limit: 1 })[0]?.ordStatus,
      "Filled",
    );
  });
}

Deno.test("apply() cancels by the kill switch what is placed anew and in doubt, after a late fill", () => {
  const w = live(CANCEL_NEW);
  w.replace("r1", { orig: "a1", qty: "12" });
  w.cancelled();
  w.wait(10).failed("unknown");
  late(w);
  w.control("KillSwitchSet", { on: true, reason: "test" });
  found(w, { status: "open", orderQty: qty(12_000), clOrdId: "tl01234567-1-2" });
  strictEqual(w.lastCommand().kind, "Cancel");
});

Deno.test("apply() counts of an order placed anew what its newest version has not executed", () => {
  const { w, state } = watched(CANCEL_NEW);
  const openIn = (of: EngineState): number => of.risk.instrument(instrumentId(0)).sums.buyQty;
  const open = (): number => openIn(state);
  const placeAnew = (version: number, quantity: string): void => {
    w.replace(`a${version}`, { orig: `a${version - 1}`, qty: quantity });
    w.cancelled();
    w.broker("OrderAccepted", { ...ref(1, `tl01234567-1-${version}`), venueOrderId: null });
  };
  w.place("a1");
  w.accept();
  placeAnew(2, "12");
  w.fill(1, { id: "e1", qty: 2000 });
  w.fill(1, { id: "x1", qty: 1500 });
  corrected(w, { ref: "e1", id: "x1", qty: 1500 });
  strictEqual(open(), 10_000, "one trade, that was 2000");
  w.fill(1, { id: "e2", qty: 1000, clOrdId: OLD_KEY });
  w.fill(1, { id: "x2", qty: 500 });
  strictEqual(open(), 9500);
  corrected(w, { ref: "e2", id: "x2", qty: 500 });
  strictEqual(open(), 10_000, "and one of the former version");
  corrected(w, { ref: "x1", id: "c1", qty: 2500 });
  strictEqual(open(), 9500);
  placeAnew(3, "20");
  w.fill(1, { id: "e3", qty: 700, clOrdId: "tl01234567-1-2" });
  strictEqual(open(), 16_500, "nothing yet of the third");
  w.fill(1, { id: "e4", qty: 1000 });
  strictEqual(open(), 15_500);
  strictEqual(openIn(readEngine(w.timeline.checkpoint())), 15_500);
});

Deno.test("apply() reads a checkpoint that does not say which version executed what", () => {
  const w = placedAnew();
  fresh(w);
  const saved = JSON.stringify(w.timeline.checkpoint());
  const bare = saved.replaceAll(/("booked":\d+),"base_version":\d+/g, "$1");
  ok(bare.length < saved.length, "it must have said so");
  const again = new World(CANCEL_NEW, JSON.parse(bare) as Checkpoint);
  const from = w.events.length;
  strictEqual(foundAfterLostCancel(w, 2000), "Cancel");
  for (const event of w.events.slice(from)) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(from));
});

Deno.test("apply() restarts the TTL by a Replace that names one, and removes it by 0", () => {
  const w = new World().start().open();
  w.place("a1", { ttlMs: 1000 });
  w.accept();
  w.wait(500).replace("r1", { orig: "a1", qty: "10", ttlMs: 1000 });
  replaced(w, { qty: 10_000, px: 10_000 });
  w.wait(999);
  strictEqual(w.fire().length, 0);
  w.wait(1);
  strictEqual(w.fire()[0]?.execType, "PendingCancel");
  const kept = new World().start().open();
  kept.place("a1", { ttlMs: 1000 });
  kept.accept();
  kept.replace("r1", { orig: "a1", qty: "11", ttlMs: 0 });
  replaced(kept, { qty: 11_000, px: 10_000 });
  strictEqual(kept.wait(2000).fire().length, 0);
});

function refuseCancel(w: World): void {
  w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_SUSPENDED", text: "no" });
}

function cancels(w: World): number {
  return w.commands.filter(({ kind }) => kind === "Cancel").length;
}

Deno.test("apply() insists on the kill switch's cancel though a cancel and new came after its refusal", () => {
  const w = live(CANCEL_NEW);
  w.control("KillSwitchSet", { on: true, reason: "test" });
  refuseCancel(w);
  w.control("KillSwitchSet", { on: false, reason: "test" });
  w.replace("r1", { orig: "a1", qty: "12" });
  w.cancelled();
  w.accept();
  deepStrictEqual(w.wait(1000).fire().map(brief), ["PendingCancel/CancelPending 0+12000"]);
  strictEqual(w.lastCommand().kind, "Cancel");
});

Deno.test("apply() insists on the kill switch's cancel though a lapse and a longer TTL came after it", () => {
  const w = new World().start().open();
  w.place("a1", { ttlMs: 1000 });
  w.accept();
  w.replace("r1", { orig: "a1", qty: "10", ttlMs: 3_600_000 });
  w.failed("unknown");
  w.control("KillSwitchSet", { on: true, reason: "test" });
  refuseCancel(w);
  w.wait(1000).fire();
  refuseCancel(w);
  const before = cancels(w);
  replaced(w, { qty: 10_000, px: 10_000 });
  w.wait(10_000).fire();
  ok(cancels(w) > before);
});

Deno.test("apply() keeps one lapse of a DAY order that is replaced over and over", () => {
  const { state, w } = watched();
  w.place("a1", { timeInForce: "DAY" });
  w.accept();
  for (let nth = 1; nth <= 5_000; nth++) {
    w.replace(`r${nth}`, { orig: nth === 1 ? "a1" : `r${nth - 1}`, qty: `${10 + nth % 2}` });
    replaced(w, { qty: 10_000 + nth % 2 * 1_000, px: 10_000 });
  }
  strictEqual(w.reports.at(-1)?.execType, "Replaced");
  const { deadlines } = state;
  const sessionEndUs = deadlines.takeDue(micros(Number.MAX_SAFE_INTEGER))?.dueUs;
  strictEqual(sessionEndUs, state.blotter.get(orderId(1))?.lapseDueUs);
  strictEqual(deadlines.peek(), undefined);
});

Deno.test("apply() answers a Replace with validate_only without touching the order", () => {
  const w = live();
  const [report] = w.replace("r1", { orig: "a1", qty: "12", validateOnly: true });
  deepStrictEqual([report?.execType, report?.order], ["IntentDone", null]);
  strictEqual(w.commands.length, 1);
});
