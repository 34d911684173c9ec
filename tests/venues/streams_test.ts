/**
 * What the fake venues' streams carry, and each way in which they go wrong, shown once. Supports R-VENUE-7, R-EXEC-5.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { pause, until } from "../support/temporary.ts";
import { VenueProcess } from "./control.ts";
import { Listening, listenToSpotUser, listenToUsdmUser, SignedClient } from "./signed_client.ts";

type Report = {
  readonly event: {
    readonly e: string;
    readonly x?: string;
    readonly c?: string;
    readonly t?: number;
    readonly z?: string;
    readonly d?: string;
  };
};
type Depth = { readonly U: number; readonly u: number; readonly pu?: number };
type Foreign = { readonly side: "BUY" | "SELL"; readonly price: string; readonly qty: string };

/** An order by hand; returns its client order id. */
async function place(venue: VenueProcess, of: Foreign): Promise<string> {
  const reply = await venue.tell({ op: "foreign", symbol: "BTCUSDT", type: "LIMIT", ...of });
  return reply.clientOrderId ?? "";
}

function reportsOf({ messages }: Listening<Report>): readonly Report["event"][] {
  return messages.map(({ event }) => event).filter(({ e }) => e === "executionReport");
}

const RESTING: Foreign = { side: "BUY", price: "49000", qty: "0.5" };

Deno.test("the user stream tells of new, filled, cancelled and expired orders, and of money", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  await using user = await listenToSpotUser<Report>(venue);
  const order = await place(venue, RESTING);
  await venue.tell({ op: "fill", order, qty: "0.2" });
  await venue.tell({ op: "cancel", order });
  await venue.tell({ op: "deposit", asset: "USDT", amount: "-12.5" });
  await until(
    () => user.messages.some(({ event }) => event.e === "balanceUpdate"),
    "the withdrawal",
  );
  deepStrictEqual(reportsOf(user).map(({ x }) => x), ["NEW", "TRADE", "CANCELED"]);
  strictEqual(reportsOf(user)[2]?.z, "0.20000000");
  strictEqual(
    user.messages.find(({ event }) => event.e === "balanceUpdate")?.event.d,
    "-12.50000000",
  );
});

Deno.test("a burst of 500 fills reaches the user stream whole and in order", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  await using user = await listenToSpotUser<Report>(venue);
  const order = await place(venue, RESTING);
  await venue.tell({ op: "fill", order, qty: "0.5", count: 500 });
  await until(() => reportsOf(user).length >= 501, "501 reports");
  const ids = reportsOf(user).slice(1).map(({ t }) => t ?? 0);
  deepStrictEqual(ids, ids.toSorted((a, b) => a - b));
  strictEqual(new Set(ids).size, 500);
  strictEqual(reportsOf(user).at(-1)?.z, "0.50000000");
});

/** A user stream's message, as spot and as USD-M spell it. */
type UserMessage = Report | {
  readonly e: string;
  readonly o?: { readonly x: string; readonly z: string };
};

/** Each report on an order: what happened, and how much is filled since. */
function toldOf({ messages }: Listening<UserMessage>): readonly string[] {
  return messages.flatMap((message) => {
    const said = "event" in message ? message.event : message.o;
    return said?.x === undefined ? [] : [`${said.x} ${Number(said.z)}`];
  });
}

const USERS = [
  ["binance_spot", listenToSpotUser<UserMessage>],
  ["binance_usdm", listenToUsdmUser<UserMessage>],
] as const;
for (const [name, listen] of USERS) {
  Deno.test(`${name}: reports on orders come twice, behind the next, or late`, async () => {
    await using venue = await VenueProcess.start(name, ["--speed", "0"]);
    await using user = await listen(venue);
    const disturb = { op: "disturb", stream: "user", count: 1 } as const;
    await venue.tell({ ...disturb, what: "duplicate" });
    const order = await place(venue, RESTING);
    await venue.tell({ ...disturb, what: "swap" });
    await venue.tell({ op: "fill", order, qty: "0.1" });
    await venue.tell({ op: "fill", order, qty: "0.2" });
    await venue.tell({ ...disturb, what: "delay" });
    await venue.tell({ op: "fill", order, qty: "0.1" });
    await venue.tell({ op: "fill", order, qty: "0.1" });
    await venue.tell({ op: "calm" });
    await until(() => toldOf(user).length >= 6, "every report");
    const swapped = ["TRADE 0.3", "TRADE 0.1"];
    deepStrictEqual(toldOf(user), ["NEW 0", "NEW 0", ...swapped, "TRADE 0.5", "TRADE 0.4"]);
  });
}

Deno.test("a report that is held for the next one holds up nothing else, and leaves without it", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  await using user = await listenToSpotUser<Report>(venue);
  await venue.tell({ op: "disturb", stream: "user", what: "swap", count: 1, ms: 100 });
  await place(venue, RESTING);
  await until(() => user.messages.length === 2, "two messages");
  deepStrictEqual(user.messages.map(({ event }) => event.e), [
    "outboundAccountPosition",
    "executionReport",
  ]);
});

Deno.test("a dropped stream closes; what happened meanwhile is not told again", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  for (const by of ["fin", "rst"] as const) {
    await using user = await listenToSpotUser<Report>(venue);
    await venue.tell({ op: "drop", stream: "user", by });
    await until(() => user.isClosed, "the end");
    await place(venue, RESTING);
  }
  await using user = await listenToSpotUser<Report>(venue);
  await pause(50);
  strictEqual(user.messages.length, 0);
});

Deno.test("a half-open stream stays open and is silent", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  await using user = await listenToSpotUser<Report>(venue);
  await venue.tell({ op: "halfOpen", stream: "user" });
  await place(venue, RESTING);
  user.send({ id: 2, method: "ping" });
  await pause(200);
  deepStrictEqual([user.isClosed, user.messages.length], [false, 0]);
});

Deno.test("the venue ends a user stream's subscription while the socket stays", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  await using user = await listenToSpotUser<Report>(venue);
  await venue.tell({ op: "endUserStream" });
  await until(() => user.messages.length === 1, "the end of the stream");
  strictEqual(user.messages[0]?.event.e, "eventStreamTerminated");
  await place(venue, RESTING);
  await pause(50);
  deepStrictEqual([user.isClosed, user.messages.length], [false, 1]);
});

for (const name of ["binance_spot", "binance_usdm"] as const) {
  Deno.test(`${name}: depth messages follow each other, and skip when told`, async () => {
    await using venue = await VenueProcess.start(name, ["--speed", "500", "--depth-ms", "10"]);
    const url = `ws://127.0.0.1:${venue.port}/ws`;
    const subscribe = { method: "SUBSCRIBE", params: ["btcusdt@depth@100ms"], id: 1 };
    await using depth = await Listening.open<Depth>(url, subscribe);
    await until(() => depth.messages.length >= 20, "depth messages");
    strictEqual(gapsOf(depth.messages.slice(0, 20)), 0);
    await venue.tell({ op: "skipDepth", symbol: "BTCUSDT", count: 3 });
    await until(() => gapsOf(depth.messages) > 0, "the gap");
    const before = depth.messages.length;
    await until(() => depth.messages.length >= before + 10, "more of them");
    strictEqual(gapsOf(depth.messages), 1);
  });
}

for (const name of ["binance_spot", "binance_usdm"] as const) {
  Deno.test(`${name}: a flood has no gaps, and a snapshot joins it`, async () => {
    await using venue = await VenueProcess.start(name, ["--flood", "5000"]);
    using client = new SignedClient(venue);
    const url = `ws://127.0.0.1:${venue.port}/ws/btcusdt@depth@100ms`;
    await using depth = await Listening.open<Depth>(url);
    await until(() => depth.messages.length > 0, "the flood");
    const path = name === "binance_spot" ? "/api/v3/depth" : "/fapi/v1/depth";
    type Snapshot = { readonly lastUpdateId: number; readonly bids: readonly unknown[] };
    const snapshot = await client.get<Snapshot>(path, { symbol: "BTCUSDT", limit: "10" });
    const joins = ({ U, u }: Depth): boolean =>
      U <= snapshot.lastUpdateId + 1 && u >= snapshot.lastUpdateId + 1;
    await until(() => depth.messages.length > 2000 && depth.messages.some(joins), "more of it");
    strictEqual(gapsOf(depth.messages), 0);
    strictEqual(snapshot.bids.length, 10);
  });
}

function gapsOf(messages: readonly Depth[]): number {
  return messages.filter((message, at) => {
    const previous = messages[at - 1]?.u;
    if (previous === undefined) return false;
    return message.pu === undefined ? message.U !== previous + 1 : message.pu !== previous;
  }).length;
}

Deno.test("a busted trade leaves the account's trades and its money", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  using client = new SignedClient(venue);
  const before = (await venue.audit()).balances;
  const order = await place(venue, RESTING);
  await venue.tell({ op: "fill", order, qty: "0.5" });
  const [trade] = await client.get<{ id: number }[]>("/api/v3/myTrades", { symbol: "BTCUSDT" });
  ok(trade);
  await venue.tell({ op: "bust", tradeId: trade.id });
  deepStrictEqual(await client.get("/api/v3/myTrades", { symbol: "BTCUSDT" }), []);
  deepStrictEqual((await venue.audit()).balances, before);
});
