/**
 * Sessions of the wire server: HELLO, HELLO_ACK, takeover, heartbeats, GOODBYE, shutdown.
 * Proves R-WIRE-1, R-WIRE-2, R-WIRE-6.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import type { Event } from "../../core/event.ts";
import { encodeFrame } from "../../wire/frame.ts";
import type { WireClient } from "../support/wire_client.ts";
import { TOKEN, WireFixture } from "../support/wire_fixture.ts";

const SECOND_US = 1_000_000;

function eventTypes(fixture: WireFixture): string[] {
  return fixture.backend.events.map((event) => event.eventType);
}

/** Causes of the sessions that were closed. Only who says GOODBYE may keep his orders. */
function closings(fixture: WireFixture): unknown[] {
  const closed = fixture.backend.events
    .filter((event): event is Event<"SessionClosed"> => event.eventType === "SessionClosed");
  ok(closed.every(({ payload }) => !payload.keepOrders || payload.cause === "goodbye"));
  return closed.map((event) => event.payload.cause);
}

Deno.test("WireServer sends HELLO_ACK only when SessionOpened is durable", () => {
  const fixture = new WireFixture();
  const client = fixture.hello("alice");
  fixture.backend.turn();
  fixture.time.runDue();
  deepStrictEqual(eventTypes(fixture), ["SessionOpened"]);
  strictEqual(client.received.length, 0);
  fixture.settle();
  const ack = client.only("HELLO_ACK");
  strictEqual(ack["wire"], 1);
  strictEqual(ack["journal_id"], fixture.backend.journalId);
  strictEqual(ack["report_seq"], 0);
  strictEqual(ack["trading_state"], "Active");
  strictEqual(ack["heartbeat_ms"], 1_000);
  match(String(ack["session_id"]), /^[1-9][0-9]*$/);
});

Deno.test("WireServer fills what HELLO leaves out from the configuration", () => {
  const fixture = new WireFixture({ settings: { cancelGraceMs: 77 } });
  fixture.open("alice", { cancel_on_disconnect: false, agent: { name: "mm", version: "2" } });
  const [opened] = fixture.backend.events;
  ok(opened?.eventType === "SessionOpened");
  ok(!opened.payload.cancelOnDisconnect);
  strictEqual(opened.payload.cancelGraceMs, 77);
  deepStrictEqual(opened.payload.agent, { name: "mm", version: "2" });
});

/** Who has not shown the token, or whose HELLO cannot be read. */
const STRANGER = "unauthenticated";
const refusals = [
  ["a wrong token", { token: "wrong" }, "AUTH", STRANGER],
  ["a wrong token first of all", { token: "wrong", wire: [9], client_id: "" }, "AUTH", STRANGER],
  ["no token", { token: undefined }, "AUTH", STRANGER],
  ["another wire version", { wire: [2] }, "WIRE_VERSION", STRANGER],
  ["a bad client_id", { client_id: "no spaces" }, "BAD_MESSAGE", STRANGER],
  ["lock-step outside a backtest", { session_mode: "lockstep" }, "BAD_MESSAGE", "alice"],
  ["another journal", { resume_journal_id: "feed", resume_from: 0 }, "JOURNAL_CHANGED", "alice"],
  ["a number that was never given", { resume_from: 1 }, "RESUME_AHEAD", "alice"],
] as const;
for (const [what, change, code, peer] of refusals) {
  Deno.test(`WireServer refuses HELLO ${code} for ${what}, and logs it of ${peer}`, () => {
    const fixture = new WireFixture();
    const client = fixture.hello("alice", change);
    fixture.settle();
    const error = client.only("ERROR");
    strictEqual(error["code"], code);
    ok(error["fatal"]);
    ok(client.hasEnded);
    ok(!String(error["message"]).includes(TOKEN));
    deepStrictEqual(eventTypes(fixture), []);
    deepStrictEqual(fixture.logged, [`wire_problem ${code} ${peer}`]);
    deepStrictEqual(fixture.backend.alarms.length, code === "RESUME_AHEAD" ? 1 : 0);
  });
}

Deno.test("WireServer names the client in the alarm RESUME_AHEAD", () => {
  const fixture = new WireFixture();
  for (const clientId of ["alice", "bob"]) fixture.hello(clientId, { resume_from: 1 });
  const clients = fixture.backend.alarms.map((text) => /of (\w+): resume_from/.exec(text)?.[1]);
  deepStrictEqual(clients, ["alice", "bob"]);
});

Deno.test("WireServer asks for HELLO when another message comes first", () => {
  const fixture = new WireFixture();
  const client = fixture.connect();
  client.send(fixture.noOp("1"));
  fixture.settle();
  strictEqual(client.only("ERROR")["code"], "HELLO_REQUIRED");
});

Deno.test("WireServer closes a connection that does not say HELLO in time", () => {
  const fixture = new WireFixture();
  const client = fixture.connect();
  fixture.time.advance(4.9 * SECOND_US);
  strictEqual(client.received.length, 0);
  fixture.time.advance(0.2 * SECOND_US);
  strictEqual(client.only("ERROR")["code"], "HELLO_REQUIRED");
  fixture.time.advance(1.1 * SECOND_US);
  ok(client.closedBecause !== undefined);
});

Deno.test("WireServer reads HELLO byte by byte, with the first intent behind it", () => {
  const fixture = new WireFixture({ chunking: () => 1 });
  const client = fixture.hello("alice");
  client.send(fixture.noOp("1"));
  fixture.settle();
  deepStrictEqual(eventTypes(fixture), ["SessionOpened", "IntentReceived"]);
  deepStrictEqual(client.reportSeqs(), [1]);
});

Deno.test("WireServer keeps an intent that came with HELLO until HELLO_ACK", () => {
  const fixture = new WireFixture();
  const client = fixture.hello("alice");
  client.send(fixture.noOp("1"));
  fixture.time.runDue();
  fixture.backend.turn();
  deepStrictEqual(eventTypes(fixture), ["SessionOpened"]);
  fixture.settle();
  deepStrictEqual(client.received.map((row) => row.type), ["HELLO_ACK", "ExecutionReport"]);
});

Deno.test("WireServer sends a report only when its event is durable", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  client.send(fixture.noOp("1"));
  fixture.time.runDue();
  fixture.backend.turn();
  fixture.time.runDue();
  deepStrictEqual(client.reportSeqs(), []);
  fixture.settle();
  deepStrictEqual(client.reportSeqs(), [1]);
});

Deno.test("WireServer repeats a known intent's report with poss_dup", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  const intent = fixture.noOp("1");
  client.send(intent);
  client.send(intent);
  fixture.settle();
  deepStrictEqual(client.reportSeqs(), [1, 1]);
  deepStrictEqual(client.all("ExecutionReport").map((row) => row["poss_dup"]), [undefined, true]);
});

Deno.test("WireServer lets a second HELLO of a client take over", () => {
  const fixture = new WireFixture();
  const first = fixture.open("alice");
  const second = fixture.hello("alice");
  first.send(fixture.noOp("late"));
  fixture.settle();
  strictEqual(first.only("ERROR")["code"], "SESSION_REPLACED");
  ok(first.hasEnded);
  strictEqual(second.all("HELLO_ACK").length, 1);
  deepStrictEqual(eventTypes(fixture), ["SessionOpened", "SessionOpened", "SessionClosed"]);
  deepStrictEqual(closings(fixture), ["replaced"]);
  second.send(fixture.noOp("1"));
  fixture.settle();
  deepStrictEqual(second.reportSeqs(), [1]);
  deepStrictEqual(first.reportSeqs(), []);
});

Deno.test("WireServer acts on nothing of the old session once the new one is applied", () => {
  const fixture = new WireFixture();
  const first = fixture.open("alice");
  fixture.hello("alice");
  fixture.backend.turn(); // applied, not durable
  first.send(fixture.noOp("late"));
  first.send({ type: "QUERY", id: 1, what: "metrics" });
  fixture.time.runDue();
  fixture.backend.turn();
  deepStrictEqual(eventTypes(fixture).filter((type) => type === "IntentReceived"), []);
  strictEqual(first.all("ERROR").length, 0); // it follows from what is not durable yet
  fixture.settle();
  deepStrictEqual(first.all("RESULT"), []);
  strictEqual(first.only("ERROR")["code"], "SESSION_REPLACED");
});

Deno.test("WireServer gives the client to the last of many HELLOs at once", () => {
  const fixture = new WireFixture();
  const clients = [1, 2, 3, 4, 5].map(() => fixture.hello("alice"));
  fixture.settle();
  const replaced = clients.filter((client) => client.all("ERROR").length === 1);
  strictEqual(replaced.length, 4);
  strictEqual(clients[4]?.all("ERROR").length, 0);
  strictEqual(closings(fixture).length, 4);
});

Deno.test("WireServer beats every heartbeat_ms with what is durable", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  client.send(fixture.noOp("1"));
  fixture.settle();
  client.forget();
  for (const nowUs of [122, 123]) client.send({ type: "HEARTBEAT", now_us: nowUs });
  fixture.time.advance(SECOND_US + 1);
  const beat = client.only("HEARTBEAT");
  strictEqual(beat["seq_id"], 2);
  strictEqual(beat["report_seq"], 1);
  strictEqual(beat["echo_us"], 123, "the newest that came");
  strictEqual(beat["queue_depth"], 0);
  deepStrictEqual(beat["venues"], { paper: "up" });
});

Deno.test("WireServer says in HELLO_ACK and heartbeats the trading state of that client", () => {
  const fixture = new WireFixture();
  const clients = ["alice", "bob"].map((name) => fixture.open(name));
  fixture.backend.clientStates.set("alice", "Reducing");
  fixture.time.advance(SECOND_US + 1);
  const states = clients.map((client) => client.only("HEARTBEAT")["trading_state"]);
  deepStrictEqual(states, ["Reducing", "Active"]);
  const acks = ["alice", "bob"].map((name) => fixture.open(name).only("HELLO_ACK"));
  deepStrictEqual(acks.map((ack) => ack["trading_state"]), states);
});

Deno.test("WireServer counts in heartbeats what waits for the sequencer", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  client.send(fixture.noOp("1"));
  fixture.time.advance(SECOND_US + 1);
  strictEqual(client.only("HEARTBEAT")["queue_depth"], 1);
});

Deno.test("WireServer holds a heartbeat back until its state is durable", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  client.send(fixture.noOp("1"));
  fixture.time.runDue();
  fixture.backend.turn();
  fixture.time.advance(2.5 * SECOND_US);
  strictEqual(client.all("HEARTBEAT").length, 0);
  fixture.backend.commit();
  fixture.time.runDue();
  deepStrictEqual(client.received.slice(1).map((row) => row.type), [
    "ExecutionReport",
    "HEARTBEAT",
  ]);
});

Deno.test("WireServer closes a peer that is silent for three heartbeats, and only it", () => {
  const fixture = new WireFixture();
  const silent = fixture.open("silent");
  const alive = fixture.open("alive");
  for (let beat = 0; beat < 8; beat++) {
    alive.send({ type: "HEARTBEAT", now_us: beat });
    fixture.time.advance(SECOND_US / 2);
  }
  fixture.settle();
  ok(silent.closedBecause !== undefined);
  strictEqual(alive.closedBecause, undefined);
  deepStrictEqual(closings(fixture), ["lost"]);
});

Deno.test("WireServer counts any byte as a sign of life", () => {
  const fixture = new WireFixture();
  const client = fixture.open("slow");
  const bytes = new Uint8Array([0, 0, 0, 40, 32, 32, 32, 32]);
  for (const byte of bytes) {
    client.socket.write(Uint8Array.of(byte));
    fixture.time.advance(2 * SECOND_US);
  }
  strictEqual(client.closedBecause, undefined);
});

Deno.test("WireServer closes a frame that never ends", () => {
  const fixture = new WireFixture();
  const client = fixture.open("drip");
  client.socket.write(Uint8Array.of(0, 0, 1, 0));
  for (let second = 0; second < 40; second++) {
    client.socket.write(Uint8Array.of(32));
    fixture.time.advance(SECOND_US);
  }
  ok(client.closedBecause !== undefined);
});

Deno.test("WireServer keeps a peer whose frames all end, wherever its bytes are cut", () => {
  const fixture = new WireFixture();
  const client = fixture.open("buffered");
  const beat = encodeFrame(JSON.stringify({ type: "HEARTBEAT", now_us: 1 }) + " ".repeat(40));
  client.socket.write(beat.subarray(0, 9));
  for (let second = 0; second < 40; second++) {
    fixture.time.advance(SECOND_US);
    client.socket.write(Uint8Array.of(...beat.subarray(9), ...beat.subarray(0, 9)));
  }
  fixture.settle();
  strictEqual(client.closedBecause, undefined);
  strictEqual(fixture.server.counters()["wire_frames_in"], 40);
  for (let second = 0; second < 31; second++) {
    client.socket.write(Uint8Array.of(32));
    fixture.time.advance(SECOND_US);
  }
  ok(client.closedBecause !== undefined, "the last one does not end");
});

Deno.test("WireServer answers everything before GOODBYE, then closes", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  client.send(fixture.noOp("1"));
  client.send({ type: "GOODBYE", keep_orders: true });
  client.send(fixture.noOp("ignored"));
  fixture.settle();
  deepStrictEqual(client.reportSeqs(), [1]);
  ok(client.hasEnded);
  strictEqual(client.all("ERROR").length, 0);
  const closed = fixture.backend.events.at(-1);
  ok(closed?.eventType === "SessionClosed");
  deepStrictEqual([closed.payload.cause, closed.payload.keepOrders], ["goodbye", true]);
});

const lastWords = [
  ["says GOODBYE", (_, client) => client.send({ type: "GOODBYE" }), undefined],
  ["is replaced", (fixture) => void fixture.hello("alice"), "SESSION_REPLACED"],
  ["is stopped", (fixture) => fixture.server.stop(() => {}), "SHUTTING_DOWN"],
] as const satisfies readonly (readonly [
  string,
  (fixture: WireFixture, client: WireClient) => void,
  string | undefined,
])[];
for (const [what, end, code] of lastWords) {
  for (const beats of [true, false]) {
    const ending = beats ? "hears and ends in order" : "closes as silent";
    Deno.test(`WireServer ${ending} a peer that ${what} while the disk stands still`, () => {
      const fixture = new WireFixture({ settings: { heartbeatMs: 100 } });
      const client = fixture.open("alice");
      client.send(fixture.noOp("1")); // it is not durable yet: a daemon that stops waits for it
      fixture.time.runDue();
      end(fixture, client);
      for (let beat = 0; beat < 10; beat++) {
        fixture.time.runDue();
        fixture.backend.turn();
        if (beats) client.send({ type: "HEARTBEAT", now_us: beat });
        fixture.time.advance(SECOND_US / 10);
      }
      strictEqual(client.closedBecause === undefined, beats);
      fixture.settle();
      const codes = client.all("ERROR").map((error) => error["code"]);
      deepStrictEqual(codes, beats && code !== undefined ? [code] : []);
      strictEqual(client.hasEnded, beats);
    });
  }
}

for (const [what, end, code] of lastWords.slice(1)) {
  Deno.test(`WireServer awaits no end of a frame that it had begun to read when a peer ${what}`, () => {
    const fixture = new WireFixture({ settings: { heartbeatMs: 100 } });
    const client = fixture.open("alice");
    client.send(fixture.noOp("1"));
    client.socket.write(Uint8Array.of(0, 0, 1, 0));
    fixture.time.runDue();
    end(fixture, client);
    for (let beat = 0; beat < 40; beat++) {
      fixture.time.runDue();
      fixture.backend.turn();
      client.socket.write(Uint8Array.of(32));
      fixture.time.advance(SECOND_US / 10);
    }
    fixture.settle();
    deepStrictEqual(client.all("ERROR").map((error) => error["code"]), [code]);
  });
}

Deno.test("WireServer acts on what a peer sent before it finished sending", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  client.send(fixture.noOp("1"));
  client.socket.end();
  fixture.settle();
  deepStrictEqual(client.reportSeqs(), [1]);
  deepStrictEqual(closings(fixture), ["lost"]);
});

Deno.test("WireServer reports a connection that broke as lost, once", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  client.socket.destroy();
  fixture.settle();
  fixture.settle();
  deepStrictEqual(closings(fixture), ["lost"]);
});

Deno.test("WireServer drops a HELLO whose connection broke before it was applied", () => {
  const fixture = new WireFixture();
  const client = fixture.hello("alice");
  client.socket.destroy();
  fixture.settle();
  deepStrictEqual(eventTypes(fixture), []);
});

Deno.test("WireServer lets a client come back right after GOODBYE", () => {
  const fixture = new WireFixture();
  const first = fixture.open("alice");
  first.send({ type: "GOODBYE" });
  const second = fixture.hello("alice");
  fixture.settle();
  strictEqual(second.all("HELLO_ACK").length, 1);
  strictEqual(second.all("ERROR").length, 0);
  strictEqual(closings(fixture).length, 1);
});

Deno.test("WireServer stops reading when the sequencer's queue is full, and loses nothing", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  fixture.backend.queueMax = 3;
  for (let n = 1; n <= 20; n++) client.send(fixture.noOp(String(n)));
  fixture.time.runDue();
  strictEqual(fixture.backend.queueDepth(), 3);
  for (let round = 0; round < 10; round++) fixture.settle();
  deepStrictEqual(client.reportSeqs(), Array.from({ length: 20 }, (_, at) => at + 1));
});

Deno.test("WireServer reads no more of a client that leaves repeated reports lying", () => {
  const fixture = new WireFixture({ windowBytes: 2_000 });
  const client = fixture.open("alice");
  client.send(fixture.noOp("1"));
  fixture.settle();
  client.socket.pause();
  const sent = 10_000; // some 4 MB of reports
  for (let n = 0; n < sent / 100; n++) {
    for (let more = 0; more < 100; more++) client.send(fixture.noOp("1"));
    fixture.settle();
  }
  const appliedMeanwhile = fixture.backend.view.seqId;
  ok(appliedMeanwhile < sent, `${appliedMeanwhile} events`);
  client.socket.resume();
  for (let turns = 0; turns < sent / 100; turns++) fixture.settle();
  strictEqual(client.all("ExecutionReport").length, sent + 1, "all are answered in the end");
});

Deno.test("WireServer does not take its own back-pressure for silence", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  fixture.backend.queueMax = 1;
  client.send(fixture.noOp("1"));
  client.send(fixture.noOp("2"));
  client.send(fixture.noOp("3"));
  for (let beat = 0; beat < 10; beat++) {
    client.send({ type: "HEARTBEAT", now_us: beat });
    fixture.time.advance(SECOND_US);
  }
  strictEqual(client.closedBecause, undefined);
  for (let round = 0; round < 4; round++) fixture.settle();
  deepStrictEqual(client.reportSeqs(), [1, 2, 3]);
});

Deno.test("WireServer.stop() answers what was read, then says SHUTTING_DOWN", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  const anonymous = fixture.connect();
  client.send(fixture.noOp("1"));
  fixture.time.runDue();
  let stopped = 0;
  fixture.server.stop(() => stopped++);
  fixture.time.runDue();
  strictEqual(client.all("ERROR").length, 0);
  fixture.settle();
  deepStrictEqual(client.received.slice(1).map((row) => row["code"] ?? row.type), [
    "ExecutionReport",
    "SHUTTING_DOWN",
  ]);
  strictEqual(anonymous.only("ERROR")["code"], "SHUTTING_DOWN");
  deepStrictEqual(closings(fixture), [], "a restart finds the session open, and its grace runs");
  fixture.time.advance(1.1 * SECOND_US);
  strictEqual(stopped, 1);
  fixture.settle();
  fixture.time.advance(5 * SECOND_US);
  strictEqual(stopped, 1, "it is said once");
});

Deno.test("WireServer.stop() is done at once when nobody is connected", () => {
  const fixture = new WireFixture();
  let isStopped = false;
  fixture.server.stop(() => {
    isStopped = true;
  });
  ok(isStopped);
});

Deno.test("WireServer.fatal() tells everyone and writes nothing that was held", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  client.send(fixture.noOp("1"));
  fixture.time.runDue();
  fixture.backend.turn();
  fixture.server.fatal("JOURNAL_UNAVAILABLE", "Cannot write the journal: was no space");
  fixture.time.runDue();
  deepStrictEqual(client.received.slice(1).map((row) => row["code"]), ["JOURNAL_UNAVAILABLE"]);
  fixture.backend.commit();
  fixture.settle();
  deepStrictEqual(client.reportSeqs(), []);
  deepStrictEqual(closings(fixture), [], "a restart finds the session open");
});

Deno.test("WireServer.listen() refuses an address that is not loopback", () => {
  const fixture = new WireFixture();
  ok(fixture.port > 0);
  try {
    new WireFixture({ settings: { host: "0.0.0.0" } });
    throw new Error("Cannot get here: the address must be refused");
  } catch (error) {
    match(String(error), /wire\.host must be 127\.0\.0\.1 or ::1: was 0\.0\.0\.0/);
  }
});
