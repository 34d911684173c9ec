/**
 * Subscriptions: snapshots, updates, conflation, slow readers, every channel.
 * Proves R-WIRE-4, R-WIRE-6.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import type { Draft } from "../../core/event.ts";
import { instrumentId, micros, px, qty, venueId } from "../../core/numbers.ts";
import { FakeBook, instrument } from "../support/fake_backend.ts";
import { marketEvent } from "../support/hot_loop_bench.ts";
import type { Received, WireClient } from "../support/wire_client.ts";
import { WireFixture } from "../support/wire_fixture.ts";

const BTC = instrumentId(0);
const ETH = instrumentId(1);

type Shown = {
  readonly seq_id: number;
  readonly event_type: string;
  readonly instrument: string | null;
  readonly conflated?: boolean;
  readonly payload: Readonly<Record<string, unknown>>;
};

function events(client: WireClient): Shown[] {
  return client.all("EVENTS").flatMap((message) => message["events"] as Shown[]);
}

function bestBids(client: WireClient): unknown[] {
  return events(client).map((event) => (event.payload["bids"] as unknown[][])[0]?.[0]);
}

/** Puts a bid into a book and applies the event that says so. */
function bid(fixture: WireFixture, price: number, id = BTC): void {
  const book = fixture.backend.books.get(id);
  if (book !== undefined) book.bids = [[price, 10_000], [price - 10, 20_000]];
  const payload = { bids: [price, 10_000], asks: [], updateId: null };
  market(fixture, { eventType: "BookDelta", instrument: id, payload });
}

function market(
  fixture: WireFixture,
  of: Pick<Draft<"BookDelta">, "eventType" | "instrument" | "payload">,
): void {
  fixture.backend.apply({
    ...of,
    eventTime: micros(5),
    source: "market_data",
    venue: venueId(0),
    idempotencyKey: null,
  });
}

function subscribe(
  fixture: WireFixture,
  client: WireClient,
  more: Readonly<Record<string, unknown>>,
): Received {
  client.send({ type: "SUBSCRIBE", id: "s", channels: ["book"], instruments: "*", ...more });
  fixture.settle();
  const result = client.all("RESULT").at(-1);
  if (result === undefined) throw new Error("Cannot subscribe: there must be a RESULT: was none");
  return result;
}

/** A fixture whose books are in sum more than twice what a session may leave unread. */
function deepBooks(): WireFixture {
  const settings = { reportBufferBytes: 65_536, maxFrameBytes: 65_536 };
  const fixture = new WireFixture({ settings });
  const { books, instruments } = fixture.backend;
  for (let id = instruments.length; id < DEEP_BOOKS; id++) {
    instruments.push(instrument(id, `C${id}/USDT`));
    books.set(instrumentId(id), new FakeBook());
  }
  for (const book of books.values()) {
    book.asks = Array.from({ length: 200 }, (_, n) => [200_000 + n, 12_345]);
  }
  return fixture;
}

const DEEP_BOOKS = 40;
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

/** The names of the books that came, each once, in order of their first coming. */
function shownBooks(client: WireClient): Set<unknown> {
  return new Set(events(client).map((event) => event.instrument));
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

Deno.test("conflate_ms sends the first change at once and then the newest once per interval", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  subscribe(fixture, client, { conflate_ms: 100, instruments: ["paper:BTC/USDT"] });
  client.forget();
  for (const price of [1, 2, 3, 4]) bid(fixture, price * 100);
  fixture.settle();
  deepStrictEqual(bestBids(client), ["1"]);
  fixture.time.advance(100_000);
  fixture.settle();
  deepStrictEqual(bestBids(client), ["1", "4"]);
  ok(events(client).at(-1)?.conflated);
  fixture.time.advance(1_000_000);
  deepStrictEqual(bestBids(client), ["1", "4"]);
});

Deno.test("a later SUBSCRIBE replaces depth and conflation", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  subscribe(fixture, client, { depth: 1, conflate_ms: 1_000 });
  subscribe(fixture, client, { depth: 2, instruments: ["paper:BTC/USDT"] });
  client.forget();
  bid(fixture, 100_00);
  bid(fixture, 101_00);
  fixture.settle();
  deepStrictEqual(bestBids(client), ["100", "101"]);
  strictEqual((events(client)[0]?.payload["bids"] as unknown[]).length, 2);
});

for (const how of ["again", "after UNSUBSCRIBE"]) {
  for (const instruments of ["*", ["paper:BTC/USDT"]]) {
    Deno.test(`SUBSCRIBE of ${instruments} ${how} ends the interval of an older conflate_ms`, () => {
      const fixture = new WireFixture();
      const client = fixture.open("alice");
      subscribe(fixture, client, { conflate_ms: 60_000 });
      for (const price of [100_00, 101_00]) bid(fixture, price);
      fixture.settle();
      if (how !== "again") {
        client.send({ type: "UNSUBSCRIBE", id: "u", channels: ["book"], instruments });
      }
      client.forget();
      subscribe(fixture, client, { conflate_ms: 100, instruments });
      strictEqual(bestBids(client)[0], "101", "the snapshot shows what was held back");
      client.forget();
      for (const price of [102_00, 103_00, 104_00]) bid(fixture, price);
      fixture.settle();
      deepStrictEqual(bestBids(client), ["102"]);
      fixture.time.advance(100_000);
      fixture.settle();
      deepStrictEqual(bestBids(client), ["102", "104"]);
    });
  }
}

Deno.test("SUBSCRIBE leaves the intervals of other books and of what is held back of them", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  subscribe(fixture, client, { conflate_ms: 100 });
  client.forget();
  for (const price of [100_00, 101_00]) bid(fixture, price, ETH);
  subscribe(fixture, client, { conflate_ms: 50, instruments: ["paper:BTC/USDT"] });
  const shownOfEth = (): unknown[] =>
    events(client).filter(({ instrument }) => instrument === "paper:ETH/USDT")
      .map(({ payload }) => (payload["bids"] as unknown[][])[0]?.[0]);
  fixture.time.advance(99_000);
  fixture.settle();
  deepStrictEqual(shownOfEth(), ["100"]);
  fixture.time.advance(1_000);
  fixture.settle();
  deepStrictEqual(shownOfEth(), ["100", "101"]);
});

Deno.test("a slow reader gets the newest book, conflated, and all orders, in order", () => {
  const fixture = new WireFixture({ windowBytes: 1_000 });
  const client = fixture.open("alice");
  subscribe(fixture, client, { channels: ["book", "order"] });
  client.forget();
  client.socket.pause();
  for (let n = 1; n <= 2_000; n++) {
    bid(fixture, n * 100);
    if (n % 100 === 0) fixture.backend.report("bob", `report-${n}`);
    fixture.backend.commit();
    fixture.time.runDue();
  }
  client.socket.resume();
  for (let round = 0; round < 20; round++) fixture.settle();
  const seen = events(client);
  const books = seen.filter((event) => event.event_type === "book");
  ok(books.length < 1_500, `was ${books.length}`);
  ok(books.at(-1)?.conflated);
  deepStrictEqual((books.at(-1)?.payload["bids"] as unknown[][])[0]?.[0], "2000");
  strictEqual(seen.filter((event) => event.event_type === "order").length, 20);
  const seqs = seen.map((event) => event.seq_id);
  deepStrictEqual(seqs, [...seqs].sort((a, b) => a - b));
  strictEqual(client.all("ERROR").length, 0);
});

Deno.test("a reader of books that is slower than they change ends behind its GOODBYE all the same", () => {
  const fixture = new WireFixture({ windowBytes: 1_000 });
  const client = fixture.open("alice");
  subscribe(fixture, client, {});
  let budget = 0;
  client.onMessage = () => {
    if (--budget <= 0) client.socket.pause();
  };
  for (let round = 0; round < 100 && !client.hasEnded; round++) {
    if (round === 10) client.send({ type: "GOODBYE" });
    for (let n = 1; n <= 50; n++) {
      bid(fixture, n * 100);
      fixture.settle();
    }
    client.send({ type: "HEARTBEAT", now_us: round });
    budget = 20;
    client.socket.resume();
    fixture.settle();
  }
  ok(client.hasEnded);
});

for (const held of ["reader", "disk"] as const) {
  Deno.test(`conflate_ms and a ${held} that stands still mark an event conflated once`, () => {
    const settings = { reportBufferBytes: 65_536, heartbeatMs: 60_000 };
    const fixture = new WireFixture({ windowBytes: 1_000, settings });
    const client = fixture.open("alice");
    subscribe(fixture, client, { conflate_ms: 10, instruments: ["paper:BTC/USDT"] });
    client.forget();
    if (held === "reader") client.socket.pause();
    for (let n = 1; n <= 1_000; n++) {
      for (const price of [n * 300, n * 300 + 100, n * 300 + 200]) bid(fixture, price);
      if (held === "reader") fixture.backend.commit();
      fixture.time.advance(10_000);
    }
    client.socket.resume();
    for (let round = 0; round < 200; round++) fixture.settle();
    deepStrictEqual(client.all("ERROR"), []);
    const seen = events(client);
    ok(seen.length < 900, `was ${seen.length}`); // of the 1 000 of `conflate_ms` some were replaced
    ok(seen.at(-1)?.conflated);
    strictEqual(bestBids(client).at(-1), "3002");
  });
}

Deno.test("a disk that stands still ends no reader of deep books that reads everything", () => {
  const fixture = new WireFixture();
  const client = fixture.open("alice");
  subscribe(fixture, client, { depth: 1_000, instruments: ["paper:BTC/USDT"] });
  const book = fixture.backend.books.get(BTC);
  if (book !== undefined) {
    book.asks = Array.from({ length: 1_000 }, (_, n) => [200_000 + n, 12_345]);
  }
  client.forget();
  for (let n = 1; n <= 1_000; n++) {
    bid(fixture, n * 100);
    fixture.time.advance(1_500); // a heartbeat falls due, and nothing is durable
  }
  strictEqual(client.received.length, 0);
  fixture.settle();
  fixture.backend.report("alice", "later");
  fixture.settle();
  strictEqual(client.all("ERROR").length, 0);
  strictEqual(client.all("ExecutionReport").length, 1);
  const seen = events(client);
  ok(seen.length < 200, `was ${seen.length}`);
  ok(seen.at(-1)?.conflated);
  strictEqual(bestBids(client).at(-1), "1000");
  const seqs = seen.map((event) => event.seq_id);
  deepStrictEqual(seqs, [...seqs].sort((a, b) => a - b));
});

Deno.test("a disk that stands still ends no reader of more books than report_buffer_bytes holds", () => {
  const fixture = deepBooks();
  const client = fixture.open("alice");
  subscribe(fixture, client, { depth: 1_000 });
  for (let round = 0; round < DEEP_BOOKS; round++) fixture.settle();
  client.forget();
  for (let n = 1; n <= 3; n++) {
    for (let id = 0; id < DEEP_BOOKS; id++) bid(fixture, n * 100, instrumentId(id));
  }
  fixture.time.advance(1_500_000); // a heartbeat falls due, and nothing is durable
  for (let round = 0; round < DEEP_BOOKS; round++) fixture.settle();
  deepStrictEqual(client.all("ERROR"), []);
  strictEqual(shownBooks(client).size, DEEP_BOOKS);
  strictEqual(bestBids(client).at(-1), "3");
});

Deno.test("a monitor that reads no order events ends SLOW_CONSUMER", () => {
  const fixture = new WireFixture({
    windowBytes: 1_000,
    settings: { reportBufferBytes: 50_000 },
  });
  const client = fixture.open("monitor");
  subscribe(fixture, client, { channels: ["order"] });
  client.socket.pause();
  for (let n = 1; n <= 500; n++) {
    fixture.backend.report("bob", `report-${n}`);
    fixture.settle();
  }
  client.socket.resume();
  fixture.time.runDue();
  strictEqual(client.only("ERROR")["code"], "SLOW_CONSUMER");
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
