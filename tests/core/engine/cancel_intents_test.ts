/**
 * CancelAlls that wait: many for the same orders cost what their intents cost, and each is answered
 * as if it were alone. Proves parts of R-CORE-3 and R-CORE-9.
 * @module
 */
import { deepStrictEqual, ok } from "node:assert/strict";
import { type CheckpointNode, createTimeline } from "../../../core/mod.ts";
import { World } from "../../support/engine_world.ts";
import { NodeReader } from "../../../core/node_reader.ts";
import type { ExecutionReport } from "../../../core/report.ts";

const ON_BTC = { instrument: "test:BTC/USDT" };

/** A world in which this many orders rest at a venue that is down. */
function resting(orders: number): World {
  const w = new World().start().open({ cancelOnDisconnect: false });
  for (let order = 1; order <= orders; order += 1) {
    w.place(`p${order}`);
    w.accept(order);
  }
  w.venueStatus("down");
  return w;
}

/** The same world, going on from its checkpoint. */
function restored(w: World): World {
  const saved = w.timeline.checkpoint();
  w.timeline = createTimeline(JSON.parse(JSON.stringify(saved)));
  deepStrictEqual(w.timeline.checkpoint(), saved);
  return w;
}

/** Who is answered and how, in order. */
function answers(reports: readonly ExecutionReport[]): readonly string[] {
  return reports.filter(({ execType }) => execType === "IntentDone")
    .map(({ intentId, text }) => `${intentId}: ${text}`);
}

function done(
  intentId: string,
  of: { readonly taken: number; readonly cancelled: number },
): string {
  const others = of.taken - of.cancelled;
  return `${intentId}: Orders taken: ${of.taken}, cancelled: ${of.cancelled}, ` +
    `ended otherwise or refused: ${others}`;
}

function pendingOf(w: World): CheckpointNode {
  return new NodeReader(w.timeline.checkpoint().engine).node("cancel_alls");
}

Deno.test("a checkpoint names the orders once for which 10 000 CancelAlls wait", () => {
  const w = resting(1000);
  for (let n = 0; n < 10_000; n += 1) {
    // In turn of all and of one instrument: neither hides the other.
    w.cancelAll(`a${n}`, n % 2 === 0 ? {} : ON_BTC);
    w.lines.length = 0;
  }
  const bytes = JSON.stringify(pendingOf(w)).length;
  ok(bytes < 10_000 * 250, `a CancelAll must cost its intent only: was ${bytes} bytes for all`);

  const again = restored(w);
  for (let order = 1; order < 1000; order += 1) {
    deepStrictEqual(answers(again.cancelled(order)), []);
  }
  const wanted = { taken: 1000, cancelled: 1000 };
  deepStrictEqual(
    answers(again.cancelled(1000)),
    Array.from({ length: 10_000 }, (_, n) => done(`a${n}`, wanted)),
  );
  deepStrictEqual(pendingOf(again), { columns: [], rows: [] });
});

for (const isRestored of [false, true]) {
  const when = isRestored ? ", also from a checkpoint" : "";
  Deno.test(`an order placed between two CancelAlls is awaited by the second only${when}`, () => {
    const w = new World().start().open({ cancelOnDisconnect: false });
    w.place("p1");
    w.accept(1);
    w.cancelAll("a1");
    w.cancelAll("a2");
    w.place("p2");
    w.accept(2);
    w.cancelAll("a3");
    w.cancelAll("a4");
    const then = isRestored ? restored(w) : w;
    const one = { taken: 1, cancelled: 1 };
    deepStrictEqual(answers(then.cancelled(1)), [done("a1", one), done("a2", one)]);
    then.cancelAll("a5");
    const two = { taken: 2, cancelled: 2 };
    deepStrictEqual(answers(then.cancelled(2)), [
      done("a3", two),
      done("a4", two),
      done("a5", one),
    ]);
  });

  Deno.test(`a CancelAll does not count the end of an order that it did not take${when}`, () => {
    const w = new World().start().open({ cancelOnDisconnect: false });
    w.place("p1");
    w.accept(1);
    w.cancelAll("a1");
    w.place("p2");
    w.accept(2);
    w.cancel("c2", "p2");
    const then = isRestored ? restored(w) : w;
    deepStrictEqual(answers(then.cancelled(2)), []);
    deepStrictEqual(answers(then.cancelled(1)), [done("a1", { taken: 1, cancelled: 1 })]);
  });

  Deno.test(`a CancelAll counts what it took, however many were taken before it${when}`, () => {
    const w = resting(3);
    w.cancelAll("a1");
    w.cancelAll("b1", ON_BTC);
    w.cancelled(1);
    w.fill(2, { id: "e1", qty: 10_000 });
    w.cancelAll("a2");
    const then = isRestored ? restored(w) : w;
    then.cancelAll("b2", ON_BTC);
    deepStrictEqual(answers(then.cancelled(3)), [
      done("a1", { taken: 3, cancelled: 2 }),
      done("b1", { taken: 3, cancelled: 2 }),
      done("a2", { taken: 1, cancelled: 1 }),
      done("b2", { taken: 1, cancelled: 1 }),
    ]);
  });
}

Deno.test("createTimeline() reads CancelAlls of a checkpoint that names all orders of each", () => {
  const w = resting(2);
  w.cancelAll("a1");
  w.cancelAll("b1", ON_BTC);
  const older = JSON.stringify(w.timeline.checkpoint()).replace(
    '"waiting_for","instrument"',
    '"waiting_for","of_later"',
  );
  w.timeline = createTimeline(JSON.parse(older));
  w.cancelAll("a2");
  w.cancelled(1);
  const wanted = { taken: 2, cancelled: 2 };
  deepStrictEqual(answers(w.cancelled(2)), [
    done("a1", wanted),
    done("b1", wanted),
    done("a2", wanted),
  ]);
});
