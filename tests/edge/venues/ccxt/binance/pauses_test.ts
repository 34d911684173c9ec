/**
 * Pauses that Binance asks for, against its fakes: whatever says so, and for whatever leaves.
 *
 * Proves: R-EXEC-8 for the adapter.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { denoClock, denoTimers } from "../../../../../edge/deno_time.ts";
import type { Timers } from "../../../../../edge/ports.ts";
import { CcxtRig, PERPETUAL, relaxed, stillVenue } from "../../../../support/ccxt_rig.ts";

const HOUR_S = 3600;
/** From the exchange's word to ours. */
const TRIP_MAX_MS = 10_000;

Deno.test("send() sends nothing through a ban of USD-M that has no header", relaxed, async () => {
  await using venue = await stillVenue("binance_usdm");
  using rig = await CcxtRig.up(venue, { instrument: PERPETUAL });
  await venue.tell({
    op: "fault",
    match: "POST /fapi/v1/order",
    fault: { kind: "rateLimit", status: 418, retryAfterS: HOUR_S, inWords: true },
  });
  rig.submit(1);
  const { retryAfterMs = 0 } = await rig.next("RequestFailed");
  ok(Math.abs(retryAfterMs - HOUR_S * 1000) < TRIP_MAX_MS, String(retryAfterMs));
  const before = (await venue.audit()).requestCount;
  rig.cancel(1);
  strictEqual((await rig.next("RequestFailed", 1)).outcome, "notSent");
  strictEqual((await venue.audit()).requestCount, before);
});

Deno.test("start() dials no user stream of spot while a pause lasts", relaxed, async () => {
  await using venue = await stillVenue("binance_spot");
  using rig = await CcxtRig.up(venue);
  await venue.tell({
    op: "fault",
    match: "POST /api/v3/order",
    fault: { kind: "rateLimit", status: 418, retryAfterS: 2 },
  });
  rig.submit(1);
  await rig.next("RequestFailed");
  const before = (await venue.audit()).requests.length;
  await venue.tell({ op: "drop", stream: "user", by: "rst" });
  await rig.until(() => rig.statuses.at(-1)?.includes("asked for a pause") === true, "the reason");
  await rig.until(() => rig.statuses.at(-1) === "reconciling: connected", "another");
  const since = (await venue.audit()).requests.slice(before);
  ok(since.some(({ requestLine }) => requestLine.includes("/ws-api/")));
  deepStrictEqual(since.filter(({ status }) => status === 418), []);
});

/** A WebSocket API that refuses each subscription with a ban of an hour. */
function banning(): { readonly port: number; readonly server: Deno.HttpServer } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { socket, response } = Deno.upgradeWebSocket(request);
    socket.onmessage = ({ data }) => {
      const { id, method } = JSON.parse(String(data));
      if (!String(method).startsWith("userDataStream")) return;
      const serverTime = Date.now();
      const told = { serverTime, retryAfter: serverTime + HOUR_S * 1000 };
      const error = { code: -1003, msg: "Way too many requests.", data: told };
      socket.send(JSON.stringify({ id, status: 418, error }));
    };
    return response;
  });
  return { port: (server.addr as Deno.NetAddr).port, server };
}

Deno.test(
  "start() takes a refused subscription's ban for one of all requests",
  relaxed,
  async () => {
    await using venue = await stillVenue("binance_spot");
    const { port, server } = banning();
    await using _ = { [Symbol.asyncDispose]: () => server.shutdown() };
    const waits: number[] = [];
    const real = denoTimers(denoClock());
    const timers: Timers = {
      ...real,
      after: (us, task) => {
        waits.push(us / 1000);
        return real.after(us, task);
      },
    };
    const endpoints = {
      rest: `http://127.0.0.1:${venue.port}`,
      stream: `ws://127.0.0.1:${port}`,
    };
    using rig = await CcxtRig.start(venue, { timers, options: { endpoints } });
    await rig.until(
      () => rig.statuses.at(-1)?.startsWith("down: the user stream") === true,
      "down",
    );
    match(rig.statuses.at(-1) ?? "", /refused the stream: Way too many requests/);
    ok(waits.some((ms) => Math.abs(ms - HOUR_S * 1000) < TRIP_MAX_MS), "the next dial");
    rig.submit(1);
    const { outcome, retryAfterMs = 0 } = await rig.next("RequestFailed");
    strictEqual(outcome, "notSent");
    ok(Math.abs(retryAfterMs - HOUR_S * 1000) < TRIP_MAX_MS, String(retryAfterMs));
  },
);

const IMPATIENT = [
  { ordType: "Market", price: null },
  { ordType: "Limit", timeInForce: "IOC" },
  { ordType: "Limit", timeInForce: "FOK" },
] as const;

Deno.test(
  "send() refuses what may not rest while too many orders are counted",
  relaxed,
  async () => {
    await using venue = await stillVenue("binance_spot");
    using rig = await CcxtRig.up(venue);
    const fault = { kind: "status", status: 429, acts: false, code: -1015 } as const;
    await venue.tell({ op: "fault", match: "POST /api/v3/order", fault });
    rig.submit(1, { ordType: "Market", price: null });
    await rig.next("OrderRejected");
    const before = (await venue.audit()).requestCount;
    for (const [at, order] of IMPATIENT.entries()) rig.submit(2 + at, order); // withheld here
    await rig.until(() => rig.of("OrderRejected").length === 4, "all refused");
    ok(rig.of("OrderRejected").every(({ rejectCode }) => rejectCode === "VENUE_RATE_LIMIT"));
    rig.submit(5);
    strictEqual((await rig.next("RequestFailed")).outcome, "notSent");
    strictEqual((await venue.audit()).requestCount, before);
  },
);
