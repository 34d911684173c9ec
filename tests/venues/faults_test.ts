/**
 * Each fault of the fake venues, shown once: what the client sees, and what the venue did. Supports R-EXEC-3, R-EXEC-4.
 * @module
 */
import { deepStrictEqual, ok, strictEqual } from "node:assert/strict";
import { pause, until } from "../support/temporary.ts";
import { VenueProcess } from "./control.ts";
import type { RequestFault } from "./faults.ts";
import { type Outcome, SignedClient } from "./signed_client.ts";

const ORDER = "/api/v3/order";
/** How long silence is listened to, once a request is there. */
const SILENT_MS = 300;
const MINUTE_MS = 60_000;

function orderParams(newClientOrderId: string): Readonly<Record<string, string>> {
  return {
    symbol: "BTCUSDT",
    side: "BUY",
    type: "LIMIT",
    timeInForce: "GTC",
    quantity: "0.1",
    price: "49000",
    newClientOrderId,
  };
}

/** Places one order under a fault; waits for its answer only for a while, if none shall come. */
async function placeUnder(
  venue: VenueProcess,
  fault: RequestFault,
  { isAnswered }: { readonly isAnswered: boolean } = { isAnswered: true },
): Promise<{ readonly outcome: Outcome | undefined; readonly acted: number }> {
  using client = new SignedClient(venue);
  const giveUp = new AbortController();
  await venue.tell({ op: "calm" });
  await venue.tell({ op: "fault", match: `POST ${ORDER}`, fault });
  const { seen: before } = await venue.audit();
  const clientOrderId = `x-${before.length}`;
  const params = orderParams(clientOrderId);
  const asking = client.ask("POST", ORDER, { params, signal: giveUp.signal });
  const isMine = (one: { readonly clientOrderId: string }): boolean =>
    one.clientOrderId === clientOrderId;
  await until(async () => (await venue.audit()).seen.some(isMine), "the request at the venue");
  if (!isAnswered) {
    await Promise.race([asking, pause(SILENT_MS)]);
    giveUp.abort();
  }
  const outcome = await asking;
  const { seen, orders } = await venue.audit();
  const mine = seen.find(isMine);
  strictEqual(mine?.received, 1);
  strictEqual(orders.filter((one) => one.clientOrderId === clientOrderId).length, mine.acted);
  return { outcome, acted: mine.acted };
}

const cases: readonly (readonly [string, RequestFault, number | undefined, number])[] = [
  ["a lost answer, closed", { kind: "loseResponse", by: "fin" }, undefined, 1],
  ["a lost answer, reset", { kind: "loseResponse", by: "rst" }, undefined, 1],
  ["a lost request, closed", { kind: "loseRequest", by: "fin" }, undefined, 0],
  ["a lost request, reset", { kind: "loseRequest", by: "rst" }, undefined, 0],
  ["silence after the act", { kind: "loseResponse", by: "silence" }, undefined, 1],
  ["silence", { kind: "loseRequest", by: "silence" }, undefined, 0],
  ["a late answer", { kind: "delayResponse", ms: 50 }, 200, 1],
  ["an answer past any deadline", { kind: "delayResponse" }, undefined, 1],
  ["a 503 that acted", { kind: "status", status: 503, acts: true }, 503, 1],
  ["a 503 that did not", { kind: "status", status: 503, acts: false }, 503, 0],
  ["a 408 that acted", { kind: "status", status: 408, acts: true }, 408, 1],
  ["a 504 that did not", { kind: "status", status: 504, acts: false }, 504, 0],
  ["garbage", { kind: "badBody", body: "garbage", acts: true }, 200, 1],
  [
    "half a body that is whole for HTTP",
    { kind: "badBody", body: "truncated", acts: true },
    200,
    1,
  ],
  ["an empty object", { kind: "badBody", body: "emptyObject", acts: true }, 200, 1],
  ["an empty body", { kind: "badBody", body: "empty", acts: false }, 200, 0],
  ["a body that stalls", { kind: "stallBody", acts: true }, undefined, 1],
  ["half a status line", { kind: "partialStatus", acts: true, by: "rst" }, undefined, 1],
  ["a rejection", { kind: "reject", code: -1008, msg: "Overloaded.", status: 503 }, 503, 0],
  ["a rate limit", { kind: "rateLimit", status: 429, retryAfterS: 1 }, 429, 0],
  ["a ban", { kind: "rateLimit", status: 418, retryAfterS: 1 }, 418, 0],
];

Deno.test("VenueServer spoils a request as told", async (t) => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  for (const [what, fault, status, acted] of cases) {
    await t.step(`with ${what}`, async () => {
      const seen = await placeUnder(venue, fault, { isAnswered: status !== undefined });
      deepStrictEqual([seen.outcome?.status, seen.acted], [status, acted]);
    });
  }
});

Deno.test("VenueServer gives bodies that are not what they should be", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  const texts: (string | undefined)[] = [];
  for (const body of ["garbage", "truncated", "emptyObject", "empty"] as const) {
    texts.push((await placeUnder(venue, { kind: "badBody", body, acts: true })).outcome?.text);
  }
  deepStrictEqual([texts[0], texts[2], texts[3]], ["<html>Bad gateway</html>", "{}", ""]);
  ok(texts[1]?.startsWith('{"symbol":"BTCUSDT"') && !texts[1].endsWith("}"));
});

Deno.test("VenueServer acts late, and answers then, never or at once", async (t) => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  const expected = [
    ["then", { ms: 100 }, 200, 1],
    ["never", {}, undefined, 0],
    ["timeout", {}, 504, 0],
  ] as const;
  for (const [answer, when, status, acted] of expected) {
    await t.step(answer, async () => {
      const fault = { kind: "actLate", ...when, answer } as const;
      const seen = await placeUnder(venue, fault, { isAnswered: status !== undefined });
      deepStrictEqual([seen.outcome?.status, seen.acted], [status, acted]);
      await venue.tell({ op: "calm" });
      await until(
        async () => (await venue.audit()).seen.every((one) => one.acted === 1),
        "the act",
      );
    });
  }
});

Deno.test("Limits answer 429 with Retry-After, ban who ignores it, and count as the venue does", async () => {
  const args = ["--speed", "0", "--weight-limit", "40", "--order-limit", "2"];
  await using venue = await VenueProcess.start("binance_spot", args);
  using client = new SignedClient(venue);
  // Its windows are those of its clock: none may end in between.
  const atMs = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;
  await venue.tell({ op: "still", atMs });
  const account = (timestamp = atMs): Promise<Outcome | undefined> =>
    client.ask("GET", "/api/v3/account", { timestamp });
  strictEqual((await account())?.headers.get("x-mbx-used-weight-1m"), "20");
  strictEqual((await account())?.status, 200);
  const refused = await account();
  deepStrictEqual([refused?.status, JSON.parse(refused?.text ?? "").code], [429, -1003]);
  ok(Number(refused?.headers.get("retry-after")) >= 1);
  let last = refused;
  const laterMs = atMs + 600; // what was on its way is forgiven
  await venue.tell({ op: "still", atMs: laterMs });
  for (let asked = 0; asked < 12; asked++) last = await account(laterMs);
  strictEqual(last?.status, 418);
  await venue.tell({ op: "limits", weightPerMinute: 1000, ordersPer10s: 2 });
  const codes: (number | undefined)[] = [];
  for (const id of ["l-1", "l-2", "l-3"]) {
    const order = { params: orderParams(id), timestamp: laterMs };
    const placed = await client.ask("POST", ORDER, order);
    codes.push(JSON.parse(placed?.text ?? "{}").code);
  }
  deepStrictEqual(codes, [undefined, undefined, -1015]);
  const fourth = { params: orderParams("l-4"), timestamp: laterMs };
  const counted = await client.ask("POST", ORDER, fourth);
  deepStrictEqual([counted?.status, counted?.headers.get("retry-after") ?? null], [429, null]);
});

Deno.test("signatureRefusal() names each way in which a request is not believed", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  using client = new SignedClient(venue);
  const code = async (of: Parameters<SignedClient["ask"]>[2]): Promise<number | undefined> =>
    JSON.parse((await client.ask("GET", "/api/v3/account", of))?.text ?? "{}").code;
  strictEqual(await code({ secret: "wrong" }), -1022);
  strictEqual(await code({ key: "wrong" }), -2015);
  const atMs = Date.now();
  await venue.tell({ op: "still", atMs });
  strictEqual(await code({ timestamp: atMs }), undefined);
  strictEqual(await code({ timestamp: atMs - 6000 }), -1021);
  strictEqual(await code({ timestamp: atMs + 2000 }), -1021);
  await venue.tell({ op: "calm" });
  await venue.tell({ op: "skew", ms: -MINUTE_MS });
  strictEqual(await code({}), -1021);
  const sinceMs = Date.now();
  const { serverTime } = await client.get<{ serverTime: number }>("/api/v3/time");
  ok(serverTime >= sinceMs - MINUTE_MS && serverTime <= Date.now() - MINUTE_MS);
});

Deno.test("reads that lag show neither a young order nor its trades, while it is there", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  using client = new SignedClient(venue);
  await venue.tell({ op: "lag", ms: 300 });
  const atMs = Date.now();
  await venue.tell({ op: "still", atMs });
  const params = { ...orderParams("g-1"), price: "51000" };
  await client.ask("POST", ORDER, { params, timestamp: atMs });
  const look = async (timestamp: number): Promise<readonly unknown[]> => {
    const symbol = { symbol: "BTCUSDT" };
    const named = { params: { ...symbol, origClientOrderId: "g-1" }, timestamp };
    const order = await client.ask("GET", ORDER, named);
    const trades = await client.ask("GET", "/api/v3/myTrades", { params: symbol, timestamp });
    return [
      order?.status,
      JSON.parse(order?.text ?? "").code,
      JSON.parse(trades?.text ?? "").length,
    ];
  };
  await venue.tell({ op: "still", atMs: atMs + 299 });
  deepStrictEqual(await look(atMs + 299), [400, -2013, 0]);
  await venue.tell({ op: "still", atMs: atMs + 300 });
  deepStrictEqual(await look(atMs + 300), [200, undefined, 1]);
});

Deno.test("a schedule of faults is the same for the same seed", async () => {
  const run = async (seed: number): Promise<readonly (number | undefined)[]> => {
    await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
    using client = new SignedClient(venue);
    const match = `POST ${ORDER}`;
    await venue.tell({
      op: "schedule",
      seed,
      requests: [
        { match, percent: 20, fault: { kind: "loseResponse", by: "rst" } },
        { match, percent: 20, fault: { kind: "status", status: 500, acts: false } },
      ],
    });
    const outcomes: (number | undefined)[] = [];
    for (let at = 0; at < 30; at++) {
      const placed = await client.ask("POST", ORDER, { params: orderParams(`s-${at}`) });
      outcomes.push(placed?.status);
    }
    return outcomes;
  };
  const first = await run(5);
  deepStrictEqual(await run(5), first);
  ok(first.includes(undefined) && first.includes(500) && first.includes(200));
});

Deno.test("a venue that restarts drops connections, is away, and keeps its books", async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "0"]);
  using client = new SignedClient(venue);
  await client.ask("POST", ORDER, { params: orderParams("r-1") });
  await venue.tell({ op: "restart" });
  strictEqual(await client.ask("GET", "/api/v3/openOrders"), undefined);
  await venue.tell({ op: "calm" });
  strictEqual((await client.ask("GET", "/api/v3/time"))?.status, 200);
  strictEqual((await client.get<unknown[]>("/api/v3/openOrders")).length, 1);
});
