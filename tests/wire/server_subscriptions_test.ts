/**
 * Subscriptions: snapshots, updates, every channel.
 * Proves R-WIRE-4, R-WIRE-6.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { instrumentId, micros, px, qty, venueId } from "../../core/numbers.ts";
import { instrument } from "../support/fake_backend.ts";
import { marketEvent } from "../support/hot_loop_bench.ts";
import {
  bestBids,
  bid,
  BTC,
  DEEP_BOOKS,
  deepBooks,
  ETH,
  events,
  market,
  shownBooks,
  subscribe,
} from "../support/market_data.ts";
import type { WireClient } from "../support/wire_client.ts";
import { WireFixture } from "../support/wire_fixture.ts";

const FRAME_BYTES = 65_536;

/** Gives a book nearly as much as a frame holds. */
function deepen(fixture: WireFixture): void {
  const book = fixture.backend.books.get(BTC);
  ok(book !== undefined);
  book.bids = Array.from({ length: 1_000 }, (_, n) => [6_180_030 - n, 12_345_678_901_234 + n]);
  book.asks = Array.from({ length: 1_000 }, (_, n) => [6_180_040 + n, 12_345_678_901_234 + n]);
}

/** The lengths of what came and may not have, bytes. */
function longerThanAFrame(client: WireClient): number[] {
  return client.texts.map((text) => new TextEncoder().encode(text).length)
    .filter((bytes) => bytes > FRAME_BYTES);
}

Deno.test("SUBSCRIBE gets RESULT, then one EVENTS with a snapshot of each book", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  bid(fixture, 100_00);
  fixture.settle();
  client.forget();
  const result = subscribe(fixture, client, {});
  deepStrictEqual([result["ok"], result["seq_id"]], [true, fixture.backend.view.seqId]);
  deepStrictEqual(client.received.map((row) => row.type), ["RESULT", "EVENTS"]);
  deepStrictEqual(events(client).map((event) => event.instrument), [
    "paper:BTC/USDT",
    "paper:ETH/USDT",
  ]);
  const bids = [["100", "1"], ["99.9", "2"]];
  deepStrictEqual(events(client)[0]?.payload, { bids, asks: [] });
});

Deno.test("EVENTS keep max_frame_bytes where a deep book comes behind many small ones", () => {
  const fixture = new WireFixture({ settings: { maxFrameBytes: FRAME_BYTES } });
  const client = fixture.open("alice");
  deepen(fixture);
  subscribe(fixture, client, { depth: 1_000 });
  client.forget();
  for (let update = 0; update < 30; update++) bid(fixture, 100_00, ETH);
  const payload = { bids: [1, 1], asks: [], updateId: null };
  market(fixture, { eventType: "BookDelta", instrument: BTC, payload });
  fixture.settle();
  strictEqual(events(client).length, 31);
  deepStrictEqual(longerThanAFrame(client), []);
});

Deno.test("EVENTS keep max_frame_bytes where book and signals of one instrument are owed", () => {
  const fixture = new WireFixture({ settings: { maxFrameBytes: FRAME_BYTES }, hotloop: {} });
  const [first] = fixture.backend.instruments;
  ok(first !== undefined);
  const side = (from: number, step: number): number[] =>
    Array.from({ length: 300 }, (_, n) => [from + n * step, 50_000]).flat();
  const payload = { bids: side(10_000, -10), asks: side(10_010, 10), updateId: null };
  fixture.backend.apply(marketEvent(first, 1_000_000, { eventType: "BookSnapshot", payload }));
  deepen(fixture);
  const client = fixture.open("alice");
  subscribe(fixture, client, { channels: ["book", "signal"], depth: 1_000 });
  const shown = events(client).filter(({ instrument }) => instrument === "paper:BTC/USDT");
  const books = shown.map(({ event_type: type, payload }) => payload["name"] ?? type);
  deepStrictEqual([books[0], books.at(-1)], ["book", "queue"]);
  deepStrictEqual(longerThanAFrame(client), []);
});

Deno.test("SUBSCRIBE waits with RESULT and snapshot until their state is durable", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  client.forget();
  bid(fixture, 100_00);
  client.send({ type: "SUBSCRIBE", id: 1, channels: ["book"], instruments: ["paper:BTC/USDT"] });
  fixture.time.runDue();
  bid(fixture, 101_00);
  fixture.time.runDue();
  strictEqual(client.received.length, 0);
  fixture.settle();
  deepStrictEqual(client.received.map((row) => row.type), ["RESULT", "EVENTS", "EVENTS"]);
  deepStrictEqual(bestBids(client), ["100", "101"]);
});

Deno.test("SUBSCRIBE gets a snapshot that is larger than report_buffer_bytes, whatever the disk has not yet", () => {
  const fixture = deepBooks();
  const client = fixture.open("alice");
  client.forget();
  fixture.backend.report("alice", "not durable yet");
  client.send({ type: "SUBSCRIBE", id: 1, channels: ["book"], instruments: "*", depth: 1_000 });
  fixture.time.runDue();
  for (const id of [0, DEEP_BOOKS - 1]) bid(fixture, 101_00, instrumentId(id));
  strictEqual(client.received.length, 0);
  for (let round = 0; round < DEEP_BOOKS; round++) fixture.settle();
  deepStrictEqual(client.all("ERROR"), []);
  deepStrictEqual(client.received.slice(0, 2).map((row) => row.type), [
    "ExecutionReport",
    "RESULT",
  ]);
  strictEqual(shownBooks(client).size, DEEP_BOOKS);
  deepStrictEqual(bestBids(client).filter((price) => price !== undefined), ["101", "101"]);
  const seqs = events(client).map((event) => event.seq_id);
  deepStrictEqual(seqs, [...seqs].sort((a, b) => a - b));
});

Deno.test("SUBSCRIBE said again while the disk stands still is shown once", () => {
  const fixture = deepBooks();
  const client = fixture.open("alice");
  client.forget();
  fixture.backend.report("alice", "not durable yet");
  for (let id = 1; id <= 50; id++) {
    client.send({ type: "SUBSCRIBE", id, channels: ["book"], instruments: "*", depth: 1_000 });
    fixture.time.runDue();
  }
  for (let round = 0; round < DEEP_BOOKS; round++) fixture.settle();
  deepStrictEqual(client.all("ERROR"), []);
  strictEqual(client.all("RESULT").length, 50);
  const shown = events(client).length;
  ok(shown >= DEEP_BOOKS && shown < 2 * DEEP_BOOKS, `was ${shown}`);
});

Deno.test("SUBSCRIBE said again shows a book before what of it conflate_ms has held back", () => {
  const fixture = deepBooks();
  const client = fixture.open("alice");
  const last = instrumentId(DEEP_BOOKS - 1);
  const lists = { channels: ["book"], instruments: "*", depth: 1_000, conflate_ms: 10 };
  client.send({ type: "SUBSCRIBE", id: 1, ...lists });
  for (let round = 0; round < DEEP_BOOKS; round++) fixture.settle();
  for (const price of [101_00, 102_00]) bid(fixture, price, last);
  fixture.settle();
  client.forget();
  fixture.backend.report("alice", "not durable yet");
  client.send({ type: "SUBSCRIBE", id: 2, ...lists });
  fixture.time.advance(20_000); // the interval is over
  for (let round = 0; round < DEEP_BOOKS; round++) fixture.settle();
  const seen = events(client);
  strictEqual(seen.length, DEEP_BOOKS);
  strictEqual(shownBooks(client).size, DEEP_BOOKS);
});

Deno.test("SUBSCRIBE shows no more than the reader takes, and what it has not taken is no report", () => {
  const fixture = deepBooks();
  const client = fixture.open("alice");
  client.forget();
  client.socket.pause();
  client.send({ type: "SUBSCRIBE", id: 1, channels: ["book"], instruments: "*", depth: 1_000 });
  fixture.settle();
  fixture.backend.report("alice", "behind the snapshot");
  fixture.settle();
  client.socket.resume();
  for (let round = 0; round < DEEP_BOOKS; round++) fixture.settle();
  deepStrictEqual(client.all("ERROR"), []);
  strictEqual(client.all("ExecutionReport").length, 1);
  strictEqual(shownBooks(client).size, DEEP_BOOKS);
});

Deno.test("SUBSCRIBE shows nothing that was unsubscribed before its turn came", () => {
  const fixture = deepBooks();
  const client = fixture.open("alice");
  client.forget();
  fixture.backend.report("alice", "not durable yet");
  for (const type of ["SUBSCRIBE", "UNSUBSCRIBE"]) {
    client.send({ type, id: type, channels: ["book"], instruments: "*" });
    fixture.time.runDue();
  }
  fixture.settle();
  strictEqual(client.all("RESULT").length, 2);
  ok(shownBooks(client).size < DEEP_BOOKS, "at most the frame that was made at once");
});

Deno.test("EVENTS hold the book as it was at their seq_id, however late they leave", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  subscribe(fixture, client, { depth: 1 });
  client.forget();
  for (const price of [101, 102, 103]) bid(fixture, price * 100);
  fixture.backend.commit();
  fixture.time.runDue();
  strictEqual(client.all("EVENTS").length, 1);
  deepStrictEqual(bestBids(client), ["101", "102", "103"]);
  strictEqual(client.only("EVENTS")["seq_id"], events(client).at(-1)?.seq_id);
  ok(events(client).every((event) => (event.payload["bids"] as unknown[]).length === 1));
});

Deno.test("a book that is no reference is shown empty", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  bid(fixture, 100_00);
  const book = fixture.backend.books.get(BTC);
  if (book !== undefined) book.isFresh = false;
  subscribe(fixture, client, { instruments: ["paper:BTC/USDT"] });
  deepStrictEqual(events(client)[0]?.payload, { bids: [], asks: [] });
});

Deno.test("UNSUBSCRIBE ends what matches and says NOT_SUBSCRIBED when nothing did", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  subscribe(fixture, client, {});
  client.forget();
  const instruments = ["paper:BTC/USDT"];
  client.send({ type: "UNSUBSCRIBE", id: 1, channels: ["book"], instruments });
  client.send({ type: "UNSUBSCRIBE", id: 2, channels: ["book"], instruments });
  client.send({ type: "UNSUBSCRIBE", id: 3, channels: ["trade"], instruments: "*" });
  fixture.settle();
  deepStrictEqual(client.all("RESULT").map((row) => row["code"] ?? row["ok"]), [
    true,
    "NOT_SUBSCRIBED",
    "NOT_SUBSCRIBED",
  ]);
  bid(fixture, 100, BTC);
  bid(fixture, 200, ETH);
  fixture.settle();
  deepStrictEqual(events(client).map((event) => event.instrument), ["paper:ETH/USDT"]);
});

Deno.test("* includes instruments that are listed later", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  subscribe(fixture, client, { channels: ["instrument", "trade"] });
  client.forget();
  const listed = instrument(2, "SOL/USDT");
  fixture.backend.instruments.push(listed);
  fixture.backend.apply({
    eventTime: micros(1),
    source: "control",
    venue: venueId(0),
    instrument: listed.id,
    eventType: "InstrumentListed",
    payload: listed,
    idempotencyKey: null,
  });
  fixture.backend.apply({
    eventTime: micros(2),
    source: "market_data",
    venue: venueId(0),
    instrument: listed.id,
    eventType: "TradePrinted",
    payload: { price: px(12_345), qty: qty(5_000), side: "Sell", tradeId: "t1" },
    idempotencyKey: null,
  });
  fixture.settle();
  deepStrictEqual(events(client).map((event) => event.event_type), ["instrument", "trade"]);
  strictEqual(events(client)[0]?.payload["instrument"], "paper:SOL/USDT");
  deepStrictEqual(events(client)[1]?.payload, {
    price: "123.45",
    qty: "0.5",
    side: "Sell",
    trade_id: "t1",
  });
});

Deno.test("venue and timer events reach those who asked, at the interval they asked", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  subscribe(fixture, client, {
    channels: ["venue", "timer"],
    instruments: ["paper:ETH/USDT"],
    interval_ms: 500,
  });
  deepStrictEqual(fixture.backend.intervals, [500]);
  client.forget();
  const head = { eventTime: micros(1), instrument: null, idempotencyKey: null } as const;
  fixture.backend.apply({
    ...head,
    source: "control",
    venue: venueId(0),
    eventType: "VenueStatusChanged",
    payload: { status: "down", reason: "test" },
  });
  for (const intervalMs of [500, 700]) {
    fixture.backend.apply({
      ...head,
      source: "timer",
      venue: null,
      eventType: "IntervalElapsed",
      payload: { intervalMs, dueUs: micros(intervalMs * 1_000) },
    });
  }
  fixture.settle();
  deepStrictEqual(events(client).map((event) => event.payload), [
    { venue: "paper", status: "down", reason: "test" },
    { interval_ms: 500, due_us: 500_000 },
  ]);
  client.socket.destroy();
  fixture.settle();
  deepStrictEqual(fixture.backend.intervals, []);
});

Deno.test("an interval is watched until its timer is unsubscribed, whatever else is", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  const leave = (channel: string): void => {
    client.send({ type: "UNSUBSCRIBE", id: "u", channels: [channel], instruments: "*" });
    fixture.settle();
  };
  subscribe(fixture, client, { channels: ["book", "timer"], interval_ms: 500 });
  leave("book");
  deepStrictEqual(fixture.backend.intervals, [500]);
  leave("timer");
  deepStrictEqual(fixture.backend.intervals, []);
});

Deno.test("the order channel shows reports of all clients with their owner", () => {
  const fixture = new WireFixture();
  const monitor = fixture.open("monitor");
  subscribe(fixture, monitor, { channels: ["order"] });
  const bob = fixture.open("bob");
  bob.send(fixture.noOp("1"));
  fixture.settle();
  const [event] = events(monitor);
  strictEqual(event?.payload["client_id"], "bob");
  deepStrictEqual(event?.payload["report"], bob.only("ExecutionReport"));
});

const badLists = [
  ["an unknown instrument", { instruments: ["paper:BTC/USDT", "paper:NO"] }, "UNKNOWN_INSTRUMENT"],
  ["a channel without an engine", { channels: ["book", "bar"] }, "UNSUPPORTED"],
  ["signals", { channels: ["signal"] }, "UNSUPPORTED"],
  ["a timer without interval", { channels: ["book", "timer"] }, "BAD_MESSAGE"],
  ["an unknown channel", { channels: ["books"] }, "BAD_MESSAGE"],
  ["a depth of zero", { depth: 0 }, "BAD_MESSAGE"],
] as const;
for (const [what, change, code] of badLists) {
  Deno.test(`SUBSCRIBE is refused ${code} for ${what}, and nothing changes`, () => {
    const fixture = new WireFixture();
    const client = fixture.open("alice");
    strictEqual(subscribe(fixture, client, change)["code"], code);
    client.forget();
    bid(fixture, 100_00);
    fixture.settle();
    deepStrictEqual(events(client), []);
    deepStrictEqual(fixture.backend.intervals, []);
  });
}

Deno.test("subscriptions end with the connection", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  subscribe(fixture, client, {});
  const back = fixture.open("alice");
  bid(fixture, 100_00);
  fixture.settle();
  deepStrictEqual(events(back), []);
});
