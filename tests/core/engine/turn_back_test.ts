/**
 * What a trading state does to orders that were let in before it. Proves R-CORE-7 (trading state) and
 * R-EXEC-8: nothing new leaves while trading is halted, nothing that adds where only reducing is
 * allowed, whatever held it back until then.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import {
  type Draft,
  instrumentId,
  type Intent,
  micros,
  type TradingState,
} from "../../../core/mod.ts";
import { brief, draft, ref, World, type WorldOptions } from "../../support/engine_world.ts";
import { runner } from "../../support/outcome_instruments.ts";
import { found } from "../../support/venue_words.ts";

const BTC = instrumentId(0);

function setState(w: World, state: TradingState, where: Partial<Draft> = {}): void {
  const payload = { state, reason: "test" };
  w.offer({ ...draft("control", "TradingStateSet", payload), ...where } as Draft);
}

function ownState(w: World, value: TradingState): void {
  const sentUs = micros(w.nowUs);
  const flag = { flag: "trading_state", value } as const;
  const intent: Intent = {
    action: "SetRiskFlag",
    intentId: `f-${value}`,
    sentUs,
    tag: null,
    ...flag,
  };
  w.intent(intent);
}

/** Two reports of an account that has what nobody booked: the second one trips the wire. */
function trip(w: World): void {
  for (let report = 0; report < 2; report += 1) {
    w.broker("AccountReported", { balances: [{ currency: "USDT", total: "7" }], positions: [] });
  }
}

type Sets = (w: World, state: TradingState) => void;

/** Whose state it is, how it is set, and what the refusal says of it. */
const OWNERS: readonly (readonly [string, Sets, string])[] = [
  ["the operator's", (w, state) => setState(w, state, { venue: null }), "by the operator"],
  ["the account's", setState, "for this venue's account"],
  ["the instrument's", (w, state) => setState(w, state, { instrument: BTC }), "this instrument"],
  ["the client's", ownState, "by this client"],
];

/** Passes the time until `a2` has its turn, and holds that it is refused by that state. */
function refusesSecond(w: World, of: { readonly code: string; readonly origin: string }): void {
  const [report, ...more] = w.wait(1000).fire();
  deepStrictEqual(more, []);
  deepStrictEqual([report?.intentId, report?.ordStatus, report?.rejectCode], [
    "a2",
    "Rejected",
    of.code,
  ]);
  ok(report?.text?.includes(of.origin), report?.text);
  strictEqual(w.commands.length, 1, "only the first has left");
}

/** Two orders, of which pacing lets the first leave; the second waits a second for its turn. */
function paced(): World {
  const w = new World({ pacing: { perSecond: 1, burst: 1 } }).start().open();
  w.place("a1");
  w.place("a2");
  return w;
}

for (const [whose, sets, origin] of OWNERS) {
  Deno.test(`a halt, ${whose}, turns back the order that waits for pacing`, () => {
    const w = paced();
    sets(w, "Halted");
    refusesSecond(w, { code: "TRADING_HALTED", origin });
  });
}

Deno.test("a halt that ended before an order's turn came lets it leave", () => {
  const w = paced();
  setState(w, "Halted");
  setState(w, "Active");
  w.wait(1000).fire();
  deepStrictEqual(w.commands.map(({ order }) => order), [1, 2]);
});

Deno.test("the tripwire turns back what waits", () => {
  const w = paced();
  w.control("BalanceSet", { currency: "USDT", total: "1000" });
  trip(w);
  deepStrictEqual(w.wait(1000).fire().map(brief), ["Rejected/Rejected 0+0"]);
  strictEqual(w.commands.length, 1);
});

Deno.test("what is turned back costs nothing of pacing", () => {
  const w = paced();
  w.place("a3", { side: "Sell" });
  setState(w, "Halted");
  w.wait(1000).fire();
  setState(w, "Active");
  w.place("a4");
  deepStrictEqual(w.commands.map(({ order }) => order), [1, 4], "the token is still there");
});

Deno.test("a cancel leaves while trading is halted", () => {
  const w = new World().start().open();
  w.place("a1");
  w.accept();
  setState(w, "Halted");
  w.cancel("c1", "a1");
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Cancel"]);
});

Deno.test("a halt turns back what waits for the link, when the link is there again", () => {
  const w = paced();
  w.venueStatus("down");
  setState(w, "Halted");
  w.wait(1000).fire();
  strictEqual(w.reports.at(-1)?.execType, "PendingNew", "it may still be lifted");
  deepStrictEqual(w.venueStatus("up").map(brief), ["Rejected/Rejected 0+0"]);
});

Deno.test("a halt turns back the order that would be sent again", () => {
  const w = new World().start().open();
  w.place("a1");
  w.failed("notSent");
  setState(w, "Halted");
  deepStrictEqual(w.wait(10_000).fire().map(brief), ["Rejected/Rejected 0+0"]);
  strictEqual(w.commands.length, 1);
});

Deno.test("an order that could not leave anyway waits, and leaves if the halt ends first", () => {
  const w = new World().start().open();
  w.place("a1");
  w.failed("notSent");
  w.venueStatus("down");
  setState(w, "Halted");
  deepStrictEqual(w.wait(10_000).fire(), []);
  setState(w, "Active");
  w.venueStatus("up");
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Submit"]);
});

/** An order that rests, and a Replace of it that waits. */
function replacing(of: WorldOptions): World {
  const w = new World(of).start().open();
  w.place("a1");
  w.accept();
  w.replace("r1", { orig: "a1", qty: "12" });
  return w;
}

Deno.test("a halt turns back a replace that waits; the order rests as it was", () => {
  const w = replacing({ pacing: { perSecond: 1, burst: 1 } });
  setState(w, "Halted");
  const [report] = w.wait(1000).fire();
  strictEqual(report === undefined ? "" : brief(report), "ReplaceRejected/Accepted 0+10000");
  deepStrictEqual([report?.intentId, report?.rejectCode], ["r1", "TRADING_HALTED"]);
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit"]);
});

Deno.test("a halt turns back the second half of a cancel-and-new: the order is gone", () => {
  const w = replacing({ capabilities: { replace: "cancel_new" } });
  setState(w, "Halted");
  const [report, ...more] = w.cancelled();
  deepStrictEqual(more, []);
  strictEqual(report === undefined ? "" : brief(report), "ReplaceRejected/Cancelled 0+0");
  strictEqual(report?.rejectCode, "TRADING_HALTED");
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Cancel"]);
});

Deno.test("a halt turns back the first half of a cancel-and-new: what rests is not given up", () => {
  const w = replacing({ capabilities: { replace: "cancel_new" } });
  w.failed("notSent");
  setState(w, "Halted");
  deepStrictEqual(w.wait(10_000).fire().map(brief), ["ReplaceRejected/Accepted 0+10000"]);
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Cancel"], "the first attempt");
  w.cancel("c1", "a1");
  deepStrictEqual(w.lastCommand().kind, "Cancel", "one that somebody wants goes");
});

Deno.test("a halt turns back the first half once the venue says that the order rests", () => {
  const w = replacing({ capabilities: { replace: "cancel_new" } });
  w.failed("unknown");
  setState(w, "Halted");
  deepStrictEqual(found(w, { status: "open" }).map(brief), ["ReplaceRejected/Accepted 0+10000"]);
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Cancel", "Lookup"]);
});

Deno.test("a halt leaves alone the first half of a cancel-and-new that is wanted by now", () => {
  const pacing = { perSecond: 1, burst: 1 };
  const w = replacing({ capabilities: { replace: "cancel_new" }, pacing });
  w.cancel("c1", "a1");
  setState(w, "Halted");
  deepStrictEqual(w.wait(1000).fire(), []);
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Cancel"]);
});

Deno.test("a halt leaves alone the first half of a cancel-and-new that may have arrived", () => {
  const capabilities = { replace: "cancel_new", lookupByClientOrderId: false } as const;
  const w = replacing({ capabilities });
  w.failed("unknown");
  setState(w, "Halted");
  deepStrictEqual(w.wait(10_000).fire(), []);
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Cancel", "Cancel"]);
});

Deno.test("a halt leaves alone a cancel that must come true, though a replace began with it", () => {
  const w = new World({ capabilities: { replace: "cancel_new" } }).start().open();
  w.place("a1");
  w.accept();
  w.control("KillSwitchSet", { on: true, reason: "test" });
  w.broker("CancelRejected", { ...ref(1), rejectCode: "VENUE_RATE_LIMIT", text: "busy" });
  w.control("KillSwitchSet", { on: false, reason: "test" });
  w.replace("r1", { orig: "a1", qty: "12" });
  w.failed("notSent");
  setState(w, "Halted");
  w.wait(10_000).fire();
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Cancel", "Cancel", "Cancel"]);
  deepStrictEqual(w.cancelled().map(brief), [
    "Cancelled/Cancelled 0+0",
    "ReplaceRejected/Cancelled 0+0",
  ]);
});

const SLOW = { perSecond: 1, burst: 1 } as const;

/** Ten were bought; pacing lets the next request leave in a second. */
function holding(of: WorldOptions = {}): World {
  const w = new World({ pacing: SLOW, ...of }).start().open();
  w.place("long");
  w.accept();
  w.fill(1, { id: "e1", qty: 10_000 });
  return w;
}

/** What a second attempt finds: the next deadlines, until nothing waits. */
function later(w: World): readonly string[] {
  return w.wait(60_000).fire().map((report) => `${brief(report)} ${report.rejectCode}`);
}

for (const [whose, sets, origin] of OWNERS) {
  Deno.test(`Reducing, ${whose}, turns back an order that waits and would add`, () => {
    const w = holding();
    w.place("a2", { orderQty: "1" });
    sets(w, "Reducing");
    refusesSecond(w, { code: "REDUCE_ONLY", origin });
  });
}

Deno.test("Reducing lets leave what reduces, and does not count it against itself", () => {
  const w = holding();
  w.place("a2", { side: "Sell" });
  setState(w, "Reducing");
  deepStrictEqual(w.wait(1000).fire(), []);
  deepStrictEqual(w.commands.map(({ order }) => order), [1, 2]);
});

Deno.test("Reducing turns back what waits and would turn the position, alone or with others", () => {
  const w = holding();
  w.place("a2", { side: "Sell", orderQty: "10.001" });
  w.place("a3", { side: "Sell", orderQty: "4" });
  w.place("a4", { side: "Sell", orderQty: "7" });
  setState(w, "Reducing");
  deepStrictEqual(later(w), [
    "Rejected/Rejected 0+0 REDUCE_ONLY",
    "Rejected/Rejected 0+0 REDUCE_ONLY",
  ]);
  deepStrictEqual(w.commands.map(({ order }) => order), [1, 4], "a3 gave way to what is behind it");
});

Deno.test("what says reduce_only is asked again in any state: the position may have shrunk", () => {
  const w = holding({ pacing: null });
  w.place("a2", { side: "Sell", reduceOnly: true });
  w.failed("notSent");
  w.place("a3", { side: "Sell", orderQty: "4" });
  w.accept(3);
  w.fill(3, { id: "e3", qty: 4000 });
  deepStrictEqual(later(w), ["Rejected/Rejected 0+0 REDUCE_ONLY"]);
  deepStrictEqual(w.commands.map(({ order }) => order), [1, 2, 3]);
});

Deno.test("what an event did to orders counts for what it lets leave", () => {
  const w = holding({ pacing: null, breaker: { failures: 1, coolMs: 3_600_000 } });
  w.place("a2", { side: "Sell", orderQty: "4" });
  w.accept(2);
  w.place("a3", { side: "Sell", orderQty: "6" });
  w.failed("notSent");
  w.wait(1000).fire();
  setState(w, "Reducing");
  w.fill(2, { id: "e2", qty: 4000 });
  deepStrictEqual(w.commands.map(({ order }) => order), [1, 2, 3, 3], "6 are held, none are open");
});

/** Ten are held, and a sell of six rests of which a replace waits. */
function reducing(of: WorldOptions, wanted: string): World {
  const w = holding(of);
  w.wait(1000).place("a2", { side: "Sell", orderQty: "6" });
  w.accept(2);
  w.replace("r1", { orig: "a2", qty: wanted });
  setState(w, "Reducing");
  return w;
}

Deno.test("Reducing turns back a replace that waits; the order rests as it was", () => {
  const w = reducing({}, "10.001");
  const [report] = w.wait(1000).fire();
  strictEqual(report === undefined ? "" : brief(report), "ReplaceRejected/Accepted 0+6000");
  deepStrictEqual([report?.intentId, report?.rejectCode], ["r1", "REDUCE_ONLY"]);
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Submit"]);
});

Deno.test("Reducing judges a replace by what would be open, not by its whole quantity", () => {
  const w = reducing({}, "10");
  w.fill(2, { id: "e2", qty: 5000 });
  deepStrictEqual(w.wait(1000).fire(), []);
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Submit", "Replace"]);
});

const CANCEL_NEW = { capabilities: { replace: "cancel_new" } } as const;

Deno.test("Reducing turns back the first half of a cancel-and-new: what rests is not given up", () => {
  const w = reducing(CANCEL_NEW, "10.001");
  deepStrictEqual(later(w), ["ReplaceRejected/Accepted 0+6000 REDUCE_ONLY"]);
  deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", "Submit"]);
});

/** As `reducing`, where the old version is gone and the new one waits for its turn. */
function between(wanted: string): World {
  const w = holding(CANCEL_NEW);
  w.wait(1000).place("a2", { side: "Sell", orderQty: "6" });
  w.accept(2);
  w.wait(1000).replace("r1", { orig: "a2", qty: wanted });
  w.fill(2, { id: "e2", qty: 2000 });
  w.cancelled(2);
  setState(w, "Reducing");
  return w;
}

Deno.test("Reducing lets the second half of a cancel-and-new leave by what it sends", () => {
  const w = between("10");
  deepStrictEqual(w.wait(1000).fire(), []);
  const last = w.lastCommand();
  deepStrictEqual([last.kind, last.kind === "Submit" && last.orderQty], ["Submit", 8000]);
});

Deno.test("Reducing turns back the second half of a cancel-and-new that would turn the position", () => {
  const w = between("10.001");
  deepStrictEqual(later(w), ["ReplaceRejected/Cancelled 2000+0 REDUCE_ONLY"]);
});

Deno.test("a late fill of the old version is no part of what the new one sends", () => {
  const w = between("10");
  w.fill(2, { id: "e3", qty: 1, clOrdId: w.commands[1]?.clOrdId ?? "" });
  deepStrictEqual(later(w), ["ReplaceRejected/Cancelled 2001+0 REDUCE_ONLY"]);
});

for (
  const [price, said] of [["4", []], ["4.01", [
    "ReplaceRejected/Accepted 0+1000 REDUCE_ONLY",
  ]]] as const
) {
  Deno.test(`where outcomes count, a replace is judged by what it makes of the worst: at ${price}`, () => {
    const w = new World({ pacing: SLOW }).start().open();
    const horse = { ...runner(1), name: "test:A" };
    w.control("InstrumentListed", horse, horse.id);
    const on = { instrument: horse.name, orderQty: "10", price: "3" } as const;
    w.place("a1", on);
    w.accept();
    w.fill(1, { id: "e1", qty: 1000, px: 300 });
    w.wait(1000).place("a2", { ...on, side: "Sell" });
    w.accept(2);
    w.replace("r1", { orig: "a2", qty: "10", price });
    setState(w, "Reducing");
    deepStrictEqual(later(w), said, "10 at 3 were backed: at 4 its win costs 10, as its loss does");
  });
}
