/**
 * The end of a journal is lost, an operator accepts it, and the daemon goes on: on a simulated
 * machine with an exchange that remembers what the daemon has forgotten.
 *
 * Proves R-JRN-2 (`--accept-loss`), with R-WIRE-2 and R-EXEC-3 where part of the truth is gone.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Draft } from "../../core/event.ts";
import { createTimeline } from "../../core/mod.ts";
import { ClockRefused, JournalRefused, PoisonEvent } from "../../edge/journal/mod.ts";
import { takeCheckpoint } from "../../edge/journal/offline.ts";
import { quarantine } from "../../edge/journal/quarantine.ts";
import { PoisonNotes } from "../../edge/poison.ts";
import { VERSION } from "../../version.ts";
import { writeReport } from "../../wire/encode_report.ts";
import { MemoryDisk } from "../support/memory_disk.ts";
import type { WireClient } from "../support/wire_client.ts";
import { failOnce, hasReport, Machine, place, type Run } from "./machine.ts";
import { corruptedVenueEntry, simulationConfiguration, STATE } from "./setup.ts";

const FOLDERS = [STATE, `${STATE}/journal`, `${STATE}/checkpoints`];

function filesOf(disk: MemoryDisk): readonly string[] {
  return FOLDERS.filter((folder) => disk.exists(folder))
    .flatMap((folder) => disk.list(folder).map((name) => `${folder}/${name}`));
}

/** Puts files of an older copy back, as somebody does who restores a backup. */
function restore(machine: Machine, copy: MemoryDisk, which: (path: string) => boolean): void {
  for (const path of filesOf(machine.disk)) if (which(path)) machine.disk.remove(path);
  for (const path of filesOf(copy)) if (which(path)) machine.disk.put(path, copy.read(path));
}

function accepted(machine: Machine, client: WireClient, intentId: string): void {
  client.send(place(machine, intentId));
  machine.until(() => hasReport(client, { intent_id: intentId, exec_type: "New" }), intentId);
}

/** An order before the backup, two after it, and the daemon is gone. */
function lossOf(which: (path: string) => boolean): Machine {
  const machine = new Machine();
  const run = machine.start();
  machine.ready(run);
  const client = machine.client("alice");
  accepted(machine, client, "before");
  machine.pass(1_500_000);
  const backup = machine.disk.clone();
  accepted(machine, client, "lost-1");
  accepted(machine, client, "lost-2");
  machine.pass(1_500_000);
  machine.kill(run);
  restore(machine, backup, which);
  machine.lines.length = 0;
  return machine;
}

const isAny = (): boolean => true;
const isJournal = (path: string): boolean => path.startsWith(`${STATE}/journal/`);

/** What the loss was said to be. */
function lossSaid(machine: Machine): Readonly<Record<string, unknown>> {
  const [line, ...more] = machine.said("loss_accepted");
  ok(line !== undefined && more.length === 0, "it is said once");
  return line.fields;
}

function stop(machine: Machine, run: Run): void {
  run.daemon?.stop("over");
  machine.until(() => run.ends.length > 0, "an end");
  deepStrictEqual(run.ends.map(({ code }) => code), [0]);
  machine.kill(run);
  machine.lines.length = 0;
}

function ready(machine: Machine): Run {
  const run = machine.start();
  machine.ready(run);
  return run;
}

Deno.test("a journal older than its mark is refused, and with acceptLoss a new one begins on it", () => {
  const machine = lossOf(isJournal);
  const refused = machine.start();
  ok(refused.refusal instanceof JournalRefused);
  match(refused.refusal.message, /must reach its high-water mark/);
  const run = machine.start([], { acceptLoss: true });
  machine.ready(run);
  const { aside, journal_id: journalId, previous_journal_id: previous } = lossSaid(machine);
  match(String(aside), /^lost\/[0-9a-f]{8}$/);
  ok(journalId !== previous);
  strictEqual(String(journalId).slice(0, 8), String(previous).slice(0, 8));
  ok(machine.disk.list(`${STATE}/${aside}/journal`).length > 0, "the old one is kept");
  stop(machine, run);
  const next = machine.start();
  machine.ready(next);
  deepStrictEqual(machine.said("loss_accepted"), [], "and goes on as any other");
  machine.kill(next);
});

Deno.test("after a loss nothing is traded before an operator resumes, and no intent acts twice", () => {
  const machine = lossOf(isAny);
  const first = machine.placed.map(({ clientId }) => clientId);
  strictEqual(first.length, 3);
  const configuration = simulationConfiguration("operator: { trading_state: Reducing }"); // is looser
  const run = machine.start([], { acceptLoss: true, configuration });
  machine.ready(run);
  const client = machine.client("alice");
  strictEqual(client.all("HELLO_ACK")[0]?.["trading_state"], "Halted");
  // The client never had its answer, and sends again what it had sent before the loss.
  client.send(place(machine, "lost-1", { sent_us: machine.time.wallUs() - 10_000_000 }));
  machine.until(() => hasReport(client, { reject_code: "STALE_INTENT" }), "the old intent");
  client.send(place(machine, "new"));
  machine.until(() => hasReport(client, { reject_code: "TRADING_HALTED" }), "the new intent");
  stop(machine, run);
  const next = machine.start([], { resumeTrading: true });
  machine.ready(next);
  accepted(machine, machine.client("alice"), "newer");
  const all = machine.placed.map(({ clientId }) => clientId);
  strictEqual(all.length, 4);
  deepStrictEqual([...new Set(all)], all, "no key was given out twice");
  machine.kill(next);
});

Deno.test("a loss is told once: when the daemon that was told of it dies, the next one trades on", () => {
  const machine = lossOf(isAny);
  const told = machine.start([], { acceptLoss: true });
  machine.ready(told);
  machine.kill(told);
  const resumed = machine.start([], { resumeTrading: true });
  machine.ready(resumed);
  accepted(machine, machine.client("alice"), "after");
  machine.kill(resumed);
  const next = machine.start();
  machine.ready(next);
  const client = machine.client("alice");
  strictEqual(client.all("HELLO_ACK")[0]?.["trading_state"], "Active");
  accepted(machine, client, "later");
  machine.kill(next);
});

/** A report comes at a price between two quanta, and the mark is lost with what was noted of it. */
function lossAfterPoison(): Machine {
  const machine = new Machine();
  const between = (draft: Draft): Draft =>
    draft.eventType !== "OrderExecuted" ? draft : {
      ...draft,
      payload: { ...draft.payload, lastPx: draft.payload.lastPx + 0.5 },
    } as Draft;
  const run = machine.start([["venue", corruptedVenueEntry(between)]]);
  machine.ready(run);
  const client = machine.client("alice");
  client.send(place(machine, "rests", { price: "90" }));
  machine.until(() => hasReport(client, { intent_id: "rests", exec_type: "New" }), "New");
  client.send(place(machine, "takes", { time_in_force: "IOC" }));
  machine.until(() => run.ends.length > 0, "an end");
  machine.kill(run);
  for (const name of ["high_water", "poison"]) machine.disk.remove(`${STATE}/${name}`);
  return machine;
}

Deno.test("a loss of a journal that ends in poison is accepted once that is quarantined", () => {
  const machine = lossAfterPoison();
  const seq = Number(machine.said("poison_event")[0]?.fields["seq_id"]);
  const first = machine.start([], { acceptLoss: true });
  ok(first.refusal instanceof PoisonEvent, String(first.refusal));
  strictEqual(first.refusal.seqId, seq);
  const second = machine.start([], { acceptLoss: true });
  strictEqual(second.refusal, undefined);
  const [rests] = machine.venue.exchange.orders.values();
  machine.until(() => rests?.state === "cancelled", "safe mode, where the venue knows us");
  machine.kill(second);
  deepStrictEqual(machine.said("loss_accepted"), [], "nothing was set aside");
  quarantine(machine.disk, STATE, seq);
  const run = machine.start([], { acceptLoss: true });
  machine.ready(run);
  strictEqual(lossSaid(machine)["seq_id"], seq);
  stop(machine, run);
  const next = machine.start([], { resumeTrading: true });
  machine.ready(next);
  accepted(machine, machine.client("alice"), "after");
  machine.kill(next);
});

/** Since when journals say that something was lost; `asides`: of those that were set aside. */
function lossesTold({ disk }: Machine, asides: readonly unknown[]): readonly string[] {
  const folders = [...asides.map((aside) => `${STATE}/${aside}/journal`), `${STATE}/journal`];
  const paths = folders.flatMap((folder) => disk.list(folder).map((name) => `${folder}/${name}`));
  const texts = paths.map((path) => new TextDecoder().decode(disk.read(path)));
  return texts.flatMap((text) => [...text.matchAll(/"lost_since_us":(\d+)/g)])
    .map(([, us = ""]) => us);
}

const AFTER_QUARANTINE = [
  ["the next start", {}, () => {}],
  ["the next start with acceptLoss", { acceptLoss: true }, () => {}],
  ["a start from a checkpoint that was taken meanwhile", {}, checkpointed],
] as const;
for (const [what, changes, meanwhile] of AFTER_QUARANTINE) {
  Deno.test(`a loss whose Started is quarantined is told by ${what}`, () => {
    const machine = lossOf(isAny);
    const first = machine.start([], { acceptLoss: true });
    failOnce("Started");
    machine.until(() => first.ends.length > 0, "an end");
    machine.kill(first);
    const seq = Number(machine.said("poison_event")[0]?.fields["seq_id"]);
    quarantine(machine.disk, STATE, seq);
    meanwhile(machine);
    machine.kill(machine.start([], changes)); // nothing of it reaches the disk
    const run = machine.start([], changes);
    const asides = machine.said("loss_accepted").map(({ fields }) => fields["aside"]);
    machine.lines.length = 0;
    tradesOn(machine, run);
    const [since, ...again] = lossesTold(machine, asides);
    deepStrictEqual(again, [since], "told by the one passed over, and once more");
    machine.lines.length = 0;
    const next = ready(machine);
    strictEqual(machine.client("alice").all("HELLO_ACK")[0]?.["trading_state"], "Active");
    machine.kill(next);
  });
}

/** Has the tool take a checkpoint of all that is there. */
function checkpointed({ disk }: Machine): void {
  const { taken } = takeCheckpoint({
    disk,
    log: { write: () => {} },
    stateDirectory: STATE,
    engineVersion: VERSION,
    machine: { createTimeline, writeReport },
    poison: new PoisonNotes(disk, STATE).known(),
  }, { versions: "own" });
  ok(taken);
}

Deno.test("after a loss the orders of the lost part are found at the venue and alarmed", () => {
  const machine = lossOf(isAny);
  const run = machine.start([], { acceptLoss: true });
  machine.ready(run);
  machine.until(() => machine.said("UNKNOWN_ORDER_AT_VENUE").length >= 2, "both");
  const texts = machine.said("UNKNOWN_ORDER_AT_VENUE").map(({ fields }) => String(fields["text"]));
  for (const { clientId } of machine.placed.slice(1)) {
    ok(texts.some((text) => text.includes(clientId)), clientId);
  }
  const client = machine.client("alice");
  client.send({ type: "QUERY", id: 1, what: "orders" });
  machine.until(() => client.all("RESULT").length > 0, "the orders");
  const rows = client.all("RESULT")[0]?.["result"] as readonly Readonly<Record<string, unknown>>[];
  deepStrictEqual(rows.map((row) => [row["intent_id"], row["ord_status"]]), [[
    "before",
    "Accepted",
  ]]);
  machine.kill(run);
});

Deno.test("after a loss an order that waited is in doubt, also if it lapsed and timers come first", () => {
  const priority = "[timer, control, broker_report, intent, market_data]";
  const configuration = simulationConfiguration(
    `queues: { priority: ${priority} }`,
    { pacing: "{ per_second: 1000, burst: 1000, costs: { submit: 800 } }" }, // a second one waits
  );
  const machine = new Machine();
  const before = machine.start([], { configuration });
  machine.ready(before);
  machine.pass(500_000);
  const alice = machine.client("alice");
  accepted(machine, alice, "first");
  alice.send(place(machine, "waits", { ttl_ms: 2000 }));
  machine.pass(200_000);
  const backup = machine.disk.clone();
  strictEqual(machine.placed.length, 1);
  machine.until(() => hasReport(alice, { intent_id: "waits", exec_type: "New" }), "it left");
  machine.kill(before);
  restore(machine, backup, isAny);
  machine.pass(3_000_000);
  machine.lines.length = 0;
  const run = machine.start([], { configuration, acceptLoss: true });
  machine.until(() => machine.said("listening").length > 0, "listening");
  strictEqual(machine.eventTypes()[0], "Started");
  const client = machine.client("alice");
  client.send({ type: "QUERY", id: 1, what: "orders" });
  machine.until(() => client.all("RESULT").length > 0, "the orders");
  const rows = client.all("RESULT")[0]?.["result"] as readonly Readonly<Record<string, unknown>>[];
  deepStrictEqual(rows.map((row) => [row["intent_id"], row["ord_status"], row["in_doubt"]]), [
    ["first", "Accepted", undefined],
    ["waits", "CancelPending", true],
  ]);
  const expired = { intent_id: "waits", exec_type: "Expired" };
  machine.until(() => hasReport(client, expired), "the venue has it, and cancels it");
  machine.kill(run);
});

Deno.test("after a loss a client that resumes is told that the journal is another", () => {
  const machine = lossOf(isAny);
  const run = machine.start([], { acceptLoss: true });
  machine.ready(run);
  const resume_journal_id = lossSaid(machine)["previous_journal_id"];
  for (const resume_from of [0, 2, 6]) {
    const client = machine.client("alice", { resume_from, resume_journal_id });
    strictEqual(client.all("ERROR")[0]?.["code"], "JOURNAL_CHANGED");
  }
  machine.kill(run);
});

/** Says HELLO with these fields, and gives HELLO_ACK's numbers: the last report, the first kept. */
function resumed(
  machine: Machine,
  hello: Readonly<Record<string, unknown>>,
): { readonly client: WireClient; readonly numbers: readonly unknown[] } {
  const client = machine.client("alice", hello);
  const ack = client.all("HELLO_ACK")[0];
  return { client, numbers: [ack?.["report_seq"], ack?.["report_first_seq"]] };
}

function isServed(machine: Machine, client: WireClient): void {
  client.send({ type: "QUERY", id: 1, what: "orders" });
  machine.until(() => client.all("RESULT").length > 0, "the answer to a query");
  machine.until(() => client.all("HEARTBEAT").length > 0, "a heartbeat");
}

Deno.test("after a loss a client that resumes by number is told that none before is kept, and served", () => {
  const machine = lossOf(isAny);
  const run = machine.start([], { acceptLoss: true });
  machine.ready(run);
  const resume_journal_id = lossSaid(machine)["journal_id"];
  const hellos = [
    { resume_from: 0 },
    { resume_from: 1 },
    { resume_from: 1, resume_journal_id },
    { resume_from: 2 },
  ];
  const eachIsServed = (): void => {
    for (const hello of hellos) {
      const { client, numbers } = resumed(machine, hello);
      deepStrictEqual(numbers, [2, 3], JSON.stringify(hello));
      isServed(machine, client);
      deepStrictEqual(client.reportSeqs(), []);
    }
    const { client } = resumed(machine, { resume_from: 3 });
    strictEqual(client.all("ERROR")[0]?.["code"], "RESUME_AHEAD");
  };
  eachIsServed();
  stop(machine, run);
  const next = machine.start([], { resumeTrading: true });
  machine.ready(next);
  eachIsServed();
  machine.kill(next);
});

Deno.test("after a loss report numbers go on, and a client resumes in their middle and not beyond them", () => {
  const machine = lossOf(isAny);
  stop(machine, machine.start([], { acceptLoss: true }));
  const run = machine.start([], { resumeTrading: true });
  machine.ready(run);
  const alice = machine.client("alice");
  accepted(machine, alice, "after-1");
  accepted(machine, alice, "after-2");
  deepStrictEqual(alice.reportSeqs(), [3, 4, 5, 6]);
  machine.pass(1_000_000); // all of it is durable
  machine.kill(run);
  const next = ready(machine);
  for (const [resume_from, seqs] of [[0, [3, 4, 5, 6]], [4, [5, 6]], [6, []]] as const) {
    const { client, numbers } = resumed(machine, { resume_from });
    deepStrictEqual(numbers, [6, 3]);
    isServed(machine, client);
    deepStrictEqual(client.reportSeqs(), seqs);
  }
  const { client } = resumed(machine, { resume_from: 7 });
  strictEqual(client.all("ERROR")[0]?.["code"], "RESUME_AHEAD");
  const levels = machine.said("RESUME_AHEAD").map(({ level }) => level);
  ok(levels.includes("alarm"), levels.join());
  machine.kill(next);
});

Deno.test("after a loss a repeated intent that is known is told that its reports are no longer kept", () => {
  const machine = lossOf(isAny);
  const run = machine.start([], { acceptLoss: true });
  machine.ready(run);
  const client = machine.client("alice");
  const placed = machine.placed.length;
  client.send(place(machine, "before", { sent_us: machine.time.wallUs() }));
  machine.until(() => client.all("ERROR").length > 0, "an answer");
  const { code, fatal, ref } = client.only("ERROR");
  deepStrictEqual({ code, fatal, ref }, { code: "INTERNAL", fatal: false, ref: "before" });
  isServed(machine, client); // its order is found where the answer says
  const rows = client.all("RESULT")[0]?.["result"] as readonly Readonly<Record<string, unknown>>[];
  deepStrictEqual(rows.map((row) => row["intent_id"]), ["before"]);
  strictEqual(machine.placed.length, placed, "and it does not act again");
  machine.kill(run);
});

Deno.test("after a loss fills of the lost part are booked: to their order if it is known, else to nobody", () => {
  const machine = lossOf(isAny);
  const { exchange } = machine.venue;
  for (const { clientId } of machine.placed.slice(0, 2)) exchange.fill(clientId, 1);
  strictEqual(exchange.position, 2);
  const run = machine.start([], { acceptLoss: true });
  machine.ready(run);
  const client = machine.client("alice", { resume_from: 0 });
  const filled = { intent_id: "before", exec_type: "Trade", ord_status: "Filled" };
  machine.until(() => hasReport(client, filled), "the fill of the order that is known");
  const held = (scope: string): string => {
    const before = client.all("RESULT").length;
    client.send({ type: "QUERY", id: before + 1, what: "positions", args: { scope } });
    machine.until(() => client.all("RESULT").length > before, "positions");
    const rows = client.all("RESULT").at(-1)?.["result"] as readonly Readonly<
      Record<string, unknown>
    >[];
    return rows.map((row) => `${row["instrument"]} ${row["qty"]}`).join();
  };
  machine.until(() => held("account") === "x:TST/USD 2", "the account as the venue has it");
  strictEqual(held("client"), "x:TST/USD 1", "the other is nobody's");
  machine.kill(run);
});

Deno.test("two losses from the same backup give out no key twice", () => {
  const machine = lossOf(isAny);
  const backup = machine.disk.clone();
  for (let round = 0; round < 2; round += 1) {
    const run = machine.start([], { acceptLoss: true });
    machine.ready(run);
    stop(machine, run);
    const resumed = machine.start([], { resumeTrading: true });
    machine.ready(resumed);
    accepted(machine, machine.client("alice"), `round-${round}`);
    machine.kill(resumed);
    restore(machine, backup, isAny);
    machine.lines.length = 0;
  }
  const all = machine.placed.map(({ clientId }) => clientId);
  deepStrictEqual([...new Set(all)], all);
});

/** What was written last did not survive: the last batch of the only segment is gone. */
function loseLastBatch({ disk }: Machine): void {
  const path = `${STATE}/journal/00000001.log`;
  const bytes = disk.read(path);
  const text = new TextDecoder("latin1").decode(bytes);
  disk.put(path, bytes.subarray(0, text.lastIndexOf('\n{"batch":') + 1));
}

for (const older of [0, 1]) {
  Deno.test(`a journal that ends before its newest checkpoint goes on from what it has: ${older} older`, () => {
    const machine = new Machine();
    for (let life = 0; life <= older; life += 1) {
      const run = ready(machine);
      accepted(machine, machine.client("alice"), `before-${life}`);
      machine.pass(1_500_000);
      stop(machine, run);
    }
    loseLastBatch(machine);
    const names = machine.disk.list(`${STATE}/checkpoints`);
    strictEqual(names.length, older + 1);
    const { refusal } = machine.start();
    match(String(refusal), /must reach its high-water mark .* --accept-loss/);
    const run = machine.start([], { acceptLoss: true });
    machine.ready(run);
    const { aside } = lossSaid(machine);
    deepStrictEqual(
      machine.disk.list(`${STATE}/${aside}/checkpoints`),
      names,
      "they are set aside",
    );
    const [begun = "", ...more] = machine.disk.list(`${STATE}/checkpoints`);
    ok(begun < (names.at(-1) ?? "") && more.length === 0, "and bind no later start");
    strictEqual(machine.said("checkpoint_passed_over").length, 1);
    strictEqual(machine.client("alice").all("HELLO_ACK")[0]?.["trading_state"], "Halted");
    stop(machine, run);
    const resumed = machine.start([], { resumeTrading: true });
    machine.ready(resumed);
    accepted(machine, machine.client("alice"), "after");
    machine.kill(resumed);
  });
}

Deno.test("where only the checkpoints of a journal are left none is begun, with acceptLoss neither", () => {
  const machine = lossOf(isAny);
  stop(machine, ready(machine));
  for (const path of filesOf(machine.disk)) {
    if (isJournal(path) || path === `${STATE}/high_water`) machine.disk.remove(path);
  }
  const before = filesOf(machine.disk);
  for (const acceptLoss of [false, true]) {
    const { refusal } = machine.start([], { acceptLoss });
    ok(refusal instanceof JournalRefused, String(refusal));
    match(refusal.message, /that has checkpoints must have a journal: was without one\. .*restore/);
  }
  deepStrictEqual(filesOf(machine.disk), before, "nothing was begun");
});

/** Zeroes came of everything behind the header of the only segment. */
function loseAllBatches({ disk }: Machine): void {
  const path = `${STATE}/journal/00000001.log`;
  const bytes = disk.read(path);
  disk.put(path, bytes.fill(0, bytes.indexOf(10) + 1));
}

const BEFORE_EMPTY = [
  ["its mark", () => {}],
  ["its newest checkpoint", stop],
  ["a mark that is lost", ({ disk }: Machine) => disk.remove(`${STATE}/high_water`)],
] as const;
for (const [what, meanwhile] of BEFORE_EMPTY) {
  Deno.test(`a loss is not accepted of a journal of which nothing is left before ${what}`, () => {
    const machine = new Machine();
    const run = ready(machine);
    accepted(machine, machine.client("alice"), "lost");
    machine.pass(1_500_000);
    meanwhile(machine, run);
    machine.kill(run);
    loseAllBatches(machine);
    const before = filesOf(machine.disk);
    const { refusal } = machine.start([], { acceptLoss: true });
    ok(refusal instanceof JournalRefused, String(refusal));
    match(refusal.message, /there must be an event left .*: was none\..*restore.*move it aside/);
    deepStrictEqual(filesOf(machine.disk), before, "nothing was begun");
  });
}

const HOUR_US = 3_600_000_000;

/** Starts on a loss that was accepted, resumes, and places an order: no key may come twice. */
function tradesOn(machine: Machine, run: Run): void {
  machine.ready(run);
  const client = machine.client("alice");
  strictEqual(client.all("HELLO_ACK")[0]?.["trading_state"], "Halted");
  client.send(place(machine, "lost-1", { sent_us: machine.time.wallUs() - 10_000_000 }));
  machine.until(() => hasReport(client, { reject_code: "STALE_INTENT" }), "the old intent");
  stop(machine, run);
  const resumed = machine.start([], { resumeTrading: true });
  machine.ready(resumed);
  accepted(machine, machine.client("alice"), "newer");
  const all = machine.placed.map(({ clientId }) => clientId);
  deepStrictEqual([...new Set(all)], all, "no key was given out twice");
  machine.kill(resumed);
}

Deno.test("a loss is not accepted by a clock that is behind the journal, and nothing is touched", () => {
  const machine = lossOf(isAny);
  const before = filesOf(machine.disk);
  machine.time.setWall(-HOUR_US);
  const { refusal } = machine.start([], { acceptLoss: true });
  ok(refusal instanceof ClockRefused, String(refusal));
  match(
    refusal.message,
    /clock must be after the last event .* \(seq \d+, 20.*Z\): was 20.*Set it/,
  );
  deepStrictEqual(filesOf(machine.disk), before);
  deepStrictEqual(machine.said("loss_accepted"), []);
  machine.time.setWall(HOUR_US);
  tradesOn(machine, machine.start([], { acceptLoss: true }));
});

Deno.test("a loss that was accepted is not gone on with by a clock that has fallen behind since", () => {
  const machine = lossOf(isAny);
  machine.kill(machine.start([], { acceptLoss: true }));
  strictEqual(machine.said("loss_accepted").length, 1);
  machine.time.setWall(-HOUR_US);
  for (const acceptLoss of [false, true]) {
    const { refusal } = machine.start([], { acceptLoss });
    ok(refusal instanceof ClockRefused, String(refusal));
  }
  machine.time.setWall(HOUR_US);
  tradesOn(machine, machine.start());
});

Deno.test("there is the old journal or the new one, wherever accepting a loss is interrupted", () => {
  let interruptions = 0;
  for (const operation of ["rename", "syncDirectory", "writeAt", "syncData"] as const) {
    for (const keep of ["all", "none"] as const) {
      for (let onCall = 1;; onCall += 1) {
        const machine = lossOf(isJournal);
        machine.disk.inject({ operation, onCall, effect: "Io" });
        const broken = machine.start([], { acceptLoss: true });
        const isInterrupted = broken.refusal !== undefined;
        if (broken.daemon !== undefined) broken.process.kill();
        machine.disk.crash(keep);
        if (!isInterrupted) break;
        interruptions += 1;
        goesOn(machine, `${operation} ${onCall}, ${keep}`);
      }
    }
  }
  ok(interruptions > 60, `${interruptions} places`);
});

/** Without the flag it is refused as before, or it is the new journal; with it, it goes on. */
function goesOn(machine: Machine, where: string): void {
  const plain = machine.start();
  if (plain.daemon === undefined) {
    ok(plain.refusal instanceof JournalRefused, `${where}: ${plain.refusal}`);
    match(plain.refusal.message, /must reach its high-water mark/, where);
  }
  const run = plain.daemon === undefined ? machine.start([], { acceptLoss: true }) : plain;
  strictEqual(run.refusal, undefined, where);
  machine.ready(run);
  const client = machine.client("alice");
  strictEqual(client.all("HELLO_ACK")[0]?.["trading_state"], "Halted", where);
  machine.kill(run);
}
