/**
 * PUBLISH: what clients send becomes events of their feed, and the books of a session that has ended
 * are no reference.
 *
 * Proves R-HOT-5 in part.
 * @module
 */
import { deepStrictEqual } from "node:assert/strict";
import { WireFixture } from "../support/wire_fixture.ts";
import type { WireClient } from "../support/wire_client.ts";

Deno.test("PUBLISH turns levels and trades into events of a client's feed", () => {
  const fixture = new WireFixture({ settings: { clientFeeds: ["paper"] } });
  const client = fixture.open("alice");
  const head = { type: "PUBLISH", instrument: "paper:BTC/USDT", ts_us: 7 };
  const trade = { price: "1.5", qty: "2", side: "Buy", trade_id: "x" };
  client.send({ ...head, kind: "snapshot", payload: { bids: [["1.25", "0.5"]], asks: [] } });
  const asks = [["1.6", "0"]];
  client.send({ ...head, kind: "delta", payload: { bids: [], asks: [], trades: [trade] } });
  client.send({ ...head, kind: "delta", payload: { bids: [], asks, trades: [trade] } });
  client.send({ ...head, kind: "delta", payload: { bids: [["0.001", "1"]], asks: [] } });
  const beyond = [["45035996273704.97", "1"]]; // 2^52 + 1 quanta
  client.send({ ...head, kind: "delta", payload: { bids: beyond, asks: [] } });
  client.send({ ...head, kind: "raw", payload: "line" });
  fixture.settle();
  deepStrictEqual(fixture.backend.events.slice(1).map((event) => event.payload), [
    { bids: [125, 5_000], asks: [], updateId: null },
    { price: 150, qty: 20_000, side: "Buy", tradeId: "x" },
    { price: 150, qty: 20_000, side: "Buy", tradeId: "x" },
    { bids: [], asks: [160, 0], updateId: null },
  ]);
  const codes = client.all("ERROR").map((row) => row["code"]);
  deepStrictEqual(codes, ["BAD_MESSAGE", "BAD_MESSAGE", "BAD_MESSAGE"]);
});

Deno.test("PUBLISH hands a raw line to the reader of its venue, and says why one is refused", () => {
  const fixture = new WireFixture({ settings: { clientFeeds: ["paper"] } });
  const seen: unknown[] = [];
  fixture.backend.readRaw = (of) => {
    seen.push(of);
    return of.line === "bad" ? { ok: false, problem: "no JSON" } : { ok: true, drafts: [] };
  };
  const client = fixture.open("alice");
  const head = { type: "PUBLISH", kind: "raw", instrument: "paper:BTC/USDT", ts_us: 7 };
  client.send({ ...head, payload: "good" });
  client.send({ ...head, payload: "bad" });
  fixture.settle();
  deepStrictEqual(seen, [
    { venue: "paper", line: "good", tsUs: 7 },
    { venue: "paper", line: "bad", tsUs: 7 },
  ]);
  deepStrictEqual(client.all("ERROR").map((row) => row["message"]), ["payload: no JSON"]);
});

const ETH = 1;

/** A daemon to which alice has published a book of ETH and a trade of BTC. */
class Publishing {
  readonly fixture = new WireFixture({ settings: { clientFeeds: ["paper"] } });
  readonly forgotten: number[] = [];
  readonly alice: WireClient;

  constructor() {
    this.fixture.backend.forgetRaw = (instruments) => this.forgotten.push(...instruments);
    this.alice = this.fixture.open("alice");
    const trades = [{ price: "1.5", qty: "2", side: "Buy" }];
    this.publish(this.alice, "BTC", { kind: "delta", payload: { bids: [], asks: [], trades } });
    this.snapshot(this.alice);
    this.fixture.settle();
  }

  publish(client: WireClient, base: string, of: Readonly<Record<string, unknown>>): void {
    client.send({ type: "PUBLISH", instrument: `paper:${base}/USDT`, ts_us: 7, ...of });
  }

  snapshot(client: WireClient): void {
    this.publish(client, "ETH", { kind: "snapshot", payload: { bids: [["1", "1"]], asks: [] } });
  }

  /** What the timeline says of books, oldest first, and which sessions opened and closed. */
  get said(): unknown[] {
    return this.fixture.backend.events.flatMap(({ eventType, instrument }) => {
      if (eventType === "TradePrinted") return [];
      return [instrument === null ? eventType : `${eventType} ${instrument}`];
    });
  }
}

const BEFORE = ["SessionOpened", `BookSnapshot ${ETH}`];
const ENDED = [`BookInvalidated ${ETH}`, "SessionClosed"];

Deno.test("PUBLISH ends with the connection: its books are invalidated, once, also what waited is lost", () => {
  const of = new Publishing();
  of.snapshot(of.alice);
  of.fixture.time.runDue(); // it waits before the sequencer
  of.alice.socket.destroy();
  of.fixture.settle();
  deepStrictEqual(of.said, [...BEFORE, ...ENDED]);
  deepStrictEqual(of.forgotten, [ETH]);
});

Deno.test("PUBLISH ends with GOODBYE: its books are invalidated behind what was published", () => {
  const of = new Publishing();
  of.snapshot(of.alice);
  of.alice.send({ type: "GOODBYE" });
  of.fixture.settle();
  deepStrictEqual(of.said, [...BEFORE, `BookSnapshot ${ETH}`, ...ENDED]);
  deepStrictEqual(of.forgotten, [ETH]);
});

Deno.test("PUBLISH by a session that takes over comes behind the end of the books of the one before", () => {
  const of = new Publishing();
  of.snapshot(of.alice);
  const second = of.fixture.hello("alice");
  of.snapshot(second);
  of.fixture.settle();
  const ended = ["SessionOpened", ...ENDED];
  deepStrictEqual(of.said, [...BEFORE, ...ended, `BookSnapshot ${ETH}`]);
});

Deno.test("PUBLISH is not served while books of a session that has ended wait to be invalidated", () => {
  const of = new Publishing();
  const bob = of.fixture.open("bob");
  of.alice.socket.destroy();
  of.fixture.time.runDue();
  of.snapshot(bob);
  of.fixture.time.runDue();
  deepStrictEqual(of.fixture.backend.queueDepth(), 2);
  of.fixture.settle();
  const ended = ["SessionOpened", ...ENDED];
  deepStrictEqual(of.said, [...BEFORE, ...ended, `BookSnapshot ${ETH}`]);
});

Deno.test("PUBLISH of trades alone leaves nothing to invalidate", () => {
  const of = new Publishing();
  const bob = of.fixture.open("bob");
  const trades = [{ price: "1.5", qty: "2", side: "Buy" }];
  of.publish(bob, "BTC", { kind: "delta", payload: { bids: [], asks: [], trades } });
  of.fixture.settle();
  bob.socket.destroy();
  of.fixture.settle();
  deepStrictEqual(of.said, [...BEFORE, "SessionOpened", "SessionClosed"]);
});
