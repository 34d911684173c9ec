/**
 * Engine against a venue with a truth of its own, under lost requests, lost answers, lost fills
 * and restarts. Proves R-EXEC-3, R-CORE-5 and R-CORE-6: after healing both sides agree to the
 * last unit, nothing was sent twice, no fill is lost, every order has ended.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { clientIndex } from "../../../core/mod.ts";
import { World, type WorldOptions } from "../../support/engine_world.ts";
import { ModelVenue } from "../../support/model_venue.ts";
import { lossyVenues, type VenueStep, venueStep } from "../../support/venue_steps.ts";

const KINDS = [
  "place",
  "place",
  "cancel",
  "replace",
  "execute",
  "execute",
  "deliver",
  "deliver",
  "deliver",
  "wait",
  "wait",
  "restart",
] as const;

type Step = VenueStep<(typeof KINDS)[number]>;

/** What one scenario needs. */
type Play = { readonly w: World; readonly venue: ModelVenue; intents: number; session: number };

function act(play: Play, { kind, a, b }: Step): void {
  const { w, venue, session } = play;
  const live = w.timeline.view.orders(clientIndex(0), { open: true, limit: 100 });
  const orig = live[a % Math.max(1, live.length)]?.intentId ?? "none";
  switch (kind) {
    case "place":
      w.place(`i${play.intents++}`, {
        orderQty: `${1 + a % 5}`,
        price: `${100 + b % 5}`,
        ttlMs: b % 4 === 0 ? 1 + b * 5 : 0,
      }, session);
      break;
    case "cancel":
      w.cancel(`i${play.intents++}`, orig, session);
      break;
    case "replace":
      w.replace(`i${play.intents++}`, { orig, qty: `${1 + b % 7}` }, session);
      break;
    case "execute":
      venue.execute({ at: a, qty: 500 * (1 + b % 4), isReported: b % 3 !== 0 });
      break;
    case "deliver":
      venue.deliver(w, 1 + a % 4);
      break;
    case "wait":
      w.wait(a * 3).fire();
      break;
    case "restart":
      if (a % 4 === 0) restart(play);
      break;
  }
}

function restart(play: Play): void {
  const { w, venue } = play;
  venue.disconnect(w);
  w.wait(100).restart();
  play.session += 1;
  w.open({ session: play.session, cancelOnDisconnect: false });
  venue.reconcile();
  w.venueStatus("up");
}

/** No more faults: everything is delivered, every order cancelled, until nothing moves. */
function heal(play: Play): void {
  const { w, venue } = play;
  venue.reconcile();
  w.cancelAll(`i${play.intents++}`, { session: play.session });
  for (let round = 0; round < 60; round += 1) {
    venue.hear(w, () => "arrives");
    venue.deliver(w, 10_000);
    w.wait(2000).fire();
  }
}

function assertAgreement({ w, venue }: Play): void {
  const rows = w.timeline.view.orders(clientIndex(0), { open: false, limit: 10_000 });
  const open = rows.filter((row) => row.order?.leavesQty !== 0);
  deepStrictEqual(open.map((row) => row.ordStatus), [], "every order has ended here");
  strictEqual(venue.orders.filter((order) => order.status === "open").length, 0, "and there");
  for (const row of rows) {
    const there = venue.orders.filter((order) => order.order === row.order?.orderId);
    const executed = there.reduce((sum, order) => sum + venue.executed(order), 0);
    strictEqual(row.order?.cumQty, executed, `order ${row.order?.orderId}`);
  }
  const all = venue.orders.reduce((sum, order) => sum + venue.executed(order), 0);
  const [position] = w.timeline.view.positions("account");
  strictEqual(Number(position?.qty ?? 0) * 1000, all, "the position is the sum of the fills");
}

function assertAnswered({ w, intents }: Play): void {
  const answered = new Set(w.reports.map((report) => report.intentId));
  for (let n = 0; n < intents; n += 1) ok(answered.has(`i${n}`), `intent i${n} has a report`);
  const alarms = w.lines.join("\n");
  ok(!/FILL_AFTER_ABSENCE|LIVE_AFTER|OVERFILL|INVARIANT/.test(alarms), "nothing was guessed");
  const doubted = new Map<number, boolean>();
  for (const report of w.reports) {
    if (report.order !== null) doubted.set(report.order.orderId, report.inDoubt === true);
  }
  ok(
    [...doubted.values()].every((isInDoubt) => !isInDoubt),
    "all doubt was left, and that was reported",
  );
}

function run(of: WorldOptions, steps: readonly Step[]): Play {
  const w = new World(of).start().open({ cancelOnDisconnect: false });
  const play: Play = { w, venue: new ModelVenue(), intents: 0, session: 1 };
  for (const each of steps) {
    act(play, each);
    play.venue.hear(w, () => each.fate);
  }
  heal(play);
  return play;
}

Deno.test("apply() agrees with the venue to the last unit after any faults and healing", () => {
  fc.assert(
    fc.property(
      lossyVenues,
      fc.array(venueStep(KINDS), { maxLength: 80, size: "max" }),
      (of, steps) => {
        const play = run(of, steps);
        assertAgreement(play);
        assertAnswered(play);
      },
    ),
    { numRuns: 150 },
  );
});
