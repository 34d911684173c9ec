/**
 * Place, and what all intents share: checks in their order, idempotence, retirement, TTL. Proves
 * R-CORE-3, R-WIRE-2 and R-EXEC-1 as far as they concern the engine.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { NO_LIMITS } from "../../../core/limits.ts";
import { micros, type PlaceOrder, qty } from "../../../core/mod.ts";
import { instrumentId, type RejectCode } from "../../../core/mod.ts";
import {
  brief,
  draft,
  INSTRUMENT,
  SETTINGS,
  World,
  type WorldOptions,
} from "../../support/engine_world.ts";

function world(options: WorldOptions = {}): World {
  return new World(options).start().open();
}

Deno.test("apply() takes a good Place: PendingNew, one Submit with our key", () => {
  const w = world();
  const [report] = w.place("a1", { tag: "t" });
  strictEqual(w.reports.length, 1);
  strictEqual(report?.execType, "PendingNew");
  strictEqual(report.ordStatus, "Submitted");
  strictEqual(report.reportSeq, 1);
  strictEqual(report.intentId, "a1");
  strictEqual(report.order?.orderId, 1);
  strictEqual(report.order.price, 10_000);
  strictEqual(report.order.orderQty, 10_000);
  strictEqual(report.tag, "t");
  strictEqual(report.sentUs, w.nowUs);
  deepStrictEqual(w.commands.map((c) => [c.kind, c.clOrdId]), [["Submit", "tl01234567-1-1"]]);
});

Deno.test("apply() reports the venue's acceptance as New with the stamps of the way", () => {
  const w = world();
  w.place("a1");
  const [report] = w.broker("OrderAccepted", {
    order: null,
    clOrdId: "tl01234567-1-1",
    venueOrderId: "v1",
    submitUs: micros(5),
    ackUs: micros(6),
    journalUs: micros(4),
  });
  strictEqual(brief(report ?? w.reports[0] ?? never()), "New/Accepted 0+10000");
  strictEqual(report?.order?.venueOrderId, "v1");
  deepStrictEqual([report?.journalUs, report?.submitUs, report?.ackUs], [4, 5, 6]);
});

function never(): never {
  throw new Error("there must be a report");
}

const refusals: readonly (readonly [
  RejectCode,
  string,
  Partial<PlaceOrder>,
  WorldOptions,
  (w: World) => void,
])[] = [
  ["SCHEMA", "sent_us is too far ahead", { sentUs: micros(1.8e15) }, {}, nothing],
  ["SHUTTING_DOWN", "the daemon stops", {}, {}, (w) => w.control("Stopping", { reason: "test" })],
  [
    "RATE_LIMIT",
    "the client is too fast",
    {},
    { settings: { intentsPerSecond: 1, burst: 1 } },
    (w) => w.place("first"),
  ],
  ["STALE_INTENT", "it is older than the horizon", { sentUs: micros(1.6e15) }, {}, nothing],
  ["STALE_INTENT", "its TTL is over", { ttlMs: 10 }, {}, (w) => w.wait(10)],
  ["STALE_INTENT", "expire_us is past", { timeInForce: "GTD", expireUs: micros(1) }, {}, nothing],
  ["UNKNOWN_INSTRUMENT", "nobody listed it", { instrument: "test:X/Y" }, {}, nothing],
  ["UNSUPPORTED", "the venue has no FOK", { timeInForce: "FOK" }, {
    capabilities: { timeInForce: ["GTC"] },
  }, nothing],
  ["PRICE_GRID", "the price is off the grid", { price: "100.001" }, {}, nothing],
  ["QTY_GRID", "the quantity is off the grid", { orderQty: "0.0001" }, {}, nothing],
  ["VENUE_DOWN", "the venue is down", {}, {}, (w) => w.venueStatus("down")],
  ["RECONCILING", "the venue reconciles", {}, {}, (w) => w.venueStatus("reconciling")],
  [
    "KILL_SWITCH",
    "the kill switch is on",
    {},
    {},
    (w) => w.control("KillSwitchSet", { on: true, reason: "test" }),
  ],
  ["TRADING_HALTED", "the operator halted", {}, {}, (w) =>
    w.offer({
      ...draft("control", "TradingStateSet", { state: "Halted", reason: "test" }),
      venue: null,
    })],
  [
    "REDUCE_ONLY",
    "the account may only reduce",
    {},
    {},
    (w) => w.control("TradingStateSet", { state: "Reducing", reason: "test" }),
  ],
  ["MAX_QTY", "it is above max_order_qty", {}, {}, (w) =>
    w.control("LimitsSet", {
      scope: "instrument",
      admin: true,
      limits: { ...NO_LIMITS, maxOrderQty: qty(9_999) },
    }, instrumentId(0))],
];

function nothing(): void {}

for (const [code, why, place, options, prepare] of refusals) {
  Deno.test(`apply() refuses a Place with ${code} when ${why}`, () => {
    const w = world(options);
    const intent = w.placing("a1", place);
    prepare(w);
    const before = w.commands.length;
    const reports = w.intent(intent);
    strictEqual(reports.length, 1);
    const [report] = reports;
    strictEqual(report?.execType, "Rejected");
    strictEqual(report.rejectCode, code);
    strictEqual(report.ordStatus, "Rejected");
    strictEqual(report.order, null);
    const says = code === "SCHEMA" ? /^sent_us: must .*: was / : /^Cannot .*: .*: was /;
    match(report.text ?? "", says);
    strictEqual(w.commands.length, before, "nothing goes out");
  });
}

Deno.test("apply() checks in the order of the protocol: the earlier failure is reported", () => {
  const w = world();
  w.venueStatus("down");
  const codes = [
    w.place("a1", { instrument: "test:X/Y", price: "1.001" }),
    w.place("a2", { timeInForce: "GTD", expireUs: micros(1), instrument: "test:X/Y" }),
    w.place("a3", { price: "1.001", orderQty: "0.0001" }),
    w.place("a4", { orderQty: "0.0001" }),
    w.place("a5"),
  ].map(([report]) => report?.rejectCode);
  deepStrictEqual(codes, [
    "UNKNOWN_INSTRUMENT",
    "STALE_INTENT",
    "PRICE_GRID",
    "QTY_GRID",
    "VENUE_DOWN",
  ]);
});

Deno.test("apply() answers a schema breach with SCHEMA and spends the id", () => {
  const w = world();
  const bad = {
    action: "Malformed",
    intentId: "a1",
    sentUs: micros(0),
    tag: null,
    text: "Cannot read $.side: it must be Buy or Sell: was up",
    content: "{}",
  } as const;
  strictEqual(w.intent(bad)[0]?.rejectCode, "SCHEMA");
  strictEqual(w.place("a1")[0]?.rejectCode, "INTENT_ID_REUSED");
  strictEqual(w.intent(bad).length, 0);
  deepStrictEqual(w.effects.repeats, [{ client: 0, reportSeqs: [1] }]);
});

Deno.test("apply() never acts twice on an intent, and repeats its newest report", () => {
  const w = world();
  const intent = w.placing("a1");
  w.intent(intent);
  strictEqual(w.intent({ ...intent, sentUs: micros(w.nowUs + 5) }).length, 0);
  deepStrictEqual(w.effects.repeats, [{ client: 0, reportSeqs: [1] }]);
  w.accept();
  w.cancel("c1", "a1");
  w.intent(intent);
  deepStrictEqual(w.effects.repeats, [{ client: 0, reportSeqs: [2, 3] }]);
  strictEqual(w.commands.filter((c) => c.kind === "Submit").length, 1);
});

Deno.test("apply() repeats a refusal by its own report only", () => {
  const w = world();
  const intent = w.placing("a1", { price: "1.001" });
  w.intent(intent);
  w.intent(intent);
  deepStrictEqual(w.effects.repeats, [{ client: 0, reportSeqs: [1] }]);
});

Deno.test("apply() refuses a known id with another content and leaves the original alone", () => {
  const w = world();
  w.place("a1");
  const [report] = w.place("a1", { price: "99" });
  strictEqual(report?.rejectCode, "INTENT_ID_REUSED");
  strictEqual(report.order, null);
  w.place("a1");
  deepStrictEqual(w.effects.repeats, [{ client: 0, reportSeqs: [1] }]);
});

Deno.test("apply() knows an intent by client: another client may use the same id", () => {
  const w = world().open({ session: 2, client: "bob" });
  w.place("a1");
  const [report] = w.place("a1", { price: "99" }, 2);
  strictEqual(report?.execType, "PendingNew");
  strictEqual(report.client, 1);
  strictEqual(report.reportSeq, 1);
});

Deno.test("apply() forgets ids and ended orders a horizon later, not before", () => {
  const w = world({ settings: { intentHorizonMs: 60_000 } });
  const intent = w.placing("a1");
  w.intent(intent);
  w.accept();
  w.fill(1, { id: "e1", qty: 10_000 });
  w.wait(60_000).fire();
  strictEqual(w.timeline.view.counters()["orders_kept"], 1);
  w.wait(3_000).fire();
  strictEqual(w.timeline.view.counters()["orders_kept"], 0);
  strictEqual(w.timeline.view.fills(w.reports[0]?.client ?? never(), { limit: 9 }).length, 0);
  strictEqual(w.intent(intent)[0]?.rejectCode, "STALE_INTENT");
  ok(w.timeline.nextDeadlineUs() !== undefined, "the refused repetition is to be forgotten too");
});

Deno.test("apply() forgets two of what has had its time with every other event, without a deadline", () => {
  const w = world({ settings: { intentHorizonMs: 60_000 } });
  for (const number of [1, 2, 3]) {
    w.place(`a${number}`);
    w.accept(number);
    w.fill(number, { id: `e${number}`, qty: 10_000 });
  }
  w.wait(61_000);
  const kept = (): number | undefined => w.timeline.view.counters()["orders_kept"];
  strictEqual(kept(), 3);
  w.intent({ ...w.placing("b1"), action: "NoOp" });
  strictEqual(kept(), 1);
  w.intent({ ...w.placing("b2"), action: "NoOp" });
  strictEqual(kept(), 0);
});

Deno.test("apply() remembers the id of a live order beyond the horizon", () => {
  const w = world({ settings: { intentHorizonMs: 60_000 } });
  w.place("a1");
  w.accept();
  w.wait(120_000).fire();
  strictEqual(w.place("a1").length, 0);
  strictEqual(w.effects.repeats.length, 1);
});

Deno.test("apply() takes no intent again that a shorter horizon forgot, nor after a checkpoint", () => {
  const w = world({ settings: { intentHorizonMs: 60_000 } });
  const intent = w.placing("a1", { sentUs: micros(w.nowUs + 1_000_000) });
  w.intent(intent);
  w.accept();
  w.fill(1, { id: "e1", qty: 10_000 });
  w.wait(61_000).fire();
  strictEqual(w.timeline.view.counters()["orders_kept"], 0);
  const wasKnownUs = w.nowUs - 60_000_000;
  w.restart({ settings: { ...SETTINGS, intentHorizonMs: 3_600_000 } });
  w.venueStatus("up");
  w.open({ session: 2 });
  const again = new World({}, w.timeline.checkpoint());
  const from = w.events.length;
  strictEqual(w.intent(intent, 2)[0]?.rejectCode, "STALE_INTENT");
  const sentUs = micros(wasKnownUs + 1);
  strictEqual(w.place("a2", { sentUs }, 2)[0]?.execType, "PendingNew");
  w.wait(120_000);
  strictEqual(w.place("a3", { sentUs }, 2)[0]?.execType, "PendingNew");
  for (const event of w.events.slice(from)) again.apply(event);
  deepStrictEqual(again.lines, w.lines.slice(from));
});

Deno.test("apply() remembers what a shorter horizon forgot, whatever horizons follow", () => {
  const w = world({ settings: { intentHorizonMs: 60_000 } });
  const intent = { ...w.placing("n1"), action: "NoOp" } as const;
  w.intent(intent);
  w.wait(61_001).fire();
  for (const intentHorizonMs of [3_600_000, 3_000_000, 7_200_000]) {
    w.restart({ settings: { ...SETTINGS, intentHorizonMs } });
  }
  w.open({ session: 2 });
  strictEqual(w.intent(intent, 2)[0]?.rejectCode, "STALE_INTENT");
});

Deno.test("apply() answers validate_only with one IntentDone and keeps nothing", () => {
  const w = world();
  const [report] = w.place("a1", { validateOnly: true, tag: "t" });
  strictEqual(report?.execType, "IntentDone");
  strictEqual(report.ordStatus, null);
  strictEqual(report.order, null);
  strictEqual(report.tag, "t");
  strictEqual(w.commands.length, 0);
  strictEqual(w.cancel("c1", "a1")[0]?.rejectCode, "UNKNOWN_ORDER");
});

Deno.test("apply() answers NoOp and SetRiskFlag once, and obeys the flag", () => {
  const w = world();
  const common = { sentUs: micros(w.nowUs), tag: "t" };
  const [done] = w.intent({ action: "NoOp", intentId: "n1", ...common });
  strictEqual(done?.execType, "IntentDone");
  strictEqual(done.tag, "t");
  const flag = { action: "SetRiskFlag", flag: "trading_state", ...common } as const;
  w.intent({ ...flag, intentId: "f1", value: "Halted" });
  strictEqual(w.place("a1")[0]?.rejectCode, "TRADING_HALTED");
  w.intent({ ...flag, intentId: "f2", value: "Active" });
  strictEqual(w.place("a2")[0]?.execType, "PendingNew");
});

Deno.test("apply() holds back neither cancels nor what tightens by rate", () => {
  const w = world({ settings: { intentsPerSecond: 1, burst: 1 } });
  w.place("a1");
  w.accept();
  const common = { sentUs: micros(w.nowUs), tag: null, flag: "trading_state" } as const;
  strictEqual(w.place("a2")[0]?.rejectCode, "RATE_LIMIT");
  const tighter = { action: "SetRiskFlag", intentId: "f1", value: "Reducing", ...common } as const;
  strictEqual(w.intent(tighter)[0]?.execType, "IntentDone");
  const looser = { ...tighter, intentId: "f2", value: "Active" } as const;
  strictEqual(w.intent(looser)[0]?.rejectCode, "RATE_LIMIT");
  strictEqual(w.cancel("c1", "a1")[0]?.execType, "PendingCancel");
  w.wait(1000);
  strictEqual(w.place("a3")[0]?.rejectCode, "REDUCE_ONLY");
});

Deno.test("apply() drops intents of a session that was taken over", () => {
  const w = world().open({ session: 2 });
  strictEqual(w.place("a1").length, 0);
  strictEqual(w.place("a1", {}, 2)[0]?.execType, "PendingNew");
});

Deno.test("apply() cancels an order past its TTL and ends it Expired when the venue confirms", () => {
  const w = world();
  w.place("a1", { ttlMs: 1000 });
  w.accept();
  strictEqual(w.timeline.nextDeadlineUs(), w.nowUs + 1_000_000);
  w.wait(1000);
  deepStrictEqual(w.fire().map(brief), ["PendingCancel/CancelPending 0+10000"]);
  deepStrictEqual(w.fill(1, { id: "e1", qty: 4_000 }).map(brief), [
    "Trade/CancelPending 4000+6000",
  ]);
  deepStrictEqual(w.cancelled().map(brief), ["Expired/Expired 4000+0"]);
});

Deno.test("apply() ends a DAY order at the session's end and a GTD order at expire_us", () => {
  const w = world();
  w.place("a1", { timeInForce: "DAY" });
  w.place("a2", { timeInForce: "GTD", expireUs: micros(w.nowUs + 50_000) });
  w.accept(1);
  w.accept(2);
  w.wait(50);
  deepStrictEqual(w.fire().map((r) => [r.order?.orderId, r.execType]), [[2, "PendingCancel"]]);
  strictEqual(w.cancelled(2)[0]?.execType, "Expired");
  const submit = w.commands[0];
  const dayUs = 86_400_000_000;
  strictEqual(submit?.kind === "Submit" ? (submit.expireUs ?? 0) % dayUs : never(), 0);
});

Deno.test("createTimeline() fires the lapses of a few among thousands as the engine that saw all", () => {
  const w = world();
  for (let nth = 1; nth <= 3_000; nth++) {
    w.place(`a${nth}`, { ttlMs: 60_000 - nth % 7 });
    w.accept(nth);
    if (nth % 10 !== 0) w.cancelled(nth);
  }
  const copy = new World({}, JSON.parse(JSON.stringify(w.timeline.checkpoint())));
  const seen = w.events.length;
  w.wait(60_000);
  const lapsed = w.fire().map(({ execType, order }) => [execType, order?.orderId]);
  strictEqual(lapsed.length, 300);
  deepStrictEqual(lapsed.slice(0, 2), [["PendingCancel", 20], ["PendingCancel", 90]]);
  for (const event of w.events.slice(seen)) {
    ok((copy.timeline.nextDeadlineUs() ?? Infinity) <= event.ingestTime);
    copy.apply(event);
  }
  deepStrictEqual(copy.lines, w.lines.slice(seen));
  strictEqual(copy.timeline.nextDeadlineUs(), w.timeline.nextDeadlineUs());
});

Deno.test("apply() passes a market order without a price", () => {
  const w = world();
  const [report] = w.place("a1", { ordType: "Market", price: null, instrument: INSTRUMENT });
  strictEqual(report?.order?.price, null);
  strictEqual(w.commands[0]?.kind === "Submit" ? w.commands[0].price : never(), null);
});
