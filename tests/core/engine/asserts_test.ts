/**
 * Every rule of the list, broken by a fault planted in a copy of the state or by effects that lie:
 * `strict` halts the account, withholds what the event caused, and a replay halts in the same place;
 * `warn` counts and alarms. Proves the run-time half of R-CORE-5.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import {
  COMMAND_HAS_LEFT,
  ORDER_RULES,
  REPORT_NUMBERS,
  REPORT_RULES,
  saidBy,
} from "../../../core/engine/asserts.ts";
import { countAll } from "../../../core/engine/exposure.ts";
import { DOUBT, type Order } from "../../../core/order.ts";
import { EXEC_TYPES } from "../../../core/report.ts";
import {
  type ExecutionReport,
  instrumentId,
  micros,
  qty,
  requestId,
  venueId,
} from "../../../core/mod.ts";
import { NOTHING } from "../../../core/ledger/money.ts";
import { beforeAndEvent, type EngineCopy } from "../../support/engine_copy.ts";
import { CAPABILITIES, draft, spotInstrument, type World } from "../../support/engine_world.ts";
import { pendingReplace } from "../../support/kept_orders.ts";
import * as say from "../../support/venue_words.ts";

/** A fault: where the world stands, what happens, and what goes wrong meanwhile. */
type Fault = {
  readonly world: () => World;
  readonly act: (w: World) => unknown;
  readonly plant: (copy: EngineCopy) => void;
};

/** Changes the order while its execution is being booked. */
function whileBooking(change: (order: Order, copy: EngineCopy) => void): Fault["plant"] {
  return (copy) => {
    const { ledger } = copy.state;
    const book = ledger.book.bind(ledger);
    ledger.book = (execution) => {
      book(execution);
      change(copy.order(), copy);
    };
  };
}

/** Changes the order while the venue's name of it is being learnt. */
function whileNaming(change: (order: Order) => void): Fault["plant"] {
  return (copy) => {
    copy.state.blotter.nameAtVenue = (order) => change(order);
  };
}

/** Lets the sink record other reports than the engine says. */
function lying(change: (report: ExecutionReport) => ExecutionReport): Fault["plant"] {
  return ({ effects }) => replacePush(effects.reports, change);
}

/** Nobody sees the fault in the list itself: it is not enumerable. */
function replacePush<Item>(list: Item[], change: (item: Item) => Item): void {
  const push = (...items: Item[]): number => Array.prototype.push.call(list, ...items.map(change));
  Object.defineProperty(list, "push", { value: push, configurable: true });
}

const fill = (w: World): unknown => w.fill(1, { id: "e1", qty: 1000 });
const lastFill = (w: World): unknown => w.fill(1, { id: "e1", qty: 10_000 });
const accept = (w: World): unknown => w.accept();

const ORDER_FAULTS: Readonly<Record<string, Fault>> = {
  terminal_stays: {
    world: () => say.worldIn("Cancelled"),
    act: fill,
    plant: whileBooking((order) => void (order.status = "Accepted")),
  },
  transition_recorded: {
    world: () => say.worldIn("Accepted"),
    act: fill,
    plant: whileBooking((order) => {
      order.status = "ReplacePending";
      order.replace = pendingReplace(order);
    }),
  },
  accepted_first: {
    world: () => say.worldIn("Accepted"),
    act: fill,
    plant: whileBooking((order) => void (order.isAccepted = false)),
  },
  cum_qty_rises_by_execution: {
    world: () => say.placed(),
    act: accept,
    plant: whileNaming((order) => void (order.cumQty = qty(5))),
  },
  cum_qty_falls_by_name: {
    world: () => say.worldIn("PartiallyFilled"),
    act: fill,
    plant: whileBooking((order) => void (order.cumQty = qty(1))),
  },
  leaves_rise_by_replace: {
    world: () => say.worldIn("Accepted"),
    act: fill,
    plant: whileBooking((order) => void (order.orderQty = qty(20_000))),
  },
  live_has_something_left: {
    world: () => say.placed(),
    act: accept,
    plant: whileNaming((order) => void (order.voidedQty = qty(10_000))),
  },
  end_is_clean: {
    world: () => say.worldIn("Filled"),
    act: (w) => say.voided(w, "e0"),
    plant: (copy) => void (copy.order().retry = DOUBT.Cancel),
  },
  doubt_is_said: {
    world: () => say.worldIn("Accepted"),
    act: (w) => w.replace("r1", { orig: "a1", qty: "12", validateOnly: true }),
    plant: (copy) => void (copy.order().doubt = DOUBT.Cancel),
  },
  exposure_is_counted: {
    world: () => say.worldIn("Accepted"),
    act: fill,
    plant: (copy) => forgetful(copy.order()),
  },
};

/** Nothing the engine writes there is kept. */
function forgetful(order: Order): void {
  const nothing = { get: () => qty(0), set: () => {}, configurable: true };
  Object.defineProperty(order, "countedQty", nothing);
}

const REPORT_FAULTS: Readonly<Record<string, Fault>> = {
  has_status: {
    world: () => say.placed(),
    act: accept,
    plant: lying((report) => ({ ...report, ordStatus: null })),
  },
  terminal_leaves_nothing: {
    world: () => say.worldIn("Accepted"),
    act: lastFill,
    plant: lying((report) => ({
      ...report,
      order: report.order === null ? null : { ...report.order, leavesQty: qty(1) },
    })),
  },
  terminal_is_certain: {
    world: () => say.worldIn("Accepted"),
    act: lastFill,
    plant: lying((report) => ({ ...report, inDoubt: true })),
  },
  quantities_fit: {
    world: () => say.worldIn("Accepted"),
    act: fill,
    plant: lying((report) => ({
      ...report,
      order: report.order === null ? null : { ...report.order, orderQty: qty(999) },
    })),
  },
  no_trade_when_submitted: {
    world: () => say.worldIn("Accepted"),
    act: fill,
    plant: lying((report) => ({ ...report, ordStatus: "Submitted" })),
  },
};

const OTHER_FAULTS: Readonly<Record<string, Fault>> = {
  [REPORT_NUMBERS]: {
    world: () => say.worldIn("Accepted"),
    act: fill,
    plant: ({ state }) => {
      for (const client of state.clients.all) client.reportSeq += 1;
    },
  },
  [COMMAND_HAS_LEFT]: {
    world: () => say.worldIn("Accepted"),
    act: (w) => w.cancel("c1", "a1"),
    plant: ({ effects }) => {
      replacePush(effects.commands, (command) => ({ ...command, request: requestId(99) }));
    },
  },
  "Cash of an account must be that of its sub-books and external": {
    world: () => say.worldIn("Accepted"),
    act: fill,
    plant: ({ state }) => {
      const { ledger } = state;
      const book = ledger.book.bind(ledger);
      ledger.book = (execution) => {
        ledger.post(venueId(0), (account) => {
          account.whole.addCash({ currency: "USDT", amount: { ...NOTHING, units: 1n } });
          return { kind: "fault", owner: null, instruments: [], currencies: [] };
        });
        book(execution);
      };
    },
  },
};

function plainOf(copy: EngineCopy): string {
  const { transitions, reports, commands, alarms } = copy.effects;
  return JSON.stringify(
    { transitions, reports, commands, alarms, digest: copy.state.digest.hex },
    (_key, value: unknown) => typeof value === "bigint" ? `${value}n` : value,
  );
}

function isAlarmOf(copy: EngineCopy, rule: string): void {
  const [alarm] = copy.effects.alarms.filter(({ code }) => code === "INVARIANT");
  ok(alarm?.text.includes(rule), `${alarm?.text} must name the rule: ${rule}`);
  strictEqual(copy.state.counters.get("invariant_failures"), 1);
}

const FAULTS = [
  ...ORDER_RULES.map(({ name, rule }) => [name, rule, ORDER_FAULTS[name]] as const),
  ...REPORT_RULES.map(({ name, rule }) => [name, rule, REPORT_FAULTS[name]] as const),
  ...Object.entries(OTHER_FAULTS).map(([rule, fault]) => [rule, rule, fault] as const),
];

for (const [name, rule, fault] of FAULTS) {
  ok(fault !== undefined, `the rule ${name} must have a fault that breaks it`);

  Deno.test(`apply() halts the account when a fault breaks ${name}, and so does a replay`, () => {
    const { copy, event } = beforeAndEvent(fault.world(), fault.act);
    const [first, again] = [copy(), copy()];
    for (const each of [first, again]) {
      fault.plant(each);
      each.apply(event);
    }
    const numbers = copy().state.clients.all.map(({ reportSeq }) => reportSeq);
    isAlarmOf(first, rule);
    deepStrictEqual(first.effects.transitions.map(({ kind }) => kind), ["AccountHalted"]);
    deepStrictEqual([first.effects.reports, first.effects.commands], [[], []]);
    strictEqual(first.state.venue(venueId(0)).tradingState, "Halted");
    strictEqual(plainOf(again), plainOf(first), "a replay halts in the same place");
    if (rule === REPORT_NUMBERS) return; // it is the numbers that were wrong before
    deepStrictEqual(first.state.clients.all.map(({ reportSeq }) => reportSeq), numbers);
  });

  Deno.test(`apply() counts and alarms under warn when a fault breaks ${name}`, () => {
    const { copy, event } = beforeAndEvent(fault.world(), fault.act);
    const first = copy();
    first.state.settings = { ...first.state.settings, invariants: "warn" };
    fault.plant(first);
    first.apply(event);
    isAlarmOf(first, rule);
    ok(!first.effects.transitions.some(({ kind }) => kind === "AccountHalted"));
    strictEqual(first.state.venue(venueId(0)).tradingState, "Active");
    ok(first.effects.reports.length > 0 || rule.startsWith("Cash"));
  });
}

Deno.test("apply() drops an order that was born in a withheld event out of every sum", () => {
  const { copy, event } = beforeAndEvent(say.worldIn("Accepted"), (w) => w.place("a2"));
  const first = copy();
  lying((report) => ({ ...report, ordStatus: null }))(first);
  const listed = first.state.risk.instrument(first.order(1).instrument);
  const before = { ...listed.sums };
  first.apply(event);
  strictEqual(first.effects.alarms[0]?.code, "INVARIANT");
  strictEqual(first.state.blotter.size, 1);
  deepStrictEqual({ ...listed.sums }, before);
  strictEqual(listed.venue.orders, 1);
  const purse = listed.venue.purses.get("USDT");
  const held = purse?.reserved.units;
  countAll(first.state);
  strictEqual(held, purse?.reserved.units);
});

/** Order 2 is on another venue. */
function onTwoVenues(): World {
  const w = say.worldIn("Accepted");
  const [venue, id, name] = [venueId(1), instrumentId(1), "other:BTC/USDT"];
  const declared = { id: venue, name: "other", exchange: "other", capabilities: CAPABILITIES };
  const declaration = { ...declared, simulation: null, pacing: null };
  w.offer({ ...draft("control", "VenueDeclared", declaration), venue });
  const up = { status: "up", reason: "test" } as const;
  w.offer({ ...draft("control", "VenueStatusChanged", up), venue });
  w.offer({
    ...draft("control", "InstrumentListed", { ...spotInstrument(), id, venue, name }, id),
    venue,
  });
  w.place("a2", { instrument: name });
  return w;
}

function onOneVenue(): World {
  const w = say.worldIn("Accepted");
  w.place("a2");
  return w;
}

for (
  const [what, world, venue] of [
    ["the account of all orders", onOneVenue, venueId(0)],
    ["all accounts by orders of two", onTwoVenues, null],
  ] as const
) {
  Deno.test(`apply() halts ${what} that an event touched before it broke a rule`, () => {
    const { copy, event } = beforeAndEvent(world(), (w) => w.cancelAll("c1"));
    const first = copy();
    forgetful(first.order(2));
    first.apply(event);
    const halted = first.effects.transitions.map((row) =>
      row.kind === "AccountHalted" ? row.venue : row.kind
    );
    deepStrictEqual(halted, [venue]);
  });
}

Deno.test("apply() goes on after a broken rule: the next event breaks none", () => {
  for (const fault of [OTHER_FAULTS[REPORT_NUMBERS], REPORT_FAULTS["has_status"]]) {
    ok(fault !== undefined);
    const w = fault.world();
    const { copy, event } = beforeAndEvent(w, fault.act);
    w.cancel("c9", "a1");
    const next = w.events.at(-1);
    ok(next !== undefined);
    const first = copy();
    fault.plant(first);
    first.apply(event);
    Reflect.deleteProperty(first.effects.reports, "push");
    first.apply(next);
    deepStrictEqual(first.effects.alarms, []);
    strictEqual(first.effects.reports.length, 1);
  }
});

Deno.test("apply() never lets a command that was withheld leave from the halted account", () => {
  const w = say.worldIn("Accepted");
  const { copy, event } = beforeAndEvent(
    w,
    (world) => world.replace("r1", { orig: "a1", qty: "12" }),
  );
  w.venueStatus("up");
  const next = w.events.at(-1);
  ok(next !== undefined);
  const first = copy();
  lying((report) => ({ ...report, ordStatus: null }))(first);
  first.apply(event);
  isAlarmOf(first, REPORT_RULES.find(({ name }) => name === "has_status")?.rule ?? "");
  deepStrictEqual(first.effects.commands, []);
  Reflect.deleteProperty(first.effects.reports, "push");
  first.apply(next);
  deepStrictEqual(first.effects.commands, []);
  deepStrictEqual(first.effects.reports.map(({ execType, rejectCode }) => [execType, rejectCode]), [
    ["ReplaceRejected", "TRADING_HALTED"],
  ]);
  strictEqual(first.order().status, "Accepted");
});

Deno.test("apply() judges the id of a withheld intent anew, also from a checkpoint", () => {
  const w = say.worldIn("Accepted");
  const asked = { orig: "a1", qty: "12" };
  const { copy, event } = beforeAndEvent(w, (world) => world.replace("r1", asked));
  w.replace("r1", asked);
  const again = w.events.at(-1);
  ok(again !== undefined);
  const first = copy();
  lying((report) => ({ ...report, ordStatus: null }))(first);
  first.apply(event);
  Reflect.deleteProperty(first.effects.reports, "push");
  const restored = first.restored();
  strictEqual(plainOf(restored.apply(again)), plainOf(first.apply(again)));
  deepStrictEqual(first.effects.reports.map(({ execType, rejectCode }) => [execType, rejectCode]), [
    ["ReplaceRejected", "TRADING_HALTED"],
  ]);
});

Deno.test("apply() holds an order that a halt turned back to the rules", () => {
  const w = say.worldIn("Accepted");
  w.replace("r1", { orig: "a1", qty: "12" });
  w.failed("notSent");
  w.control("TradingStateSet", { state: "Halted", reason: "test" });
  const { copy, event } = beforeAndEvent(w, (world) => world.wait(10_000).fire());
  const first = copy();
  forgetful(first.order());
  first.apply(event);
  strictEqual(first.effects.alarms[0]?.code, "INVARIANT");
});

Deno.test("apply() checks what the event touched and nothing else", () => {
  const w = say.worldIn("Accepted");
  w.place("a2");
  const { copy, event } = beforeAndEvent(w, (world) => world.accept(2));
  const first = copy();
  first.order(1).doubt = DOUBT.Cancel; // nobody has said so, but the event is not about it
  first.apply(event);
  deepStrictEqual(first.effects.alarms, []);
});

Deno.test("saidBy() lets only reports that name an execution lower CumQty", () => {
  const named = EXEC_TYPES.filter((execType) => (saidBy({ execType, execRefId: "e" }) & 2) !== 0);
  deepStrictEqual(named, ["TradeCancel", "TradeCorrect"]);
  const unnamed = EXEC_TYPES.filter((execType) => (saidBy({ execType }) & 2) !== 0);
  deepStrictEqual(unnamed, []);
});

Deno.test("apply() names event and rule in the alarm, for whoever looks at three in the morning", () => {
  const w = say.worldIn("Accepted");
  w.fill(1, { id: "e1", qty: 0 });
  match(
    w.effects.alarms[0]?.text ?? "",
    /^OrderExecuted at seq_id \d+ broke a rule: An execution must have a quantity$/,
  );
  strictEqual(w.timeline.nowUs, micros(w.nowUs));
});
