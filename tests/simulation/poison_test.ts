/**
 * Events at which the machines throw, when they come or in a recovery, each led by hand through the
 * whole daemon on simulated ports: what is noted, safe mode, and what an operator may pass over.
 * Proves the poison rule of R-JRN-2.
 * @module
 */
import { deepStrictEqual, doesNotMatch, match, ok, strictEqual, throws } from "node:assert/strict";
import type { Draft } from "../../core/event.ts";
import type { ExecType } from "../../core/report.ts";
import { JournalRefused, PoisonEvent, quarantine } from "../../edge/journal/mod.ts";
import { PoisonNotes } from "../../edge/poison.ts";
import type { AdapterFactory } from "../../edge/venue.ts";
import { testVenue } from "../venue/adapter.ts";
import { endOf, errorCodes, failOnce, hasReport, Machine, place, type Run } from "./machine.ts";
import type { SimEntry } from "./process.ts";
import { corruptedVenueEntry, STATE, venueEntry } from "./setup.ts";

/** Executions come at a price between two quanta. */
function poisoned(draft: Draft): Draft {
  if (draft.eventType !== "OrderExecuted") return draft;
  const lastPx = draft.payload.lastPx + 0.5;
  return { ...draft, payload: { ...draft.payload, lastPx } } as Draft;
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
  quarantine(machine.disk, STATE, seq);
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

Deno.test("safe mode lets a venue's own switch go off: adapters are told of no progress", () => {
  const { machine } = poisonedMachine();
  let isAlive = (): boolean => true;
  const watched: AdapterFactory = (host, ports, options) => {
    isAlive = () => host.isDaemonAlive();
    return testVenue(host, ports, options);
  };
  const run = machine.start([["venue", venueEntry(watched)]]);
  machine.pass(1_500_000);
  ok(!isAlive());
  machine.kill(run);
});

const POISONED = [
  ["an event that throws each time", poisonedMachine],
  ["an event that threw when it came", failedOnceMachine],
] as const;
for (const [what, poisonMachine] of POISONED) {
  Deno.test(`the daemon trades again once an operator has quarantined ${what}`, () => {
    const { machine, seq } = poisonMachine();
    quarantine(machine.disk, STATE, seq);
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

/**
 * Brings a machine to safe mode at an intent that went well when it came, was sent and was shown by
 * the report `shown` at last, and at which two recoveries failed. Nothing runs then.
 */
function shownMachine(shown: ExecType): { readonly machine: Machine; readonly seq: number } {
  const machine = new Machine();
  const run = machine.start();
  machine.ready(run);
  const alice = machine.client("alice");
  alice.send(place(machine, "rests", { price: "90" }));
  const isShown = (): boolean => hasReport(alice, { intent_id: "rests", exec_type: shown });
  machine.until(() => isShown() && machine.placed.length === 1, "an order that was shown and sent");
  machine.kill(run);
  failOnce("IntentReceived"); // memory is short
  const { refusal } = machine.start();
  ok(refusal instanceof PoisonEvent, String(refusal));
  failOnce("IntentReceived");
  const safe = machine.start();
  strictEqual(safe.refusal, undefined);
  machine.kill(safe);
  return { machine, seq: refusal.seqId };
}

/** Starts, and sends the intent once more: it is answered by what was shown, and acts no more. */
function goesOnWithShown(machine: Machine): void {
  machine.lines.length = 0;
  const run = machine.start();
  strictEqual(run.refusal, undefined);
  machine.ready(run);
  const alice = machine.client("alice", { resume_from: 0 });
  alice.send(place(machine, "rests", { price: "90" }));
  machine.pass(1_000_000);
  strictEqual(machine.placed.length, 1);
  deepStrictEqual([...new Set(alice.reportSeqs())].slice(0, 2), [1, 2]);
  machine.kill(run);
}

const SHOWN = [
  ["the last event", "PendingNew"],
  ["one that others followed", "New"],
] as const;
for (const [what, shown] of SHOWN) {
  Deno.test(`an event that was shown and sent is not quarantined: ${what}; it is replayed again`, () => {
    const { machine, seq } = shownMachine(shown);
    const { text } = machine.said("safe_mode")[0]?.fields ?? {};
    match(String(text), /shown and sent, so that it cannot be passed over.*more memory/);
    doesNotMatch(String(text), /quarantine/);
    throws(
      () => quarantine(machine.disk, STATE, seq),
      /Cannot pass over event \d+: .* shown and sent: was .*1 report, 1 command\b.*more memory/,
    );
    goesOnWithShown(machine);
  });

  Deno.test(`a start refuses to pass over what was shown and sent, until it is no more told to: ${what}`, () => {
    const { machine, seq } = shownMachine(shown);
    new PoisonNotes(machine.disk, STATE).quarantine(seq); // by somebody who writes files
    for (const acceptLoss of [false, true]) {
      const { refusal } = machine.start([], { acceptLoss });
      ok(refusal instanceof JournalRefused, String(refusal));
      match(refusal.message, /is passed over must have caused nothing: was .*1 report, 1 command/);
    }
    machine.disk.remove(`${STATE}/quarantine`);
    goesOnWithShown(machine);
  });
}
