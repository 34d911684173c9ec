/**
 * The daemon's end cases, each led by hand through the whole daemon on simulated ports.
 * Proves R-JRN-1, R-JRN-2, R-EXEC-2, R-EXEC-3, R-CORE-5, R-CORE-9 and the wire's shutdown rules
 * where a process ends in an unusual way: a failing disk, a disagreeing follower, a stop, a dead
 * adapter, a second daemon. (Poison: see `poison_test.ts`.)
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type Configuration, parseConfiguration } from "../../config/mod.ts";
import { createTimeline } from "../../core/mod.ts";
import type { Timeline } from "../../core/timeline.ts";
import { runJournalWorker, StateLocked } from "../../edge/journal/mod.ts";
import { runFollower } from "../../edge/journal/follower.ts";
import type { Ports, Timers } from "../../edge/ports.ts";
import type { VenueAdapter } from "../../edge/venue.ts";
import { writeReport } from "../../wire/encode_report.ts";
import type { WireClient } from "../support/wire_client.ts";
import { testVenue } from "../venue/adapter.ts";
import { endOf, errorCodes, hasReport, Machine, place } from "./machine.ts";
import type { SimEntry } from "./process.ts";
import { simulationConfiguration, venueEntry } from "./setup.ts";

Deno.test("the daemon ends 74 when the journal cannot be synced, and shows nothing after it", () => {
  const machine = new Machine();
  const run = machine.start();
  machine.ready(run);
  const alice = machine.client("alice");
  alice.send(place(machine, "before"));
  machine.until(() => hasReport(alice, { intent_id: "before", exec_type: "New" }), "New");
  const shown = [...alice.all("ExecutionReport")];
  machine.disk.inject({ operation: "syncData", path: "journal/", onCall: 1, effect: "Io" });
  alice.send(place(machine, "after"));
  const end = endOf(machine, run);
  strictEqual(end?.code, 74);
  match(end?.sentence ?? "", /journal/);
  deepStrictEqual(errorCodes(alice), ["JOURNAL_UNAVAILABLE"]);
  deepStrictEqual(alice.all("ExecutionReport"), shown);
  const orders = [...machine.venue.exchange.orders.values()];
  deepStrictEqual(orders.map(({ state }) => state), ["cancelled"], "best effort: all cancelled");
  machine.kill(run);
  machine.disk.crash("none");
  machine.disk.heal();
  machine.lines.length = 0;
  const next = machine.start();
  machine.ready(next);
  const again = machine.client("alice", { resume_from: 0 });
  const last = shown.length;
  machine.until(() => again.all("ExecutionReport").length >= last, "every report ever shown");
  deepStrictEqual(again.all("ExecutionReport").slice(0, last), shown);
  again.send(place(machine, "after"));
  machine.until(() => hasReport(again, { intent_id: "after", exec_type: "New" }), "a first time");
});

/** The test exchange's adapter, some of it otherwise. */
function changedVenue(
  change: (adapter: VenueAdapter, ports: Ports) => Partial<VenueAdapter>,
): SimEntry {
  return venueEntry((host, ports, options) => {
    const adapter = testVenue(host, ports, options);
    return {
      start: () => adapter.start(),
      send: (released) => adapter.send(released),
      cancelAll: () => adapter.cancelAll(),
      stop: () => adapter.stop(),
      ...change(adapter, ports),
    };
  });
}

/** An order rests when the journal fails: the daemon has ended with 74. */
function failJournal(machine: Machine, run: ReturnType<Machine["start"]>): void {
  machine.ready(run);
  const alice = machine.client("alice");
  alice.send(place(machine, "before"));
  machine.until(() => hasReport(alice, { intent_id: "before", exec_type: "New" }), "New");
  machine.disk.inject({ operation: "syncData", path: "journal/", onCall: 1, effect: "Io" });
  alice.send(place(machine, "after"));
  strictEqual(endOf(machine, run)?.code, 74);
}

Deno.test("a daemon whose journal fails does not end before a venue that takes a second has cancelled", () => {
  const machine = new Machine();
  const paced = changedVenue((adapter, { timers }) => ({
    cancelAll: () => void timers.after(1_000_000, () => adapter.cancelAll()),
  }));
  const run = machine.start([["venue", paced]]);
  failJournal(machine, run);
  const orders = [...machine.venue.exchange.orders.values()];
  deepStrictEqual(orders.map(({ state }) => state), ["cancelled"]);
});

Deno.test("with journal.cancel_all_on_failure false, what rests goes on resting when the journal fails", () => {
  const machine = new Machine();
  const journal = { ...simulationConfiguration().journal, cancelAllOnFailure: false };
  const run = machine.start([], { configuration: { ...simulationConfiguration(), journal } });
  failJournal(machine, run);
  machine.pass(5_000_000);
  const orders = [...machine.venue.exchange.orders.values()];
  deepStrictEqual(orders.map(({ state }) => state), ["open"]);
});

Deno.test("the words of a journal that failed do not deny what the next start takes after all", () => {
  const machine = new Machine();
  const run = machine.start();
  machine.ready(run);
  const alice = machine.client("alice");
  machine.disk.inject({ operation: "syncData", path: "journal/", onCall: 1, effect: "Io" });
  alice.send(place(machine, "unsynced"));
  strictEqual(endOf(machine, run)?.code, 74);
  strictEqual(alice.all("ExecutionReport").length, 0);
  match(String(alice.all("ERROR")[0]?.["message"]), /may have been taken: send it again under/);
  machine.disk.heal();
  machine.kill(run);
  machine.lines.length = 0;
  machine.ready(machine.start());
  const again = machine.client("alice", { resume_from: 0 });
  machine.until(() => hasReport(again, { intent_id: "unsynced" }), "it was taken");
});

/** A journal's Worker that meets a fault of its own: asked the time for a commit, once armed. */
function faultyJournal(): { readonly entry: SimEntry; arm: (atCall: number) => void } {
  let callsLeft = Infinity;
  const entry: SimEntry = (scope, ports, init) => {
    const monotonicUs = (): number => {
      if (--callsLeft === 0) throw new RangeError("Array buffer allocation failed");
      return ports.clock.monotonicUs();
    };
    runJournalWorker(scope, { ...ports, clock: { ...ports.clock, monotonicUs } }, init);
  };
  return { entry, arm: (atCall) => void (callsLeft = atCall) };
}

for (const [atCall, when, isTaken] of [[1, "before", false], [2, "after", true]] as const) {
  Deno.test(`the daemon ends 70 when its journal's Worker dies ${when} it wrote a batch, and goes on from what is there`, () => {
    const machine = new Machine();
    const { entry, arm } = faultyJournal();
    const run = machine.start([["journal", entry]]);
    machine.ready(run);
    const alice = machine.client("alice");
    alice.send(place(machine, "before"));
    machine.until(() => hasReport(alice, { intent_id: "before", exec_type: "New" }), "New");
    const shown = [...alice.all("ExecutionReport")];
    arm(atCall);
    alice.send(place(machine, "after"));
    const end = endOf(machine, run);
    strictEqual(end?.code, 70);
    match(end.sentence, /Array buffer allocation failed/);
    deepStrictEqual(errorCodes(alice), ["JOURNAL_UNAVAILABLE"]);
    deepStrictEqual(alice.all("ExecutionReport"), shown);
    strictEqual(machine.placed.length, 1, "nothing left that was not told to be written");
    machine.kill(run);
    machine.lines.length = 0;
    machine.ready(machine.start());
    const again = machine.client("alice", { resume_from: 0 });
    machine.until(() => again.all("ExecutionReport").length >= shown.length, "what was shown");
    machine.pass(100_000);
    strictEqual(hasReport(again, { intent_id: "after" }), isTaken);
    again.send(place(machine, "after"));
    const asked = { intent_id: "after", exec_type: isTaken ? "Rejected" : "New" };
    machine.until(() => hasReport(again, asked), "what became of it");
    strictEqual(machine.placed.length, isTaken ? 1 : 2, "what was written is not sent again");
    strictEqual(machine.venue.exchange.duplicates, 0);
  });
}

/** The follower's machine with one word more in its digest, from its first order on. */
function disagreeing(timeline: Timeline): Timeline {
  return {
    get seqId() {
      return timeline.seqId;
    },
    get nowUs() {
      return timeline.nowUs;
    },
    get digest() {
      const { digest } = timeline;
      const hasOrders = timeline.view.orders("account", { limit: 1 }).length > 0;
      return hasOrders ? [...digest].reverse().join("") : digest;
    },
    view: timeline.view,
    apply: (event, effects) => timeline.apply(event, effects),
    nextDeadlineUs: () => timeline.nextDeadlineUs(),
    takeOutputs: (nowUs) => timeline.takeOutputs(nowUs),
    nextOutputUs: () => timeline.nextOutputUs(),
    checkpoint: () => timeline.checkpoint(),
    checkpointPieces: () => timeline.checkpointPieces(),
  };
}

const DISAGREEING: SimEntry = (scope, ports, init) => {
  const machine = {
    createTimeline: (...from: Parameters<typeof createTimeline>) =>
      disagreeing(createTimeline(...from)),
    writeReport,
  };
  runFollower(scope, ports, { init, machine });
};

Deno.test("the daemon halts trading when its follower disagrees, and cancels still go", () => {
  const machine = new Machine();
  const run = machine.start([["follower", DISAGREEING]]);
  machine.ready(run);
  const alice = machine.client("alice");
  alice.send(place(machine, "p1"));
  machine.until(() => hasReport(alice, { intent_id: "p1", exec_type: "New" }), "New");
  machine.until(() => machine.said("digest_mismatch").length > 0, "a difference");
  machine.pass(50_000);
  alice.send(place(machine, "p2"));
  machine.until(() => hasReport(alice, { intent_id: "p2" }), "an answer");
  ok(hasReport(alice, { intent_id: "p2", reject_code: "TRADING_HALTED" }));
  alice.send({ ...place(machine, "c1"), ...cancelOf("p1") });
  machine.until(() => hasReport(alice, { intent_id: "c1", exec_type: "Cancelled" }), "Cancelled");
  strictEqual(machine.placed.length, 1);
  machine.kill(run);
  machine.lines.length = 0;
  const next = machine.start();
  machine.ready(next);
  const ack = machine.client("alice").only("HELLO_ACK");
  strictEqual(ack["trading_state"], "Halted", "a restart does not loosen it");
});

function cancelOf(origIntentId: string): Readonly<Record<string, unknown>> {
  return {
    action: "Cancel",
    orig_intent_id: origIntentId,
    instrument: undefined,
    side: undefined,
    order_qty: undefined,
    price: undefined,
  };
}

type Stopped = { readonly machine: Machine; readonly alice: WireClient };

/** Sends a new intent and a known one, and asks for the stop so many steps later. */
function stoppedAfter(steps: number): Stopped {
  const machine = new Machine();
  const run = machine.start();
  machine.ready(run);
  const alice = machine.client("alice");
  const known = place(machine, "known");
  alice.send(known);
  machine.until(() => hasReport(alice, { intent_id: "known", exec_type: "New" }), "New");
  alice.send(known);
  alice.send(place(machine, "last"));
  for (let step = 0; step < steps; step++) machine.time.step();
  run.process.run(() => run.daemon?.stop("operator"));
  strictEqual(endOf(machine, run)?.code, 0);
  machine.kill(run);
  return { machine, alice };
}

Deno.test("stop() at any step writes every report that is due, then SHUTTING_DOWN, and ends 0", () => {
  const outcomes = new Set<string>();
  for (let steps = 0; steps < 30; steps++) {
    const { machine, alice } = stoppedAfter(steps);
    deepStrictEqual(errorCodes(alice), ["SHUTTING_DOWN"]);
    const { view } = machine.replay();
    const client = view.clientIndex("alice");
    ok(client !== undefined);
    const seqs = [...new Set(alice.reportSeqs())].map(Number).sort((a, b) => a - b);
    deepStrictEqual(seqs, seqs.map((_, at) => at + 1), "no report is left out");
    const isRefused = hasReport(alice, { intent_id: "last", reject_code: "SHUTTING_DOWN" });
    const isTaken = hasReport(alice, { intent_id: "last", exec_type: "PendingNew" });
    const isRepeated = hasReport(alice, { intent_id: "known", poss_dup: true });
    if (isRefused) ok(isRepeated, "the duplicate check comes first");
    strictEqual(isTaken, view.orderByIntent(client, "last") !== undefined, "journaled: answered");
    if (isTaken) {
      outcomes.add("taken");
      continue;
    }
    // A venue's answer is not awaited; every other report that was recorded has been written.
    strictEqual(seqs.length, view.reportSeq(client));
    strictEqual(machine.placed.length, 1, "what was not taken was not sent");
    outcomes.add(isRefused ? "refused" : "not read");
  }
  deepStrictEqual([...outcomes].sort(), ["not read", "refused", "taken"]);
});

/** A follower that takes no checkpoint: a stop in order waits for it. */
const SILENT: SimEntry = () => {};

Deno.test("stop() again ends at once a second after the first time, and no sooner", () => {
  const machine = new Machine();
  const run = machine.start([["follower", SILENT]]);
  machine.ready(run);
  machine.client("alice");
  const stop = (): void => run.process.run(() => run.daemon?.stop("operator"));
  stop();
  for (const passedUs of [4_000, 900_000]) {
    machine.pass(passedUs);
    stop();
    deepStrictEqual(run.ends, [], "one Ctrl-C may come as several signals");
  }
  machine.pass(100_000);
  stop();
  deepStrictEqual(run.ends, [{ code: 0, sentence: "stopped at once" }]);
  stop();
  machine.pass(3_000_000);
  strictEqual(run.ends.length, 1);
  machine.kill(run);
  strictEqual(machine.start().refusal, undefined, "the journal is whole and the lock is free");
});

Deno.test("stop() leaves no feed and no adapter at work", () => {
  const machine = new Machine();
  const turns = { feed: 0, venue: 0 };
  const work = (timers: Timers, of: keyof typeof turns): void => {
    turns[of] += 1;
    timers.after(10_000, () => work(timers, of));
  };
  const feed: SimEntry = (_scope, { timers }) => work(timers, "feed");
  const venue = changedVenue((_adapter, { timers }) => {
    work(timers, "venue");
    return {};
  });
  const configuration = withGenerator(simulationConfiguration());
  const run = machine.start([["feed", feed], ["venue", venue]], { configuration });
  machine.ready(run);
  run.process.run(() => run.daemon?.stop("operator"));
  strictEqual(endOf(machine, run)?.code, 0);
  const before = { ...turns };
  ok(before.feed > 0 && before.venue > 0);
  machine.pass(1_000_000);
  deepStrictEqual(turns, before);
});

/** The paper venue's market is made by a feed. */
function withGenerator(configuration: Configuration): Configuration {
  const feed = { kind: "generator", seed: 1 } as const;
  const venues = configuration.venues.map((venue) =>
    venue.name === "paper" ? { ...venue, feed } : venue
  );
  return { ...configuration, venues };
}

Deno.test("stop() before the daemon listens ends 0 and never listens", () => {
  const machine = new Machine();
  const run = machine.start();
  run.process.run(() => run.daemon?.stop("early"));
  strictEqual(endOf(machine, run)?.code, 0);
  deepStrictEqual(machine.said("listening"), []);
  strictEqual(machine.said("checkpoint_missed").length, 1, "another version has to know");
  machine.kill(run);
  strictEqual(machine.start().refusal, undefined, "the journal is whole and the lock is free");
});

/** Paper venues `p0`, `p1` and so on, each with one instrument and an opening balance. */
function paperVenues(count: number): Configuration {
  const venues = Array.from({ length: count }, (_, at) => `
  - name: p${at}
    exchange: test
    feed: { kind: client }
    balances: [{ currency: USD, total: "1000" }]
    instruments:
      - symbol: X/USD
        base: X
        quote: USD
        price: { quantum: "1" }
        quantity: { quantum: "1" }
        limits: { price_collar_ppm: null }`);
  const text = `journal: { index: false }\nvenues:${venues.join("")}\n`;
  return parseConfiguration({ file: "simulation", directory: ".", text }, {
    adapters: new Map(),
    captureFormats: [],
    fileExists: () => false,
  });
}

Deno.test("a first start whose disk is full between its batches leaves no account without its balance", () => {
  const configuration = paperVenues(11); // the last one is declared in the first batch, its balance not
  for (const onCall of [1, 2, 3]) {
    const machine = new Machine();
    machine.disk.inject({ operation: "syncData", path: "journal/", onCall, effect: "NoSpace" });
    const first = machine.start([], { configuration });
    strictEqual(endOf(machine, first)?.code, 74);
    machine.kill(first);
    machine.disk.heal();
    const run = machine.start([], { configuration });
    machine.until(() => machine.said("listening").length > 0, "listening");
    const alice = machine.client("alice");
    alice.send(place(machine, "first", { instrument: "p10:X/USD" }));
    machine.until(() => alice.all("ExecutionReport").length > 0, "an answer");
    const [answer] = alice.all("ExecutionReport");
    const said = [answer?.["exec_type"], answer?.["text"]];
    deepStrictEqual(said, ["PendingNew", undefined], `sync ${onCall}`);
    machine.kill(run);
  }
});

/** An adapter that sends its first order, and dies before it hears the answer. */
function dyingOnce(): SimEntry {
  let deaths = 0;
  return changedVenue((adapter, { timers }) => ({
    send: (released) => {
      adapter.send(released);
      if (deaths > 0 || released.command.kind !== "Submit") return;
      deaths++;
      timers.after(1, () => {
        throw new Error("the adapter has a fault");
      });
    },
  }));
}

Deno.test("an adapter that dies leaves its order in doubt until the venue is asked", () => {
  const machine = new Machine();
  const run = machine.start([["venue", dyingOnce()]]);
  machine.ready(run);
  const alice = machine.client("alice");
  alice.send(place(machine, "p1"));
  machine.until(() => hasReport(alice, { intent_id: "p1", in_doubt: true }), "doubt");
  machine.until(() => hasReport(alice, { intent_id: "p1", exec_type: "New" }), "acceptance");
  strictEqual(run.process.workerFaults.length, 1);
  strictEqual(machine.said("venue_adapter_died").length, 1);
  const last = alice.all("ExecutionReport").at(-1);
  deepStrictEqual([last?.["ord_status"], last?.["in_doubt"]], ["Accepted", undefined]);
  strictEqual(machine.venue.exchange.duplicates, 0);
  deepStrictEqual(machine.placed.map(({ isWritten }) => isWritten), [true]);
  alice.send({ ...place(machine, "c1"), ...cancelOf("p1") });
  machine.until(() => hasReport(alice, { intent_id: "c1", exec_type: "Cancelled" }), "Cancelled");
});

Deno.test("a second daemon on the same state directory is refused and disturbs nobody", () => {
  const machine = new Machine();
  const run = machine.start();
  machine.ready(run);
  const second = machine.start();
  ok(second.refusal instanceof StateLocked, String(second.refusal));
  const alice = machine.client("alice");
  alice.send(place(machine, "p1"));
  machine.until(() => hasReport(alice, { intent_id: "p1", exec_type: "New" }), "New");
  run.daemon?.stop("over");
  strictEqual(endOf(machine, run)?.code, 0);
  ok(machine.start().refusal instanceof StateLocked, "a write may hang in what is left of it");
  machine.kill(run);
  strictEqual(machine.start().refusal, undefined, "its process is gone");
});
