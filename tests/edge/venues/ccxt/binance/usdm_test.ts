/**
 * Binance USD-M over CCXT against its fake: what differs from spot.
 *
 * Proves: R-VENUE-2, R-VENUE-7, R-EXEC-1 (native replace), R-EXEC-5 (positions, funding), R-EXEC-6
 * (the venue's own switch) for the adapter.
 * @module
 */
import { deepStrictEqual, match, ok, strictEqual } from "node:assert/strict";
import { px, qty } from "../../../../../core/numbers.ts";
import { denoClock, denoTimers } from "../../../../../edge/deno_time.ts";
import type { Timers } from "../../../../../edge/ports.ts";
import {
  asked,
  CcxtRig,
  PERPETUAL,
  PREFIX,
  relaxed,
  type RigOptions,
  SILENT,
  stillVenue,
  testsOn,
} from "../../../../support/ccxt_rig.ts";
import { VenueProcess } from "../../../../venues/control.ts";
import { SignedClient } from "../../../../venues/signed_client.ts";

const usdm = testsOn("binance_usdm", { instrument: PERPETUAL });

/** Longer than a test takes on any machine. */
const HOUR_MS = 3_600_000;
const RESTING = { price: px(499_000), orderQty: qty(10) } as const;
const CONNECTED = "reconciling: connected";
const TAKING = { price: px(500_100), orderQty: qty(10) } as const;

usdm("start() lists the venue's rules, reports wallet and position", (_venue, rig) => {
  strictEqual(rig.listed[0]?.status, "open");
  const [account] = rig.of("AccountReported");
  deepStrictEqual(account?.positions, [{ instrument: PERPETUAL.id, qty: 0 }]);
  ok(account?.balances.some(({ currency }) => currency === "USDT"));
});

usdm("send() places, and the stream reports the executions", async (venue, rig) => {
  rig.submit(1, TAKING);
  const executed = await rig.next("OrderExecuted");
  strictEqual(executed.lastQty, 10);
  strictEqual(executed.liquidity, "Taker");
  const [trade] = (await venue.audit()).trades;
  strictEqual(executed.execId, `BTCUSDT-${trade?.tradeId}-B`);
  strictEqual(Number(executed.commission), Number(trade?.commission));
  ok(rig.of("OrderAccepted").length > 0);
});

usdm("send() amends in place under the old key", async (venue, rig) => {
  rig.submit(1, RESTING);
  await rig.next("OrderAccepted");
  rig.replace(1, { orderQty: qty(20), price: px(498_000) });
  const replaced = await rig.next("OrderReplaced");
  deepStrictEqual([replaced.clOrdId, replaced.orderQty, replaced.price], [
    `${PREFIX}-1-1`,
    20,
    498_000,
  ]);
  const keyed = rig.reports.filter(({ eventType }) => eventType === "OrderReplaced");
  strictEqual(new Set(keyed.map(({ idempotencyKey }) => idempotencyKey)).size, 1);
  const { seen } = await venue.audit();
  ok(seen.length > 0);
});

usdm("send() amends an order that this adapter never saw placed", async (venue, rig) => {
  rig.submit(1, RESTING);
  await rig.next("OrderAccepted");
  using second = await CcxtRig.start(venue, { instrument: PERPETUAL });
  await second.until(() => second.statuses.some((said) => said.startsWith("rec")), "connected");
  second.replace(1, { orderQty: qty(30), price: px(498_000) });
  strictEqual((await second.next("OrderReplaced")).orderQty, 30);
});

usdm("send() reports an order that its amendment ended as cancelled", async (_venue, rig) => {
  rig.submit(1, { ...RESTING, postOnly: true });
  await rig.next("OrderAccepted");
  rig.replace(1, { orderQty: RESTING.orderQty, price: px(501_000) });
  await rig.next("OrderCancelled");
  strictEqual(rig.of("OrderReplaced").length, 0);
});

usdm("send() reports an amendment that changes nothing as refused", async (_venue, rig) => {
  rig.submit(1, RESTING);
  await rig.next("OrderAccepted");
  rig.replace(1, { orderQty: RESTING.orderQty, price: RESTING.price });
  strictEqual((await rig.next("ReplaceRejected")).rejectCode, "VENUE_REJECTED");
});

usdm("send() has a crossing post-only order refused as such", async (_venue, rig) => {
  rig.submit(1, { ...TAKING, postOnly: true });
  strictEqual((await rig.next("OrderRejected")).rejectCode, "VENUE_POST_ONLY");
});

usdm("send() has a reduce-only order without a position refused", async (_venue, rig) => {
  rig.submit(1, { ...TAKING, reduceOnly: true });
  strictEqual((await rig.next("OrderRejected")).rejectCode, "VENUE_REJECTED");
});

usdm("send() ends the rest of an IOC order after its fills", async (_venue, rig) => {
  rig.submit(1, { ...TAKING, orderQty: qty(7000), timeInForce: "IOC" });
  await rig.next("OrderCancelled");
  strictEqual(rig.of("OrderExecuted")[0]?.lastQty, 5000);
});

usdm("send() has a FOK that cannot be filled end as cancelled", async (_venue, rig) => {
  rig.submit(1, { ...TAKING, orderQty: qty(7000), timeInForce: "FOK" });
  strictEqual((await rig.next("OrderCancelled")).clOrdId, `${PREFIX}-1-1`);
});

usdm("start() knows the book of a market in which nothing moves", async (_venue, rig) => {
  const { bids } = await rig.next("BookSnapshot");
  deepStrictEqual(bids.slice(0, 2), [499_900, 5000]);
});

usdm("send() cancels", async (_venue, rig) => {
  rig.submit(1, RESTING);
  await rig.next("OrderAccepted");
  rig.cancel(1);
  strictEqual((await rig.next("OrderCancelled")).clOrdId, `${PREFIX}-1-1`);
});

usdm(
  "send() leaves an amendment whose answer is lost in doubt; a look-up tells",
  async (venue, rig) => {
    rig.submit(1, RESTING);
    await rig.next("OrderAccepted");
    await venue.tell({
      op: "fault",
      match: "PUT /fapi/v1/order",
      fault: { kind: "loseResponse", by: "rst" },
    });
    rig.replace(1, { orderQty: qty(20), price: px(498_000) });
    strictEqual((await rig.next("RequestFailed")).outcome, "unknown");
    rig.lookup(1);
    const found = await rig.next("OrderFound");
    deepStrictEqual([found.orderQty, found.price], [20, 498_000]);
    const puts = (await venue.audit()).requests.filter(({ requestLine }) =>
      requestLine.startsWith("PUT")
    );
    strictEqual(puts.length, 1);
  },
);

/** Reports of the stream come when they are released; each keeps its place among those that do. */
const LATE = { op: "disturb", stream: "user", what: "delay" } as const;

usdm(
  "start() says nothing of a late amendment that a look-up has settled",
  async (venue, rig) => {
    rig.submit(1, RESTING);
    await rig.next("OrderAccepted");
    await venue.tell({ ...LATE, count: 4 });
    await venue.tell({
      op: "fault",
      match: "PUT /fapi/v1/order",
      fault: { kind: "status", status: 503, code: -1007, acts: true },
    });
    rig.replace(1, { orderQty: qty(12), price: RESTING.price });
    await rig.next("RequestFailed");
    await venue.tell({ op: "fill", order: `${PREFIX}-1-1`, qty: "0.004" });
    rig.lookup(1);
    strictEqual((await rig.next("OrderFound")).orderQty, 12);
    rig.replace(1, { orderQty: qty(20), price: RESTING.price });
    await rig.next("OrderReplaced");
    await venue.tell({ op: "cancel", order: `${PREFIX}-1-1` }); // the last that the stream tells
    await venue.tell({ op: "release" });
    await rig.next("OrderCancelled");
    deepStrictEqual(rig.of("OrderReplaced").map(({ orderQty }) => orderQty), [20]);
  },
);

usdm(
  "start() says nothing of a late amendment that its first reconciliation has shown",
  async (venue, rig) => {
    rig.submit(1, RESTING);
    await rig.next("OrderAccepted");
    using second = await CcxtRig.connected(venue, { instrument: PERPETUAL });
    await venue.tell({ ...LATE, count: 4 }); // to both of them
    rig.replace(1, { orderQty: qty(20), price: RESTING.price });
    await rig.next("OrderReplaced");
    const { openOrders } = await second.reconcile(null);
    deepStrictEqual(openOrders.map(({ orderQty }) => orderQty), [20]);
    await venue.tell({ op: "cancel", order: `${PREFIX}-1-1` });
    await venue.tell({ op: "release" });
    await second.next("OrderCancelled");
    strictEqual(second.of("OrderReplaced").length, 0);
  },
);

usdm(
  "start() says a late amendment that only a reconciliation has shown that failed",
  async (venue, rig) => {
    rig.submit(1, RESTING);
    await rig.next("OrderAccepted");
    using second = await CcxtRig.connected(venue, { instrument: PERPETUAL });
    await venue.tell({ ...LATE, count: 2 }); // to both of them
    rig.replace(1, { orderQty: qty(20), price: RESTING.price });
    await rig.next("OrderReplaced");
    const fault = { kind: "status", status: 503, acts: false } as const;
    await venue.tell({ op: "fault", match: "GET /fapi/v3/account", fault });
    second.reconcile(null).catch(() => {}); // it waits for an answer that does not come
    await second.next("ReconcileFailed");
    await venue.tell({ op: "release" });
    strictEqual((await second.next("OrderReplaced")).orderQty, 20);
  },
);

const GONE = { kind: "reject", code: -2013, msg: "Order does not exist." } as const;
const SOON: RigOptions = { options: { propagation_ms: 100 } };

/** Places an order and lets the venue forget it; returns its number there. */
async function forgotten(venue: VenueProcess, rig: CcxtRig): Promise<string | null> {
  rig.submit(1, RESTING);
  const { venueOrderId } = await rig.next("OrderAccepted");
  await venue.tell(SILENT);
  await venue.tell({ op: "fault", match: "GET /fapi/v1/order", count: 9, fault: GONE });
  return venueOrderId;
}

usdm("send() finds an order ended that the venue had and has forgotten", async (venue, rig) => {
  const venueOrderId = await forgotten(venue, rig);
  await venue.tell({ op: "cancel", order: `${PREFIX}-1-1` });
  rig.lookup(1, { venueOrderId });
  const { status, cumQty } = await rig.next("OrderFound");
  deepStrictEqual([status, cumQty], ["cancelled", 0]);
  const asked = (await venue.audit()).requests.map(({ requestLine }) => requestLine.split("?")[0]);
  const times = (line: string): number => asked.filter((other) => other === line).length;
  deepStrictEqual([times("GET /fapi/v1/order"), times("GET /fapi/v1/openOrders")], [3, 3]);
}, SOON);

usdm("send() offers what a forgotten order executed before it says so", async (venue, rig) => {
  const venueOrderId = await forgotten(venue, rig);
  await venue.tell({ op: "fill", order: `${PREFIX}-1-1`, qty: "0.004" });
  await venue.tell({ op: "cancel", order: `${PREFIX}-1-1` });
  rig.lookup(1, { venueOrderId });
  strictEqual((await rig.next("OrderFound")).cumQty, 4);
  strictEqual(rig.of("OrderExecuted").at(-1)?.lastQty, 4);
}, SOON);

usdm("send() does not take an order for ended that is listed as open", async (venue, rig) => {
  const venueOrderId = await forgotten(venue, rig);
  rig.lookup(1, { venueOrderId });
  const failed = await rig.next("RequestFailed");
  deepStrictEqual([failed.outcome, rig.of("OrderFound").length], ["unknown", 0]);
  ok(failed.text.endsWith("it is listed as open"), failed.text);
}, SOON);

usdm("send() does not find an order that the venue never numbered", async (venue, rig) => {
  await forgotten(venue, rig);
  rig.lookup(1);
  strictEqual((await rig.next("OrderNotFound")).order, 1);
}, SOON);

usdm(
  "send() finds an order whose executions are older than the venue gives by its number",
  async (venue, rig) => {
    rig.submit(1, RESTING);
    await rig.next("OrderAccepted");
    await venue.tell({ op: "fill", order: `${PREFIX}-1-1`, qty: "0.004" });
    await rig.next("OrderExecuted");
    await venue.tell({ op: "skew", ms: 8 * 86_400_000 });
    using second = await CcxtRig.up(venue, { instrument: PERPETUAL });
    second.lookup(1);
    const found = await second.next("OrderFound");
    deepStrictEqual([found.status, found.cumQty], ["open", 4]);
    strictEqual(second.of("OrderExecuted")[0]?.lastQty, 4);
  },
);

usdm(
  "send() finds an order by its number under the key that the exchange kept",
  async (_venue, rig) => {
    rig.submit(1, RESTING);
    await rig.next("OrderAccepted");
    rig.replace(1, { orderQty: qty(20), price: RESTING.price });
    const { venueOrderId } = await rig.next("OrderReplaced");
    rig.lookup(1, { clOrdId: `${PREFIX}-1-2`, venueOrderId });
    const found = await rig.next("OrderFound");
    deepStrictEqual([found.clOrdId, found.status, found.orderQty], [`${PREFIX}-1-1`, "open", 20]);
  },
);

usdm("send() takes no other order for one that has its number", async (_venue, rig) => {
  rig.submit(1, RESTING);
  const { venueOrderId } = await rig.next("OrderAccepted");
  rig.lookup(2, { clOrdId: `${PREFIX}-2-1`, venueOrderId });
  strictEqual((await rig.next("RequestFailed")).outcome, "unknown");
});

usdm("reconcile() reports position, entry price and funding", async (venue, rig) => {
  const sinceUs = Date.now() * 1000 - 1_000_000;
  rig.submit(1, TAKING);
  await rig.next("OrderExecuted");
  rig.submit(2, { ...RESTING, orderQty: qty(20) });
  await rig.until(() => rig.of("OrderAccepted").some(({ order }) => order === 2), "the second");
  await venue.tell({ op: "fill", order: `${PREFIX}-2-1`, qty: "0.02" });
  await rig.until(() => rig.of("OrderExecuted").length === 2, "both executions");
  await venue.tell({ op: "funding", symbol: "BTCUSDT", rate: "0.0001" });
  const funding = await rig.next("FundingPosted");
  ok(funding.amount.startsWith("-"));
  await rig.reconcile(sinceUs);
  const account = rig.of("AccountReported").at(-1);
  const entered = { avgPx: px(499_367), entryPrice: "49936.66666666" };
  deepStrictEqual(account?.positions, [{ instrument: PERPETUAL.id, qty: 30, ...entered }]);
  const keys = rig.reports.filter(({ eventType }) => eventType === "FundingPosted")
    .map(({ idempotencyKey }) => idempotencyKey);
  strictEqual(new Set(keys).size, 1);
});

usdm("reconcile() finds funding behind more than a page of commissions", async (venue, rig) => {
  const sinceUs = Date.now() * 1000 - 1_000_000;
  rig.submit(1, { ...RESTING, orderQty: qty(1300) });
  await rig.next("OrderAccepted");
  const fill = { op: "fill", order: `${PREFIX}-1-1`, qty: "0.6", count: 600 } as const;
  await venue.tell(fill);
  await rig.until(() => rig.of("OrderExecuted").length === 600, "half of them");
  await venue.tell(fill);
  await rig.until(() => rig.of("OrderExecuted").length === 1200, "all of them");
  await venue.tell({ op: "funding", symbol: "BTCUSDT", rate: "0.0001" });
  const byStream = await rig.next("FundingPosted");
  ok(byStream.amount.startsWith("-"));
  using second = await CcxtRig.connected(venue, { instrument: PERPETUAL });
  await second.reconcile(sinceUs);
  deepStrictEqual(second.of("FundingPosted").map(({ amount }) => amount), [byStream.amount]);
});

usdm(
  "reconcile() finds funding that the venue lists a while after it was paid",
  async (venue, rig) => {
    const sinceUs = Date.now() * 1000;
    rig.submit(1, TAKING);
    await rig.next("OrderExecuted");
    await rig.reconcile(sinceUs);
    await venue.tell({ op: "halfOpen", stream: "user" }); // nobody hints at it
    await venue.tell({ op: "lag", ms: HOUR_MS });
    await venue.tell({ op: "funding", symbol: "BTCUSDT", rate: "0.0001" });
    await rig.reconcile(Date.now() * 1000);
    strictEqual(rig.of("FundingPosted").length, 0, "it is not listed yet");
    await venue.tell({ op: "lag", ms: 0 });
    await rig.reconcile(Date.now() * 1000);
    strictEqual(rig.of("FundingPosted").length, 1);
    await rig.reconcile(Date.now() * 1000);
    strictEqual(rig.of("FundingPosted").length, 1, "it is said once, however far is looked back");
  },
);

Deno.test(
  "reconcile() posts funding since a time that has not come yet, and the stream's after it",
  relaxed,
  async () => {
    await using venue = await stillVenue("binance_usdm");
    const trade = { op: "foreign", symbol: "BTCUSDT", side: "BUY", type: "MARKET" } as const;
    await venue.tell({ ...trade, qty: "0.5" });
    const funding = { op: "funding", symbol: "BTCUSDT", rate: "0.0001" } as const;
    await venue.tell(funding);
    using rig = await CcxtRig.connected(venue, { instrument: PERPETUAL });
    await rig.reconcile(Date.now() * 1000 + 30_000_000);
    strictEqual(rig.of("FundingPosted").length, 1);
    await venue.tell(funding);
    await rig.next("FundingPosted", 1);
  },
);

/** More than two clocks can be apart by the slowness of the answers that compare them. */
const EARLIER_MS = 10_000;

for (const isKnown of [false, true]) {
  const when = isKnown ? "the adapter's first reconciliation looks back to" : "it was taken over";
  Deno.test(`start() posts no cash of an account from before ${when}`, relaxed, async () => {
    await using venue = await stillVenue("binance_usdm");
    await venue.tell({ op: "skew", ms: -EARLIER_MS });
    await venue.tell({ op: "deposit", asset: "USDT", amount: "1000" });
    await venue.tell({ op: "skew", ms: 0 });
    const sinceUs = isKnown ? Date.now() * 1000 : null;
    using rig = await CcxtRig.connected(venue, { instrument: PERPETUAL });
    await rig.reconcile(sinceUs);
    await venue.tell({ op: "deposit", asset: "USDT", amount: "5" });
    await rig.next("CashPosted");
    deepStrictEqual(rig.of("CashPosted").map(({ amount }) => amount), ["5"]);
  });
}

usdm("start() asks for funding again until the venue lists it", async (venue, rig) => {
  rig.submit(1, TAKING);
  await rig.next("OrderExecuted");
  await venue.tell({ op: "lag", ms: HOUR_MS });
  await venue.tell({ op: "funding", symbol: "BTCUSDT", rate: "0.0001" });
  await asked(venue, { path: "/fapi/v1/income", times: 1 });
  strictEqual(rig.of("FundingPosted").length, 0);
  await venue.tell({ op: "calm" });
  ok((await rig.next("FundingPosted")).amount.startsWith("-"));
});

usdm(
  "reconcile() fails and takes the venue down once the account is in hedge mode",
  async (venue, rig) => {
    using client = new SignedClient(venue);
    const mode = "/fapi/v1/positionSide/dual";
    await client.ask("POST", mode, { params: { dualSidePosition: "true" } });
    rig.reconcile(null).catch(() => {}); // it waits for an answer that does not come
    match((await rig.next("ReconcileFailed")).text, /must be in one-way mode: was in hedge mode$/);
    match(rig.statuses.at(-1) ?? "", /^down: Cannot trade: .* one-way mode: was in hedge mode$/);
    await client.ask("POST", mode, { params: { dualSidePosition: "false" } });
    await rig.until(() => rig.statuses.at(-1)?.startsWith("reconciling") === true, "looked again");
  },
  { timers: hasty() },
);

usdm("reconcile() goes on where the position mode cannot be read", async (venue, rig) => {
  const fault = { kind: "badBody", body: "emptyObject", acts: false } as const;
  await venue.tell({ op: "fault", match: "GET /fapi/v1/positionSide/dual", fault });
  await rig.reconcile(null);
  ok(rig.logged.some((line) => line.includes("answer_not_understood")), rig.logged.join());
});

usdm(
  "start() does not count as connected by an answer that outlived the stream",
  async (venue, rig) => {
    const mode = "GET /fapi/v1/positionSide/dual";
    const listenKey = "POST /fapi/v1/listenKey";
    const connected = (): number => rig.statuses.filter((said) => said === CONNECTED).length;
    const lost = (): number => rig.statuses.filter((said) => said.startsWith("down")).length;
    await venue.tell({ op: "fault", match: mode, fault: { kind: "delayResponse" } });
    await venue.tell({ op: "endUserStream" });
    await rig.until(() => lost() === 1, "down");
    await asked(venue, { path: "/positionSide/dual", times: 3 });
    const fault = { kind: "status", status: 503, acts: false } as const;
    await venue.tell({ op: "fault", match: listenKey, count: 99, fault });
    await venue.tell({ op: "drop", stream: "user", by: "rst" });
    await rig.until(() => lost() > 1, "down again");
    await venue.tell({ op: "release" });
    await new Promise((resolve) => setTimeout(resolve, 300)); // the answer has come meanwhile
    strictEqual(connected(), 1);
    await venue.tell({ op: "calm" });
    await rig.until(() => connected() === 2, "back");
  },
);

usdm("start() opens the stream anew when the listen key expires", async (venue, rig) => {
  await venue.tell({ op: "endUserStream" });
  await rig.until(() => rig.statuses.some((said) => said.startsWith("down")), "down");
  await rig.until(() => rig.statuses.at(-1)?.startsWith("reconciling") === true, "back");
});

/** Renews a listen key every 50 ms, however long it should wait, and what else waits for so long. */
function hasty(alsoUs = 0): Timers {
  const real = denoTimers(denoClock());
  const long: readonly number[] = [1_200_000_000, 60_000_000, 30_000_000, alsoUs];
  return { ...real, after: (us, task) => real.after(long.includes(us) ? 50_000 : us, task) };
}

usdm(
  "start() keeps the stream when a renewal of its key comes to no answer",
  async (venue, rig) => {
    const fault = { kind: "status", status: 503, acts: false } as const;
    await venue.tell({ op: "fault", match: "PUT /fapi/v1/listenKey", count: 3, fault });
    await asked(venue, { path: "PUT /fapi/v1/listenKey", times: 5 });
    strictEqual(rig.statuses.length, 1, rig.statuses.join());
  },
  { timers: hasty() },
);

usdm("start() opens the stream anew when the venue does not know its key", async (venue, rig) => {
  const fault = { kind: "reject", code: -1125, msg: "This listenKey does not exist." } as const;
  await venue.tell({ op: "fault", match: "PUT /fapi/v1/listenKey", fault });
  await rig.until(() => rig.statuses.some((said) => said.startsWith("down")), "down");
  await rig.until(() => rig.statuses.at(-1)?.startsWith("reconciling") === true, "back");
}, { timers: hasty() });

usdm(
  "send() reads an execution that the answer counts and no stream tells",
  async (venue, rig) => {
    await venue.tell({ op: "disturb", stream: "user", what: "delay", count: 4, ms: 60_000 });
    rig.submit(1, TAKING);
    strictEqual((await rig.next("OrderExecuted")).lastQty, TAKING.orderQty);
  },
);

/** Loses the user stream for good, since its key cannot be had, and waits until that is told. */
async function loseStream(venue: VenueProcess, rig: CcxtRig): Promise<void> {
  const fault = { kind: "status", status: 503, acts: false } as const;
  await venue.tell({ op: "fault", match: "POST /fapi/v1/listenKey", count: 99, fault });
  await venue.tell({ op: "drop", stream: "user", by: "rst" });
  await rig.until(
    () => rig.statuses.at(-1)?.includes("cancels and questions go") === true,
    "told",
  );
}

usdm(
  "send() cancels while the user stream is lost and requests are answered",
  async (venue, rig) => {
    rig.submit(1, RESTING);
    await rig.next("OrderAccepted");
    await loseStream(venue, rig);
    match(rig.statuses.at(-1) ?? "", /^reconciling: the user stream was lost: /);
    await venue.tell({ op: "fill", order: `${PREFIX}-1-1`, qty: "0.004" });
    rig.cancel(1);
    await rig.next("OrderCancelled");
    strictEqual(rig.of("OrderExecuted")[0]?.lastQty, 4, "what it executed comes first");
  },
);

usdm(
  "reconcile() waits for the user stream, and fails once the stream is back",
  async (venue, rig) => {
    await loseStream(venue, rig);
    rig.reconcile(null).catch(() => {}); // it waits for an answer that does not come
    await new Promise((resolve) => setTimeout(resolve, 300));
    strictEqual(rig.of("ReconcileFailed").length + rig.of("Reconciled").length, 1);
    await venue.tell({ op: "calm" });
    await rig.until(() => rig.statuses.at(-1) === CONNECTED, "back");
    await rig.next("ReconcileFailed");
  },
);

usdm("start() says down again once requests are not answered either", async (venue, rig) => {
  await loseStream(venue, rig);
  await venue.tell({ op: "restart", downMs: HOUR_MS });
  await rig.until(() => rig.statuses.at(-1)?.startsWith("down") === true, "down");
});

/** As often as the third of it is renewed here, no machine stands still for so long. */
const COUNTDOWN_MS = 6000;

usdm(
  "start() keeps the venue's switch from going off while the daemon lives",
  async (venue, rig) => {
    rig.submit(1, RESTING);
    await rig.next("OrderAccepted");
    await rig.until(() => rig.deadMan.length >= 5, "the venue confirmed each");
    strictEqual(rig.of("OrderCancelled").length, 0);
    rig.isAlive = false;
    await rig.next("OrderCancelled");
    const { requests } = await venue.audit();
    ok(
      requests.filter(({ requestLine }) => requestLine.includes("countdownCancelAll")).length >= 3,
    );
  },
  { deadManMs: COUNTDOWN_MS, timers: hasty(COUNTDOWN_MS * 1000 / 3) },
);

usdm("start() arms no switch for orders of others, nor for what has ended", async (venue, rig) => {
  const foreign = { op: "foreign", symbol: "BTCUSDT", side: "BUY", type: "LIMIT" } as const;
  await venue.tell({ ...foreign, price: "49000", qty: "0.01" });
  rig.submit(1, TAKING);
  await rig.next("OrderExecuted");
  const sinceUs = Date.now() * 1000 - 5_000_000;
  using second = await CcxtRig.up(venue, { instrument: PERPETUAL, deadManMs: 2250 });
  await second.reconcile(sinceUs);
  await new Promise((resolve) => setTimeout(resolve, 1000));
  strictEqual(second.deadMan.length, 0);
  const { requests } = await venue.audit();
  ok(!requests.some(({ requestLine }) => requestLine.includes("countdownCancelAll")));
});

usdm(
  "start() renews the switch for what rested before, though the user stream stays away",
  async (venue, rig) => {
    rig.submit(1, RESTING);
    await rig.next("OrderAccepted");
    const fault = { kind: "status", status: 503, acts: false } as const;
    await venue.tell({ op: "fault", match: "POST /fapi/v1/listenKey", count: 99, fault });
    await venue.tell({ op: "fault", match: "GET /fapi/v1/openOrders", fault });
    using second = await CcxtRig.start(venue, { instrument: PERPETUAL, deadManMs: HOUR_MS });
    await second.until(() => second.deadMan.length > 0, "the venue confirmed it");
    ok(second.logged.some((line) => line.includes("open_orders_not_read")), "the first try");
    ok(!second.statuses.includes(CONNECTED));
    const { requests } = await venue.audit();
    const renewals = requests.filter(({ requestLine }) =>
      requestLine.includes("countdownCancelAll")
    );
    strictEqual(renewals.length, 1);
  },
);

Deno.test("start() keeps a book in step by the previous update's number", relaxed, async () => {
  await using venue = await VenueProcess.start("binance_usdm", ["--speed", "50"]);
  using rig = await CcxtRig.up(venue, { instrument: PERPETUAL });
  await rig.until(() => rig.of("BookDelta").length > 3, "changes");
  await rig.until(() => rig.of("TradePrinted").length > 0, "a trade");
  await venue.tell({ op: "skipDepth", symbol: "BTCUSDT", count: 2 });
  await rig.until(() => rig.of("BookSnapshot").length > 1, "another snapshot");
  strictEqual(rig.of("BookInvalidated").length, 1);
});
