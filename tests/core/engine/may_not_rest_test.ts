/**
 * What may not rest does not wait for its venue. Proves R-EXEC-4 and R-EXEC-8: a Market, IOC or FOK
 * order that never left is refused once its venue takes nothing new, and does not leave hours later.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { type ExecutionReport, instrumentId, type PlaceOrder } from "../../../core/mod.ts";
import { brief, draft, World, type WorldOptions } from "../../support/engine_world.ts";

const REFUSED = "Rejected/Rejected 0+0 VENUE_DOWN";
const HOURS_MS = 7_200_000;

/** What may not rest. */
const KINDS: readonly (readonly [string, Partial<PlaceOrder>])[] = [
  ["a Market", { ordType: "Market", price: null }],
  ["an IOC", { timeInForce: "IOC" }],
  ["an FOK", { timeInForce: "FOK" }],
];

function live(options: WorldOptions = {}): World {
  const w = new World(options).start().open({ cancelOnDisconnect: false });
  const book = { bids: [9_999, 1_000_000], asks: [10_000, 1_000_000], updateId: null };
  w.offer(draft("market_data", "BookSnapshot", book, instrumentId(0)));
  return w;
}

function told(reports: readonly ExecutionReport[]): readonly string[] {
  return reports.map((report) => [brief(report), report.rejectCode].join(" ").trim());
}

/** Holds that one report came, a refusal, and that it says by what the venue hinders. */
function refusesOver(reports: readonly ExecutionReport[], hindrance: string): void {
  deepStrictEqual(told(reports), [REFUSED]);
  const [text] = reports.map((report) => report.text ?? "");
  ok(text?.endsWith(`: was test, which ${hindrance}; it never left, place anew`), text);
}

/** The newest command came to nothing; the venue wants to be left alone. */
function banned(w: World, retryAfterMs = HOURS_MS): readonly ExecutionReport[] {
  const { request, order } = w.lastCommand();
  const payload = { request, order, outcome: "notSent", text: "418", retryAfterMs } as const;
  return w.broker("RequestFailed", payload);
}

for (const [kind, terms] of KINDS) {
  Deno.test(`${kind} order that a pause holds back is refused, and does not leave after it`, () => {
    const w = live();
    w.place("a1", terms);
    refusesOver(banned(w), "asked for a pause");
    w.wait(HOURS_MS).fire();
    strictEqual(w.commands.length, 1);
  });

  Deno.test(`${kind} order that is placed in a pause is refused`, () => {
    const w = live();
    w.place("a1");
    banned(w);
    deepStrictEqual(told(w.place("a2", terms)), ["PendingNew/Submitted 0+10000", REFUSED]);
  });

  for (const status of ["down", "reconciling"] as const) {
    Deno.test(`${kind} order that would be tried again is refused once its venue is ${status}`, () => {
      const w = live();
      w.place("a1", terms);
      deepStrictEqual(w.failed("notSent"), []);
      refusesOver(w.venueStatus(status), `is ${status}`);
    });
  }

  Deno.test(`${kind} order is refused once the breaker of its venue opens`, () => {
    const w = live({ breaker: { failures: 2, coolMs: 60_000 } });
    w.place("a1", terms);
    w.failed("notSent");
    w.place("a2");
    const silence = "gave no answer to 2 requests in a row (venues[].breaker)";
    refusesOver(w.failed("notSent"), silence);
  });

  Deno.test(`${kind} order that never left is refused at a restart`, () => {
    const w = live();
    w.place("a1", terms);
    w.failed("notSent");
    w.restart();
    deepStrictEqual(told(w.reports.slice(-1)), [REFUSED]);
    w.venueStatus("up");
    w.wait(60_000).fire();
    strictEqual(w.commands.length, 1);
  });

  Deno.test(`${kind} order waits for a token of pacing, and for its back-off`, () => {
    const w = live({ pacing: { perSecond: 1, burst: 1 } });
    w.place("a1");
    w.place("a2", terms);
    w.wait(1000).fire();
    deepStrictEqual(w.commands.map(({ order }) => order), [1, 2]);
    deepStrictEqual(w.failed("notSent"), []);
    w.wait(2000).fire();
    deepStrictEqual(w.commands.map(({ order }) => order), [1, 2, 2]);
  });

  Deno.test(`${kind} order that may have left is not refused, whatever its venue does`, () => {
    const w = live();
    w.place("a1", terms);
    w.place("a2", terms);
    w.failed("unknown");
    deepStrictEqual([...w.venueStatus("reconciling"), ...w.venueStatus("down")], []);
    const before = w.reports.length;
    w.restart();
    deepStrictEqual(told(w.reports.slice(before)), ["OrderStatus/Submitted 0+10000 inDoubt"]);
  });
}

Deno.test("what is refused for its venue is refused in order of id, at the end of the event", () => {
  const w = live({ pacing: { perSecond: 1, burst: 1 } });
  w.place("a1", { timeInForce: "IOC" });
  w.place("a2", { timeInForce: "IOC" });
  w.place("a3");
  w.place("a4", { timeInForce: "FOK" });
  const reports = banned(w);
  deepStrictEqual(told(reports), [REFUSED, REFUSED, REFUSED]);
  deepStrictEqual(reports.map(({ intentId }) => intentId), ["a1", "a2", "a4"]);
});

Deno.test("a pause that a reconciliation is told refuses what may not rest", () => {
  const w = live({ pacing: { perSecond: 1, burst: 1 } });
  w.place("a1");
  w.place("a2", { timeInForce: "IOC" });
  const request = w.lastCommand().request;
  const failed = { request, text: "429", retryAfterMs: 1000 };
  deepStrictEqual(told(w.broker("ReconcileFailed", failed)), [REFUSED]);
});
