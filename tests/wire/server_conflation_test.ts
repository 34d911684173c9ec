/**
 * Conflation: `conflate_ms`, slow readers, a slow disk.
 * Proves R-WIRE-4, R-WIRE-6.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { instrumentId } from "../../core/numbers.ts";
import {
  bestBids,
  bid,
  BTC,
  DEEP_BOOKS,
  deepBooks,
  ETH,
  events,
  shownBooks,
  subscribe,
} from "../support/market_data.ts";
import { WireFixture } from "../support/wire_fixture.ts";

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
