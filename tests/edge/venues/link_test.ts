/**
 * The daemon's end of a venue whose adapter answers, dies, hangs, comes back. Proves R-EXEC-3 at the
 * edge (an unanswered request is `unknown`, never resent), R-VENUE-1 and R-VENUE-7 (restart with
 * back-off, books without a reference are invalid), and that no fill waits behind a book.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { VenueCommand } from "../../../core/command.ts";
import type { Draft } from "../../../core/event.ts";
import { instrumentId, micros, requestId, seqId, venueId } from "../../../core/numbers.ts";
import { INLET_CREDIT } from "../../../edge/inlet.ts";
import { Samples } from "../../../edge/metrics/samples.ts";
import type { VenueInit } from "../../../edge/venues/messages.ts";
import { acceptedDraft, deltaDraft } from "../../support/drafts.ts";
import { cutOffOf, LinkRig, request } from "../../support/link_rig.ts";
import { spotInstrument, VENUE } from "../../support/spot_instrument.ts";

function submit(number: number, order = number): VenueCommand {
  return request("Submit", number, order);
}

function answer(eventType: Draft["eventType"], order: number, request = order): Draft {
  const payload = { order, request, clOrdId: null, venueOrderId: null, reason: "" };
  return { ...acceptedDraft(order), eventType, payload } as unknown as Draft;
}

Deno.test("VenueLink starts its adapter, and hands on commands and drafts in order", () => {
  const rig = new LinkRig();
  rig.link.start();
  deepStrictEqual(rig.workers.started.map(({ entry }) => entry), ["venue"]);
  rig.workers.last.say({ kind: "status", status: "up", reason: "connected" });
  rig.link.announce(submit(1), 7);
  rig.drafts(acceptedDraft(1), acceptedDraft(2));
  deepStrictEqual(rig.drain(), ["up", "accepted 1", "accepted 2"]);
  deepStrictEqual(rig.workers.last.told("announce"), [
    { kind: "announce", command: submit(1), commit: 7 },
  ]);
});

Deno.test("VenueLink says unknown, once, of what a Worker that died was told of, and tells no other", () => {
  const rig = new LinkRig();
  rig.link.start();
  rig.link.announce(submit(1), 7);
  rig.link.announce(submit(2), 8);
  rig.workers.last.die();
  deepStrictEqual(rig.drain(), ["down", "unknown 1", "unknown 2"]);
  rig.time.advance(300_000);
  rig.link.announce(submit(3), 9);
  deepStrictEqual(rig.workers.last.told("announce"), [
    { kind: "announce", command: submit(3), commit: 9 },
  ]);
  deepStrictEqual(rig.drain(), []);
});

Deno.test("VenueLink takes the end of an order that was never accepted for the answer to its Submit", () => {
  const rig = new LinkRig();
  rig.link.start();
  rig.link.announce(submit(1), 7);
  rig.link.announce(submit(2), 7);
  const ended = answer("OrderCancelled", 1);
  rig.drafts({ ...ended, payload: { ...ended.payload, clOrdId: "tl-1-1" } } as Draft);
  rig.workers.last.die();
  deepStrictEqual(rig.drain(), ["OrderCancelled", "down", "unknown 2"]);
});

Deno.test("VenueLink answers unknown for each unanswered request when the adapter dies", () => {
  const rig = new LinkRig();
  rig.link.start();
  for (const request of [1, 2, 3]) rig.link.announce(submit(request), 7);
  rig.link.announce(request("Cancel", 4, 1), 7);
  rig.link.announce(request("Lookup", 5, 2), 7);
  rig.drafts(acceptedDraft(2));
  rig.workers.last.die();
  deepStrictEqual(
    rig.drain(),
    ["accepted 2", "down", "unknown 1", "unknown 3", "unknown 4", "unknown 5"],
  );
  deepStrictEqual(rig.alarms, ["venue_adapter_died"]);
});

const ANSWERS = [
  ["OrderAccepted", submit(1)],
  ["OrderRejected", submit(1)],
  ["OrderCancelled", request("Cancel", 1)],
  ["CancelRejected", request("Cancel", 1)],
  ["OrderFound", request("Lookup", 1)],
  ["OrderNotFound", request("Lookup", 1)],
  ["RequestFailed", submit(1)],
] as const;
for (const [eventType, asked] of ANSWERS) {
  Deno.test(`VenueLink takes ${eventType} for the answer to a ${asked.kind}`, () => {
    const rig = new LinkRig();
    rig.link.start();
    rig.link.announce(asked, 7);
    rig.drafts(answer(eventType, 1));
    rig.drain();
    rig.workers.last.die();
    deepStrictEqual(rig.drain(), ["down"]);
  });
}

Deno.test("VenueLink never sends again what a dead adapter had", () => {
  const rig = new LinkRig();
  rig.link.start();
  rig.link.announce(submit(1), 7);
  rig.workers.last.die();
  rig.time.advance(1_000_000);
  strictEqual(rig.workers.started.length, 2);
  deepStrictEqual(rig.workers.last.told("announce"), []);
});

Deno.test("VenueLink answers notSent what it is told of while no adapter runs, and tells it to none", () => {
  const rig = new LinkRig();
  rig.link.announce(submit(8), 6);
  rig.link.start();
  deepStrictEqual([rig.drain(), rig.workers.last.told("announce")], [["notSent 8"], []]);
  rig.workers.last.die();
  rig.link.announce(submit(9), 7);
  rig.link.announce(RECONCILE, 7);
  deepStrictEqual(rig.drain(), ["down", "notSent 9", "failed 77"]);
  rig.time.advance(300_000);
  deepStrictEqual(rig.workers.last.told("announce"), []);
});

const RECONCILE: VenueCommand = {
  kind: "Reconcile",
  seqId: seqId(1),
  request: requestId(77),
  venue: venueId(0),
  cause: "connected",
  sinceUs: null,
};

Deno.test("VenueLink fails a reconciliation whose adapter dies, and not one that was answered", () => {
  for (const eventType of ["Reconciled", "ReconcileFailed", undefined] as const) {
    const rig = new LinkRig();
    rig.link.start();
    rig.link.announce(RECONCILE, 7);
    if (eventType !== undefined) rig.drafts(answer(eventType, 77));
    rig.drain();
    rig.workers.last.die();
    deepStrictEqual(rig.drain(), eventType === undefined ? ["down", "failed 77"] : ["down"]);
  }
});

Deno.test("VenueLink tells an answer by its client order id where the venue names no order of ours", () => {
  const rig = new LinkRig();
  rig.link.start();
  rig.link.announce(submit(1), 7);
  rig.link.announce(submit(2), 7);
  const payload = { order: null, clOrdId: "tl-2-1", venueOrderId: null };
  rig.drafts({ ...acceptedDraft(2), payload } as Draft);
  rig.drain();
  rig.workers.last.die();
  deepStrictEqual(rig.drain(), ["down", "unknown 1"]);
});

Deno.test("VenueLink restarts an adapter that fails by its own word, and hears it no more", () => {
  const rig = new LinkRig();
  rig.link.start();
  const { last } = rig.workers;
  last.say({ kind: "failed", reason: "it said what cannot be" });
  last.say({ kind: "drafts", drafts: [acceptedDraft(1)] });
  deepStrictEqual([rig.drain(), last.isTerminated], [["down"], true]);
  rig.time.advance(300_000);
  strictEqual(rig.workers.started.length, 2);
});

Deno.test("VenueLink's alarm of a failure says where it was thrown, if the adapter did", () => {
  for (const stack of [{ stack: "Error: x\n    at y" }, {}]) {
    const rig = new LinkRig();
    rig.link.start();
    rig.workers.last.say({ kind: "failed", reason: "x", ...stack });
    deepStrictEqual(rig.alarmed, { venue: VENUE.name, reason: "x", ...stack });
  }
});

Deno.test("VenueLink tells the same end once, however often it comes, until the venue was up", () => {
  const rig = new LinkRig();
  rig.link.start();
  for (let death = 0; death < 3; death++) pauseOf(rig);
  deepStrictEqual([rig.drain(), rig.alarms.length], [["down"], 1]);
  rig.workers.last.say({ kind: "status", status: "up", reason: "reconciled" });
  pauseOf(rig);
  deepStrictEqual([rig.drain(), rig.alarms.length], [["up", "down"], 2]);
});

Deno.test("VenueLink ends a Worker that answers nothing for 10 s, and no other", () => {
  const rig = new LinkRig();
  rig.link.start();
  for (let second = 0; second < 30; second++) {
    rig.time.advance(1_000_000);
    rig.workers.last.say({
      kind: "beat",
      market: { merged: 0, dropped: 0 },
      deadMan: null,
      clock: null,
    });
  }
  deepStrictEqual([rig.drain(), rig.workers.started.length], [[], 1]);
  const { last } = rig.workers;
  ok(last.told("beat").length >= 30, "it hears that the daemon is alive");
  rig.time.advance(9_500_000);
  ok(!last.isTerminated);
  rig.time.advance(1_000_000);
  deepStrictEqual([rig.drain(), last.isTerminated], [["down"], true]);
});

Deno.test("VenueLink cuts a Worker off before it answers for what that was told of, and no other", () => {
  const rig = new LinkRig();
  rig.link.start();
  rig.link.announce(request("Cancel", 1), 7);
  const { last: first } = rig.workers;
  rig.time.advance(9_900_000);
  ok(!cutOffOf(first));
  rig.time.advance(200_000);
  deepStrictEqual(rig.drain(), ["down", "unknown 1"]);
  ok(rig.wasCutOff.length > 0 && rig.wasCutOff.every((was) => was));
  rig.time.advance(1_000_000);
  ok(rig.workers.last !== first && !cutOffOf(rig.workers.last));
  rig.link.stop();
  ok(cutOffOf(rig.workers.last));
});

Deno.test("VenueLink gives a Worker that follows a hung one its full 10 s, and one beat a second", () => {
  const rig = new LinkRig();
  rig.link.start();
  for (let life = 0; life < 3; life++) {
    const { last } = rig.workers;
    rig.time.advance(9_900_000);
    deepStrictEqual([last.told("beat").length, last.isTerminated], [10, false], `life ${life}`);
    rig.time.advance(200_000);
    ok(last.isTerminated);
    while (rig.workers.last === last) rig.time.advance(10_000);
  }
});

Deno.test("VenueLink says with each beat whether the daemon makes progress", () => {
  const rig = new LinkRig();
  rig.isAlive = false;
  rig.link.start();
  for (const isAlive of [true, true, false]) {
    rig.isAlive = isAlive;
    rig.time.advance(1_000_000);
  }
  const beats = [false, true, true, false].map((isAlive) => ({ kind: "beat", isAlive }));
  deepStrictEqual(rig.workers.last.told("beat"), beats);
});

Deno.test("VenueLink beats once a second, however its Workers have died", () => {
  const rig = new LinkRig();
  rig.link.start();
  for (let death = 0; death < 3; death++) {
    rig.time.advance(1_500_000);
    const { last } = rig.workers;
    last.die();
    while (rig.workers.last === last) rig.time.advance(10_000);
  }
  rig.time.advance(5_500_000);
  strictEqual(rig.workers.last.told("beat").length, 6);
});

Deno.test("VenueLink tells a Replace by the key that it gave the order, as by the old one", () => {
  for (const clOrdId of ["tl-1-2", "tl-1-1"]) {
    const rig = new LinkRig();
    rig.link.start();
    const replace = { ...request("Cancel", 1), kind: "Replace", newClOrdId: "tl-1-2" };
    rig.link.announce(replace as unknown as VenueCommand, 7);
    rig.link.announce(request("Cancel", 2, 1), 7);
    const payload = { order: null, clOrdId, venueOrderId: null };
    rig.drafts({ ...acceptedDraft(1), eventType: "OrderReplaced", payload } as unknown as Draft);
    rig.drain();
    rig.workers.last.die();
    deepStrictEqual(rig.drain(), ["down", "unknown 2"], clOrdId);
  }
});

/** A Replace of order 1; the venue keeps its first key. */
function replace(number: number): VenueCommand {
  const terms = { kind: "Replace", newClOrdId: `tl-1-${number}` };
  return { ...request("Cancel", number, 1), ...terms } as unknown as VenueCommand;
}

/** What a venue that keeps the first key says of an amendment; by its stream without our order. */
function replaced(key: string, by: "answer" | "stream"): Draft {
  const payload = { order: by === "answer" ? 1 : null, clOrdId: "tl-1-1", venueOrderId: "77" };
  const draft = { ...acceptedDraft(1), eventType: "OrderReplaced", payload };
  return { ...draft, idempotencyKey: key } as unknown as Draft;
}

for (const [first, second] of [["answer", "stream"], ["stream", "answer"]] as const) {
  Deno.test(`VenueLink takes what the ${second} repeats of a Replace for no answer to the next one`, () => {
    const rig = new LinkRig();
    rig.link.start();
    for (const number of [2, 3]) {
      rig.link.announce(replace(number), 7);
      rig.drafts(replaced(`amended 77 ${number}`, first));
    }
    rig.link.announce(replace(4), 7);
    for (const number of [2, 3]) rig.drafts(replaced(`amended 77 ${number}`, second));
    rig.drain();
    rig.workers.last.die();
    deepStrictEqual(rig.drain(), ["down", "unknown 4"]);
  });
}

Deno.test("VenueLink takes a late word on an order's older version for no answer to the newer one", () => {
  const rig = new LinkRig();
  rig.link.start();
  rig.link.announce({ ...submit(5, 1), clOrdId: "tl-1-2" } as VenueCommand, 7);
  const payload = { order: 1, clOrdId: "tl-1-1", venueOrderId: null };
  rig.drafts({ ...acceptedDraft(1), payload } as unknown as Draft);
  rig.drain();
  rig.workers.last.die();
  deepStrictEqual(rig.drain(), ["down", "unknown 5"]);
});

Deno.test("VenueLink lets no report wait behind market data, which has a queue and credit of its own", () => {
  const rig = new LinkRig(4);
  rig.link.start();
  const flood = Array.from({ length: 100 }, (_, at) => deltaDraft({ bids: [at + 1, 1] }));
  rig.workers.last.say({ kind: "market", drafts: flood });
  rig.drafts(acceptedDraft(1));
  strictEqual(rig.takeOne(), "accepted 1");
  const credits = rig.workers.last.told("credit") as { readonly lane: string; drafts: number }[];
  const market = credits.filter(({ lane }) => lane === "market");
  strictEqual(market.reduce((sum, { drafts }) => sum + drafts, 0), 512 + 4, "four entered");
  strictEqual(rig.drainMarket().length, 100, "the rest waited and follows");
});

Deno.test("VenueLink invalidates the books of a dead adapter once, if it gave any", () => {
  const rig = new LinkRig();
  rig.link.start();
  rig.workers.last.die();
  deepStrictEqual(rig.drainMarket(), []);
  rig.time.advance(300_000);
  rig.workers.last.say({ kind: "market", drafts: [deltaDraft({ bids: [1, 1] })] });
  rig.workers.last.die();
  rig.time.advance(1_000_000);
  rig.workers.last.die();
  deepStrictEqual(rig.drainMarket(), ["BookDelta", "BookInvalidated"]);
});

Deno.test("VenueLink says what market data suffered in the Worker, as often as it does", () => {
  const rig = new LinkRig();
  rig.link.start();
  for (const [merged, dropped] of [[0, 0], [5, 0], [5, 0], [9, 2]] as const) {
    rig.workers.last.say({
      kind: "beat",
      market: { merged, dropped },
      deadMan: null,
      clock: null,
    });
  }
  deepStrictEqual(rig.heldBack, [
    { venue: "paper", merged: 5, dropped: 0 },
    { venue: "paper", merged: 4, dropped: 2 },
  ]);
});

Deno.test("VenueLink measures deaths, what is unanswered, held back, and the venue's own switch", () => {
  const rig = new LinkRig();
  const measured = (): readonly (number | undefined)[] => {
    const samples = new Samples();
    rig.link.measure(samples);
    return ([
      "tapeline_venue_adapter_deaths_total",
      "tapeline_venue_requests_unanswered",
      "tapeline_venue_market_data_merged_total",
      "tapeline_venue_market_data_dropped_total",
      "tapeline_venue_dead_man_timestamp_seconds",
      "tapeline_venue_dead_man_period_seconds",
      "tapeline_venue_clock_skew_seconds",
      "tapeline_venue_round_trip_seconds",
    ] as const).map((name) => samples.valuesOf(name)[0]?.value);
  };
  rig.time.advance(3_000_000);
  const nowS = rig.time.wallUs() / 1_000_000;
  rig.link.start();
  rig.time.advance(1_000_000);
  deepStrictEqual(
    measured(),
    [0, 0, 0, 0, nowS, 5, undefined, undefined],
    "the switch is not confirmed since its Worker began",
  );
  rig.workers.last.say({
    kind: "beat",
    market: { merged: 0, dropped: 0 },
    deadMan: null,
    clock: null,
  });
  strictEqual(measured()[4], nowS, "nor is it by a beat");
  rig.link.announce(request("Lookup", 1), 7);
  const market = { merged: 5, dropped: 2 };
  rig.workers.last.say({
    kind: "beat",
    market,
    deadMan: { confirmedUs: micros(7_000_000), periodMs: 9000 },
    clock: { skewUs: -3_000, tripUs: 500 },
  });
  deepStrictEqual(measured(), [0, 1, 5, 2, 7, 9, -0.003, 0.0005], "the period in force");
  rig.workers.last.die();
  rig.time.advance(1_000_000);
  deepStrictEqual(measured().slice(2, 4), [5, 2], "it has not said anything yet");
  rig.workers.last.say({ kind: "beat", market, deadMan: null, clock: null });
  deepStrictEqual(
    measured(),
    [1, 0, 10, 4, 7, 9, undefined, undefined],
    "a new Worker counts anew, the venue and its countdown go on",
  );
});

Deno.test("VenueLink lists what the venue says anew, and starts the next adapter with it", () => {
  const rig = new LinkRig();
  rig.link.start();
  const { qtyRule } = spotInstrument();
  const listed = spotInstrument({ qtyRule: { ...qtyRule, minQuanta: 500 } });
  rig.workers.last.say({ kind: "listed", instrument: spotInstrument() });
  rig.workers.last.say({ kind: "listed", instrument: listed });
  rig.workers.last.say({ kind: "listed", instrument: listed });
  deepStrictEqual(rig.drain(), ["listed 500"]);
  pauseOf(rig);
  const { init } = rig.workers.last as unknown as { readonly init: VenueInit };
  deepStrictEqual(init.instruments, [listed]);
  deepStrictEqual([init.credentials, init.deadManMs], [{ secret: { env: "S" } }, 5000]);
});

Deno.test("VenueLink starts each adapter with how far its clock is ahead of the wall's", () => {
  const rig = new LinkRig();
  rig.link.start();
  const ahead = (): number => {
    const { init } = rig.workers.last as unknown as { readonly init: VenueInit };
    return init.clockAheadUs;
  };
  strictEqual(ahead(), 0);
  rig.time.setWall(-40_000_000);
  pauseOf(rig);
  strictEqual(ahead(), 40_000_000);
});

Deno.test("VenueLink keeps an instrument closed that is there for its last orders only", () => {
  const rig = new LinkRig(100, [instrumentId(0)]);
  rig.link.start();
  const { qtyRule } = spotInstrument();
  const listed = spotInstrument({ qtyRule: { ...qtyRule, minQuanta: 500 }, status: "open" });
  rig.workers.last.say({ kind: "listed", instrument: listed });
  deepStrictEqual(rig.drain(), ["listed 500"]);
  pauseOf(rig);
  const { init } = rig.workers.last as unknown as { readonly init: VenueInit };
  deepStrictEqual(init.instruments.map(({ status }) => status), ["closed"]);
});

Deno.test("VenueLink restarts with a pause that doubles up to 30 s and begins anew once up", () => {
  const rig = new LinkRig();
  rig.link.start();
  const pauses: number[] = [];
  for (let death = 0; death < 10; death++) pauses.push(pauseOf(rig));
  deepStrictEqual(pauses, [250, 500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
  rig.workers.last.say({ kind: "status", status: "down", reason: "not yet" });
  strictEqual(pauseOf(rig), 30_000);
  rig.workers.last.say({ kind: "status", status: "up", reason: "connected" });
  strictEqual(pauseOf(rig), 250);
});

/** Lets the adapter die and returns the milliseconds until the next one. */
function pauseOf(rig: LinkRig): number {
  const count = rig.workers.started.length;
  const fromUs = rig.time.monotonicUs();
  rig.workers.last.die();
  while (rig.workers.started.length === count) ok(rig.time.step());
  return (rig.time.monotonicUs() - fromUs) / 1000;
}

Deno.test("VenueLink loses nothing that waited for room when its adapter died", () => {
  const rig = new LinkRig(2);
  rig.link.start();
  rig.link.announce(submit(9), 7);
  rig.drafts(...[1, 2, 3, 4, 5].map((order) => acceptedDraft(order)));
  rig.workers.last.die();
  rig.time.advance(300_000);
  rig.drafts(acceptedDraft(6));
  const said: string[] = [];
  for (let left = 8; left > 0; left--) said.push(rig.takeOne());
  deepStrictEqual(said, [
    "accepted 1",
    "accepted 2",
    "accepted 3",
    "accepted 4",
    "accepted 5",
    "down",
    "unknown 9",
    "accepted 6",
  ]);
  const told = rig.workers.last.told("credit") as { readonly lane: string; drafts: number }[];
  const credits = told.filter(({ lane }) => lane === "reports");
  // Two entered before the death; the rest, and its own, came back to the second adapter.
  strictEqual(credits.reduce((sum, { drafts }) => sum + drafts, 0), INLET_CREDIT + 1);
});

Deno.test("cancelAll() is handed on, and stop() ends the adapter for good", () => {
  const rig = new LinkRig();
  rig.link.cancelAll();
  rig.link.start();
  rig.link.cancelAll();
  const { last } = rig.workers;
  rig.link.stop();
  strictEqual(rig.time.nextDueUs(), undefined, "no timer is left");
  last.die();
  rig.time.advance(60_000_000);
  deepStrictEqual([last.told("cancelAll").length, last.told("stop").length], [1, 1]);
  deepStrictEqual([last.isTerminated, rig.workers.started.length, rig.drain()], [false, 1, []]);
  rig.link.end();
  deepStrictEqual([last.isTerminated, last.told("stop").length], [true, 1]);
});

Deno.test("stop() while the adapter is dead calls off its restart", () => {
  const rig = new LinkRig();
  rig.link.start();
  rig.workers.last.die();
  rig.link.stop();
  rig.time.advance(60_000_000);
  strictEqual(rig.workers.started.length, 1);
});
