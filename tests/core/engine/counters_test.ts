/**
 * The counters of the core: each counts what its name says, once, and nothing else counts there.
 * Proves the core's part of R-OPS-4.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { micros, px, qty } from "../../../core/mod.ts";
import { ref, World } from "../../support/engine_world.ts";
import { placed } from "../../support/venue_words.ts";

function live(): World {
  const w = placed();
  w.accept();
  return w;
}

function filled(): World {
  const w = live();
  w.fill(1, { id: "e1", qty: 1000 });
  return w;
}

function ended(): World {
  const w = live();
  w.cancelled();
  return w;
}

function inDoubt(): World {
  const w = live();
  w.replace("r1", { orig: "a1", qty: "12" });
  w.failed("unknown");
  return w;
}

function left(): World {
  const w = new World().start().open();
  w.close({ cause: "goodbye" });
  return w;
}

const NOBODY = { order: null, clOrdId: null, venueOrderId: "nobody" };
const TERMS = { orderQty: qty(9_000), price: px(10_000) };

const CASES: readonly (readonly [string, () => World, (w: World) => unknown, readonly string[]])[] =
  [
    ["an intent", live, (w) => w.place("a2"), ["intents"]],
    ["a repeated intent", live, (w) => w.place("a1"), ["intents", "duplicate_intents"]],
    ["a refused intent", live, (w) => w.place("a2", { instrument: "test:NO/USDT" }), [
      "intents",
      "refused_intents",
    ]],
    [
      "an intent that comes behind its time",
      live,
      (w) => w.place("a2", { ttlMs: 10, sentUs: micros(w.nowUs - 20_000) }),
      ["intents", "refused_intents", "ttl_prevented"],
    ],
    ["an intent of a session that is closed", left, (w) => w.place("a1"), ["dropped_intents"]],
    ["a request without an answer", placed, (w) => w.failed("unknown"), ["in_doubt"]],
    ["another without one, of an order in doubt", inDoubt, (w) => w.failed("unknown"), []],
    ["an execution", live, (w) => w.fill(1, { id: "e1", qty: 1000 }), ["fills"]],
    ["a repeated execution", filled, (w) => w.fill(1, { id: "e1", qty: 1000 }), [
      "duplicate_reports",
    ]],
    ["a late execution", ended, (w) => w.fill(1, { id: "e1", qty: 1000 }), ["fills", "late_fills"]],
    ["a repeated acceptance", live, (w) => w.accept(), ["stale_reports"]],
    ["a repeated end", ended, (w) => w.cancelled(), ["stale_reports"]],
    [
      "a report of nobody's order",
      live,
      (w) => w.broker("OrderCancelled", { ...NOBODY, reason: "test" }),
      ["orphan_reports"],
    ],
    ["other terms", live, (w) => w.broker("OrderReplaced", { ...ref(1), ...TERMS }), ["restated"]],
  ];

/** Gauges stand among the counters. */
function counted(w: World): Readonly<Record<string, number>> {
  const all = Object.entries(w.timeline.view.counters());
  return Object.fromEntries(all.filter(([name]) => !name.startsWith("orders_")));
}

for (const [what, world, act, raised] of CASES) {
  Deno.test(`apply() counts ${what} as ${["events", ...raised].join(", ")}`, () => {
    const w = world();
    const before = counted(w);
    act(w);
    const after = counted(w);
    const more = Object.entries(after).filter(([name, value]) => value !== before[name])
      .map(([name, value]) => [name, value - (before[name] ?? 0)] as const);
    const wanted = ["events", ...raised].map((name) => [name, 1] as const);
    deepStrictEqual(new Map(more), new Map(wanted));
  });
}
