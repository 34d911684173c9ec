/**
 * A Replace that is no news to the venue: more time, another tag, or nothing. Proves R-EXEC-1 (replace,
 * TTL) as far as it concerns that.
 * @module
 */
import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { NO_VENUE_LIMITS } from "../../../core/limits.ts";
import { micros, px, qty } from "../../../core/mod.ts";
import { brief, ref, World, type WorldOptions } from "../../support/engine_world.ts";

const WAYS = ["native", "cancel_new", "reduce_only"] as const;
const DONE = ["PendingReplace/ReplacePending 0+10000", "Replaced/Accepted 0+10000"];
type Wanted = Omit<Parameters<World["replace"]>[1], "orig" | "qty">;

/** An order with ten seconds to live, two of which are over. */
function timed(options: WorldOptions = {}, of: Parameters<World["place"]>[1] = {}): World {
  const w = new World(options).start().open();
  w.place("a1", { ttlMs: 10_000, tag: "t", ...of });
  w.accept();
  return w.wait(2000);
}

for (const replace of WAYS) {
  const options: WorldOptions = { capabilities: { replace } };
  Deno.test(`apply() gives an order more time (${replace}) without a word to the venue`, () => {
    const w = timed(options);
    const [pending, done, ...more] = w.replace("r1", { orig: "a1", qty: "10", ttlMs: 10_000 });
    deepStrictEqual([pending, done].map((each) => each && brief(each)), DONE);
    deepStrictEqual([done?.intentId, done?.origIntentId, more], ["r1", "a1", []]);
    deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit"]);
    w.wait(8000);
    deepStrictEqual(w.fire(), [], "the old time is over");
    w.wait(2000);
    deepStrictEqual(w.fire().map(brief), ["PendingCancel/CancelPending 0+10000"]);
    strictEqual(w.lastCommand().clOrdId, "tl01234567-1-1", "the venue knows it as before");
  });

  Deno.test(`apply() gives an order that has traded (${replace}) more time, or another tag`, () => {
    const w = timed(options);
    w.fill(1, { id: "e1", qty: 4000 });
    const reports = w.replace("r1", { orig: "a1", qty: "10", ttlMs: 0, hasTag: true, tag: "u" });
    deepStrictEqual(reports.map((each) => [brief(each), each.tag]), [
      ["PendingReplace/ReplacePending 4000+6000", "t"],
      ["Replaced/PartiallyFilled 4000+6000", "u"],
    ]);
    strictEqual(w.commands.length, 1);
    w.wait(60_000);
    deepStrictEqual(w.fire(), [], "without a time to live");
    strictEqual(w.fill(1, { id: "e2", qty: 6000 })[0]?.tag, "u");
  });
}

const untold: readonly (readonly [string, Wanted])[] = [
  ["nothing", {}],
  ["its tag", { hasTag: true, tag: "u" }],
  ["its time to live", { ttlMs: 60_000 }],
  ["its price, to what it is", { price: "100" }],
];
for (const [what, wanted] of untold) {
  Deno.test(`apply() asks a venue nothing for a Replace that changes ${what}`, () => {
    const w = timed();
    const reports = w.replace("r1", { orig: "a1", qty: "10", ...wanted });
    deepStrictEqual([reports.map(brief), w.commands.length], [DONE, 1]);
  });
}

const told: readonly (readonly [string, Wanted & { readonly qty?: string }])[] = [
  ["its quantity", { qty: "9" }],
  ["its price", { price: "99" }],
  ["its params, whatever they say", { params: {} }],
];
for (const [what, { qty: orderQty = "10", ...wanted }] of told) {
  Deno.test(`apply() asks the venue for a Replace that changes ${what}`, () => {
    const w = timed();
    w.replace("r1", { orig: "a1", qty: orderQty, ttlMs: 60_000, ...wanted });
    deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Replace"]);
  });
}

Deno.test("apply() tells whoever looks why an order was replaced, whether the venue did it", () => {
  const w = timed();
  const reason = (): string | undefined => {
    const last = w.effects.transitions.at(-1);
    return last?.kind === "order" ? last.reason : undefined;
  };
  w.replace("r1", { orig: "a1", qty: "10", ttlMs: 60_000 });
  strictEqual(reason(), "nothing changes at the venue");
  w.replace("r2", { orig: "r1", qty: "9" });
  w.broker("OrderReplaced", { ...ref(1), orderQty: qty(9000), price: px(10_000) });
  strictEqual(reason(), "replaced by the venue");
});

Deno.test("apply() asks the venue for another expiry, and not for the one that it has", () => {
  const expireUs = micros(1_800_000_000_000_000);
  const w = timed({}, { timeInForce: "GTD", expireUs });
  deepStrictEqual(w.replace("r1", { orig: "a1", qty: "10", expireUs }).map(brief), DONE);
  strictEqual(w.commands.length, 1);
  w.replace("r2", { orig: "r1", qty: "10", expireUs: micros(expireUs + 1) });
  const command = w.lastCommand();
  strictEqual(command.kind === "Replace" ? command.newClOrdId : "", "tl01234567-1-2");
});

const refusedAll: readonly (readonly [string, WorldOptions, (w: World) => void])[] = [
  ["UNSUPPORTED", { capabilities: { replace: "none" } }, () => {}],
  ["VENUE_DOWN", {}, (w) => w.venueStatus("down")],
  ["KILL_SWITCH", {}, (w) => {
    w.control("KillSwitchSet", { on: true, reason: "test" });
    w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_RATE_LIMIT", text: "busy" });
  }],
  ["ILLEGAL_TRANSITION", {}, (w) => w.replace("r0", { orig: "a1", qty: "11" })],
];
for (const [code, options, prepare] of refusedAll) {
  Deno.test(`apply() checks a Replace for more time as every other: ${code}`, () => {
    const w = timed(options);
    prepare(w);
    const [report] = w.replace("r1", { orig: "a1", qty: "10", ttlMs: 60_000 });
    deepStrictEqual([report?.execType, report?.rejectCode], ["ReplaceRejected", code]);
  });
}

Deno.test("apply() takes an order's token for a Replace that asks the venue nothing", () => {
  const w = timed();
  const limits = { ...NO_VENUE_LIMITS, orderRate: { perSecond: 1, burst: 1 } };
  w.control("LimitsSet", { scope: "venue", admin: true, limits });
  deepStrictEqual(w.replace("r1", { orig: "a1", qty: "10", ttlMs: 60_000 }).map(brief), DONE);
  strictEqual(w.replace("r2", { orig: "r1", qty: "10" })[0]?.rejectCode, "RATE_LIMIT");
});

Deno.test("apply() leaves the time as it is where a Replace for more is only validated", () => {
  const w = timed();
  const wanted = { orig: "a1", qty: "10", ttlMs: 60_000, validateOnly: true } as const;
  deepStrictEqual(w.replace("r1", wanted).map(({ execType }) => execType), ["IntentDone"]);
  w.wait(8000);
  deepStrictEqual(w.fire().map(({ execType }) => execType), ["PendingCancel"]);
});

Deno.test("apply() goes on asking what a refused cancel meant while the order gets more time", () => {
  const w = timed();
  w.cancel("c1", "a1");
  w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_NOT_FOUND", text: "no" });
  const { kind, request, order } = w.lastCommand();
  strictEqual(kind, "Lookup");
  deepStrictEqual(w.replace("r1", { orig: "a1", qty: "10", ttlMs: 60_000 }).map(brief), DONE);
  w.broker("RequestFailed", { request, order, outcome: "notSent", text: "no" });
  w.wait(1000).fire();
  deepStrictEqual(w.commands.map((each) => each.kind), ["Submit", "Cancel", "Lookup", "Lookup"]);
});

Deno.test("apply() forgives a lapse whose cancel the venue refused, once there is more time", () => {
  const w = timed();
  w.wait(8000).fire();
  w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_RATE_LIMIT", text: "busy" });
  deepStrictEqual(w.replace("r1", { orig: "a1", qty: "10", ttlMs: 60_000 }).map(brief), DONE);
  w.wait(59_999);
  deepStrictEqual(w.fire(), []);
  w.wait(1);
  deepStrictEqual(w.fire().map(({ execType }) => execType), ["PendingCancel"]);
});

Deno.test("a simulated venue keeps the place of an order that got more time, also restored", () => {
  const simulation = {
    orderLatencyUs: 1000,
    reportLatencyUs: 1000,
    makerFeePpm: 0,
    takerFeePpm: 0,
  };
  const w = new World({ simulation }).start().open({ cancelOnDisconnect: false });
  w.place("a1", { ttlMs: 10_000 });
  for (let round = 0; round < 4; round += 1) {
    w.wait(1).fire();
    for (const output of w.timeline.takeOutputs(micros(w.nowUs))) w.offer(output);
  }
  const seen = JSON.stringify(w.timeline.checkpoint().simulators);
  deepStrictEqual(w.replace("r1", { orig: "a1", qty: "10", ttlMs: 10_000 }).map(brief), DONE);
  strictEqual(JSON.stringify(w.timeline.checkpoint().simulators), seen, "it was told nothing");
  const saved = JSON.parse(JSON.stringify(w.timeline.checkpoint()));
  deepStrictEqual(new World({}, saved).timeline.checkpoint(), w.timeline.checkpoint());
  w.restart();
  w.wait(9999);
  deepStrictEqual(w.fire(), []);
  w.wait(1);
  deepStrictEqual(w.fire().map(({ execType }) => execType), ["PendingCancel"]);
});
