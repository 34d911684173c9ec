/**
 * The FIX order state change matrices (FIX 4.2 to 5.0 SP2, appendix D), one row one test, through the
 * engine, with our documented deviations: a request of ours is pending before what it crosses is
 * heard, so a crossing fill already shows the pending state; a completing fill while a cancel is
 * pending gives `Filled`; a terminal order never re-opens; one outstanding modification per order; no
 * DoneForDay. Proves R-CORE-4.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import type { World } from "../../support/engine_world.ts";
import { brief } from "../../support/engine_world.ts";
import * as say from "../../support/venue_words.ts";

type Row = readonly [id: string, title: string, acts: readonly Act[], expected: readonly string[]];
type Act = (w: World) => unknown;

const PLACED = "a1 PendingNew/Submitted 0+10000";
const NEW = "a1 New/Accepted 0+10000";

const ack: Act = (w) => w.accept();
const cancel: Act = (w) => w.cancel("c1", "a1");
const trade = (id: string, qty: number): Act => (w) => w.fill(1, { id, qty });
const replace = (id: string, to: string, orig = "a1"): Act => (w) =>
  w.replace(id, { orig, qty: to });
const reprice = (id: string, price: string): Act => (w) =>
  w.replace(id, { orig: "a1", qty: "10", price });
const replaced = (qty: number, px?: number): Act => (w) =>
  say.replacedTo(w, { qty, ...(px === undefined ? {} : { px }) });
const cancelled: Act = (w) => w.cancelled();
const endOfDay: Act = (w) => w.wait(86_400_000).fire();

const ROWS: readonly Row[] = [
  ["A.1.a", "an order filled in three trades", [
    ack,
    trade("e1", 2000),
    trade("e2", 1000),
    trade("e3", 7000),
  ], [
    PLACED,
    NEW,
    "a1 Trade/PartiallyFilled 2000+8000",
    "a1 Trade/PartiallyFilled 3000+7000",
    "a1 Trade/Filled 10000+0",
  ]],
  ["B.1.a", "a cancel of an order without a fill", [ack, cancel, cancelled], [
    PLACED,
    NEW,
    "c1 PendingCancel/CancelPending 0+10000",
    "c1 Cancelled/Cancelled 0+0",
  ]],
  ["B.1.a, refused", "the order is as it was", [ack, cancel, say.cancelRefused], [
    PLACED,
    NEW,
    "c1 PendingCancel/CancelPending 0+10000",
    "c1 CancelRejected/Accepted 0+10000",
  ]],
  ["B.1.b", "a cancel crosses a trade, another comes while it is pending", [
    ack,
    trade("e1", 2000),
    cancel,
    trade("e2", 3000),
    trade("e3", 1000),
    cancelled,
  ], [
    PLACED,
    NEW,
    "a1 Trade/PartiallyFilled 2000+8000",
    "c1 PendingCancel/CancelPending 2000+8000",
    "a1 Trade/CancelPending 5000+5000",
    "a1 Trade/CancelPending 6000+4000",
    "c1 Cancelled/Cancelled 6000+0",
  ]],
  ["B.1.b, refused", "back to PartiallyFilled", [
    ack,
    trade("e1", 2000),
    cancel,
    trade("e2", 3000),
    say.cancelRefused,
  ], [
    PLACED,
    NEW,
    "a1 Trade/PartiallyFilled 2000+8000",
    "c1 PendingCancel/CancelPending 2000+8000",
    "a1 Trade/CancelPending 5000+5000",
    "c1 CancelRejected/PartiallyFilled 5000+5000",
  ]],
  ["B.1.c", "a trade completes the order while its cancel is pending: Filled at once", [
    ack,
    trade("e1", 2000),
    cancel,
    trade("e2", 3000),
    trade("e3", 5000),
    say.cancelRefused,
  ], [
    PLACED,
    NEW,
    "a1 Trade/PartiallyFilled 2000+8000",
    "c1 PendingCancel/CancelPending 2000+8000",
    "a1 Trade/CancelPending 5000+5000",
    "a1 Trade/Filled 10000+0",
    "c1 CancelRejected/Filled 10000+0",
  ]],
  ["B.1.d", "a cancel before the acknowledgement, which never comes", [cancel, cancelled, ack], [
    PLACED,
    "c1 PendingCancel/CancelPending 0+10000",
    "c1 Cancelled/Cancelled 0+0",
  ]],
  ["B.1.e", "a cancel crosses the acknowledgement", [cancel, ack, cancelled], [
    PLACED,
    "c1 PendingCancel/CancelPending 0+10000",
    "a1 New/CancelPending 0+10000",
    "c1 Cancelled/Cancelled 0+0",
  ]],
  ["B.1.f", "a cancel of an order that nobody knows", [(w) => w.cancel("c1", "zz")], [
    PLACED,
    "c1 Rejected/Rejected",
  ]],
  [
    "C.1.a",
    "an increase of an order without a fill",
    [ack, replace("r1", "11"), replaced(11_000)],
    [
      PLACED,
      NEW,
      "r1 PendingReplace/ReplacePending 0+10000",
      "r1 Replaced/Accepted 0+11000",
    ],
  ],
  ["C.1.a, refused", "the order is as it was", [ack, replace("r1", "11"), say.replaceRefused], [
    PLACED,
    NEW,
    "r1 PendingReplace/ReplacePending 0+10000",
    "r1 ReplaceRejected/Accepted 0+10000",
  ]],
  ["C.1.b", "an increase of a partly filled order, a trade while it is pending", [
    ack,
    trade("e1", 1000),
    replace("r1", "12"),
    trade("e2", 100),
    replaced(12_000),
    trade("e3", 10_900),
  ], [
    PLACED,
    NEW,
    "a1 Trade/PartiallyFilled 1000+9000",
    "r1 PendingReplace/ReplacePending 1000+9000",
    "a1 Trade/ReplacePending 1100+8900",
    "r1 Replaced/PartiallyFilled 1100+10900",
    "r1 Trade/Filled 12000+0",
  ]],
  ["C.1.c", "an increase after the order was filled is refused: it does not re-open", [
    ack,
    trade("e1", 10_000),
    replace("r1", "12"),
  ], [
    PLACED,
    NEW,
    "a1 Trade/Filled 10000+0",
    "r1 ReplaceRejected/Filled 10000+0",
  ]],
  ["C.2.a", "a new price crosses the completing trade", [
    ack,
    trade("e1", 1000),
    reprice("r1", "101"),
    trade("e2", 9000),
    say.replaceRefused,
  ], [
    PLACED,
    NEW,
    "a1 Trade/PartiallyFilled 1000+9000",
    "r1 PendingReplace/ReplacePending 1000+9000",
    "a1 Trade/Filled 10000+0",
    "r1 ReplaceRejected/Filled 10000+0",
  ]],
  ["C.3.a", "a decrease crosses a trade", [
    ack,
    trade("e1", 1000),
    replace("r1", "8"),
    trade("e2", 500),
    trade("e3", 100),
    replaced(8000),
    trade("e4", 6400),
  ], [
    PLACED,
    NEW,
    "a1 Trade/PartiallyFilled 1000+9000",
    "r1 PendingReplace/ReplacePending 1000+9000",
    "a1 Trade/ReplacePending 1500+8500",
    "a1 Trade/ReplacePending 1600+8400",
    "r1 Replaced/PartiallyFilled 1600+6400",
    "r1 Trade/Filled 8000+0",
  ]],
  ["C.3.a, refused", "the old quantity stays", [
    ack,
    trade("e1", 1000),
    replace("r1", "8"),
    trade("e2", 600),
    say.replaceRefused,
  ], [
    PLACED,
    NEW,
    "a1 Trade/PartiallyFilled 1000+9000",
    "r1 PendingReplace/ReplacePending 1000+9000",
    "a1 Trade/ReplacePending 1600+8400",
    "r1 ReplaceRejected/PartiallyFilled 1600+8400",
  ]],
  ["C.3.b", "a decrease crosses trades of just the new quantity", [
    ack,
    replace("r1", "7"),
    trade("e1", 7000),
    replaced(7000),
  ], [
    PLACED,
    NEW,
    "r1 PendingReplace/ReplacePending 0+10000",
    "a1 Trade/ReplacePending 7000+3000",
    "r1 Replaced/Filled 7000+0",
  ]],
  ["C.3.c", "a decrease crosses trades of more: the quantity is amended to what is filled", [
    ack,
    replace("r1", "7"),
    trade("e1", 8000),
    replaced(7000),
  ], [
    PLACED,
    NEW,
    "r1 PendingReplace/ReplacePending 0+10000",
    "a1 Trade/ReplacePending 8000+2000",
    "r1 Replaced/Filled 8000+0",
  ]],
  ["D.1.a", "one replace after another, trades in between", [
    ack,
    trade("e1", 1000),
    replace("r1", "8"),
    trade("e2", 500),
    replaced(8000),
    trade("e3", 2000),
    replace("r2", "6", "r1"),
    replaced(6000),
    trade("e4", 2500),
  ], [
    PLACED,
    NEW,
    "a1 Trade/PartiallyFilled 1000+9000",
    "r1 PendingReplace/ReplacePending 1000+9000",
    "a1 Trade/ReplacePending 1500+8500",
    "r1 Replaced/PartiallyFilled 1500+6500",
    "r1 Trade/PartiallyFilled 3500+4500",
    "r2 PendingReplace/ReplacePending 3500+4500",
    "r2 Replaced/PartiallyFilled 3500+2500",
    "r2 Trade/Filled 6000+0",
  ]],
  ["D.1.b", "a replace refused at once by a check, then another of the same order", [
    ack,
    trade("e1", 1000),
    replace("r1", "0.5"),
    trade("e2", 2500),
    replace("r2", "6"),
    replaced(6000),
  ], [
    PLACED,
    NEW,
    "a1 Trade/PartiallyFilled 1000+9000",
    "r1 ReplaceRejected/PartiallyFilled 1000+9000",
    "a1 Trade/PartiallyFilled 3500+6500",
    "r2 PendingReplace/ReplacePending 3500+6500",
    "r2 Replaced/PartiallyFilled 3500+2500",
  ]],
  ["D.1.c", "a replace refused by the venue, then another of the same order", [
    ack,
    trade("e1", 1000),
    replace("r1", "8"),
    trade("e2", 500),
    say.replaceRefused,
    replace("r2", "6"),
    replaced(6000),
  ], [
    PLACED,
    NEW,
    "a1 Trade/PartiallyFilled 1000+9000",
    "r1 PendingReplace/ReplacePending 1000+9000",
    "a1 Trade/ReplacePending 1500+8500",
    "r1 ReplaceRejected/PartiallyFilled 1500+8500",
    "r2 PendingReplace/ReplacePending 1500+8500",
    "r2 Replaced/PartiallyFilled 1500+4500",
  ]],
  ["D.2.a", "two replaces in sequence, each after the last was done", [
    ack,
    replace("r1", "8"),
    replaced(8000),
    replace("r2", "7", "r1"),
    replaced(7000),
  ], [
    PLACED,
    NEW,
    "r1 PendingReplace/ReplacePending 0+10000",
    "r1 Replaced/Accepted 0+8000",
    "r2 PendingReplace/ReplacePending 0+8000",
    "r2 Replaced/Accepted 0+7000",
  ]],
  ["D.2.b and D.2.x", "two replaces back to back: one outstanding, the second is refused", [
    ack,
    trade("e1", 1000),
    replace("r1", "8"),
    replace("r2", "7", "r1"),
    replaced(8000),
  ], [
    PLACED,
    NEW,
    "a1 Trade/PartiallyFilled 1000+9000",
    "r1 PendingReplace/ReplacePending 1000+9000",
    "r2 ReplaceRejected/ReplacePending 1000+9000",
    "r1 Replaced/PartiallyFilled 1000+7000",
  ]],
];

for (const [id, title, acts, expected] of ROWS) {
  Deno.test(`apply() plays ${id}: ${title}`, () => {
    const w = say.placed();
    for (const act of acts) act(w);
    deepStrictEqual(w.reports.map((report) => `${report.intentId} ${brief(report)}`), expected);
  });
}

Deno.test("apply() plays A.1.b: a day order ends Expired when the venue confirms, never DoneForDay", () => {
  const w = say.placed();
  w.cancel("c0", "a1");
  w.place("d1", { timeInForce: "DAY" });
  w.place("g1");
  w.accept(2);
  w.accept(3);
  w.fill(2, { id: "e1", qty: 2000 });
  w.fill(3, { id: "e1", qty: 2000 });
  const before = w.reports.length;
  endOfDay(w);
  w.cancelled(2);
  deepStrictEqual(w.reports.slice(before).map((report) => `${report.intentId} ${brief(report)}`), [
    "d1 PendingCancel/CancelPending 2000+8000",
    "d1 Expired/Expired 2000+0",
  ]);
});

Deno.test("apply() plays F.1.b: a repeated Place gets the status again, a changed one is refused", () => {
  const w = say.placed();
  w.accept();
  const same = w.placing("a1");
  strictEqual(w.intent(same).length, 0);
  deepStrictEqual(w.effects.repeats.map(({ reportSeqs }) => reportSeqs), [[2]]);
  const [refused] = w.place("a1", { orderQty: "11" });
  deepStrictEqual([refused?.execType, refused?.rejectCode], ["Rejected", "INTENT_ID_REUSED"]);
  strictEqual(refused?.order, null);
  deepStrictEqual(say.briefs(w.fill(1, { id: "e1", qty: 1000 })), [
    "Trade/PartiallyFilled 1000+9000",
  ]);
});
