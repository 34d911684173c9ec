/**
 * Binance spot over CCXT against its fake: orders, fills, doubt, streams, books, reconciliation.
 *
 * Proves: R-VENUE-2, R-VENUE-7, R-EXEC-1, R-EXEC-3, R-EXEC-5 for the adapter.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { micros, px, qty } from "../../../../../core/numbers.ts";
import { denoClock, denoTimers } from "../../../../../edge/deno_time.ts";
import type { Timers } from "../../../../../edge/ports.ts";
import {
  asked,
  CcxtRig,
  PREFIX,
  relaxed,
  stillVenue,
  testsOn,
} from "../../../../support/ccxt_rig.ts";
import { VenueProcess } from "../../../../venues/control.ts";

const spot = testsOn("binance_spot");

spot("start() lists the venue's rules and reconciles the account", (_venue, rig) => {
  const [listed] = rig.listed;
  deepStrictEqual(listed?.priceRule.ticks, [{ fromQuanta: 1, stepQuanta: 1 }]);
  strictEqual(listed?.status, "open");
  ok(listed?.minNotional !== null);
  const [account] = rig.of("AccountReported");
  strictEqual(account?.balances.find(({ currency }) => currency === "BTC")?.total, "10");
});

spot("send() places an order and reports its acceptance with stamps", async (_venue, rig) => {
  rig.submit(1);
  const accepted = await rig.next("OrderAccepted");
  strictEqual(accepted.clOrdId, `${PREFIX}-1-1`);
  ok(accepted.venueOrderId !== null && accepted.submitUs !== undefined);
});

spot("prepare() sends nothing", async (venue, rig) => {
  const command = rig.submission(1);
  rig.adapter.prepare?.(command);
  await new Promise((resolve) => setTimeout(resolve, 100));
  deepStrictEqual((await venue.audit()).orders, []);
  rig.adapter.send({ command, journalUs: micros(1) });
  await rig.next("OrderAccepted");
});

spot("send() reports executions once each by answer and stream, exactly", async (venue, rig) => {
  rig.submit(1, { price: px(5_001_000), orderQty: qty(600_000) });
  await rig.until(() => rig.of("OrderExecuted").length >= 2, "both reports of the fill");
  const [first] = rig.of("OrderExecuted");
  strictEqual(first?.lastQty, 500_000);
  strictEqual(first?.lastPx, 5_001_000);
  const [trade] = (await venue.audit()).trades;
  strictEqual(first?.execId, `BTCUSDT-${trade?.tradeId}-B`);
  strictEqual(Number(first?.commission), Number(trade?.commission));
  strictEqual(first?.commissionCurrency, trade?.commissionAsset);
});

spot("send() cancels, and says so only after the fills it counts", async (venue, rig) => {
  rig.submit(1);
  await rig.next("OrderAccepted");
  await venue.tell({ op: "fill", order: `${PREFIX}-1-1`, qty: "0.004", count: 4 });
  rig.cancel(1);
  await rig.next("OrderCancelled");
  const kinds = rig.reports.map(({ eventType }) => eventType);
  const executed = new Set(rig.of("OrderExecuted").map(({ execId }) => execId));
  strictEqual(executed.size, 4);
  ok(kinds.lastIndexOf("OrderExecuted") < kinds.indexOf("OrderCancelled"));
});

spot("send() ends the rest of an IOC order after its fills", async (_venue, rig) => {
  rig.submit(1, { price: px(5_001_000), orderQty: qty(700_000), timeInForce: "IOC" });
  await rig.next("OrderCancelled");
  strictEqual(rig.of("OrderExecuted")[0]?.lastQty, 500_000);
});

spot("send() has a crossing post-only order refused as such", async (_venue, rig) => {
  rig.submit(1, { price: px(5_002_000), postOnly: true });
  strictEqual((await rig.next("OrderRejected")).rejectCode, "VENUE_POST_ONLY");
});

spot("send() reports funds that are missing", async (_venue, rig) => {
  rig.submit(1, { price: px(4_900_000), orderQty: qty(90_000_000) });
  strictEqual((await rig.next("OrderRejected")).rejectCode, "VENUE_FUNDS");
});

spot("send() reports a cancel of what is not there", async (_venue, rig) => {
  rig.cancel(7);
  strictEqual((await rig.next("CancelRejected")).rejectCode, "VENUE_NOT_FOUND");
});

const LOST = ["fin", "rst"] as const;
for (const by of LOST) {
  spot(
    `send() leaves a place whose answer is lost (${by}) in doubt; a look-up finds it`,
    async (venue, rig) => {
      await venue.tell({
        op: "fault",
        match: "POST /api/v3/order",
        fault: { kind: "loseResponse", by },
      });
      rig.submit(1, { price: px(5_001_000), orderQty: qty(600_000) });
      strictEqual((await rig.next("RequestFailed")).outcome, "unknown");
      rig.lookup(1);
      const found = await rig.next("OrderFound");
      strictEqual(found.status, "open");
      strictEqual(found.cumQty, 500_000);
      const kinds = rig.reports.map(({ eventType }) => eventType);
      ok(kinds.indexOf("OrderExecuted") < kinds.indexOf("OrderFound"));
      const [seen] = (await venue.audit()).seen;
      strictEqual(seen?.received, 1);
    },
  );
}

spot("send() looks up what the venue never had", async (_venue, rig) => {
  rig.lookup(3);
  strictEqual((await rig.next("OrderNotFound")).order, 3);
});

spot(
  "send() says that a rate-limited order was not looked at, and for how long",
  async (venue, rig) => {
    await venue.tell({
      op: "fault",
      match: "POST /api/v3/order",
      fault: { kind: "rateLimit", status: 429, retryAfterS: 7 },
    });
    rig.submit(1);
    const failed = await rig.next("RequestFailed");
    deepStrictEqual([failed.outcome, failed.retryAfterMs], ["notSent", 7000]);
  },
);

spot("send() builds a dry order to its last byte and sends nothing", async (venue, rig) => {
  const before = (await venue.audit()).requestCount;
  rig.submit(1, { dryRun: true });
  await rig.until(() => rig.dry.length === 1, "a dry answer");
  strictEqual((await venue.audit()).requestCount, before);
});

spot("start() takes a burst of 500 fills in one write", async (venue, rig) => {
  rig.submit(1, { orderQty: qty(100_000) });
  await rig.next("OrderAccepted");
  await venue.tell({ op: "fill", order: `${PREFIX}-1-1`, qty: "0.5", count: 500 });
  await rig.until(() => rig.of("OrderExecuted").length >= 500, "all fills");
  strictEqual(new Set(rig.of("OrderExecuted").map(({ execId }) => execId)).size, 500);
});

spot(
  "start() reports a lost stream as down, comes back, and finds the fills meanwhile",
  async (venue, rig) => {
    rig.submit(1);
    await rig.next("OrderAccepted");
    const sinceUs = Date.now() * 1000 - 1_000_000;
    await venue.tell({ op: "drop", stream: "user", by: "rst" });
    await venue.tell({ op: "fill", order: `${PREFIX}-1-1`, qty: "0.003", count: 3 });
    await rig.until(() => rig.statuses.some((said) => said.startsWith("down")), "down");
    await rig.until(() => rig.statuses.at(-1)?.startsWith("reconciling") === true, "back");
    const { openOrders } = await rig.reconcile(sinceUs);
    const executed = rig.of("OrderExecuted");
    strictEqual(new Set(executed.map(({ execId }) => execId)).size, 3);
    ok(executed.every(({ clOrdId }) => clOrdId === `${PREFIX}-1-1`));
    deepStrictEqual(openOrders.map(({ clOrdId, cumQty }) => [clOrdId, cumQty]), [[
      `${PREFIX}-1-1`,
      300,
    ]]);
    strictEqual(rig.of("AccountReported").length, 2);
  },
);

Deno.test(
  "reconcile() names executions of orders that this adapter never saw",
  relaxed,
  async () => {
    await using venue = await stillVenue("binance_spot");
    const sinceUs = Date.now() * 1000 - 1_000_000;
    {
      using first = await CcxtRig.up(venue);
      first.submit(1, { price: px(5_001_000), orderQty: qty(100_000) });
      await first.next("OrderExecuted");
    }
    using second = await CcxtRig.up(venue);
    await second.reconcile(sinceUs);
    deepStrictEqual(second.of("OrderExecuted").map(({ clOrdId }) => clOrdId), [`${PREFIX}-1-1`]);
  },
);

spot("start() opens the stream anew when the venue ends it", async (venue, rig) => {
  await venue.tell({ op: "endUserStream" });
  await rig.until(() => rig.statuses.some((said) => said.startsWith("down")), "down");
  await rig.until(() => rig.statuses.at(-1)?.startsWith("reconciling") === true, "back");
});

spot("start() posts cash that comes from outside", async (venue, rig) => {
  await venue.tell({ op: "deposit", asset: "USDT", amount: "12.5" });
  const posted = await rig.next("CashPosted");
  deepStrictEqual([posted.kind, posted.currency, posted.amount], ["deposit", "USDT", "12.5"]);
});

Deno.test("start() keeps a book in step, and takes it anew after a gap", relaxed, async () => {
  await using venue = await VenueProcess.start("binance_spot", ["--speed", "50"]);
  using rig = await CcxtRig.up(venue);
  await rig.until(() => rig.of("BookDelta").length > 3, "changes");
  const before = rig.of("BookSnapshot").length;
  strictEqual(before, 1);
  await venue.tell({ op: "skipDepth", symbol: "BTCUSDT", count: 1 });
  await rig.until(() => rig.of("BookInvalidated").length > 0, "an invalidation");
  await rig.until(() => rig.of("BookSnapshot").length > before, "another snapshot");
  const last = rig.of("BookDelta").length;
  await rig.until(() => rig.of("BookDelta").length > last, "changes again");
  strictEqual(rig.of("BookInvalidated").length, 1);
});

Deno.test(
  "start() gives market data without keys, and trades once they are there",
  relaxed,
  async () => {
    await using venue = await VenueProcess.start("binance_spot", ["--speed", "50"]);
    using rig = await CcxtRig.start(venue, { credentials: null });
    await rig.until(() => rig.of("BookDelta").length > 0, "a book");
    match(rig.statuses.join(), /down: there are no keys/);
    rig.submit(1);
    strictEqual((await rig.next("RequestFailed")).outcome, "notSent");
  },
);

Deno.test("start() measures the venue's clock and signs by it", relaxed, async () => {
  await using venue = await stillVenue("binance_spot");
  await venue.tell({ op: "skew", ms: 8000 });
  using rig = await CcxtRig.up(venue);
  rig.submit(1);
  await rig.next("OrderAccepted");
  match(rig.logged.join("\n"), /alarm clock_skew/);
  ok(Math.abs((rig.skews.at(-1) ?? 0) - 8_000_000) < 1_000_000, "the daemon is told");
});

Deno.test("start() goes on where the venue's time cannot be read", relaxed, async () => {
  await using venue = await stillVenue("binance_spot");
  const fault = { kind: "badBody", body: "emptyObject", acts: false } as const;
  await venue.tell({ op: "fault", match: "GET /api/v3/time", count: 2, fault });
  using rig = await CcxtRig.up(venue);
  rig.submit(1);
  await rig.next("OrderAccepted");
});

spot("reconcile() reports executions of an order that has no key", async (venue, rig) => {
  const sinceUs = Date.now() * 1000 - 1_000_000;
  const order = { symbol: "BTCUSDT", side: "BUY", type: "MARKET", qty: "0.01" } as const;
  await venue.tell({ op: "foreign", clientOrderId: "", ...order });
  const streamed = await rig.next("OrderExecuted");
  strictEqual(streamed.clOrdId, null);
  await rig.reconcile(sinceUs);
  deepStrictEqual(rig.of("OrderExecuted").map(({ clOrdId, execId }) => [clOrdId, execId]), [
    [null, streamed.execId],
    [null, streamed.execId],
  ]);
});

spot("reconcile() takes no account without balances for an empty one", async (venue, rig) => {
  const fault = { kind: "badBody", body: "emptyObject", acts: false } as const;
  await venue.tell({ op: "fault", match: "GET /api/v3/account", fault });
  rig.reconcile(null).catch(() => {}); // it waits for an answer that does not come
  match((await rig.next("ReconcileFailed")).text, /balances: it must be a list: was absent/);
  strictEqual(rig.of("AccountReported").length, 1, "the one of the start");
});

spot("send() leaves an order in doubt whose execution cannot be counted", async (venue, rig) => {
  await venue.tell({ op: "quote", symbol: "BTCUSDT", side: "SELL", price: "50009.995", qty: "1" });
  rig.submit(1, { price: px(5_001_000) });
  strictEqual((await rig.next("RequestFailed")).outcome, "unknown");
  ok(rig.logged.some((line) => line.includes("must be a count of its quantum")), rig.logged.join());
  rig.lookup(1);
  strictEqual((await rig.next("RequestFailed", 1)).outcome, "unknown");
});

spot("start() keeps the market stream where a price cannot be counted", async (venue, rig) => {
  await rig.until(() => rig.of("BookSnapshot").length === 1, "a book");
  await venue.tell({ op: "quote", symbol: "BTCUSDT", side: "SELL", price: "50009.995", qty: "1" });
  const { reason } = await rig.next("BookInvalidated");
  match(reason, /must be a count of its quantum, 0.01: was 50009.995/);
  const alarms = rig.logged.filter((line) => line.startsWith("alarm"));
  deepStrictEqual([alarms.length, alarms[0]?.includes("market_changed")], [1, true]);
  ok(!rig.logged.some((line) => line.includes("market_stream_lost")), rig.logged.join());
});

spot("send() measures the clock again when the venue finds it wrong", async (venue, rig) => {
  await venue.tell({ op: "skew", ms: -20_000 });
  rig.submit(1);
  strictEqual((await rig.next("RequestFailed")).outcome, "notSent");
  await rig.until(() => rig.logged.some((line) => line.includes("clock_skew")), "a measurement");
  rig.submit(2);
  await rig.next("OrderAccepted");
});

Deno.test("start() goes on reading the markets when one of them is gone", relaxed, async () => {
  await using venue = await stillVenue("binance_spot");
  const real = denoTimers(denoClock());
  const timers: Timers = {
    ...real,
    after: (us, task) => real.after(us === 900_000_000 ? 50_000 : us, task), // a quarter of an hour
  };
  using rig = await CcxtRig.up(venue, { timers });
  const fault = { kind: "reject", code: -1121, msg: "Invalid symbol." } as const;
  await venue.tell({ op: "fault", match: "GET /api/v3/exchangeInfo", fault });
  await rig.until(() => rig.logged.some((line) => line.includes("markets_not_read")), "a refusal");
  const before = rig.listed.length;
  await rig.until(() => rig.listed.length > before, "another listing");
  const asked = (await venue.audit()).requests.filter(({ requestLine }) =>
    requestLine.includes("/exchangeInfo")
  );
  deepStrictEqual([asked[0], asked.at(-1)].map((one) => one?.requestLine.includes("symbols=")), [
    true,
    false,
  ]);
});

Deno.test("start() says in a sentence that nobody is there", relaxed, async () => {
  using rig = await CcxtRig.start({ port: 9 });
  await rig.until(() => rig.statuses.length > 0, "a status");
  match(
    rig.statuses[0] ?? "",
    /^down: Cannot load the markets of the exchange: Cannot complete GET/,
  );
});

spot("cancelAll() cancels what is ours, from memory", async (venue, rig) => {
  await venue.tell({
    op: "foreign",
    symbol: "BTCUSDT",
    side: "BUY",
    type: "LIMIT",
    price: "49000",
    qty: "1",
  });
  rig.submit(1);
  rig.submit(2);
  await rig.until(() => rig.of("OrderAccepted").length >= 2, "both");
  rig.adapter.cancelAll();
  await rig.until(
    () => new Set(rig.of("OrderCancelled").map(({ clOrdId }) => clOrdId)).size === 2,
    "both cancelled",
  );
  const open = (await venue.audit()).orders.filter(({ state }) => state === "NEW");
  strictEqual(open.length, 1);
});

Deno.test(
  "cancelAll() leaves others' orders alone that a reconciliation listed",
  relaxed,
  async () => {
    await using venue = await stillVenue("binance_spot");
    const foreign = { op: "foreign", symbol: "BTCUSDT", side: "BUY", type: "LIMIT" } as const;
    await venue.tell({ ...foreign, price: "49000", qty: "1" });
    using rig = await CcxtRig.up(venue);
    rig.submit(1);
    await rig.next("OrderAccepted");
    rig.adapter.cancelAll();
    await rig.next("OrderCancelled");
    const open = (await venue.audit()).orders.filter(({ state }) => state === "NEW");
    deepStrictEqual(open.map(({ price }) => Number(price)), [49_000]);
  },
);

Deno.test("cancelAll() cancels what of ours rests when it has just started", relaxed, async () => {
  await using venue = await stillVenue("binance_spot");
  const foreign = { op: "foreign", symbol: "BTCUSDT", side: "BUY", type: "LIMIT" } as const;
  await venue.tell({ ...foreign, price: "49000", qty: "1" });
  {
    using before = await CcxtRig.up(venue);
    for (let order = 1; order <= 40; order++) before.submit(order);
    await before.until(() => before.of("OrderAccepted").length >= 40, "all of them");
  }
  using rig = await CcxtRig.start(venue); // as in safe mode: nothing is reconciled
  await rig.until(() => rig.statuses.some((said) => said.startsWith("reconciling")), "connected");
  rig.adapter.cancelAll();
  const ended = (): number => new Set(rig.of("OrderCancelled").map((one) => one.clOrdId)).size;
  await rig.until(() => ended() === 40, "the stream's word on each");
  const open = (await venue.audit()).orders.filter(({ state }) => state === "NEW");
  deepStrictEqual(open.map(({ price }) => Number(price)), [49_000]);
});

spot("cancelAll() says when what rests cannot be read", async (venue, rig) => {
  const fault = { kind: "status", status: 503, acts: false } as const;
  await venue.tell({ op: "fault", match: "GET /api/v3/openOrders", fault });
  rig.submit(1);
  await rig.next("OrderAccepted");
  rig.adapter.cancelAll();
  await rig.next("OrderCancelled");
  await rig.until(() => rig.logged.some((line) => line.includes("open_orders_not_read")), "a word");
});

const HOUR_S = 3600;

spot(
  "send() sends nothing while the venue has asked for a pause, cancels neither",
  async (venue, rig) => {
    await venue.tell({
      op: "fault",
      match: "POST /api/v3/order",
      fault: { kind: "rateLimit", status: 429, retryAfterS: HOUR_S },
    });
    rig.submit(1);
    await rig.next("RequestFailed");
    const before = (await venue.audit()).requestCount;
    rig.cancel(1);
    rig.submit(2);
    await rig.until(() => rig.of("RequestFailed").length === 3, "all three");
    strictEqual((await venue.audit()).requestCount, before);
    ok(rig.of("RequestFailed").every(({ outcome }) => outcome === "notSent"));
    rig.aheadUs = HOUR_S * 1_000_000; // both clocks, since the venue looks at the time of requests
    await venue.tell({ op: "skew", ms: HOUR_S * 1000 });
    rig.submit(3);
    await rig.next("OrderAccepted");
  },
);

spot("send() cancels while the venue has counted too many orders", async (venue, rig) => {
  rig.submit(1);
  await rig.next("OrderAccepted");
  const fault = { kind: "status", status: 429, acts: false, code: -1015 } as const;
  await venue.tell({ op: "fault", match: "POST /api/v3/order", fault });
  rig.submit(2);
  await rig.next("RequestFailed");
  const before = (await venue.audit()).requestCount;
  rig.submit(3); // withheld here
  await rig.next("RequestFailed", 1);
  strictEqual((await venue.audit()).requestCount, before);
  deepStrictEqual(
    rig.of("RequestFailed").map(({ outcome, retryAfterMs }) => [outcome, retryAfterMs]),
    [["notSent", undefined], ["notSent", undefined]],
  );
  rig.cancel(1);
  strictEqual((await rig.next("OrderCancelled")).clOrdId, `${PREFIX}-1-1`);
});

/** In which order three executions are heard of. */
const disturbed = [
  ["duplicate", [0, 1, 2]],
  ["swap", [1, 0, 2]],
  ["delay", [0, 1, 2]],
] as const;
for (const [what, heard] of disturbed) {
  spot(
    `start() loses no fill and says the end last under "${what}" of user messages`,
    async (venue, rig) => {
      rig.submit(1, { orderQty: qty(10_000) });
      await rig.next("OrderAccepted");
      await venue.tell({ op: "disturb", stream: "user", what, count: 6, ms: 300 });
      await venue.tell({ op: "fill", order: `${PREFIX}-1-1`, qty: "0.03", count: 3 });
      await venue.tell({ op: "cancel", order: `${PREFIX}-1-1` });
      await rig.next("OrderCancelled");
      const kinds = rig.reports.map(({ eventType }) => eventType);
      const before = kinds.slice(0, kinds.indexOf("OrderCancelled"));
      const count = before.filter((kind) => kind === "OrderExecuted").length;
      const told = new Set(rig.of("OrderExecuted").slice(0, count).map(({ execId }) => execId));
      const { trades } = await venue.audit();
      deepStrictEqual([...told], heard.map((at) => `BTCUSDT-${trades[at]?.tradeId}-B`));
    },
  );
}

const mangled = ["garbage", "truncated", "emptyObject", "empty"] as const;
for (const body of mangled) {
  spot(
    `send() takes an answer of ${body} with status 200 for none, of place and cancel`,
    async (venue, rig) => {
      const fault = { kind: "badBody", body, acts: true } as const;
      await venue.tell({ op: "fault", match: "POST /api/v3/order", fault });
      rig.submit(1);
      strictEqual((await rig.next("RequestFailed")).outcome, "unknown");
      await venue.tell({ op: "fault", match: "DELETE /api/v3/order", fault });
      rig.cancel(1);
      strictEqual((await rig.next("RequestFailed", 1)).outcome, "unknown");
      await rig.next("OrderCancelled"); // the stream says what happened
    },
  );
}

spot(
  "send() cancels after an execution that is missing, also where others were told twice",
  async (venue, rig) => {
    rig.submit(1, { price: px(5_001_000), orderQty: qty(700_000) });
    await rig.until(() => rig.of("OrderExecuted").length === 2, "the answer and the stream");
    await venue.tell({ op: "disturb", stream: "user", what: "delay", count: 2, ms: 4000 });
    await venue.tell({ op: "fill", order: `${PREFIX}-1-1`, qty: "1" });
    rig.cancel(1);
    await rig.next("OrderCancelled");
    const end = rig.reports.findIndex(({ eventType }) => eventType === "OrderCancelled");
    const executed = rig.reports.slice(0, end)
      .flatMap((draft) => draft.eventType === "OrderExecuted" ? [draft.payload] : []);
    deepStrictEqual(
      [...new Map(executed.map(({ execId, lastQty }) => [execId, lastQty])).values()],
      [500_000, 100_000],
    );
  },
);

spot(
  "send() says that a cancel is not known when its executions cannot be had",
  async (venue, rig) => {
    rig.submit(1);
    await rig.next("OrderAccepted");
    await venue.tell({ op: "disturb", stream: "user", what: "delay", count: 10 });
    const fault = { kind: "status", status: 503, acts: false } as const;
    await venue.tell({ op: "fault", match: "GET /api/v3/myTrades", count: 9, fault });
    await venue.tell({ op: "fill", order: `${PREFIX}-1-1`, qty: "0.004" });
    rig.cancel(1);
    strictEqual((await rig.next("RequestFailed")).outcome, "unknown");
    strictEqual(rig.of("OrderCancelled").length, 0);
    match(rig.logged.join("\n"), /alarm executions_missing/);
    await venue.tell({ op: "release" });
    await rig.next("OrderCancelled"); // once the report of the fill has come
    strictEqual(rig.of("OrderExecuted").length, 1);
  },
);

spot("send() asks again where order and executions do not agree", async (venue, rig) => {
  rig.submit(1);
  await rig.next("OrderAccepted");
  await venue.tell({ op: "fill", order: `${PREFIX}-1-1`, qty: "0.004" });
  const fault = { kind: "badBody", body: "emptyObject", acts: false } as const;
  await venue.tell({ op: "fault", match: "GET /api/v3/myTrades", fault });
  rig.lookup(1);
  strictEqual((await rig.next("RequestFailed")).outcome, "unknown");
  rig.lookup(1);
  strictEqual((await rig.next("OrderFound")).cumQty, 400);
});

spot("send() looks up an order of more executions than one answer holds", async (venue, rig) => {
  rig.submit(1, { orderQty: qty(100_000) });
  await rig.next("OrderAccepted");
  const fill = { op: "fill", order: `${PREFIX}-1-1`, qty: "0.3", count: 600 } as const;
  await venue.tell(fill);
  await rig.until(() => rig.of("OrderExecuted").length === 600, "the first of them");
  await venue.tell(fill);
  await rig.until(() => rig.of("OrderExecuted").length === 1200, "all of them");
  rig.lookup(1);
  strictEqual((await rig.next("OrderFound")).cumQty, 60_000);
  const told = new Set(rig.of("OrderExecuted").slice(1200).map(({ execId }) => execId));
  strictEqual(told.size, 1200, "the answer follows every one of them");
});

spot("reconcile() fails as a whole when part of it cannot be read", async (venue, rig) => {
  const fault = { kind: "status", status: 503, acts: false } as const;
  await venue.tell({ op: "fault", match: "GET /api/v3/account", fault });
  const before = rig.of("AccountReported").length;
  rig.reconcile(Date.now() * 1000).catch(() => {});
  match((await rig.next("ReconcileFailed")).text, /answered 503/);
  strictEqual(rig.of("AccountReported").length, before);
});

spot("offer() that is refused is made again, in order, and nothing is lost", async (venue, rig) => {
  rig.submit(1, { orderQty: qty(100_000) });
  await rig.next("OrderAccepted");
  rig.takes = false;
  await venue.tell({ op: "fill", order: `${PREFIX}-1-1`, qty: "0.5", count: 50 });
  await new Promise((resolve) => setTimeout(resolve, 200));
  strictEqual(rig.of("OrderExecuted").length, 0);
  rig.takes = true;
  await rig.until(() => rig.of("OrderExecuted").length === 50, "all of them");
  const times = rig.reports.map(({ eventTime }) => eventTime);
  deepStrictEqual(times, times.toSorted((left, right) => left - right));
});

spot("send() does not believe a look-up that is older than the order's end", async (venue, rig) => {
  rig.submit(1);
  await rig.next("OrderAccepted");
  await venue.tell({ op: "fault", match: "GET /api/v3/order", fault: { kind: "delayResponse" } });
  rig.lookup(1);
  await asked(venue, { path: "GET /api/v3/order?", times: 1 });
  rig.cancel(1);
  await rig.next("OrderCancelled");
  await venue.tell({ op: "release" });
  const { outcome, text } = await rig.next("RequestFailed");
  deepStrictEqual([outcome, text], ["unknown", "older than the order's end"]);
  strictEqual(rig.of("OrderFound").length, 0);
});
