/**
 * Hostile input: it costs the sender its session, or one answer, and nobody else anything.
 * Proves R-WIRE-6; the rows are the faults a local port meets.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import fc from "fast-check";
import { encodeFrame } from "../../wire/frame.ts";
import { WireFixture } from "../support/wire_fixture.ts";
import type { WireClient } from "../support/wire_client.ts";

/** Asserts that a client who was there before is still served. */
function stillServes(fixture: WireFixture, client: WireClient, intentId: string): void {
  const before = client.reportSeqs().length;
  client.send(fixture.noOp(intentId));
  fixture.settle();
  strictEqual(client.reportSeqs().length, before + 1);
  strictEqual(client.all("ERROR").length, 0);
}

function text(of: string): Uint8Array {
  return new TextEncoder().encode(of);
}

const deep = `${'{"a":'.repeat(40)}1${"}".repeat(40)}`;

const breaches: readonly (readonly [string, Uint8Array])[] = [
  ["a length of zero", Uint8Array.of(0, 0, 0, 0)],
  ["a length above the limit", Uint8Array.of(0, 0x10, 0, 1)],
  ["the largest length", Uint8Array.of(255, 255, 255, 255)],
  ["HTTP", text("GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")],
  ["a TLS hello", Uint8Array.of(0x16, 0x03, 0x01, 0x02, 0x00, 0x01)],
  ["SSH", text("SSH-2.0-OpenSSH_9.2\r\n")],
];
for (const [what, bytes] of breaches) {
  Deno.test(`WireServer ends a session FRAME_SIZE on ${what}, before and after HELLO`, () => {
    const fixture = new WireFixture();
    const other = fixture.open("other");
    for (const client of [fixture.connect(), fixture.open("hostile")]) {
      client.socket.write(bytes);
      fixture.settle();
      const error = client.only("ERROR");
      deepStrictEqual([error["code"], error["fatal"]], ["FRAME_SIZE", true]);
      ok(client.hasEnded);
    }
    stillServes(fixture, other, "1");
  });
}

Deno.test("WireServer counts foreign protocols", () => {
  const fixture = new WireFixture();
  for (const [what, bytes] of breaches) {
    if (what.startsWith("a length") || what.startsWith("the")) continue;
    fixture.connect().socket.write(bytes);
  }
  fixture.time.runDue();
  strictEqual(fixture.server.counters()["wire_foreign_protocol"], 3);
});

const answered: readonly (readonly [string, string, string])[] = [
  ["no JSON", "hello", "BAD_JSON"],
  ["duplicate keys", '{"type":"HEARTBEAT","now_us":1,"now_us":2}', "BAD_JSON"],
  ["deep nesting", deep, "BAD_JSON"],
  ["NaN", '{"type":"HEARTBEAT","now_us":NaN}', "BAD_JSON"],
  ["a lone surrogate", '{"type":"\\ud800"}', "BAD_JSON"],
  ["an array", "[]", "BAD_MESSAGE"],
  ["no type", '{"now_us":1}', "BAD_MESSAGE"],
  ["a type of the wrong kind", '{"type":7}', "BAD_MESSAGE"],
  ["an unknown type", '{"type":"BUY_EVERYTHING"}', "UNKNOWN_TYPE"],
  ["__proto__", '{"type":"HEARTBEAT","now_us":"x","__proto__":{"now_us":1}}', "BAD_MESSAGE"],
  ["a number beyond all numbers", '{"type":"HEARTBEAT","now_us":1e400}', "BAD_MESSAGE"],
  ["an intent without an id", '{"type":"QuoteIntent","v":1}', "BAD_MESSAGE"],
  ["a second HELLO", '{"type":"HELLO","wire":[1],"client_id":"x","token":"y"}', "BAD_MESSAGE"],
  ["ADVANCE in a stream", '{"type":"ADVANCE","seq_id":1,"intents":[]}', "BAD_MESSAGE"],
  ["PUBLISH into a feed of ours", publishText(), "BAD_MESSAGE"],
];

function publishText(): string {
  const payload = { bids: [], asks: [] };
  return JSON.stringify({
    type: "PUBLISH",
    instrument: "paper:BTC/USDT",
    kind: "snapshot",
    payload,
    ts_us: 1,
  });
}

for (const [what, frame, code] of answered) {
  Deno.test(`WireServer answers ${what} with ${code} and goes on`, () => {
    const fixture = new WireFixture();
    const client = fixture.open("alice");
    client.sendText(frame);
    fixture.settle();
    const error = client.only("ERROR");
    deepStrictEqual([error["code"], error["fatal"]], [code, false]);
    client.forget();
    stillServes(fixture, client, "1");
  });
  Deno.test(`WireServer ends a connection that begins with ${what}`, () => {
    const fixture = new WireFixture();
    const client = fixture.connect();
    client.sendText(frame);
    fixture.settle();
    ok(client.only("ERROR")["fatal"]);
    ok(client.hasEnded);
  });
}

Deno.test("WireServer refuses invalid UTF-8 and a BOM as BAD_JSON", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  client.socket.write(Uint8Array.of(0, 0, 0, 3, 0x22, 0xff, 0x22));
  client.sendText("\ufeff{}");
  fixture.settle();
  deepStrictEqual(client.all("ERROR").map((row) => row["code"]), ["BAD_JSON", "BAD_JSON"]);
});

Deno.test("WireServer refuses a HELLO above 4096 bytes before reading it", () => {
  const fixture = new WireFixture();
  const client = fixture.connect();
  client.socket.write(Uint8Array.of(0, 0, 0x10, 1));
  fixture.settle();
  strictEqual(client.only("ERROR")["code"], "FRAME_SIZE");
});

Deno.test("WireServer drops a connection that is cut within a frame, and only it", () => {
  const fixture = new WireFixture();
  const other = fixture.open("other");
  const client = fixture.open("alice");
  client.socket.write(encodeFrame(JSON.stringify(fixture.noOp("1"))).subarray(0, 40));
  fixture.settle();
  client.socket.destroy();
  fixture.settle();
  deepStrictEqual(
    fixture.backend.events.map((event) => event.eventType),
    ["SessionOpened", "SessionOpened", "SessionClosed"],
  );
  stillServes(fixture, other, "1");
});

Deno.test("WireServer survives a storm of connections without HELLO", () => {
  const fixture = new WireFixture();
  const other = fixture.open("other");
  const storm = Array.from({ length: 1_000 }, () => fixture.connect());
  ok((fixture.server.counters()["wire_connections_open"] ?? 0) <= 65);
  strictEqual(storm.filter((client) => client.closedBecause === undefined).length, 64);
  stillServes(fixture, other, "1");
  const late = fixture.open("late");
  strictEqual(late.all("HELLO_ACK").length, 1);
});

Deno.test("WireServer survives a storm of reconnects of one client", () => {
  const fixture = new WireFixture();
  const other = fixture.open("other");
  for (let n = 0; n < 1_000; n++) {
    const client = fixture.hello("stormy");
    if (n % 3 === 0) client.socket.destroy();
    if (n % 7 === 0) fixture.settle();
  }
  fixture.settle();
  fixture.time.advance(1_000_000);
  ok((fixture.server.counters()["wire_connections_open"] ?? 0) <= 2);
  stillServes(fixture, other, "1");
});

Deno.test("WireServer leaves room for others while one client's old sessions linger", () => {
  const fixture = new WireFixture({ settings: { maxSessions: 3 } });
  for (let n = 0; n < 200; n++) {
    fixture.open("stormy");
  }
  strictEqual(fixture.open("other").all("HELLO_ACK").length, 1);
  ok((fixture.server.counters()["wire_connections_open"] ?? 0) <= 67);
});

Deno.test("WireServer refuses sessions beyond max_sessions", () => {
  const fixture = new WireFixture({ settings: { maxSessions: 2 } });
  const first = fixture.open("a");
  fixture.open("b");
  const third = fixture.open("c");
  deepStrictEqual([third.only("ERROR")["code"], third.hasEnded], ["RATE_LIMIT", true]);
  deepStrictEqual(fixture.logged, ["wire_problem RATE_LIMIT c"]);
  first.socket.destroy();
  fixture.settle();
  strictEqual(fixture.open("c").all("HELLO_ACK").length, 1);
});

Deno.test("WireServer limits requests, answers each that has an id, and never limits intents", () => {
  const fixture = new WireFixture({ settings: { otherFramesPerSecond: 10 } });
  const client = fixture.open("alice");
  for (let id = 0; id < 50; id++) client.send({ type: "QUERY", id, what: "risk" });
  for (let n = 0; n < 50; n++) client.sendText("junk");
  for (let n = 0; n < 50; n++) client.send(fixture.noOp(String(n)));
  fixture.settle();
  const results = client.all("RESULT");
  strictEqual(results.length, 50);
  strictEqual(results.filter((row) => row["ok"] === true).length, 20);
  ok(results.slice(20).every((row) => row["code"] === "RATE_LIMIT"));
  const errors = client.all("ERROR").map((row) => [row["code"], row["fatal"]]);
  deepStrictEqual(errors, [["RATE_LIMIT", false]]);
  strictEqual(client.reportSeqs().length, 50);
});

Deno.test("WireServer reads no more requests of a peer that reads no answers", () => {
  const fixture = new WireFixture({
    windowBytes: 1_000,
    settings: { otherFramesPerSecond: 1_000_000 },
  });
  const client = fixture.open("greedy");
  const other = fixture.open("other");
  client.socket.pause();
  for (let id = 0; id < 20_000; id++) client.send({ type: "QUERY", id, what: "instruments" });
  fixture.settle();
  const answers = fixture.server.counters()["wire_answers_out"] ?? 0;
  ok(answers < 3_000, `was ${answers}`);
  stillServes(fixture, other, "1");
  for (let beat = 0; beat < 3; beat++) {
    other.send({ type: "HEARTBEAT", now_us: 1 });
    fixture.time.advance(1_000_000);
  }
  client.socket.resume();
  fixture.time.runDue();
  strictEqual(client.all("ERROR").at(-1)?.["code"], "SLOW_CONSUMER");
  stillServes(fixture, other, "2");
});

Deno.test("WireServer logs each peer's problem once", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  for (let n = 0; n < 10; n++) client.sendText("junk");
  fixture.settle();
  strictEqual(client.all("ERROR").length, 10);
  deepStrictEqual(fixture.logged, ["wire_problem BAD_JSON alice"]);
});

Deno.test("WireServer never lets any bytes of one peer reach another", () => {
  const garbage = fc.array(
    fc.oneof(
      fc.uint8Array({ maxLength: 40, size: "max" }),
      fc.string({ minLength: 1, maxLength: 60, size: "max" }).map(encodeFrame),
      fc.json().map(encodeFrame),
      fc.constantFrom("HEARTBEAT", "QUERY", "SUBSCRIBE", "GOODBYE", "QuoteIntent", "PUBLISH")
        .map((type) => encodeFrame(JSON.stringify({ type, id: 1, v: 1 }))),
    ),
    { maxLength: 12, size: "max" },
  );
  fc.assert(
    fc.property(garbage, fc.integer({ min: 1, max: 50 }), (chunks, step) => {
      const fixture = new WireFixture({ chunking: () => step });
      const other = fixture.open("other");
      const hostile = fixture.open("hostile");
      for (const chunk of chunks) hostile.socket.write(chunk);
      fixture.settle();
      stillServes(fixture, other, "1");
    }),
    { numRuns: 200 },
  );
});
