/**
 * What the wire counts, each figure by the one thing that raises it. Proves R-OPS-4 for the wire, and
 * R-WIRE-6: a fault of ours in one request costs that request alone.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { Samples } from "../../edge/metrics/samples.ts";
import { bid, subscribe } from "../support/market_data.ts";
import { WireFixture, type WireFixtureOptions } from "../support/wire_fixture.ts";

const SECOND_US = 1_000_000;

type Row = readonly [
  name: string,
  raisedBy: number,
  when: string,
  run: (fixture: WireFixture) => void,
  options?: WireFixtureOptions,
];

const ROWS: readonly Row[] = [
  ["wire_connections", 3, "three connect", (fixture) => {
    for (let n = 0; n < 3; n++) fixture.connect();
  }],
  ["wire_connections_refused", 1, "one more connects than may be without HELLO", (fixture) => {
    for (let n = 0; n < 65; n++) fixture.connect();
  }],
  ["wire_connections_refused", 2, "two come beyond max_sessions", (fixture) => {
    for (const name of ["a", "b", "c"]) fixture.open(name);
  }, { settings: { maxSessions: 1 } }],
  ["wire_sessions", 2, "two say HELLO", (fixture) => {
    for (const name of ["a", "b"]) fixture.open(name);
    fixture.connect();
  }],
  ["wire_hello_timeouts", 1, "one never says HELLO", (fixture) => {
    fixture.connect();
    fixture.time.advance(6 * SECOND_US);
  }],
  ["wire_silent_peers", 1, "one is silent for three heartbeats", (fixture) => {
    fixture.open("a");
    fixture.time.advance(4 * SECOND_US);
  }],
  ["wire_heartbeats_in", 2, "a client beats twice", (fixture) => {
    const client = fixture.open("a");
    for (let n = 0; n < 2; n++) client.send({ type: "HEARTBEAT", now_us: n });
    fixture.settle();
  }],
  ["wire_heartbeats_out", 2, "two periods pass", (fixture) => {
    fixture.open("a");
    fixture.time.advance(2.5 * SECOND_US);
  }],
  ["wire_reports_out", 3, "three intents are answered", (fixture) => {
    const client = fixture.open("a");
    for (let n = 0; n < 3; n++) client.send(fixture.noOp(String(n)));
    fixture.settle();
  }],
  ["wire_rate_limited", 3, "three requests come above the rate", (fixture) => {
    const client = fixture.open("a");
    for (let id = 0; id < 5; id++) client.send({ type: "QUERY", id, what: "risk" });
    fixture.settle();
  }, { settings: { otherFramesPerSecond: 1 } }],
  ["wire_read_pauses", 1, "a HELLO waits for the disk", (fixture) => {
    fixture.open("a");
  }],
  ["wire_read_pauses", 2, "the queue of intents is full, too", (fixture) => {
    const client = fixture.open("a");
    fixture.backend.queueMax = 2;
    for (let n = 0; n < 3; n++) client.send(fixture.noOp(String(n)));
    for (let round = 0; round < 4; round++) fixture.settle();
  }],
  ["wire_events_out", 4, "two books are shown and change", (fixture) => {
    subscribe(fixture, fixture.open("a"), {});
    for (const price of [1, 2]) {
      bid(fixture, price * 100);
      fixture.settle();
    }
  }],
  [
    "wire_events_conflated",
    2,
    "two changes are merged into a third within conflate_ms",
    (fixture) => {
      const client = fixture.open("a");
      subscribe(fixture, client, { conflate_ms: 100, instruments: ["paper:BTC/USDT"] });
      for (const price of [1, 2, 3, 4]) bid(fixture, price * 100);
      fixture.settle();
      fixture.time.advance(100_000);
      fixture.settle();
    },
  ],
  ["wire_errors_bad_json", 2, "two frames are no JSON", (fixture) => {
    const client = fixture.open("a");
    for (let n = 0; n < 2; n++) client.sendText("junk");
    fixture.settle();
  }],
  ["wire_errors_auth", 1, "a token is wrong", (fixture) => {
    fixture.hello("a", { token: "wrong" });
  }],
];

for (const [name, raisedBy, when, run, options] of ROWS) {
  Deno.test(`WireServer counts ${raisedBy} of ${name} when ${when}`, () => {
    const fixture = new WireFixture(options);
    strictEqual(fixture.server.counters()[name] ?? 0, 0);
    run(fixture);
    strictEqual(fixture.server.counters()[name], raisedBy);
  });
}

Deno.test("WireServer counts errors by code, those that never came with 0", () => {
  const fixture = new WireFixture();
  fixture.hello("a", { token: "wrong" });
  const samples = new Samples();
  fixture.server.measure(samples);
  const values = samples.valuesOf("tapeline_wire_errors_total");
  const by = new Map(values.map(({ labels, value }) => [labels["code"], value]));
  deepStrictEqual([by.get("AUTH"), by.get("BAD_JSON"), by.get("SLOW_CONSUMER")], [1, 0, 0]);
});

Deno.test("WireServer answers INTERNAL for a request at which it fails itself, and goes on", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  fixture.backend.counters = () => {
    throw new RangeError("a fault of the test");
  };
  client.send({ type: "QUERY", id: 1, what: "metrics" });
  client.send(fixture.noOp("1"));
  fixture.settle();
  const { code, fatal } = client.only("ERROR");
  deepStrictEqual({ code, fatal }, { code: "INTERNAL", fatal: false });
  deepStrictEqual(client.reportSeqs(), [1]);
  ok(fixture.logged.some((line) => line.startsWith("wire_request_failed")));
});
