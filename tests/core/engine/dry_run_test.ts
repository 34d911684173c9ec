/**
 * Dry runs: what makes an order dry, what says so, and that its book is its own. Proves R-EXEC-7.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  NO_CLIENT_LIMITS,
  NO_EXCHANGE_LIMITS,
  NO_LIMITS,
  NO_ORDER_LIMITS,
  NO_VENUE_LIMITS,
} from "../../../core/limits.ts";
import { type ExecutionReport, instrumentId, qty } from "../../../core/mod.ts";
import { brief, draft, ref, World, type WorldOptions } from "../../support/engine_world.ts";
import { alarms } from "../../support/venue_words.ts";

const BTC = instrumentId(0);
type Change = (w: World) => void;

function dry(client: string | null, to: "on" | "off"): Change {
  const on = to === "on";
  return (w) => w.control("DryRunSet", { client, on }, client === null ? BTC : null);
}

/** Bob in session 2, real, beside alice in session 1, who runs dry. */
function both(options: WorldOptions = {}): World {
  const w = new World(options).start().open();
  w.open({ session: 2, client: "bob" });
  dry("alice", "on")(w);
  return w;
}

const switches: readonly (readonly [string, WorldOptions, readonly Change[], boolean])[] = [
  ["nothing was switched", {}, [], false],
  ["the mode is dry_run", { mode: "dry_run" }, [], true],
  ["its client is switched", {}, [dry("alice", "on")], true],
  ["another client is switched", {}, [dry("bob", "on")], false],
  ["its client was switched back", {}, [dry("alice", "on"), dry("alice", "off")], false],
  ["its instrument is switched", {}, [dry(null, "on")], true],
  ["its instrument was switched back", {}, [dry(null, "on"), dry(null, "off")], false],
  ["of both one is left", {}, [dry(null, "on"), dry("alice", "on"), dry("alice", "off")], true],
  ["the mode is dry_run, the client is not", { mode: "dry_run" }, [dry("alice", "off")], true],
];
for (const [what, options, changes, isDry] of switches) {
  Deno.test(`apply() places ${isDry ? "a dry" : "a real"} order when ${what}`, () => {
    const w = new World(options).start();
    for (const change of changes) change(w);
    w.open();
    const [report] = w.place("a1");
    deepStrictEqual(
      [report?.dryRun, w.lastCommand().dryRun],
      isDry ? [true, true] : [undefined, undefined],
    );
    strictEqual("dryRun" in w.lastCommand(), isDry);
    strictEqual(w.timeline.view.orders("account", { limit: 1 })[0]?.dryRun, report?.dryRun);
  });
}

Deno.test("apply() keeps an order what it was placed as, and says so on all that it causes", () => {
  const w = both();
  w.place("a1");
  dry("alice", "off")(w);
  w.accept();
  w.replace("r1", { orig: "a1", qty: "12" });
  w.broker("OrderReplaced", { ...ref(1), orderQty: qty(12_000), price: null });
  w.cancel("c1", "r1");
  w.failed("unknown");
  w.cancel("c2", "r1");
  w.cancelled();
  ok(w.reports.every(({ dryRun }) => dryRun === true));
  deepStrictEqual(w.commands.map(({ kind, dryRun }) => [kind, dryRun]), [
    ["Submit", true],
    ["Replace", true],
    ["Cancel", true],
    ["Lookup", true],
  ]);
  deepStrictEqual(w.place("a2").map(({ dryRun }) => dryRun), [undefined]);
});

Deno.test("apply() breaks a rule of a dry run of nobody and of what is not listed", () => {
  const w = new World().start();
  w.control("DryRunSet", { client: null, on: true });
  deepStrictEqual(alarms(w), ["INVARIANT"]);
  w.control("DryRunSet", { client: null, on: true }, instrumentId(7));
  deepStrictEqual(alarms(w), ["INVARIANT"]);
});

type Placing = (w: World, session: number) => readonly ExecutionReport[];
let placed = 0;

/** Places for alice (1) or bob (2). */
function placing(of: Parameters<World["place"]>[1] = {}): Placing {
  return (w, session) => w.place(`p${placed++}`, of, session);
}

const limits: readonly (readonly [string, Change, Placing, Placing])[] = [
  [
    "MAX_OPEN_ORDERS",
    (w) => {
      const shared = { ...NO_LIMITS, maxOpenOrders: 1 };
      w.control("LimitsSet", { scope: "instrument", admin: true, limits: shared }, BTC);
    },
    placing(),
    placing(),
  ],
  [
    "MAX_OPEN_ORDERS",
    (w) => {
      const shared = { ...NO_VENUE_LIMITS, maxOpenOrders: 1 };
      w.control("LimitsSet", { scope: "venue", admin: true, limits: shared });
    },
    placing(),
    placing(),
  ],
  [
    "MAX_POSITION",
    (w) => {
      const shared = { ...NO_LIMITS, maxPosition: qty(10_000) };
      w.control("LimitsSet", { scope: "instrument", admin: true, limits: shared }, BTC);
    },
    placing(),
    placing(),
  ],
  [
    "FUNDS",
    (w) => {
      w.control("BalanceSet", { currency: "USDT", total: "1000" });
      const shared = { ...NO_VENUE_LIMITS, checkFunds: true };
      w.control("LimitsSet", { scope: "venue", admin: true, limits: shared });
    },
    placing(),
    placing(),
  ],
  [
    "SELF_MATCH",
    (w) => {
      const exchange = { ...NO_EXCHANGE_LIMITS, selfMatch: "refuse" as const };
      w.control("LimitsSet", {
        scope: "exchange",
        exchange: "test",
        admin: true,
        limits: exchange,
      });
    },
    placing(),
    placing({ side: "Sell" }),
  ],
  [
    "RATE_LIMIT",
    (w) => {
      const exchange = { ...NO_EXCHANGE_LIMITS, orderRate: { perSecond: 1, burst: 1 } };
      w.control("LimitsSet", {
        scope: "exchange",
        exchange: "test",
        admin: true,
        limits: exchange,
      });
    },
    placing(),
    placing(),
  ],
];
for (const [code, limit, first, second] of limits) {
  Deno.test(`apply() asks dry orders the same limits by themselves: ${code}`, () => {
    const w = both();
    limit(w);
    for (const session of [1, 2]) {
      deepStrictEqual(first(w, session).map(({ execType }) => execType), ["PendingNew"]);
      deepStrictEqual(second(w, session).map(({ rejectCode }) => rejectCode), [code]);
    }
  });
}

Deno.test("apply() keeps limits of clients for dry orders as for real ones, as they are changed", () => {
  const w = both();
  const own = { ...NO_CLIENT_LIMITS, maxOpenOrders: 1 };
  w.control("LimitsSet", { scope: "client", client: "alice", admin: true, limits: own });
  w.place("a1");
  strictEqual(w.place("a2")[0]?.rejectCode, "MAX_OPEN_ORDERS");
  dry("alice", "off")(w);
  strictEqual(w.place("a3")[0]?.execType, "PendingNew");
  strictEqual(w.place("a4")[0]?.rejectCode, "MAX_OPEN_ORDERS");
  const pair = { ...NO_ORDER_LIMITS, maxOrderQty: qty(1_000) };
  const scope = { scope: "clientInstrument", client: "alice", admin: true } as const;
  w.control("LimitsSet", { ...scope, limits: pair }, BTC);
  strictEqual(w.place("a5")[0]?.rejectCode, "MAX_QTY");
  dry("alice", "on")(w);
  strictEqual(w.place("a6")[0]?.rejectCode, "MAX_QTY");
});

Deno.test("apply() reduces by dry orders apart: each set may take the whole position", () => {
  const w = new World().start().open();
  w.place("a1");
  w.accept();
  w.fill(1, { id: "e1", qty: 10_000 });
  const sell = { side: "Sell", reduceOnly: true } as const;
  strictEqual(w.place("a2", sell)[0]?.execType, "PendingNew");
  strictEqual(w.place("a3", sell)[0]?.rejectCode, "REDUCE_ONLY");
  dry("alice", "on")(w);
  strictEqual(w.place("a4", sell)[0]?.execType, "PendingNew");
  strictEqual(w.place("a5", sell)[0]?.rejectCode, "REDUCE_ONLY");
});

Deno.test("apply() judges validate_only as the order that it would be", () => {
  const w = both();
  const shared = { ...NO_LIMITS, maxOpenOrders: 1 };
  w.control("LimitsSet", { scope: "instrument", admin: true, limits: shared }, BTC);
  w.place("b1", {}, 2);
  strictEqual(w.place("a1", { validateOnly: true })[0]?.execType, "IntentDone");
  strictEqual(w.place("b2", { validateOnly: true }, 2)[0]?.rejectCode, "MAX_OPEN_ORDERS");
});

Deno.test("apply() books an execution of a dry order, since fills are facts, and alarms", () => {
  const w = both();
  w.place("a1");
  w.accept();
  const [report] = w.fill(1, { id: "e1", qty: 4_000 });
  deepStrictEqual([report?.execType, report?.dryRun, alarms(w)], ["Trade", true, ["DRY_RUN_FILL"]]);
  strictEqual(w.timeline.view.positions("account")[0]?.qty, "4");
});

Deno.test("apply() holds no dry order against what the venue lists", () => {
  const w = both();
  w.place("a1");
  w.accept();
  w.control("ReconcileAsked", { reason: "test" });
  w.reconciled();
  deepStrictEqual([w.timeline.view.counters()["reconcile_differences"], alarms(w)], [0, []]);
});

/** Begins to run dry what trades for real in session 1; the mode only by a new run. */
const BEGINNINGS: readonly (readonly [string, Change, RegExp])[] = [
  [
    "the mode is dry_run",
    (w) => {
      w.restart({ mode: "dry_run" });
      w.venueStatus("up");
      w.open({ cancelOnDisconnect: false });
    },
    /^Cannot take the order: mode must not be dry_run for .*: was dry_run; cancel it, or place anew$/,
  ],
  [
    "its client's dry_run is on",
    dry("alice", "on"),
    /: dry_run of client alice \(clients\[\]\.dry_run\) must be off for .*: was on; cancel it, or place anew$/,
  ],
  [
    "its instrument's dry_run is on",
    dry(null, "on"),
    /: dry_run of instrument test:BTC\/USDT \(venues\[\]\.instruments\[\]\.dry_run\) must be off for /,
  ],
];

/** One order that was placed for real and rests. */
function real(options: WorldOptions = {}): World {
  const w = new World(options).start().open({ cancelOnDisconnect: false });
  w.place("a1");
  w.accept();
  return w;
}

/** The refusals among reports: whose they are, how the order stands, and the code. */
function refusals(reports: readonly ExecutionReport[]): readonly string[] {
  return reports.filter(({ rejectCode }) => rejectCode !== undefined)
    .map((report) => `${report.intentId} ${brief(report)} ${report.rejectCode}`);
}

const CANCEL_NEW: WorldOptions = { capabilities: { replace: "cancel_new" } };

for (const [that, begin, text] of BEGINNINGS) {
  for (const options of [{}, CANCEL_NEW]) {
    const how = options.capabilities?.replace ?? "native";
    Deno.test(`apply() refuses a Replace (${how}) of a real order once ${that}, and says so`, () => {
      const w = real(options);
      begin(w);
      const before = w.commands.length;
      const [report] = w.replace("r1", { orig: "a1", qty: "12" });
      deepStrictEqual(refusals(report === undefined ? [] : [report]), [
        "r1 ReplaceRejected/Accepted 0+10000 TRADING_HALTED",
      ]);
      match(report?.text ?? "", text);
      strictEqual(w.commands.length, before);
      strictEqual(
        w.replace("r2", { orig: "a1", qty: "12", validateOnly: true })[0]?.rejectCode,
        "TRADING_HALTED",
      );
    });
  }

  Deno.test(`apply() turns back a real order that would be sent again once ${that}`, () => {
    const w = real();
    w.place("a2");
    w.failed("notSent");
    const before = w.reports.length;
    w.venueStatus("down");
    begin(w);
    w.venueStatus("up");
    w.wait(10_000).fire();
    const told = w.reports.slice(before);
    deepStrictEqual(refusals(told), ["a2 Rejected/Rejected 0+0 TRADING_HALTED"]);
    match(told.find(({ rejectCode }) => rejectCode !== undefined)?.text ?? "", text);
    strictEqual(w.commands.filter(({ kind }) => kind === "Submit").length, 2);
  });

  const asked = [
    ["a replace that would be sent again", "Replace", {}],
    ["the cancel that only serves a replace", "Cancel", CANCEL_NEW],
  ] as const;
  for (const [what, request, capabilities] of asked) {
    Deno.test(`apply() turns back ${what} once ${that}`, () => {
      const w = real(capabilities);
      w.replace("r1", { orig: "a1", qty: "12" });
      w.failed("notSent");
      const before = w.reports.length;
      begin(w);
      w.wait(10_000).fire();
      deepStrictEqual(refusals(w.reports.slice(before)), [
        "r1 ReplaceRejected/Accepted 0+10000 TRADING_HALTED",
      ]);
      deepStrictEqual(w.commands.map(({ kind }) => kind), ["Submit", request]);
    });
  }

  Deno.test(`apply() turns back the new half of a cancel-and-new once ${that}`, () => {
    const w = real(CANCEL_NEW);
    w.replace("r1", { orig: "a1", qty: "12" });
    begin(w);
    deepStrictEqual(refusals(w.cancelled()), [
      "r1 ReplaceRejected/Cancelled 0+0 TRADING_HALTED",
    ]);
    ok(w.commands.every(({ kind, dryRun }) => kind !== "Submit" || dryRun !== true));
    strictEqual(w.commands.filter(({ kind }) => kind === "Submit").length, 1);
  });

  Deno.test(`apply() sends cancels and look-ups of a real order though ${that}`, () => {
    const w = real();
    begin(w);
    const before = w.commands.length;
    w.cancel("c1", "a1");
    w.failed("unknown");
    deepStrictEqual(w.commands.slice(before).map(({ kind, dryRun }) => [kind, dryRun]), [
      ["Cancel", undefined],
      ["Lookup", undefined],
    ]);
  });
}

Deno.test("apply() replaces a dry order whatever is switched on", () => {
  const w = both();
  dry(null, "on")(w);
  w.place("a1");
  w.accept();
  strictEqual(w.replace("r1", { orig: "a1", qty: "12" })[0]?.execType, "PendingReplace");
});

Deno.test("apply() replaces a real order again once nothing runs it dry any more", () => {
  const w = real();
  dry("alice", "on")(w);
  strictEqual(w.replace("r1", { orig: "a1", qty: "12" })[0]?.rejectCode, "TRADING_HALTED");
  dry("alice", "off")(w);
  strictEqual(w.replace("r2", { orig: "a1", qty: "12" })[0]?.execType, "PendingReplace");
});

Deno.test("apply() asks for the kill switch before dry runs, and for Reducing after", () => {
  const w = real();
  dry("alice", "on")(w);
  w.offer(draft("control", "TradingStateSet", { state: "Reducing", reason: "test" }));
  strictEqual(w.replace("r1", { orig: "a1", qty: "12" })[0]?.rejectCode, "TRADING_HALTED");
  w.control("KillSwitchSet", { on: true, reason: "test" });
  strictEqual(w.replace("r2", { orig: "a1", qty: "12" })[0]?.rejectCode, "KILL_SWITCH");
});

const SIMULATION = {
  orderLatencyUs: 1000,
  reportLatencyUs: 1000,
  makerFeePpm: 0,
  takerFeePpm: 0,
};

/** A simulated venue with asks of 100 BTC at 100, which alice's orders never touch. */
function simulated(): World {
  const w = new World({ simulation: SIMULATION }).start().open();
  const book = { bids: [9_000, 100_000], asks: [10_000, 100_000], updateId: 1 };
  w.offer({ ...bookDraft(book) });
  dry("alice", "on")(w);
  return w;
}

function bookDraft(payload: object): Parameters<World["offer"]>[0] {
  return {
    eventTime: 1,
    source: "market_data",
    venue: 0,
    instrument: 0,
    eventType: "BookSnapshot",
    payload,
    idempotencyKey: null,
  } as never;
}

/** Lets the simulated venue say what is due. */
function settle(w: World): readonly string[] {
  const said: string[] = [];
  for (let round = 0; round < 4; round += 1) {
    w.wait(1).fire();
    for (const output of w.timeline.takeOutputs(w.nowUs as never)) {
      said.push(...w.offer(output).map(({ execType, ordStatus }) => `${execType}/${ordStatus}`));
    }
  }
  return said;
}

Deno.test("a simulated venue takes a dry order that crosses, never fills it, and does as asked", () => {
  const w = simulated();
  w.place("a1", { price: "110" });
  deepStrictEqual(settle(w), ["New/Accepted"]);
  w.replace("r1", { orig: "a1", qty: "12", price: "120" });
  deepStrictEqual(settle(w), ["Replaced/Accepted"]);
  w.offer(bookDraft({ bids: [], asks: [9_000, 100_000], updateId: 2 }));
  deepStrictEqual(settle(w), []);
  w.cancel("c1", "r1");
  deepStrictEqual(settle(w), ["Cancelled/Cancelled"]);
});

Deno.test("a simulated venue cancels at once what may not rest, expires the rest, and goes on restored", () => {
  const w = simulated();
  w.place("a1", { price: "110", timeInForce: "IOC" });
  deepStrictEqual(settle(w), ["New/Accepted", "Cancelled/Cancelled"]);
  w.place("a2", { ordType: "Market", price: null, timeInForce: "IOC" });
  deepStrictEqual(settle(w), ["New/Accepted", "Cancelled/Cancelled"]);
  const expireUs = w.nowUs + 60_000_000;
  w.place("a3", { price: "110", timeInForce: "GTD", expireUs: expireUs as never });
  deepStrictEqual(settle(w), ["New/Accepted"]);
  const saved = JSON.parse(JSON.stringify(w.timeline.checkpoint()));
  deepStrictEqual(new World({}, saved).timeline.checkpoint(), w.timeline.checkpoint());
  w.wait(60_000);
  match(settle(w).at(-1) ?? "", /^Expired/);
});
