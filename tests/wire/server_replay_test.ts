/**
 * Resume: recorded reports at the reader's pace, what waits behind them, slow consumers.
 * Proves R-WIRE-3, R-WIRE-6.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { mock } from "node:test";
import { ReportStream } from "../../wire/report_stream.ts";
import { WireFixture } from "../support/wire_fixture.ts";
import type { WireClient } from "../support/wire_client.ts";

const PAD = "x".repeat(1_000);

function upTo(n: number, from = 1): number[] {
  return Array.from({ length: n - from + 1 }, (_, at) => at + from);
}

/** Makes `n` durable reports of a client that is not connected, 1 kB each. */
function record(fixture: WireFixture, n: number): void {
  for (let at = 0; at < n; at++) fixture.backend.report("alice", PAD);
  fixture.backend.commit();
}

function finish(fixture: WireFixture): void {
  for (let round = 0; round < 200; round++) fixture.settle();
}

Deno.test("WireServer replays from resume_from + 1, word for word, right after HELLO_ACK", () => {
  const fixture = new WireFixture();
  record(fixture, 5);
  const client = fixture.open("alice", { resume_from: 2 });
  const [ack, ...rest] = client.texts;
  ok(ack?.includes('"report_seq":5'));
  const page = fixture.backend.readReports(
    fixture.backend.view.clientIndex("alice") ?? fail(),
    3,
    { limitBytes: 1e9, mayLook: true },
  );
  deepStrictEqual(rest, page.texts);
});

function fail(): never {
  throw new Error("Cannot go on: the client must be known");
}

Deno.test("WireServer sends only new reports to a client that does not resume", () => {
  const fixture = new WireFixture();
  record(fixture, 5);
  const client = fixture.open("alice");
  strictEqual(client.only("HELLO_ACK")["report_seq"], 5);
  client.send(fixture.noOp("1"));
  fixture.settle();
  deepStrictEqual(client.reportSeqs(), [6]);
});

Deno.test("WireServer begins a replay at the first report that is kept", () => {
  const fixture = new WireFixture();
  record(fixture, 5);
  fixture.backend.firstKept = 4;
  const client = fixture.open("alice", { resume_from: 0 });
  strictEqual(client.only("HELLO_ACK")["report_first_seq"], 4);
  deepStrictEqual(client.reportSeqs(), [4, 5]);
});

Deno.test("WireServer replays in pages, only as fast as the reader takes them", () => {
  const fixture = new WireFixture({ windowBytes: 10_000 });
  record(fixture, 1_000);
  const client = fixture.hello("alice", { resume_from: 0 });
  client.socket.pause();
  fixture.settle();
  ok(fixture.backend.pagesRead <= 3, `read ${fixture.backend.pagesRead} pages`);
  client.socket.resume();
  finish(fixture);
  deepStrictEqual(client.reportSeqs(), upTo(1_000));
  strictEqual(client.all("ERROR").length, 0);
});

Deno.test("WireServer goes on with a replay when the reader has taken a page, without any news", () => {
  const fixture = new WireFixture({ windowBytes: 10_000 });
  record(fixture, 1_000);
  const client = fixture.hello("alice", { resume_from: 0 });
  client.socket.pause();
  fixture.settle();
  client.socket.resume();
  for (let round = 0; round < 2_000; round++) fixture.time.runDue();
  deepStrictEqual(client.reportSeqs(), upTo(1_000));
});

Deno.test("WireServer writes all that it owes behind GOODBYE to a slow reader that beats", () => {
  const fixture = new WireFixture({ windowBytes: 10_000 });
  record(fixture, 300);
  const client = fixture.hello("alice", { resume_from: 0 });
  client.socket.pause();
  client.send(fixture.noOp("1"));
  client.send({ type: "GOODBYE" });
  let budget = 0;
  client.onMessage = () => {
    if (--budget <= 0) client.socket.pause();
  };
  for (let beat = 0; beat < 30; beat++) {
    budget = 20;
    client.send({ type: "HEARTBEAT", now_us: beat });
    fixture.time.advance(500_000);
    fixture.settle();
    client.socket.resume();
    fixture.settle();
  }
  deepStrictEqual(client.reportSeqs(), upTo(301));
  ok(client.hasEnded);
});

/** A client that has said GOODBYE, is owed `owed` reports behind it and does not read. */
function leaveUnread(fixture: WireFixture, owed: number): WireClient {
  const client = fixture.open("alice");
  client.socket.pause();
  record(fixture, owed);
  client.send({ type: "GOODBYE", keep_orders: true });
  fixture.settle();
  return client;
}

function beatFor(fixture: WireFixture, client: WireClient, seconds: number): void {
  for (let beat = 0; beat < 2 * seconds; beat++) {
    client.send({ type: "HEARTBEAT", now_us: beat });
    fixture.time.advance(500_000);
    fixture.settle();
  }
}

Deno.test("WireServer waits behind GOODBYE for a reader that beats, though the network has all it is owed", () => {
  const fixture = new WireFixture();
  const client = leaveUnread(fixture, 3);
  beatFor(fixture, client, 30);
  client.socket.resume();
  fixture.settle();
  deepStrictEqual([client.reportSeqs(), client.hasEnded], [upTo(3), true]);
  client.socket.end();
  fixture.settle();
  strictEqual(fixture.server.counters()["wire_connections_open"], 0);
});

Deno.test("WireServer waits behind GOODBYE for a reader that beats, also when its client is back", () => {
  const fixture = new WireFixture();
  const client = leaveUnread(fixture, 3);
  strictEqual(fixture.open("alice").all("HELLO_ACK").length, 1);
  beatFor(fixture, client, 5);
  client.socket.resume();
  fixture.settle();
  deepStrictEqual([client.reportSeqs(), client.hasEnded], [upTo(3), true]);
});

Deno.test("WireServer closes behind GOODBYE when the peer has been silent for three heartbeats", () => {
  const fixture = new WireFixture();
  const client = leaveUnread(fixture, 3);
  beatFor(fixture, client, 5);
  fixture.time.advance(2_000_000);
  strictEqual(client.closedBecause, undefined);
  fixture.time.advance(1_000_000);
  ok(client.closedBecause !== undefined);
});

Deno.test("WireServer closes five minutes behind GOODBYE, though the peer beats", () => {
  const fixture = new WireFixture();
  const client = leaveUnread(fixture, 3);
  beatFor(fixture, client, 299);
  strictEqual(client.closedBecause, undefined);
  beatFor(fixture, client, 2);
  ok(client.closedBecause !== undefined);
  strictEqual(fixture.server.counters()["wire_connections_open"], 0);
});

Deno.test("WireServer stops within a second, whoever beats behind GOODBYE", () => {
  const fixture = new WireFixture();
  const client = leaveUnread(fixture, 3);
  beatFor(fixture, client, 5);
  let isDone = false;
  fixture.server.stop(() => isDone = true);
  beatFor(fixture, client, 1);
  ok(isDone);
});

Deno.test("WireServer holds neither a session nor reports for a peer that beats behind GOODBYE and does not read", () => {
  const hold = mock.method(ReportStream.prototype, "hold");
  try {
    const fixture = new WireFixture({ windowBytes: 10_000, settings: { maxSessions: 1 } });
    const client = leaveUnread(fixture, 50);
    for (let second = 0; second < 10; second++) {
      record(fixture, 100); // its resting orders fill
      beatFor(fixture, client, 1);
    }
    const stream = hold.mock.calls.at(-1)?.this;
    ok(stream instanceof ReportStream);
    strictEqual(stream.waiting, 0);
    strictEqual(fixture.server.counters()["wire_sessions_open"], 0);
    strictEqual(fixture.open("bob").all("HELLO_ACK").length, 1);
  } finally {
    hold.mock.restore();
  }
});

Deno.test("WireServer keeps no more than 64 that beat behind GOODBYE", () => {
  const fixture = new WireFixture();
  const clients = Array.from({ length: 70 }, () => leaveUnread(fixture, 1));
  strictEqual(fixture.server.counters()["wire_connections_open"], 64);
  strictEqual(clients.filter((client) => client.closedBecause === undefined).length, 64);
});

Deno.test("WireServer replays nothing that it was not told is durable, though the journal's reader has it", () => {
  const fixture = new WireFixture();
  record(fixture, 3);
  const read = fixture.backend.readReports.bind(fixture.backend);
  fixture.backend.readReports = (client, from, bytes) => {
    const page = read(client, from, bytes);
    return { ...page, texts: [...page.texts, '{"type":"ExecutionReport","report_seq":4}'] };
  };
  const client = fixture.open("alice", { resume_from: 0 });
  deepStrictEqual(client.reportSeqs(), [1, 2, 3]);
  fixture.backend.report("alice", PAD);
  fixture.settle();
  deepStrictEqual(client.reportSeqs(), [1, 2, 3, 4]);
});

Deno.test("WireServer puts nothing between HELLO_ACK and the end of the replay", () => {
  const fixture = new WireFixture({ windowBytes: 10_000 });
  record(fixture, 500);
  const client = fixture.hello("alice", { resume_from: 0 });
  fixture.backend.turn();
  fixture.backend.commit();
  client.socket.pause();
  client.send({ type: "QUERY", id: "q", what: "risk" });
  client.send({ type: "SUBSCRIBE", id: "s", channels: ["book"], instruments: "*" });
  client.sendText("not JSON");
  client.send(fixture.noOp("1"));
  for (let beat = 0; beat < 2; beat++) {
    fixture.time.advance(1_000_000);
    fixture.settle();
  }
  client.socket.resume();
  finish(fixture);
  const kinds = client.received.map((row) => row.type);
  strictEqual(kinds[0], "HELLO_ACK");
  ok(kinds.slice(1, 501).every((kind) => kind === "ExecutionReport"));
  deepStrictEqual(client.reportSeqs(), upTo(501));
  strictEqual(client.all("RESULT").length, 2);
  strictEqual(client.only("ERROR")["code"], "BAD_JSON");
});

Deno.test("WireServer does not count a replay towards report_buffer_bytes", () => {
  const fixture = new WireFixture({
    windowBytes: 1_000,
    settings: { reportBufferBytes: 5_000, heartbeatMs: 60_000 },
  });
  record(fixture, 300);
  const client = fixture.hello("alice", { resume_from: 0 });
  fixture.settle();
  client.socket.pause();
  for (let n = 0; n < 100; n++) fixture.backend.report("alice", PAD);
  fixture.settle();
  client.socket.resume();
  finish(fixture);
  fixture.backend.report("alice", "live again");
  finish(fixture);
  strictEqual(client.all("ERROR").length, 0);
  deepStrictEqual(client.reportSeqs(), upTo(401));
});

Deno.test("WireServer waits for a journal reader that lags behind its writer", () => {
  const fixture = new WireFixture();
  record(fixture, 3);
  const read = fixture.backend.readReports.bind(fixture.backend);
  let isLagging = true;
  fixture.backend.readReports = (client, from, bytes) =>
    isLagging ? { firstSeq: from, texts: [], isFromMemory: false } : read(client, from, bytes);
  const client = fixture.open("alice", { resume_from: 0 });
  deepStrictEqual(client.reportSeqs(), []);
  isLagging = false;
  fixture.time.advance(10_000);
  deepStrictEqual(client.reportSeqs(), [1, 2, 3]);
});

Deno.test("WireServer rests after a short page of a replay, whatever is released meanwhile", () => {
  const fixture = new WireFixture();
  record(fixture, 4);
  const read = fixture.backend.readReports.bind(fixture.backend);
  fixture.backend.readReports = (client, from, of) => read(client, from, { ...of, limitBytes: 1 });
  const client = fixture.open("alice", { resume_from: 0 });
  deepStrictEqual(client.reportSeqs(), [1]);
  for (const seen of [upTo(1), upTo(2), upTo(3), upTo(4)]) {
    record(fixture, 1);
    fixture.backend.report("bob", PAD);
    fixture.backend.commit();
    fixture.settle();
    deepStrictEqual(client.reportSeqs(), seen);
    fixture.time.advance(20_000);
    fixture.settle();
  }
  fixture.time.advance(200_000);
  fixture.settle();
  deepStrictEqual(client.reportSeqs(), upTo(8));
});

Deno.test("WireServer goes on with what is new when retention takes all that a replay still has to read", () => {
  const fixture = new WireFixture({ windowBytes: 10_000 });
  record(fixture, 500);
  const client = fixture.hello("alice", { resume_from: 0 });
  client.socket.pause();
  fixture.settle();
  fixture.backend.firstKept = 501;
  client.socket.resume();
  finish(fixture);
  const seen = client.reportSeqs().length;
  ok(seen > 0 && seen < 500, `${seen}`);
  fixture.time.advance(1_500_000);
  ok(client.all("HEARTBEAT").length > 0, "it is not waiting for what is gone");
  fixture.backend.report("alice", PAD);
  fixture.backend.commit();
  finish(fixture);
  deepStrictEqual(client.reportSeqs(), [...upTo(seen), 501]);
});

Deno.test("WireServer repeats no other report in place of one that retention took", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  for (const id of ["1", "2", "3"]) client.send(fixture.noOp(id));
  fixture.settle();
  deepStrictEqual(client.reportSeqs(), [1, 2, 3]);
  fixture.backend.firstKept = 3;
  for (const id of ["1", "3"]) client.send(fixture.noOp(id));
  fixture.settle();
  deepStrictEqual(client.reportSeqs(), [1, 2, 3, 3]);
});

Deno.test("WireServer says of a repeated intent that its reports are no longer kept, once each time", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  for (const id of ["1", "2"]) client.send(fixture.noOp(id));
  fixture.settle();
  fixture.backend.firstKept = 3;
  client.forget();
  client.send(fixture.noOp("1"));
  fixture.backend.turn();
  fixture.time.runDue();
  deepStrictEqual(client.received, [], "not before its event is durable");
  fixture.settle();
  const { type, code, fatal, ref, message } = client.only("ERROR");
  deepStrictEqual({ type, code, fatal, ref }, {
    type: "ERROR",
    code: "INTERNAL",
    fatal: false,
    ref: "1",
  });
  match(String(message), /is known, .* once, .* no longer kept: ask orders and fills$/);
  client.send(fixture.noOp("1"));
  client.send(fixture.noOp("3"));
  fixture.settle();
  deepStrictEqual(client.all("ERROR").map((error) => error["ref"]), ["1", "1"]);
  deepStrictEqual(client.reportSeqs(), [3]);
  strictEqual(fixture.server.counters()["wire_errors_internal"], 2);
});

Deno.test("WireServer repeats the order's newest report behind the word that the intent's own is gone", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  for (const id of ["1", "2", "3"]) client.send(fixture.noOp(id));
  fixture.settle();
  const observer = fixture.backend.observer ?? fail();
  fixture.backend.observer = {
    released: (upTo, atUs) => observer.released(upTo, atUs),
    applied: (event, effects, reports) => {
      effects.repeats.forEach(({ client }, at) => {
        effects.repeats[at] = { client, reportSeqs: [1, 3] };
      });
      observer.applied(event, effects, reports);
    },
  };
  fixture.backend.firstKept = 2;
  client.forget();
  client.send(fixture.noOp("1"));
  fixture.settle();
  deepStrictEqual(client.received.map(({ type }) => type), ["ERROR", "ExecutionReport"]);
  deepStrictEqual(client.reportSeqs(), [3]);
});

Deno.test("WireServer says nothing of a report that cannot be read, as if it were gone", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  client.send(fixture.noOp("1"));
  fixture.settle();
  fixture.backend.readReports = (_client, firstSeq) => ({
    firstSeq,
    texts: [],
    isFromMemory: false,
  });
  client.send(fixture.noOp("1"));
  fixture.settle();
  deepStrictEqual(client.all("ERROR"), []);
  deepStrictEqual(client.reportSeqs(), [1]);
});

Deno.test("WireServer ends a slow consumer with an unbroken prefix; others go on", () => {
  const fixture = new WireFixture({
    windowBytes: 2_000,
    settings: { reportBufferBytes: 20_000 },
  });
  const slow = fixture.open("alice");
  const other = fixture.open("bob");
  slow.socket.pause();
  for (let n = 0; n < 100; n++) {
    fixture.backend.report("alice", PAD);
    fixture.settle();
  }
  slow.socket.resume();
  fixture.time.runDue();
  const numbers = slow.reportSeqs();
  ok(numbers.length > 5 && numbers.length < 100, `was ${numbers.length} ${slow.closedBecause}`);
  deepStrictEqual(numbers, upTo(numbers.length));
  strictEqual(slow.only("ERROR")["code"], "SLOW_CONSUMER");
  other.send(fixture.noOp("1"));
  fixture.settle();
  deepStrictEqual(other.reportSeqs(), [1]);
  const back = fixture.open("alice", { resume_from: numbers.length });
  finish(fixture);
  deepStrictEqual([...numbers, ...back.reportSeqs()], upTo(100));
});

Deno.test("WireServer sends one large batch to a reader that keeps up", () => {
  const fixture = new WireFixture({ settings: { reportBufferBytes: 20_000 } });
  const client = fixture.open("alice");
  for (let n = 0; n < 100; n++) fixture.backend.report("alice", PAD);
  finish(fixture);
  deepStrictEqual(client.reportSeqs(), upTo(100));
});

Deno.test("WireServer loses and repeats nothing over any pattern of reconnects", () => {
  const fixture = new WireFixture({ windowBytes: 700, chunking: (waiting) => waiting % 97 + 1 });
  const seen: unknown[] = [];
  let client: WireClient | undefined;
  for (let round = 0; round < 60; round++) {
    if (round % 4 === 0) {
      seen.push(...(client?.reportSeqs() ?? []));
      if (round % 8 === 0) client?.socket.destroy();
      client = fixture.hello("alice", { resume_from: seen.length });
    }
    fixture.backend.turn();
    fixture.backend.report("alice", PAD.slice(0, round * 13));
    if (round % 3 === 0) fixture.backend.commit();
    fixture.time.runDue();
    if (round % 5 === 0) client?.send(fixture.noOp(`intent ${round}`.replace(" ", "-")));
  }
  finish(fixture);
  seen.push(...(client?.reportSeqs() ?? []));
  const alice = fixture.backend.view.clientIndex("alice") ?? fail();
  deepStrictEqual(seen, upTo(fixture.backend.view.reportSeq(alice)));
});
