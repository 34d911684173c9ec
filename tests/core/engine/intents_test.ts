/**
 * What is asked of every intent before it is looked at. Proves R-CORE-3 and R-WIRE-2.
 * @module
 */
import { deepStrictEqual, match, strictEqual } from "node:assert/strict";
import type { ReplaceOrder } from "../../../core/intent.ts";
import { micros } from "../../../core/mod.ts";
import { beforeAndEvent } from "../../support/engine_copy.ts";
import { World } from "../../support/engine_world.ts";

const AHEAD_MAX_US = 1_000_000;

function world(): World {
  const w = new World().start().open();
  w.place("a1");
  w.accept();
  return w;
}

Deno.test("applyIntent() takes an intent sent up to a second ahead of the daemon's clock", () => {
  const w = world();
  strictEqual(w.place("a2", { sentUs: micros(w.nowUs + AHEAD_MAX_US) })[0]?.execType, "PendingNew");
  const [report] = w.place("a3", { sentUs: micros(w.nowUs + AHEAD_MAX_US + 1) });
  strictEqual(report?.rejectCode, "SCHEMA");
  match(report?.text ?? "", /^sent_us: must be at most 1 s ahead of the daemon's clock/);
});

const LATE: readonly (readonly [string, Partial<ReplaceOrder>, boolean])[] = [
  ["a Replace that is as old as its TTL", { ttlMs: 10 }, true],
  ["a Replace younger than its TTL", { ttlMs: 11 }, false],
  ["a Replace without a TTL", {}, false],
];
for (const [what, intent, isStale] of LATE) {
  Deno.test(`applyIntent() ${isStale ? "refuses" : "takes"} ${what}`, () => {
    const w = world();
    const sentUs = micros(w.nowUs);
    w.wait(10);
    const [report] = w.replace("a2", { orig: "a1", qty: "9", sentUs, ...intent });
    strictEqual(report?.rejectCode, isStale ? "STALE_INTENT" : undefined);
  });
}

for (const half of ["contentLow", "contentHigh"] as const) {
  Deno.test(`applyIntent() tells a known id apart by ${half} of its content alone`, () => {
    const w = world();
    const intent = w.placing("a1");
    const { copy, event } = beforeAndEvent(w, () => w.intent(intent));
    const same = copy().apply(event);
    deepStrictEqual(same.effects.reports, []);
    const other = copy();
    const record = other.state.blotter.intents.find(other.order().client, "a1");
    Object.defineProperty(record, half, { value: 7 });
    Object.defineProperty(other.state.blotter.intents, "find", { value: () => record });
    other.apply(event);
    strictEqual(other.effects.reports[0]?.rejectCode, "INTENT_ID_REUSED");
  });
}
