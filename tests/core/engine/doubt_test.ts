/**
 * Honest doubt, look-ups and restarts. Proves R-EXEC-3, and the engine's side of R-EXEC-2.
 * @module
 */
import { deepStrictEqual, ok, strictEqual, throws } from "node:assert/strict";
import {
  type BrokerPayloads,
  createTimeline,
  type ExecutionReport,
  type OrderId,
  px,
  qty,
  type RequestId,
} from "../../../core/mod.ts";
import { brief, ref, World, type WorldOptions } from "../../support/engine_world.ts";
import { placed } from "../../support/venue_words.ts";

function never(): never {
  throw new Error("there must be a report");
}

function kinds(w: World): readonly string[] {
  return w.commands.map((command) => command.kind);
}

type Status = BrokerPayloads["OrderFound"]["status"];

/** The venue answers the newest look-up. */
function found(
  w: World,
  of: {
    readonly status: Status;
    readonly qty?: number;
    readonly cum?: number;
    readonly px?: number;
  },
): readonly ExecutionReport[] {
  const lookup = w.lastCommand();
  strictEqual(lookup.kind, "Lookup");
  return w.broker("OrderFound", {
    ...ref(lookup.order),
    venueOrderId: "v1",
    request: lookup.request,
    status: of.status,
    orderQty: qty(of.qty ?? 10_000),
    cumQty: qty(of.cum ?? 0),
    price: px(of.px ?? 10_000),
  });
}

function notFound(w: World): readonly ExecutionReport[] {
  const lookup = w.lastCommand();
  strictEqual(lookup.kind, "Lookup");
  return w.broker("OrderNotFound", { request: lookup.request, order: lookup.order });
}

Deno.test("apply() puts a submit of unknown outcome in doubt and asks, never sending it again", () => {
  const w = placed();
  deepStrictEqual(w.failed("unknown").map(brief), ["OrderStatus/Submitted 0+10000 inDoubt"]);
  deepStrictEqual(kinds(w), ["Submit", "Lookup"]);
  strictEqual(w.lastCommand().clOrdId, "tl01234567-1-1");
  deepStrictEqual(found(w, { status: "open" }).map(brief), ["New/Accepted 0+10000 inferred"]);
  deepStrictEqual(kinds(w), ["Submit", "Lookup"]);
});

for (const status of ["open", "filled"] as const) {
  Deno.test(`apply() breaks a rule, and ends nothing, by an order found ${status} that cannot be counted`, () => {
    const w = placed({ capabilities: { replace: "cancel_new" } });
    w.accept();
    w.fill(1, { id: "e1", qty: 1000 });
    w.replace("r1", { orig: "a1", qty: "20" });
    w.cancelled();
    w.failed("unknown");
    strictEqual(found(w, { status, qty: Number.MAX_SAFE_INTEGER }).length, 0);
    deepStrictEqual(w.effects.alarms.map(({ code }) => code), ["INVARIANT"]);
    strictEqual(w.effects.transitions[0]?.kind, "AccountHalted");
    deepStrictEqual(found(w, { status: "open", qty: 19_000 }).map(brief), [
      "Replaced/PartiallyFilled 1000+19000 inferred",
    ]);
  });
}

Deno.test("apply() leaves doubt by what the venue reports of itself", () => {
  const w = placed();
  w.failed("unknown");
  deepStrictEqual(w.accept().map(brief), ["New/Accepted 0+10000"]);
});

/** What the page takes off a delay, computed the long way. */
function jittered(
  delayUs: number,
  of: { readonly number: number; readonly attempts: number },
): number {
  const product = BigInt(of.number) * 2_654_435_761n + BigInt(of.attempts) * 40_503n;
  const lot = Number((product % 2n ** 32n) / 2n ** 24n);
  return delayUs - Math.floor(delayUs * lot / 1024);
}

Deno.test("apply() repeats an unanswered look-up with doubling delay up to 30 s, less its jitter", () => {
  const w = placed();
  w.failed("unknown");
  const delays: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    w.failed("unknown");
    const dueUs = w.timeline.nextDeadlineUs() ?? 0;
    delays.push(dueUs - w.nowUs);
    w.wait((dueUs - w.nowUs) / 1000);
    w.fire();
  }
  const full = [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000];
  deepStrictEqual(
    delays,
    full.map((ms, at) => jittered(ms * 1000, { number: 1, attempts: at + 1 })),
  );
  strictEqual(delays[0], 422_852, "as the page works it out");
  strictEqual(kinds(w).filter((kind) => kind === "Submit").length, 1);
});

Deno.test("apply() rejects VENUE_ABSENT only when the venue's proof of absence is complete", () => {
  const w = placed();
  w.failed("unknown");
  strictEqual(notFound(w).length, 0, "asked too early to prove anything");
  w.wait(9_999).fire();
  strictEqual(notFound(w).length, 0, "asked one millisecond too early");
  w.wait(30_000).fire();
  const [report] = notFound(w);
  strictEqual(report === undefined ? "" : brief(report), "Rejected/Rejected 0+0");
  strictEqual(report?.rejectCode, "VENUE_ABSENT");
});

Deno.test("apply() answers a held cancel too when the order proves never to have arrived", () => {
  const w = placed({ capabilities: { absenceProofMs: 0 } });
  w.failed("unknown");
  deepStrictEqual(w.cancel("c1", "a1").map(brief), ["PendingCancel/CancelPending 0+10000 inDoubt"]);
  deepStrictEqual(notFound(w).map((r) => [r.intentId, brief(r)]), [
    ["a1", "Rejected/Rejected 0+0"],
    ["c1", "CancelRejected/Rejected 0+0"],
  ]);
  deepStrictEqual(kinds(w), ["Submit", "Lookup"]);
});

Deno.test("apply() stays in doubt and alarms where a venue documents no proof of absence", () => {
  const w = placed({ capabilities: { absenceProofMs: null } });
  w.failed("unknown");
  const alarms = new Set<string>();
  for (let round = 0; round < 45; round += 1) {
    strictEqual(notFound(w).length, 0);
    for (const alarm of w.effects.alarms) alarms.add(alarm.code);
    w.wait(30_000).fire();
  }
  deepStrictEqual([...alarms], ["ORDER_IN_DOUBT"]);
});

Deno.test("apply() books a fill that comes after the proof of absence as late, and alarms", () => {
  const w = placed({ capabilities: { absenceProofMs: 0 } });
  w.failed("unknown");
  notFound(w);
  deepStrictEqual(w.fill(1, { id: "e1", qty: 1000 }).map(brief), ["Trade/Rejected 1000+0 late"]);
  strictEqual(w.effects.alarms[0]?.code, "FILL_AFTER_ABSENCE");
  strictEqual(w.accept().length, 0);
  strictEqual(w.effects.alarms[0]?.code, "LIVE_AFTER_END");
});

Deno.test("apply() believes no answer that contradicts the fills it has, and asks again", () => {
  const w = placed();
  w.failed("unknown");
  strictEqual(found(w, { status: "cancelled", cum: 3000 }).length, 0);
  strictEqual(w.effects.alarms[0]?.code, "FILLS_MISSING");
  w.fill(1, { id: "e1", qty: 3000 });
  w.wait(500).fire();
  deepStrictEqual(found(w, { status: "cancelled", cum: 3000 }).map(brief), [
    "Cancelled/Cancelled 3000+0",
  ]);
});

Deno.test("apply() sends a submit again that provably never left, under the same key", () => {
  const w = placed();
  strictEqual(w.failed("notSent").length, 0);
  w.wait(500).fire();
  deepStrictEqual(w.commands.map((c) => [c.kind, c.clOrdId]), [
    ["Submit", "tl01234567-1-1"],
    ["Submit", "tl01234567-1-1"],
  ]);
});

Deno.test("apply() cancels here and now what provably never left", () => {
  const w = placed();
  w.failed("notSent");
  deepStrictEqual(w.cancel("c1", "a1").map(brief), [
    "PendingCancel/CancelPending 0+10000",
    "Cancelled/Cancelled 0+0",
  ]);
  w.wait(60_000).fire();
  deepStrictEqual(kinds(w), ["Submit"]);
});

Deno.test("apply() sends a cancel again when its outcome is unknown and the order is still open", () => {
  const w = placed();
  w.accept();
  w.cancel("c1", "a1");
  deepStrictEqual(w.failed("unknown").map(brief), ["OrderStatus/CancelPending 0+10000 inDoubt"]);
  deepStrictEqual(found(w, { status: "open" }).map(brief), ["OrderStatus/CancelPending 0+10000"]);
  deepStrictEqual(kinds(w), ["Submit", "Cancel", "Lookup", "Cancel"]);
  deepStrictEqual(w.cancelled().map((r) => [r.execType, r.intentId]), [["Cancelled", "c1"]]);
});

Deno.test("apply() keeps trying to cancel where a venue offers no look-up", () => {
  const w = placed({ capabilities: { lookupByClientOrderId: false } });
  w.accept();
  w.cancel("c1", "a1");
  w.failed("unknown");
  strictEqual(w.effects.alarms[0]?.code, "ORDER_IN_DOUBT");
  w.wait(500).fire();
  deepStrictEqual(kinds(w), ["Submit", "Cancel", "Cancel"]);
});

Deno.test("apply() decides a replace in doubt by the terms that the venue has", () => {
  const w = placed();
  w.accept();
  w.replace("r1", { orig: "a1", qty: "12" });
  w.failed("unknown");
  deepStrictEqual(found(w, { status: "open", qty: 12_000 }).map(brief), [
    "Replaced/Accepted 0+12000 inferred",
  ]);
});

Deno.test("apply() refuses a replace in doubt once the venue proves that it never came", () => {
  const w = placed();
  w.accept();
  w.replace("r1", { orig: "a1", qty: "12" });
  w.failed("unknown");
  strictEqual(found(w, { status: "open" }).length, 0, "the old terms prove nothing yet");
  w.wait(30_000).fire();
  const [report] = found(w, { status: "open" });
  strictEqual(report === undefined ? "" : brief(report), "ReplaceRejected/Accepted 0+10000");
  strictEqual(report?.rejectCode, "VENUE_ABSENT");
});

/** A world whose order rests while its replace is in doubt, and the venue was asked once. */
function replaceInDoubt(options: WorldOptions = {}): World {
  const w = placed(options);
  w.accept();
  w.replace("r1", { orig: "a1", qty: "12" });
  w.failed("unknown");
  strictEqual(found(w, { status: "open" }).length, 0, "the old terms prove nothing yet");
  return w;
}

Deno.test("apply() sends a cancel of unknown outcome again while a replace is in doubt", () => {
  const w = replaceInDoubt();
  w.control("KillSwitchSet", { on: true, reason: "test" });
  w.failed("unknown");
  w.wait(500).fire();
  deepStrictEqual(found(w, { status: "open" }).map(brief), [], "the replace is still in doubt");
  deepStrictEqual(kinds(w), ["Submit", "Replace", "Lookup", "Cancel", "Lookup", "Cancel"]);
  w.wait(30_000).fire();
  strictEqual(w.lastCommand().kind, "Lookup", "and the venue is asked on");
  found(w, { status: "open" });
  strictEqual(kinds(w).filter((kind) => kind === "Cancel").length, 2, "one cancel at a time");
});

/** Answers every look-up with the old terms and loses every other answer, for so many minutes. */
function loseCancels(
  w: World,
  minutes: number,
): { readonly perMinute: readonly number[]; readonly alarms: readonly string[] } {
  const alarms: string[] = [];
  const cancels = (): number => kinds(w).filter((kind) => kind === "Cancel").length;
  let answered = w.commands.length - 1;
  const answer = (): void => {
    for (; answered < w.commands.length; answered += 1) {
      const { kind, request, order } = w.commands[answered] ?? w.lastCommand();
      const terms = { orderQty: qty(10_000), cumQty: qty(0), price: px(10_000) };
      if (kind === "Lookup") {
        w.broker("OrderFound", { ...ref(order), request, status: "open", ...terms });
      } else w.broker("RequestFailed", { request, order, outcome: "unknown", text: "test" });
      alarms.push(...w.effects.alarms.map(({ code }) => code));
    }
  };
  const perMinute: number[] = [];
  for (let minute = 0; minute < minutes; minute += 1) {
    const before = cancels();
    for (let s = 0; s < 60; s += 1) {
      answer();
      w.wait(1000).fire();
    }
    perMinute.push(cancels() - before);
  }
  return { perMinute, alarms };
}

for (const failures of [0, 1]) {
  Deno.test(`apply() sends a cancel whose answers are lost ever more slowly while a replace is in doubt, after ${failures} failed look-ups`, () => {
    const w = replaceInDoubt({ capabilities: { absenceProofMs: null } });
    for (let failed = 0; failed < failures; failed += 1) {
      w.wait(60_000).fire();
      w.failed("unknown");
    }
    w.cancel("c1", "a1");
    const { perMinute, alarms } = loseCancels(w, 30);
    ok((perMinute[0] ?? 0) > 3 - failures, `${perMinute}`);
    ok(perMinute.slice(1).every((count) => count >= 1 && count <= 3), `${perMinute}`);
    deepStrictEqual(new Set(alarms), new Set(["ORDER_IN_DOUBT"]));
    ok(
      alarms.length >= 2 && alarms.length <= 4,
      `some sixty rounds, every twentieth tells: ${alarms}`,
    );
  });
}

Deno.test("apply() proves a replace absent though the cancels beside it have no answer", () => {
  const w = replaceInDoubt({ capabilities: { absenceProofMs: 60_000 } });
  w.cancel("c1", "a1");
  loseCancels(w, 1);
  ok(!w.reports.some(({ execType }) => execType === "ReplaceRejected"), "too early for a proof");
  loseCancels(w, 2);
  const refused = w.reports.filter(({ execType }) => execType === "ReplaceRejected");
  deepStrictEqual(refused.map(({ rejectCode }) => rejectCode), ["VENUE_ABSENT"]);
});

type LookUp = { readonly request: RequestId; readonly order: OrderId };

/** Answers to a look-up that leave open whether the order rests. */
const UNCERTAIN = [
  ["fail", (w: World, { request, order }: LookUp) => {
    w.broker("RequestFailed", { request, order, outcome: "unknown", text: "test" });
  }],
  ["do not find it", (w: World, { request, order }: LookUp) => {
    w.broker("OrderNotFound", { request, order });
  }],
  ["find it open with executions that are not ours", (w: World, { request, order }: LookUp) => {
    const terms = { orderQty: qty(10_000), cumQty: qty(1000), price: px(10_000) };
    const named = { ...ref(order), venueOrderId: "v1" };
    w.broker("OrderFound", { ...named, request, status: "open", ...terms });
  }],
] as const;

/** Who wants the order cancelled, and how. */
const WANTED = [
  ["a client", (w: World) => w.cancel("c1", "a1")],
  ["the kill switch", (w: World) => w.control("KillSwitchSet", { on: true, reason: "test" })],
] as const;

for (const [what, answer] of UNCERTAIN) {
  for (const [who, cancel] of WANTED) {
    Deno.test(`apply() sends a lost cancel of ${who} again, ever more slowly, while look-ups ${what}`, () => {
      const w = placed({ capabilities: { absenceProofMs: null } });
      w.accept();
      cancel(w);
      const beganUs = w.nowUs;
      const leftMs: number[] = [];
      for (let ms = 0, answered = 1; ms < 600_000; ms += 10) {
        for (; answered < w.commands.length; answered += 1) {
          const command = w.commands[answered] ?? w.lastCommand();
          if (command.kind === "Lookup") answer(w, command);
          else {
            leftMs.push((w.nowUs - beganUs) / 1000);
            const { request, order } = command;
            w.broker("RequestFailed", { request, order, outcome: "unknown", text: "test" });
          }
        }
        w.wait(10).fire();
      }
      const [, second = Infinity] = leftMs;
      ok(second <= 1500, `${leftMs}`);
      ok(leftMs.length >= 10 && leftMs.length <= 30, `${leftMs}`);
      ok(leftMs.every((ms, at) => ms - (leftMs[at - 1] ?? ms) <= 61_000), `${leftMs}`);
      strictEqual(brief(w.reports.at(-1) ?? never()), "OrderStatus/CancelPending 0+10000 inDoubt");
      ok(w.lines.some((line) => line.includes("ORDER_IN_DOUBT")), "every twentieth round tells");
      deepStrictEqual(w.cancelled().map(brief), ["Cancelled/Cancelled 0+0"]);
    });
  }
}

/** A cancel whose answer was lost, as was that of the look-up behind it: asked again. */
function askedTwice(): World {
  const w = placed();
  w.accept();
  w.cancel("c1", "a1");
  w.failed("unknown");
  w.failed("unknown"); // the look-up
  return w.wait(500);
}

Deno.test("apply() asks about a lost cancel, whose look-up failed, before it sends it again", () => {
  const w = askedTwice();
  w.fire();
  deepStrictEqual(kinds(w), ["Submit", "Cancel", "Lookup", "Lookup"]);
  deepStrictEqual(found(w, { status: "cancelled" }).map((r) => [r.execType, r.intentId]), [
    ["Cancelled", "c1"],
  ]);
});

Deno.test("apply() sends a lost cancel at once where its second look-up finds the order open", () => {
  const w = askedTwice();
  w.fire();
  deepStrictEqual(found(w, { status: "open" }).map(brief), ["OrderStatus/CancelPending 0+10000"]);
  strictEqual(w.lastCommand().kind, "Cancel");
});

Deno.test("apply() sends a lost cancel again at a restart, without waiting for a look-up", () => {
  const w = placed();
  w.accept();
  w.cancel("c1", "a1");
  w.failed("unknown");
  w.restart();
  const before = w.commands.length;
  w.venueStatus("up");
  deepStrictEqual(kinds(w).slice(before), ["Cancel", "Lookup"]);
});

Deno.test("apply() puts submits without an outcome in doubt at a restart and asks on return", () => {
  const w = placed();
  w.place("a2");
  w.accept(2);
  w.cancel("c2", "a2");
  const before = w.reports.length;
  w.wait(1000);
  w.restart();
  deepStrictEqual(w.reports.slice(before).map((r) => [r.order?.orderId, brief(r)]), [
    [1, "OrderStatus/Submitted 0+10000 inDoubt"],
    [2, "OrderStatus/CancelPending 0+10000 inDoubt"],
  ]);
  deepStrictEqual(
    kinds(w),
    ["Submit", "Submit", "Cancel"],
    "nothing leaves while the link is down",
  );
  w.venueStatus("up");
  deepStrictEqual(kinds(w).slice(3), ["Cancel", "Lookup"], "cancels first; no submit again");
});

/** An order in doubt, `jumpMs` before a restart after which the venue does not have it. */
function restarted(jumpMs: number): World {
  const w = placed();
  w.failed("unknown");
  w.wait(jumpMs).restart();
  w.venueStatus("up");
  strictEqual(notFound(w).length, 0, "nothing is proved at once");
  return w;
}

for (const jumpMs of [1, 61_000]) {
  Deno.test(`apply() counts the time that proves absence from a restart, ${jumpMs} ms later`, () => {
    const early = restarted(jumpMs);
    early.wait(9_999).fire();
    strictEqual(notFound(early).length, 0);
    const late = restarted(jumpMs);
    late.wait(10_000).fire();
    strictEqual(notFound(late)[0]?.rejectCode, "VENUE_ABSENT");
  });
}

Deno.test("apply() keeps a replace in doubt after a restart until its own proof is complete", () => {
  const w = placed();
  w.accept();
  w.replace("r1", { orig: "a1", qty: "12" });
  w.failed("unknown");
  w.wait(61_000).restart();
  w.venueStatus("up");
  strictEqual(found(w, { status: "open" }).length, 0);
  w.wait(10_000).fire();
  strictEqual(found(w, { status: "open" })[0]?.rejectCode, "VENUE_ABSENT");
});

Deno.test("apply() counts what proves absence from a restart also by a checkpoint since", () => {
  const w = placed();
  w.failed("unknown");
  w.wait(61_000).restart();
  w.timeline = createTimeline(JSON.parse(JSON.stringify(w.timeline.checkpoint())));
  w.venueStatus("up");
  strictEqual(notFound(w).length, 0);
});

Deno.test("apply() asks about a replace in doubt at a restart, beside a cancel that goes out again", () => {
  const w = new World().start().open({ cancelOnDisconnect: false });
  w.place("a1");
  w.accept();
  w.replace("r1", { orig: "a1", qty: "20" });
  w.failed("unknown");
  w.failed("unknown"); // the look-up
  w.cancel("c1", "a1");
  w.wait(1000).restart();
  const before = w.commands.length;
  w.venueStatus("up");
  deepStrictEqual(w.commands.slice(before).map(({ kind }) => kind), ["Cancel", "Lookup"]);
});

Deno.test("apply() leaves a simulated venue's orders alone at a restart", () => {
  const simulation = { orderLatencyUs: 1000, reportLatencyUs: 0, makerFeePpm: 0, takerFeePpm: 0 };
  const w = placed({ simulation });
  w.restart();
  deepStrictEqual(w.reports.map(brief), ["PendingNew/Submitted 0+10000"]);
  w.wait(1);
  w.fire();
  deepStrictEqual(w.timeline.takeOutputs(w.timeline.nowUs).map((d) => d.eventType), [
    "OrderAccepted",
  ]);
});

Deno.test("apply() halts the account and withholds the effects when a rule is broken", () => {
  const w = placed();
  w.accept();
  const last = w.reports.at(-1)?.reportSeq;
  strictEqual(w.fill(1, { id: "e1", qty: 0 }).length, 0);
  deepStrictEqual(w.effects.transitions.map((t) => t.kind), ["AccountHalted"]);
  strictEqual(w.effects.alarms[0]?.code, "INVARIANT");
  const [refused] = w.place("a2");
  strictEqual(refused?.rejectCode, "TRADING_HALTED");
  strictEqual(refused.reportSeq, (last ?? 0) + 1, "report numbers keep no gap");
});

Deno.test("apply() only counts and alarms when invariants are set to warn", () => {
  const w = placed({ settings: { invariants: "warn" } });
  w.accept();
  w.fill(1, { id: "e1", qty: 0 });
  strictEqual(w.effects.transitions.length, 0);
  strictEqual(w.timeline.view.counters()["invariant_failures"], 1);
  strictEqual(w.place("a2")[0]?.execType, "PendingNew");
});

Deno.test("apply() lets any other throw through: the event is poison", () => {
  const w = placed();
  const again = w.events.at(-1);
  ok(again !== undefined);
  throws(() => w.apply(again), RangeError);
});
