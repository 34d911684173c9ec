/**
 * The daemon's end cases, each led by hand through the whole daemon on simulated ports.
 * Proves R-JRN-1, R-JRN-2, R-EXEC-2, R-EXEC-3, R-CORE-5, R-CORE-9 and the wire's shutdown rules
 * where a process ends in an unusual way: poison, a failing disk, a disagreeing follower, a stop,
 * a dead adapter, a second daemon.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { type Configuration, parseConfiguration } from "../../config/mod.ts";
import { createTimeline } from "../../core/mod.ts";
import type { Draft } from "../../core/event.ts";
import type { Timeline } from "../../core/timeline.ts";
import { JournalRefused, PoisonEvent, StateLocked } from "../../edge/journal/mod.ts";
import { runFollower } from "../../edge/journal/follower.ts";
import { PoisonNotes } from "../../edge/poison.ts";
import type { AdapterFactory } from "../../edge/venue.ts";
import { writeReport } from "../../wire/encode_report.ts";
import type { WireClient } from "../support/wire_client.ts";
import { testVenue } from "../venue/adapter.ts";
import { failOnce, hasReport, Machine, place, type Run } from "./machine.ts";
import type { SimEntry } from "./process.ts";
import { corruptedVenueEntry, STATE, venueEntry } from "./setup.ts";

/** Executions come at a price between two quanta. */
function poisoned(draft: Draft): Draft {
  if (draft.eventType !== "OrderExecuted") return draft;
  const lastPx = draft.payload.lastPx + 0.5;
  return { ...draft, payload: { ...draft.payload, lastPx } } as Draft;
}

function endOf(machine: Machine, run: Run): Run["ends"][number] | undefined {
  machine.until(() => run.ends.length > 0, "an end");
  machine.pass(100_000);
  strictEqual(run.ends.length, 1, "it ends once");
  strictEqual(run.process.fault, undefined);
  return run.ends[0];
}

function errorCodes(client: WireClient): unknown[] {
  return client.all("ERROR").map((error) => error["code"]);
}

/** Brings a machine to a journal whose last event is poison; returns that event's number. */
function poisonedMachine(): { readonly machine: Machine; readonly seq: number } {
  const machine = new Machine();
  const run = machine.start([["venue", corruptedVenueEntry(poisoned)]]);
  return { machine, seq: poisonOf(machine, run) };
}

/**
 * Brings a machine to a journal whose last event made the machines throw when it came, as where
 * memory runs out, and will not again.
 */
function failedOnceMachine(): { readonly machine: Machine; readonly seq: number } {
  const machine = new Machine();
  const run = machine.start();
  failOnce("OrderExecuted");
  return { machine, seq: poisonOf(machine, run) };
}

/** Trades until the machines throw and the daemon ends 70; returns the event's number. */
function poisonOf(machine: Machine, run: Run): number {
  machine.ready(run);
  const alice = machine.client("alice");
  alice.send(place(machine, "rests", { price: "90" }));
  machine.until(() => hasReport(alice, { intent_id: "rests", exec_type: "New" }), "New");
  alice.send(place(machine, "takes", { time_in_force: "IOC" }));
  const end = endOf(machine, run);
  strictEqual(end?.code, 70);
  match(end?.sentence ?? "", /^Cannot apply event \d+ \(OrderExecuted\)/);
  deepStrictEqual(errorCodes(alice), ["JOURNAL_UNAVAILABLE"]);
  ok(!hasReport(alice, { exec_type: "Trade" }), "nothing of the poison was shown");
  machine.kill(run);
  return Number(machine.said("poison_event")[0]?.fields["seq_id"]);
}

/** What a daemon leaves that died before it could note its poison. */
function forget(machine: Machine): void {
  machine.disk.remove(`${STATE}/poison`);
}

Deno.test("recovery meets the poison of a daemon that died before it noted it", () => {
  const { machine, seq } = poisonedMachine();
  forget(machine);
  const run = machine.start();
  ok(run.refusal instanceof PoisonEvent, String(run.refusal));
  strictEqual(run.refusal.seqId, seq);
  ok(machine.start().daemon !== undefined, "and the second time the daemon is in safe mode");
});

Deno.test("an event that threw when it came, and does not in recovery, is poison where it was noted", () => {
  const { machine, seq } = failedOnceMachine();
  const run = machine.start();
  ok(run.daemon !== undefined, String(run.refusal));
  strictEqual(machine.said("safe_mode")[0]?.fields["seq_id"], seq);
  const [rests] = machine.venue.exchange.orders.values();
  machine.until(() => rests?.state === "cancelled", "a cancel of what rests");
  machine.kill(run);
  forget(machine);
  const unnoted = machine.start();
  ok(unnoted.refusal instanceof JournalRefused, "who knows what it was?");
  match(unnoted.refusal.message, new RegExp(`replaying seq ${seq} .* it is not deterministic`));
});

Deno.test("the poison at which the daemon ended is known although a start failed at another event", () => {
  const { machine, seq } = failedOnceMachine();
  failOnce("IntentReceived"); // memory is still short
  const { refusal } = machine.start();
  ok(refusal instanceof PoisonEvent, String(refusal));
  ok(refusal.seqId < seq);
  const run = machine.start();
  strictEqual(run.refusal, undefined);
  strictEqual(machine.said("safe_mode")[0]?.fields["seq_id"], seq);
  machine.kill(run);
  new PoisonNotes(machine.disk, STATE).quarantine(seq);
  machine.ready(machine.start());
});

Deno.test("a poison event of a start is noted, too", () => {
  const machine = new Machine();
  failOnce("Started");
  const run = machine.start();
  strictEqual(endOf(machine, run)?.code, 70);
  machine.kill(run);
  const next = machine.start();
  strictEqual(next.refusal, undefined);
  strictEqual(machine.said("safe_mode")[0]?.fields["seq_id"], 1);
});

Deno.test("a poison event that does not reach the disk is not noted: another one will have its number", () => {
  const machine = new Machine();
  const run = machine.start();
  machine.ready(run);
  failOnce("IntentReceived", () => {
    machine.disk.inject({ operation: "syncData", path: "journal/", onCall: 1, effect: "Io" });
  });
  machine.client("alice").send(place(machine, "p1"));
  strictEqual(endOf(machine, run)?.code, 74);
  strictEqual(machine.said("poison_event").length, 1);
  ok(!machine.disk.exists(`${STATE}/poison`));
});

Deno.test("the follower is not told of a poison event, since it would say something else of it", () => {
  const machine = new Machine();
  const told: number[] = [];
  const listening: SimEntry = (scope) => {
    scope.onMessage((message) => {
      const { batch } = message as { readonly batch: number };
      told.push(batch);
      scope.post({ kind: "progress", batch, seq: 0 });
    });
  };
  const run = machine.start([["follower", listening]]);
  machine.ready(run);
  const alice = machine.client("alice");
  machine.pass(100_000);
  const before = told.at(-1);
  failOnce("IntentReceived");
  alice.send(place(machine, "p1"));
  strictEqual(endOf(machine, run)?.code, 70);
  strictEqual(told.at(-1), before);
});

Deno.test("the daemon ends 70 at a poison event that it cannot note, and says so", () => {
  const machine = new Machine();
  const run = machine.start();
  machine.ready(run);
  machine.disk.inject({ operation: "rename", path: "poison", onCall: 1, effect: "Io" });
  failOnce("IntentReceived");
  machine.client("alice").send(place(machine, "p1"));
  const end = endOf(machine, run);
  strictEqual(end?.code, 70);
  match(end?.sentence ?? "", /^Cannot apply event \d+ .*; it could not be noted: .*poison/s);
});

/** Lets an order rest at the exchange that the journal does not know; returns what becomes of it. */
function stray(machine: Machine, clientId: string): string | undefined {
  const terms = { side: "Buy", price: 1, qty: 1, resting: true } as const;
  machine.venue.exchange.handle({ op: "place", id: 900, clientId, ...terms });
  machine.pass(11_000_000);
  return machine.venue.exchange.orders.get(clientId)?.state;
}

Deno.test("the daemon comes up in safe mode when recovery meets the poison at which it ended", () => {
  const { machine } = poisonedMachine();
  machine.lines.length = 0;
  machine.told.length = 0;
  const run = machine.start();
  ok(run.daemon !== undefined);
  machine.pass(25_000_000);
  match(machine.told[0] ?? "", /^READY=1\n/, "else its supervisor would end it");
  deepStrictEqual(machine.said("listening"), [], "nobody can connect");
  ok(machine.said("safe_mode").length >= 3, "the alarm is repeated");
  const states = [...machine.venue.exchange.orders.values()].map(({ state }) => state);
  deepStrictEqual(states, ["cancelled", "filled"], "what rests is cancelled by the venue's truth");
  strictEqual(stray(machine, "stray"), "cancelled", "again and again");
  run.daemon.stop("over");
  run.daemon.stop("over");
  deepStrictEqual(run.ends.map(({ code }) => code), [0]);
  strictEqual(stray(machine, "late"), "open", "whoever has ended cancels nothing");
});

/** An adapter that talks without end; `counts` says how often it was heard and how often not. */
function talkative(counts: { heard: number; refused: number }): AdapterFactory {
  return (host, ports, options) => {
    const talk = (): void => {
      for (let left = 300; left > 0; left--) {
        const isHeard = host.offer({
          eventTime: host.nowUs(),
          source: "broker_report",
          venue: host.declaration.id,
          instrument: null,
          eventType: "OrderCancelled",
          payload: { order: null, clOrdId: "stray", venueOrderId: null, reason: "test" },
          idempotencyKey: null,
        });
        if (isHeard) counts.heard++;
        else counts.refused++;
      }
      ports.timers.after(1000, talk);
    };
    const adapter = testVenue(host, ports, options);
    return {
      start: () => {
        adapter.start();
        talk();
      },
      send: (released) => adapter.send(released),
      cancelAll: () => adapter.cancelAll(),
      stop: () => adapter.stop(),
    };
  };
}

Deno.test("safe mode lets go what venues report, so that no adapter is stopped by full queues", () => {
  const { machine } = poisonedMachine();
  const counts = { heard: 0, refused: 0 };
  const run = machine.start([["venue", venueEntry(talkative(counts))]]);
  ok(run.daemon !== undefined);
  machine.pass(200_000);
  ok(counts.heard > 50_000);
  strictEqual(counts.refused, 0);
});

const POISONED = [
  ["an event that throws each time", poisonedMachine],
  ["an event that threw when it came", failedOnceMachine],
] as const;
for (const [what, poisonMachine] of POISONED) {
  Deno.test(`the daemon trades again once an operator has quarantined ${what}`, () => {
    const { machine, seq } = poisonMachine();
    new PoisonNotes(machine.disk, STATE).quarantine(seq);
    machine.lines.length = 0;
    const run = machine.start();
    strictEqual(run.refusal, undefined);
    machine.ready(run);
    machine.until(() => machine.venue.exchange.trades.length === 1, "the exchange's replay");
    const alice = machine.client("alice", { resume_from: 0 });
    machine.until(() => hasReport(alice, { intent_id: "takes", exec_type: "Trade" }), "the fill");
    alice.send(place(machine, "again", { time_in_force: "IOC" }));
    machine.until(() => hasReport(alice, { intent_id: "again", exec_type: "Trade" }), "a new fill");
    deepStrictEqual(machine.said("digest_mismatch"), []);
    run.daemon?.stop("over");
    strictEqual(endOf(machine, run)?.code, 0);
    machine.kill(run);
    const replayed = machine.replay(new Set([seq]));
    deepStrictEqual(replayed.view.positions("account").map(({ qty }) => qty), ["2"]);
    machine.lines.length = 0;
    const next = machine.start();
    machine.until(() => machine.said("recovered").length > 0, "recovery");
    const { seq_id, digest } = machine.said("recovered")[0]?.fields ?? {};
    deepStrictEqual([seq_id, digest], [replayed.seqId, replayed.digest]);
    machine.kill(next);
  });
}

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

Deno.test("stop() before the daemon listens ends 0 and never listens", () => {
  const machine = new Machine();
  const run = machine.start();
  run.process.run(() => run.daemon?.stop("early"));
  strictEqual(endOf(machine, run)?.code, 0);
  deepStrictEqual(machine.said("listening"), []);
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
function dyingOnce(): AdapterFactory {
  let deaths = 0;
  return (host, ports, options) => {
    const adapter = testVenue(host, ports, options);
    return {
      start: () => adapter.start(),
      cancelAll: () => adapter.cancelAll(),
      stop: () => adapter.stop(),
      send: (released) => {
        adapter.send(released);
        if (deaths > 0 || released.command.kind !== "Submit") return;
        deaths++;
        ports.timers.after(1, () => {
          throw new Error("the adapter has a fault");
        });
      },
    };
  };
}

Deno.test("an adapter that dies leaves its order in doubt until the venue is asked", () => {
  const machine = new Machine();
  const run = machine.start([["venue", venueEntry(dyingOnce())]]);
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
  strictEqual(machine.start().refusal, undefined, "the lock is free again");
});
