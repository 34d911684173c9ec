/**
 * Reports that are in memory no more: whose turn it is to have them looked for, and what waits
 * meanwhile. Proves R-WIRE-3 in part.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { WireFixture } from "../support/wire_fixture.ts";
import type { WireClient } from "../support/wire_client.ts";

function upTo(n: number): number[] {
  return Array.from({ length: n }, (_, at) => at + 1);
}

/** From now on only reports of `inMemory` are in memory; the numbers of others that are looked for. */
function looksOf(fixture: WireFixture, inMemory?: string): number[] {
  const looks: number[] = [];
  const { backend } = fixture;
  const read = backend.readReports.bind(backend);
  backend.readReports = (client, from, of) => {
    if (inMemory !== undefined && backend.view.clientName(client) === inMemory) {
      return read(client, from, of);
    }
    if (!of.mayLook) return { firstSeq: from, texts: [], isFromMemory: false };
    looks.push(from);
    return { ...read(client, from, of), isFromMemory: false };
  };
  return looks;
}

/** A client that has its reports of so many intents. */
function reported(fixture: WireFixture, clientId: string, intents: number): WireClient {
  const client = fixture.open(clientId);
  for (const id of upTo(intents)) client.send(fixture.noOp(`${id}`));
  fixture.settle();
  client.forget();
  return client;
}

/** A client whose reports are no longer in memory, and the numbers that were looked for. */
function lookedFor(intents: number): {
  readonly fixture: WireFixture;
  readonly client: WireClient;
  readonly looks: number[];
} {
  const fixture = new WireFixture();
  const client = reported(fixture, "alice", intents);
  return { fixture, client, looks: looksOf(fixture) };
}

/** Lets the session rest `times` times. */
function rest(fixture: WireFixture, times = 1): void {
  for (let round = 0; round < times; round++) {
    fixture.time.advance(20_000);
    fixture.settle();
  }
}

Deno.test("WireServer looks for one report to repeat at a time, and repeats them all in order", () => {
  const { fixture, client, looks } = lookedFor(50);
  for (const id of upTo(50)) client.send(fixture.noOp(`${id}`));
  fixture.settle();
  deepStrictEqual(looks, [1]);
  rest(fixture);
  deepStrictEqual(looks, [1, 2]);
  rest(fixture, 48);
  deepStrictEqual(client.reportSeqs(), upTo(50));
  ok(client.received.every((row) => row["poss_dup"] === true));
});

Deno.test("WireServer looks for one report at a time, whoever asks, and each has his turn", () => {
  const fixture = new WireFixture();
  const clients = ["a", "b", "c"].map((name) => reported(fixture, name, 4));
  const looks = looksOf(fixture);
  for (const client of clients) for (const id of upTo(4)) client.send(fixture.noOp(`${id}`));
  fixture.settle();
  strictEqual(looks.length, 1, "the first");
  for (const turn of upTo(11)) {
    rest(fixture);
    strictEqual(looks.length, 1 + turn);
    const seen = clients.map((client) => client.reportSeqs().length);
    ok(Math.max(...seen) - Math.min(...seen) <= 2, `${seen}: nobody is passed over`);
  }
  for (const client of clients) deepStrictEqual(client.reportSeqs(), upTo(4));
});

Deno.test("WireServer gives the turn of a client that is gone to the next one", () => {
  const fixture = new WireFixture();
  const clients = ["a", "b", "c"].map((name) => reported(fixture, name, 2));
  const looks = looksOf(fixture);
  for (const client of clients) for (const id of upTo(2)) client.send(fixture.noOp(`${id}`));
  fixture.settle();
  const [first, gone, last] = clients;
  gone?.socket.destroy();
  fixture.settle();
  rest(fixture);
  deepStrictEqual([looks.length, first?.reportSeqs(), last?.reportSeqs()], [2, [1, 2], []]);
  rest(fixture, 2);
  deepStrictEqual([looks.length, last?.reportSeqs()], [4, [1, 2]]);
});

Deno.test("WireServer repeats at once what is in memory, though others wait to look", () => {
  const fixture = new WireFixture();
  const [alice, bob, carol] = ["alice", "bob", "carol"].map((name) => reported(fixture, name, 3));
  const looks = looksOf(fixture, "carol");
  for (const client of [alice, bob, carol]) {
    for (const id of upTo(3)) client?.send(fixture.noOp(`${id}`));
  }
  fixture.settle();
  deepStrictEqual([looks, carol?.reportSeqs()], [[1], upTo(3)]);
});

Deno.test("WireServer replays from the journal to one client at a time, where each look finds little", () => {
  const fixture = new WireFixture();
  for (const name of ["a", "b", "c"]) reported(fixture, name, 3).socket.destroy();
  fixture.settle();
  const read = fixture.backend.readReports.bind(fixture.backend);
  fixture.backend.readReports = (client, from, of) => read(client, from, { ...of, limitBytes: 1 });
  const looks = looksOf(fixture);
  const clients = ["a", "b", "c"].map((name) => fixture.open(name, { resume_from: 0 }));
  strictEqual(looks.length, 1);
  for (const turn of upTo(8)) {
    rest(fixture);
    strictEqual(looks.length, 1 + turn);
    strictEqual(clients.flatMap((client) => client.reportSeqs()).length, 1 + turn);
  }
  for (const client of clients) deepStrictEqual(client.reportSeqs(), upTo(3));
});

Deno.test("WireServer lets live reports pass repetitions that wait for a look, and no RESULT", () => {
  const { fixture, client, looks } = lookedFor(3);
  for (const id of upTo(3)) client.send(fixture.noOp(`${id}`));
  fixture.settle();
  client.send({ type: "QUERY", id: "q", what: "risk" });
  client.send(fixture.noOp("4"));
  fixture.settle();
  deepStrictEqual([looks, client.reportSeqs()], [[1], [1, 4]]);
  strictEqual(client.all("RESULT").length, 0);
  rest(fixture, 2);
  deepStrictEqual(client.reportSeqs(), [1, 4, 2, 3]);
  strictEqual(client.all("RESULT").length, 1);
});

Deno.test("WireServer gives no events of a subscription before its RESULT that waits behind repetitions", () => {
  const { fixture, client } = lookedFor(3);
  for (const id of upTo(3)) client.send(fixture.noOp(`${id}`));
  fixture.settle();
  client.send({ type: "SUBSCRIBE", id: "s", channels: ["order"], instruments: "*" });
  fixture.settle();
  fixture.backend.report("bob", "news");
  fixture.settle();
  deepStrictEqual([...client.all("RESULT"), ...client.all("EVENTS")], []);
  rest(fixture, 2);
  const kinds = client.received.map(({ type }) => type);
  deepStrictEqual(kinds, [
    "ExecutionReport",
    "ExecutionReport",
    "ExecutionReport",
    "RESULT",
    "EVENTS",
  ]);
});

Deno.test("WireServer repeats all that waits for a look before it closes behind GOODBYE", () => {
  const { fixture, client } = lookedFor(5);
  for (const id of upTo(5)) client.send(fixture.noOp(`${id}`));
  client.send({ type: "GOODBYE" });
  fixture.settle();
  ok(!client.hasEnded);
  rest(fixture, 5);
  deepStrictEqual(client.reportSeqs(), upTo(5));
  ok(client.hasEnded);
});

Deno.test("WireServer ends nobody as silent whom it does not read while it looks for his reports", () => {
  const { fixture, client } = lookedFor(300);
  for (let round = 0; round < 3; round++) {
    for (const id of upTo(300)) client.send(fixture.noOp(`${id}`));
  }
  fixture.settle();
  for (let beat = 0; beat < 40; beat++) {
    client.send({ type: "HEARTBEAT", now_us: beat });
    rest(fixture, 25);
  }
  deepStrictEqual(client.reportSeqs(), [...upTo(300), ...upTo(300), ...upTo(300)]);
  strictEqual(client.closedBecause, undefined);
});
